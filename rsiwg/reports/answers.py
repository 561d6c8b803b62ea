"""An answer of the regulation library as text for a terminal."""

import textwrap
from collections.abc import Mapping
from typing import Any

_WIDTH = 92


def answer_text(document: Mapping[str, Any]) -> str:
    """The answer first, then every step with its clause, then what would settle it."""
    answer = str(document["answer"])
    shown = answer if any(c.isdigit() for c in answer) else answer.upper()  # 9A515.a.1 is a name
    lines = [f"{shown}  ({document['confidence']})", *_wrapped(document["says"])]
    lines += [f"As of {document['as_of']}; rulebook {document['rulebook'][:12]}.", ""]
    for number, step in enumerate(document["trace"], start=1):
        said = "not said" if step["value"] is None else str(step["value"])
        lines += _wrapped(f"{number}. {step['question']} {said}.", "   ")
        lines += _wrapped(f"-> {step['result']}", "   ", "   ")
        sure = "" if step["verified"] else " (unverified: decides nothing alone)"
        lines += _wrapped(f"{step['clause']}{sure}", "   ", "   ")
    for title, key in (("What would settle it", "needs"), ("Mind", "warnings")):
        if document[key]:
            lines += ["", f"{title}:"]
            for text in document[key]:
                lines += _wrapped(f"- {text}", "  ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, later: str = "", first: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=later)
