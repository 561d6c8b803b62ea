"""An instrument beside each source of data that is available, factor by factor (15 CFR 960.4, substantially the same)."""

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import attrs

from rsiwg.domain import Entry
from rsiwg.domain.availability import DataSource, Offer, RowConfidence
from rsiwg.domain.system import ClaimedSource, Instrument, InstrumentType, SystemRequest

_BY_BANDS = {InstrumentType.MULTISPECTRAL, InstrumentType.HYPERSPECTRAL}
_DARK = {
    InstrumentType.SAR,
    InstrumentType.MWIR,
    InstrumentType.LWIR,
    InstrumentType.LIDAR,
    InstrumentType.PASSIVE_RF,
}
"""Instruments that need no sunlight."""
_RADAR_BANDS_GHZ = (
    ("P", 0.23, 1.0), ("L", 1.0, 2.0), ("S", 2.0, 4.0), ("C", 4.0, 8.0), ("X", 8.0, 12.0), ("Ku", 12.0, 18.0),
    ("K", 18.0, 27.0), ("Ka", 27.0, 40.0),
)  # fmt: skip
"""IEEE Std 521, and P as radar users have it; from the first figure up to, but not including, the second."""


class Result(StrEnum):
    """How a source stands in one factor."""

    AS_CAPABLE = "as capable"
    LESS_CAPABLE = "less capable"
    NOT_HELD = "not held"
    NOT_SAID = "not said"


@attrs.frozen
class Factor:
    """One factor, side by side; resolutions in metres, revisit in hours."""

    name: str
    asked: Any
    """Of the instrument; None where the request does not say."""
    offered: Any
    """Of the source; None where it is not held."""
    result: Result
    is_decisive: bool
    """Whether a source that lacks it, or of which it is not held, cannot stand for the instrument."""


@attrs.frozen(kw_only=True)
class Comparator:
    """A source beside an instrument."""

    source: DataSource
    factors: tuple[Factor, ...]
    off_offer: str | None
    """Why its data are certainly not available on the day; None where they may be."""
    doubts: tuple[str, ...]
    """Why it cannot decide, in sentences."""

    @property
    def matches(self) -> bool:
        """On offer, and not less capable in any factor that is held of both."""
        return self.off_offer is None and not any(f.result is Result.LESS_CAPABLE for f in self.factors)

    @property
    def decides(self) -> bool:
        """Whether it is known well enough for a proposal to rest on it."""
        return self.matches and not self.doubts

    def document(self) -> dict[str, Any]:
        """As JSON."""
        source = self.source
        return {
            "id": source.id,
            "system": source.system,
            "operator": source.operator,
            "country": source.country,
            "licensed": source.licensed,
            "type": str(source.type),
            "finest_m": source.finest_m,
            "band_count": source.band_count,
            "revisit_h": source.revisit_h,
            "night": source.night,
            "offered": str(source.offered),
            "available_from": source.available_from and source.available_from.isoformat(),
            "available_to": source.available_to and source.available_to.isoformat(),
            "confidence": str(source.confidence),
            "source": source.source,
            "note": source.note,
            "factors": [
                {"factor": f.name, "asked": f.asked, "offered": f.offered, "result": str(f.result)}
                for f in self.factors
            ],
            "matches": self.matches,
            "decides": self.decides,
            "why_not": [*([self.off_offer] if self.off_offer else []), *self.doubts],
        }


def comparators(
    instrument: Instrument,
    request: SystemRequest,
    sources: tuple[DataSource, ...],
    available: Entry,
    day: dt.date,
) -> tuple[Comparator, ...]:
    """Every source of the instrument's kind: those that decide first, then those that match, then the finest."""
    claimed = tuple(_claimed(n, claim) for n, claim in enumerate(request.availability or ()))
    made = [
        _beside(instrument, request, source, available, day)
        for source in (*sources, *claimed)
        if source.type is instrument.type and _same_radar_band(instrument, source)
    ]
    return tuple(sorted(made, key=lambda c: (not c.decides, not c.matches, c.source.finest_m, c.source.id)))


def radar_band(frequency_ghz: float | None) -> str | None:
    """The letter of a radar band; None where no frequency is said."""
    if frequency_ghz is None:
        return None
    letters = (letter for letter, low, high in _RADAR_BANDS_GHZ if low <= frequency_ghz < high)
    return next(letters, "without a letter")


def _same_radar_band(instrument: Instrument, source: DataSource) -> bool:
    ours = radar_band(instrument.centre_frequency_ghz)
    return ours is None or source.radar_band is None or ours == source.radar_band


def _claimed(n: int, claim: ClaimedSource) -> DataSource:
    return DataSource(
        id=f"availability[{n}]",
        system=claim.system,
        operator=claim.operator or "",
        country=claim.country or "",
        licensed=claim.licensed,
        type=claim.type,
        finest_m=claim.finest_m,
        band_count=claim.band_count,
        revisit_h=claim.revisit_h,
        night=claim.night,
        offered=Offer.UNKNOWN,
        available_from=claim.available_from,
        seen_on=None,
        confidence=RowConfidence.CLAIMED,
        source=f"The applicant: {claim.evidence}",
    )


def _beside(
    instrument: Instrument, request: SystemRequest, source: DataSource, available: Entry, day: dt.date
) -> Comparator:
    factors = tuple(_factors(instrument, request, source))
    return Comparator(
        source=source,
        factors=factors,
        off_offer=source.not_on_offer(day),
        doubts=tuple(_doubts(request, source, factors, available, day)),
    )


def _doubts(
    request: SystemRequest, source: DataSource, factors: tuple[Factor, ...], available: Entry, day: dt.date
) -> Iterator[str]:
    if source.confidence is RowConfidence.CLAIMED:
        yield "The applicant names it as evidence, which nobody has confirmed."
    elif source.confidence != available.text("confidence"):
        yield f"What is held of it is of {source.confidence} confidence."
    if source.offered not in available.texts("offers"):
        yield f"Whether anyone may obtain its data is not settled (held as: {source.offered})."
    if source.licensed is None:
        yield "Whether its operator is licensed under Part 960 is not known."
    if source.available_from is None and source.seen_on is not None and day < source.seen_on:
        yield f"It is not known whether it was available on {day}; it was seen to be on {source.seen_on}."
    if request.licensee.name is not None and request.licensee.name.casefold() == source.operator.casefold():
        yield "It is the applicant's own."
    for factor in factors:
        if factor.is_decisive and factor.result is Result.NOT_HELD:
            yield f"Its {factor.name} is not held."


def _factors(instrument: Instrument, request: SystemRequest, source: DataSource) -> Iterator[Factor]:
    yield _at_most("spatial resolution", instrument.resolution_m, source.finest_m)
    if instrument.type is InstrumentType.SAR:
        directions = [m for m in (instrument.ipr_range_m, instrument.ipr_azimuth_m) if m is not None]
        coarser = max(directions) if len(directions) == 2 else None
        yield _at_most("resolution in the coarser direction", coarser, source.second_m)
        asked = radar_band(instrument.centre_frequency_ghz)
        yield _has("radar band", asked, source.radar_band, source.radar_band == asked)
        if instrument.moving_target:
            yield _has("moving-target mode", True, None, False)
    if instrument.type in _BY_BANDS:
        yield _at_least("number of bands", instrument.bands_held, source.band_count)
    if instrument.night and instrument.type not in _DARK:
        yield _has("night imaging", True, source.night, bool(source.night))
    if instrument.video:
        yield _has("video", True, None, False)
    yield attrs.evolve(_at_most("revisit", request.orbit.revisit_h, source.revisit_h), is_decisive=False)


def _at_most(name: str, asked: float | None, offered: float | None) -> Factor:
    return _has(name, asked, offered, asked is not None and offered is not None and offered <= asked)


def _at_least(name: str, asked: int | None, offered: int | None) -> Factor:
    return _has(name, asked, offered, asked is not None and offered is not None and offered >= asked)


def _has(name: str, asked: Any, offered: Any, as_capable: bool) -> Factor:
    if asked is None:
        result = Result.NOT_SAID
    elif offered is None:
        result = Result.NOT_HELD
    else:
        result = Result.AS_CAPABLE if as_capable else Result.LESS_CAPABLE
    return Factor(name, asked, offered, result, is_decisive=True)
