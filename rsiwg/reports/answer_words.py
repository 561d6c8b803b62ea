"""How an answer of the regulation library is written for people: its word, its look, its values and tables."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from rsiwg.reports import words

LOOKS = {
    "undetermined": "indeterminate",
    "refer": "indeterminate",
    "incomplete": "conflict",
    "prohibited": "conflict",
    "not_met": "conflict",
}
"""The outcome whose colour, pattern and icon an answer wears; any other wears that of a condition, never of "clear"."""

CONFIDENCES = {
    "verified": "Verified: it rests only on what someone has read in its source",
    "unverified": "Unverified: it rests on something that nobody has read in its source, or that is stale",
}

FORM_SENTENCES = {
    "complete": "Nothing that is held of the form is missing. Whether the request is allowed, people determine.",
    "incomplete": "Something that the form asks for is missing.",
    "undetermined": "Whether the form is complete cannot be told yet.",
}

_STEP_WORDS = {"policy": "Policy, not law", "proposed": "Proposed, not in force", "exercise": "Exercise only"}
_MOST_COLUMNS = 14
_DAY = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)")  # days that every month has
_SPELT = {
    "nato": "NATO",
    "mnna": "major non-NATO ally",
    "gsd": "GSD",
    "ipr": "IPR",
    "eccn": "ECCN",
    "us": "U.S.",
    "rsiwg": "RSIWG",
}
_NAMES = ("title", "name", "system")
"""Columns that name a thing for people; beside one of them its id says nothing more."""
_IDS = frozenset({"id", "item", "entry", "agreement"})


@attrs.frozen(kw_only=True)
class DetailTable:
    """A list among an answer's further members, as a table; every cell a text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


_OWN_MEMBERS = frozenset(
    {
        "question", "answer", "says", "confidence", "as_of", "rulebook", "engine",
        "trace", "citations", "needs", "warnings", "items",
    }
)  # fmt: skip
"""What every answer has, and what is shown in a form of its own."""


def look(answer: Mapping[str, Any]) -> str:
    """The look of an answer; one that is not verified never looks settled."""
    if answer["confidence"] != "verified":
        return "indeterminate"
    return LOOKS.get(str(answer["answer"]), "condition")


def word(answer: Mapping[str, Any]) -> str:
    """An answer as a word: "Not required", "9A515.a.1, 9A515.g"."""
    said = answer["answer"]
    if isinstance(said, int) and not isinstance(said, bool):
        return f"{label(answer['question'])} {said}".capitalize()
    return words.capitalized(value(said))


def value(said: Any) -> str:
    """What a request says, in words: "not said", "yes", "Norway, Canada", "on: 2026-01-05"."""
    if said is None:
        return "not said"
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, Mapping):
        return "; ".join(f"{label(key)}: {value(inner)}" for key, inner in said.items()) or "nothing"
    if isinstance(said, list | tuple):
        return ", ".join(value(inner) for inner in said) or "none"
    text = str(said)
    if _DAY.fullmatch(text):
        return words.day(text)
    return text.replace("_", " ") if text.islower() and "_" in text and " " not in text else text


def label(name: str) -> str:
    """A field's name as a heading: ``gsd_m`` is "gsd (m)"."""
    for suffix, unit in (
        ("_km2", " (km²)"),
        ("_km", " (km)"),
        ("_m", " (m)"),
        ("_deg", " (°)"),
        ("_h", " (h)"),
    ):
        if name.endswith(suffix):
            return _spelt(name.removesuffix(suffix)) + unit
    return _spelt(name)


def _spelt(name: str) -> str:
    return " ".join(_SPELT.get(part, part) for part in name.split("_"))


def step_words(step: Mapping[str, Any]) -> list[str]:
    """What must be minded about a step, in words: that nobody has read it, that it is proposed, that it is shown only."""
    minded = []
    if not step["verified"]:
        minded.append("Unverified: recalled, not read in its source")
    if step["status"] in _STEP_WORDS:
        minded.append(_STEP_WORDS[step["status"]])
    if not step["rests"]:
        minded.append("Shown beside; the answer does not rest on it")
    return minded


def detail_tables(answer: Mapping[str, Any]) -> list[DetailTable]:
    """The further members of an answer that are lists of things, each as a table."""
    return list(_tables({k: v for k, v in answer.items() if k not in _OWN_MEMBERS}, inside=True))


def detail_rows(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The further members of an answer that are single values."""
    return [
        (words.capitalized(label(name)), value(said))
        for name, said in answer.items()
        if name not in _OWN_MEMBERS and not isinstance(said, list | tuple | Mapping) and said is not None
    ]


def flat_rows(document: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Every field of a request by its path, with what it says."""
    rows: list[tuple[str, str]] = []
    for name, said in document.items():
        at = f"{path}.{name}" if path else name
        if isinstance(said, Mapping):
            rows += flat_rows(said, at)
        elif isinstance(said, list) and said and all(isinstance(each, Mapping) for each in said):
            for number, each in enumerate(said):
                rows += flat_rows(each, f"{at}[{number}]")
        else:
            rows.append((at, value(said)))
    return rows


def _tables(members: Mapping[str, Any], *, inside: bool = False) -> Iterator[DetailTable]:
    """Each list as a table; and where `inside` is true, the lists in its things, but not those in these."""
    for name, rows in members.items():
        if not isinstance(rows, list | tuple) or not rows:
            continue
        if not all(isinstance(row, Mapping) for row in rows):
            yield DetailTable(
                title=words.capitalized(label(name)), columns=("",), rows=tuple((value(r),) for r in rows)
            )
            continue
        columns = _columns(rows)
        yield DetailTable(
            title=words.capitalized(label(name)),
            columns=tuple(words.capitalized(label(column)) for column in columns),
            rows=tuple(
                tuple(value(row[column]) if row.get(column) is not None else "" for column in columns)
                for row in rows
            ),
        )
        if inside:
            yield from _nested(words.capitalized(label(name)), rows)


def _nested(
    title: str, rows: list[Mapping[str, Any]] | tuple[Mapping[str, Any], ...]
) -> Iterator[DetailTable]:
    """Lists of things inside the things of a list, such as the sources of data beside each instrument."""
    for number, row in enumerate(rows, start=1):
        name = next((str(row[each]) for each in _NAMES if row.get(each)), f"{number}")
        inner = {
            key: said
            for key, said in row.items()
            if isinstance(said, list | tuple) and said and all(isinstance(each, Mapping) for each in said)
        }
        for table in _tables({key: said for key, said in inner.items() if key != "trace"}):
            yield attrs.evolve(table, title=f"{title}, {name}: {table.title.lower()}")


def _columns(rows: list[Mapping[str, Any]] | tuple[Mapping[str, Any], ...]) -> list[str]:
    """What is told of each thing, its name for people first."""
    told = [c for c in dict.fromkeys(key for row in rows for key in row) if _is_told(c, rows)]
    named = [c for c in _NAMES if c in told]
    passed_over = {*named, *_IDS} if named else set()
    return [*named, *(c for c in told if c not in passed_over)][:_MOST_COLUMNS]


def _is_told(column: str, rows: list[Mapping[str, Any]] | tuple[Mapping[str, Any], ...]) -> bool:
    """Whether a column says anything, and fits a cell: no outlines, no steps."""
    said = [row.get(column) for row in rows]
    nested = any(
        isinstance(each, list | tuple) and any(isinstance(e, Mapping) for e in each) for each in said
    )
    return (
        not nested
        and column not in {"trace", "citation"}
        and any(each not in (None, "", [], {}) for each in said)
    )
