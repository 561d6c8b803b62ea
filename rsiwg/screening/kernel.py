"""The join in machine code, by numba, which is optional; `join` falls back to NumPy and gives the same pairs.

Per footprint: a box of cells without an edge tells its zones at once; else corners and middles of sides in cells
that a zone holds whole; else each edge nearby against each side, by an orientation test with an error bound
(Shewchuk, Adaptive precision floating-point arithmetic, 1997).  What the bound cannot tell goes to GEOS.
"""

import numba
import numpy as np
from numba import njit

from rsiwg.screening.grid import CELLS_PER_BLOCK, FINE_COLUMNS, FINE_PER_DEG, FINE_ROWS, SIDE

_BOUND = (3.0 + 16.0 * 1.1102230246251565e-16) * 1.1102230246251565e-16
_PROBES = 16
_MISS, _HIT, _UNSURE = 0, 1, 2
_QUAD_BYTES = 93
"""Of a little-endian WKB polygon with one ring of five positions."""

_compiled = njit(cache=True, nogil=True)
__all__ = ["decode_quads", "find_pairs", "numba", "ring_strips"]


@_compiled
def _column(x):  # type: ignore[no-untyped-def]
    return min(max(int((x + 180.0) * FINE_PER_DEG), 0), FINE_COLUMNS - 1)


@_compiled
def _row(y):  # type: ignore[no-untyped-def]
    return min(max(int((y + 90.0) * FINE_PER_DEG), 0), FINE_ROWS - 1)


@_compiled
def _side(ax, ay, bx, by, cx, cy):  # type: ignore[no-untyped-def]
    """Which side of a-b the point c lies on: 1 left, -1 right, 0 where rounding could tell otherwise."""
    left = (ax - cx) * (by - cy)
    right = (ay - cy) * (bx - cx)
    det = left - right
    bound = _BOUND * (abs(left) + abs(right))
    if det > bound:
        return 1
    if det < -bound:
        return -1
    return 0


@_compiled
def _edge_meets_ring(ax, ay, bx, by, xy, start, end):  # type: ignore[no-untyped-def]
    """Whether an edge meets the closed polygon of one ring."""
    west, east, south, north = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
    unsure = False
    inside = False
    inside_unsure = False
    for n in range(start, end - 1):
        cx, cy, dx, dy = xy[n, 0], xy[n, 1], xy[n + 1, 0], xy[n + 1, 1]
        if (cy > ay) != (dy > ay):
            turn = _side(cx, cy, dx, dy, ax, ay)
            if turn == 0:
                inside_unsure = True
            elif (turn > 0) == (dy > cy):
                inside = not inside
        if max(cx, dx) < west or min(cx, dx) > east or max(cy, dy) < south or min(cy, dy) > north:
            continue
        a = _side(cx, cy, dx, dy, ax, ay)
        b = _side(cx, cy, dx, dy, bx, by)
        if a * b > 0:
            continue
        c = _side(ax, ay, bx, by, cx, cy)
        d = _side(ax, ay, bx, by, dx, dy)
        if c * d > 0:
            continue
        if a * b < 0 and c * d < 0:
            return _HIT
        unsure = True
    if unsure or inside_unsure:
        return _UNSURE
    return _HIT if inside else _MISS


@_compiled
def _under(r, c, row0, row1, column0, column1):  # type: ignore[no-untyped-def]
    """Bits of the fine cells of a coarse cell that lie under a box of fine rows and columns."""
    low, high = max(row0 - r * SIDE, 0), min(row1 - r * SIDE, SIDE - 1)
    left, right = max(column0 - c * SIDE, 0), min(column1 - c * SIDE, SIDE - 1)
    columns = (np.uint64(0xFF) >> np.uint64(SIDE - 1 - (right - left))) << np.uint64(left)
    rows = (~np.uint64(0) >> np.uint64(SIDE * (SIDE - 1 - (high - low)))) << np.uint64(SIDE * low)
    return (columns * np.uint64(0x0101010101010101)) & rows


@_compiled
def _set_at(x, y, coarse, cell_set):  # type: ignore[no-untyped-def]
    """(set of the zones that hold the cell of a point, fine cell or -1)."""
    column, row = _column(x), _row(y)
    state = coarse[row // SIDE, column // SIDE]
    if state >= 0:
        return state, -1
    cell = (-1 - state) * CELLS_PER_BLOCK + row % SIDE * SIDE + column % SIDE
    return cell_set[cell], cell


@_compiled
def find_pairs(  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915  # one pass, without calls that cost
    xy,
    starts,
    is_ring,
    coarse,
    cell_set,
    cell_near,
    block_edges,
    cell_edges,
    edge_of,
    edges,
    edge_zone,
    set_members,
    set_zones,
    zones,
    pairs,
    unsure,
):
    """Fill `pairs` and `unsure`, each (room, 2) of (footprint, zone).

    Returns (pairs found, unsure found, next footprint): the room is used up where the last is less than all.
    """
    found, open_ = 0, 0
    hit = np.full(zones, -1, np.int64)
    near = np.full(zones, -1, np.int64)
    doubt = np.full(zones, -1, np.int64)
    hits = np.empty(zones, np.int64)
    nears = np.empty(zones, np.int64)
    count = len(starts) - 1
    for i in range(count):
        if found + zones > len(pairs) or open_ + zones > len(unsure):
            return found, open_, i
        start, end = starts[i], starts[i + 1]
        if end == start:
            continue
        west = east = xy[start, 0]
        south = north = xy[start, 1]
        for n in range(start + 1, end):
            x, y = xy[n, 0], xy[n, 1]
            west, east, south, north = min(west, x), max(east, x), min(south, y), max(north, y)
        column0, column1, row0, row1 = _column(west), _column(east), _row(south), _row(north)
        state, plain = -1, True
        for r in range(row0 // SIDE, row1 // SIDE + 1):
            for c in range(column0 // SIDE, column1 // SIDE + 1):
                here = coarse[r, c]
                if here < 0 or (state >= 0 and state != here):
                    plain = False
                    break
                state = here
            if not plain:
                break
        if not plain:
            plain = True
            for r in range(row0 // SIDE, row1 // SIDE + 1):
                for c in range(column0 // SIDE, column1 // SIDE + 1):
                    block = -1 - coarse[r, c]
                    if block >= 0 and block_edges[block] & _under(r, c, row0, row1, column0, column1):
                        plain = False
                        break
                if not plain:
                    break
            if plain:  # all cells under the box are alike
                state = coarse[row0 // SIDE, column0 // SIDE]
                if state < 0:
                    state = cell_set[(-1 - state) * CELLS_PER_BLOCK + row0 % SIDE * SIDE + column0 % SIDE]
        if plain:
            for m in range(set_members[state], set_members[state + 1]):
                pairs[found, 0], pairs[found, 1] = i, set_zones[m]
                found += 1
            continue

        hit_count, near_count = 0, 0
        step = max((end - start + _PROBES - 1) // _PROBES, 1)
        for n in range(start, end, step):
            for half in range(2):
                x, y = xy[n, 0], xy[n, 1]
                if half:
                    if n + 1 >= end or not is_ring[i]:
                        continue
                    x, y = (x + xy[n + 1, 0]) / 2, (y + xy[n + 1, 1]) / 2
                state, _ = _set_at(x, y, coarse, cell_set)
                for m in range(set_members[state], set_members[state + 1]):
                    zone = set_zones[m]
                    if hit[zone] != i:
                        hit[zone] = i
                        hits[hit_count] = zone
                        hit_count += 1
        for r in range(row0 // SIDE, row1 // SIDE + 1):
            for c in range(column0 // SIDE, column1 // SIDE + 1):
                block = -1 - coarse[r, c]
                if block < 0:
                    continue
                edged = block_edges[block] & _under(r, c, row0, row1, column0, column1)
                if not edged:
                    continue
                for cell_row in range(SIDE):
                    if not (edged >> np.uint64(cell_row * SIDE)) & np.uint64(0xFF):
                        continue
                    for cell_column in range(SIDE):
                        if not (edged >> np.uint64(cell_row * SIDE + cell_column)) & np.uint64(1):
                            continue
                        cell = block * CELLS_PER_BLOCK + cell_row * SIDE + cell_column
                        open_here = False
                        for m in range(set_members[cell_near[cell]], set_members[cell_near[cell] + 1]):
                            zone = set_zones[m]
                            if hit[zone] != i:
                                open_here = True
                                if near[zone] != i:
                                    near[zone] = i
                                    nears[near_count] = zone
                                    near_count += 1
                        if not open_here or not is_ring[i]:
                            continue
                        for k in range(cell_edges[cell], cell_edges[cell + 1]):
                            edge = edge_of[k]
                            zone = edge_zone[edge]
                            if hit[zone] == i:
                                continue
                            ax, ay, bx, by = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
                            if (
                                max(ax, bx) < west
                                or min(ax, bx) > east
                                or max(ay, by) < south
                                or min(ay, by) > north
                            ):
                                continue
                            met = _edge_meets_ring(ax, ay, bx, by, xy, start, end)
                            if met == _HIT:
                                hit[zone] = i
                                hits[hit_count] = zone
                                hit_count += 1
                            elif met == _UNSURE:
                                doubt[zone] = i
        for m in range(near_count):
            zone = nears[m]
            if hit[zone] == i:
                continue
            settled = False
            if is_ring[i] and doubt[zone] != i:
                # No edge of the zone meets the footprint: one point outside tells that all of it is outside.
                for n in range(start, end, step):
                    _, cell = _set_at(xy[n, 0], xy[n, 1], coarse, cell_set)
                    clean = True
                    if cell >= 0:
                        for k in range(set_members[cell_near[cell]], set_members[cell_near[cell] + 1]):
                            if set_zones[k] == zone:
                                clean = False
                                break
                    if clean:
                        settled = True
                        break
            if not settled:
                unsure[open_, 0], unsure[open_, 1] = i, zone
                open_ += 1
        for m in range(hit_count):
            pairs[found, 0], pairs[found, 1] = i, hits[m]
            found += 1
    return found, open_, count


@_compiled
def decode_quads(data, offsets, xy, plain):  # type: ignore[no-untyped-def]
    """Corners of the rows that are plain quads: WKB of 93 bytes, closed, finite, on the globe, strictly
    convex, not over 180 degrees wide.

    Fills `xy` (rows x 5, 2) and `plain`; the other rows are left as they are.
    """
    for i in range(len(offsets) - 1):
        at = offsets[i]
        plain[i] = False
        if offsets[i + 1] - at != _QUAD_BYTES:
            continue
        head = data[at : at + 13]
        if not (
            head[0] == 1 and head[1] == 3 and head[5] == 1 and head[9] == 5
            and head[2] == 0 and head[3] == 0 and head[4] == 0 and head[6] == 0 and head[7] == 0 and head[8] == 0
            and head[10] == 0 and head[11] == 0 and head[12] == 0
        ):  # fmt: skip
            continue
        corners = data[at + 13 : at + 93].view(np.float64)
        good = corners[0] == corners[8] and corners[1] == corners[9]
        for n in range(5):
            x, y = corners[2 * n], corners[2 * n + 1]
            good = good and -180.0 <= x <= 180.0 and -90.0 <= y <= 90.0
            xy[5 * i + n, 0] = x
            xy[5 * i + n, 1] = y
        wide = max(corners[0], corners[2], corners[4], corners[6]) - min(
            corners[0], corners[2], corners[4], corners[6]
        )
        if not good or wide > 180.0:
            continue
        turns = 0
        for n in range(4):
            m = (n + 2) % 4
            turns += _side(
                corners[2 * n],
                corners[2 * n + 1],
                corners[2 * n + 2],
                corners[2 * n + 3],
                corners[2 * m],
                corners[2 * m + 1],
            )
        plain[i] = turns in (4, -4)


@_compiled
def ring_strips(xy, starts, e2, sums):  # type: ignore[no-untyped-def]
    """Twice the signed area of each ring on the unit authalic sphere; NaN where an edge is over 1 degree of latitude."""
    node = np.sqrt(0.6)
    radian = np.pi / 180.0
    for i in range(len(starts) - 1):
        total = 0.0
        for n in range(starts[i], starts[i + 1] - 1):
            half = (xy[n + 1, 1] - xy[n, 1]) * radian / 2
            middle = (xy[n + 1, 1] + xy[n, 1]) * radian / 2
            if abs(half) > radian / 2:
                total = np.nan
                break
            mean = 0.0
            for k in range(3):
                s = np.sin(middle + (k - 1) * node * half)
                z = e2 * s * s
                q = s * (2.0 + z * (4.0 / 3 + z * (6.0 / 5 + z * (8.0 / 7 + z * (10.0 / 9 + z * 12.0 / 11)))))
                mean += q * (4.0 / 9 if k == 1 else 5.0 / 18)
            total += (xy[n + 1, 0] - xy[n, 0]) * radian * mean
        sums[i] = total * (1.0 - e2)
