"""Deadlines from the events of a case: pure functions over (name, day or instant) pairs and the topic ``clocks``."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import attrs

from rsiwg.domain import ONE_DAY, Deadline, DeadlineState, Entry, Event, Topic, in_full
from rsiwg.domain.clock import EVENTS
from rsiwg.errors import RulebookUnusable
from rsiwg.regulation.case import Case, Happened, happened
from rsiwg.regulation.standing import days_text, stand
from rsiwg.regulation.terms import annual, slack, term, with_expiry
from rsiwg.regulation.uncounted import Span, Uncounted, count_past
from rsiwg.regulation.workdays import WorkCalendar


def deadlines(
    events: Iterable[Event], topic: Topic, as_of: dt.date, *, with_unverified: bool = False
) -> tuple[Deadline, ...]:
    """Every deadline that these events start, and those of the same track that still wait for their event.

    An event after `as_of` has not happened yet and is left out, unless it is a planned one.  The entry in
    force on the day that starts a deadline governs it.  Raises RulebookUnusable without the entry
    ``counting`` for the day.
    """
    counting = topic.one("counting", as_of)
    if counting is None:
        raise RulebookUnusable(f"regulation/{topic.name}.toml: no entry counting is held for {as_of}")
    calendar = WorkCalendar.of(counting)
    known = tuple(e for e in happened(events, calendar) if e.day <= as_of or EVENTS[e.name].planned)
    case = Case(events=with_expiry(known, topic), topic=topic, calendar=calendar, as_of=as_of)
    touched = {EVENTS[e.name].track for e in known}
    found: list[Deadline] = []
    for entry_id in dict.fromkeys(e.id for e in topic.entries if "track" in e and "hold" not in e):
        newest = [e for e in topic.entries if e.id == entry_id][-1]
        if not newest.verified and not with_unverified:
            continue
        started = list(_started(case, newest, found))
        found += started
        if not started and newest.text("track") in touched and _awaited(newest):
            found.append(_not_started(newest))
    return slack(tuple(found), as_of)


# ------------------------------------------------------------------------------------ what starts


def _started(case: Case, newest: Entry, so_far: Sequence[Deadline]) -> Iterator[Deadline]:
    used: set[int] = set()
    starts = _starts(case, newest, so_far)
    for number, start in enumerate(starts):
        entry = case.topic.one(newest.id, start.day)
        if entry is None:
            yield _not_held(newest, start)
        elif (open_ := _still_in_time(entry, start, so_far)) is not None:
            yield _too_soon(entry, start, open_)
        elif "month" in entry:
            yield from annual(case, entry, start)
        elif "first_years" in entry:
            yield term(case, entry, start)
        else:
            yield _one(case, entry, start, used, [s.day for s in starts[number + 1 :]])


def _still_in_time(entry: Entry, start: Happened, so_far: Sequence[Deadline]) -> dt.date | None:
    """For what only an overdue deadline allows: its day, where that had not passed."""
    if "overdue" not in entry:
        return None
    due = [d.due_on for d in so_far if d.entry.id == entry.text("overdue") and d.due_on is not None]
    return due[-1] if due and start.day <= due[-1] else None


def _too_soon(entry: Entry, start: Happened, due: dt.date) -> Deadline:
    return Deadline(
        entry=entry,
        state=DeadlineState.NOT_STARTED,
        says=f"not started, since the decision was not overdue: it is due on {in_full(due)}",
        arithmetic=f"{_length(entry)} from {start.title}, {entry.clause}, once the decision is overdue; it came on "
        f"{in_full(start.day)}.",
        missing=entry.texts("from"),
    )


def _starts(case: Case, entry: Entry, so_far: Sequence[Deadline]) -> tuple[Happened, ...]:
    if "after_deadline" in entry:
        before = [d for d in so_far if d.entry.id == entry.text("after_deadline") and d.due_on is not None]
        return tuple(
            Happened(day=d.due_on, index=-1, name="", called=f"the deadline for the {_lower(d.entry.title)}")
            for d in before[-1:]
            if d.due_on is not None and d.state not in {DeadlineState.STOPPED, DeadlineState.SUPERSEDED}
        )
    starts = case.since(entry, entry.texts("from"))
    if "only_with" in entry:
        sealed = [seal.day for seal in case.named([entry.text("only_with")])]
        until = [*(later.day for later in starts[1:]), dt.date.max]
        starts = tuple(
            start
            for start, end in zip(starts, until, strict=False)
            if any(start.day <= day < end for day in sealed)
        )
    return starts[:1] if "first_years" in entry else starts


def _awaited(entry: Entry) -> bool:
    """Whether it is worth saying that it has not started; a notice of an anomaly waits for nothing."""
    return entry.flag("awaited") if "awaited" in entry else True


def _not_started(entry: Entry) -> Deadline:
    if "from" in entry:
        missing = entry.texts("from")
        names = [_title(name) for name in missing]
    else:
        missing, names = (), [f"the deadline {entry.text('after_deadline')}"]
    return Deadline(
        entry=entry,
        state=DeadlineState.NOT_STARTED,
        says=f"not started, since {' or '.join(missing or names)} is not given",
        arithmetic=f"{_length(entry)} from {' or '.join(names)}, {entry.clause}.",
        missing=missing,
    )


def _not_held(entry: Entry, start: Happened) -> Deadline:
    return Deadline(
        entry=entry,
        state=DeadlineState.UNDETERMINED,
        says=f"undetermined, since no rule is held for {in_full(start.day)}",
        arithmetic=f"{_capital(start.title)} was on {in_full(start.day)}; {entry.clause} is held "
        f"{entry.in_force} only.",
        started_on=start.day,
    )


# ------------------------------------------------------------------------------------ one deadline


def _one(case: Case, entry: Entry, start: Happened, used: set[int], later: Sequence[dt.date]) -> Deadline:
    """The deadline that one event starts; `later` has the days of further events that start one of this kind."""
    met, ended = _met(case, entry, start, used), _ended(case, entry, start, used)
    if ended is not None and (met is None or ended.day < met.day):
        if not EVENTS[ended.name].once:
            used.add(ended.index)  # one withdrawal ends one request
        return _superseded(entry, start, ended)
    if "days" in entry:
        made = _counted(case, entry, start, met, later)
        if met is not None and made.done_on is not None:
            used.add(met.index)
        return made
    if met is not None:
        used.add(met.index)
    return _hours(case, entry, start, met) if "hours" in entry else _without_limit(entry, start, met)


def _met(case: Case, entry: Entry, start: Happened, used: set[int]) -> Happened | None:
    """The event that settles it: the first that has settled no earlier one; before a planned day it may lie anywhere."""
    events = (e for e in case.since(entry, entry.texts("met_by")) if e.index not in used)
    return next((e for e in events if _is_before(entry) or e.day >= start.day), None)


def _ended(case: Case, entry: Entry, start: Happened, used: set[int]) -> Happened | None:
    names = entry.texts("ended_by") if "ended_by" in entry else ()
    events = (e for e in case.named(names) if e.index not in used)
    return next((e for e in events if _is_before(entry) or (e.day, e.index) > (start.day, start.index)), None)


def _is_before(entry: Entry) -> bool:
    return "direction" in entry and entry.text("direction") == "before"


def _counted(
    case: Case, entry: Entry, start: Happened, met: Happened | None, later: Sequence[dt.date]
) -> Deadline:
    before = _is_before(entry)
    counted = _due(case, entry, start, met, before=before)
    if counted.stopped_since is not None:
        return _stopped(entry, start, counted)
    due, moved = counted.due, ""
    warnings: tuple[str, ...] = ()
    agreed = case.named([entry.text("extended_to")]) if not later and "extended_to" in entry else ()
    if agreed and agreed[-1].day > due:
        moved, due = f"; moved by agreement to {in_full(agreed[-1].day)}", agreed[-1].day
    elif agreed:
        warnings = (
            f"The agreed day, {in_full(agreed[-1].day)}, is not after {in_full(due)} and moves nothing.",
        )
    if met is not None and _is_optional(entry) and any(due < day <= met.day for day in later):
        return _counted(case, entry, start, None, later)  # it lapsed, and the event belongs to a later one
    aside = f" ({counted.says})" if counted.says else ""
    made = Deadline(
        entry=entry,
        state=DeadlineState.RUNNING,
        says="",
        arithmetic=f"{_from(entry, start)}{aside}, {entry.clause}: {in_full(counted.due)}{moved}.",
        started_on=start.day,
        due_on=due,
        done_on=None if met is None else met.day,
        next_working_day=None if before or case.calendar.is_working(due) else case.calendar.on_or_after(due),
        missing=entry.texts("met_by"),
        warnings=warnings,
    )
    return stand(made, case.as_of, met)


def _is_optional(entry: Entry) -> bool:
    return "optional" in entry and entry.flag("optional")


def _superseded(entry: Entry, start: Happened, ended: Happened) -> Deadline:
    return Deadline(
        entry=entry,
        state=DeadlineState.SUPERSEDED,
        says=f"superseded by {ended.title} on {in_full(ended.day)}",
        arithmetic=f"{_from(entry, start)}, {entry.clause}, until {ended.title} on {in_full(ended.day)}.",
        started_on=start.day,
    )


def _due(case: Case, entry: Entry, start: Happened, met: Happened | None, *, before: bool) -> Uncounted:
    days = entry.whole("days")
    if before:
        return Uncounted(due=start.day - days * ONE_DAY)
    if entry.text("count") == "working":
        return Uncounted(due=case.calendar.later(start.day, days))
    if "not_counted" in entry:
        return count_past(_spans(case, None if met is None else met.day), start.day, days)
    return Uncounted(due=start.day + days * ONE_DAY)


def _spans(case: Case, until: dt.date | None) -> list[Span]:
    """What began before the step was done; what lasted then counts as lasting no longer."""
    spans: list[Span] = []
    for hold in (e for e in case.topic.entries if "hold" in e):
        ends = list(case.named([hold.text("ended")]))
        for began in case.named([hold.text("began")]):
            if began.day not in hold.in_force or (until is not None and began.day >= until):
                continue
            end = next((e for e in ends if e.day >= began.day), None)
            if end is not None:
                ends.remove(end)
            last = None if end is None else end.day
            if until is not None:
                last = until if last is None else min(last, until)
            spans.append((hold, began.day, last))
    return spans


def _stopped(entry: Entry, start: Happened, counted: Uncounted) -> Deadline:
    assert counted.stopped_since is not None
    return Deadline(
        entry=entry,
        state=DeadlineState.STOPPED,
        says=f"stopped since {in_full(counted.stopped_since)}, {days_text(counted.left)} left when counting resumes",
        arithmetic=f"{_from(entry, start)} ({counted.says}), {entry.clause}.",
        started_on=start.day,
        days=counted.left,
        missing=counted.missing,
    )


def _without_limit(entry: Entry, start: Happened, met: Happened | None) -> Deadline:
    done = met is not None
    return Deadline(
        entry=entry,
        state=DeadlineState.DONE if met is not None else DeadlineState.NO_LIMIT,
        says=f"done on {in_full(met.day)}" if met is not None else "the text sets no day",
        arithmetic=f"After {start.title} on {in_full(start.day)}, {entry.clause}: no day is set.",
        started_on=start.day,
        done_on=None if met is None else met.day,
        missing=() if done else entry.texts("met_by"),
    )


def _hours(case: Case, entry: Entry, start: Happened, met: Happened | None) -> Deadline:
    """A "not before" in hours; a start without its time is taken at the end of its day, the safe side."""
    hours, zone = entry.whole("hours"), case.calendar.zone
    begun = start.at or dt.datetime.combine(start.day + ONE_DAY, dt.time(), zone)
    due_at = (begun.astimezone(dt.UTC) + dt.timedelta(hours=hours)).astimezone(zone)
    due, clock = due_at.date(), f"{in_full(due_at.date())}, {due_at:%H:%M} in {zone.key}"
    given = "" if start.at is not None else " (no time is given: counted from the end of the day)"
    made = Deadline(
        entry=entry,
        state=DeadlineState.RUNNING,
        says=f"not before {clock}",
        arithmetic=f"{hours} hours from {start.title} on {in_full(start.day)}{given}, {entry.clause}: "
        f"not before {clock}.",
        started_on=start.day,
        due_on=due,
        due_at=due_at,
        done_on=None if met is None else met.day,
        days=max((due - case.as_of).days, 0),
    )
    if met is None:
        return (
            made
            if case.as_of <= due
            else attrs.evolve(made, state=DeadlineState.REACHED, says=f"allowed since {clock}", days=0)
        )
    if met.at is None and met.day == due:
        return attrs.evolve(
            made,
            state=DeadlineState.UNDETERMINED,
            says=f"undetermined: {met.title} is given without its time",
            missing=(f"the time of {met.name}",),
        )
    early = met.day < due if met.at is None else met.at < due_at
    state = DeadlineState.TOO_EARLY if early else DeadlineState.DONE
    word = "too early" if early else "done"
    return attrs.evolve(made, state=state, says=f"{word}, on {in_full(met.day)}", days=0)


# ----------------------------------------------------------------------------------------- words


def _length(entry: Entry) -> str:
    if "first_years" in entry:
        return f"At most {entry.whole('first_years')} year"
    if "month" in entry:
        return f"Every {in_full(dt.date(2000, entry.whole('month'), entry.whole('day'))).split(',')[0]}"
    if "hours" in entry:
        return f"{entry.whole('hours')} hours"
    if "days" not in entry:
        return "No day is set,"
    working = "working " if entry.text("count") == "working" else ""
    before = " before or at the latest" if "direction" in entry else ""
    number = entry.whole("days")
    return f"{number} {working}day{'s' * (number != 1)}{before}"


def _from(entry: Entry, start: Happened) -> str:
    if "direction" in entry:
        return f"{days_text(entry.whole('days'))} before {start.title} on {in_full(start.day)} (day 0)"
    if "days" not in entry:
        return f"After {start.title} on {in_full(start.day)}"
    return f"{_length(entry)} from {start.title} on {in_full(start.day)} (day 0)"


def _title(name: str) -> str:
    return EVENTS[name].title if name in EVENTS else name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
