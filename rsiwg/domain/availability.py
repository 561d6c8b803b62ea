"""Which data are available from whom: the dated catalogue that a proposed tier is compared with."""

import datetime as dt
from enum import StrEnum

import attrs

from rsiwg.domain.system import InstrumentType


class Offer(StrEnum):
    """To whom a source gives its data."""

    MARKET = "market"
    OPEN = "open"
    RESTRICTED = "restricted"
    GOVERNMENT = "government"
    UNKNOWN = "unknown"


class RowConfidence(StrEnum):
    """How well a row of the catalogue is known."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    CLAIMED = "claimed"
    """By the applicant; not a row of the catalogue."""


@attrs.frozen(kw_only=True)
class DataSource:
    """One kind of instrument of one system, as the catalogue or an applicant has it; None is "not looked up"."""

    id: str
    system: str
    operator: str
    country: str
    licensed: bool | None
    """Whether its operator is licensed under Part 960."""
    type: InstrumentType
    finest_m: float
    second_m: float | None = None
    """The coarser direction of a SAR's impulse response, metres."""
    radar_band: str | None = None
    band_count: int | None = None
    revisit_h: float | None = None
    night: bool | None = None
    offered: Offer
    available_from: dt.date | None = None
    available_to: dt.date | None = None
    """The first day without offer."""
    seen_on: dt.date | None
    """The day on which it was seen to be on offer; None where nobody has looked."""
    confidence: RowConfidence
    source: str
    note: str = ""

    def not_on_offer(self, day: dt.date) -> str | None:
        """Why its data are certainly not available to anyone on a day, as a sentence; None where they may be."""
        if self.offered is Offer.GOVERNMENT:
            return "It is for governments only, which does not count as available."
        if self.available_from is not None and day < self.available_from:
            return f"It was not yet available on {day}."
        if self.available_to is not None and day >= self.available_to:
            return f"It was no longer available on {day}."
        return None


@attrs.frozen(kw_only=True)
class Catalogue:
    """Every source held, and how far the catalogue can be relied on."""

    title: str
    read_on: dt.date | None
    good_until: dt.date | None
    sources: tuple[DataSource, ...] = ()
    problem: str | None = None
    """Why it cannot be relied on; None when sound."""

    def trouble(self, day: dt.date) -> str | None:
        """Why an answer for this day cannot rely on it, as a sentence; None when it can."""
        if self.problem is not None or self.good_until is None:
            return self.problem or "No catalogue of available data is held."
        if day >= self.good_until:
            return f"{self.title}: last gone through on {self.read_on}, too long before {day}."
        return None


NO_CATALOGUE = Catalogue(title="Available data", read_on=None, good_until=None)
