"""Which footprints meet which zones: exactly the pairs of shapely's `intersects`, most of them without a geometry."""

import threading
from collections.abc import Iterator

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray

from rsiwg.screening.compiled import kernel
from rsiwg.screening.footprints import Footprints
from rsiwg.screening.grid import CELLS_PER_BLOCK, SIDE, Ints, distinct, fine_column, fine_row, is_in, spread
from rsiwg.screening.index import ZoneIndex

_WIDEST_CELLS = 4096
"""Fine cells under a box that NumPy looks at one by one; a wider box goes by its coarse cells alone."""
_CELLS_AT_ONCE = 2_000_000
_ONE_AT_A_TIME = threading.Lock()
"""GEOS prepares an outline at its first question, which two threads must not do at once."""


@attrs.frozen(kw_only=True, eq=False)
class Pairs:
    """(footprint, zone) of each meeting, sorted; touching counts."""

    rows: Ints
    zones: Ints
    asked_geos: int
    """Pairs that only GEOS could settle."""


def find_pairs(footprints: Footprints, index: ZoneIndex, *, compiled: bool = True) -> Pairs:
    """Every footprint that meets a zone; `compiled` False keeps to NumPy."""
    if not index.outlines or not len(footprints):
        return Pairs(rows=np.zeros(0, dtype=np.int64), zones=np.zeros(0, dtype=np.int64), asked_geos=0)
    certain, open_ = (_compiled if compiled and kernel is not None else _in_numpy)(footprints, index)
    met = open_[_ask_geos(footprints, index, open_)]
    zones = len(index.outlines)
    keys = np.sort(np.concatenate([certain, met]) @ np.array([zones, 1]))
    return Pairs(rows=keys // zones, zones=keys % zones, asked_geos=len(open_))


def _ask_geos(footprints: Footprints, index: ZoneIndex, pairs: Ints) -> NDArray[np.bool_]:
    met = np.zeros(len(pairs), dtype=bool)
    if not len(pairs):
        return met
    shapes = footprints.shapes(pairs[:, 0])
    with _ONE_AT_A_TIME:
        for zone in np.unique(pairs[:, 1]):
            at = pairs[:, 1] == zone
            outline = index.outlines[zone]
            shapely.prepare(outline)
            met[at] = shapely.intersects(outline, shapes[at])
    return met


def under_box(footprints: Footprints, index: ZoneIndex, rows: Ints) -> tuple[Ints, Ints]:
    """(cells with an edge, 0 where there is none; set of zones of a corner's cell) under the bounding boxes of rows."""
    xy, starts = footprints.xy, footprints.starts
    owner, step = spread(np.diff(starts)[rows])
    corners = xy[starts[rows[owner]] + step]
    begins = np.cumsum(np.diff(starts)[rows]) - np.diff(starts)[rows]
    west, south = np.minimum.reduceat(corners, begins).T
    east, north = np.maximum.reduceat(corners, begins).T
    return _fine_boxes(index, fine_column(west), fine_column(east), fine_row(south), fine_row(north))


# ------------------------------------------------------------------------------------- machine code


def _compiled(footprints: Footprints, index: ZoneIndex) -> tuple[Ints, Ints]:
    zones = len(index.outlines)
    certain, open_ = [], []
    at, count = 0, len(footprints)
    room = max(count + count // 4, 4 * zones, 1024)
    pairs, unsure = (
        np.empty((room, 2), dtype=np.int64),
        np.empty((max(room // 4, 2 * zones), 2), dtype=np.int64),
    )
    while at < count:
        found, doubtful, done = kernel.find_pairs(
            footprints.xy, footprints.starts[at:], footprints.is_ring[at:], index.coarse, index.cell_set, index.cell_near, index.block_edges, index.cell_edges,
            index.edge_of, index.edges, index.edge_zone, index.set_members, index.set_zones, zones, pairs, unsure,
        )  # fmt: skip
        certain.append(pairs[:found] + np.array([at, 0]))
        open_.append(unsure[:doubtful] + np.array([at, 0]))
        at += done
    return np.concatenate(certain), np.concatenate(open_)


# -------------------------------------------------------------------------------------------- NumPy


def _in_numpy(footprints: Footprints, index: ZoneIndex) -> tuple[Ints, Ints]:
    some = np.flatnonzero(np.diff(footprints.starts))
    west, south, east, north = footprints.bounds()[some].T
    columns, rows = (fine_column(west), fine_column(east)), (fine_row(south), fine_row(north))
    sum_of = _mixed_sums(index)
    coarse = index.coarse[rows[0] // SIDE, columns[0] // SIDE]
    plain = _count_mixed(sum_of, columns, rows) == 0
    certain = [_of_sets(index, some[plain], coarse[plain])]

    left = np.flatnonzero(~plain)
    edged, state = _fine_boxes(index, *(axis[end][left] for axis in (columns, rows) for end in (0, 1)))
    done = edged == 0
    certain.append(_of_sets(index, some[left[done]], state[done]))
    left = left[~done]
    if not len(left):
        return np.concatenate(certain), np.zeros((0, 2), dtype=np.int64)
    zones = len(index.outlines)
    hits = distinct(_probed(footprints, index, some[left]))
    certain.append(np.column_stack([hits // zones, hits % zones]))
    near = _near(index, some[left], *(axis[end][left] for axis in (columns, rows) for end in (0, 1)))
    keys = near[~is_in(near, hits)]
    return np.concatenate(certain), np.column_stack([keys // zones, keys % zones])


def _mixed_sums(index: ZoneIndex) -> NDArray[np.int64]:
    sums = np.zeros((index.coarse.shape[0] + 1, index.coarse.shape[1] + 1), dtype=np.int64)
    np.cumsum(np.cumsum(index.coarse < 0, axis=0), axis=1, out=sums[1:, 1:])
    return sums


def _count_mixed(sums: NDArray[np.int64], columns: tuple[Ints, Ints], rows: tuple[Ints, Ints]) -> Ints:
    (c0, c1), (r0, r1) = (tuple(end // SIDE for end in axis) for axis in (columns, rows))
    counted: Ints = sums[r1 + 1, c1 + 1] - sums[r0, c1 + 1] - sums[r1 + 1, c0] + sums[r0, c0]
    return counted


def _of_sets(index: ZoneIndex, rows: Ints, sets: Ints) -> Ints:
    """(row, zone) for every zone of the set of each row."""
    begins = index.set_members[sets].astype(np.int64)
    owner, step = spread(index.set_members[sets + 1] - begins)
    return np.column_stack([rows[owner], index.set_zones[begins[owner] + step].astype(np.int64)])


def _cells(index: ZoneIndex, column: Ints, row: Ints) -> tuple[Ints, Ints]:
    """(fine cell of the blocks or -1, set) of fine columns and rows."""
    state = index.coarse[row // SIDE, column // SIDE].astype(np.int64)
    cell = np.where(state < 0, (-1 - state) * CELLS_PER_BLOCK + row % SIDE * SIDE + column % SIDE, -1)
    return cell, np.where(cell >= 0, index.cell_set[cell] if len(index.cell_set) else 0, state)


def _fine_boxes(index: ZoneIndex, c0: Ints, c1: Ints, r0: Ints, r1: Ints) -> tuple[Ints, Ints]:
    """(cells with an edge under each box, set of a corner); wide boxes count as edged."""
    size = (c1 - c0 + 1) * (r1 - r0 + 1)
    edged = np.where(size > _WIDEST_CELLS, 1, 0)
    narrow = np.flatnonzero(size <= _WIDEST_CELLS)
    for at in _slices(narrow, size):
        owner, step = spread(size[at])
        wide = (c1 - c0 + 1)[at][owner]
        cell, _ = _cells(index, c0[at][owner] + step % wide, r0[at][owner] + step // wide)
        has = (cell >= 0) & (index.cell_near[cell] != 0)
        edged[at] += np.bincount(owner, weights=has, minlength=len(at)).astype(np.int64)
    return edged, _cells(index, c0, r0)[1]


def _slices(rows: Ints, size: Ints) -> Iterator[Ints]:
    """Rows in pieces of at most some million cells, so that wide footprints do not fill the memory."""
    piece = np.cumsum(size[rows]) // _CELLS_AT_ONCE
    for n in range(int(piece[-1]) + 1 if len(rows) else 0):
        if (at := rows[piece == n]).size:
            yield at


def _probed(footprints: Footprints, index: ZoneIndex, rows: Ints) -> Ints:
    """row x zones + zone where a zone holds the whole cell of a corner."""
    owner, step = spread(np.diff(footprints.starts)[rows])
    x, y = footprints.xy[footprints.starts[rows[owner]] + step].T
    _, state = _cells(index, fine_column(x), fine_row(y))
    keys: Ints = _of_sets(index, rows[owner], state) @ np.array([len(index.outlines), 1])
    return keys


def _near(index: ZoneIndex, rows: Ints, c0: Ints, c1: Ints, r0: Ints, r1: Ints) -> Ints:
    """row x zones + zone for every zone with an edge in a cell under the box, each once, sorted."""
    zones = len(index.outlines)
    found = []
    size = (c1 - c0 + 1) * (r1 - r0 + 1)
    fine = size <= _WIDEST_CELLS
    pieces = [(at, 1) for at in _slices(np.flatnonzero(fine), size)]
    pieces += [(at, SIDE) for at in _slices(np.flatnonzero(~fine), size)]
    for at, side in pieces:
        wide = c1[at] // side - c0[at] // side + 1
        owner, step = spread(wide * (r1[at] // side - r0[at] // side + 1))
        column, row = (
            (c0[at] // side)[owner] + step % wide[owner],
            (r0[at] // side)[owner] + step // wide[owner],
        )
        if side == 1:
            cell, _ = _cells(index, column, row)
        else:  # all cells of the block
            block = -1 - index.coarse[row, column].astype(np.int64)
            owner, block = owner[block >= 0], block[block >= 0]
            cell = (block[:, None] * CELLS_PER_BLOCK + np.arange(CELLS_PER_BLOCK)).ravel()
            owner = np.repeat(owner, CELLS_PER_BLOCK)
        held = cell >= 0
        sets = len(index.set_members)
        seen = distinct(owner[held] * sets + index.cell_near[cell[held]])
        found.append(_of_sets(index, rows[at[seen // sets]], seen % sets) @ np.array([zones, 1]))
    return distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
