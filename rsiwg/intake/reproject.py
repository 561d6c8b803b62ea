"""From any coordinate system a file states to longitude and latitude on WGS 84.

Straight edges of the file's own plane are kept straight there: they are cut until each piece, drawn
straight in longitude and latitude, stays within `STRAIGHT_TOLERANCE_M` of the true edge.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]  # its stub leaves it out
from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.shown import shown
from rsiwg.settings import Limits

STRAIGHT_TOLERANCE_M = 0.1
"""How far an edge may move by being drawn straight in longitude and latitude, metres."""

_METRES_PER_DEGREE = 111_320.0
_MARGIN_DEG = 5.0
"""How far beyond the area for which a coordinate system is defined an outline may lie."""
_LONGEST_DEFINITION = 20_000
_OPENS_FILES = re.compile(r"PARAMETERFILE|EXTENSION|nadgrids|geoidgrids|\+init|\+proj", re.IGNORECASE)

_Xy = NDArray[np.float64]
_Forward = Callable[[_Xy], _Xy]


def crs_from_epsg(code: int, where: str) -> CRS:
    """The coordinate system of an EPSG code.

    Raises:
        InvalidGeometry: no such code is known.
    """
    try:
        return CRS.from_epsg(code)
    except CRSError:
        raise InvalidGeometry(
            f"{where} names EPSG:{shown(code, 12)}, which is not a known coordinate system: reproject to WGS 84 (EPSG:4326)"
        ) from None


def crs_from_definition(definition: str | dict[str, Any], where: str) -> CRS:
    """The coordinate system of a WKT text or a PROJJSON object; one that would have PROJ open files is refused."""
    text = str(definition)
    if len(text) > _LONGEST_DEFINITION or _OPENS_FILES.search(text):
        raise InvalidGeometry(
            f"the coordinate system of {where} is too long, or refers to files of its own: reproject to WGS 84 (EPSG:4326)"
        )
    try:
        return CRS.from_json_dict(definition) if isinstance(definition, dict) else CRS.from_wkt(definition)
    except (CRSError, ProjError, ValueError, TypeError, UnicodeError):
        raise InvalidGeometry(
            f"the coordinate system of {where} cannot be read: reproject to WGS 84 (EPSG:4326) and save it again"
        ) from None


class Reprojection:
    """From one coordinate system to longitude and latitude on WGS 84.

    Files keep x (east) first whatever the axis order of their coordinate system says, so this does too.

    Raises:
        InvalidGeometry: not a coordinate system of the Earth's surface.
    """

    def __init__(self, crs: CRS, limits: Limits) -> None:
        self._crs = _horizontal(crs)
        self._limits = limits
        self._is_lon_lat = is_lon_lat(self._crs)
        self._name = _named(self._crs)
        self._transformer: Transformer | None = None

    def moved(self, shape: Polygon | MultiPolygon) -> tuple[Polygon | MultiPolygon, tuple[str, ...]]:
        """The shape in longitude and latitude, and what was changed.

        Raises:
            InvalidGeometry: its coordinates cannot be in this coordinate system.
            TooLarge: too many vertices once its edges are cut.
        """
        if self._is_lon_lat:
            return shape, ()
        _refuse_degrees_in_metres(shape, self._crs, self._name)
        try:
            if self._transformer is None:
                set_network_enabled(active=False)
                self._transformer = Transformer.from_crs(self._crs, "OGC:CRS84", always_xy=True)
            moved = _moved(shape, self._transformer, self._crs, self._limits)
        except (ProjError, CRSError):
            raise InvalidGeometry(
                f"the coordinates cannot be turned from {self._name} into longitude and latitude: "
                "check the coordinate system, or reproject to WGS 84 (EPSG:4326)"
            ) from None
        _refuse_outside_of_use(moved, self._crs, self._name)
        says = f"Reprojected from {self._name} to longitude and latitude on WGS 84{_accuracy(self._transformer)}."
        return moved, (says,)


def is_lon_lat(crs: CRS) -> bool:
    """Whether it is WGS 84 in degrees, in either axis order (files keep longitude first)."""
    return crs.is_geographic and (
        crs.to_epsg() == 4326 or crs.equals(CRS("OGC:CRS84"), ignore_axis_order=True)
    )


def _horizontal(crs: CRS) -> CRS:
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise InvalidGeometry(
            f"the coordinate system {shown(crs.name)} is not tied to the Earth: reproject to WGS 84 (EPSG:4326)"
        )
    flat = crs.to_2d()
    code = _code_of(flat.to_wkt())
    return CRS.from_epsg(code) if code else flat  # the register knows where it is used; a .prj does not


@functools.lru_cache(maxsize=128)
def _code_of(wkt: str) -> int | None:
    """The EPSG code of a definition; the search through the register takes tens of milliseconds."""
    return CRS.from_wkt(wkt).to_epsg()


def _named(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"{shown(crs.name)} (EPSG:{code})" if code else shown(crs.name)


def _accuracy(transformer: Transformer) -> str:
    try:
        metres = transformer.get_last_used_operation().accuracy
    except ProjError:
        return ""
    return f"; the transformation is accurate to {metres:g} m" if metres > 0 else ""


def _moved(
    shape: Polygon | MultiPolygon, transformer: Transformer, crs: CRS, limits: Limits
) -> Polygon | MultiPolygon:
    def forward(xy: _Xy) -> _Xy:
        lon, lat = transformer.transform(xy[:, 0], xy[:, 1], errcheck=False)
        moved = np.column_stack([lon, lat])
        if not np.isfinite(moved).all():
            raise InvalidGeometry(
                f"some coordinates lie outside of what {_named(crs)} can hold: check the coordinate system"
            )
        return moved

    budget = _Budget(limits)
    parts = []
    for polygon in shapely.get_parts(shape):
        shell = _ring(polygon.exterior, forward, crs, budget)
        shell = _round_a_pole(shell)
        middle = float(shell[:, 0].mean())
        holes = [_near(_ring(hole, forward, crs, budget), middle) for hole in polygon.interiors]
        parts.append(Polygon(shell, holes))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


class _Budget:
    """Vertices still allowed while edges are being cut."""

    def __init__(self, limits: Limits) -> None:
        self.left = self.most = limits.max_vertices

    def take(self, vertices: int) -> None:
        self.left -= vertices
        if self.left < 0:
            raise TooLarge(
                f"the outline needs over {self.most:,} vertices (max_vertices) once its edges are drawn on WGS 84: "
                "simplify it, or reproject it yourself"
            )


def _ring(ring: shapely.LinearRing, forward: _Forward, crs: CRS, budget: _Budget) -> _Xy:
    xy = shapely.get_coordinates(ring)
    if not np.isfinite(xy).all():
        raise InvalidGeometry("a coordinate is not a finite number (NaN or infinity): give finite ones")
    if crs.is_geographic:
        # A datum shift moves corners by metres: keep each longitude on its own turn round the Earth.
        budget.take(len(xy))
        moved = forward(xy)
        moved[:, 0] = xy[:, 0] + _turned(moved[:, 0] - xy[:, 0])
        return moved
    cut = _cut(xy, forward)
    budget.take(len(cut))
    moved = _unwrapped(forward(cut))
    if len(moved) > 1 and abs(moved[-1, 0] - moved[0, 0]) < 1:
        moved[-1] = moved[0]
    return moved


def _cut(xy: _Xy, forward: _Forward) -> _Xy:
    """Positions added on each edge so that its pieces are straight in lon/lat within the tolerance."""
    if len(xy) < 2:
        return xy
    start, step = xy[:-1], np.diff(xy, axis=0)
    ends = forward(xy)
    span = np.diff(ends, axis=0)
    span[:, 0] = _turned(span[:, 0])
    off = np.zeros(len(step))
    for share in (0.25, 0.5, 0.75):
        true = forward(start + share * step) - ends[:-1]
        true[:, 0] = _turned(true[:, 0])
        miss = (true - share * span) * _METRES_PER_DEGREE
        miss[:, 0] *= np.cos(np.radians(ends[:-1, 1]))
        off = np.maximum(off, np.hypot(miss[:, 0], miss[:, 1]))
    # The deviation falls with the square of the number of pieces.
    pieces = np.maximum(1, np.ceil(np.sqrt(off / STRAIGHT_TOLERANCE_M))).astype(int)
    total = int(pieces.sum())
    edge = np.repeat(np.arange(len(step)), pieces)
    nth = np.arange(total) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (nth / pieces[edge])[:, None]
    return np.vstack([start[edge] + share * step[edge], xy[-1:]])


def _turned(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((degrees + 180) % 360 - 180, dtype=np.float64)


def _unwrapped(lon_lat: _Xy) -> _Xy:
    """Longitudes that run on across 180 degrees instead of jumping."""
    run = np.concatenate([[0.0], np.cumsum(_turned(np.diff(lon_lat[:, 0])))])
    return np.column_stack([lon_lat[0, 0] + run, lon_lat[:, 1]])


def _round_a_pole(shell: _Xy) -> _Xy:
    """A ring that runs once round a pole, drawn up to the pole."""
    if abs(abs(shell[-1, 0] - shell[0, 0]) - 360) > 1:
        return shell
    pole = 90.0 if shell[:, 1].mean() > 0 else -90.0
    return np.vstack([shell, [[shell[-1, 0], pole], [shell[0, 0], pole], shell[0]]])


def _near(ring: _Xy, middle_deg: float) -> _Xy:
    turns = np.round((middle_deg - float(ring[:, 0].mean())) / 360)
    return np.asarray(ring + np.array([360 * turns, 0.0]), dtype=np.float64)


def _refuse_degrees_in_metres(shape: Polygon | MultiPolygon, crs: CRS, name: str) -> None:
    if not crs.is_projected or shape.is_empty:
        return
    west, south, east, north = shape.bounds
    if max(abs(west), abs(east)) <= 360 and max(abs(south), abs(north)) <= 90:
        raise InvalidGeometry(
            f"the coordinates look like degrees (x {west:g} to {east:g}), and the coordinate system is {name}, which is "
            "in metres or feet: correct the coordinate system"
        )


def _refuse_outside_of_use(moved: Polygon | MultiPolygon, crs: CRS, name: str) -> None:
    use = crs.area_of_use
    if use is None or moved.is_empty:
        return
    xy = shapely.get_coordinates(moved)
    width = use.east - use.west + (360 if use.east < use.west else 0)
    off = np.abs(_turned(xy[:, 0] - (use.west + width / 2)))
    inside = (
        (off <= width / 2 + _MARGIN_DEG)
        & (xy[:, 1] >= use.south - _MARGIN_DEG)
        & (xy[:, 1] <= use.north + _MARGIN_DEG)
    )
    if not inside.all():
        lon, lat = xy[~inside][0]
        raise InvalidGeometry(
            f"read as {name}, the outline reaches longitude {(lon + 180) % 360 - 180:.4g}, latitude {lat:.4g}, far outside of where "
            f"this coordinate system is used ({shown(use.name)}): correct the coordinate system, "
            "or the order of the coordinates"
        )
