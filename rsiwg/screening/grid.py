"""The two-level grid that the zone index and both join engines share.

Coarse cells of 1/4 degree; each coarse cell that an edge touches is a block of 8 x 8 fine cells of 1/32 degree.
The maps from degrees to cells are monotone, and edges are entered into every cell within `REACH_DEG` of them, so
that a box of cells without an edge is known to lie wholly inside or wholly outside of every zone.
"""

import numpy as np
from numpy.typing import NDArray

FINE_PER_DEG = 32
SIDE = 8
"""Fine cells along a side of a coarse cell."""
CELLS_PER_BLOCK = SIDE * SIDE
FINE_COLUMNS, FINE_ROWS = 360 * FINE_PER_DEG, 180 * FINE_PER_DEG
COLUMNS, ROWS = FINE_COLUMNS // SIDE, FINE_ROWS // SIDE
REACH_DEG = 1e-9

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def fine_column(lon_deg: Floats) -> Ints:
    """The fine column of longitudes in [-180, 180], degrees."""
    column: Ints = np.clip(((lon_deg + 180.0) * FINE_PER_DEG).astype(np.int64), 0, FINE_COLUMNS - 1)
    return column


def fine_row(lat_deg: Floats) -> Ints:
    """The fine row of latitudes in [-90, 90], degrees."""
    row: Ints = np.clip(((lat_deg + 90.0) * FINE_PER_DEG).astype(np.int64), 0, FINE_ROWS - 1)
    return row


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """(owner, number within the owner) for so many entries of each owner: [2, 1] gives [0, 0, 1], [0, 1, 0]."""
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - first[owner]


def distinct(keys: Ints) -> Ints:
    """Each key once, sorted; by sorting, since numpy.unique hashes, at ten times the cost."""
    ordered = np.sort(keys)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def is_in(keys: Ints, ordered: Ints) -> NDArray[np.bool_]:
    """Which keys are among sorted others."""
    if not len(ordered):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    present: NDArray[np.bool_] = ordered[at] == keys
    return present
