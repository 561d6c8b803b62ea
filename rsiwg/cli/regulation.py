"""The questions of the regulation library: applies, tier, conditions, and so on."""

import argparse
import datetime as dt
import sys
from typing import Any

from rsiwg.cli.parts import CLEAR, UNDETERMINED, body, command, limits, rulebook, takes_request

COMMANDS: tuple[tuple[str, str], ...] = ()
"""(question, what its command does), in the order in which help shows them."""


def _ask(options: argparse.Namespace) -> int:
    from rsiwg import casework, reports
    from rsiwg.domain.document import pretty_json

    today = dt.datetime.now(dt.UTC).date()
    document = casework.ask(
        options.question, body(options.file), rulebook(), limits=limits(), as_of=options.as_of or today
    )
    shown = pretty_json(document) if options.format == "json" else reports.answer_text(document)
    sys.stdout.write(shown)
    return UNDETERMINED if document["answer"] in {"undetermined", "refer"} else CLEAR


def add(commands: Any) -> None:
    """Add these commands."""
    for name, says in COMMANDS:
        made = command(commands, name, _ask, says)
        takes_request(made)
        made.add_argument("--format", choices=("text", "json"), default="text")
        made.set_defaults(question=name)
