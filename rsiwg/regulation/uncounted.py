"""Time that a clause does not count (15 CFR 750.4(b), (d)(1))."""

import datetime as dt
from collections.abc import Sequence

import attrs

from rsiwg.domain import ONE_DAY, Entry, in_full

Span = tuple[Entry, dt.date, dt.date | None]
"""Why, the day it began, and the day it ended; None while it lasts."""


@attrs.frozen(kw_only=True)
class Uncounted:
    """Where a count of days ends, and what was left out on the way."""

    due: dt.date
    says: str = ""
    stopped_since: dt.date | None = None
    """Counting stands still since this day; `due` is not known."""
    left: int = 0
    """Days left when counting resumes."""
    missing: tuple[str, ...] = ()
    """The event that would make it resume."""


def count_past(spans: Sequence[Span], start: dt.date, days: int) -> Uncounted:
    """Count `days` from `start`, which is day 0; a day after the beginning of a span, up to its end, is none.

    Spans may overlap: a day is left out once.
    """
    day, counted, out = start, 0, 0
    touched: list[Span] = []
    while counted < days:
        standing = [s for s in spans if s[1] <= day and (s[2] is None or day < s[2])]
        touched += [s for s in standing if s not in touched]
        lasting = [s for s in standing if s[2] is None]
        if lasting:
            return Uncounted(
                due=day,
                says=_said(out, touched),
                stopped_since=min(max(s[1], start) for s in lasting),
                left=days - counted,
                missing=tuple(s[0].text("ended") for s in lasting),
            )
        day += ONE_DAY
        if standing:
            out += 1
        else:
            counted += 1
    return Uncounted(due=day, says=_said(out, touched) if touched else "")


def _said(out: int, touched: Sequence[Span]) -> str:
    spans = "; ".join(_span(*span) for span in touched)
    return f"{out} day{'s' * (out != 1)} not counted: {spans}"


def _span(hold: Entry, began: dt.date, ended: dt.date | None) -> str:
    reach = f"since {in_full(began)}" if ended is None else f"{in_full(began)}, to {in_full(ended)}"
    return f"{hold.text('hold')}, {reach}, {hold.clause}"
