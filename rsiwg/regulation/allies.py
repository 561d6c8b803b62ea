"""Is a country a NATO member or a major non-NATO ally on a day?  22 CFR 120.23."""

import datetime as dt
from enum import StrEnum
from typing import Any

import attrs

from rsiwg.domain import Entry, Rulebook, Step, in_full
from rsiwg.domain.answer import UNDETERMINED

NATO, MNNA = "nato", "mnna"


class Basis(StrEnum):
    """The two facts that make a major non-NATO ally; the second lags behind the first."""

    DESIGNATED = "designated"
    """By the President, 120.23(b)(1)."""
    LISTED = "listed"
    """In the CFR, 120.23(b)(2)."""


@attrs.frozen(kw_only=True)
class Standing:
    """How a country stands towards NATO on a day; each fact is its entry of the rulebook, or None for "no"."""

    country: str
    day: dt.date
    nato: Entry | None
    designated: Entry | None
    listed: Entry | None
    history: tuple[Entry, ...]
    """Every entry of the country in the topic of major non-NATO allies."""
    troubles: tuple[str, ...] = ()
    """Why the lists cannot be relied on for the day."""

    @property
    def is_ally(self) -> bool | None:
        """Member or major non-NATO ally; None where the facts differ, are recalled, or are too old."""
        if self.nato is not None and self.nato.verified and not self.troubles:
            return True
        facts = (self.designated, self.listed)
        if self.troubles or self.nato is not None or any(f is not None and not f.verified for f in facts):
            return None
        if self.differs:
            return None
        return self.designated is not None

    @property
    def facts(self) -> tuple[bool, bool, bool]:
        """Member, designated, listed: whether an entry is held for the day."""
        return (self.nato is not None, self.designated is not None, self.listed is not None)

    @property
    def differs(self) -> bool:
        """Designated and not listed, or listed and not designated."""
        return (self.designated is None) != (self.listed is None)

    def first(self, basis: Basis, end: bool = False) -> dt.date | None:
        """The first day of a fact, or the day after its last; None where it has none."""
        spans = [entry.in_force for entry in self.history if entry.text("basis") == basis]
        if end:
            last = max(spans, key=lambda span: span.start, default=None)
            return None if last is None else last.end
        return min((span.start for span in spans), default=None)


def standing(rulebook: Rulebook, country: str, day: dt.date) -> Standing:
    """Look a country up on a day, ISO 3166-1 alpha-2."""
    nato, mnna = rulebook.regulation.topic(NATO), rulebook.regulation.topic(MNNA)
    history = tuple(e for e in mnna.entries if e.values.get("country") == country)
    current = [e for e in history if day in e.in_force]
    listed = next((e for e in current if e.text("basis") == Basis.LISTED), None)
    treated = listed if listed is not None and "treated" in listed else None
    return Standing(
        country=country,
        day=day,
        nato=next((e for e in nato.on(day) if e.values.get("country") == country), None),
        designated=next((e for e in current if e.text("basis") == Basis.DESIGNATED), treated),
        listed=listed,
        history=history,
        troubles=tuple(t for t in (nato.trouble(day), mnna.trouble(day)) if t is not None),
    )


def standing_steps(rulebook: Rulebook, held: Standing, role: str, *, rests: bool) -> tuple[Step, ...]:
    """The steps that show how a country stands, and why."""
    asked = f"Is {held.country}, {role}, a NATO member on {in_full(held.day)}?"
    if held.nato is not None:
        return (
            Step.by(
                held.nato,
                asked,
                held.country,
                f"Yes, {held.nato.title} is {held.nato.in_force}.",
                rests=rests,
            ),
        )
    first = Step(
        question=asked, value=held.country, clause="22 CFR 120.23(a)", rests=rests,
        result="No accession is held for that day."
        if not held.troubles
        else f"Undetermined: {' '.join(held.troubles)}",
        verified=not held.troubles,
    )  # fmt: skip
    steps = [first]
    for basis, entry, clause in (
        (Basis.DESIGNATED, held.designated, "22 CFR 120.23(b)(1)"),
        (Basis.LISTED, held.listed, "22 CFR 120.23(b)(2)"),
    ):
        question = f"Is {held.country} {basis} as a major non-NATO ally on {in_full(held.day)}?"
        if entry is not None:
            result = f"Yes, {entry.in_force}." + (f" {entry.note}" if entry.note else "")
            steps.append(Step.by(entry, question, held.country, result, rests=rests))
        else:
            steps.append(
                Step(
                    question=question,
                    value=held.country,
                    clause=clause,
                    rests=rests,
                    result=_not(held, basis),
                    verified=not held.troubles,
                )
            )
    if held.differs:
        steps.append(
            Step(
                question=f"What do the two answers for {held.country} imply?",
                value=_both(held),
                clause="22 CFR 120.23(b), 124.15(a), (c)",
                result=f"By {_yes_side(held)} it is a major non-NATO ally, and the special controls are not required by "
                f"law; by {_no_side(held)} it is not, and they are always required. State must say which counts.",
                rests=rests,
                needs=("State's reading of 22 CFR 120.23(b)",),
            )
        )
    return tuple(steps)


def standing_document(held: Standing, role: str) -> dict[str, Any]:
    """JSON of a standing: both answers, and the three dates."""
    return {
        "country": held.country,
        "role": role,
        "ally": {True: "yes", False: "no", None: UNDETERMINED}[held.is_ally],
        "nato": _word(held.nato, held),
        "nato_since": None if held.nato is None else held.nato.in_force.start.isoformat(),
        "mnna_designated": _word(held.designated, held),
        "mnna_listed": _word(held.listed, held),
        "differs": held.nato is None and held.differs,
        "designated_on": _iso(held.first(Basis.DESIGNATED)),
        "listed_in_cfr_on": _iso(held.first(Basis.LISTED)),
        "rescinded_on": _iso(held.first(Basis.DESIGNATED, end=True)),
        "removed_from_cfr_on": _iso(held.first(Basis.LISTED, end=True)),
    }


def _word(entry: Entry | None, held: Standing) -> str:
    if held.troubles:
        return UNDETERMINED
    if entry is None:
        return "no"
    return "yes" if entry.verified else UNDETERMINED


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _not(held: Standing, basis: Basis) -> str:
    since, until = held.first(basis), held.first(basis, end=True)
    if since is not None and held.day < since:
        return f"No, only from {in_full(since)}."
    if until is not None and held.day >= until:
        return f"No longer, since {in_full(until)}."
    return "No."


def _both(held: Standing) -> str:
    return f"designated {_word(held.designated, held)}, listed {_word(held.listed, held)}"


def _yes_side(held: Standing) -> str:
    return "its designation" if held.designated is not None else "the list in the CFR"


def _no_side(held: Standing) -> str:
    return "the list in the CFR" if held.designated is not None else "its designation"
