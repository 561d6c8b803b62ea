"""How often ground is seen: statistics of looks and of the gaps between them, for an area or by latitude."""

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.access import Accesses, find_accesses
from rsiwg.sensing.elements import ElementSet
from rsiwg.sensing.reach import Reach
from rsiwg.sensing.targets import point_target

Floats = NDArray[np.float64]

DAY_ELEVATION_DEG = 0.0
"""It is day where the sun's centre stands above this; optical systems often ask for 10 or more."""
PERCENTILES = (50, 90, 95)
_LONGITUDES = 36


@attrs.frozen(kw_only=True)
class Revisit:
    """Looks at ground and gaps between them.  A look is a time in which any satellite sees it; looks that overlap are one."""

    looks: int
    mean_revisit_s: float | None
    """From the rise of a look to that of the next, on average; None with fewer than two looks."""
    mean_gap_s: float | None
    """Without any look, between two of them, on average."""
    longest_gap_s: float
    """With the times before the first and after the last look counted as gaps too."""
    percentile_gap_s: tuple[float, ...]
    """Of the gaps between looks, at `PERCENTILES`; empty with fewer than two looks."""
    seen_share: float
    """Of the time asked for, with a look."""


@attrs.frozen(kw_only=True)
class RevisitAtLatitude:
    """Looks at points of one latitude, at 36 longitudes."""

    latitude_deg: float
    looks_per_day: float
    mean_revisit_s: float | None
    """Time over number of looks, all longitudes together; None without any look."""
    longest_gap_s: float
    """Of any of the points."""


def revisit(
    found: Accesses, target: int, *, start: dt.datetime, end: dt.datetime, least_sun_deg: float | None = None
) -> Revisit:
    """Statistics for one target; with `least_sun_deg` only of looks with the sun at least so high at culmination."""
    mine = found.target == target
    if least_sun_deg is not None:
        mine &= found.sun_elevation_deg >= least_sun_deg
    begin_s, end_s = start.timestamp(), end.timestamp()
    rise, set_ = _united(found.rise_unix_s[mine], found.set_unix_s[mine])
    gaps = rise[1:] - set_[:-1]
    edges = [rise[0] - begin_s, end_s - set_[-1]] if len(rise) else [end_s - begin_s]
    return Revisit(
        looks=len(rise),
        mean_revisit_s=float((rise[-1] - rise[0]) / (len(rise) - 1)) if len(rise) > 1 else None,
        mean_gap_s=float(gaps.mean()) if len(gaps) else None,
        longest_gap_s=float(max([*edges, *gaps])),
        percentile_gap_s=tuple(float(np.percentile(gaps, p)) for p in PERCENTILES) if len(gaps) else (),
        seen_share=float((set_ - rise).sum() / (end_s - begin_s)),
    )


def revisit_by_latitude(
    elements: Sequence[ElementSet],
    latitudes_deg: Sequence[float],
    *,
    start: dt.datetime,
    end: dt.datetime,
    reach: Reach,
    least_sun_deg: float | None = None,
) -> tuple[RevisitAtLatitude, ...]:
    """Statistics of points along parallels, 10 degrees apart.

    Raises:
        InvalidSubmission: a latitude is not within 90 degrees, or there are over 181 of them.
    """
    if not 1 <= len(latitudes_deg) <= 181 or any(not abs(lat) <= 90 for lat in latitudes_deg):
        raise InvalidSubmission({"latitudes_deg": "give 1 to 181 latitudes from -90 to 90 (degrees)"})
    places = [
        (lat, lon) for lat in latitudes_deg for lon in np.linspace(-180, 180, _LONGITUDES, endpoint=False)
    ]
    targets = [point_target(f"{lat:g}, {lon:g}", float(lon), float(lat)) for lat, lon in places]
    found = find_accesses(elements, targets, start=start, end=end, reach=reach)
    days = (end - start).total_seconds() / 86400
    rows = []
    for n, latitude in enumerate(latitudes_deg):
        points = [
            revisit(found, n * _LONGITUDES + k, start=start, end=end, least_sun_deg=least_sun_deg)
            for k in range(_LONGITUDES)
        ]
        looks = sum(point.looks for point in points)
        rows.append(
            RevisitAtLatitude(
                latitude_deg=float(latitude),
                looks_per_day=looks / _LONGITUDES / days,
                mean_revisit_s=days * 86400 * _LONGITUDES / looks if looks else None,
                longest_gap_s=max(point.longest_gap_s for point in points),
            )
        )
    return tuple(rows)


def _united(rise: Floats, set_: Floats) -> tuple[Floats, Floats]:
    """Spans in order, those that overlap made one."""
    if not len(rise):
        return rise, set_
    order = np.argsort(rise, kind="stable")
    rise, set_ = rise[order], np.maximum.accumulate(set_[order])
    first = np.flatnonzero(np.r_[True, rise[1:] > set_[:-1]])
    last = np.r_[first[1:], len(rise)] - 1
    return rise[first], set_[last]
