"""An answer of the regulation library as text for a terminal."""

import textwrap
from collections.abc import Mapping
from typing import Any

_WIDTH = 92


def answer_text(document: Mapping[str, Any]) -> str:
    """The answer first, then every step with its clause, then what would settle it."""
    lines = [f"{_headline(document)}  ({document['confidence']})", *_wrapped(document["says"])]
    lines += [f"As of {document['as_of']}; rulebook {document['rulebook'][:12]}.", ""]
    for number, step in enumerate(document["trace"], start=1):
        lines += _wrapped(f"{number}. {step['question']} {_said(step['value']).removesuffix('.')}.", "   ")
        lines += _wrapped(f"-> {step['result']}", "   ", "   ")
        sure = "" if step["verified"] else " (unverified: decides nothing alone)"
        lines += _wrapped(f"{step['clause']}{sure}", "   ", "   ")
    for instrument in document.get("instruments", ()):
        lines += _side_by_side(instrument)
    for title, key in (("What would settle it", "needs"), ("Mind", "warnings")):
        if document[key]:
            lines += ["", f"{title}:"]
            for text in document[key]:
                lines += _wrapped(f"- {text}", "  ")
    return "\n".join(lines) + "\n"


def _headline(document: Mapping[str, Any]) -> str:
    answer = document["answer"]
    if isinstance(answer, int):
        return f"{document['question']} {answer}".upper()
    is_name = any(c.isdigit() for c in str(answer))  # 9A515.a.1
    return str(answer) if is_name else str(answer).upper()


_COLUMNS = (("system", 22), ("operator", 14), ("Part 960", 8), ("finest m", 8), ("bands", 5), ("revisit h", 9),
            ("night", 5), ("offered", 10), ("known", 7), ("stands", 12))  # fmt: skip
_WORD = {True: "yes", False: "no", None: "?"}


def _side_by_side(instrument: Mapping[str, Any]) -> list[str]:
    """The sources of data beside an instrument of a proposed tier, a line each; those that decide first."""
    made = instrument.get("comparators")
    if not made:
        return []
    lines = ["", f"Beside {instrument['name']} ({instrument['type']}, {instrument['resolution_m']:g} m):"]
    rows = [[name for name, _ in _COLUMNS]]
    for source in made:
        stands = "decides" if source["decides"] else "if confirmed" if source["matches"] else "less capable"
        if source["why_not"] and not source["matches"] and "available" in source["why_not"][0]:
            stands = "not on offer"
        rows.append([
            source["system"], source["operator"], _WORD[source["licensed"]], f"{source['finest_m']:g}",
            str(source["band_count"] or "?"), str(source["revisit_h"] or "?"), _WORD[source["night"]],
            source["offered"], source["confidence"], stands,
        ])  # fmt: skip
    for row in rows:
        cells = (cell[:width].ljust(width) for cell, (_, width) in zip(row, _COLUMNS, strict=True))
        lines.append(("  " + " ".join(cells)).rstrip())
    return lines


def _said(value: Any) -> str:
    """A value of JSON as people say it."""
    if value is None or isinstance(value, bool):
        return {None: "Not said", True: "Yes", False: "No"}[value]
    if isinstance(value, list | tuple):
        return ", ".join(str(inner) for inner in value) or "None"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {inner}" for key, inner in value.items())
    text = str(value)
    return text[:1].upper() + text[1:]


def _wrapped(text: str, later: str = "", first: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=later)
