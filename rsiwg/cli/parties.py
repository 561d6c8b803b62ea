"""screen-parties, lists, rescreen, transparency-return: names, owners and places of parties."""

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import Any

from rsiwg.cli.parts import (
    CLEAR,
    INVALID,
    OTHER,
    RESTRICTED,
    UNDETERMINED,
    command,
    day,
    group,
    limits,
    rulebook,
    settings,
    write,
)

ANSWER_EXIT = {"no_match": CLEAR, "hit": RESTRICTED, "review": UNDETERMINED, "undetermined": UNDETERMINED}


def _list_settings() -> Any:
    from rsiwg.settings import list_settings_from_environ

    return list_settings_from_environ()


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _folder(options: argparse.Namespace) -> Path | None:
    folder: Path | None = options.lists or _list_settings().lists
    return folder


def _screen(options: argparse.Namespace) -> int:
    from rsiwg import errors, party_cases, reports
    from rsiwg.domain.document import pretty_json

    most = limits().max_body_bytes
    name = "standard input" if options.file == "-" else Path(options.file).name
    if options.file == "-":
        data = sys.stdin.buffer.read(most + 1)
    else:
        with Path(options.file).open("rb") as stream:
            data = stream.read(most + 1)
    if len(data) > most:
        raise errors.TooLarge(f"{name}: over the limit of {most:,} bytes (max_body_bytes)")
    document = party_cases.screen_file(
        data, name, _folder(options), rulebook(), _list_settings(), today=_today(), as_of=options.as_of
    )
    if options.format == "json":
        shown = pretty_json(document)
    elif options.format == "csv":
        shown = reports.screening_csv(document)
    else:
        shown = reports.screening_text(document)
    if options.output:
        write(options.output, shown)
    else:
        sys.stdout.write(shown)
    for row in document["rejected"]:
        print(f"rsiwg: {row['file']}, row {row['row']}: {row['why']}", file=sys.stderr)
    code = ANSWER_EXIT[document["answer"]]
    return INVALID if document["rejected"] and code != RESTRICTED else code


def _lists_load(options: argparse.Namespace) -> int:
    from rsiwg import errors
    from rsiwg.lists import load

    folder = _folder(options)
    if folder is None:
        raise errors.NotFound("no folder for the lists: give --lists DIR or set RSIWG_LISTS")
    loaded = load(
        options.source,
        folder,
        now=dt.datetime.now(dt.UTC),
        shrink_share=_list_settings().lists_shrink_share,
        retrieved_on=options.retrieved_on,
        accept_shrink=options.accept_shrink,
    )
    version = loaded.version
    print(
        f"{version.entry_count:,} entries, version {version.sha256[:12]}, retrieved on {version.retrieved_on}: "
        f"{'loaded into ' + str(loaded.folder) if loaded.is_new else 'already there, nothing is added'}"
    )
    for code, count in version.counts.items():
        print(f"  {code:12} {count:>8,}")
    for note in version.notes:
        print(f"  {note}")
    for row in version.rejected:
        print(f"rsiwg: {row.file}, row {row.row}: {row.why}; not loaded", file=sys.stderr)
    return UNDETERMINED if version.rejected else CLEAR


def _lists_show(options: argparse.Namespace) -> int:
    from rsiwg import party_cases
    from rsiwg.domain.document import pretty_json

    document = party_cases.lists_document(_folder(options), _list_settings(), options.today or _today())
    if options.format == "json":
        sys.stdout.write(pretty_json(document))
    else:
        newest = document["newest"]
        if newest:
            print(
                f"{newest['entries']:,} entries, version {newest['sha256'][:12]}, retrieved on {newest['retrieved_on']}, {document['age_days']} days ago"
            )
            for code, count in newest["counts"].items():
                print(f"  {code:12} {count:>8,}")
            for row in newest["rejected"]:
                print(f"  {row['file']}, row {row['row']}: {row['why']}; not loaded")
        print(document["problem"] or "the lists can be used")
    return CLEAR if document["usable"] else UNDETERMINED


def _lists_versions(options: argparse.Namespace) -> int:
    from rsiwg import errors
    from rsiwg.lists import versions

    folder = _folder(options)
    if folder is None:
        raise errors.NotFound("no folder for the lists: give --lists DIR or set RSIWG_LISTS")
    for version in versions(folder):
        print(
            f"{version.sha256[:12]}  retrieved {version.retrieved_on}  {version.entry_count:>8,} entries  {len(version.rejected):>5,} rows not loaded"
        )
    return CLEAR


def _rescreen(options: argparse.Namespace) -> int:
    from rsiwg import party_cases, store

    of = settings()
    in_use = party_cases.ready(_folder(options))
    if in_use.lists is None:
        print(f"rsiwg: {in_use.problem}", file=sys.stderr)
        return OTHER
    changed = party_cases.rescreen(
        store.open_database(of.database_url),
        in_use,
        rulebook(),
        of.screening,
        actor="rsiwg rescreen",
        now=lambda: dt.datetime.now(dt.UTC),
    )
    for screening in changed:
        print(f"{screening.request_id}:")
        for change in screening.changes:
            print(f"  {change['says']}")
    print("nothing changed" if not changed else f"{len(changed)} requests changed")
    return RESTRICTED if changed else CLEAR


def _transparency(options: argparse.Namespace) -> int:
    from rsiwg import party_cases, reports, store

    with store.reading_screenings(store.open_database(settings().database_url)) as (requests, screenings):
        stored = []
        for screening in screenings.newest_of_all():
            request = requests.get(screening.request_id)
            stored.append(
                (request.id, request.reference, request.received_at.date().isoformat(), screening.read())
            )
    rows, doubts = party_cases.transparency_rows(stored, options.year)
    shown = (
        reports.transparency_csv(rows)
        if options.format == "csv"
        else reports.transparency_text(rows, doubts, options.year)
    )
    if options.output:
        write(options.output, shown)
    else:
        sys.stdout.write(shown)
    return UNDETERMINED if doubts else CLEAR


def add(commands: Any) -> None:
    """Add these commands."""
    screened = command(
        commands, "screen-parties", _screen, "Screen parties against lists, owners, places and items."
    )
    screened.add_argument("file", metavar="FILE", help="parties as CSV or JSON; - reads standard input")
    _takes_lists(screened)
    screened.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="screen with the lists and rules of this day (default: today, UTC)",
    )
    screened.add_argument("--format", choices=("text", "json", "csv"), default="text")
    screened.add_argument("-o", "--output", type=Path, metavar="OUT", help="write there, whole or not at all")

    lists = group(commands, "lists", "Lists of names: load a version, look at it.")
    loading = command(lists, "load", _lists_load, "Load list files as a new version.")
    loading.add_argument("source", type=Path, help="a list file, or a folder of them")
    _takes_lists(loading)
    loading.add_argument(
        "--retrieved-on",
        type=day,
        metavar="DATE",
        help="the day the files were fetched (default: today, UTC)",
    )
    loading.add_argument(
        "--accept-shrink", action="store_true", help="load even where a list has become much smaller"
    )
    showing = command(lists, "show", _lists_show, "Show the newest version: counts, age, rows not loaded.")
    _takes_lists(showing)
    showing.add_argument(
        "--today", type=day, metavar="DATE", help="judge the age on this day (default: today, UTC)"
    )
    showing.add_argument("--format", choices=("text", "json"), default="text")
    _takes_lists(command(lists, "versions", _lists_versions, "List the versions, oldest first."))

    again = command(
        commands,
        "rescreen",
        _rescreen,
        "Screen every stored request with the newest lists; say what changed.",
    )
    _takes_lists(again)
    transparency = command(
        commands, "transparency-return", _transparency, "Conventional arms among the requests of a year."
    )
    transparency.add_argument("year", type=_year)
    transparency.add_argument("--format", choices=("text", "csv"), default="text")
    transparency.add_argument("-o", "--output", type=Path, metavar="OUT")


def _takes_lists(made: Any) -> None:
    made.add_argument("--lists", type=Path, metavar="DIR", help="folder of the lists (default: RSIWG_LISTS)")


def _year(text: str) -> int:
    if not (text.isdecimal() and 1900 <= int(text) <= 2200):
        raise argparse.ArgumentTypeError(f"{text!r} is not a year from 1900 to 2200")
    return int(text)
