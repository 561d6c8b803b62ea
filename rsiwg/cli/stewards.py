"""rules diff, impact, test, publish, versions: how a rulebook is changed."""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rsiwg import errors
from rsiwg.cli.parts import CLEAR, OTHER, command, day, geodata, write

if TYPE_CHECKING:
    from rsiwg.domain import Rulebook
    from rsiwg.stewardship.impact import Asked


def _diff(options: argparse.Namespace) -> int:
    from rsiwg import reports
    from rsiwg.domain.document import pretty_json
    from rsiwg.stewardship.difference import difference_document

    document = difference_document(_held(options.old), _held(options.new))
    sys.stdout.write(pretty_json(document) if options.format == "json" else reports.difference_text(document))
    return CLEAR


def _impact(options: argparse.Namespace) -> int:
    from rsiwg import maps, reports
    from rsiwg.domain.document import pretty_json
    from rsiwg.stewardship.impact import impact

    old, new = _held(options.old), _held(options.new)
    with _asked(options.requests) as asked:
        document = impact(old, new, asked, today=options.today or _today())
    if options.map is not None:
        write(options.map, maps.draw(maps.scene_of_changes(document), assets=maps.Assets.inline()))
    sys.stdout.write(pretty_json(document) if options.format == "json" else reports.impact_text(document))
    return OTHER if document["requests"]["unreadable"] else CLEAR


def _test(options: argparse.Namespace) -> int:
    from rsiwg.rulebook import load
    from rsiwg.stewardship.cases import run_cases

    folder = options.geodata or geodata()
    tested = run_cases(folder, load(folder))
    for ran in tested.red:
        print(f"{ran.where}: {ran.says}")
        for wrong in ran.wrong:
            print(f"  {wrong}")
    for missing in tested.missing:
        print(missing)
    print(
        f"{len(tested.ran)} golden cases, {len(tested.red)} of them red; {len(tested.missing)} situations without a case"
    )
    return CLEAR if tested.is_green else OTHER


def _publish(options: argparse.Namespace) -> int:
    from rsiwg.stewardship.publish import publish

    try:
        done = publish(options.new, options.to, by=options.by, note=options.note, at=dt.datetime.now(dt.UTC))
    except errors.NotPublishable as exc:
        for problem in exc.problems:
            print(problem)
        print(f"not published: {len(exc.problems)} problems")
        return OTHER
    entry = done.publication
    if done.was_there:
        print(
            f"nothing to do: published before, as number {entry.number} on {entry.published_at:%Y-%m-%d} by {entry.by}"
        )
    else:
        print(
            f"published as number {entry.number}: rulebook {entry.rulebook[:12]}, {entry.cases} golden cases green"
        )
    print(done.folder)
    return CLEAR


def _versions(options: argparse.Namespace) -> int:
    from rsiwg.stewardship.publish import alterations, publications

    if not (options.folder / "ledger").is_dir():
        raise errors.NotFound(f"{options.folder} holds no published rulebook: it has no ledger")
    for entry in publications(options.folder):
        print(
            f"{entry.number:4}  {entry.published_at:%Y-%m-%d %H:%M} UTC  rulebook {entry.rulebook[:12]}  "
            f"contents {entry.content[:12]}  {entry.by}: {entry.note}"
        )
    problems = alterations(options.folder)
    for problem in problems:
        print(problem)
    print("every version is as it was published" if not problems else f"{len(problems)} problems")
    return CLEAR if not problems else OTHER


def _held(given: Path) -> "Rulebook":
    from rsiwg.rulebook import load
    from rsiwg.stewardship.publish import published_folder

    return load(published_folder(given))


@contextmanager
def _asked(given: str) -> Iterator["Iterator[Asked]"]:
    """The stored requests of a folder or of a database."""
    from rsiwg.stewardship.impact import asked_in_folder, asked_in_store

    if "://" not in given:
        if not Path(given).is_dir():
            raise errors.NotFound(f"{given} is neither a folder nor the URL of a database")
        yield asked_in_folder(Path(given))
        return
    from rsiwg import store

    file = given.removeprefix("sqlite:///")
    if file != given and not Path(file).is_file():
        raise errors.NotFound(f"there is no database {file}")
    with store.reading(store.open_database(given)) as requests:
        yield asked_in_store(requests)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def add(rules: Any) -> None:
    """Add these to the commands of `rsiwg rules`."""
    for name, run, says in (
        ("diff", _diff, "Say what differs between two rulebooks."),
        ("impact", _impact, "Say which stored requests a change of the rulebook touches."),
    ):
        made = command(rules, name, run, says)
        for which in ("old", "new"):
            made.add_argument(
                which,
                type=Path,
                metavar=which.upper(),
                help="a folder of geodata, or FOLDER/VERSION or FOLDER/latest of a published one",
            )
        made.add_argument("--format", choices=("text", "json"), default="text")
        if name == "impact":
            made.add_argument(
                "--requests",
                required=True,
                metavar="DIR_OR_DB",
                help="a folder of JSON files, or a database URL",
            )
            made.add_argument(
                "--map", type=Path, metavar="map.html", help="draw the changed ground and the requests"
            )
            made.add_argument("--today", type=day, metavar="DATE", help="the day on which questions are asked (default: today, UTC)")  # fmt: skip
    made = command(rules, "test", _test, "Run the golden cases of a rulebook.")
    made.add_argument("geodata", type=Path, nargs="?", metavar="GEODATA", help="default: the rulebook in use")
    made = command(rules, "publish", _publish, "Publish a rulebook: checked, whole, and never changed again.")
    made.add_argument("new", type=Path, metavar="NEW", help="a folder of geodata")
    made.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="where published rulebooks are kept"
    )
    made.add_argument("--by", required=True, metavar="NAME", help="who publishes it")
    made.add_argument("--note", required=True, metavar="TEXT", help="why, in one line")
    made = command(
        rules,
        "versions",
        _versions,
        "List the published rulebooks of a folder, and check that none was altered.",
    )
    made.add_argument("folder", type=Path, metavar="FOLDER")
