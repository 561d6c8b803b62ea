"""Where a deadline stands on a day, in words."""

import datetime as dt

import attrs

from rsiwg.domain import Deadline, DeadlineState, in_full
from rsiwg.regulation.case import Happened


def stand(made: Deadline, as_of: dt.date, met: Happened | None) -> Deadline:
    """Say where it stands on a day."""
    due, entry = made.due_on, made.entry
    assert due is not None
    bound = entry.text("bound") if "bound" in entry else "no later than"
    if met is not None:
        late = (met.day - due).days
        state = DeadlineState.DONE if late <= 0 else DeadlineState.DONE_LATE
        says = f"done on {in_full(met.day)}" + (
            f", {days_text(late)} late{moved_note(made, met.day)}" if late > 0 else ""
        )
        return attrs.evolve(made, state=state, says=says, days=max(late, 0), missing=())
    past = (as_of - due).days
    if bound == "on" and past >= 0:
        return attrs.evolve(
            made, state=DeadlineState.REACHED, says=f"reached: {entry.text('expires')}", days=past
        )
    if past > 0:
        after = f": {entry.text('expires')}" if "expires" in entry else ""
        if "optional" in entry and entry.flag("optional"):
            says = f"lapsed {days_text(past)} ago{after}{moved_note(made, as_of)}"
            return attrs.evolve(made, state=DeadlineState.LAPSED, says=says, days=past)
        says = f"overdue by {days_text(past)}{after}{moved_note(made, as_of)}"
        return attrs.evolve(made, state=DeadlineState.OVERDUE, says=says, days=past)
    says = "due today" if past == 0 else f"running, {days_text(-past)} left"
    return attrs.evolve(made, says=says, days=-past)


def moved_note(made: Deadline, day: dt.date) -> str:
    """What another reading of a deadline on a day off would change."""
    working = made.next_working_day
    if working is None or day > working:
        return ""
    return f"; in time if a deadline on a day off moved to the next working day, {in_full(working)}, which the text does not say"


def days_text(number: int) -> str:
    """ "1 day", "2 days"."""
    return f"{number} day{'s' * (number != 1)}"
