"""Golden cases of the questions: a table per question, a row per situation, with the reason.

[[case]]
situation = "at 256 bits"
why = "960.9(a)(1): a key of at least 256 bits; equal to a limit is allowed."
base = "optical"                                  # requests/optical.json beside the tables
set = { "encryption.key_length_bits" = 256 }      # optional
unset = ["tier"]                                  # optional
as_of = 2026-10-01
expect = { answer = "met", "conditions[id=encryption].state" = "met" }
says = ["256 bits"]                               # optional; somewhere in the answer
"""

import copy
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from rsiwg.errors import RulebookUnusable
from rsiwg.rulebook.cases import plain
from rsiwg.rulebook.tables import Table, read_table

Step = str | int | tuple[str, str]
"""A field, a place in a list, or the element of a list whose field has a value: ``("id", "encryption")``."""


@attrs.frozen(kw_only=True)
class QuestionCase:
    """One request, and what a question of the regulation library must answer."""

    question: str
    number: int
    """In its table, from 1."""
    situation: str
    why: str
    request: Mapping[str, Any]
    as_of: dt.date
    expect: Mapping[str, Any]
    """Values of the answer by their path."""
    says: tuple[str, ...]
    says_not: tuple[str, ...]


def read_question_cases(folder: Path, question: str) -> tuple[QuestionCase, ...]:
    """The cases of ``cases/questions/<name>.toml``; none where there is no file.  Raises RulebookUnusable."""
    path = folder / "cases" / "questions" / f"{question}.toml"
    if not path.is_file():
        return ()
    table = read_table(path, f"cases/questions/{question}.toml")
    cases = tuple(_case(folder, question, n, t) for n, t in enumerate(table.tables("case"), start=1))
    table.done()
    return cases


def at(document: Any, path: str) -> Any:
    """The value at a path such as ``conditions[id=encryption].state`` or ``trace[0].clause``.

    Raises KeyError, IndexError, TypeError or ValueError where there is none.
    """
    for step in _steps(path):
        document = _into(document, step)
    return document


def _case(folder: Path, question: str, number: int, table: Table) -> QuestionCase:
    body = _base(folder, table)
    try:
        for path, value in table.free("set").items():
            *way, last = _steps(path)
            _holder(body, way)[last] = plain(value)
        for path in table.texts("unset", ()):
            *way, last = _steps(path)
            del _holder(body, way)[last]
    except (KeyError, IndexError, TypeError, ValueError) as exc:
        raise table.wrong("set or unset", f"names a place that the base does not have: {exc}") from None
    case = QuestionCase(
        question=question,
        number=number,
        situation=table.text("situation"),
        why=table.text("why"),
        request=body,
        as_of=table.day("as_of"),
        expect=plain(table.free("expect")),
        says=table.texts("says", ()),
        says_not=table.texts("says_not", ()),
    )
    table.done()
    return case


def _base(folder: Path, table: Table) -> Any:
    base = table.text("base")
    if not re.fullmatch(r"[a-z0-9-]+", base):
        raise table.wrong("base", "is the name of a file of requests/, in small letters, digits and hyphens")
    try:
        text = (folder / "cases" / "questions" / "requests" / f"{base}.json").read_text("utf-8")
        return copy.deepcopy(json.loads(text))
    except (OSError, ValueError) as exc:
        raise RulebookUnusable(f"{table.where}: the request {base}.json cannot be read: {exc}") from None


def _steps(path: str) -> Iterator[Step]:
    for name, inside in re.findall(r"([^.\[\]]+)|\[([^\]]+)\]", path):
        if name:
            yield name
        elif "=" in inside:
            field, value = inside.split("=", 1)
            yield field, value
        else:
            yield int(inside)


def _holder(body: Any, way: list[Step]) -> Any:
    for step in way:
        body = _into(body, step)
    return body


def _into(value: Any, step: Step) -> Any:
    if isinstance(step, tuple):
        field, wanted = step
        (found,) = [inner for inner in value if str(inner[field]) == wanted]
        return found
    return value[step]
