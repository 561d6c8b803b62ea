"""What the commands share: exit codes, reading a FILE, writing whole files, options."""

import argparse
import datetime as dt
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from rsiwg.domain import Rulebook
    from rsiwg.settings import Settings

CLEAR, RESTRICTED, UNDETERMINED, INVALID, OTHER = range(5)
VERDICT_EXIT = {"clear": CLEAR, "restricted": RESTRICTED, "undetermined": UNDETERMINED}
FORM_EXIT = {"complete": CLEAR, "incomplete": RESTRICTED}
"""Of a request of another kind than imaging, whose verdict is that of its form."""

Run = Callable[[argparse.Namespace], int]


def settings() -> "Settings":
    """The settings of the environment."""

    from rsiwg.settings import Settings

    return Settings.from_environ()


def limits() -> Any:
    """The limits on what is taken in."""

    from rsiwg.settings import limits_from_environ

    return limits_from_environ()


def geodata() -> Path:
    """The folder of the rulebook."""

    from rsiwg.settings import geodata_from_environ

    return geodata_from_environ()


def rulebook() -> "Rulebook":
    """The rulebook of the environment."""

    from rsiwg.rulebook import load

    return load(geodata())


def body(file: str) -> Mapping[str, Any]:
    """The JSON object in a file; - reads standard input."""
    from rsiwg.intake import read_json

    most = limits()
    stream = sys.stdin.buffer if file == "-" else Path(file).open("rb")  # noqa: SIM115  # closed below, unless it is ours
    try:
        data = stream.read(most.max_body_bytes + 1)
    finally:
        if file != "-":
            stream.close()
    return read_json(data, most)


def write(path: Path, text: str) -> None:
    """Write whole or not at all: beside the place first, then moved there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def day(text: str) -> dt.date:
    """A day, as an option takes it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as 2026-11-25") from None


class Parser(argparse.ArgumentParser):
    """The parser of every command."""

    def error(self, message: str) -> NoReturn:
        """A wrong command line is "anything else": argparse's own code 2 would read as undetermined."""
        self.print_usage(sys.stderr)
        self.exit(OTHER, f"{self.prog}: {message}\n")


def command(commands: Any, name: str, run: Run | None, says: str) -> Any:
    """Add a command to a group of commands; `run` answers its exit code."""
    made = commands.add_parser(name, help=says, description=says)
    made.set_defaults(run=run)
    return made


def group(commands: Any, name: str, says: str) -> Any:
    """Add a command that only holds others, and answer the group to add them to."""
    return command(commands, name, None, says).add_subparsers(required=True, metavar="COMMAND")


def takes_request(made: Any) -> None:
    """FILE and --as-of, as every command that reads a request has them."""
    made.add_argument("file", metavar="FILE", help="a request as JSON; - reads standard input")
    made.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="judge the rules on this day only (default: every day of the collection)",
    )
