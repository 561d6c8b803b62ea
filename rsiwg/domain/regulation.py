"""Dated facts of the law that have no outline: thresholds, clocks, memberships, agreements."""

import datetime as dt
from collections.abc import Mapping

import attrs

from rsiwg.domain.period import Period
from rsiwg.domain.restriction import Citation, Status
from rsiwg.errors import RulebookUnusable

Value = str | int | float | bool | dt.date | tuple["Value", ...] | Mapping[str, "Value"]
"""What an entry may hold, as TOML has it; arrays are tuples."""


@attrs.frozen(kw_only=True)
class Entry:
    """One fact in one effective period; a changed fact is a further entry with the same id."""

    topic: str
    id: str
    title: str
    in_force: Period
    status: Status
    verified: bool
    """False: recalled, not read in the source; shown, and decides nothing alone."""
    verified_on: dt.date | None
    """The day someone last read the source; None where not verified."""
    citation: Citation
    clause: str
    """The passage as a trace names it, such as "15 CFR 960.7(b)"."""
    note: str = ""
    values: Mapping[str, Value] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        """``topic/id``, as traces name it."""
        return f"{self.topic}/{self.id}"

    def number(self, key: str) -> float:
        """A number among its values.  Raises RulebookUnusable where it has none, as do all of these."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number")
        return float(value)

    def whole(self, key: str) -> int:
        """A whole number."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(key, "a whole number")
        return value

    def text(self, key: str) -> str:
        """A text."""
        value = self.values.get(key)
        if not isinstance(value, str):
            raise self._wrong(key, "a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.values.get(key)
        if not isinstance(value, tuple) or not all(isinstance(v, str) for v in value):
            raise self._wrong(key, "a list of texts")
        return tuple(str(v) for v in value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def day(self, key: str) -> dt.date:
        """A day."""
        value = self.values.get(key)
        if not isinstance(value, dt.date):
            raise self._wrong(key, "a day")
        return value

    def __contains__(self, key: str) -> bool:
        """Whether it has a value of this name."""
        return key in self.values

    def _wrong(self, key: str, kind: str) -> RulebookUnusable:
        return RulebookUnusable(f"regulation/{self.topic}.toml: the entry {self.id} needs {key}, {kind}")


@attrs.frozen(kw_only=True)
class Topic:
    """The entries of one file, and how far they can be relied on."""

    name: str
    title: str
    steward: str
    marking: str
    read_on: dt.date | None
    """The day someone last went through the sources for entries that are missing here."""
    good_until: dt.date | None
    """The first day for which that is too old."""
    entries: tuple[Entry, ...] = ()
    notes: str = ""
    problem: str | None = None
    """Why it cannot be relied on (the file is missing); None when sound."""

    def on(self, day: dt.date) -> tuple[Entry, ...]:
        """The entries in force on a day, in the order of the file."""
        return tuple(entry for entry in self.entries if day in entry.in_force)

    def one(self, entry_id: str, day: dt.date) -> Entry | None:
        """The entry of this id in force on a day; None where there is none, which settles nothing."""
        return next((entry for entry in self.on(day) if entry.id == entry_id), None)

    def trouble(self, day: dt.date) -> str | None:
        """Why an answer for this day cannot rely on it, as a sentence; None when it can."""
        if self.problem is not None or self.good_until is None:
            return self.problem or f"Nobody has gone through the sources of {self.title}."
        if day >= self.good_until:
            return f"The sources of {self.title} were last gone through on {self.read_on}, too long before {day}."
        return None


@attrs.frozen(kw_only=True)
class Regulation:
    """Every topic that the rulebook lists."""

    topics: Mapping[str, Topic] = attrs.field(factory=dict)

    def topic(self, name: str) -> Topic:
        """A topic; one that is not there has no entries and says so, so that nothing is settled by it."""
        missing = Topic(
            name=name,
            title=name,
            steward="",
            marking="U",
            read_on=None,
            good_until=None,
            problem=f"The file regulation/{name}.toml is not in the rulebook.",
        )
        return self.topics.get(name, missing)
