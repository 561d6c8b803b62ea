"""What the regulation library says to a question: an answer, and every step that led to it."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from rsiwg.domain.regulation import Entry
from rsiwg.domain.restriction import Citation, Status

UNDETERMINED = "undetermined"
"""The answer where something needed is missing, stale or not verified."""


class Confidence(StrEnum):
    """What an answer rests on."""

    VERIFIED = "verified"
    """Only on entries that someone has read in their source, recently enough."""
    UNVERIFIED = "unverified"


@attrs.frozen(kw_only=True)
class Step:
    """One step of a trace: what was asked, what the request or the rulebook says, what follows, by which clause."""

    question: str
    """In plain words, such as "Is the operator a U.S. person?"."""
    value: Any
    """What the request says, as JSON; None where it does not say."""
    clause: str
    """The passage, such as "15 CFR 960.2(a)"."""
    result: str
    """What follows from it; a short sentence."""
    citation: Citation | None = None
    entry: str | None = None
    """``topic/id`` of the rulebook's entry."""
    in_force: str | None = None
    """The entry's effective period, in words."""
    status: Status | None = None
    verified: bool = True
    """False where the entry is recalled and not read in its source."""
    verified_on: dt.date | None = None
    rests: bool = True
    """Whether the answer rests on this step; False for what is only shown beside it."""
    needs: tuple[str, ...] = ()
    """Fields of the request, or inputs, that would settle it."""

    @classmethod
    def by(
        cls,
        entry: Entry,
        question: str,
        value: Any,
        result: str,
        *,
        rests: bool = True,
        needs: tuple[str, ...] = (),
    ) -> "Step":
        """A step that an entry of the rulebook decides."""
        return cls(
            question=question,
            value=value,
            clause=entry.clause,
            result=result,
            citation=entry.citation,
            entry=entry.name,
            in_force=str(entry.in_force),
            status=entry.status,
            verified=entry.verified,
            verified_on=entry.verified_on,
            rests=rests,
            needs=needs,
        )


@attrs.frozen(kw_only=True)
class Answer:
    """What a question of the regulation library is answered with.  The software proposes; people determine."""

    question: str
    """The name of the question, such as ``tier``."""
    answer: Any
    """JSON: a word such as "yes" or "undetermined", or what the question's page in the docs says."""
    says: str
    """The answer in one or two sentences."""
    as_of: dt.date
    trace: tuple[Step, ...]
    details: Mapping[str, Any] = attrs.field(factory=dict)
    """Further JSON of this question: comparators, dates, conditions."""
    warnings: tuple[str, ...] = ()
    """In sentences: what is stale, unverified or proposed."""

    @property
    def confidence(self) -> Confidence:
        """Verified only where every step the answer rests on is, and nothing it used is stale."""
        sound = not self.warnings and all(step.verified for step in self.trace if step.rests)
        return Confidence.VERIFIED if sound else Confidence.UNVERIFIED

    @property
    def needs(self) -> tuple[str, ...]:
        """Everything that would settle an open step, once each."""
        return tuple(dict.fromkeys(need for step in self.trace for need in step.needs))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every passage of the trace, once each, in its order."""
        return tuple(dict.fromkeys(step.citation for step in self.trace if step.citation is not None))


def answer_document(answer: Answer, *, rulebook: str, engine: str) -> dict[str, Any]:
    """The JSON of an answer; the same answer gives the same bytes."""
    return {
        "question": answer.question,
        "answer": answer.answer,
        "says": answer.says,
        "confidence": str(answer.confidence),
        "as_of": answer.as_of.isoformat(),
        "rulebook": rulebook,
        "engine": engine,
        "trace": [_step(step) for step in answer.trace],
        "citations": [attrs.asdict(citation) for citation in answer.citations],
        "needs": list(answer.needs),
        "warnings": list(answer.warnings),
        **answer.details,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "question": step.question,
        "value": step.value,
        "clause": step.clause,
        "result": step.result,
        "citation": None if step.citation is None else attrs.asdict(step.citation),
        "entry": step.entry,
        "in_force": step.in_force,
        "status": None if step.status is None else str(step.status),
        "verified": step.verified,
        "verified_on": None if step.verified_on is None else step.verified_on.isoformat(),
        "rests": step.rests,
        "needs": list(step.needs),
    }
