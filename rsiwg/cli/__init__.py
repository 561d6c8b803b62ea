"""The command line: the same use cases from a terminal.

Exit codes: 0 clear, 1 restricted, 2 undetermined, 3 the input is invalid, 4 anything else.  Each module holds
a group of commands and adds them; none loads a heavy room before its command runs.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from rsiwg import __version__, errors
from rsiwg.cli import clock, imagery, parties, regulation, requests, rules, screening, sensing, service
from rsiwg.cli.parts import INVALID, OTHER, Parser

GROUPS = (requests, regulation, clock, parties, screening, imagery, sensing, rules, service)
"""In the order in which help shows them."""

INVALID_INPUT = (
    errors.InvalidSubmission,
    errors.InvalidGeometry,
    errors.InvalidImage,
    errors.TooLarge,
    errors.ChoiceNeeded,
    errors.InvalidLists,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code.  No traceback reaches a user."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except INVALID_INPUT as exc:
        _complain(exc)
        return INVALID
    except errors.RsiwgError as exc:
        _complain(exc)
        return OTHER
    except BrokenPipeError:
        # The reader went away (`| head`); nothing is left to say, and flushing at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OTHER
    except KeyboardInterrupt:
        return OTHER
    except (OSError, RuntimeError) as exc:
        _complain(exc)
        return OTHER
    return code


def _complain(exc: BaseException) -> None:
    if isinstance(exc, errors.InvalidSubmission):
        print("rsiwg: the input is invalid:", file=sys.stderr)
        for field, why in exc.problems.items():
            print(f"  {field}: {why}" if field else f"  {why}", file=sys.stderr)
    elif isinstance(exc, errors.InvalidLists):
        print("rsiwg: the lists cannot be taken:", file=sys.stderr)
        for problem in exc.problems:
            print(f"  {problem}", file=sys.stderr)
    elif isinstance(exc, errors.ChoiceNeeded):
        print(f"rsiwg: {exc}", file=sys.stderr)
        for choice in exc.choices:
            size = f", {choice['area_km2']:,} km²" if choice.get("area_km2") else ""
            print(
                f'  "aoi_choose": "{choice.get("choose")}"  for {choice.get("label")}{size}', file=sys.stderr
            )
    elif isinstance(exc, OSError) and exc.filename is not None:
        print(f"rsiwg: {exc.filename}: {exc.strerror}", file=sys.stderr)
    else:
        print(f"rsiwg: {exc}", file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    whole = Parser(
        prog="rsiwg",
        description="Checks, explains, maps and summarises remote sensing requests.  The software assesses; people determine.",
        epilog="Exit codes: 0 clear, 1 restricted, 2 undetermined, 3 the input is invalid, 4 anything else.",
    )
    whole.add_argument("--version", action="version", version=f"rsiwg {__version__}")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return whole
