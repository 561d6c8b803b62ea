"""The zone index: built once from the outlines of the zones, saved beside a hash of them, memory-mapped when read."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rsiwg.screening.grid import (
    CELLS_PER_BLOCK,
    COLUMNS,
    FINE_COLUMNS,
    FINE_PER_DEG,
    FINE_ROWS,
    REACH_DEG,
    ROWS,
    SIDE,
    Floats,
    Ints,
    distinct,
    fine_column,
    fine_row,
    is_in,
    spread,
)

FORMAT = "3"
"""Changes with what the arrays mean, so that an older cache is not taken for a new one."""

_ARRAYS = (
    "coarse",
    "cell_set",
    "cell_near",
    "block_edges",
    "cell_edges",
    "edge_of",
    "edges",
    "edge_zone",
    "set_members",
    "set_zones",
)


@attrs.frozen(kw_only=True, eq=False)
class ZoneIndex:
    """Where each zone lies, by cell.  Arrays only, besides the outlines themselves, which settle what is left."""

    outlines: tuple[BaseGeometry, ...]
    """Polygonal, valid, longitudes in [-180, 180], edges straight in longitude and latitude."""
    coarse: NDArray[np.int32]
    """(720, 1440): the set of zones that hold the whole cell, or -1 - block where an edge touches it."""
    cell_set: NDArray[np.int32]
    """By fine cell of the blocks: the set of zones that hold the whole cell."""
    cell_near: NDArray[np.int32]
    """By fine cell of the blocks: the set of zones with an edge in it; 0 where there is none."""
    block_edges: NDArray[np.uint64]
    """By block: a bit for each fine cell, row by row, set where there is an edge in it."""
    cell_edges: NDArray[np.int32]
    """By fine cell, and one more: where its edges begin in `edge_of`."""
    edge_of: NDArray[np.int32]
    """Numbers of edges, by fine cell."""
    edges: Floats
    """(edges, 4): from longitude and latitude, to longitude and latitude, degrees."""
    edge_zone: NDArray[np.int32]
    set_members: NDArray[np.int32]
    """By set, and one more: where its zones begin in `set_zones`; set 0 is empty."""
    set_zones: NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(int(getattr(self, name).nbytes) for name in _ARRAYS)

    @classmethod
    def build(cls, outlines: Sequence[BaseGeometry]) -> Self:
        """Enter every edge and every interior into the grid.

        Raises:
            ValueError: an outline is not polygonal, not valid, or lies beyond -180 to 180 or -90 to 90 degrees.
        """
        outlines = tuple(outlines)
        edges, edge_zone = _edges(outlines)
        cells, entries = _cells_of_edges(edges)
        block_of = np.full(ROWS * COLUMNS, -1, dtype=np.int32)
        touched = np.zeros(ROWS * COLUMNS, dtype=bool)
        coarse_of_entry = (cells // FINE_COLUMNS // SIDE) * COLUMNS + cells % FINE_COLUMNS // SIDE
        touched[coarse_of_entry] = True
        blocks = int(touched.sum())
        block_of[touched] = np.arange(blocks, dtype=np.int32)
        within = (cells // FINE_COLUMNS % SIDE) * SIDE + cells % SIDE
        entry_cell = block_of[coarse_of_entry].astype(np.int64) * CELLS_PER_BLOCK + within
        order = np.argsort(entry_cell, kind="stable")
        entry_cell, entries = entry_cell[order], entries[order]
        cell_edges = np.zeros(blocks * CELLS_PER_BLOCK + 1, dtype=np.int32)
        np.cumsum(np.bincount(entry_cell, minlength=blocks * CELLS_PER_BLOCK), out=cell_edges[1:])

        zones = max(len(outlines), 1)
        own = distinct(entry_cell * zones + edge_zone[entries])
        fine, coarse = _interiors(edges, edge_zone, block_of, zones)
        sets = _Sets(zones)
        cell_set = sets.intern(fine[~is_in(fine, own)], blocks * CELLS_PER_BLOCK)
        cell_near = sets.intern(own, blocks * CELLS_PER_BLOCK)
        coarse_set = sets.intern(coarse, ROWS * COLUMNS)
        set_members, set_zones = sets.arrays()
        return cls(
            outlines=outlines,
            coarse=np.where(touched, -1 - block_of, coarse_set).astype(np.int32).reshape(ROWS, COLUMNS),
            cell_set=cell_set,
            cell_near=cell_near,
            block_edges=np.packbits(cell_near != 0, bitorder="little").view("<u8").astype(np.uint64),
            cell_edges=cell_edges,
            edge_of=entries.astype(np.int32),
            edges=edges,
            edge_zone=edge_zone.astype(np.int32),
            set_members=set_members,
            set_zones=set_zones,
        )

    @classmethod
    def cached(cls, outlines: Sequence[BaseGeometry], key: str, folder: Path) -> Self:
        """The index kept in `folder` under `key` (such as the rulebook's version), memory-mapped; built and kept
        where it is not there or cannot be read."""
        outlines = tuple(outlines)
        name = hashlib.sha256(f"{FORMAT} {key} {len(outlines)}".encode()).hexdigest()[:24]
        place = folder / f"zones-{name}"
        try:
            return cls(outlines=outlines, **{n: np.load(place / f"{n}.npy", mmap_mode="r") for n in _ARRAYS})
        except (OSError, ValueError, EOFError):
            built = cls.build(outlines)
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f".{name}.{os.getpid()}.part"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        for n in _ARRAYS:
            np.save(beside / f"{n}.npy", getattr(built, n))
        shutil.rmtree(place, ignore_errors=True)
        try:
            beside.replace(place)
        except OSError:  # another process has kept the same meanwhile
            shutil.rmtree(beside, ignore_errors=True)
        return built


def _edges(outlines: tuple[BaseGeometry, ...]) -> tuple[Floats, Ints]:
    """Every edge of every ring, (from x, from y, to x, to y), and its zone."""
    parts, zone_of_part = shapely.get_parts(np.array(outlines, dtype=object), return_index=True)
    if not np.isin(shapely.get_type_id(parts), (3,)).all() or not shapely.is_valid(parts).all():
        raise ValueError("an outline of a zone is not a valid polygon")
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if len(xy) and not (np.abs(xy) <= (180.0, 90.0)).all():
        raise ValueError("an outline of a zone lies beyond -180 to 180 or -90 to 90 degrees")
    follows = ring[1:] == ring[:-1]
    edges = np.hstack([xy[:-1], xy[1:]])[follows]
    return np.ascontiguousarray(edges), zone_of_part[part_of_ring[ring[:-1][follows]]]


def _cells_of_edges(edges: Floats) -> tuple[Ints, Ints]:
    """(fine cell, edge) for every cell within reach of an edge; cells are numbered row by row."""
    x0, y0, x1, y1 = edges.T
    low, high = fine_row(np.minimum(y0, y1) - REACH_DEG), fine_row(np.maximum(y0, y1) + REACH_DEG)
    edge, step = spread(high - low + 1)
    row = low[edge] + step
    # The part of the edge within the row, a little more, so that no rounding loses a cell.
    south, north = row / FINE_PER_DEG - 90 - REACH_DEG, (row + 1) / FINE_PER_DEG - 90 + REACH_DEG
    rise = (y1 - y0)[edge]
    flat = np.abs(rise) < 1e-12
    safe = np.where(flat, 1.0, rise)
    t_south, t_north = (south - y0[edge]) / safe, (north - y0[edge]) / safe
    t_from = np.where(flat, 0.0, np.clip(np.minimum(t_south, t_north), 0, 1))
    t_to = np.where(flat, 1.0, np.clip(np.maximum(t_south, t_north), 0, 1))
    run = (x1 - x0)[edge]
    x_from, x_to = x0[edge] + t_from * run, x0[edge] + t_to * run
    west = fine_column(np.minimum(x_from, x_to) - REACH_DEG)
    east = fine_column(np.maximum(x_from, x_to) + REACH_DEG)
    piece, step = spread(east - west + 1)
    return row[piece] * FINE_COLUMNS + west[piece] + step, edge[piece]


def _interiors(edges: Floats, edge_zone: Ints, block_of: NDArray[np.int32], zones: int) -> tuple[Ints, Ints]:
    """(cell x zones + zone) for each cell whose centre lies in a zone: fine cells of blocks, and coarse cells."""
    west, east, row, zone = _spans(edges, edge_zone)
    first = np.ceil((west + 180) * FINE_PER_DEG - 0.5).astype(np.int64)
    last = np.minimum(np.floor((east + 180) * FINE_PER_DEG - 0.5).astype(np.int64), FINE_COLUMNS - 1)
    held = last >= first
    first, last, row, zone = first[held], last[held], row[held], zone[held]
    span, step = spread(last // SIDE - first // SIDE + 1)
    column = first[span] // SIDE + step
    cell = row[span] // SIDE * COLUMNS + column
    block = block_of[cell]
    # Of a coarse cell without edges one inner point tells all.
    probe = column * SIDE + SIDE // 2
    whole = (block < 0) & (row[span] % SIDE == SIDE // 2) & (first[span] <= probe) & (probe <= last[span])
    coarse = cell[whole] * zones + zone[span[whole]]

    mixed = np.flatnonzero(block >= 0)
    span, column, block = span[mixed], column[mixed], block[mixed].astype(np.int64)
    from_, to = np.maximum(first[span] - column * SIDE, 0), np.minimum(last[span] - column * SIDE, SIDE - 1)
    piece, step = spread(to - from_ + 1)
    fine = block[piece] * CELLS_PER_BLOCK + row[span[piece]] % SIDE * SIDE + from_[piece] + step
    return fine * zones + zone[span[piece]], coarse


def _spans(edges: Floats, edge_zone: Ints) -> tuple[Floats, Floats, Ints, Ints]:
    """(west, east, fine row, zone) of each stretch of a row's middle line that lies inside a zone."""
    x0, y0, x1, y1 = edges.T
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    first = np.maximum(np.ceil((low + 90) * FINE_PER_DEG - 0.5).astype(np.int64) - 1, 0)
    last = np.minimum(np.ceil((high + 90) * FINE_PER_DEG - 0.5).astype(np.int64), FINE_ROWS - 1)
    edge, step = spread(np.maximum(last - first + 1, 0))
    row = first[edge] + step
    middle = (row + 0.5) / FINE_PER_DEG - 90
    crossed = (low[edge] <= middle) & (middle < high[edge])
    edge, row, middle = edge[crossed], row[crossed], middle[crossed]
    x = x0[edge] + (middle - y0[edge]) / (y1 - y0)[edge] * (x1 - x0)[edge]
    zone = edge_zone[edge]
    order = np.lexsort((x, zone * FINE_ROWS + row))
    x, row, zone = x[order], row[order], zone[order]
    if len(x) % 2 or not (row[::2] == row[1::2]).all() or not (zone[::2] == zone[1::2]).all():
        raise ValueError("an outline of a zone has a ring that is not closed")
    return x[::2], x[1::2], row[::2], zone[::2]


class _Sets:
    """Sets of zones, each kept once, by number."""

    def __init__(self, zones: int) -> None:
        self._zones = zones
        self._members: list[tuple[int, ...]] = [()]
        self._number: dict[tuple[int, ...], int] = {(): 0}

    def intern(self, keys: Ints, cells: int) -> NDArray[np.int32]:
        """The number of the set of each cell, from keys of cell x zones + zone."""
        state = np.zeros(cells, dtype=np.int32)
        keys = distinct(keys)
        cell, zone = keys // self._zones, keys % self._zones
        is_first = np.r_[True, cell[1:] != cell[:-1]] if len(cell) else np.zeros(0, dtype=bool)
        begins = np.flatnonzero(is_first)
        nth = np.arange(len(cell)) - np.repeat(begins, np.diff(np.r_[begins, len(cell)]))
        for n in range(int(nth.max(initial=-1)) + 1):  # one round per member of the largest set
            at = nth == n
            grown = state[cell[at]].astype(np.int64) * self._zones + zone[at]
            numbers = np.zeros(int(grown.max()) + 1, dtype=np.int32)  # as long as sets x zones
            for key in np.flatnonzero(np.bincount(grown)):
                numbers[key] = self._with(int(key) // self._zones, int(key) % self._zones)
            state[cell[at]] = numbers[grown]
        return state

    def _with(self, number: int, zone: int) -> int:
        members = (*self._members[number], zone)
        if members not in self._number:
            self._number[members] = len(self._members)
            self._members.append(members)
        return self._number[members]

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Where each set begins, and the zones."""
        sizes = [len(members) for members in self._members]
        return (
            np.cumsum([0, *sizes]).astype(np.int32),
            np.array([zone for members in self._members for zone in members], dtype=np.int32),
        )
