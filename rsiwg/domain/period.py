"""Spans of days."""

import datetime as dt

import attrs

ONE_DAY = dt.timedelta(days=1)


@attrs.frozen(order=True)
class Period:
    """A half-open span of days: `start` is in, `end` is out; no `end` means still in force."""

    start: dt.date
    end: dt.date | None = None

    def __attrs_post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"period ends ({self.end}) on or before it starts ({self.start})")

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    @classmethod
    def of_days(cls, first: dt.date, last: dt.date) -> "Period":
        """Both days in, as people write a span."""
        return cls(first, last + ONE_DAY)

    @property
    def last(self) -> dt.date | None:
        """The last day in it, or None where it has no end."""
        return None if self.end is None else self.end - ONE_DAY

    @property
    def day_count(self) -> int:
        """Days in a span that has an end."""
        if self.end is None:
            raise ValueError("a span without an end has no number of days")
        return (self.end - self.start).days

    def meet(self, other: "Period") -> "Period | None":
        """The days in both, or None."""
        start = max(self.start, other.start)
        ends = [p.end for p in (self, other) if p.end is not None]
        end = min(ends) if ends else None
        return None if end is not None and end <= start else Period(start, end)

    def without(self, other: "Period") -> tuple["Period", ...]:
        """The days of this one that the other does not hold: none, one or two spans."""
        shared = self.meet(other)
        if shared is None:
            return (self,)
        before = Period(self.start, shared.start) if self.start < shared.start else None
        after = (
            Period(shared.end, self.end)
            if shared.end is not None and (self.end is None or shared.end < self.end)
            else None
        )
        return tuple(p for p in (before, after) if p is not None)

    def __str__(self) -> str:
        """For people: "on July 21, 2020", "from July 21, 2020, to July 31, 2020", "from July 21, 2020"."""
        if self.last is None:
            return f"from {in_full(self.start)}"
        if self.last == self.start:
            return f"on {in_full(self.start)}"
        return f"from {in_full(self.start)}, to {in_full(self.last)}"


def years_later(day: dt.date, years: int) -> dt.date:
    """The same date in a later year; of February 29, the 28th where that year has none."""
    last_of_february = day.month == 2 and day.day == 29
    return day.replace(year=day.year + years, day=28 if last_of_february else day.day)


def in_full(day: dt.date) -> str:
    """A date as people in the U.S. write it, whatever the locale: July 21, 2020."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
