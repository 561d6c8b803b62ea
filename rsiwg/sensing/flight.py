"""Satellites over one block of time, and the samples at which a target may be in view.

SGP4 runs at nodes a minute apart, and a cubic follows between them.  A table of how far the half-degree cells lie from a target
settles nearly every sample, since that distance cannot change faster than the place.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rsiwg.sensing.elements import EQUATORIAL_RADIUS_KM, ElementSet
from rsiwg.sensing.orbits import Track, propagate, up_vectors
from rsiwg.sensing.reach import Reach
from rsiwg.sensing.targets import TABLE_ERROR_DEG, cells_of, cells_round

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NODE_S = 60.0
STEP_S = 10.0
"""A pass or a gap shorter than this is looked for where the angle dips towards it between samples."""
PER_NODE = round(NODE_S / STEP_S)
_POLAR_KM = 6356.75


class Flight(NamedTuple):
    """Satellites over one block of time, prepared for every target."""

    track: Track
    end_s: float
    cells: NDArray[np.int32]
    """(satellites, nodes - 1, samples per node) of the samples below."""
    last_cells: NDArray[np.int32]
    """(satellites,) of the last node."""
    inner_deg: NDArray[np.float32]
    """(satellites, nodes - 1): closer than this is surely seen."""
    outer_deg: NDArray[np.float32]
    """(satellites, nodes - 1): further than this is surely not."""
    motion_deg: NDArray[np.float32]
    """(satellites,): the most that the point below moves in a step between nodes."""
    visited: NDArray[np.bool_]
    """By cell number: those that any point below comes through."""


def fly(elements: Sequence[ElementSet], nodes: Floats, reach: Reach, end_s: float) -> Flight:
    """Propagate to nodes `NODE_S` apart, and prepare what every target needs; nothing at or after `end_s` counts."""
    track = propagate(elements, nodes)
    count = len(nodes) - 1
    cells = np.empty((len(elements), count, PER_NODE), dtype=np.int32)
    shares = np.arange(PER_NODE) / PER_NODE
    inner, outer = np.empty((2, len(elements), count), dtype=np.float32)
    motion = np.empty(len(elements), dtype=np.float32)
    last = np.empty(len(elements), dtype=np.int32)
    for n, (p, v) in enumerate(zip(track.position_km, track.velocity_km_s, strict=True)):
        gone = ~p.any(axis=1)
        up = up_vectors(_samples(p, v * NODE_S, shares))
        cells[n] = cells_of(up)
        last[n] = cells_of(up_vectors(p[-1:]))[0]
        radius = np.sqrt(np.einsum("ij,ij->i", p, p))
        near, far = reach.angle_deg(radius, EQUATORIAL_RADIUS_KM), reach.angle_deg(radius, _POLAR_KM)
        near[gone], far[gone] = -np.inf, -np.inf
        near, far = np.minimum(near[1:], near[:-1]), np.maximum(far[1:], far[:-1])
        # The sphere differs from the ellipsoid, and geodetic from geocentric angles, by less than this.
        inner[n], outer[n] = near * 0.99 - 0.2, far * 1.01 + 0.2
        rate = np.sqrt(np.einsum("ij,ij->i", v, v)) / np.maximum(radius, 1.0)
        motion[n] = 1.1 * NODE_S * math.degrees(float(rate.max()))
        if gone.any():
            outer[n, gone[1:]] = -np.inf
    return Flight(track, end_s, cells, last, inner, outer, motion, cells_round(np.append(cells, last)))


def _samples(p: Floats, m: Floats, shares: Floats) -> Floats:
    """Positions between nodes (Hermite), shape (nodes - 1, shares, 3)."""
    u = shares[:, None]
    h00, h10 = 1 + u * u * (2 * u - 3), u * (1 + u * (u - 2))
    h01, h11 = u * u * (3 - 2 * u), u * u * (u - 1)
    made: Floats = p[:-1, None] * h00 + m[:-1, None] * h10 + p[1:, None] * h01 + m[1:, None] * h11
    return made


class Near(NamedTuple):
    """Samples at which one target may be in view, in order of satellite and time, with what settles most of them."""

    satellite: Integers
    unix_s: Floats
    distance_deg: Floats
    inner_deg: Floats
    outer_deg: Floats
    is_joined: NDArray[np.bool_]


def near_samples(flight: Flight, table: NDArray[np.float32]) -> Near:
    """Samples of every stretch between nodes in which the target may come into view, each with the node after it."""
    near = table[flight.cells[:, :, 0]] - (TABLE_ERROR_DEG + flight.motion_deg[:, None])
    s, i = np.nonzero(near <= flight.outer_deg)
    times = flight.track.unix_s
    unix_s = times[i][:, None] + STEP_S * np.arange(PER_NODE)
    distance = table[flight.cells[s, i]]
    follows = np.r_[False, (s[1:] == s[:-1]) & (i[1:] == i[:-1] + 1)] if len(s) else np.empty(0, dtype=bool)
    # A run of stretches ends with the node that closes it.
    closes = np.flatnonzero(np.r_[~follows[1:], True]) if len(s) else np.empty(0, dtype=np.int64)
    at_end = i[closes] + 1
    last = at_end == len(times) - 1
    closing = np.where(
        last,
        flight.last_cells[s[closes]],
        flight.cells[s[closes], np.minimum(at_end, len(times) - 2), 0],
    )
    place = (closes + 1) * PER_NODE
    joined = np.ones((len(s), PER_NODE), dtype=bool)
    joined[:, 0] = follows
    inner, outer = flight.inner_deg[s, i], flight.outer_deg[s, i]
    satellite = np.insert(np.repeat(s, PER_NODE), place, s[closes])
    unix = np.insert(unix_s.ravel(), place, times[at_end])
    far = np.insert(distance.ravel().astype(float), place, table[closing].astype(float))
    lower = np.insert(np.repeat(inner, PER_NODE).astype(float), place, inner[closes])
    upper = np.insert(np.repeat(outer, PER_NODE).astype(float), place, outer[closes])
    together = np.insert(joined.ravel(), place, True)
    kept = unix < flight.end_s
    # The end asked for closes the last stretch.
    cut = ~kept & np.r_[False, kept[:-1]] & together
    unix = np.where(cut, flight.end_s, unix)
    kept |= cut
    return Near(satellite[kept], unix[kept], far[kept], lower[kept], upper[kept], together[kept])
