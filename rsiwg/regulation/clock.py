"""What is due when, and who must act?"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from rsiwg.domain import (
    UNDETERMINED,
    Answer,
    Deadline,
    DeadlineState,
    Docket,
    Event,
    Rulebook,
    Step,
    Topic,
    in_full,
)
from rsiwg.domain.clock import EVENTS
from rsiwg.errors import InvalidSubmission
from rsiwg.regulation.case import happened
from rsiwg.regulation.deadlines import deadlines
from rsiwg.regulation.workdays import WorkCalendar

TOPIC = "clocks"
_YEARS = range(1990, 2101)
_AHEAD = {DeadlineState.RUNNING, DeadlineState.OVERDUE}


def clock(docket: Docket, rulebook: Rulebook, day: dt.date) -> Answer:
    """The deadlines of a case on a day: ``overdue``, ``running``, ``nothing_running`` or ``undetermined``.

    Raises InvalidSubmission where the events contradict each other.
    """
    if day.year not in _YEARS:
        raise InvalidSubmission({"as_of": f"give a day in the years {_YEARS[0]} to {_YEARS[-1]}"})
    topic = rulebook.regulation.topic(TOPIC)
    counting = topic.one("counting", day)
    if counting is None:
        return _unanswered(topic, day)
    calendar = WorkCalendar.of(counting)
    _refuse_disorder(docket.events, calendar)
    found = deadlines(docket.events, topic, day, with_unverified=docket.with_unverified)
    left_out = [e for e in happened(docket.events, calendar) if e.day > day and not EVENTS[e.name].planned]
    warnings = [
        f"{e.name} on {in_full(e.day)} lies after {in_full(day)} and is left out: it has not happened by then."
        for e in left_out
    ]
    warnings += [text for d in found if d.counts for text in d.warnings]
    if trouble := topic.trouble(day):
        warnings.append(trouble)
    until = _ahead(day, docket.within_days)
    soon = sorted(
        (d for d in found if d.state in _AHEAD and d.due_on is not None and day <= d.due_on <= until),
        key=lambda d: (d.due_on, d.entry.id),
    )
    return Answer(
        question="clock",
        answer=_word(found),
        says=_says(found, soon, until),
        as_of=day,
        trace=(
            *(_step(d) for d in found),
            Step.by(
                counting, "How are days counted?", "from the day after the event", counting.note, rests=False
            ),
        ),
        details={
            "reference": docket.reference,
            "deadlines": [deadline_document(d) for d in found],
            "forecast": {"until": until.isoformat(), "due": [_due(d) for d in soon]},
            "events": [
                {"event": e.name, "on": e.day.isoformat(), "at": None if e.at is None else e.at.isoformat()}
                for e in happened(docket.events, calendar)
            ],
        },
        warnings=tuple(warnings),
    )


def _unanswered(topic: Topic, day: dt.date) -> Answer:
    why = topic.trouble(day) or f"No way of counting is held for {in_full(day)}."
    return Answer(
        question="clock",
        answer=UNDETERMINED,
        says="No deadline can be worked out.",
        as_of=day,
        trace=(),
        details={"deadlines": [], "forecast": None, "events": []},
        warnings=(why,),
    )


def _ahead(day: dt.date, days: int) -> dt.date:
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return dt.date.max


def _refuse_disorder(events: Iterable[Event], calendar: WorkCalendar) -> None:
    """Raise InvalidSubmission where an event lies before everything it can only follow, or is there too often."""
    ordered, problems = happened(events, calendar), {}
    seen: dict[tuple[str, object], int] = {}
    for event in ordered:
        field, rules = f"events[{event.index}]", EVENTS[event.name]
        earlier = [e for e in ordered if e.name in rules.after]
        same = seen.setdefault((event.name, None if rules.once else (event.day, event.at)), event.index)
        if same != event.index:
            why = "happens once in a case" if rules.once else "is given twice for the same day"
            problems[field] = f"{event.name} {why} (see events[{same}]): keep one of them"
        elif earlier and all(e.day > event.day for e in earlier):
            first = earlier[0]
            problems[field] = (
                f"{event.name} on {in_full(event.day)} lies before {first.name} on {in_full(first.day)}, which it can only "
                "follow: correct one of the two"
            )
    if problems:
        raise InvalidSubmission(problems)


def _word(found: Iterable[Deadline]) -> str:
    states = {d.state for d in found if d.counts}
    if DeadlineState.OVERDUE in states:
        return "overdue"
    if DeadlineState.UNDETERMINED in states:
        return UNDETERMINED
    if states & {DeadlineState.RUNNING, DeadlineState.STOPPED}:
        return "running"
    return "nothing_running"


def _says(found: Iterable[Deadline], soon: list[Deadline], until: dt.date) -> str:
    counted = [d for d in found if d.counts]
    told = []
    if late := [d for d in counted if d.state is DeadlineState.OVERDUE]:
        told.append(f"Overdue: {'; '.join(f'{d.entry.title} ({_days(d)})' for d in late)}.")
    if open_ := [d for d in counted if d.state is DeadlineState.UNDETERMINED]:
        told.append(f"Undetermined: {'; '.join(d.entry.title for d in open_)}.")
    if stopped := [d for d in counted if d.state is DeadlineState.STOPPED]:
        told.append(f"Stopped: {'; '.join(d.entry.title for d in stopped)}.")
    due = [d for d in soon if d.counts and d.due_on is not None]
    listed = "; ".join(f"{d.entry.title} on {in_full(d.due_on)}" for d in due if d.due_on is not None)
    told.append(f"Due by {in_full(until)}: {listed or 'nothing'}.")
    return " ".join(told)


def _days(deadline: Deadline) -> str:
    return f"by {deadline.days} day{'s' * (deadline.days != 1)}"


def _step(deadline: Deadline) -> Step:
    told = (
        deadline.arithmetic
        if deadline.next_working_day is None
        else (
            f"{deadline.arithmetic} That is a day off; the next working day would be {in_full(deadline.next_working_day)}."
        )
    )
    return Step.by(
        deadline.entry,
        f"{deadline.entry.title} ({deadline.entry.text('who')}):",
        deadline.says,
        told,
        rests=deadline.counts,
        needs=deadline.missing if deadline.state is DeadlineState.UNDETERMINED else (),
    )


def _due(deadline: Deadline) -> dict[str, Any]:
    assert deadline.due_on is not None
    return {
        "id": deadline.entry.id,
        "title": deadline.entry.title,
        "due_on": deadline.due_on.isoformat(),
        "who": deadline.entry.text("who"),
        "verified": deadline.counts,
    }


def deadline_document(deadline: Deadline) -> dict[str, Any]:
    """A deadline as JSON."""
    entry = deadline.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "track": entry.text("track"),
        "who": entry.text("who"),
        "clause": entry.clause,
        "verified": entry.verified,
        "state": str(deadline.state),
        "says": deadline.says,
        "arithmetic": deadline.arithmetic,
        "started_on": _iso(deadline.started_on),
        "due_on": _iso(deadline.due_on),
        "due_at": _iso(deadline.due_at),
        "done_on": _iso(deadline.done_on),
        "days": deadline.days,
        "next_working_day": _iso(deadline.next_working_day),
        "missing": list(deadline.missing),
        "warnings": list(deadline.warnings),
    }


def _iso(when: dt.date | None) -> str | None:
    return None if when is None else when.isoformat()
