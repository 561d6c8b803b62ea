"""Which conditions follow from the tier, and which of them can be checked now (15 CFR 960.8 to 960.10)."""

import datetime as dt
from typing import Any

import attrs

from rsiwg.domain import Answer, Confidence, Entry, ImagingRequest, Rulebook, Step
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.system import SystemRequest
from rsiwg.errors import RulebookUnusable
from rsiwg.regulation.applicability import applicability
from rsiwg.regulation.condition_checks import CHECKS, Made, Request, State
from rsiwg.regulation.tier import tier

TOPIC = "conditions"


@attrs.frozen(kw_only=True)
class Condition:
    """A condition, whether it follows, and how it stands."""

    entry: Entry
    follows: bool | None
    """None: that depends on the tier, which is not known."""
    because: str
    made: Made
    waiver: str | None
    """The ground on which a waiver is asked."""

    @property
    def is_open(self) -> bool:
        """Something is missing, or it would not be met in a tier that it may have."""
        return self.made.state is State.CANNOT_TELL or (
            self.follows is None and self.made.state is State.NOT_MET
        )

    def document(self) -> dict[str, Any]:
        """As JSON."""
        entry = self.entry
        return {
            "id": entry.id,
            "clause": entry.clause,
            "title": entry.title,
            "follows": {True: "yes", False: "no", None: "depends on the tier"}[self.follows],
            "because": self.because,
            "state": str(self.made.state) if self.follows is not False else "not asked",
            "says": self.made.says if self.follows is not False else "",
            "needs": list(self.made.needs) if self.follows is not False else [],
            "parameters": {
                k: v
                for k, v in entry.values.items()
                if k not in {"tiers", "check", "paragraphs", "says", "rests_on_statute"}
            },
            "rests_on_statute": "rests_on_statute" in entry,
            "waiver_asked": self.waiver,
            "verified": entry.verified,
        }


@attrs.frozen
class Known:
    """The tier that the conditions are asked for, and where it comes from."""

    tier: int | None
    says: str
    needs: tuple[str, ...]
    is_proposed: bool


def conditions(request: Request, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "met", "not_met" or "undetermined" for the checks that can be made; "none" where Part 960 does not apply."""
    topic = rulebook.regulation.topic(TOPIC)
    entries = topic.on(day)
    trouble = topic.trouble(day) or (
        None if entries else f"No conditions are held that were in force on {day}."
    )
    if trouble is not None:
        return Answer(
            question="conditions", answer=UNDETERMINED, says=trouble, as_of=day, trace=(), warnings=(trouble,)
        )
    reach = applicability(request, rulebook, day)
    known = _tier(request, rulebook, day)
    found = tuple(_condition(entry, request, known, rulebook, day) for entry in entries)
    asked = tuple(condition for condition in found if condition.follows is not False)
    answer = _outcome(reach, asked)
    return Answer(
        question="conditions",
        answer=answer,
        says=_says(answer, asked, known, reach),
        as_of=day,
        trace=(_reach_step(reach, answer), _tier_step(known, entries[0]), *(_step(c, answer) for c in asked)),
        details={
            "tier": known.tier,
            "tier_is_proposed": known.is_proposed,
            "conditions": [condition.document() for condition in found],
        },
        warnings=_warnings(reach, known, asked),
    )


def _tier(request: Request, rulebook: Rulebook, day: dt.date) -> Known:
    if isinstance(request, ImagingRequest):
        given = request.licence.tier
        says = "Not said." if given is None else "As the request says."
        return Known(given, says, ("licence.tier",) if given is None else (), is_proposed=False)
    if request.tier is not None:
        return Known(request.tier, "As Commerce has decided, by the request.", (), is_proposed=False)
    proposed = tier(request, rulebook, day)
    if isinstance(proposed.answer, int):
        return Known(proposed.answer, f"Proposed only. {proposed.says}", (), is_proposed=True)
    return Known(None, proposed.says, ("tier", *proposed.needs), is_proposed=False)


def _condition(entry: Entry, request: Request, known: Known, rulebook: Rulebook, day: dt.date) -> Condition:
    tiers = entry.values.get("tiers")
    check = CHECKS.get(entry.text("check"))
    if not isinstance(tiers, tuple) or check is None:
        raise RulebookUnusable(f"regulation/{entry.topic}.toml: {entry.id}: tiers or check is not known")
    whose = "every tier" if len(tiers) == 3 else " and ".join(f"Tier {t}" for t in tiers)
    if len(tiers) == 3:
        follows: bool | None = True
    else:
        follows = None if known.tier is None else known.tier in tiers
    return Condition(
        entry=entry,
        follows=follows,
        because=f"It is a condition of {whose}.",
        made=check(request, entry, rulebook, day),
        waiver=_waiver(request, entry),
    )


def _waiver(request: Request, entry: Entry) -> str | None:
    if not isinstance(request, SystemRequest):
        return None
    paragraphs = entry.texts("paragraphs")
    return next((str(w.ground) for w in request.waivers or () if w.condition in paragraphs), None)


def _outcome(reach: Answer, asked: tuple[Condition, ...]) -> str:
    if reach.answer == "no":
        return "none"
    if any(c.follows and c.made.state is State.NOT_MET and c.entry.verified for c in asked):
        return "not_met"
    is_open = any(c.is_open or not c.entry.verified for c in asked)
    return UNDETERMINED if is_open or reach.answer != "yes" else "met"


def _says(answer: str, asked: tuple[Condition, ...], known: Known, reach: Answer) -> str:
    if answer == "none":
        return f"No conditions follow. {reach.says}"
    counts = {state: sum(c.made.state is state for c in asked) for state in State}
    for_tier = (
        f"For Tier {known.tier}{' (proposed)' if known.is_proposed else ''} {len(asked)} conditions follow"
    )
    unknown = f"The tier is not known, so up to {len(asked)} conditions follow"
    whole = (
        f"{unknown if known.tier is None else for_tier}: {counts[State.STANDING]} standing duties, and of the checks that "
        f"can be made {counts[State.MET]} met, {counts[State.NOT_MET]} not met, {counts[State.CANNOT_TELL]} open."
    )
    broken = [c.entry.title for c in asked if c.follows and c.made.state is State.NOT_MET]
    return f"{whole} Not met: {'; '.join(broken)}." if broken else whole


def _reach_step(reach: Answer, answer: str) -> Step:
    last = reach.trace[-1] if reach.trace else None
    rests = answer == "none" or (answer == UNDETERMINED and reach.answer != "yes") or answer == "met"
    return Step(
        question="Does Part 960 apply?",
        value=reach.answer,
        clause="15 CFR 960.2" if last is None else last.clause,
        result=reach.says,
        citation=None if last is None else last.citation,
        verified=reach.confidence is Confidence.VERIFIED,
        rests=rests,
        needs=reach.needs,
    )


def _tier_step(known: Known, entry: Entry) -> Step:
    return Step(
        question="For which tier?",
        value=known.tier,
        clause="15 CFR 960.6(a)",
        result=known.says,
        citation=entry.citation,
        rests=False,
        needs=known.needs,
    )


def _step(condition: Condition, answer: str) -> Step:
    entry, made = condition.entry, condition.made
    rests = {
        "not_met": bool(condition.follows) and made.state is State.NOT_MET,
        UNDETERMINED: condition.is_open,
        "none": False,
    }.get(answer, True)
    perhaps = "" if condition.follows else f" {condition.because}"
    waiver = (
        ""
        if condition.waiver is None
        else f" A waiver is asked ({condition.waiver}); Commerce decides (960.12)."
    )
    stands = "" if made.state is State.STANDING else f"{str(made.state).capitalize()}. "
    value = str(made.state) if made.value is None else made.value
    return Step.by(
        entry,
        f"{entry.title}:",
        value,
        f"{stands}{made.says}{perhaps}{waiver}",
        rests=rests,
        needs=made.needs,
    )


def _warnings(reach: Answer, known: Known, asked: tuple[Condition, ...]) -> tuple[str, ...]:
    warnings = list(reach.warnings)
    if known.is_proposed:
        warnings.append(
            f"Tier {known.tier} is proposed and not decided: other conditions follow from another tier."
        )
    if any(c.waiver is not None and "rests_on_statute" in c.entry for c in asked):
        warnings.append("A waiver is asked of a condition that rests on statute, which 960.12 hardly allows.")
    return tuple(warnings)
