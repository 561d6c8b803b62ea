"""What is held to be in force: limits on an area, for a period, on a citation."""

import datetime as dt
from enum import StrEnum

import attrs
from attrs.validators import optional

from rsiwg.domain.period import Period
from rsiwg.domain.request import Activity, Measure, Modality, Plane, RecipientKind
from rsiwg.geometry import Area


class Kind(StrEnum):
    """What a restriction does."""

    RESOLUTION_LIMIT = "resolution_limit"
    LIMITED_OPERATIONS = "limited_operations"
    WITHHELD_AREA = "withheld_area"
    LICENCE_CAP = "licence_cap"
    LICENCE_CONDITIONS = "licence_conditions"
    NON_EARTH_IMAGING = "non_earth_imaging"


NUMERIC_KINDS = (Kind.RESOLUTION_LIMIT, Kind.LICENCE_CAP)
"""Kinds whose entries give a number of metres."""


class Status(StrEnum):
    """What stands behind it."""

    IN_FORCE = "in_force"
    PROPOSED = "proposed"
    POLICY = "policy"
    LICENCE_SPECIFIC = "licence_specific"
    EXERCISE = "exercise"


class Component(StrEnum):
    """Which ground sample distance a limit means where the two directions differ."""

    FINER = "finer"
    """The finer direction: across the look."""
    MEAN = "mean"
    """The arithmetic mean of both."""


@attrs.frozen(kw_only=True)
class Citation:
    """The passage a rule rests on."""

    source: str
    url: str


@attrs.frozen(kw_only=True)
class Zone:
    """One reading of a restriction's area, without what the readings before it hold."""

    reading: str
    """Its short name, such as ``core``."""
    title: str
    """The place as a sentence names it, such as "the Golan Heights"."""
    area: Area
    decides: bool
    """False: a violation only in this zone is undetermined."""
    doubt: str = ""
    """For a zone that does not decide: why, as a clause."""
    is_band: bool = False
    """The ring outside the widest reading in which the outline held may be off; not a reading of its own."""


@attrs.frozen(kw_only=True)
class Binds:
    """Whom and what a restriction binds."""

    part_960: bool
    """True: persons licensed under Part 960."""
    tiers: frozenset[int] = frozenset({1, 2, 3})
    licensees: tuple[str, ...] = ()
    """The only licensees bound; empty: all."""
    modalities: frozenset[Modality]
    comparable: frozenset[Modality]
    """Modalities whose resolution can be compared with the limit; the other bound ones are undetermined."""
    activities: frozenset[Activity]
    unsettled_activities: frozenset[Activity] = frozenset()
    """Activities for which it is unsettled whether the restriction reaches them when done alone."""
    unsettled_why: str = ""
    except_recipients: frozenset[RecipientKind] = frozenset()


@attrs.frozen(kw_only=True)
class Limit:
    """What applies in one effective period."""

    in_force: Period
    finest_m: float | None = attrs.field(default=None, validator=optional(attrs.validators.gt(0.0)))
    """Finest resolution allowed, metres, inclusive; None: no number (a prohibition, a withheld area)."""
    measure: Measure = Measure.GSD
    component: Component | None = None
    """Which ground sample distance is meant; None: the text does not say."""
    plane: Plane | None = None
    """The plane in which an impulse response in range is meant; None: the text does not say."""
    verified: bool = True
    """False: recalled, not read in the source; decides nothing alone."""
    verified_on: dt.date | None = None
    """The day someone last read the source; None where not verified."""
    says: str = ""
    """What it means, where there is no number; a clause."""
    citation: Citation


@attrs.frozen(kw_only=True)
class ProvenArea:
    """Ground that a steward has recorded as proven to lie outside the withheld areas, for one licensee."""

    licensee: str
    area: Area
    document: str


@attrs.frozen(kw_only=True, eq=False)
class Restriction:
    """A limit on an area, for a period, on a citation."""

    id: str
    version: str
    """First 12 hex digits of the SHA-256 of its file and of its layers."""
    title: str
    kind: Kind
    status: Status
    binds: Binds
    zones: tuple[Zone, ...]
    """From the core reading to the widest; empty for a restriction without a known outline."""
    worldwide: bool
    limits: tuple[Limit, ...]
    accuracy_m: float
    verified_on: dt.date
    vouched_until: dt.date
    """The first day for which the last reading of the source is too old."""
    confidence: str
    marking: str
    steward: str
    notes: str = ""
    proven: tuple[ProvenArea, ...] = ()
    problem: str | None = None
    """Why it cannot be applied (a layer is missing or altered); None when sound."""
