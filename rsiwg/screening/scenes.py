"""A batch of scenes in columns, and the checks on what each says of itself."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.domain import Modality
from rsiwg.screening.grid import Floats

if TYPE_CHECKING:
    from rsiwg.screening.footprints import Footprints

MODALITIES = tuple(Modality)
"""A modality's number is its place here; -1 stands for one that is not said."""
FINEST_M, COARSEST_M = 0.001, 10_000.0
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_YEARS = 10
NO_DAY = int(np.iinfo(np.int32).min)
_EPOCH = dt.date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = ((dt.date(year, 1, 1) - _EPOCH).days for year in (FIRST_YEAR, LAST_YEAR + 1))

Days = NDArray[np.int32]


@attrs.frozen(kw_only=True, eq=False)
class Scenes:
    """What the archive says of each scene.  Missing numbers are NaN, missing days `NO_DAY`, missing texts empty."""

    source: str
    """File the scenes were read from, as it is named in the output."""
    first_row: int
    """Number of the first scene within the source, from 0."""
    ids: Sequence[str]
    sensors: Sequence[str]
    """Platform and instrument, as the summary counts them."""
    footprints: "Footprints"
    first_day: Days
    """Days since January 1, 1970, UTC."""
    last_day: Days
    modality: NDArray[np.int8]
    gsd_m: Floats
    ipr_m: Floats
    """SAR impulse response: the finer of range and azimuth."""
    off_nadir_deg: Floats
    altitude_km: Floats
    refused: dict[int, str]
    """By place in the batch: why it cannot be judged, as a sentence that names the field."""

    def __len__(self) -> int:
        return len(self.footprints)


@attrs.frozen(kw_only=True, eq=False)
class Told:
    """Columns as a reader finds them, before they are checked; None for a column that the source does not have."""

    ids: Sequence[str]
    sensors: Sequence[str]
    first: Sequence[str | None] | Days | None
    """Instants as RFC 3339 text, or days."""
    last: Sequence[str | None] | Days | None = None
    modality: Sequence[str | None] | None = None
    gsd_m: Floats | None = None
    ipr_m: Floats | None = None
    off_nadir_deg: Floats | None = None
    altitude_km: Floats | None = None
    refused: dict[int, str] = attrs.field(factory=dict)
    """Rows that the reader itself could not take."""


def scenes_of(
    source: str,
    first_row: int,
    footprints: "Footprints",
    told: Told,
    *,
    needs_days: bool,
    modality: Modality | None,
) -> Scenes:
    """Check every column; a scene with a value that cannot be right is refused, and one that lacks a value is not.

    `modality` is that of scenes that do not say theirs; days are asked for only where rules are judged by them.
    """
    count = len(footprints)
    refused: dict[int, str] = {}

    def refuse(rows: NDArray[np.bool_], why: str) -> None:
        for n in np.flatnonzero(rows):
            refused.setdefault(int(n), why)

    for n, why in {**footprints.refused, **told.refused}.items():
        refused[n] = f"geometry: {why}" if n not in told.refused else why
    first, last = _days(told.first, count, refused), _days(told.last, count, refused)
    first, last = np.where(first == NO_DAY, last, first), np.where(last == NO_DAY, first, last)
    has = first != NO_DAY
    if needs_days:
        refuse(~has, "datetime: this is missing; give the time of acquisition, or screen with --as-of")
        refuse(
            has & ((first < _FIRST_DAY) | (last >= _LAST_DAY)),
            f"datetime: outside the years {FIRST_YEAR} to {LAST_YEAR}",
        )
        refuse(has & (last < first), "end_datetime: the last day lies before the first; swap or correct them")
        refuse(
            has & (last.astype(np.int64) - first >= 366 * MOST_YEARS),
            f"end_datetime: over {MOST_YEARS} years after the start",
        )
    gsd, ipr = _numbers(told.gsd_m, count), _numbers(told.ipr_m, count)
    for field, values in (("gsd", gsd), ("ipr", ipr)):
        wrong = ~np.isnan(values) & ~((values >= FINEST_M) & (values <= COARSEST_M))
        for row in np.flatnonzero(wrong):
            refused.setdefault(
                int(row),
                f"{field}: {values[row]:g} m is outside {FINEST_M:g} to {COARSEST_M:g} m; give metres, such as 0.31",
            )
    off_nadir, altitude = _numbers(told.off_nadir_deg, count), _numbers(told.altitude_km, count)
    refuse(
        ~np.isnan(off_nadir) & ~((off_nadir >= 0) & (off_nadir < 90)),
        "off_nadir: give degrees from 0 to below 90",
    )
    refuse(
        ~np.isnan(altitude) & ~((altitude > 0) & (altitude < 1e6)), "altitude: give kilometres greater than 0"
    )
    return Scenes(
        source=source,
        first_row=first_row,
        ids=told.ids,
        sensors=told.sensors,
        footprints=footprints,
        first_day=first,
        last_day=last,
        modality=_modalities(told.modality, ipr, modality, refused),
        gsd_m=gsd,
        ipr_m=ipr,
        off_nadir_deg=off_nadir,
        altitude_km=altitude,
        refused=dict(sorted(refused.items())),
    )


def _numbers(values: Floats | None, count: int) -> Floats:
    return np.full(count, np.nan) if values is None else np.asarray(values, dtype=np.float64)


def _modalities(
    told: Sequence[str | None] | None, ipr: Floats, default: Modality | None, refused: dict[int, str]
) -> NDArray[np.int8]:
    """By what the scene says; else a SAR where it states an impulse response; else as the run says."""
    otherwise = -1 if default is None else MODALITIES.index(default)
    found = np.where(np.isnan(ipr), otherwise, MODALITIES.index(Modality.SAR)).astype(np.int8)
    if told is None:
        return found
    known = {str(modality): n for n, modality in enumerate(MODALITIES)}
    words = np.array(told, dtype=object)
    for word in set(filter(None, told)):
        at = words == word
        if word.strip().lower() in known:
            found[at] = known[word.strip().lower()]
        else:
            why = f'modality: "{word[:40]}" is not known; give one of {", ".join(known)}'
            refused.update((int(n), why) for n in np.flatnonzero(at) if int(n) not in refused)
    return found


def _days(told: Sequence[str | None] | NDArray[Any] | None, count: int, refused: dict[int, str]) -> Days:
    if told is None:
        return np.full(count, NO_DAY, dtype=np.int32)
    if isinstance(told, np.ndarray):
        return told.astype(np.int32)
    seen: dict[str, int] = {}
    days = np.full(count, NO_DAY, dtype=np.int32)
    for n, text in enumerate(told):
        if not text:
            continue
        day: int | None = seen.get(text)
        if day is None:
            day = _day(text)
            seen[text] = day
        if day == NO_DAY:
            refused.setdefault(
                n, f'datetime: "{str(text)[:40]}" is not a time; give it as 2025-03-01T10:20:30Z'
            )
        days[n] = day
    return days


def _day(text: str) -> int:
    """The day in UTC of an RFC 3339 instant; a time without a zone is taken as UTC, as STAC has it."""
    try:
        at = dt.datetime.fromisoformat(text)
        if at.tzinfo is not None:
            at = at.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError):
        return NO_DAY
    return (at.date() - _EPOCH).days


def day_of(number: int) -> dt.date:
    """The date of a day number."""
    return _EPOCH + dt.timedelta(days=int(number))


def number_of(day: dt.date) -> int:
    """The number of a day."""
    return (day - _EPOCH).days
