"""Runs the golden cases of a rulebook, and says which situations have none."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from rsiwg import casework
from rsiwg.domain import ImagingRequest, Outcome, Restriction, Rulebook
from rsiwg.errors import RsiwgError
from rsiwg.geometry import join, overlap, subtract
from rsiwg.intake import read_submission
from rsiwg.regulation import PACKS, QUESTIONS
from rsiwg.rulebook.cases import (
    NOT_APPLICABLE,
    OF_AREA,
    OF_NUMBER,
    RuleCase,
    Situation,
    in_words,
    names_with_cases,
    needed,
    read_rule_cases,
)
from rsiwg.rulebook.question_cases import QuestionCase, at, read_question_cases
from rsiwg.settings import Limits

_WORST_FIRST = ("conflict", "indeterminate", "condition", "clear")


@attrs.frozen(kw_only=True)
class Ran:
    """A case and what is wrong with its answer, in sentences; nothing where it is as expected."""

    where: str
    """File and name, such as ``restrictions/israel-resolution, case 3 (at 0.4 m)``."""
    says: str
    wrong: tuple[str, ...]


@attrs.frozen(kw_only=True)
class TestedRulebook:
    """Every case run, and every situation that should have a case and has none."""

    ran: tuple[Ran, ...]
    missing: tuple[str, ...]

    @property
    def red(self) -> tuple[Ran, ...]:
        """The cases whose answer is not the expected one."""
        return tuple(ran for ran in self.ran if ran.wrong)

    @property
    def is_green(self) -> bool:
        """Whether every case is as expected and none is missing."""
        return not self.red and not self.missing


def run_cases(folder: Path, rulebook: Rulebook) -> TestedRulebook:
    """Run every golden case of a rulebook read from `folder`.  Raises RulebookUnusable for a broken file."""
    ran: list[Ran] = []
    missing: list[str] = []
    for restriction in rulebook.restrictions:
        cases = read_rule_cases(folder, restriction.id)
        ran += [_run_rule(case, restriction, rulebook) for case in cases]
        met = {case.meets for case in cases}
        missing += [
            f"restrictions/{restriction.id}: no case {in_words(each)}"
            for each in needed(restriction, rulebook)
            if each not in met
        ]
    for question in (*QUESTIONS, *PACKS):
        asked = read_question_cases(folder, question.name)
        ran += [run_question_case(case, rulebook) for case in asked]
        if not asked and rulebook.regulation.topics:
            missing.append(f"questions/{question.name}: no case at all")
    missing += _of_nothing(folder, rulebook)
    return TestedRulebook(ran=tuple(ran), missing=tuple(missing))


def _of_nothing(folder: Path, rulebook: Rulebook) -> Iterator[str]:
    """Files of cases whose rule or question does not exist: they would never run."""
    known = {
        "restrictions": {restriction.id for restriction in rulebook.restrictions},
        "questions": {question.name for question in (*QUESTIONS, *PACKS)},
    }
    for kind, names in known.items():
        for name in names_with_cases(folder, kind):
            if name not in names:
                yield f"{kind}/{name}: there are cases, and no such {kind.removesuffix('s')}"


def _run_rule(case: RuleCase, restriction: Restriction, rulebook: Rulebook) -> Ran:
    where = f"restrictions/{case.restriction}, case {case.number} ({case.name})"
    try:
        request = read_submission(case.request, Limits()).request
        document = casework.check(case.request, rulebook, limits=Limits()).document
    except RsiwgError as exc:
        return Ran(where=where, says=case.says, wrong=(f"its request cannot be read: {exc}",))
    wrong = [*_not_as_named(case, request, restriction), *_not_as_expected(case, document)]
    return Ran(where=where, says=case.says, wrong=tuple(wrong))


def _not_as_expected(case: RuleCase, document: Mapping[str, Any]) -> Iterator[str]:
    own = [finding for finding in document["findings"] if finding["restriction"] == case.restriction]
    found = next((o for o in _WORST_FIRST if any(f["outcome"] == o for f in own)), NOT_APPLICABLE)
    if found != case.finds:
        told = "; ".join(f["says"] for f in own if f["outcome"] == found) or _reason(case, document)
        yield f"the rule should be {case.finds} and is {found}: {told}"
    in_readings = {f["reading"] for f in own if f["outcome"] != Outcome.CLEAR and f["reading"]}
    if case.readings and in_readings != set(case.readings):
        yield (
            f"something should be found in {', '.join(sorted(case.readings))} "
            f"and is in {', '.join(sorted(in_readings)) or 'none'}"
        )
    if document["verdict"] != case.verdict:
        yield f"the verdict should be {case.verdict} and is {document['verdict']}"


def _reason(case: RuleCase, document: Mapping[str, Any]) -> str:
    return next(
        (n["reason"] for n in document["not_applicable"] if n["restriction"] == case.restriction),
        "it was not looked at",
    )


def _not_as_named(case: RuleCase, request: ImagingRequest, restriction: Restriction) -> Iterator[str]:
    """Whether the request is in the situation that the case says it is in."""
    if case.situation in OF_AREA:
        really = _place(request, restriction)
        if really is not case.situation:
            yield f"its area is said to be {case.situation} and is {really or 'nowhere: the rule has no outline'}"
    if case.situation in OF_NUMBER and case.limit_m is not None:
        asked = [m for s in request.sensors for _, m in request.parts(s) if m is not None]
        finest = min(asked, default=None)
        really = _nearness(finest, case.limit_m)
        if really is not case.situation:
            yield f"its product is said to be {case.situation} {case.limit_m:g} m and is {finest} m"


def _place(request: ImagingRequest, restriction: Restriction) -> Situation | None:
    if not restriction.zones:
        return None
    ground = join(zone.area for zone in restriction.zones)
    if overlap(request.aoi, ground).is_empty:
        return Situation.TOUCHING if request.aoi.intersects(ground) else Situation.OUTSIDE
    return Situation.INSIDE if subtract(request.aoi, ground).is_empty else Situation.STRADDLING


def _nearness(finest_m: float | None, limit_m: float) -> Situation | None:
    if finest_m is None:
        return None
    if finest_m == limit_m:
        return Situation.AT
    return Situation.FINER if finest_m < limit_m else Situation.COARSER


def run_question_case(case: QuestionCase, rulebook: Rulebook) -> Ran:
    """Ask the question of its request, and compare."""
    where = f"questions/{case.question}, case {case.number}"
    try:
        answer = casework.ask(case.question, case.request, rulebook, limits=Limits(), as_of=case.as_of)
    except RsiwgError as exc:
        return Ran(where=where, says=case.situation, wrong=(f"its request cannot be read: {exc}",))
    return Ran(where=where, says=case.situation, wrong=tuple(_answered_otherwise(case, answer)))


def _answered_otherwise(case: QuestionCase, answer: Mapping[str, Any]) -> Iterator[str]:
    for path, expected in case.expect.items():
        try:
            found = at(answer, path)
        except (KeyError, IndexError, TypeError, ValueError):
            yield f"{path} should be {expected!r}, and the answer has no such place"
            continue
        if found != expected:
            yield f"{path} should be {expected!r} and is {found!r}: {answer['says']}"
    told = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    yield from (f"it should say {text!r} and does not" for text in case.says if text not in told)
    yield from (f"it should not say {text!r} and does" for text in case.says_not if text in told)
