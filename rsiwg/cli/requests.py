"""check, recheck, map, summary, schema: a request is checked, explained, mapped and summarised."""

import argparse
import sys
from pathlib import Path
from typing import Any

from rsiwg.cli.parts import CLEAR, OTHER, VERDICT_EXIT, body, command, limits, rulebook, takes_request, write


def _check(options: argparse.Namespace) -> int:
    from rsiwg import casework, reports
    from rsiwg.domain.document import pretty_json

    checked = casework.check(body(options.file), rulebook(), limits=limits(), as_of=options.as_of)
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

    found = casework.recheck(body(options.file), rulebook())
    if found.same:
        print(f"same: verdict {found.document['verdict']}, id {found.document['verdict_id']}")
        return VERDICT_EXIT[found.document["verdict"]]
    print("differs:")
    for difference in found.differences:
        print(f"  {difference}")
    return OTHER


def _map(options: argparse.Namespace) -> int:
    from rsiwg import casework, maps

    book = rulebook()
    checked = casework.check(body(options.file), book, limits=limits(), as_of=options.as_of)
    page = maps.draw(maps.scene_of(checked.document, book), assets=maps.Assets.inline())
    write(options.output, page)
    return VERDICT_EXIT[checked.document["verdict"]]


def _summary(options: argparse.Namespace) -> int:
    from rsiwg import casework, maps, reports
    from rsiwg.domain.document import pretty_json

    book = rulebook()
    document = casework.check(body(options.file), book, limits=limits(), as_of=options.as_of).document
    folder: Path = options.output
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "answer.json", pretty_json(document))
    write(folder / "findings.csv", reports.findings_csv(document))
    write(folder / "findings.geojson", pretty_json(reports.findings_geojson(document)))
    write(folder / "summary.html", reports.summary_html(document))
    write(folder / "map.html", maps.draw(maps.scene_of(document, book), assets=maps.Assets.inline()))
    print(f"answer.json, findings.csv, findings.geojson, summary.html and map.html are in {folder}")
    return VERDICT_EXIT[document["verdict"]]


def _schema(options: argparse.Namespace) -> int:
    from rsiwg import intake
    from rsiwg.domain.document import pretty_json

    sys.stdout.write(pretty_json(intake.schema_of_kind(options.kind)))
    return CLEAR


def add(commands: Any) -> None:
    """Add these commands."""
    check = command(commands, "check", _check, "Check a request against the rulebook.")
    takes_request(check)
    check.add_argument("--format", choices=("text", "json", "geojson"), default="text")
    again = command(commands, "recheck", _recheck, "Replay a stored answer: same, or what differs and why.")
    again.add_argument("file", metavar="FILE", help="an answer as JSON; - reads standard input")
    drawn = command(commands, "map", _map, "Draw the answer on a map: one file that opens without a network.")
    takes_request(drawn)
    drawn.add_argument("-o", "--output", type=Path, required=True, metavar="map.html")
    summary = command(
        commands, "summary", _summary, "Write the compliance summary: HTML, JSON, CSV, GeoJSON and the map."
    )
    takes_request(summary)
    summary.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    schema = command(commands, "schema", _schema, "Print the JSON Schema of a request.")
    schema.add_argument(
        "--kind", default="imaging", metavar="KIND", help="imaging (default), system and so on"
    )
