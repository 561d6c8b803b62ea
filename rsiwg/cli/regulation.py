"""The questions of the regulation library: applies, tier, conditions, and so on."""

import argparse
import datetime as dt
import sys
from typing import Any

from rsiwg.cli.parts import CLEAR, RESTRICTED, UNDETERMINED, body, command, day, group, limits, rulebook

COMMANDS: tuple[tuple[str, str], ...] = (
    ("completeness", "Say which items of its form a request lacks, by clause."),
    ("applies", "Say whether Part 960 applies: yes, no, or refer to people."),
    ("tier", "Propose a tier, by a comparison with data available elsewhere; Commerce decides."),
    ("conditions", "List the conditions that follow from the tier, and make the checks that can be made."),
    ("agreements", "Say which agreement covers a launch or transfer on the day."),
    ("consult", "Say which offices and groups are to be consulted, and why."),
    ("launch", "Say which special export controls apply to a launch abroad."),
    ("classify", "Say which entry of the control lists describes the items of a request."),
)
"""(question, what its command does), in the order in which help shows them."""

PACKS: tuple[tuple[str, str], ...] = (
    ("germany", "SatDSiG and SatDSiV: is the request sensitive?"),
    ("france", "Law 2008-518 and decree 2009-640: must it be declared?"),
    ("japan", "Act 77 of 2016: does it apply to the data?"),
    ("india", "Remote sensing data policy: are the data open?"),
    ("canada", "Remote Sensing Space Systems Act: is a licence needed?"),
)
"""(pack, what it asks): other countries' rules."""

EXIT = {
    "undetermined": UNDETERMINED,
    "refer": UNDETERMINED,
    "incomplete": RESTRICTED,
    "not_met": RESTRICTED,
    "prohibited": RESTRICTED,
    "required": RESTRICTED,
    "none_held": UNDETERMINED,
    "sensitive": RESTRICTED,
    "declaration": RESTRICTED,
    "applies": RESTRICTED,
    "screened": RESTRICTED,
    "licence": RESTRICTED,
}
"""The exit code of an answer; any other answer is settled and clear, 0."""

CLEAR_IF_VERIFIED = {
    "not_required", "covered", "not_sensitive", "not_reached", "no_declaration", "does_not_apply", "open",
}  # fmt: skip
"""Answers that clear something: exit code 0 only where everything they rest on was read, 2 otherwise."""


def _ask(options: argparse.Namespace) -> int:
    from rsiwg import casework, reports
    from rsiwg.domain.document import pretty_json

    today = dt.datetime.now(dt.UTC).date()
    document = casework.ask(
        options.question, body(options.file), rulebook(), limits=limits(), as_of=options.as_of or today
    )
    if options.format == "json":
        shown = pretty_json(document)
    elif options.format == "svg":
        shown = reports.flowchart_svg(document.get("flowcharts", ()))
    else:
        shown = reports.answer_text(document) + reports.flowchart_text(document.get("flowcharts", ()))
    sys.stdout.write(shown)
    if str(document["answer"]) in CLEAR_IF_VERIFIED and document["confidence"] != "verified":
        return UNDETERMINED
    return EXIT.get(str(document["answer"]), CLEAR)


def add(commands: Any) -> None:
    """Add these commands."""
    for name, says in COMMANDS:
        _add_question(commands, name, says, question=name)
    packs = group(commands, "pack", "Judge a delivery of data by another country's rules.")
    for name, says in PACKS:
        forms = ("text", "json", "svg") if name == "germany" else ("text", "json")
        _add_question(packs, name, says, question=f"pack-{name}", forms=forms)


def _add_question(
    commands: Any, name: str, says: str, *, question: str, forms: tuple[str, ...] = ("text", "json")
) -> None:
    made = command(commands, name, _ask, says)
    made.add_argument("file", metavar="FILE", help="a request as JSON; - reads standard input")
    made.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="answer by the rules and facts of this day (default: today, UTC)",
    )
    made.add_argument("--format", choices=forms, default="text")
    made.set_defaults(question=question)
