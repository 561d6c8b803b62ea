"""The rules and layers we hold, and the days for which we vouch for them."""

import datetime as dt

import attrs

from rsiwg.domain.availability import NO_CATALOGUE, Catalogue
from rsiwg.domain.period import Period
from rsiwg.domain.places import Places
from rsiwg.domain.regulation import Regulation
from rsiwg.domain.restriction import Restriction


@attrs.frozen(kw_only=True)
class Layer:
    """One file of outlines and how sound it is."""

    name: str
    title: str
    source: str
    licence: str
    sha256: str
    """Of the file as found; empty when it is missing."""
    feature_count: int
    accuracy_m: float
    approximate: bool
    retrieved_on: dt.date
    good_until: dt.date
    """The first day for which it counts as stale."""
    marking: str
    steward: str
    problem: str | None = None
    """Why it cannot be relied on; None when sound."""


@attrs.frozen(kw_only=True)
class Rulebook:
    """Restrictions we know of, the layers they rest on, and the days we vouch for."""

    version: str
    """SHA-256 over every file used."""
    covers: Period
    near_miss_km: float
    near_miss_share: float
    restrictions: tuple[Restriction, ...]
    layers: tuple[Layer, ...]
    places: Places
    regulation: Regulation = attrs.field(factory=Regulation)
    """Facts without an outline, by topic."""
    availability: Catalogue = NO_CATALOGUE
    """Which data are available from whom."""
    problems: tuple[str, ...] = ()
    """What is listed and missing, in sentences; any of these makes every answer undetermined."""
