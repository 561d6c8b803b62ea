"""Areas of footprints, and of what they share with zones, in bulk, on the WGS 84 ellipsoid."""

import functools

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rsiwg.geometry.measure import FLATTENING, SEMI_MAJOR_M, area_km2
from rsiwg.screening.compiled import kernel
from rsiwg.screening.footprints import Footprints
from rsiwg.screening.grid import Floats, Ints
from rsiwg.screening.index import ZoneIndex
from rsiwg.screening.join import under_box

_E2 = FLATTENING * (2 - FLATTENING)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)
_LONG_EDGE_DEG = 1.0
_KM2 = SEMI_MAJOR_M**2 / 2 / 1e6
_TILE_DEG, _MARGIN_DEG = 1.0, 1.0
_BLOCK_DEG, _BLOCK_MARGIN_DEG = 10.0, 2.0


def ring_areas_km2(xy: Floats, starts: Ints) -> Floats:
    """Area of each ring, never negative; ring n has the corners ``xy[starts[n]:starts[n + 1]]``, degrees, closed.

    The line integral of `rsiwg.geometry.area_km2`, with the authalic function as a series (six terms: 1e-13): edges
    are straight in longitude and latitude.  NaN for a ring with an edge over 1 degree of latitude, where three nodes
    are too few.
    """
    sums = np.zeros(len(starts) - 1)
    if kernel is not None:
        kernel.ring_strips(xy, starts, _E2, sums)
    else:
        lon, lat = np.radians(xy).T
        half, middle = np.diff(lat) / 2, (lat[1:] + lat[:-1]) / 2
        mean = sum(
            w / 2 * _authalic_q(np.sin(middle + node * half))
            for node, w in zip(_NODES, _WEIGHTS, strict=True)
        )
        ring = np.repeat(np.arange(len(sums)), np.diff(starts))
        within, ring = ring[1:] == ring[:-1], ring[:-1]
        strips = np.where(within, np.diff(lon) * mean, 0.0)
        sums[:] = np.bincount(ring, weights=strips, minlength=len(sums))
        sums[ring[within & (np.abs(half) > np.radians(_LONG_EDGE_DEG) / 2)]] = np.nan
    return np.abs(sums) * _KM2


def _authalic_q(s: Floats) -> Floats:
    """Snyder (USGS PP 1395, 1987), equation 3-12, as a series in the square of the eccentricity."""
    z = _E2 * s * s
    q: Floats = (1 - _E2) * s * (2 + z * (4 / 3 + z * (6 / 5 + z * (8 / 7 + z * (10 / 9 + z * 12 / 11)))))
    return q


def footprint_areas_km2(footprints: Footprints) -> Floats:
    """Area of each footprint, square kilometres; 0 where it was refused."""
    areas = ring_areas_km2(footprints.xy, footprints.starts)
    for n in np.flatnonzero(np.isnan(areas) | ~footprints.is_ring):
        areas[n] = 0.0 if int(n) in footprints.refused else _exactly(footprints.shapes(np.array([n]))[0])
    return areas


def shape_areas_km2(shapes: NDArray[np.object_]) -> Floats:
    """Area of each shape, square kilometres: its polygons only, holes taken off."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(parts) == 3
    parts, owner = parts[flat], owner[flat]
    rings, part = shapely.get_rings(parts, return_index=True)
    is_shell = np.r_[True, part[1:] != part[:-1]] if len(part) else np.zeros(0, dtype=bool)
    starts = np.r_[0, np.cumsum(shapely.get_num_coordinates(rings))].astype(np.int64)
    areas = ring_areas_km2(shapely.get_coordinates(rings), starts)
    for n in np.flatnonzero(np.isnan(areas)):
        areas[n] = _exactly(shapely.Polygon(rings[n]))
    return np.maximum(
        np.bincount(owner[part], weights=np.where(is_shell, areas, -areas), minlength=len(shapes)), 0.0
    )


def overlaps_km2(footprints: Footprints, index: ZoneIndex, rows: Ints, zones: Ints, areas: Floats) -> Floats:
    """What each pair of `join.find_pairs` shares, square kilometres; `areas` has that of each footprint.

    A footprint in cells that the zone holds whole needs no overlay.  Each other one is cut with one window of the
    outline that holds all of it.
    """
    shared = areas[rows].copy()
    edged, cell_sets = under_box(footprints, index, rows)
    inside = (edged == 0) & _set_holds(index, cell_sets, zones)
    left = np.flatnonzero(~inside)
    if not len(left):
        return shared
    bounds = footprints.bounds()[rows[left]]
    tiles = np.floor((bounds[:, :2] + bounds[:, 2:]) / 2 / _TILE_DEG).astype(np.int64)
    order = np.lexsort((tiles[:, 0], tiles[:, 1], zones[left]))
    left, tiles, bounds = left[order], tiles[order], bounds[order]
    cut = functools.lru_cache(maxsize=64)(functools.partial(_cut, index, _BLOCK_DEG, _BLOCK_MARGIN_DEG))
    windows = np.empty(len(left), dtype=object)
    last: tuple[int, int, int] | None = None
    for n, (pair, (x, y)) in enumerate(zip(left, tiles, strict=True)):
        key = int(zones[pair]), int(x), int(y)
        if key != last:
            west, south = x * _TILE_DEG, y * _TILE_DEG
            block = cut(key[0], int(np.floor(west / _BLOCK_DEG)), int(np.floor(south / _BLOCK_DEG)))
            window, last = _box_of(block, west, south, _TILE_DEG, _MARGIN_DEG), key
        windows[n] = window if _fits(bounds[n], x, y) else index.outlines[key[0]]
    shared[left] = shape_areas_km2(shapely.intersection(windows, footprints.shapes(rows[left])))
    return np.minimum(shared, areas[rows])


def _cut(
    index: ZoneIndex, size_deg: float, margin_deg: float, zone: int, column: int, row: int
) -> BaseGeometry:
    return _box_of(index.outlines[zone], column * size_deg, row * size_deg, size_deg, margin_deg)


def _box_of(
    outline: BaseGeometry, west: float, south: float, size_deg: float, margin_deg: float
) -> BaseGeometry:
    box = shapely.box(
        west - margin_deg, south - margin_deg, west + size_deg + margin_deg, south + size_deg + margin_deg
    )
    return shapely.intersection(outline, box)


def _fits(bounds: Floats, column: int, row: int) -> bool:
    west, south = column * _TILE_DEG - _MARGIN_DEG, row * _TILE_DEG - _MARGIN_DEG
    size = _TILE_DEG + 2 * _MARGIN_DEG
    return bool(
        west < bounds[0] and south < bounds[1] and bounds[2] < west + size and bounds[3] < south + size
    )


def _set_holds(index: ZoneIndex, sets: Ints, zones: Ints) -> NDArray[np.bool_]:
    """Whether each set of zones has the zone among its members."""
    longest = int(np.max(np.diff(index.set_members), initial=0))
    held = np.zeros(len(sets), dtype=bool)
    for n in range(longest):
        at = index.set_members[sets] + n
        there = at < index.set_members[sets + 1]
        held[there] |= index.set_zones[at[there]] == zones[there]
    return held


def _exactly(shape: BaseGeometry) -> float:
    return area_km2(
        shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
    )
