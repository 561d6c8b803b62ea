"""Access: when which satellite can see which ground.

An access is an unbroken time in which at least one point of a target is within the off-nadir limit (measured
at the satellite from the geodetic nadir) and sees the satellite at or above the least elevation.  Rise and set are
its ends, to about a millisecond; culmination is the moment of the least off-nadir angle.  `flight` has the positions and
what may be in view, `passes` the exact times.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.elements import ElementSet
from rsiwg.sensing.flight import NODE_S, Flight, Near, fly, near_samples
from rsiwg.sensing.orbits import Failure, blocks
from rsiwg.sensing.passes import ROOT_S, ROW, Look, Samples, spans
from rsiwg.sensing.reach import Reach
from rsiwg.sensing.targets import TABLE_ERROR_DEG, Target, Targets

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_DAYS = 400.0
_MOST_NODES = 1_000_000
"""Satellites times nodes held at once: some 250 MB with all that hangs on them."""
_MOST_TOGETHER = 48
"""Targets worked on together, a table of 1 MB each."""
_MOST_SAMPLES = 300_000
"""Samples near them, some 100 bytes each, after which no further target joins."""


@attrs.frozen(kw_only=True, eq=False)
class Accesses:
    """Accesses in columns, ordered by target, satellite and time; shape (accesses,) each."""

    target: Integers
    satellite: Integers
    rise_unix_s: Floats
    culmination_unix_s: Floats
    set_unix_s: Floats
    off_nadir_deg: Floats
    """At culmination: the least of the access; 0 while the satellite is above the area itself."""
    elevation_deg: Floats
    """Of the satellite, at the place seen then."""
    slant_range_km: Floats
    """From the satellite to that place."""
    altitude_km: Floats
    """Of the satellite above the ellipsoid, at culmination."""
    longitude_deg: Floats
    latitude_deg: Floats
    """The place of the target seen at culmination."""
    sun_elevation_deg: Floats
    """At that place, then."""
    began_before: NDArray[np.bool_]
    """The access had begun when the time asked for starts; its rise is that time."""
    ends_after: NDArray[np.bool_]
    failures: tuple[Failure, ...] = ()

    def __len__(self) -> int:
        return len(self.target)

    def where(self, kept: NDArray[np.bool_]) -> "Accesses":
        """Those of them that are kept."""
        columns = {
            f.name: getattr(self, f.name)[kept] for f in attrs.fields(Accesses) if f.name != "failures"
        }
        return Accesses(**columns, failures=self.failures)


def find_accesses(
    elements: Sequence[ElementSet],
    targets: Sequence[Target],
    *,
    start: dt.datetime,
    end: dt.datetime,
    reach: Reach,
) -> Accesses:
    """Every access of every target by every satellite from `start` to `end`.

    Memory stays under 0.5 GB whatever is asked for, apart from the accesses themselves.

    Raises:
        InvalidSubmission: no satellite or target, times in disorder or over 400 days, or a limit beyond the horizon.
    """
    begin_s, end_s = _checked_times(start, end)
    if not elements:
        raise InvalidSubmission({"tle": "no satellite is given"})
    if not targets:
        raise InvalidSubmission({"aoi": "no area is given"})
    reach.refuse_beyond_horizon(elements)
    most = max(10, _MOST_NODES // len(elements))
    parts: list[NDArray[np.void]] = []
    failures: dict[int, Failure] = {}
    for nodes in blocks(begin_s, end_s, NODE_S, most):
        flight = fly(elements, nodes, reach, end_s)
        for failure in flight.track.failures:
            failures.setdefault(failure.satellite, failure)
        parts += _of_targets(flight, targets, reach)
    whole = _joined(np.concatenate([np.empty(0, dtype=ROW), *parts]), (begin_s, end_s))
    return _columns(whole, tuple(failures[n] for n in sorted(failures)), begin_s, end_s)


def _checked_times(start: dt.datetime, end: dt.datetime) -> tuple[float, float]:
    begin_s, end_s = start.timestamp(), end.timestamp()
    if not end_s > begin_s:
        raise InvalidSubmission({"days": "the end must lie after the start"})
    if end_s - begin_s > MOST_DAYS * 86400:
        raise InvalidSubmission(
            {
                "days": f"{(end_s - begin_s) / 86400:,.0f} days is out of range: above 0 to {MOST_DAYS:g} (days)"
            }
        )
    return begin_s, end_s


# ---------------------------------------------------------------------------------------- in groups


def _of_targets(flight: Flight, targets: Sequence[Target], reach: Reach) -> Iterator[NDArray[np.void]]:
    """The spans of all targets, worked out for as many together as fit."""
    furthest = float(flight.outer_deg.max()) + TABLE_ERROR_DEG
    if not furthest > 0:
        return
    numbers: list[int] = []
    tables: list[NDArray[np.float32]] = []
    near: list[Near] = []
    for number, target in enumerate(targets):
        table = target.distances_deg(furthest + float(flight.motion_deg.max()), flight.visited)
        found = near_samples(flight, table)
        if len(found.satellite):
            numbers.append(number)
            tables.append(table)
            near.append(found)
        full = len(numbers) == _MOST_TOGETHER or sum(len(each.satellite) for each in near) > _MOST_SAMPLES
        if numbers and (full or target is targets[-1]):
            look = Look(flight, Targets.of([targets[n] for n in numbers]), reach, np.stack(tables))
            yield _of_group(look, np.array(numbers), near)
            numbers, tables, near = [], [], []


def _of_group(look: Look, numbers: Integers, near: "Sequence[Near]") -> NDArray[np.void]:
    satellites = len(look.flight.motion_deg)
    code = np.concatenate([each.satellite + n * satellites for n, each in enumerate(near)])
    unix_s, distance, inner, outer = (
        np.concatenate([getattr(each, name) for each in near])
        for name in ("unix_s", "distance_deg", "inner_deg", "outer_deg")
    )
    joined = np.concatenate([each.is_joined for each in near])
    excess = np.where(distance + TABLE_ERROR_DEG < inner, -1.0, 1.0)
    exact = (distance + TABLE_ERROR_DEG >= inner) & (distance - TABLE_ERROR_DEG <= outer)
    excess[exact] = look.excess(code[exact], unix_s[exact])
    rows = spans(look, Samples(code, unix_s, distance, excess, exact, joined))
    target, satellite = look.split(rows["satellite"])
    rows["target"], rows["satellite"] = numbers[target], satellite
    return rows


def _joined(rows: NDArray[np.void], end_times: tuple[float, float]) -> NDArray[np.void]:
    """Spans in order, those that one block of time ends and the next goes on with made one."""
    rows = rows[np.lexsort((rows["rise"], rows["satellite"], rows["target"]))]
    if len(rows) < 2:
        return rows
    goes_on = (
        (rows["target"][1:] == rows["target"][:-1])
        & (rows["satellite"][1:] == rows["satellite"][:-1])
        & (rows["rise"][1:] - rows["set"][:-1] < ROOT_S)
        & ((rows["rise"][1:] - end_times[0]) % NODE_S == 0)
    )
    group = np.cumsum(np.r_[True, ~goes_on]) - 1
    first = np.flatnonzero(np.r_[True, ~goes_on])
    last = np.r_[first[1:], len(rows)] - 1
    best = np.lexsort((rows["off_nadir"], group))[first]
    whole = rows[best].copy()
    whole["rise"], whole["set"] = rows["rise"][first], rows["set"][last]
    return whole


def _columns(rows: NDArray[np.void], failures: tuple[Failure, ...], begin_s: float, end_s: float) -> Accesses:
    return Accesses(
        target=rows["target"],
        satellite=rows["satellite"],
        rise_unix_s=rows["rise"],
        culmination_unix_s=rows["culmination"],
        set_unix_s=rows["set"],
        off_nadir_deg=rows["off_nadir"],
        elevation_deg=rows["elevation"],
        slant_range_km=rows["range"],
        altitude_km=rows["altitude"],
        longitude_deg=rows["longitude"],
        latitude_deg=rows["latitude"],
        sun_elevation_deg=rows["sun"],
        began_before=rows["rise"] <= begin_s,
        ends_after=rows["set"] >= end_s,
        failures=failures,
    )
