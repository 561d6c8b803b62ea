"""Who is to be consulted?  The dated routing table, from what a request and its answers show to offices and groups."""

import datetime as dt
import re
from typing import Any

import attrs

from rsiwg.domain import Answer, Entry, Rulebook, Step
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.regulation.signals import Signal, signals_of

TOPIC = "routing"
NAMED = "named"


@attrs.frozen(kw_only=True)
class Routed:
    """An office or group, and the signals that bring it in."""

    entry: Entry
    signals: tuple[Signal, ...]


def consult(request: Any, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "named" with the offices and groups, or "undetermined"; the case officer decides whom to ask."""
    topic = rulebook.regulation.topic(TOPIC)
    signals = signals_of(request, rulebook, day)
    routes = routed(signals, rulebook, day)
    sure = [route for route in routes if route.entry.verified]
    trouble = topic.trouble(day)
    lacking = tuple(s for s in signals if s.name == UNDETERMINED)
    steps = [_step(route) for route in routes]
    steps += [
        Step(
            question="Does a reviewing group of Commerce's licences come in?",
            value=None,
            clause="15 CFR 750.4(d)(2)",
            result=signal.reason,
            rests=False,
            needs=signal.needs,
        )
        for signal in lacking
    ]
    answer = UNDETERMINED if trouble or not sure else NAMED
    return Answer(
        question="consult",
        answer=answer,
        says=_says(sure, routes, bool(lacking))
        if answer == NAMED
        else "Nobody can be named from what is held.",
        as_of=day,
        trace=tuple(steps),
        details={"offices": [_document(route) for route in routes]},
        warnings=(trouble,) if trouble else (),
    )


def routed(signals: tuple[Signal, ...], rulebook: Rulebook, day: dt.date) -> tuple[Routed, ...]:
    """The offices and groups that these signals bring in, in the order of the table."""
    routes = []
    for entry in rulebook.regulation.topic(TOPIC).on(day):
        when = entry.texts("when")
        listed = entry.texts("entries") if "entries" in entry else ()
        hits = tuple(
            s
            for s in signals
            if s.name in when or (s.entry is not None and any(_within(s.entry, name) for name in listed))
        )
        if hits:
            routes.append(Routed(entry=entry, signals=hits))
    return tuple(routes)


def _within(entry: str, listed: str) -> bool:
    """9A515.a.1 and 9a515 a.1.b lie within 9A515.a.1; 9A515.a.10 and 9A515.a do not."""
    mine, theirs = _parts(entry), _parts(listed)
    return mine[: len(theirs)] == theirs


def _parts(entry: str) -> list[str]:
    return re.findall(r"[0-9a-z]+", entry.lower().removeprefix("eccn"))


def _step(route: Routed) -> Step:
    entry = route.entry
    return Step.by(
        entry,
        f"Is this to be consulted: {entry.title}?",
        "; ".join(dict.fromkeys(s.name if s.entry is None else s.entry for s in route.signals)),
        f"Yes; role: {entry.text('role')}. {entry.text('why')} "
        + " ".join(dict.fromkeys(s.reason for s in route.signals)),
        rests=entry.verified,
        needs=tuple(need for s in route.signals for need in s.needs),
    )


def _says(sure: list[Routed], routes: tuple[Routed, ...], lacking: bool) -> str:
    said = f"To be consulted: {'; '.join(route.entry.title for route in sure)}."
    if len(routes) > len(sure):
        others = "; ".join(route.entry.title for route in routes if not route.entry.verified)
        said += f" By practice that nobody has read in a source: {others}."
    if lacking:
        said += " Whether a reviewing group comes in depends on the entry of the control list."
    return said


def _document(route: Routed) -> dict[str, Any]:
    entry = route.entry
    return {
        "id": entry.id,
        "office": entry.title,
        "role": entry.text("role"),
        "why": entry.text("why"),
        "clause": entry.clause,
        "verified": entry.verified,
        "reasons": [{"signal": s.name, "reason": s.reason, "entry": s.entry} for s in route.signals],
    }
