"""A case on a day: its events in Washington's days, and the facts to count with."""

import datetime as dt
from collections.abc import Iterable

import attrs

from rsiwg.domain import Entry, Event, Topic
from rsiwg.domain.clock import EVENTS
from rsiwg.regulation.workdays import WorkCalendar


@attrs.frozen(kw_only=True, order=True)
class Happened:
    """An event on its day of the agencies; in order of time, then as given."""

    day: dt.date
    index: int
    name: str
    at: dt.datetime | None = attrs.field(default=None, order=False)
    called: str = attrs.field(default="", order=False)
    """What a sentence calls it, where `EVENTS` does not say."""

    @property
    def title(self) -> str:
        """What a sentence calls it."""
        return self.called or EVENTS[self.name].title


@attrs.frozen(kw_only=True)
class Case:
    """The events that have happened by a day, or are planned, and what is needed to count from them."""

    events: tuple[Happened, ...]
    topic: Topic
    calendar: WorkCalendar
    as_of: dt.date

    def named(self, names: Iterable[str]) -> tuple[Happened, ...]:
        """Events of these names, in order."""
        wanted = set(names)
        return tuple(event for event in self.events if event.name in wanted)

    def since(self, entry: Entry, names: Iterable[str]) -> tuple[Happened, ...]:
        """As `named`; where the entry starts afresh with every event ``since``, only those after the last of it."""
        renewed = self.named([entry.text("since")])[-1:] if "since" in entry else ()
        return tuple(e for e in self.named(names) if not renewed or e.day > renewed[0].day)


def happened(events: Iterable[Event], calendar: WorkCalendar) -> tuple[Happened, ...]:
    """Events in order of their days in Washington."""
    return tuple(
        sorted(
            Happened(
                day=calendar.day(e.when),
                index=n,
                name=e.name,
                at=e.when if isinstance(e.when, dt.datetime) else None,
            )
            for n, e in enumerate(events)
        )
    )
