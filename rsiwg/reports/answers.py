"""An answer of the regulation library as text for a terminal."""

import textwrap
from collections.abc import Mapping
from typing import Any

_WIDTH = 92


def answer_text(document: Mapping[str, Any]) -> str:
    """The answer first, then every step with its clause, then what would settle it."""
    lines = [f"{str(document['answer']).upper()}  ({document['confidence']})", *_wrapped(document["says"])]
    lines += [f"As of {document['as_of']}; rulebook {document['rulebook'][:12]}.", ""]
    for number, step in enumerate(document["trace"], start=1):
        lines += _wrapped(f"{number}. {step['question']} {_said(step['value']).removesuffix('.')}.", "   ")
        lines += _wrapped(f"-> {step['result']}", "   ", "   ")
        sure = "" if step["verified"] else " (unverified: decides nothing alone)"
        lines += _wrapped(f"{step['clause']}{sure}", "   ", "   ")
    for title, key in (("What would settle it", "needs"), ("Mind", "warnings")):
        if document[key]:
            lines += ["", f"{title}:"]
            for text in document[key]:
                lines += _wrapped(f"- {text}", "  ")
    return "\n".join(lines) + "\n"


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
