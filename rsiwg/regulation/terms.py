"""Deadlines that are not a number of days from an event: every year, and temporary conditions."""

import datetime as dt
from collections.abc import Iterator

import attrs

from rsiwg.domain import ONE_DAY, Deadline, DeadlineState, Entry, Topic, in_full
from rsiwg.regulation.case import Case, Happened
from rsiwg.regulation.standing import days_text, stand
from rsiwg.regulation.workdays import years_later

_LATEST = "the latest possible expiry of the temporary condition (condition-expires is not given)"
_OPEN = {DeadlineState.RUNNING, DeadlineState.OVERDUE}


def annual(case: Case, entry: Entry, start: Happened) -> Iterator[Deadline]:
    """One deadline a year, from the first on or after the start to the first on or after `as_of`."""
    ended = next(iter(case.named(entry.texts("ended_by"))), None)
    filed = list(case.named(entry.texts("met_by")))
    year, previous = start.day.year, start.day - ONE_DAY
    while previous < case.as_of:
        due = dt.date(year, entry.whole("month"), entry.whole("day"))
        year += 1
        if due < start.day:
            continue
        if ended is not None and ended.day < due:
            return
        met = next((e for e in filed if e.day > previous), None)
        if met is not None:
            filed.remove(met)
        made = Deadline(
            entry=entry,
            state=DeadlineState.RUNNING,
            says="",
            arithmetic=f"No later than {in_full(due)}, {entry.clause}; the licence was granted on {in_full(start.day)}.",
            started_on=start.day,
            due_on=due,
            done_on=None if met is None else met.day,
            next_working_day=None if case.calendar.is_working(due) else case.calendar.on_or_after(due),
            missing=entry.texts("met_by"),
        )
        yield stand(made, case.as_of, met)
        previous = due


def with_expiry(events: tuple[Happened, ...], topic: Topic) -> tuple[Happened, ...]:
    """The latest possible expiry of a temporary condition, where no expiry is given."""
    if any(e.name == "condition-expires" for e in events):
        return events
    for entry in (e for e in topic.entries if "first_years" in e):
        start = next((e for e in events if e.name in entry.texts("from") and e.day in entry.in_force), None)
        if start is not None:
            day = _term_ends(entry, start.day, sum(e.name == "condition-extended" for e in events))
            return tuple(
                sorted(
                    (*events, Happened(day=day, index=len(events), name="condition-expires", called=_LATEST))
                )
            )
    return events


def _term_ends(entry: Entry, start: dt.date, extensions: int) -> dt.date:
    counted = min(extensions, entry.whole("most_extensions"))
    years = entry.whole("first_years") + counted * entry.whole("extension_years")
    return years_later(start, min(years, entry.whole("total_years")))


def term(case: Case, entry: Entry, start: Happened) -> Deadline:
    """The latest end of a temporary condition, with its extensions."""
    extensions, most = len(case.named(["condition-extended"])), entry.whole("most_extensions")
    due = _term_ends(entry, start.day, extensions)
    ceiling = years_later(start.day, entry.whole("total_years"))
    met = next(iter(case.named(entry.texts("met_by"))), None)
    given = next((e for e in case.named(["condition-expires"]) if not e.called), None)
    counted = min(extensions, most)
    told = (
        ""
        if not counted
        else f" and {counted} extension{'s' * (counted > 1)} of at most {entry.whole('extension_years')} year"
    )
    made = Deadline(
        entry=entry,
        state=DeadlineState.RUNNING,
        says="",
        arithmetic=f"At most {entry.whole('first_years')} year from {start.title} on {in_full(start.day)} (day 0){told}, "
        f"{entry.clause}: {in_full(due)}; with every extension {in_full(ceiling)} at the latest.",
        started_on=start.day,
        due_on=due,
        done_on=None if met is None else met.day,
        missing=("condition-ended", "condition-extended") if extensions < most else ("condition-ended",),
    )
    warnings = []
    if extensions > most and not case.named(["secretary-requested-more"]):
        warnings.append(
            f"{extensions} extensions are given, and {entry.clause} allows {most}: more needs a request of the "
            "Secretary of Defense or State in person, which is not given."
        )
    elif extensions > most:
        warnings.append(
            f"A Secretary requested more than {entry.whole('total_years')} years: the later end is not set by the text; give it as condition-expires."
        )
    if given is not None and given.day > due:
        warnings.append(
            f"The expiry given, {in_full(given.day)}, lies after the latest one allowed, {in_full(due)}."
        )
    return attrs.evolve(stand(made, case.as_of, met), warnings=tuple(warnings))


def slack(found: tuple[Deadline, ...], as_of: dt.date) -> tuple[Deadline, ...]:
    """Say how much time lies between the agencies' answer and the day the licensee must be told."""
    answer = next((d for d in found if d.entry.id == "extension-request"), None)
    reminder = next((d for d in found if d.entry.id == "extension-reminder"), None)
    told = next((d for d in found if d.entry.id == "extension-told" and d.due_on is not None), None)
    if (
        told is None
        or answer is None
        or reminder is None
        or reminder.due_on is None
        or told.state not in _OPEN
    ):
        return found
    assert told.due_on is not None
    sent_on = max(reminder.due_on, as_of)
    last = answer.due_on or sent_on + answer.entry.whole("days") * ONE_DAY
    days = (told.due_on - last).days
    sum_ = f"{reminder.entry.whole('days')} - {answer.entry.whole('days')} = {told.entry.whole('days')}"
    sent = "" if answer.due_on else f" if the reminder goes out on {in_full(sent_on)}"
    if days > 0:
        said = f"{days_text(days)} of slack lie{'s' * (days == 1)} between the last day for the agencies' answer, {in_full(last)}, and this one{sent}."
    elif days == 0:
        said = f"No slack{sent}: Defense and State may answer as late as {in_full(last)}, the last day on which the licensee must be told ({sum_})."
    else:
        said = f"Too late by {days_text(-days)}{sent}: Defense and State may answer as late as {in_full(last)}, after the licensee must have been told ({sum_})."
    return tuple(attrs.evolve(d, warnings=(*d.warnings, said)) if d is told else d for d in found)
