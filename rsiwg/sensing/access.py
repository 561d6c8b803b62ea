"""Access: when which satellite can see which ground.

An access is an unbroken time in which at least one point of a target is within the off-nadir limit (measured
at the satellite from the geodetic nadir) and sees the satellite at or above the least elevation.  Rise and set are
its ends; culmination is the moment of the least off-nadir angle.  Ends are solved to about a millisecond.

Method: SGP4 at nodes a minute apart, cubic between them; a table of how far each half-degree cell lies from
the target settles nearly every sample, since the distance to a target cannot change faster than the place; what it leaves open
is worked out exactly, and each change is then narrowed down by Illinois steps (Dowell and Jarratt, BIT 11, 1971).
"""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.elements import EQUATORIAL_RADIUS_KM, ElementSet
from rsiwg.sensing.orbits import Failure, Track, between, blocks, geodetic, propagate, up_vectors
from rsiwg.sensing.sun import sun_elevation_deg
from rsiwg.sensing.targets import (
    TABLE_ERROR_DEG,
    Nearest,
    Target,
    Targets,
    cells_of,
    cells_round,
    on_ellipsoid_km,
    places_of,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NODE_S = 60.0
STEP_S = 10.0
"""A pass or a gap shorter than this may be missed when it also has no sample near its middle within reach."""
MOST_DAYS = 400.0
_PER_NODE = round(NODE_S / STEP_S)
_MOST_NODES = 1_000_000
"""Satellites times nodes held at once: some 250 MB with all that hangs on them."""
_MOST_TOGETHER = 48
"""Targets worked on together, a table of 1 MB each."""
_MOST_SAMPLES = 300_000
"""Samples near them, some 100 bytes each, after which no further target joins."""
_POLAR_KM = 6356.75
_ROUNDS = 5
_ROOT_S = 0.001
_SMALL_DEG = 1e-4
"""An excess this small is a millisecond of flight from nothing."""


@attrs.frozen(kw_only=True)
class Reach:
    """How far to the side a system can look."""

    max_off_nadir_deg: float | None = None
    """At the satellite, from the geodetic nadir; None: to the horizon."""
    min_elevation_deg: float = 0.0
    """Of the satellite over the horizon of the target."""

    def __attrs_post_init__(self) -> None:
        problems = {}
        if self.max_off_nadir_deg is not None and not 0 < self.max_off_nadir_deg < 90:
            problems["max_off_nadir_deg"] = (
                f"{self.max_off_nadir_deg:g} is out of range: above 0 and below 90 (degrees at the satellite)"
            )
        if not 0 <= self.min_elevation_deg < 90:
            problems["min_elevation_deg"] = (
                f"{self.min_elevation_deg:g} is out of range: 0 and above, below 90 (degrees at the target)"
            )
        if problems:
            raise InvalidSubmission(problems)

    def refuse_beyond_horizon(self, elements: Sequence[ElementSet]) -> None:
        """Raise InvalidSubmission where the limit lies beyond the horizon of a satellite all along its orbit."""
        if self.max_off_nadir_deg is None:
            return
        for one in elements:
            horizon = math.degrees(
                math.asin(
                    min(1.0, EQUATORIAL_RADIUS_KM / (EQUATORIAL_RADIUS_KM + max(one.perigee_km - 25.0, 1.0)))
                )
            )
            if self.max_off_nadir_deg > horizon:
                raise InvalidSubmission(
                    {
                        "max_off_nadir_deg": f"{self.max_off_nadir_deg:g} degrees is beyond the horizon of {one.name}, which lies at "
                        f"{horizon:.1f} degrees from its perigee of {one.perigee_km:.0f} km: give less, or leave it out for the whole view to the horizon"
                    }
                )

    def angle_deg(self, radius_km: Floats, earth_km: float) -> Floats:
        """Angle at the Earth's centre from the point below to the edge of the view, on a sphere (Wertz, section 5.2)."""
        e = math.radians(self.min_elevation_deg)
        ratio = np.maximum(radius_km / earth_km, 1.0)
        angle = np.arccos(np.clip(math.cos(e) / ratio, -1, 1)) - e
        if self.max_off_nadir_deg is not None:
            d = math.radians(self.max_off_nadir_deg)
            sine = ratio * math.sin(d)
            angle = np.where(sine < 1, np.minimum(angle, np.arcsin(np.minimum(sine, 1.0)) - d), angle)
        return np.degrees(angle)

    def excess_deg(self, seen: Nearest) -> Floats:
        """By how much a look misses the limits; at most 0 where it is within them."""
        excess: Floats = self.min_elevation_deg - seen.elevation_deg
        if self.max_off_nadir_deg is not None:
            excess = np.maximum(excess, seen.off_nadir_deg - self.max_off_nadir_deg)
        return excess


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
        flight = _fly(elements, nodes, reach, end_s)
        for failure in flight.track.failures:
            failures.setdefault(failure.satellite, failure)
        parts += _of_targets(flight, targets, reach)
    whole = _joined(np.concatenate([np.empty(0, dtype=_ROW), *parts]), (begin_s, end_s))
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


# ------------------------------------------------------------------------------------------ one block


class _Flight(NamedTuple):
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


def _fly(elements: Sequence[ElementSet], nodes: Floats, reach: Reach, end_s: float) -> _Flight:
    track = propagate(elements, nodes)
    count = len(nodes) - 1
    cells = np.empty((len(elements), count, _PER_NODE), dtype=np.int32)
    shares = np.arange(_PER_NODE) / _PER_NODE
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
    return _Flight(track, end_s, cells, last, inner, outer, motion, cells_round(np.append(cells, last)))


def _samples(p: Floats, m: Floats, shares: Floats) -> Floats:
    """Positions between nodes (Hermite), shape (nodes - 1, shares, 3)."""
    u = shares[:, None]
    h00, h10 = 1 + u * u * (2 * u - 3), u * (1 + u * (u - 2))
    h01, h11 = u * u * (3 - 2 * u), u * u * (u - 1)
    made: Floats = p[:-1, None] * h00 + m[:-1, None] * h10 + p[1:, None] * h01 + m[1:, None] * h11
    return made


_ROW = np.dtype(
    [
        ("target", np.int64), ("satellite", np.int64), ("rise", float), ("culmination", float), ("set", float),
        ("off_nadir", float), ("elevation", float), ("range", float), ("altitude", float), ("longitude", float), ("latitude", float), ("sun", float),
    ]
)  # fmt: skip


@attrs.define(eq=False)
class _Look:
    """Several targets from one flight.  What comes below as `satellite` is a code for both: target x satellites + satellite."""

    flight: _Flight
    targets: Targets
    reach: Reach
    tables: NDArray[np.float32]
    """(targets, cells)."""

    def split(self, code: Integers) -> tuple[Integers, Integers]:
        """(target, satellite)."""
        target, satellite = np.divmod(code, len(self.flight.motion_deg))
        return target, satellite

    def excess(self, code: Integers, unix_s: Floats) -> Floats:
        """By how much a target is out of view (degrees), exact, at samples (n,)."""
        if not len(unix_s):
            return np.empty(0)
        target, satellite = self.split(code)
        position, _ = between(self.flight.track, satellite, unix_s)
        up = up_vectors(position)
        excess = self.reach.excess_deg(self.targets.nearest(target, position, up))
        above = self.is_above(target, up)
        if above.any():
            # Above the area itself off-nadir is 0.
            limit = self.reach.max_off_nadir_deg
            least = -90.0 if limit is None else -limit
            excess[above] = np.minimum(excess[above], least)
        return excess

    def slope2(self, code: Integers, unix_s: Floats) -> Floats:
        """tan^2 of the least off-nadir angle to the outline."""
        target, satellite = self.split(code)
        position, _ = between(self.flight.track, satellite, unix_s)
        seen = self.targets.nearest(target, position, up_vectors(position))
        squared: Floats = np.tan(np.radians(seen.off_nadir_deg)) ** 2
        return squared

    def is_above(self, target: Integers, up: Floats) -> NDArray[np.bool_]:
        """Whether the points below lie in the area."""
        distance = self.tables[target, cells_of(up)]
        above: NDArray[np.bool_] = distance < -TABLE_ERROR_DEG
        open_ = np.flatnonzero(np.abs(distance) <= TABLE_ERROR_DEG)
        for n in np.unique(target[open_]):
            mine = open_[target[open_] == n]
            if not self.targets.each[n].is_point:
                above[mine] = self.targets.each[n].holds(*places_of(up[mine]))
        return above


def _of_targets(flight: _Flight, targets: Sequence[Target], reach: Reach) -> Iterator[NDArray[np.void]]:
    """The spans of all targets, worked out for as many together as fit."""
    furthest = float(flight.outer_deg.max()) + TABLE_ERROR_DEG
    if not furthest > 0:
        return
    numbers: list[int] = []
    tables: list[NDArray[np.float32]] = []
    near: list[_Near] = []
    for number, target in enumerate(targets):
        table = target.distances_deg(furthest + float(flight.motion_deg.max()), flight.visited)
        found = _candidates(flight, table)
        if len(found.satellite):
            numbers.append(number)
            tables.append(table)
            near.append(found)
        full = len(numbers) == _MOST_TOGETHER or sum(len(each.satellite) for each in near) > _MOST_SAMPLES
        if numbers and (full or target is targets[-1]):
            look = _Look(flight, Targets.of([targets[n] for n in numbers]), reach, np.stack(tables))
            yield _of_group(look, np.array(numbers), near)
            numbers, tables, near = [], [], []


def _of_group(look: _Look, numbers: Integers, near: "Sequence[_Near]") -> NDArray[np.void]:
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
    rows = _spans(look, _Samples(code, unix_s, distance, excess, exact, joined))
    target, satellite = look.split(rows["satellite"])
    rows["target"], rows["satellite"] = numbers[target], satellite
    return rows


class _Near(NamedTuple):
    """Samples at which one target may be in view, in order of satellite and time, with what settles most of them."""

    satellite: Integers
    unix_s: Floats
    distance_deg: Floats
    inner_deg: Floats
    outer_deg: Floats
    is_joined: NDArray[np.bool_]


class _Samples(NamedTuple):
    """Samples near targets, in order of target, satellite and time."""

    satellite: Integers
    """Coded as `_Look` has it."""
    unix_s: Floats
    distance_deg: Floats
    excess_deg: Floats
    is_exact: NDArray[np.bool_]
    is_joined: NDArray[np.bool_]
    """Whether the sample before is the one a step earlier of the same satellite."""


def _candidates(flight: _Flight, table: NDArray[np.float32]) -> _Near:
    """Samples of every stretch between nodes in which the target may come into view, each with the node after it."""
    near = table[flight.cells[:, :, 0]] - (TABLE_ERROR_DEG + flight.motion_deg[:, None])
    s, i = np.nonzero(near <= flight.outer_deg)
    times = flight.track.unix_s
    unix_s = times[i][:, None] + STEP_S * np.arange(_PER_NODE)
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
    place = (closes + 1) * _PER_NODE
    joined = np.ones((len(s), _PER_NODE), dtype=bool)
    joined[:, 0] = follows
    inner, outer = flight.inner_deg[s, i], flight.outer_deg[s, i]
    satellite = np.insert(np.repeat(s, _PER_NODE), place, s[closes])
    unix = np.insert(unix_s.ravel(), place, times[at_end])
    far = np.insert(distance.ravel().astype(float), place, table[closing].astype(float))
    lower = np.insert(np.repeat(inner, _PER_NODE).astype(float), place, inner[closes])
    upper = np.insert(np.repeat(outer, _PER_NODE).astype(float), place, outer[closes])
    together = np.insert(joined.ravel(), place, True)
    kept = unix < flight.end_s
    # The end asked for closes the last stretch.
    cut = ~kept & np.r_[False, kept[:-1]] & together
    unix = np.where(cut, flight.end_s, unix)
    kept |= cut
    return _Near(satellite[kept], unix[kept], far[kept], lower[kept], upper[kept], together[kept])


# --------------------------------------------------------------------------------- spans and their ends


def _spans(look: _Look, samples: _Samples) -> NDArray[np.void]:
    seen = samples.excess_deg <= 0
    joined_after = np.r_[samples.is_joined[1:], False]
    rises = np.flatnonzero(seen & ~(np.r_[False, seen[:-1]] & samples.is_joined))
    sets = np.flatnonzero(seen & ~(np.r_[seen[1:], False] & joined_after))
    rows = np.zeros(len(rises), dtype=_ROW)
    rows["satellite"], rows["rise"], rows["set"] = (
        samples.satellite[rises],
        samples.unix_s[rises],
        samples.unix_s[sets],
    )
    opens, closes = samples.is_joined[rises], joined_after[sets]
    rows["rise"][opens] = _changes(look, samples, rises[opens] - 1)
    rows["set"][closes] = _changes(look, samples, sets[closes])
    rows["culmination"], overhead = _guesses(samples, rises, sets)
    rows["off_nadir"][~overhead] = np.nan
    rows = _with_hidden(rows, _hidden(look, samples, seen))
    _culminate(look, rows)
    return rows


def _guesses(samples: _Samples, rises: Integers, sets: Integers) -> tuple[Floats, NDArray[np.bool_]]:
    """For each span, the time of the sample nearest to the target; or the middle of those surely above it."""
    if not len(rises):
        return np.empty(0), np.empty(0, dtype=bool)
    count = sets - rises + 1
    member = np.repeat(rises - np.r_[0, np.cumsum(count)[:-1]], count) + np.arange(count.sum())
    first = np.r_[0, np.cumsum(count)[:-1]]
    distance = np.maximum(samples.distance_deg[member], -TABLE_ERROR_DEG - 1e-6)
    least = np.minimum.reduceat(distance, first)
    at_least = np.flatnonzero(distance == np.repeat(least, count))
    span = np.repeat(np.arange(len(rises)), count)[at_least]
    begins = np.flatnonzero(np.r_[True, span[1:] != span[:-1]])
    ends = np.r_[begins[1:], len(span)] - 1
    times = samples.unix_s[member[at_least]]
    middle: Floats = (times[begins] + times[ends]) / 2
    return middle, least < -TABLE_ERROR_DEG


def _changes(look: _Look, samples: _Samples, left: Integers) -> Floats:
    """The moments at which the view opens or closes, each between sample `left` and the next."""
    satellite = samples.satellite[left]
    a, b = samples.unix_s[left].copy(), samples.unix_s[left + 1].copy()
    fa, fb = samples.excess_deg[left].copy(), samples.excess_deg[left + 1].copy()
    for f, t, at in ((fa, a, left), (fb, b, left + 1)):
        rough = ~samples.is_exact[at]
        f[rough] = look.excess(satellite[rough], t[rough])
    return _roots(look, satellite, a, b, fa, fb)


def _roots(look: _Look, satellite: Integers, a: Floats, b: Floats, fa: Floats, fb: Floats) -> Floats:
    """Where the excess changes sign between a and b, for each (Illinois; halving for what is left after ten rounds)."""
    going = np.flatnonzero((b - a > _ROOT_S) & (np.sign(fa) != np.sign(fb)))
    side = np.zeros(len(a), dtype=np.int8)
    for round_ in range(40):
        if not len(going):
            break
        fall = fa[going] - fb[going]
        share = np.clip(fa[going] / fall, 1e-4, 1 - 1e-4) if round_ < 10 else np.full(len(going), 0.5)
        middle = a[going] + share * (b[going] - a[going])
        f = look.excess(satellite[going], middle)
        left = np.sign(f) == np.sign(fa[going])
        # An end that stays for a second time counts half, so that it moves too.
        fb[going] = np.where(left, fb[going] * np.where(side[going] == 1, 0.5, 1.0), f)
        fa[going] = np.where(left, f, fa[going] * np.where(side[going] == -1, 0.5, 1.0))
        side[going] = np.where(left, 1, -1)
        a[going], b[going] = np.where(left, middle, a[going]), np.where(left, b[going], middle)
        small = np.abs(f) < _SMALL_DEG
        a[going[small]] = b[going[small]] = middle[small]
        going = going[~small & (b[going] - a[going] > _ROOT_S)]
    root: Floats = (a + b) / 2
    return root


class _Hidden(NamedTuple):
    """Passes (and gaps) that lie wholly between two samples."""

    satellite: Integers
    begin_s: Floats
    end_s: Floats
    is_gap: NDArray[np.bool_]


def _hidden(look: _Look, samples: _Samples, seen: NDArray[np.bool_]) -> _Hidden:
    """Look for a dip of the excess below 0, or a rise above it, between samples on the other side."""
    f, joined = samples.excess_deg, samples.is_joined
    middle = np.arange(1, len(f) - 1)
    middle = middle[joined[1:-1] & joined[2:] & samples.is_exact[1:-1]]
    same = (seen[middle - 1] == seen[middle]) & (seen[middle + 1] == seen[middle])
    sign = np.where(seen[middle], -1.0, 1.0)
    low, mid, high = sign * f[middle - 1], sign * f[middle], sign * f[middle + 1]
    # Going on as steeply as it came, the excess turns before it has fallen by half a step's worth; twice that for bends.
    steepest = np.maximum(low - mid, high - mid)
    may = same & (mid < steepest) & (mid <= low) & (mid <= high)
    middle, sign = middle[may], sign[may]
    if not len(middle):
        return _Hidden(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, bool))
    satellite = samples.satellite[middle]
    a, b = samples.unix_s[middle - 1].copy(), samples.unix_s[middle + 1].copy()
    least = _least(lambda t: sign * look.excess(satellite, t), a, b)
    found = np.flatnonzero(sign * look.excess(satellite, least) < 0)
    satellite, sign, least, a, b = satellite[found], sign[found], least[found], a[found], b[found]
    begin, end = (
        _roots(
            look,
            satellite,
            one.copy(),
            other.copy(),
            look.excess(satellite, one),
            look.excess(satellite, other),
        )
        for one, other in ((a, least), (least, b))
    )
    return _Hidden(satellite, begin, end, sign < 0)


def _least(f: Callable[[Floats], Floats], a: Floats, b: Floats) -> Floats:
    """Where f is least between a and b: thirds are cut off until 10 ms are left."""
    a, b = a.copy(), b.copy()
    for _ in range(19):
        third = (b - a) / 3
        left = f(a + third) < f(b - third)
        a, b = np.where(left, a, a + third), np.where(left, b - third, b)
    middle: Floats = (a + b) / 2
    return middle


def _with_hidden(rows: NDArray[np.void], hidden: _Hidden) -> NDArray[np.void]:
    """The spans with those added that lie between samples, and cut at gaps that do."""
    passes = np.flatnonzero(~hidden.is_gap)
    added = np.zeros(len(passes), dtype=_ROW)
    added["satellite"], added["rise"], added["set"] = (
        hidden.satellite[passes],
        hidden.begin_s[passes],
        hidden.end_s[passes],
    )
    added["culmination"], added["off_nadir"] = (added["rise"] + added["set"]) / 2, np.nan
    rows = np.concatenate([rows, added])
    for n in np.flatnonzero(hidden.is_gap):
        begin, end = hidden.begin_s[n], hidden.end_s[n]
        held = np.flatnonzero(
            (rows["satellite"] == hidden.satellite[n]) & (rows["rise"] < begin) & (rows["set"] > end)
        )
        if len(held):
            later = rows[held].copy()
            later["rise"], rows["set"][held] = end, begin
            for part in (rows, later):
                part["culmination"] = np.clip(part["culmination"], part["rise"], part["set"])
            rows = np.concatenate([rows, later])
    return rows[np.lexsort((rows["rise"], rows["satellite"]))]


def _culminate(look: _Look, rows: NDArray[np.void]) -> None:
    """Refine the culmination of every span, and fill in what is seen then.

    tan^2 of the off-nadir angle is nearly a parabola in time: three samples give its vertex, and the vertex the next samples.
    """
    beside = np.flatnonzero(np.isnan(rows["off_nadir"]))
    satellite = rows["satellite"][beside]
    middle, early, late = (rows[field][beside] for field in ("culmination", "rise", "set"))
    h = np.maximum(np.minimum(2 * STEP_S, (late - early) / 2), 1e-6)
    going, final = np.arange(len(beside)), np.zeros(len(beside), dtype=bool)
    for _ in range(20):
        if not len(going):
            break
        t, step = np.clip(middle[going], early[going] + h[going], late[going] - h[going]), h[going]
        left, at, right = (look.slope2(satellite[going], t + k * step) for k in (-1, 0, 1))
        bend = left - 2 * at + right
        shift = np.divide(0.5 * (left - right), bend, out=np.sign(left - right), where=bend > 1e-15)
        shift = np.clip(shift, -1, 1)
        middle[going] = t + step * shift
        # At a vertex the samples move together once; at an end of the access there is none.
        ended = final[going] | (middle[going] - early[going] < 1e-3) | (late[going] - middle[going] < 1e-3)
        close = np.abs(shift) < 1
        final[going] |= close
        h[going] = np.where(close, np.minimum(2.0, step), step)
        going = going[~ended]
    rows["culmination"][beside] = np.clip(middle, early, late)
    target, flown = look.split(rows["satellite"])
    position, _ = between(look.flight.track, flown, rows["culmination"])
    up = up_vectors(position)
    seen = look.targets.nearest(target, position, up)
    above = ~np.isnan(rows["off_nadir"])
    above[beside] = look.is_above(target[beside], up[beside])
    place = np.where(above[:, None], on_ellipsoid_km(up), seen.point_km)
    lon, lat = places_of(up_vectors(place))
    rows["off_nadir"] = np.where(above, 0.0, seen.off_nadir_deg)
    rows["elevation"] = np.where(above, 90.0, seen.elevation_deg)
    rows["range"] = np.sqrt(np.sum((position - place) ** 2, axis=-1))
    rows["altitude"] = geodetic(position).altitude_km
    rows["longitude"], rows["latitude"] = lon, lat
    rows["sun"] = sun_elevation_deg(rows["culmination"], lon, lat)


def _joined(rows: NDArray[np.void], end_times: tuple[float, float]) -> NDArray[np.void]:
    """Spans in order, those that one block of time ends and the next goes on with made one."""
    rows = rows[np.lexsort((rows["rise"], rows["satellite"], rows["target"]))]
    if len(rows) < 2:
        return rows
    goes_on = (
        (rows["target"][1:] == rows["target"][:-1])
        & (rows["satellite"][1:] == rows["satellite"][:-1])
        & (rows["rise"][1:] - rows["set"][:-1] < _ROOT_S)
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
