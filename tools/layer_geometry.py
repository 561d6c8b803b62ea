"""Geometry the layers are made with: the grid, the antimeridian, areas, belts along a coast."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import pyproj
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

GRID_DEG = 1e-7
"""All coordinates lie on this grid, degrees; about 1 cm on the ground."""

SPECK_DEG2 = 1e-9
"""Smaller polygons are left-overs of an overlay, square degrees; about 10 square metres."""

_STEP_DEG = 0.1
"""Longest edge handed to the geodesic routine, degrees."""

_WGS84 = pyproj.Geod(ellps="WGS84")
_WORLD = shapely.box(-180, -90, 180, 90)


def polygonal(geom: BaseGeometry, smallest_deg2: float = SPECK_DEG2) -> MultiPolygon:
    """The polygons of a geometry, without lines, points and specks."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(geom)) if isinstance(part, Polygon)]
    return MultiPolygon([part for part in parts if part.area > smallest_deg2])


def on_grid(geom: BaseGeometry, smallest_deg2: float = SPECK_DEG2) -> MultiPolygon:
    """A valid, 2-D, counter-clockwise multipolygon on the grid, in a canonical order."""
    # Rounding each vertex by itself keeps borders that two features share the same in both.
    rounded = shapely.set_precision(shapely.force_2d(geom), GRID_DEG, mode="pointwise")
    if not rounded.is_valid:
        rounded = shapely.set_precision(shapely.make_valid(geom, method="structure"), GRID_DEG)
    return shapely.orient_polygons(polygonal(rounded, smallest_deg2).normalize())


def area_km2(geom: BaseGeometry) -> float:
    """Area on the WGS 84 ellipsoid, square kilometres.

    Edges are straight in longitude and latitude, which a geodesic over a long parallel is not:
    the outline is cut into short edges first.
    Source: C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), section 6.
    """
    cut = shapely.segmentize(shapely.orient_polygons(geom), _STEP_DEG)
    square_metres, _ = _WGS84.geometry_area_perimeter(cut)
    return abs(square_metres) / 1e6


def within_180(geom: BaseGeometry) -> BaseGeometry:
    """Cut a geometry whose longitudes run on past 180 degrees, and bring the rest home."""
    west, _, east, _ = geom.bounds
    if west >= -180 and east <= 180:
        return geom
    homes = []
    for turn in range(math.floor((west + 180) / 360), math.ceil((east + 180) / 360)):
        shifted = shapely.transform(geom, lambda xy, by=360.0 * turn: xy - (by, 0.0))
        homes.append(shapely.intersection(shifted, _WORLD))
    return shapely.union_all(homes)


def unwrapped(rings: list[np.ndarray]) -> BaseGeometry:
    """A polygon from rings that jump by 360 degrees at the antimeridian; the first is the shell.

    A shell that goes once round the Earth (Antarctica) is closed along the nearer pole.
    """
    shell = _continuous(rings[0])
    turn = shell[-1, 0] - shell[0, 0]
    if abs(turn) > 180:
        pole = math.copysign(90.0, float(np.mean(shell[:, 1])))
        shell = np.vstack([shell, [(shell[-1, 0], pole), (shell[0, 0], pole), shell[0]]])
    middle = (shell[:, 0].min() + shell[:, 0].max()) / 2
    holes = []
    for hole in map(_continuous, rings[1:]):
        hole[:, 0] += 360 * np.round((middle - hole[:, 0].mean()) / 360)
        holes.append(hole)
    polygon = Polygon(shell, holes)
    return within_180(polygon if polygon.is_valid else shapely.make_valid(polygon, method="structure"))


def _continuous(ring: np.ndarray) -> np.ndarray:
    """Take the jumps of 360 degrees out of a ring's longitudes."""
    jumps = np.round(np.diff(ring[:, 0]) / 360)
    result = ring.copy()
    result[1:, 0] -= 360 * np.cumsum(jumps)
    return result


def pieces(geom: BaseGeometry, most_vertices: int) -> Iterator[MultiPolygon]:
    """Cut a geometry by a quadtree until no piece has more than `most_vertices`."""
    yield from _quartered(geom, (-180.0, -90.0, 180.0, 90.0), most_vertices)


def _quartered(
    geom: BaseGeometry, box: tuple[float, float, float, float], most_vertices: int
) -> Iterator[MultiPolygon]:
    part = polygonal(shapely.intersection(geom, shapely.box(*box)))
    if part.is_empty:
        return
    if shapely.get_num_coordinates(part) <= most_vertices:
        yield part
        return
    west, south, east, north = box
    across, up = (west + east) / 2, (south + north) / 2
    for quarter in (
        (west, south, across, up),
        (across, south, east, up),
        (west, up, across, north),
        (across, up, east, north),
    ):
        yield from _quartered(part, quarter, most_vertices)


def segments(geom: BaseGeometry) -> np.ndarray:
    """The edges of all outlines, one per row: x, y, x, y, with the lesser end first."""
    rows = []
    for ring in shapely.get_rings(shapely.get_parts(geom)):
        xy = shapely.get_coordinates(ring)
        rows.append(np.hstack([xy[:-1], xy[1:]]))
    edges = np.vstack(rows)
    swap = (edges[:, 0] > edges[:, 2]) | ((edges[:, 0] == edges[:, 2]) & (edges[:, 1] > edges[:, 3]))
    edges[swap] = edges[swap][:, [2, 3, 0, 1]]
    return edges


def coasts(lands: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """For each of several lands that fit together, the lines where it meets none of the others."""
    owned = [segments(land) for land in lands]
    everything = np.vstack(owned)
    _, inverse, counts = np.unique(everything, axis=0, return_inverse=True, return_counts=True)
    # The cuts at the antimeridian and along the pole are no coast.
    cut = (np.abs(everything[:, 0]) == 180) & (np.abs(everything[:, 2]) == 180)
    free = (counts[inverse.reshape(-1)] == 1) & ~cut & ~np.all(everything[:, [1, 3]] == -90, axis=1)
    lines = []
    for edges, keep in zip(owned, np.split(free, np.cumsum([len(e) for e in owned])[:-1]), strict=True):
        loose = shapely.linestrings(edges[keep].reshape(-1, 2, 2))
        lines.append(shapely.line_merge(shapely.multilinestrings(loose)))
    return lines


def belt(lines: BaseGeometry, width_m: float, tolerance_m: float) -> BaseGeometry:
    """Everything within `width_m` of some lines, on both sides, to within `tolerance_m` or so.

    Each stretch of line is buffered in an azimuthal equidistant projection about its own middle,
    where distances near the middle are true: over the 300 km of the longest stretch, to 0.1 %.
    """
    belts = [
        _belt(stretch, width_m, tolerance_m)
        for line in shapely.get_parts(lines)
        for stretch in _stretches(line)
    ]
    return shapely.union_all(belts)


_STRETCH_DEG = 3.0
"""Longest stretch of line that is buffered in one projection, degrees of longitude or latitude."""


def _stretches(line: BaseGeometry) -> Iterator[BaseGeometry]:
    """Cut a line into stretches whose extent stays small."""
    xy = shapely.get_coordinates(shapely.segmentize(line, _STEP_DEG))
    start = 0
    low = high = xy[0]
    for index in range(1, len(xy)):
        low, high = np.minimum(low, xy[index]), np.maximum(high, xy[index])
        if (high - low).max() > _STRETCH_DEG or index == len(xy) - 1:
            yield shapely.linestrings(xy[start : index + 1])
            start, low, high = index, xy[index], xy[index]


def _belt(stretch: BaseGeometry, width_m: float, tolerance_m: float) -> BaseGeometry:
    west, south, east, north = stretch.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    local = pyproj.Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")
    plane = shapely.transform(stretch, lambda xy: np.column_stack(local(xy[:, 0], xy[:, 1])))
    wide = shapely.simplify(plane, tolerance_m).buffer(width_m, quad_segs=16)
    # Edges that are straight in the plane are not in longitude and latitude: keep them short.
    wide = shapely.segmentize(wide, 10_000)

    def back(xy: np.ndarray) -> np.ndarray:
        x, y = local(xy[:, 0], xy[:, 1], inverse=True)
        return np.column_stack([lon + (np.asarray(x) - lon + 180) % 360 - 180, y])

    return within_180(shapely.transform(wide, back))
