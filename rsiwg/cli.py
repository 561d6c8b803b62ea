"""The command line: the same use cases from a terminal.

Exit codes: 0 clear, 1 restricted, 2 undetermined, 3 the input is invalid, 4 anything else.
"""

import argparse
import datetime as dt
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rsiwg import __version__, errors

if TYPE_CHECKING:
    from rsiwg.domain import Rulebook
    from rsiwg.settings import Settings

CLEAR, RESTRICTED, UNDETERMINED, INVALID, OTHER = range(5)
VERDICT_EXIT = {"clear": CLEAR, "restricted": RESTRICTED, "undetermined": UNDETERMINED}
_INVALID = (errors.InvalidSubmission, errors.InvalidGeometry, errors.TooLarge, errors.ChoiceNeeded)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code.  No traceback reaches a user."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except _INVALID as exc:
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


# ----------------------------------------------------------------------------------------- commands


def _check(options: argparse.Namespace) -> int:
    from rsiwg import casework, reports
    from rsiwg.domain.document import pretty_json

    body = _body(options.file)
    checked = casework.check(body, _rulebook(), limits=_limits(), as_of=options.as_of)
    document = checked.document
    if options.format == "json":
        sys.stdout.write(pretty_json(document))
    elif options.format == "geojson":
        sys.stdout.write(pretty_json(reports.findings_geojson(document)))
    else:
        sys.stdout.write(reports.text(document))
    return VERDICT_EXIT[document["verdict"]]


def _recheck(options: argparse.Namespace) -> int:
    from rsiwg import casework

    found = casework.recheck(_body(options.file), _rulebook())
    if found.same:
        print(f"same: verdict {found.document['verdict']}, id {found.document['verdict_id']}")
        return VERDICT_EXIT[found.document["verdict"]]
    print("differs:")
    for difference in found.differences:
        print(f"  {difference}")
    return OTHER


def _rules_list(options: argparse.Namespace) -> int:
    book = _rulebook()
    for rule in book.restrictions:
        spans = ", ".join(f"{lim.in_force.start} to {lim.in_force.end or 'now'}" for lim in rule.limits)
        print(f"{rule.id:38} {rule.kind:19} {rule.status:17} {spans}")
    print(
        f"rulebook {book.version[:12]}, {len(book.restrictions)} restrictions, vouches for days {book.covers}"
    )
    return CLEAR


def _rules_show(options: argparse.Namespace) -> int:
    from rsiwg.geometry import area_km2

    book = _rulebook()
    rule = next((r for r in book.restrictions if r.id == options.id), None)
    if rule is None:
        raise errors.NotFound(f"no restriction is called {options.id!r}: see rsiwg rules list")
    print(
        f"{rule.title}\n{rule.kind}, {rule.status}; {rule.marking}; read on {rule.verified_on}, confidence {rule.confidence}"
    )
    for limit in rule.limits:
        what = f"finest {limit.measure} {limit.finest_m:g} m" if limit.finest_m else limit.says
        sure = "" if limit.verified else " (unverified: decides nothing alone)"
        print(
            f"  {limit.in_force.start} to {limit.in_force.end or 'now'}: {what}{sure}\n    {limit.citation.source}\n    {limit.citation.url}"
        )
    for zone in rule.zones:
        print(
            f"  {'decides' if zone.decides else 'undetermined'}: {zone.title}, {area_km2(zone.area):,.0f} km²"
        )
    print(f"\n{rule.notes}" if rule.notes else "")
    return CLEAR


def _rules_validate(options: argparse.Namespace) -> int:
    from rsiwg.rulebook.validate import validate

    problems = validate(_geodata(), today=options.today or dt.datetime.now(dt.UTC).date())
    for problem in problems:
        print(problem)
    print("the rulebook is sound" if not problems else f"{len(problems)} problems")
    return CLEAR if not problems else OTHER


def _map(options: argparse.Namespace) -> int:
    from rsiwg import casework, maps

    book = _rulebook()
    checked = casework.check(_body(options.file), book, limits=_limits(), as_of=options.as_of)
    page = maps.draw(maps.scene_of(checked.document, book), assets=maps.Assets.inline())
    _write(options.output, page)
    return VERDICT_EXIT[checked.document["verdict"]]


def _summary(options: argparse.Namespace) -> int:
    from rsiwg import casework, maps, reports
    from rsiwg.domain.document import pretty_json

    book = _rulebook()
    document = casework.check(_body(options.file), book, limits=_limits(), as_of=options.as_of).document
    folder: Path = options.output
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "answer.json", pretty_json(document))
    _write(folder / "findings.csv", reports.findings_csv(document))
    _write(folder / "findings.geojson", pretty_json(reports.findings_geojson(document)))
    _write(folder / "summary.html", reports.summary_html(document))
    _write(folder / "map.html", maps.draw(maps.scene_of(document, book), assets=maps.Assets.inline()))
    print(f"answer.json, findings.csv, findings.geojson, summary.html and map.html are in {folder}")
    return VERDICT_EXIT[document["verdict"]]


def _schema(options: argparse.Namespace) -> int:
    from rsiwg import intake
    from rsiwg.domain.document import pretty_json

    sys.stdout.write(pretty_json(intake.request_schema()))
    return CLEAR


def _db_upgrade(options: argparse.Namespace) -> int:
    from rsiwg import store
    from rsiwg.store import migrate

    migrate.upgrade(store.open_database(_settings().database_url))
    print("the database is up to date")
    return CLEAR


def _db_example(options: argparse.Namespace) -> int:
    """Keep every request of a folder once: running it again changes nothing."""
    from rsiwg import casework, intake, store

    settings, book = _settings(), _rulebook()
    engine = store.open_database(settings.database_url)
    now = dt.datetime.now(dt.UTC)
    for file in sorted(options.folder.glob("*.json")):
        body = intake.read_json(file.read_bytes(), settings.limits)
        with store.writing(engine) as requests:
            stored = casework.submit(
                body, book, requests, limits=settings.limits, actor="rsiwg db example",
                source="example", now=now, key=f"example:{file.name}",
            )  # fmt: skip
        print(f"{stored.id}  {stored.reference}")
    return CLEAR


def _serve(options: argparse.Namespace) -> int:
    from rsiwg.web.serve import serve

    serve(_settings(), host=options.host, port=options.port, workers=options.workers)
    return CLEAR


# -------------------------------------------------------------------------------------------- parts


def _settings() -> "Settings":
    from rsiwg.settings import Settings

    return Settings.from_environ()


def _limits() -> Any:
    from rsiwg.settings import limits_from_environ

    return limits_from_environ()


def _geodata() -> Path:
    from rsiwg.settings import geodata_from_environ

    return geodata_from_environ()


def _rulebook() -> "Rulebook":
    from rsiwg.rulebook import load

    return load(_geodata())


def _body(file: str) -> Mapping[str, Any]:
    from rsiwg.intake import read_json

    limits = _limits()
    stream = sys.stdin.buffer if file == "-" else Path(file).open("rb")  # noqa: SIM115  # closed below, unless it is ours
    try:
        data = stream.read(limits.max_body_bytes + 1)
    finally:
        if file != "-":
            stream.close()
    return read_json(data, limits)


def _write(path: Path, text: str) -> None:
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


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as 2026-11-25") from None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A wrong command line is "anything else": argparse's own code 2 would read as undetermined."""
        self.print_usage(sys.stderr)
        self.exit(OTHER, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="rsiwg",
        description="Checks, explains, maps and summarises remote sensing requests.  The software assesses; people determine.",
        epilog="Exit codes: 0 clear, 1 restricted, 2 undetermined, 3 the input is invalid, 4 anything else.",
    )
    parser.add_argument("--version", action="version", version=f"rsiwg {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, says: str, group: Any = commands) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = group.add_parser(name, help=says, description=says)
        made.set_defaults(run=run)
        return made

    def takes_request(made: argparse.ArgumentParser) -> None:
        made.add_argument("file", metavar="FILE", help="a request as JSON; - reads standard input")
        made.add_argument(
            "--as-of",
            type=_day,
            metavar="DATE",
            help="judge the rules on this day only (default: every day of the collection)",
        )

    check = command("check", _check, "Check a request against the rulebook.")
    takes_request(check)
    check.add_argument("--format", choices=("text", "json", "geojson"), default="text")
    again = command("recheck", _recheck, "Replay a stored answer: same, or what differs and why.")
    again.add_argument("file", metavar="FILE", help="an answer as JSON; - reads standard input")
    drawn = command("map", _map, "Draw the answer on a map: one file that opens without a network.")
    takes_request(drawn)
    drawn.add_argument("-o", "--output", type=Path, required=True, metavar="map.html")
    summary = command(
        "summary", _summary, "Write the compliance summary: HTML, JSON, CSV, GeoJSON and the map."
    )
    takes_request(summary)
    summary.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    command("schema", _schema, "Print the JSON Schema of a request.")

    rules = command("rules", None, "What is held to be in force.").add_subparsers(
        required=True, metavar="COMMAND"
    )
    command("list", _rules_list, "List the restrictions.", rules)
    command("show", _rules_show, "Show one restriction.", rules).add_argument("id")
    command(
        "validate", _rules_validate, "Check schema, periods, outlines, checksums and freshness.", rules
    ).add_argument(
        "--today", type=_day, metavar="DATE", help="judge freshness on this day (default: today, UTC)"
    )

    database = command("db", None, "Care for the database.").add_subparsers(required=True, metavar="COMMAND")
    command("upgrade", _db_upgrade, "Bring the database up to date.", database)
    command("example", _db_example, "Keep the example requests of a folder.", database).add_argument(
        "folder", type=Path
    )

    served = command("serve", _serve, "Run the service.")
    served.add_argument("--host", default="127.0.0.1")
    served.add_argument("--port", type=int, default=5000)
    served.add_argument("--workers", type=int, default=2)
    return parser


if __name__ == "__main__":
    sys.exit(main())
