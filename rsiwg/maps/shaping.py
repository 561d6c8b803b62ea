"""Geometry made ready for drawing, and for drawing only: simplified, rounded, kept in one piece at 180°."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rsiwg.maps.scene import SUBJECT_GROUPS, Bounds, Scene

METRES_PER_DEGREE = 111_320.0
"""Length of a degree of latitude, and the most a degree of longitude can have."""

_DIGITS = 6
"""Decimals of a drawn coordinate: 0.11 m at most."""

_FIRST_TOLERANCE_M = 5.0
_LAST_TOLERANCE_M = 40_000.0
_WORLD: Bounds = (-180.0, -60.0, 180.0, 75.0)


def simplify_for_drawing(
    geometry: BaseGeometry, max_vertices: int = 3000
) -> tuple[BaseGeometry, float | None]:
    """A lighter outline and how far, in metres, it may lie from the true one; None when untouched.

    Never use the result to decide anything.  The tolerance is doubled from 5 m until the outline has
    at most `max_vertices`, or 40 km is reached; topology is kept.
    """
    if shapely.count_coordinates(geometry) <= max_vertices:
        return geometry, None
    tolerance_m = _FIRST_TOLERANCE_M
    lighter = geometry
    while tolerance_m <= _LAST_TOLERANCE_M:
        lighter = shapely.simplify(geometry, tolerance_m / METRES_PER_DEGREE, preserve_topology=True)
        if shapely.count_coordinates(lighter) <= max_vertices:
            break
        tolerance_m *= 2
    return lighter, min(tolerance_m, _LAST_TOLERANCE_M)


def seam_of(scene: Scene) -> float | None:
    """The meridian, degrees, at which to cut the map so that its subject stays in one piece.

    None leaves it at 180.  West of the seam everything is drawn 360 degrees further east.
    """
    spans = sorted(_spans(_subject(scene)))
    if not spans:
        return None
    widest, seam, reach = spans[0][0] + 360.0 - max(east for _, east in spans), None, spans[0][1]
    for west, east in spans[1:]:
        if west - reach > widest:
            widest, seam = west - reach, (west + reach) / 2
        reach = max(reach, east)
    return seam


def move_over(geometry: BaseGeometry, seam: float | None) -> BaseGeometry:
    """The geometry with what lies west of the seam moved 360 degrees east, joined at 180."""
    if seam is None or geometry.is_empty:
        return geometry
    west, _, east, _ = geometry.bounds
    if west >= seam:
        return geometry
    if east <= seam:
        return shapely.transform(geometry, _further_east)
    stays = shapely.intersection(geometry, shapely.box(seam, -90, 180, 90))
    moves = shapely.intersection(geometry, shapely.box(-180, -90, seam, 90))
    return shapely.union(stays, shapely.transform(moves, _further_east))


def fitted(scene: Scene, seam: float | None) -> Bounds:
    """The bounds to show at first, with east past 180 where the view crosses it."""
    if scene.bounds is not None:
        west, south, east, north = scene.bounds
        if seam is not None:
            west, east = (lon + 360 if lon < seam else lon for lon in (west, east))
        return west, south, east + 360 if east < west else east, north
    everything = (feature.geometry for layer in scene.layers for feature in layer.features)
    for geometries in (_subject(scene), everything):
        boxes = [move_over(geometry, seam).bounds for geometry in geometries if not geometry.is_empty]
        if boxes:
            wests, souths, easts, norths = zip(*boxes, strict=True)
            return min(wests), min(souths), max(easts), max(norths)
    return _WORLD


def drawn(geometry: BaseGeometry, seam: float | None) -> dict[str, Any]:
    """GeoJSON of the geometry as it is drawn, with rounded coordinates."""
    moved = move_over(geometry, seam)
    rounded = shapely.transform(moved, lambda lonlat: lonlat.round(_DIGITS))
    mapping: dict[str, Any] = shapely.geometry.mapping(rounded)
    return mapping


def _subject(scene: Scene) -> list[BaseGeometry]:
    return [
        feature.geometry
        for layer in scene.layers
        if layer.group in SUBJECT_GROUPS
        for feature in layer.features
        if not feature.geometry.is_empty
    ]


def _spans(geometries: Iterable[BaseGeometry]) -> Iterator[tuple[float, float]]:
    for geometry in geometries:
        for part in shapely.get_parts(geometry):
            west, _, east, _ = part.bounds
            yield west, east


def _further_east(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = lonlat + np.array([360.0, 0.0])
    return moved
