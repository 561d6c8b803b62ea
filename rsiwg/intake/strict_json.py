"""JSON without its loopholes: no duplicate keys, no NaN, no number too large, no endless nesting.

A refusal names the path of the element, since the sender of a long document cannot find it otherwise.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from rsiwg.errors import InvalidSubmission, TooLarge
from rsiwg.intake.shown import shown
from rsiwg.settings import Limits

_ELEMENTS_PER_VERTEX = 64
"""Brackets and commas taken per vertex of `Limits.max_vertices`: bounds memory, not meaning."""
_LONGEST_INTEGER = 308
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SUSPECT_NUMBER = re.compile(r"[eE][+]?\d{3}|[NI]")  # overflow, NaN, Infinity
_OPENING, _CLOSING = np.frombuffer(b"[{", dtype=np.uint8), np.frombuffer(b"]}", dtype=np.uint8)


@attrs.frozen
class _Refused:
    """Stands in the parsed tree where something is wrong, so that its path can be told."""

    why: str


class _Object(dict[str, Any]):
    """A JSON object that remembers a key given twice."""

    twice: str | None = None


def read_json(data: bytes, limits: Limits) -> dict[str, Any]:
    """Read a JSON object, in UTF-8 with or without a byte order mark.

    Raises:
        TooLarge: more bytes, elements or nesting than the limits allow.
        InvalidSubmission: not JSON, not an object, or with one of the loopholes; keyed by its path.
    """
    document = read_json_value(data, limits)
    if not isinstance(document, dict):
        raise InvalidSubmission(
            {"body": f"a JSON object in braces is needed, and this is {kind_of(document)}"}
        )
    return document


def read_json_value(data: bytes, limits: Limits) -> Any:
    """As `read_json`, for any JSON value."""
    if len(data) > limits.max_body_bytes:
        raise TooLarge(
            f"this is {len(data):,} bytes, over the limit of {limits.max_body_bytes:,} (max_body_bytes)"
        )
    if data.count(b",") + data.count(b"[") + data.count(b"{") > limits.max_vertices * _ELEMENTS_PER_VERTEX:
        raise TooLarge(
            f"this JSON has too many elements for an area of {limits.max_vertices:,} vertices (max_vertices)"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidSubmission(
            {"body": f"this is not text in UTF-8 (byte {exc.start + 1}): save it as UTF-8"}
        ) from None
    try:
        document = _plainly(text, limits)
        if document is None:
            document = json.loads(
                text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
            )
            _refuse_loopholes(document, limits)
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno}, column {exc.colno}"
        raise InvalidSubmission(
            {"body": f"this is not JSON ({exc.msg.lower()} at {where}): correct it there"}
        ) from None
    except RecursionError:
        raise TooLarge(_too_deep("the document", limits)) from None
    return document


def _plainly(text: str, limits: Limits) -> Any | None:
    """The document, where a look at the text and its keys shows that it has no loophole; None when in doubt.

    Nearly every document is read so, at a tenth of the cost of taking it apart element by element.
    """
    bare = _STRING.sub("", text)
    marks = np.frombuffer(bare.encode(), dtype=np.uint8)
    opens, closes = np.isin(marks, _OPENING), np.isin(marks, _CLOSING)
    deepest = int(np.max(np.cumsum(opens.astype(np.int64) - closes), initial=0))
    no_digit = np.flatnonzero((marks < ord("0")) | (marks > ord("9")))
    longest_number = int(np.max(np.diff(no_digit, prepend=-1, append=len(marks))))
    if deepest > limits.max_json_depth or longest_number >= _LONGEST_INTEGER or _SUSPECT_NUMBER.search(bare):
        return None
    try:
        return json.loads(text, object_pairs_hook=_object_without_twins)
    except _TwiceError:
        return None


class _TwiceError(Exception):
    """A key was given twice."""


def _object_without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _TwiceError
    return made


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the yes/no value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {shown(value, 20)}"
    if isinstance(value, str):
        return f'the text "{shown(value, 40)}"' if value else "an empty text"
    return "a list" if isinstance(value, list | tuple) else "an object"


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        made.twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return made


def _constant(word: str) -> _Refused:
    return _Refused(f"{word} is not a number in JSON: give a finite number")


def _float(text: str) -> float | _Refused:
    number = float(text)
    return (
        number
        if math.isfinite(number)
        else _Refused(f"{shown(text, 20)} is too large to be a number: give a finite one")
    )


def _int(text: str) -> int | _Refused:
    if len(text) > _LONGEST_INTEGER:
        return _Refused(f"{shown(text, 20)} has {len(text)} digits: give a shorter number")
    return int(text)


def _refuse_loopholes(document: Any, limits: Limits) -> None:
    level: list[tuple[str, Any]] = [("", document)]
    depth = 0
    while level:
        depth += 1
        for path, value in level:
            if isinstance(value, _Refused):
                raise InvalidSubmission({path or "body": value.why})
            if isinstance(value, _Object) and value.twice is not None:
                key = shown(value.twice)
                raise InvalidSubmission(
                    {f"{path}.{key}" if path else key: "this key is given twice: keep one of them"}
                )
        if depth > limits.max_json_depth and any(isinstance(value, dict | list) for _, value in level):
            raise TooLarge(_too_deep(next(p for p, v in level if isinstance(v, dict | list)), limits))
        level = [child for path, value in level for child in _children(path, value)]


def _children(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list | _Refused):
                yield (f"{path}.{shown(key)}" if path else shown(key)), inner
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            if isinstance(inner, dict | list | _Refused):
                yield f"{path}[{n}]", inner


def _too_deep(where: str, limits: Limits) -> str:
    return f"{shown(where, 120)} is nested more than {limits.max_json_depth} levels deep (max_json_depth): make it flatter"
