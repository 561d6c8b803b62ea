"""Which tier is proposed?  A comparison with what is available from whom (15 CFR 960.6); Commerce decides.

A proposal rests on sources of the catalogue that are known well enough.  A source that is not, and that would
make the tier another, leaves it undetermined.  Where no source is as capable, Tier 3 is proposed for want of a
comparator: the catalogue's silence is no evidence that nobody offers such data.
"""

import datetime as dt
from typing import Any

import attrs

from rsiwg.domain import Answer, Entry, Rulebook, Step
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.system import Instrument, InstrumentType, SystemRequest
from rsiwg.regulation.comparison import Comparator, comparators

TOPIC = "tier"
ENTRIES = ("tier-1", "tier-2", "tier-3", "available", "same", "down")

_OPTICAL = frozenset(InstrumentType) - {
    InstrumentType.SAR, InstrumentType.LIDAR, InstrumentType.PASSIVE_RF, InstrumentType.OTHER,
}  # fmt: skip

Tier = int | str
"""1, 2, 3 or "undetermined"."""


@attrs.frozen(kw_only=True)
class Proposal:
    """What is proposed for one instrument, and why."""

    instrument: Instrument
    path: str
    tier: Tier
    says: str
    clause: str
    """The entry that decides it."""
    comparators: tuple[Comparator, ...] = ()
    needs: tuple[str, ...] = ()
    no_stricter_than: int = 3

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.instrument.name,
            "type": self.instrument.type and str(self.instrument.type),
            "resolution_m": self.instrument.resolution_m,
            "tier": self.tier,
            "no_stricter_than": self.no_stricter_than,
            "says": self.says,
            "comparators": [comparator.document() for comparator in self.comparators],
        }


def tier(request: SystemRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """1, 2, 3 or "undetermined": the strictest of the proposals for its instruments."""
    topic, catalogue = rulebook.regulation.topic(TOPIC), rulebook.availability
    held = {entry.id: entry for entry in topic.on(day) if entry.verified}
    trouble = topic.trouble(day) or catalogue.trouble(day)
    if trouble is None and any(name not in held for name in ENTRIES):
        trouble = f"The tests of {topic.title} are not held as read in their source for {day}."
    if trouble is not None:
        return Answer(
            question="tier", answer=UNDETERMINED, says=trouble, as_of=day, trace=(), warnings=(trouble,)
        )
    proposals = tuple(
        _propose(instrument, f"instruments[{n}]", request, rulebook, held, day)
        for n, instrument in enumerate(request.instruments or ())
        if not instrument.technical and instrument.images_earth is not False
    )
    answer = _strictest(proposals)
    return Answer(
        question="tier",
        answer=answer,
        says=_says(answer, proposals, request),
        as_of=day,
        trace=tuple(_trace(proposals, request, answer, held)),
        details={
            "decided_tier": request.tier,
            "instruments": [proposal.document() for proposal in proposals],
            "not_compared": list(_not_compared(held["same"])),
        },
        warnings=_warnings(answer, request, held["same"]),
    )


def _propose(
    instrument: Instrument,
    path: str,
    request: SystemRequest,
    rulebook: Rulebook,
    held: dict[str, Entry],
    day: dt.date,
) -> Proposal:
    """The tier of one instrument, by the sources that decide, and by those that would if they were confirmed."""
    missing = _missing(instrument, path)
    if missing:
        says = f"{instrument.name} cannot be compared: give {', '.join(missing)}."
        return Proposal(
            instrument=instrument, path=path, tier=UNDETERMINED, says=says, clause="same", needs=missing
        )
    beside = comparators(instrument, request, rulebook.availability.sources, held["available"], day)
    abroad = [c for c in beside if c.decides and c.source.licensed is False]
    licensed = [c for c in beside if c.decides and c.source.licensed]
    open_abroad = [c for c in beside if c.matches and not c.decides and not c.source.licensed]
    open_licensed = [c for c in beside if c.matches and not c.decides and c.source.licensed]

    def proposal(tier: Tier, clause: str, says: str, stricter: int, *needs: str) -> Proposal:
        return Proposal(
            instrument=instrument, path=path, tier=tier, clause=clause, says=says, comparators=beside,
            no_stricter_than=stricter, needs=needs,
        )  # fmt: skip

    if abroad:
        says = f"As capable, and not licensed under Part 960: {_named(abroad)}."
        return proposal(1, "tier-1", says, 1)
    if open_abroad:
        so_far = f"Tier {2 if licensed else 3} by what is confirmed"
        by = f" ({_named(licensed)})" if licensed else ""
        says = f"{so_far}{by}, and perhaps less strict, if these are confirmed: {_named(open_abroad)}."
        return proposal(UNDETERMINED, "available", says, 2 if licensed else 3, "availability")
    if licensed:
        says = f"As capable, but all licensed under Part 960: {_named(licensed)}."
        return proposal(2, "tier-2", says, 2)
    if open_licensed:
        says = f"Tier 3 by what is confirmed, and Tier 2 if these are confirmed: {_named(open_licensed)}."
        return proposal(UNDETERMINED, "available", says, 3, "availability")
    if not beside:
        says = (
            f"The catalogue holds no source of the kind of {instrument.name}, so it tells nothing about it."
        )
        return proposal(UNDETERMINED, "available", says, 3, "availability")
    says = f"No comparator held here is as capable; the most capable held: {_named(list(beside[:1]))}."
    return proposal(3, "tier-3", says, 3, "availability")


def _missing(instrument: Instrument, path: str) -> tuple[str, ...]:
    needed = ["type"]
    if instrument.type is InstrumentType.SAR:
        needed = ["ipr_range_m", "ipr_azimuth_m", "centre_frequency_ghz", "moving_target"]
    elif instrument.type in _OPTICAL:
        needed = ["gsd_m", "video", "night"]
        if instrument.type in {InstrumentType.MULTISPECTRAL, InstrumentType.HYPERSPECTRAL}:
            needed += ["band_count"] if instrument.bands_held is None else []
    return tuple(f"{path}.{name}" for name in needed if getattr(instrument, name) is None)


def _named(found: list[Comparator]) -> str:
    return ", ".join(f"{c.source.system} ({c.source.country or '?'}, {c.source.finest_m:g} m)" for c in found)


def _strictest(proposals: tuple[Proposal, ...]) -> Tier:
    """Nothing is stricter than Tier 3, so it stands whatever the others are; any other open one leaves it open."""
    tiers = [proposal.tier for proposal in proposals]
    if 3 in tiers:
        return 3
    if not tiers or UNDETERMINED in tiers:
        return UNDETERMINED
    return max(t for t in tiers if isinstance(t, int))


def _says(answer: Tier, proposals: tuple[Proposal, ...], request: SystemRequest) -> str:
    if not proposals:
        return (
            "No instrument is described that senses the Earth's surface, so no tier can be proposed."
            if request.instruments is not None
            else "No instruments are described, so no tier can be proposed: give instruments."
        )
    why = " ".join(f"{p.instrument.name}: {p.says}" for p in proposals if p.tier == answer)
    if answer == UNDETERMINED:
        most = max(p.no_stricter_than for p in proposals)
        bound = f" It is no stricter than Tier {most} by what is confirmed." if most < 3 else ""
        return f"No tier can be proposed yet. {why}{bound} Commerce decides."
    silence = " That nobody is held here is no evidence that nobody offers such data." if answer == 3 else ""
    return f"Tier {answer} is proposed; Commerce decides, after consulting Defense and State. {why}{silence}"


def _trace(
    proposals: tuple[Proposal, ...], request: SystemRequest, answer: Tier, held: dict[str, Entry]
) -> list[Step]:
    steps = [
        Step.by(
            held[p.clause],
            f"From whom are data like those of {p.instrument.name} available?",
            [c.source.system for c in p.comparators if c.decides],
            p.says,
            rests=p.tier == answer,
            needs=p.needs,
        )
        for p in proposals
    ]
    if request.instruments is None:
        steps.append(
            Step.by(held["same"], "Which instruments are there?", None, "Not said.", needs=("instruments",))
        )
    if proposals:
        whole = f"Tier {answer}" if answer != UNDETERMINED else "undetermined"
        result = f"The strictest of the instruments: {whole}."
        tiers = [f"{p.instrument.name}: {p.tier}" for p in proposals]
        steps.append(Step.by(held["same"], "Which tier is that for the system?", tiers, result))
    if request.tier is not None:
        result = "A tier that Commerce has decided stands; it only moves down, by decision of Commerce."
        steps.append(
            Step.by(held["down"], "Has Commerce decided a tier?", f"Tier {request.tier}", result, rests=False)
        )
    return steps


def _not_compared(same: Entry) -> tuple[str, ...]:
    return tuple(f for f in same.texts("factors") if f not in {"spatial resolution", "number of bands"})


def _warnings(answer: Tier, request: SystemRequest, same: Entry) -> tuple[str, ...]:
    factors = ", ".join(_not_compared(same))
    warnings = [
        f"Not compared, or only where both sides hold it: {factors}. The proposal holds only if none of them sets "
        "the system apart."
    ]
    if request.tier is not None and answer not in {UNDETERMINED, request.tier}:
        warnings.append(
            f"Commerce has decided Tier {request.tier}, and Tier {answer} is proposed here: the decision stands."
        )
    return tuple(warnings)
