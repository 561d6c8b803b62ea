"""clock: deadlines from a file of events, or from events given as options."""

import argparse
import datetime as dt
import sys
from typing import Any

from rsiwg.cli.parts import CLEAR, RESTRICTED, UNDETERMINED, body, command, day, limits, rulebook

EXIT = {"overdue": RESTRICTED, "undetermined": UNDETERMINED}


def _clock(options: argparse.Namespace) -> int:
    from rsiwg import casework, reports
    from rsiwg.domain.document import pretty_json
    from rsiwg.errors import InvalidSubmission

    if options.list_events:
        sys.stdout.write(_vocabulary())
        return CLEAR
    if (options.file is None) == (not options.event):
        raise InvalidSubmission(
            {"": "give either a FILE of events, or --event NAME=DATE once or more (--list-events names them)"}
        )
    given = body(options.file) if options.file else {"events": [_event(text) for text in options.event]}
    given = {"kind": "clock"} | dict(given)
    if options.with_unverified:
        given["with_unverified"] = True
    if options.within is not None:
        given["within_days"] = options.within
    as_of = options.as_of or dt.datetime.now(dt.UTC).date()
    document = casework.ask("clock", given, rulebook(), limits=limits(), as_of=as_of)
    sys.stdout.write(pretty_json(document) if options.format == "json" else reports.answer_text(document))
    return EXIT.get(str(document["answer"]), CLEAR)


def _event(text: str) -> dict[str, str]:
    name, _, when = text.partition("=")
    return {"event": name.strip(), "at" if ":" in when else "on": when.strip()}


def _vocabulary() -> str:
    from rsiwg.domain.clock import EVENTS, TRACKS

    lines = []
    for track, title in TRACKS.items():
        lines += [title, *(_line(name) for name, event in EVENTS.items() if event.track == track), ""]
    return "\n".join(lines)


def _line(name: str) -> str:
    from rsiwg.domain.clock import EVENTS

    event = EVENTS[name]
    marks = ["once"] * event.once + ["may lie in the future"] * event.planned
    told = f" ({', '.join(marks)})" if marks else ""
    return f"  {name:32} {event.title}{told}"


def add(commands: Any) -> None:
    """Add the command."""
    made = command(
        commands, "clock", _clock, "Say what is due when and who must act, from the events of a case."
    )
    made.add_argument(
        "file", metavar="FILE", nargs="?", help="events as JSON; - reads standard input; or use --event"
    )
    made.add_argument(
        "--event",
        action="append",
        default=[],
        metavar="NAME=DATE",
        help="an event and its day (2026-01-05) or its time with an offset; may be given again",
    )
    made.add_argument("--list-events", action="store_true", help="print the name of every event, and stop")
    made.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="where the deadlines stand on this day (default: today, UTC)",
    )
    made.add_argument("--within", type=int, metavar="DAYS", help="forecast so many days ahead (default: 30)")
    made.add_argument(
        "--with-unverified", action="store_true", help="also show steps whose source nobody has read"
    )
    made.add_argument("--format", choices=("text", "json"), default="text")
