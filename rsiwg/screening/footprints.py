"""Footprints in columns: corners in one array, so that no geometry object is made for a plain one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import normalise_shape
from rsiwg.screening.compiled import kernel
from rsiwg.screening.grid import Floats, Ints

_QUAD_BYTES = 93
_QUAD_HEAD = np.frombuffer(b"\x01\x03\0\0\0\x01\0\0\0\x05\0\0\0", dtype=np.uint8)


@attrs.frozen(kw_only=True, eq=False)
class Footprints:
    """Outlines of scenes on the ground, degrees; longitudes in [-180, 180], split at 180 degrees.

    Edges are straight in longitude and latitude.  Each is valid, or has no corner at all and a reason in `refused`.
    """

    xy: Floats
    """(corners, 2): of all rings, one after another."""
    starts: Ints
    """(footprints + 1,): where the corners of each begin."""
    is_ring: NDArray[np.bool_]
    """One outer ring and no more; of the others the outline is in `whole`."""
    whole: Mapping[int, BaseGeometry]
    refused: Mapping[int, str]
    """By row: why it cannot be taken, as a sentence."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def from_wkb(
        cls, data: NDArray[np.uint8], offsets: Ints, missing: NDArray[np.bool_] | None = None
    ) -> Self:
        """Read WKB cells; row n lies in ``data[offsets[n]:offsets[n + 1]]``.  Plain quads cost no object each."""
        count = len(offsets) - 1
        xy = np.empty((count * 5, 2))
        plain = np.zeros(count, dtype=bool)
        if kernel is not None:
            kernel.decode_quads(data, offsets, xy, plain)
        else:
            _decode_quads(data, offsets, xy, plain)
        if missing is not None:
            plain &= ~missing
        if plain.all():
            return cls(xy=xy, starts=np.arange(count + 1) * 5, is_ring=plain, whole={}, refused={})
        rest = np.flatnonzero(~plain)
        cells = [
            None if missing is not None and missing[n] else data[offsets[n] : offsets[n + 1]].tobytes()
            for n in rest
        ]
        with np.errstate(invalid="ignore"):  # NaN is refused by row
            shapes = shapely.from_wkb(np.array(cells, dtype=object), on_invalid="ignore")
        unreadable = np.array([cell is not None for cell in cells]) & shapely.is_missing(shapes)
        return cls._of(xy, plain, rest, shapes, unreadable)

    @classmethod
    def from_shapes(cls, shapes: Sequence[BaseGeometry | None] | NDArray[np.object_]) -> Self:
        """Take shapely geometries; None and whatever is not a sound area is refused by row."""
        given = np.array(shapes, dtype=object)
        nothing = np.zeros(len(given), dtype=bool)
        return cls._of(np.empty((len(given) * 5, 2)), nothing, np.arange(len(given)), given, nothing)

    @classmethod
    def from_quads_and_shapes(
        cls, count: int, rows: Ints, quads: Floats, shapes: NDArray[np.object_]
    ) -> Self:
        """Plain quads (rows, 5, 2) at some rows, and shapely geometries at all others."""
        plain = np.zeros(count, dtype=bool)
        plain[rows] = True
        corners = np.zeros((count, 5, 2))
        corners[rows] = quads
        rest = np.flatnonzero(~plain)
        return cls._of(corners.reshape(-1, 2), plain, rest, shapes[rest], np.zeros(len(rest), dtype=bool))

    @classmethod
    def _of(
        cls,
        quads: Floats,
        plain: NDArray[np.bool_],
        rest: Ints,
        shapes: NDArray[np.object_],
        unreadable: NDArray[np.bool_],
    ) -> Self:
        """Put the corners of plain quads and of all other shapes together."""
        sound, refused = _sound(shapes, unreadable)
        count = len(plain)
        corners = np.where(plain, 5, 0)
        corners[rest] = shapely.get_num_coordinates(sound)
        starts = np.r_[0, np.cumsum(corners)]
        xy = np.empty((int(starts[-1]), 2))
        of_row = np.repeat(np.arange(count), corners)
        from_quads = plain[of_row]
        xy[from_quads] = quads.reshape(count, 5, 2)[plain].reshape(-1, 2)
        xy[~from_quads] = shapely.get_coordinates(sound)
        rings = (shapely.get_type_id(sound) == 3) & (shapely.get_num_interior_rings(sound) == 0)
        single = (shapely.get_type_id(sound) == 6) & (shapely.get_num_geometries(sound) == 1)
        single &= shapely.get_num_interior_rings(shapely.get_geometry(sound, 0)) == 0
        is_ring = plain.copy()
        is_ring[rest] = rings | single
        return cls(
            xy=xy,
            starts=starts,
            is_ring=is_ring,
            whole={int(rest[n]): sound[n] for n in np.flatnonzero(~(rings | single) & (sound != None))},  # noqa: E711
            refused={int(rest[n]): why for n, why in refused.items()},
        )

    def shapes(self, rows: Ints) -> NDArray[np.object_]:
        """The outlines of some rows as shapely geometries; an empty one where it was refused."""
        made = np.full(len(rows), None, dtype=object)
        ring = self.is_ring[rows] & (self.starts[rows + 1] > self.starts[rows])
        if ring.any():
            lengths = (self.starts[rows + 1] - self.starts[rows])[ring]
            owner = np.repeat(np.arange(len(lengths)), lengths)
            within = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            rings = shapely.linearrings(self.xy[self.starts[rows[ring]][owner] + within], indices=owner)
            made[ring] = shapely.polygons(rings)
        for n in np.flatnonzero(~ring):
            made[n] = self.whole.get(int(rows[n]), shapely.Polygon())
        return made

    def bounds(self) -> Floats:
        """(footprints, 4): west, south, east, north, degrees; NaN where refused."""
        found = np.full((len(self), 4), np.nan)
        some = np.flatnonzero(np.diff(self.starts))
        at = self.starts[some]
        if len(some):
            found[some, :2] = np.minimum.reduceat(self.xy, at)
            found[some, 2:] = np.maximum.reduceat(self.xy, at)
        return found


def _decode_quads(data: NDArray[np.uint8], offsets: Ints, xy: Floats, plain: NDArray[np.bool_]) -> None:
    """As `kernel.decode_quads`, in NumPy."""
    fits = np.flatnonzero(np.diff(offsets) == _QUAD_BYTES)
    if not len(fits):
        return
    cells = data[offsets[fits][:, None] + np.arange(_QUAD_BYTES)]
    good = (cells[:, :13] == _QUAD_HEAD).all(axis=1)
    corners = np.ascontiguousarray(cells[:, 13:]).view("<f8").reshape(-1, 5, 2)
    good &= quads_are_plain(corners)
    plain[fits] = good
    xy.reshape(-1, 5, 2)[fits] = corners


def quads_are_plain(corners: Floats) -> NDArray[np.bool_]:
    """Which of (rows, 5, 2) are closed, finite, on the globe, strictly convex and not over 180 degrees wide."""
    with np.errstate(invalid="ignore"):
        good: Any = (np.abs(corners) <= (180.0, 90.0)).all(axis=(1, 2))
        good &= (corners[:, 0] == corners[:, 4]).all(axis=1)
        good &= np.ptp(corners[:, :, 0], axis=1) <= 180
        good &= _is_convex(corners[:, :4])
    return np.asarray(good, dtype=bool)


def _is_convex(corners: Floats) -> NDArray[np.bool_]:
    """Whether four corners turn one way throughout, beyond any rounding."""
    b, c = np.roll(corners, -1, axis=1), np.roll(corners, -2, axis=1)
    left = (corners[..., 0] - c[..., 0]) * (b[..., 1] - c[..., 1])
    right = (corners[..., 1] - c[..., 1]) * (b[..., 0] - c[..., 0])
    turn = np.sign(np.where(np.abs(left - right) > 4e-16 * (np.abs(left) + np.abs(right)), left - right, 0.0))
    convex: NDArray[np.bool_] = np.abs(turn.sum(axis=1)) == 4
    return convex


def _sound(
    shapes: NDArray[np.object_], unreadable: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Shapes that can be taken as they stand, or split at 180 degrees; None and the reason for the others."""
    sound, refused = shapes.copy(), {}
    with np.errstate(invalid="ignore"):
        kinds, bounds = shapely.get_type_id(shapes), shapely.bounds(shapes)
        easy = (
            np.isin(kinds, (3, 6)) & ~shapely.has_z(shapes) & shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
            & (bounds[:, 0] >= -180) & (bounds[:, 2] <= 180) & (bounds[:, 1] >= -90) & (bounds[:, 3] <= 90)
            & (bounds[:, 2] - bounds[:, 0] <= 180)
        )  # fmt: skip
    for n in np.flatnonzero(~easy):
        sound[n] = None
        shape = shapes[n]
        if shape is None:
            refused[int(n)] = (
                "the geometry is not WKB that can be read: export it again"
                if unreadable[n]
                else "there is no geometry: give the outline"
            )
            continue
        try:
            with np.errstate(invalid="ignore"):
                sound[n] = normalise_shape(shape).area
        except InvalidGeometry as exc:
            refused[int(n)] = str(exc)
    return sound, refused


def wkb_of(cells: Any) -> tuple[NDArray[np.uint8], Ints, NDArray[np.bool_] | None]:
    """(bytes, offsets, missing) of a pyarrow binary array, without a copy of the bytes."""
    import pyarrow as pa  # noqa: PLC0415  # heavy

    wide = pa.types.is_large_binary(cells.type)
    _, offsets, data = cells.buffers()
    width = np.int64 if wide else np.int32
    ends = np.frombuffer(offsets, dtype=width)[cells.offset : cells.offset + len(cells) + 1].astype(np.int64)
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    missing = cells.is_null().to_numpy(zero_copy_only=False) if cells.null_count else None
    return content, ends, missing


def joined(parts: Iterable[Footprints]) -> Footprints:
    """Several, one after another."""
    parts = list(parts)
    rows = np.cumsum([0, *(len(part) for part in parts)])
    corners = np.cumsum([0, *(len(part.xy) for part in parts)])
    return Footprints(
        xy=np.concatenate([part.xy for part in parts]),
        starts=np.r_[0, np.concatenate([p.starts[1:] + c for p, c in zip(parts, corners[:-1], strict=True)])],
        is_ring=np.concatenate([part.is_ring for part in parts]),
        whole={
            int(r) + n: g for part, r in zip(parts, rows[:-1], strict=True) for n, g in part.whole.items()
        },
        refused={
            int(r) + n: w for part, r in zip(parts, rows[:-1], strict=True) for n, w in part.refused.items()
        },
    )
