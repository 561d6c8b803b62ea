"""Ground that a satellite may see: an outline on the ellipsoid, and how far each place on Earth lies from it."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray

from rsiwg.errors import InvalidSubmission
from rsiwg.geometry import Area
from rsiwg.geometry.measure import FLATTENING, SEMI_MAJOR_M

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_A_KM = SEMI_MAJOR_M / 1000
_B_KM = _A_KM * (1 - FLATTENING)
AXES_KM = np.array([_A_KM, _A_KM, _B_KM])
_LONGEST_EDGE_DEG = 0.2
"""Edges are cut to this, so that a straight line between corners stays within 10 m of the ellipsoid."""
CELL_DEG = 0.5
_COLUMNS = round(360 / CELL_DEG)
_ROWS = round(180 / CELL_DEG)
CELL_RADIUS_DEG = CELL_DEG * math.sqrt(0.5)
"""From the middle of a cell to its furthest corner, at most."""
_THIN = 1024
"""Corners in the same 1024th of the unit sphere's width (0.056 degrees) count as one in the table of distances."""
TABLE_ERROR_DEG = CELL_RADIUS_DEG + 0.2
"""Half an edge, a thinned corner and single precision come on top of the cell."""
_AT_ONCE = 16_384
"""Samples looked at together."""
_BLOCK = 400_000
"""Most numbers in one table of cosines: what a processor keeps near."""


class Nearest(NamedTuple):
    """What of a target a satellite sees at the least off-nadir angle; arrays of shape (n,)."""

    off_nadir_deg: Floats
    elevation_deg: Floats
    """Of the satellite, at that point."""
    point_km: Floats
    """That point, Earth-fixed, shape (n, 3)."""


@attrs.frozen(eq=False, kw_only=True)
class Target:
    """An area, or a point, prepared for many questions of how a satellite sees it."""

    name: str
    area: Area | None
    """None for a point."""
    ups: Singles
    """Normals of the ellipsoid at the corners, shape (corners, 3)."""
    corners_km: Floats
    edges_km: Floats
    """From each corner to the next one of its ring; zero for a point."""
    before: NDArray[np.int64]
    """The corner before each corner."""
    centre: Floats
    """Of a cap that holds it: a unit normal."""
    radius_deg: float

    @property
    def is_point(self) -> bool:
        """Whether it has no extent."""
        return self.area is None

    def holds(self, longitude_deg: Floats, latitude_deg: Floats) -> NDArray[np.bool_]:
        """Whether places lie within the area."""
        if self.area is None:
            return np.zeros(np.shape(longitude_deg), dtype=bool)
        inside: NDArray[np.bool_] = shapely.contains_xy(self.area, longitude_deg, latitude_deg)
        return inside

    def distances_deg(self, reach_deg: float, wanted: NDArray[np.bool_]) -> Singles:
        """How far the middle of each cell lies from the outline, degrees between normals; negative inside.

        A flat table by cell number; infinite beyond `reach_deg`, and in cells that are not wanted.  Moving by x degrees changes the distance
        by at most x, so that of any place is within `TABLE_ERROR_DEG` of its cell's value.
        """
        table = np.full(_ROWS * _COLUMNS, np.inf, dtype=np.float32)
        cells = _cells_within(self.centre, self.radius_deg + reach_deg)
        cells = cells[wanted[cells]]
        longitude_deg, latitude_deg = cell_middles(cells)
        middles = normals(longitude_deg, latitude_deg).astype(np.float32)
        far = np.empty(len(cells), dtype=np.float32)
        marks = _thinned(self.ups)
        for part in _parts(len(cells), len(marks)):
            far[part] = np.max(middles[part] @ marks.T, axis=1)
        distance = np.degrees(np.arccos(np.minimum(far, 1.0)))
        distance[self.holds(longitude_deg, latitude_deg)] *= -1
        table[cells] = np.where(distance <= reach_deg, distance, np.inf)
        return table

    def nearest(self, position_km: Floats, up: Floats) -> Nearest:
        """As `Targets.nearest`, of this one."""
        return Targets.of([self]).nearest(np.zeros(len(position_km), dtype=np.int64), position_km, up)


@attrs.frozen(eq=False, kw_only=True)
class Targets:
    """Several targets, asked about together, so that short work is not all overhead."""

    each: tuple[Target, ...]
    first: NDArray[np.int64]
    """The place of each one's first corner in what follows."""
    corners_km: Floats
    edges_km: Floats
    before: NDArray[np.int64]

    @classmethod
    def of(cls, targets: Sequence[Target]) -> "Targets":
        """Put them together."""
        counts = [len(target.ups) for target in targets]
        first = np.r_[0, np.cumsum(counts)[:-1]].astype(np.int64)
        return cls(
            each=tuple(targets),
            first=first,
            corners_km=np.concatenate([target.corners_km for target in targets]),
            edges_km=np.concatenate([target.edges_km for target in targets]),
            before=np.concatenate([target.before + n for target, n in zip(targets, first, strict=True)]),
        )

    def nearest(self, which: NDArray[np.int64], position_km: Floats, up: Floats) -> Nearest:
        """The point of an outline seen at the least off-nadir angle, for each of n samples.

        `which` says of which target; positions and the normals below them have shape (n, 3).  Exact along every edge that can
        hold it: off-nadir is least at the corner, or where its cosine along the edge is stationary, a linear equation.  A
        satellite above the area sees ground straight below as well; ask `Target.holds`.
        """
        found = Nearest(np.empty(len(which)), np.empty(len(which)), np.empty((len(which), 3)))
        order = np.argsort(which, kind="stable")
        for n in range(0, len(order), _AT_ONCE):
            part = order[n : n + _AT_ONCE]
            row, corner = self._near(which[part], up[part].astype(np.float32))
            for column, values in zip(
                found, self._exact(row, corner, position_km[part], up[part]), strict=True
            ):
                column[part] = values
        return found

    def _near(self, which: NDArray[np.int64], up: Singles) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(samples, corners) whose edges may hold the point: nearly as near as the nearest, in angle between normals."""
        begins = np.flatnonzero(np.r_[True, which[1:] != which[:-1]])
        rows, corners = [], []
        edge = math.radians(_LONGEST_EDGE_DEG)
        for begin, end in zip(begins, np.r_[begins[1:], len(which)], strict=True):
            ups, first = self.each[which[begin]].ups, self.first[which[begin]]
            if len(ups) == 1:
                rows.append(np.arange(begin, end))
                corners.append(np.full(end - begin, first))
                continue
            for part in _parts(end - begin, len(ups)):
                cosines = up[begin:end][part] @ ups.T
                nearest = np.arccos(np.minimum(cosines.max(axis=1), np.float32(1)))
                slack = 0.01 * nearest + math.radians(0.03)
                slack += np.minimum(edge / 2, edge**2 / np.maximum(8 * nearest, 1e-6))
                # One flat search is ten times as fast as one by rows and columns.
                row, corner = np.divmod(np.flatnonzero(cosines >= np.cos(nearest + slack)[:, None]), len(ups))
                rows.append(row + begin + part.start)
                corners.append(corner + first)
        return np.concatenate(rows), np.concatenate(corners)

    def _exact(
        self, row: NDArray[np.int64], corner: NDArray[np.int64], position: Floats, up: Floats
    ) -> Nearest:
        row, corner = np.repeat(row, 2), np.stack([corner, self.before[corner]], axis=1).ravel()
        s, n = position[row], -up[row]
        a, d = self.corners_km[corner] - s, self.edges_km[corner]
        na, nd, ad = _dot(n, a), _dot(n, d), _dot(a, d)
        aa, dd = _dot(a, a), _dot(d, d)
        below = nd * ad - na * dd
        along = np.clip(np.divide(na * ad - nd * aa, below, out=np.zeros_like(aa), where=below != 0), 0, 1)
        # The stationary point may be a greatest value; then an end of the edge is the least.
        cosine = (na + along * nd) / np.sqrt(aa + along * (2 * ad + along * dd))
        at_start = na / np.sqrt(aa)
        along = np.where(at_start > cosine, 0.0, along)
        cosine = np.maximum(cosine, at_start)
        first = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
        best = np.maximum.reduceat(cosine, first)
        place = np.arange(len(row))
        place[cosine != np.repeat(best, np.diff(np.r_[first, len(row)]))] = len(row)
        chosen = np.minimum.reduceat(place, first)
        line = a[chosen] + along[chosen, None] * d[chosen]
        point = position + line
        normal = point / AXES_KM**2
        sine = -_dot(normal, line) / np.sqrt(_dot(normal, normal) * _dot(line, line))
        return Nearest(_degrees_of(best), np.degrees(np.arcsin(np.clip(sine, -1, 1))), point)


def area_target(name: str, area: Area) -> Target:
    """An area, any part of which may be seen.

    Edges where an outline is split at 180 degrees run inside the area and so are never nearest from outside.

    Raises:
        InvalidSubmission: the area is empty.
    """
    if area.is_empty:
        raise InvalidSubmission({"aoi": f"{name} is empty: give an area"})
    cut = shapely.segmentize(area, _LONGEST_EDGE_DEG)
    rings = shapely.get_rings(shapely.get_parts(cut))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.r_[ring[1:] != ring[:-1], True]
    ups = normals(xy[:, 0], xy[:, 1])
    corners = on_ellipsoid_km(ups)
    edges = np.zeros_like(corners)
    edges[:-1] = np.diff(corners, axis=0)
    before = np.r_[0, np.arange(len(xy) - 1)]
    starts = np.r_[0, np.flatnonzero(last)[:-1] + 1]
    before[starts] = np.flatnonzero(last) - 1
    # The corner that closes a ring repeats its first one.
    kept = np.flatnonzero(~last)
    renumbered = np.cumsum(~last) - 1
    shapely.prepare(area)
    centre, radius_deg = _cap(ups[kept])
    return Target(
        name=name,
        area=area,
        ups=ups[kept].astype(np.float32),
        corners_km=corners[kept],
        edges_km=edges[kept],
        before=renumbered[before[kept]],
        centre=centre,
        radius_deg=radius_deg,
    )


def point_target(name: str, longitude_deg: float, latitude_deg: float) -> Target:
    """A point on the ellipsoid.

    Raises:
        InvalidSubmission: it is off the globe.
    """
    if not (abs(longitude_deg) <= 180 and abs(latitude_deg) <= 90):
        raise InvalidSubmission(
            {"point": "the longitude must be within 180 and the latitude within 90 degrees"}
        )
    ups = normals(np.array([longitude_deg]), np.array([latitude_deg]))
    return Target(
        name=name,
        area=None,
        ups=ups.astype(np.float32),
        corners_km=on_ellipsoid_km(ups),
        edges_km=np.zeros((1, 3)),
        before=np.zeros(1, dtype=np.int64),
        centre=ups[0],
        radius_deg=0.0,
    )


# ----------------------------------------------------------------------------------- normals and cells


def normals(longitude_deg: Floats, latitude_deg: Floats) -> Floats:
    """Unit normals of the ellipsoid at geodetic places; shape (n, 3)."""
    lon, lat = np.radians(longitude_deg), np.radians(latitude_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def on_ellipsoid_km(ups: Floats) -> Floats:
    """The points of the ellipsoid with these normals, Earth-fixed."""
    stretched = ups * AXES_KM**2
    points: Floats = stretched / np.sqrt(np.sum(ups * stretched, axis=-1, keepdims=True))
    return points


def places_of(ups: Floats) -> tuple[Floats, Floats]:
    """(longitude, geodetic latitude), degrees, of normals."""
    return np.degrees(np.arctan2(ups[..., 1], ups[..., 0])), np.degrees(
        np.arcsin(np.clip(ups[..., 2], -1, 1))
    )


def cells_of(ups: Floats | Singles) -> NDArray[np.int32]:
    """The number of the cell in which each normal's place lies."""
    column = ((np.arctan2(ups[..., 1], ups[..., 0]) * (180 / np.pi) + 180) / CELL_DEG).astype(np.int32)
    row = ((np.arcsin(np.clip(ups[..., 2], -1, 1)) * (180 / np.pi) + 90) / CELL_DEG).astype(np.int32)
    numbers: NDArray[np.int32] = np.minimum(row, _ROWS - 1) * np.int32(_COLUMNS) + np.minimum(
        column, _COLUMNS - 1
    )
    return numbers


def cells_round(cells: NDArray[np.int32]) -> NDArray[np.bool_]:
    """By cell number: those given, their neighbours, and every one within 10 degrees of a pole, where columns are narrow."""
    held = np.zeros((_ROWS, _COLUMNS), dtype=bool)
    held.reshape(-1)[cells.ravel()] = True
    held |= np.roll(held, 1, axis=1) | np.roll(held, -1, axis=1)
    held[1:] |= held[:-1].copy()
    held[:-1] |= held[1:].copy()
    polar = round(10 / CELL_DEG)
    held[:polar] = held[-polar:] = True
    return held.ravel()


def cell_middles(cells: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(longitude, latitude) of the middles of cells."""
    row, column = np.divmod(cells, _COLUMNS)
    return (column + 0.5) * CELL_DEG - 180, (row + 0.5) * CELL_DEG - 90


def _cells_within(centre: Floats, radius_deg: float) -> NDArray[np.int64]:
    """Cells with some place within an angle of a normal: by rows, then by the width that a row needs."""
    radius = radius_deg + CELL_RADIUS_DEG
    lat = math.degrees(math.asin(max(-1.0, min(1.0, float(centre[2])))))
    lon = math.degrees(math.atan2(centre[1], centre[0]))
    first = max(math.floor((lat - radius + 90) / CELL_DEG), 0)
    rows = np.arange(first, min(math.floor((lat + radius + 90) / CELL_DEG), _ROWS - 1) + 1)
    if abs(lat) + radius >= 90:
        columns = np.arange(_COLUMNS)
    else:
        wide = math.degrees(
            math.asin(min(math.sin(math.radians(min(radius, 90.0))) / math.cos(math.radians(lat)), 1.0))
        )
        wide = 180.0 if radius >= 90 else wide + CELL_DEG
        west = math.floor((lon - wide + 180) / CELL_DEG)
        columns = np.arange(west, west + min(math.ceil(2 * wide / CELL_DEG) + 1, _COLUMNS)) % _COLUMNS
    return (rows[:, None] * _COLUMNS + columns[None, :]).ravel()


def _cap(ups: Floats) -> tuple[Floats, float]:
    """A cap that holds all the normals: its centre, and its radius in degrees."""
    centre = ups.mean(axis=0)
    length = float(np.linalg.norm(centre))
    if length < 1e-6:
        return np.array([0.0, 0.0, 1.0]), 180.0
    centre /= length
    least = float(np.min(ups @ centre))
    return centre, math.degrees(math.acos(max(-1.0, min(1.0, least)))) + 1e-6


def _thinned(ups: Singles) -> Singles:
    """One corner of each small cube."""
    _, kept = np.unique(
        np.floor(ups * np.float32(_THIN / 2)).astype(np.int64) @ np.array([1, 2**12, 2**24]),
        return_index=True,
    )
    thinned: Singles = ups[kept]
    return thinned


def _parts(rows: int, columns: int) -> list[slice]:
    each = max(1, _BLOCK // max(columns, 1))
    return [slice(n, n + each) for n in range(0, rows, each)]


def _dot(one: Floats, other: Floats) -> Floats:
    product: Floats = np.einsum("ij,ij->i", one, other)
    return product


def _degrees_of(cosine: Floats) -> Floats:
    angle: Floats = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return angle
