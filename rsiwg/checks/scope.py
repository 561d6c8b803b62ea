"""Whether a restriction reaches a request at all: status, days, persons, sensors, activities, ground.

The answer is either the reason why not, or what is left to ask: the limits in force by day, the sensors
and ground in question, and the doubts that keep a violation from being certain.
"""

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum

import attrs

from rsiwg.checks.words import kilometres, listed, named, sentence
from rsiwg.domain import (
    Citation,
    Finding,
    ImagingRequest,
    Limit,
    Modality,
    NotApplicable,
    Period,
    Restriction,
    Rulebook,
    Sensor,
    Status,
    Zone,
    in_full,
)
from rsiwg.geometry import EMPTY, Area, distance_km, join, overlap, subtract

Statement = Finding | NotApplicable


@attrs.frozen(kw_only=True)
class Doubt:
    """Why a violation is not certain: a clause, and the field of the request that would settle it."""

    says: str
    needs: str | None = None


class Reach(Enum):
    """Whether persons are bound."""

    BOUND = "bound"
    NOT_BOUND = "not bound"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class Ground:
    """The part of the AOI in one zone."""

    zone: Zone
    area: Area


@attrs.frozen(kw_only=True)
class Scope:
    """A restriction that reaches a request, and what is left to ask."""

    restriction: Restriction
    limits: tuple[tuple[Period, Limit], ...]
    """Each dated entry, with the days judged on which it is in force."""
    sensors: tuple[Sensor, ...]
    grounds: tuple[Ground, ...]
    """Disjoint, from the core reading outwards; for a worldwide restriction, the whole AOI."""
    doubts: tuple[Doubt, ...]
    """Why a violation would be undetermined everywhere."""


@attrs.frozen(kw_only=True)
class Bearing:
    """A restriction that concerns a request wherever on Earth its ground lies."""

    limits: tuple[tuple[Period, Limit], ...]
    sensors: tuple[Sensor, ...]
    doubts: tuple[Doubt, ...]


def scope_of(request: ImagingRequest, restriction: Restriction, rulebook: Rulebook) -> Scope | NotApplicable:
    """Follow the questions in order; the first that says no is the reason given."""
    bearing = bearing_of(request, restriction)
    if isinstance(bearing, NotApplicable):
        return bearing
    grounds = grounds_of(request.aoi, restriction)
    if not grounds and restriction.problem is None:
        return _elsewhere(request, restriction, bearing.limits[-1][1].citation)
    return Scope(
        restriction=restriction,
        limits=bearing.limits,
        sensors=bearing.sensors,
        grounds=grounds,
        doubts=bearing.doubts,
    )


def bearing_of(request: ImagingRequest, restriction: Restriction) -> Bearing | NotApplicable:
    """Every question but that of the ground."""
    limits = tuple(
        (days, limit)
        for limit in restriction.limits
        if (days := limit.in_force.meet(request.judged)) is not None
    )
    if not limits:
        return not_applicable(restriction, _not_in_force(restriction, request.judged))
    if restriction.status is Status.PROPOSED:
        return not_applicable(restriction, "It is proposed and not in force.", limits[0][1].citation)
    if restriction.status is Status.EXERCISE and not request.exercise:
        return not_applicable(
            restriction, "It is made up for exercises and binds no real request.", limits[0][1].citation
        )
    citation = limits[-1][1].citation
    reach, why = persons_bound(request, restriction)
    if reach is Reach.NOT_BOUND:
        return not_applicable(restriction, why[0].says, citation)
    sensors = tuple(s for s in request.sensors if s.modality in restriction.binds.modalities)
    if not sensors:
        return not_applicable(restriction, _other_modalities(request, restriction), citation)
    activities = _activity_doubts(request, restriction)
    if activities is None:
        return not_applicable(restriction, _other_activities(request, restriction), citation)
    if request.recipient and request.recipient.kind in restriction.binds.except_recipients:
        return not_applicable(
            restriction,
            f"It does not concern data for {named(request.recipient.kind)}, the recipient.",
            citation,
        )
    return Bearing(
        limits=limits,
        sensors=sensors,
        doubts=(*_standing(restriction), *why, *activities, *_recipient_doubts(request, restriction)),
    )


def persons_bound(request: ImagingRequest, restriction: Restriction) -> tuple[Reach, tuple[Doubt, ...]]:
    """Whether the applicant is among those the restriction binds; the reason for no, or the doubts."""
    binds, licence, applicant = restriction.binds, request.licence, request.applicant
    doubts: list[Doubt] = []
    if binds.licensees and not any(same_name(name, licensee_of(request)) for name in binds.licensees):
        only = " and ".join(binds.licensees)
        return Reach.NOT_BOUND, (
            Doubt(says=f"It binds only {only}, by license; the request is {licensee_of(request)}'s."),
        )
    if binds.part_960 and licence.part_960 is not True:
        within_us = applicant.us_person, applicant.operated_from_us
        if within_us == (False, False):
            return Reach.NOT_BOUND, (
                Doubt(
                    says="It binds persons licensed under 15 CFR Part 960; the applicant is not a U.S. person and the "
                    "system is not operated from the United States (960.2(a)), so Part 960 does not reach it."
                ),
            )
        doubts.append(_licence_doubt(request))
    if binds.tiers != {1, 2, 3}:
        tiers = " and ".join(f"Tier {t}" for t in sorted(binds.tiers))
        if licence.tier is None:
            doubts.append(
                Doubt(says=f"it binds {tiers} systems, and the request does not give the tier, which decides this",
                      needs="licence.tier")
            )  # fmt: skip
        elif licence.tier not in binds.tiers:
            return Reach.NOT_BOUND, (
                Doubt(says=f"It binds {tiers} systems; the request is for a Tier {licence.tier} system."),
            )
    return (Reach.UNKNOWN if doubts else Reach.BOUND), tuple(doubts)


def doubts_about(scope: Scope, zone: Zone, limit: Limit) -> list[Doubt]:
    """Why a violation in this zone, by this entry, would be undetermined; none: it is a conflict."""
    doubts = list(scope.doubts)
    if not zone.decides:
        doubts.insert(0, Doubt(says=zone.doubt))
    if not limit.verified:
        doubts.append(
            Doubt(says="this entry of the rulebook is recalled and has not been read in its source")
        )
    return doubts


def in_doubt(doubts: Sequence[Doubt]) -> str:
    """The sentence that a finding ends with where there are doubts."""
    return " " + sentence(f"this is undetermined: {'; '.join(d.says for d in doubts)}") if doubts else ""


def needs_of(doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """The fields that would settle the doubts, each once."""
    return tuple(dict.fromkeys(d.needs for d in doubts if d.needs))


def _licence_doubt(request: ImagingRequest) -> Doubt:
    applicant = request.applicant
    if request.licence.part_960 is False and (applicant.us_person or applicant.operated_from_us):
        who = (
            "the applicant is a U.S. person"
            if applicant.us_person
            else "the system is operated from the United States"
        )
        return Doubt(
            says=f"it binds persons licensed under 15 CFR Part 960; the request says that there is no such license, yet {who}, "
            "and operating a system then needs one (960.2(a), 960.16)",
            needs="licence.part_960",
        )
    if request.licence.part_960 is None and (applicant.us_person or applicant.operated_from_us):
        return Doubt(
            says="it binds persons licensed under 15 CFR Part 960, and the request does not say whether the system is licensed",
            needs="licence.part_960",
        )
    missing = "applicant.us_person" if applicant.us_person is None else "applicant.operated_from_us"
    asked = (
        "whether the applicant is a U.S. person"
        if applicant.us_person is None
        else "whether the system is operated from the United States"
    )
    return Doubt(
        says=f"it binds persons whom 15 CFR Part 960 reaches (960.2(a)), and the request does not say {asked}",
        needs=missing,
    )


def _standing(restriction: Restriction) -> tuple[Doubt, ...]:
    if restriction.status is Status.POLICY:
        return (Doubt(says="it is a policy and not a rule, so a person must decide whether it applies"),)
    return ()


def _activity_doubts(request: ImagingRequest, restriction: Restriction) -> tuple[Doubt, ...] | None:
    """None: no activity of the request is concerned."""
    binds = restriction.binds
    if request.activity & binds.activities:
        return ()
    if request.activity & binds.unsettled_activities:
        return (Doubt(says=binds.unsettled_why, needs="activity"),)
    return None


def _recipient_doubts(request: ImagingRequest, restriction: Restriction) -> tuple[Doubt, ...]:
    exempt = restriction.binds.except_recipients
    if not exempt or request.recipient is not None:
        return ()
    kinds = listed(sorted(named(kind) for kind in exempt), "or")
    return (
        Doubt(
            says=f"it does not concern data for {kinds}, and the request does not name the recipient",
            needs="recipient.kind",
        ),
    )


@functools.lru_cache(maxsize=32)  # the proofs of remedies ask again for the same AOI
def grounds_of(aoi: Area, restriction: Restriction) -> tuple[Ground, ...]:
    """The AOI by zone, disjoint."""
    if restriction.worldwide:
        everywhere = Zone(reading="worldwide", title="all ground", area=aoi, decides=True)
        return (Ground(zone=everywhere, area=aoi),)
    grounds, rest = [], aoi
    for zone in restriction.zones:
        shared = overlap(rest, zone.area)
        if not shared.is_empty:
            grounds.append(Ground(zone=zone, area=shared))
            rest = subtract(rest, shared)
        if rest.is_empty:
            break
    return tuple(grounds)


def outline_of(restriction: Restriction) -> Area:
    """All readings together, the accuracy band included."""
    return join(zone.area for zone in restriction.zones) if restriction.zones else EMPTY


def not_applicable(
    restriction: Restriction, reason: str, citation: Citation | None = None, distance: float | None = None
) -> NotApplicable:
    """The entry for a restriction that does not apply."""
    return NotApplicable(
        restriction=restriction.id,
        restriction_version=restriction.version,
        title=restriction.title,
        reason=reason,
        citation=citation or restriction.limits[-1].citation,
        distance_km=distance,
    )


def licensee_of(request: ImagingRequest) -> str:
    """Whose licence it is: the licensee named, else the applicant."""
    return request.licence.licensee or request.applicant.name


def same_name(one: str, other: str) -> bool:
    """Equal but for case, accents, punctuation and the legal form at the end."""
    return _bare(one) == _bare(other)


_LEGAL_FORMS = {
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "llc",
    "ltd",
    "limited",
    "lp",
    "plc",
}


def _bare(name: str) -> str:
    letters = (c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def _not_in_force(restriction: Restriction, judged: Period) -> str:
    spans = _joined(limit.in_force for limit in restriction.limits)
    last = judged.last
    assert last is not None
    if spans[-1].end is not None and spans[-1].end <= judged.start:
        return f"It is no longer in force: it stood {spans[-1]}."
    if last < spans[0].start:
        return f"It is not yet in force: it begins on {in_full(spans[0].start)}."
    return f"It is not in force {judged}: it stands {listed(map(str, spans))}."


def _joined(periods: Iterable[Period]) -> list[Period]:
    """Spans that follow each other without a gap, as one."""
    spans: list[Period] = []
    for period in periods:
        if spans and spans[-1].end == period.start:
            spans[-1] = Period(spans[-1].start, period.end)
        else:
            spans.append(period)
    return spans


def _other_modalities(request: ImagingRequest, restriction: Restriction) -> str:
    asked = listed(sorted({named(s.modality) for s in request.sensors}))
    bound = restriction.binds.modalities
    concerned = (
        "imaging of the Earth"
        if len(bound) > 5 and Modality.NON_EARTH not in bound
        else f"{listed(sorted(named(m) for m in bound))} imaging"
    )
    return f"It concerns {concerned}; the request is for {asked} imaging."


def _other_activities(request: ImagingRequest, restriction: Restriction) -> str:
    bound = listed(sorted(named(a) for a in restriction.binds.activities))
    asked = listed(sorted(named(a) for a in request.activity))
    return f"It concerns {bound}; the request is for {asked} only."


@functools.lru_cache(maxsize=256)
def _readings(restriction: Restriction) -> Area:
    """All readings of a restriction together."""
    return join(zone.area for zone in restriction.zones if not zone.is_band)


def _elsewhere(request: ImagingRequest, restriction: Restriction, citation: Citation) -> NotApplicable:
    away = distance_km(request.aoi, _readings(restriction))
    return not_applicable(restriction, f"The AOI lies {kilometres(away)} away.", citation, away)
