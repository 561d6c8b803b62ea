"""Golden cases: what a rule must answer, kept beside it in geodata/cases/ and worked out by hand from its source."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs

from rsiwg.domain import ONE_DAY, Restriction, Rulebook
from rsiwg.rulebook.tables import Table, read_table

NOT_APPLICABLE = "not_applicable"
"""What a case expects of a rule that was looked at and does not apply."""


class Situation(StrEnum):
    """Where, when or how near to its number a request meets a rule."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    TOUCHING = "touching"
    STRADDLING = "straddling"
    BEFORE = "before"
    ON = "on"
    AFTER = "after"
    FINER = "finer"
    AT = "at"
    COARSER = "coarser"
    OTHER = "other"


OF_AREA = (Situation.INSIDE, Situation.OUTSIDE, Situation.TOUCHING, Situation.STRADDLING)
OF_DATE = (Situation.BEFORE, Situation.ON, Situation.AFTER)
OF_NUMBER = (Situation.FINER, Situation.AT, Situation.COARSER)

_SHIFT = {Situation.BEFORE: -ONE_DAY, Situation.ON: dt.timedelta(0), Situation.AFTER: ONE_DAY}

Needed = tuple[Situation, str]
"""A situation with what it is measured from: "", a day (2020-07-21) or metres (0.4)."""


@attrs.frozen(kw_only=True)
class RuleCase:
    """One request, and what a restriction must find in it."""

    restriction: str
    number: int
    """In its file, from 1."""
    situation: Situation
    date: dt.date | None
    """The day that a case before, on or after it is measured from; the request is for the day this makes."""
    limit_m: float | None
    """The number that a case finer than, at or coarser than it is measured from."""
    says: str
    """The situation as a sentence."""
    why: str
    """Where the expected answer comes from: a passage, and what follows."""
    request: Mapping[str, Any]
    finds: str
    """The worst outcome of this rule's findings, or ``not_applicable``."""
    readings: tuple[str, ...]
    """The readings in which it finds something that is not clear; empty: not stated."""
    verdict: str

    @property
    def meets(self) -> Needed:
        """Which needed situation it is a case of."""
        if self.date is not None:
            return self.situation, self.date.isoformat()
        return self.situation, "" if self.limit_m is None else f"{self.limit_m:g}"

    @property
    def name(self) -> str:
        """Such as ``at 0.4 m`` or ``before 2020-07-21``."""
        of = f" {self.date}" if self.date else f" {self.limit_m:g} m" if self.limit_m else ""
        return f"{self.situation}{of}"


def read_rule_cases(folder: Path, restriction: str) -> tuple[RuleCase, ...]:
    """The cases of ``cases/restrictions/<id>.toml``; none where there is no file.  Raises RulebookUnusable."""
    path = folder / "cases" / "restrictions" / f"{restriction}.toml"
    if not path.is_file():
        return ()
    table = read_table(path, f"cases/restrictions/{restriction}.toml")
    shared = table.free("request")
    cases = tuple(
        _rule_case(restriction, number, t, shared) for number, t in enumerate(table.tables("case"), start=1)
    )
    table.done()
    return cases


def names_with_cases(folder: Path, kind: str) -> tuple[str, ...]:
    """The ``restrictions`` or ``questions`` that have a file of cases."""
    return tuple(sorted(path.stem for path in (folder / "cases" / kind).glob("*.toml")))


def needed(restriction: Restriction, rulebook: Rulebook) -> tuple[Needed, ...]:
    """The situations that a restriction must have a case of, computed from what it says.

    An outline: inside, outside, touching, straddling.  Each first and last day within those the rulebook
    vouches for: before, on, after.  Each number: finer, at, coarser.
    """
    areas: list[Needed] = [] if restriction.worldwide else [(s, "") for s in OF_AREA]
    days = {day for lim in restriction.limits for day in (lim.in_force.start, lim.in_force.end)}
    numbers = {limit.finest_m for limit in restriction.limits if limit.finest_m is not None}
    return (
        *areas,
        *(
            (s, d.isoformat())
            for d in sorted(filter(None, days))
            if d > rulebook.covers.start
            for s in OF_DATE
        ),
        *((s, f"{n:g}") for n in sorted(numbers) for s in OF_NUMBER),
    )


def in_words(situation: Needed) -> str:
    """Such as "before 2020-07-21" or "at 0.4 m"."""
    kind, of = situation
    return f"{kind} {of} m" if kind in OF_NUMBER else f"{kind} {of}".strip()


def _rule_case(restriction: str, number: int, table: Table, shared: Mapping[str, Any]) -> RuleCase:
    situation = table.one_of("situation", Situation)
    date = table.day("date", None)
    limit_m = table.number("limit_m", None)
    if (date is None) == (situation in OF_DATE):
        raise table.wrong("date", "belongs to a case before, on or after it, and only to one")
    if (limit_m is None) == (situation in OF_NUMBER):
        raise table.wrong("limit_m", "belongs to a case finer than, at or coarser than it, and only to one")
    request = _merged(shared, table.free("request"))
    if date is not None:
        day = (date + _SHIFT[situation]).isoformat()
        request["collection"] = {"start": day, "end": day}
    case = RuleCase(
        restriction=restriction,
        number=number,
        situation=situation,
        date=date,
        limit_m=limit_m,
        says=table.text("says"),
        why=table.text("why"),
        request=request,
        finds=table.one_of("finds", _outcome),
        readings=table.texts("readings", ()),
        verdict=table.one_of("verdict", _verdict),
    )
    table.done()
    return case


def _outcome(text: str) -> str:
    return _known(text, ("clear", "condition", "indeterminate", "conflict", NOT_APPLICABLE))


def _verdict(text: str) -> str:
    return _known(text, ("clear", "restricted", "undetermined"))


def _known(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A request with a case's own fields over the shared ones; days as the texts that JSON has.

    A table is merged field by field; a table that says ``replace = true`` takes the place of the shared one.
    """
    merged = {key: plain(value) for key, value in shared.items()}
    for key, value in own.items():
        before = merged.get(key)
        if isinstance(value, dict) and isinstance(before, dict) and not value.get("replace"):
            merged[key] = _merged(before, value)
        else:
            merged[key] = plain(value)
    return merged


def plain(value: Any) -> Any:
    """TOML days as the texts that JSON has."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key != "replace"}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value
