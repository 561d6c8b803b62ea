"""From samples to passes: when the view of a target opens and closes, and when it is best.

Samples that the table of distances leaves open are worked out exactly; each change of sign is then narrowed down by Illinois
steps (Dowell and Jarratt, BIT 11, 1971), and dips between samples are looked into.
"""

from collections.abc import Callable
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.sensing.flight import STEP_S, Flight
from rsiwg.sensing.orbits import between, geodetic, up_vectors
from rsiwg.sensing.reach import Reach
from rsiwg.sensing.sun import sun_elevation_deg
from rsiwg.sensing.targets import TABLE_ERROR_DEG, Targets, cells_of, on_ellipsoid_km, places_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ROOT_S = 0.001
_SMALL_DEG = 1e-4
"""An excess this small is a millisecond of flight from nothing."""

ROW = np.dtype(
    [
        ("target", np.int64), ("satellite", np.int64), ("rise", float), ("culmination", float), ("set", float),
        ("off_nadir", float), ("elevation", float), ("range", float), ("altitude", float), ("longitude", float), ("latitude", float), ("sun", float),
    ]
)  # fmt: skip
"""One pass of one target by one satellite; times are seconds since 1970."""


@attrs.define(eq=False)
class Look:
    """Several targets from one flight.  What comes below as `satellite` is a code for both: target x satellites + satellite."""

    flight: Flight
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


class Samples(NamedTuple):
    """Samples near targets, in order of target, satellite and time."""

    satellite: Integers
    """Coded as `Look` has it."""
    unix_s: Floats
    distance_deg: Floats
    excess_deg: Floats
    is_exact: NDArray[np.bool_]
    is_joined: NDArray[np.bool_]
    """Whether the sample before is the one a step earlier of the same satellite."""


def spans(look: Look, samples: Samples) -> NDArray[np.void]:
    """Every pass among the samples, as `ROW`s by code and time; `target` is left for the caller to fill in."""
    seen = samples.excess_deg <= 0
    joined_after = np.r_[samples.is_joined[1:], False]
    rises = np.flatnonzero(seen & ~(np.r_[False, seen[:-1]] & samples.is_joined))
    sets = np.flatnonzero(seen & ~(np.r_[seen[1:], False] & joined_after))
    rows = np.zeros(len(rises), dtype=ROW)
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


def _guesses(samples: Samples, rises: Integers, sets: Integers) -> tuple[Floats, NDArray[np.bool_]]:
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


def _changes(look: Look, samples: Samples, left: Integers) -> Floats:
    """The moments at which the view opens or closes, each between sample `left` and the next."""
    satellite = samples.satellite[left]
    a, b = samples.unix_s[left].copy(), samples.unix_s[left + 1].copy()
    fa, fb = samples.excess_deg[left].copy(), samples.excess_deg[left + 1].copy()
    for f, t, at in ((fa, a, left), (fb, b, left + 1)):
        rough = ~samples.is_exact[at]
        f[rough] = look.excess(satellite[rough], t[rough])
    return _roots(look, satellite, a, b, fa, fb)


def _roots(look: Look, satellite: Integers, a: Floats, b: Floats, fa: Floats, fb: Floats) -> Floats:
    """Where the excess changes sign between a and b, for each (Illinois; halving for what is left after ten rounds)."""
    going = np.flatnonzero((b - a > ROOT_S) & (np.sign(fa) != np.sign(fb)))
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
        going = going[~small & (b[going] - a[going] > ROOT_S)]
    root: Floats = (a + b) / 2
    return root


class _Hidden(NamedTuple):
    """Passes (and gaps) that lie wholly between two samples."""

    satellite: Integers
    begin_s: Floats
    end_s: Floats
    is_gap: NDArray[np.bool_]


def _hidden(look: Look, samples: Samples, seen: NDArray[np.bool_]) -> _Hidden:
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
    added = np.zeros(len(passes), dtype=ROW)
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


def _culminate(look: Look, rows: NDArray[np.void]) -> None:
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
