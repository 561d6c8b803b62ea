"""Criteria of which any one suffices, some unanswered: the form of most thresholds of other countries."""

from collections.abc import Iterable
from typing import Any

import attrs

from rsiwg.domain import Entry, Step
from rsiwg.domain.answer import UNDETERMINED


@attrs.frozen(kw_only=True)
class Criterion:
    """One threshold, and whether the data reach it."""

    entry: Entry
    question: str
    value: Any
    """What the request says, as JSON."""
    holds: bool | None
    """None where it cannot be said."""
    why: str = ""
    needs: tuple[str, ...] = ()

    @property
    def counts(self) -> bool | None:
        """As it decides: an entry that nobody has read says neither yes nor no."""
        return self.holds if self.entry.verified else None


def any_of(criteria: Iterable[Criterion], *, yes: str, no: str) -> str:
    """`yes` if one holds, `no` if none can, else undetermined."""
    found = [criterion.counts for criterion in criteria]
    return yes if True in found else UNDETERMINED if None in found else no


def steps_of(criteria: Iterable[Criterion], answer: str, yes: str) -> tuple[Step, ...]:
    """A step per criterion; where one suffices the answer rests on those that hold."""
    return tuple(
        Step.by(
            criterion.entry,
            criterion.question,
            criterion.value,
            {True: "Yes.", False: "No.", None: "It cannot be said."}[criterion.holds]
            + (f" {criterion.why}" if criterion.why else ""),
            rests=criterion.counts is True
            if answer == yes
            else criterion.counts is not False or answer != UNDETERMINED,
            needs=criterion.needs if criterion.holds is None else (),
        )
        for criterion in criteria
    )
