"""The questions of the regulation library: applies, tier, conditions, and so on."""

import argparse
import datetime as dt
import sys
from typing import Any

from rsiwg.cli.parts import CLEAR, RESTRICTED, UNDETERMINED, body, command, day, limits, rulebook

COMMANDS: tuple[tuple[str, str], ...] = (
    ("completeness", "Say which items of its form a request lacks, by clause."),
    ("applies", "Say whether Part 960 applies: yes, no, or refer to people."),
    ("tier", "Propose a tier, by a comparison with data available elsewhere; Commerce decides."),
    ("conditions", "List the conditions that follow from the tier, and make the checks that can be made."),
    ("classify", "Say which entry of the control lists describes the items of a request."),
)
"""(question, what its command does), in the order in which help shows them."""

EXIT = {"undetermined": UNDETERMINED, "refer": UNDETERMINED, "incomplete": RESTRICTED, "not_met": RESTRICTED}
"""The exit code of an answer; any other answer is settled and clear, 0."""


def _ask(options: argparse.Namespace) -> int:
    from rsiwg import casework, reports
    from rsiwg.domain.document import pretty_json

    today = dt.datetime.now(dt.UTC).date()
    document = casework.ask(
        options.question, body(options.file), rulebook(), limits=limits(), as_of=options.as_of or today
    )
    shown = pretty_json(document) if options.format == "json" else reports.answer_text(document)
    sys.stdout.write(shown)
    return EXIT.get(str(document["answer"]), CLEAR)


def add(commands: Any) -> None:
    """Add these commands."""
    for name, says in COMMANDS:
        made = command(commands, name, _ask, says)
        made.add_argument("file", metavar="FILE", help="a request as JSON; - reads standard input")
        made.add_argument(
            "--as-of",
            type=day,
            metavar="DATE",
            help="answer by the rules and facts of this day (default: today, UTC)",
        )
        made.add_argument("--format", choices=("text", "json"), default="text")
        made.set_defaults(question=name)
