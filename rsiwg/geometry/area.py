"""The one geometry type of the core, and the only door to it.

An `Area` is valid, 2-D, polygonal, counter-clockwise, with longitudes in [-180, 180], split where it
crosses the antimeridian, on a fixed grid.  Edges are straight in longitude and latitude (RFC 7946
section 3.1.1), not great circles.  Past this door nobody repairs, reprojects or asks the type.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NewType

import attrs
import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from rsiwg.errors import InvalidGeometry

Area = NewType("Area", MultiPolygon)
"""A normalised area.  Only this module makes one."""

METRES_PER_DEGREE = 111_320.0
"""Of latitude, and of longitude at the equator; for margins and sizes of search boxes only."""

GRID_DECIMALS = 7
GRID_DEG = 10.0**-GRID_DECIMALS
"""Grid on which every coordinate lies, degrees: 11 mm on the ground."""

PAD_DEG = 2e-6
"""Width of `padded`, degrees: at most 0.23 m on the ground."""

MAX_LONGITUDE_DEG = 540.0
"""Longitudes are taken up to here, so that an outline may run across 180 degrees either way."""

EMPTY = Area(MultiPolygon())


@attrs.frozen(kw_only=True)
class Normalised:
    """An `Area` and, in sentences, what was changed on the way to it."""

    area: Area
    changes: tuple[str, ...] = ()


def normalise(geojson: Mapping[str, Any]) -> Normalised:
    """Turn a GeoJSON Polygon or MultiPolygon (RFC 7946, lon/lat degrees) into an `Area`.

    A self-crossing outline is refused rather than repaired: a repair would silently change what was
    asked.

    Raises:
        InvalidGeometry: not polygonal, unclosed, empty, not finite, off the globe, self-crossing, or with
            an edge over 180 degrees of longitude, which could mean either way round.
    """
    return normalise_shape(_polygons(geojson))


def normalise_shape(shape: BaseGeometry) -> Normalised:
    """Turn a shapely Polygon or MultiPolygon in lon/lat degrees into an `Area`; refusals as `normalise`."""
    if not isinstance(shape, Polygon | MultiPolygon):
        raise InvalidGeometry(
            f"an area is needed, and this is a {shape.geom_type}: give a Polygon or MultiPolygon, "
            "or a point with a radius"
        )
    changes: list[str] = []
    if shape.has_z or getattr(shape, "has_m", False):
        shape = shapely.force_2d(shape)
        changes.append("Heights (or measures) were left out: an area has none.")
    if shape.is_empty:
        raise InvalidGeometry("the outline is empty: give at least three corners")
    _refuse_bad_coordinates(shape)
    if not shape.is_valid:
        raise InvalidGeometry(_why_invalid(shape))
    west, _, east, _ = shape.bounds
    if east - west > 360 + GRID_DEG:
        raise InvalidGeometry(
            f"the outline is {east - west:.1f} degrees wide and would cover some ground twice: "
            "keep it within 360 degrees of longitude"
        )
    if west < -180 or east > 180:
        shape = _wrapped(shape)
        changes.append(
            "Longitudes were brought into -180 to 180, splitting the outline at 180 degrees where it crosses."
        )
    area = _canonical(shape)
    if area.is_empty:
        raise InvalidGeometry(
            f"the outline encloses no ground once its corners are rounded to {GRID_DEG:g} degrees (about 1 cm): "
            "give a larger one"
        )
    return Normalised(area=area, changes=tuple(changes))


def overlap(one: Area, other: Area) -> Area:
    """The ground both cover.  Touching is not overlapping: lines and points are left out."""
    if not _may_meet(one, other):
        return EMPTY
    if _lies_within(one, other):
        return one
    return _canonical(shapely.intersection(one, other))


def subtract(one: Area, other: Area) -> Area:
    """The ground that `one` covers and `other` does not."""
    if not _may_meet(one, other):
        return one
    if _lies_within(one, other):
        return EMPTY
    return _canonical(shapely.difference(one, other))


def join(areas: Iterable[Area]) -> Area:
    """The ground that any of them covers."""
    areas = [area for area in areas if not area.is_empty]
    if len(areas) < 2:
        return areas[0] if areas else EMPTY
    return _canonical(shapely.union_all(list(areas)))


def gather(areas: Iterable[Area]) -> Area:
    """The ground of areas that do not meet, such as pieces of one valid outline: a `join` without its cost."""
    parts = [part for area in areas for part in area.geoms]
    return _ordered(parts) if parts else EMPTY


def padded(area: Area) -> Area:
    """A hair wider (`PAD_DEG`), so that what is cut along it and rounded to the grid leaves no sliver inside."""
    if area.is_empty:
        return area
    return _canonical(_wrapped(shapely.buffer(area, PAD_DEG, join_style="mitre", mitre_limit=2)))


def within_box(area: Area, west: float, south: float, east: float, north: float) -> Area:
    """The ground of `area` in a lon/lat box, degrees."""
    return _canonical(shapely.intersection(area, shapely.box(west, south, east, north)))


def from_parts(polygons: Iterable[Polygon]) -> Area:
    """An `Area` of polygons made here, such as a buffer; longitudes may run past 180 degrees."""
    return _canonical(_wrapped(shapely.union_all([shapely.make_valid(p) for p in polygons])))


def to_geojson(area: Area) -> dict[str, Any]:
    """A GeoJSON geometry: Polygon where there is one part, MultiPolygon otherwise; coordinates in degrees."""
    polygons = [
        [shapely.get_coordinates(ring).tolist() for ring in (part.exterior, *part.interiors)]
        for part in area.geoms
    ]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def vertex_count(area: Area) -> int:
    """Corners of all rings, the closing ones not counted twice."""
    rings = sum(1 + len(part.interiors) for part in area.geoms)
    return int(shapely.get_num_coordinates(area)) - rings


def from_geopackage(blob: bytes) -> BaseGeometry:
    """Read one geometry out of a GeoPackage cell: a small header, then WKB (OGC 12-128r18, section 2.1.3).

    Raises:
        InvalidGeometry: not such a cell.
    """
    if blob[:2] != b"GP" or len(blob) < 8:
        raise InvalidGeometry("the geometry column does not hold GeoPackage geometries")
    envelope_doubles = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}.get((blob[3] >> 1) & 0b111)
    if envelope_doubles is None:
        raise InvalidGeometry("a GeoPackage geometry has an unknown kind of envelope")
    try:
        return shapely.from_wkb(blob[8 + 8 * envelope_doubles :])
    except shapely.errors.GEOSException as exc:
        raise InvalidGeometry(f"a GeoPackage geometry cannot be read: {_plain(exc)}") from None


def stored(shape: BaseGeometry) -> Area:
    """Take a shape of our own data, which the layer build has made clean, as an `Area`, without the grid.

    Raises:
        InvalidGeometry: it is not polygonal, or lies off the globe.
    """
    if not isinstance(shape, Polygon | MultiPolygon):
        raise InvalidGeometry(f"a layer must hold areas, and one of its features is a {shape.geom_type}")
    west, south, east, north = shape.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise InvalidGeometry("a feature of the layer lies outside -180 to 180 or -90 to 90 degrees")
    return Area(shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape]))


# ------------------------------------------------------------------------------------- the refusals


def _polygons(geojson: Mapping[str, Any]) -> MultiPolygon:
    kind, coordinates = geojson.get("type"), geojson.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise InvalidGeometry(f"an area is needed (Polygon or MultiPolygon), and this is {_shown(kind)}")
    if not isinstance(coordinates, list) or not coordinates:
        raise InvalidGeometry("the outline is empty: give at least one ring of four positions")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    try:
        return MultiPolygon([_polygon(rings, f"part {n}") for n, rings in enumerate(polygons, start=1)])
    except (ValueError, TypeError, shapely.errors.ShapelyError) as exc:
        raise InvalidGeometry(f"the coordinates cannot be read: {_plain(exc)}") from None


def _polygon(rings: object, where: str) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise InvalidGeometry(f"{where} has no ring: give at least one ring of four positions")
    shell, *holes = (
        _ring(ring, f"{where}, {'outer ring' if n == 0 else f'hole {n}'}") for n, ring in enumerate(rings)
    )
    return Polygon(shell, holes)


def _ring(positions: object, where: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    if not isinstance(positions, list) or len(positions) < 4:
        raise InvalidGeometry(f"{where} needs at least four positions, the last repeating the first")
    # Types and lengths as sets: the common case costs no loop in Python.
    if not (set(map(type, positions)) <= {list, tuple} and min(map(len, positions)) >= 2) or not (
        set(map(type, itertools.chain.from_iterable(positions))) <= {int, float}
    ):
        bad = next(n for n, position in enumerate(positions, start=1) if not _is_position(position))
        raise InvalidGeometry(f"{where}, position {bad} must be [longitude, latitude] in numbers")
    try:
        ring = np.array([(p[0], p[1]) for p in positions], dtype=np.float64)
    except OverflowError:
        raise InvalidGeometry(f"{where} holds a number too large to be a coordinate") from None
    if not np.isfinite(ring).all():
        raise InvalidGeometry(
            f"{where} has a coordinate that is not a finite number (NaN or infinity): give degrees"
        )
    if not np.array_equal(ring[0], ring[-1]):
        raise InvalidGeometry(
            f"{where} is not closed: it starts at {_at(ring[0])} and ends at {_at(ring[-1])}; repeat the first position at the end"
        )
    return ring


def _is_position(position: object) -> bool:
    return (
        isinstance(position, list | tuple)
        and len(position) >= 2
        and all(type(value) in (int, float) for value in position)
    )


def _refuse_bad_coordinates(shape: Polygon | MultiPolygon) -> None:
    xy = shapely.get_coordinates(shape)
    if not np.isfinite(xy).all():
        raise InvalidGeometry("a coordinate is not a finite number (NaN or infinity): give degrees")
    off = np.abs(xy[:, 1]) > 90
    if off.any():
        x, y = xy[off][0]
        swapped = " Longitude comes first; perhaps the two are swapped." if abs(x) <= 90 else ""
        raise InvalidGeometry(f"latitude {y:g} at longitude {x:g} lies beyond 90 degrees.{swapped}")
    off = np.abs(xy[:, 0]) > MAX_LONGITUDE_DEG
    if off.any():
        raise InvalidGeometry(
            f"longitude {xy[off][0][0]:g} lies beyond {MAX_LONGITUDE_DEG:g} degrees: give degrees, not metres"
        )
    for ring in shapely.get_rings(shapely.get_parts(shape)):  # get_rings looks into Polygons only
        corners = shapely.get_coordinates(ring)
        long = np.abs(np.diff(corners[:, 0])) > 180
        # An edge along a pole has no length on the ground, whichever way round it runs.
        at_pole = (np.abs(corners[:-1, 1]) == 90) & (corners[:-1, 1] == corners[1:, 1])
        bad = np.flatnonzero(long & ~at_pole)
        if bad.size:
            a, b = corners[bad[0]], corners[bad[0] + 1]
            raise InvalidGeometry(
                f"the edge from {_at(a)} to {_at(b)} spans over 180 degrees of longitude, which could mean either way "
                "round: to cross 180 degrees, write longitudes beyond 180 (such as 181 for -179) or split the area "
                "there; for a long edge add positions between; round a pole, draw the outline up to latitude 90"
            )


def _why_invalid(shape: Polygon | MultiPolygon) -> str:
    reason = shapely.is_valid_reason(shape)
    what, _, place = reason.partition("[")
    place = f" near longitude and latitude {place.rstrip(']')}" if place else ""
    fix = {
        "Self-intersection": "the outline crosses or overlaps itself{}: move the corners so that no two edges cross",
        "Ring Self-intersection": "a ring touches itself{}: draw the loop as a separate part or hole",
        "Hole lies outside shell": "a hole lies outside its outer ring{}: remove it, or give it as a part",
        "Nested shells": "one part lies inside another{}: merge them",
        "Holes are nested": "one hole lies inside another{}: merge them",
        "Duplicate Rings": "a ring is given twice{}: remove one",
        "Interior is disconnected": "holes cut the area apart{}: give the pieces as parts",
        "Too few points in geometry component": "a ring has fewer than three different corners{}: add corners or remove it",
    }.get(what.strip(), f"the outline is not a simple area ({what.strip().lower()}){{}}")
    return fix.format(place) + ". It was not repaired, since a repair would change what is asked."


# ------------------------------------------------------------------------------------ the canonical form


def _wrapped(shape: BaseGeometry) -> BaseGeometry:
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    turns = range(int(np.floor((west + 180) / 360)), int(np.floor((east + 180) / 360)) + 1)
    pieces = [
        translate(
            shapely.intersection(shape, shapely.box(360 * k - 180, -90, 360 * k + 180, 90)), xoff=-360 * k
        )
        for k in turns
    ]
    return shapely.union_all(pieces)


def _canonical(shape: BaseGeometry) -> Area:
    """On the grid, polygons only, sorted, counter-clockwise."""
    polygons = _polygons_of(shape)
    if not polygons:
        return EMPTY
    exact = MultiPolygon(polygons)
    rounded = _on_grid(exact)
    if rounded.is_valid:
        snapped = shapely.remove_repeated_points(rounded)
    else:
        # Rounding made a ring touch itself or vanish: let GEOS sort that out, which costs thirty times as much.
        snapped = _on_grid(shapely.set_precision(exact, GRID_DEG))
    polygons = _polygons_of(snapped)
    return _ordered(polygons) if polygons else EMPTY


def _on_grid(shape: BaseGeometry) -> BaseGeometry:
    # Adding zero turns -0.0 into 0.0, which would print differently.
    return shapely.transform(shape, lambda xy: np.round(xy, GRID_DECIMALS) + 0.0)


def _ordered(polygons: list[Polygon]) -> Area:
    ordered = shapely.orient_polygons(MultiPolygon(polygons).normalize())  # normalize winds clockwise
    assert isinstance(ordered, MultiPolygon)
    return Area(ordered)


def _polygons_of(shape: BaseGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    return [p for g in getattr(shape, "geoms", ()) for p in _polygons_of(g)]


def _may_meet(one: Area, other: Area) -> bool:
    if one.is_empty or other.is_empty:
        return False
    a, b = one.bounds, other.bounds
    if not (a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]):
        return False
    return bool(other.intersects(one)) if shapely.is_prepared(other) else True


def _lies_within(one: Area, other: Area) -> bool:
    """Known at little cost only where `other` is prepared, as the outlines of a rulebook are."""
    return bool(shapely.is_prepared(other) and other.contains_properly(one))


def _at(xy: Sequence[float] | np.ndarray[Any, Any]) -> str:
    return f"({float(xy[0]):g}, {float(xy[1]):g})"


def _plain(exc: BaseException) -> str:
    return str(exc).splitlines()[0][:200] if str(exc) else type(exc).__name__


def _shown(value: object) -> str:
    return "nothing" if value is None else f"{str(value)[:40]!r}"
