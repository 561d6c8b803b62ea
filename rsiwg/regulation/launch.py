"""Which special export controls apply to a launch abroad?  22 CFR 124.15."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import attrs

from rsiwg.domain import Answer, Entry, Rulebook, Step, in_full
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.launch import LaunchRequest, PlanItem, PlanState
from rsiwg.regulation.allies import Standing, standing, standing_document, standing_steps
from rsiwg.regulation.conveyance import (
    CONTROLS,
    PROSCRIBED,
    caught,
    conveyance_document,
    conveyance_steps,
    is_defense,
    unsaid_links,
)

REQUIRED, NOT_REQUIRED, PROHIBITED = "required", "not_required", "prohibited"


@attrs.frozen(kw_only=True)
class Touched:
    """A country of the launch, its role, and how it stands towards NATO."""

    role: str
    held: Standing
    decides: bool
    """Whether 124.15(a) names the role; the nationality of the vehicle alone is a hint and no more."""


def launch(request: LaunchRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "prohibited", "required", "not_required" (State may still require them) or "undetermined"."""
    topic = rulebook.regulation.topic(CONTROLS)
    rule = topic.one("special-controls", day)
    touched = _touched(request, rulebook, day)
    hits = caught(request, rulebook, day)
    reached = is_defense(request)
    outside = [t for t in touched if t.decides and t.held.is_ally is False]
    unclear = [t for t in touched if t.held.is_ally is None or (not t.decides and t.held.is_ally is False)]
    stale = [t for t in (topic.trouble(day), rulebook.regulation.topic(PROSCRIBED).trouble(day)) if t]
    failure = request.failure_investigation
    open_on_nationals = request.provider.nationals is None
    unsaid = unsaid_links(request)

    if any(hit.settled for hit in hits):
        answer = PROHIBITED
    elif rule is None or not rule.verified or stale or hits:
        answer = UNDETERMINED
    elif (outside and reached) or failure:
        answer = REQUIRED
    elif reached is None or failure is None or (reached and (unclear or open_on_nationals or unsaid)):
        answer = UNDETERMINED
    else:
        answer = NOT_REQUIRED
    checklist = tuple(_checklist(request, rulebook, day, controls=_a_applies(answer, bool(outside), failure)))
    steps = (
        *conveyance_steps(request, rulebook, day, hits),
        *_unsaid_steps(rulebook, day, unsaid, answer, needed=reached is not False),
        *_scope_steps(request, rule, answer),
        *_country_steps(request, rulebook, touched, answer),
        *_other_steps(request, rulebook, day, answer),
        *_checklist_steps(checklist, rulebook, day),
    )
    return Answer(
        question="launch",
        answer=answer,
        says=_says(answer, outside, failure, hits, unclear),
        as_of=day,
        trace=steps,
        details={
            "countries": [standing_document(t.held, t.role) for t in touched],
            "proscribed": conveyance_document(hits),
            "checklist": [attrs.asdict(item) for item in checklist],
            "certification_due_on": _iso(_certification_due(request, rulebook, day)),
        },
        warnings=tuple(_warnings(request, rulebook, day, stale, touched)),
    )


def _touched(request: LaunchRequest, rulebook: Rulebook, day: dt.date) -> tuple[Touched, ...]:
    roles = [(request.launch.country, "the country of the launch", True)]
    roles.append((request.provider.country, "the country of the launch provider", True))
    roles += [
        (c, "a country whose nationals conduct the launch", True) for c in request.provider.nationals or ()
    ]
    roles.append((request.vehicle.nationality, "the country of the launch vehicle", False))
    first: dict[str, tuple[str, bool]] = {}
    for country, role, decides in roles:
        first.setdefault(country, (role, decides))
    return tuple(
        Touched(role=role, held=standing(rulebook, country, day), decides=decides)
        for country, (role, decides) in first.items()
    )


def _unsaid_steps(
    rulebook: Rulebook, day: dt.date, unsaid: tuple[str, ...], answer: str, *, needed: bool
) -> Iterator[Step]:
    entry = rulebook.regulation.topic(CONTROLS).one("conveyance", day)
    if entry is not None and unsaid and needed:
        yield Step.by(
            entry,
            "Is the launch vehicle owned by, operated by, leased to or leased from a proscribed country?",
            None,
            "Open: the request does not say whose it is.",
            rests=answer == UNDETERMINED,
            needs=unsaid,
        )


def _scope_steps(request: LaunchRequest, rule: Entry | None, answer: str) -> Iterator[Step]:
    if rule is None:
        return
    reached = is_defense(request)
    yield Step.by(
        rule,
        "Does an item of USML Category XV or an ITAR defense service take part?",
        None if reached is None else "yes" if reached else "no",
        {
            True: "Paragraph (a) applies to it.",
            False: "Paragraph (a) does not reach items of the EAR; Commerce may ask for the same plans in its licence.",
            None: "Open: paragraph (a) reaches ITAR items and defense services only, and the request does not say.",
        }[reached],
        rests=answer != PROHIBITED,
        needs=() if reached is not None else ("satellite.jurisdiction", "satellite.items"),
    )


def _country_steps(
    request: LaunchRequest, rulebook: Rulebook, touched: tuple[Touched, ...], answer: str
) -> Iterator[Step]:
    for t in touched:
        decisive = t.decides and t.held.is_ally is False
        rests = answer in {NOT_REQUIRED, UNDETERMINED} or (answer == REQUIRED and decisive)
        yield from standing_steps(rulebook, t.held, t.role, rests=rests)
        if not t.decides and t.held.is_ally is not True:
            yield Step(
                question=f"Do nationals of {t.held.country} conduct the launch of its vehicle?",
                value=t.held.country,
                clause="22 CFR 124.15(a)",
                result="Open: the vehicle is of that country, and the request does not list its nationals.",
                rests=rests,
                needs=("provider.nationals",),
            )
    if request.provider.nationals is None:
        yield Step(
            question="Which nationals conduct the launch?",
            value=None,
            clause="22 CFR 124.15(a)",
            result="Open: paragraph (a) also reaches launches by nationals of a country outside NATO and the allies.",
            rests=answer in {NOT_REQUIRED, UNDETERMINED},
            needs=("provider.nationals",),
        )


def _other_steps(request: LaunchRequest, rulebook: Rulebook, day: dt.date, answer: str) -> Iterator[Step]:
    topic = rulebook.regulation.topic(CONTROLS)
    said = {True: "yes", False: "no", None: None}
    if (entry := topic.one("failure", day)) is not None:
        yield Step.by(
            entry,
            "Is a launch failure investigated or analysed?",
            said[request.failure_investigation],
            {
                True: "State's licence and Defense monitoring are mandatory, whatever the country, NATO included.",
                False: "Not now. After a failure they are mandatory, whatever the country, NATO included.",
                None: "Not said. If so, State's licence and Defense monitoring are mandatory, NATO included.",
            }[request.failure_investigation],
            rests=(answer == REQUIRED and bool(request.failure_investigation))
            or (answer == UNDETERMINED and request.failure_investigation is None),
            needs=("failure_investigation",) if request.failure_investigation is None else (),
        )
    if (entry := topic.one("allies", day)) is not None:
        yield Step.by(
            entry,
            "May State apply the special controls where the law does not require them?",
            "yes",
            "Yes, to any destination: ask before relying on their absence.",
            rests=answer == NOT_REQUIRED,
        )
    if (entry := topic.one("insurers", day)) is not None:
        yield Step.by(
            entry,
            "Do technical data go to insurers or underwriters?",
            said[request.insurers],
            {
                True: "Prior approval is always needed; no exemption applies.",
                False: "Not according to the request.",
                None: "Not said. If so, prior approval is always needed; no exemption applies.",
            }[request.insurers],
            rests=False,
            needs=("insurers",) if request.insurers is None else (),
        )
    if (entry := topic.one("ear-clock", day)) is not None:
        yield Step.by(
            entry,
            "What does the wait for the plans do to Commerce's clock?",
            None,
            "The time to obtain them and the Defense monitoring is not counted.",
            rests=False,
        )


# --------------------------------------------------------------------------------------- the checklist


@attrs.frozen(kw_only=True)
class Checked:
    """One item of the security plan, whether it is needed, and where it stands."""

    item: str
    title: str
    clause: str
    needed: str
    """ "yes", "no" or "undetermined"."""
    state: str
    """ "missing", "drafted", "submitted", "approved", "not_needed"."""
    is_open: bool
    on: str | None
    due_on: str | None
    says: str


def _a_applies(answer: str, outside: bool, failure: bool | None) -> bool | None:
    """Whether the plan of (a)(1) and (2) is needed; (b) asks for the same."""
    if answer == PROHIBITED:
        return True if outside or failure else None
    return {REQUIRED: True, NOT_REQUIRED: False}.get(answer)


def _checklist(
    request: LaunchRequest, rulebook: Rulebook, day: dt.date, *, controls: bool | None
) -> Iterator[Checked]:
    needs = {
        "special_controls": controls,
        "failure": request.failure_investigation,
        "insurers": request.insurers,
    }
    for entry in rulebook.regulation.topic(CONTROLS).on(day):
        if "item" not in entry:
            continue
        name, needed = entry.text("item"), needs[entry.text("needed")]
        given: PlanItem | None = getattr(request.security, name)
        state = PlanState.MISSING if given is None else given.state
        due = _certification_due(request, rulebook, day) if name == "certification" else None
        if needed is False and given is None:
            state = PlanState.NOT_NEEDED
        if needed is not False and state is PlanState.NOT_NEEDED:
            state = PlanState.MISSING
        done = state is PlanState.APPROVED or (
            state is PlanState.SUBMITTED and "approved_by" not in entry and name != "insurer_approval"
        )
        yield Checked(
            item=name,
            title=entry.title,
            clause=entry.clause,
            needed={True: "yes", False: "no", None: UNDETERMINED}[needed],
            state=str(state),
            is_open=needed is not False and not done,
            on=None if given is None else _iso(given.on),
            due_on=_iso(due),
            says=_item_says(entry, given, state, needed, due, day, done=done),
        )


def _item_says(
    entry: Entry,
    given: PlanItem | None,
    state: PlanState,
    needed: bool | None,
    due: dt.date | None,
    day: dt.date,
    *,
    done: bool,
) -> str:
    if needed is False:
        return "Not needed by law; State may ask for it all the same."
    said = []
    if given is not None and given.state is PlanState.NOT_NEEDED:
        said.append(
            f"The request calls it not needed; {entry.clause} {'requires' if needed else 'may require'} it."
        )
    elif state is PlanState.MISSING:
        said.append("It is missing." if needed else "It is missing, and may be needed.")
    else:
        when = f" on {in_full(given.on)}" if given is not None and given.on is not None else ""
        said.append(f"It was {state}{when}.")
    if state is PlanState.MISSING and "draft" in entry:
        said.append("A draft must accompany the application.")
    elif not done and state is not PlanState.MISSING and "approved_by" in entry:
        said.append(f"It must be approved by {entry.text('approved_by')}.")
    if due is not None:
        said.append(f"Due by {in_full(due)}, {entry.whole('within_days')} days after the launch.")
        if not done and day > due:
            said.append("That day is past.")
    elif "within_days" in entry:
        said.append(f"Due {entry.whole('within_days')} days after the launch, whose day is not given.")
    return " ".join(said)


def _certification_due(request: LaunchRequest, rulebook: Rulebook, day: dt.date) -> dt.date | None:
    entry = rulebook.regulation.topic(CONTROLS).one("certification", day)
    if entry is None or request.launch.on is None:
        return None
    return request.launch.on + dt.timedelta(days=entry.whole("within_days"))


def _checklist_steps(checklist: tuple[Checked, ...], rulebook: Rulebook, day: dt.date) -> Iterator[Step]:
    topic = rulebook.regulation.topic(CONTROLS)
    entries = {entry.text("item"): entry for entry in topic.on(day) if "item" in entry}
    for item in checklist:
        needs = (f"security.{item.item}",) if item.is_open and item.needed == "yes" else ()
        yield Step.by(
            entries[item.item],
            f"{item.title}: where does it stand?",
            item.state,
            item.says,
            rests=False,
            needs=needs,
        )


# ------------------------------------------------------------------------------------------ the words


def _says(
    answer: str,
    outside: list[Touched],
    failure: bool | None,
    hits: tuple[Any, ...],
    unclear: list[Touched],
) -> str:
    if answer == PROHIBITED:
        settled = [h for h in hits if h.settled]
        named = _list([f"{h.link.country} ({h.link.role}, {h.rule.clause})" for h in settled])
        return f"The items may not go this way: {named} is proscribed. State decides on any exception."
    if answer == REQUIRED:
        why = []
        if outside:
            named = _list([f"{t.held.country} ({t.role})" for t in outside])
            why.append(f"{named} is neither a NATO member nor a major non-NATO ally")
        if failure:
            why.append("a launch failure is investigated, which needs them everywhere")
        return f"The special export controls of 22 CFR 124.15 are required by law: {', and '.join(why)}."
    if answer == NOT_REQUIRED:
        return (
            "The law does not require the special export controls of 22 CFR 124.15(a); "
            "State may apply them all the same (124.15(c)), and every licence is still needed."
        )
    if hits:
        named = _list([f"{h.link.country} ({h.link.role})" for h in hits])
        return f"It cannot be said whether 22 CFR 126.1 bars this launch: see {named} in the steps."
    if unclear:
        named = _list([t.held.country for t in unclear])
        return (
            f"It cannot be said whether the special export controls are required: see {named} in the steps."
        )
    return "It cannot be said whether the special export controls are required: something needed is missing."


def _warnings(
    request: LaunchRequest, rulebook: Rulebook, day: dt.date, stale: list[str], touched: tuple[Touched, ...]
) -> Iterator[str]:
    yield from stale
    yield from dict.fromkeys(t for touch in touched for t in touch.held.troubles)
    if request.launch.on is not None and request.launch.on > day:
        then = [
            t.held.country
            for t in touched
            if standing(rulebook, t.held.country, request.launch.on).facts != t.held.facts
        ]
        for country in then:
            yield (
                f"How {country} stands changes between {in_full(day)} and the launch on "
                f"{in_full(request.launch.on)}: ask again before the launch."
            )


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
