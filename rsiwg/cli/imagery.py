"""imagery: delivered rasters are checked, and made compliant in a new file."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rsiwg import errors
from rsiwg.cli.parts import (
    CLEAR,
    RESTRICTED,
    UNDETERMINED,
    VERDICT_EXIT,
    body,
    command,
    day,
    group,
    limits,
    rulebook,
    write,
)

if TYPE_CHECKING:
    from rsiwg.imagery import Preview

_MODALITIES = (
    "panchromatic", "multispectral", "hyperspectral", "swir", "mwir", "lwir", "sar", "lidar", "video",
)  # fmt: skip


def _check(options: argparse.Namespace) -> int:
    from rsiwg import deliveries, reports
    from rsiwg.domain.document import pretty_json

    if options.map and len(options.scenes) > 1:
        raise errors.InvalidSubmission({"--map": "draws one scene: give one"})
    _refuse_written_over({"--map": options.map}, options.scenes)
    book = rulebook()
    checked = [
        deliveries.check_scene(scene, book, limits=limits(), **_said(options)) for scene in options.scenes
    ]
    scenes = [each.document for each in checked]
    if options.map:
        picture = deliveries.picture_of(options.scenes[0], checked[0], limits())
        write(options.map, _drawn(scenes[0], {"picture": picture} if picture else {}))
    if options.format == "json":
        sys.stdout.write(pretty_json({"scenes": scenes}))
    else:
        sys.stdout.write("\n".join(reports.scene_text(scene) for scene in scenes))
    return _worst([scene["verdict"] for scene in scenes])


def _comply(options: argparse.Namespace) -> int:
    from rsiwg import deliveries, reports
    from rsiwg.domain.document import pretty_json
    from rsiwg.imagery import Method

    _refuse_written_over({"--map": options.map, "--report": options.report}, [options.scene, options.output])
    if options.report and options.report.exists() and not options.report.is_dir():
        raise errors.InvalidSubmission({"--report": f"{options.report} is a file: give a folder"})
    done = deliveries.comply_scene(
        options.scene,
        options.output,
        rulebook(),
        limits=limits(),
        method=Method(options.method),
        **_said(options),
    )
    if options.report or options.map:
        pictures = deliveries.pictures_of(options.scene, options.output, done, limits())
    if options.report:
        options.report.mkdir(parents=True, exist_ok=True)
        write(options.report / "report.json", pretty_json(done.document))
        write(
            options.report / "report.html",
            reports.scene_report_html(done.document, {n: p.png for n, p in pictures.items()}),
        )
    if options.map:
        write(
            options.map,
            _drawn(done.document["after"] or done.document["before"], pictures, done.document["changed"]),
        )
    if options.format == "json":
        sys.stdout.write(pretty_json(done.document))
    else:
        sys.stdout.write(reports.comply_text(done.document))
    after = done.document["after"] or done.document["before"]
    return VERDICT_EXIT[after["verdict"]]


def _refuse_written_over(outputs: Mapping[str, Path | None], kept: Sequence[Path]) -> None:
    """A map or a report must not take the place of a raster."""
    for option, path in outputs.items():
        if path is not None and path.resolve() in {each.resolve() for each in kept}:
            raise errors.InvalidSubmission({option: f"{path} is a raster of this call: give another name"})


def _drawn(
    document: Mapping[str, Any], pictures: "Mapping[str, Preview]", changed: Sequence[Mapping[str, Any]] = ()
) -> str:
    """A map of one checked raster, as one file."""
    from rsiwg import maps

    laid = [
        maps.Picture(title=name.capitalize(), png=p.png, bounds=(p.west, p.south, p.east, p.north))
        for name, p in pictures.items()
    ]
    return maps.draw(maps.delivery_scene(document, rulebook(), laid, changed), assets=maps.Assets.inline())


def _said(options: argparse.Namespace) -> dict[str, Any]:
    """What the options say of a scene."""
    from rsiwg import deliveries
    from rsiwg.domain import Modality

    template = body(options.request) if options.request else None
    return {
        "asked": deliveries.template_of(template, limits()),
        "modality": Modality(options.modality) if options.modality else None,
        "acquired_on": options.acquired,
        "as_of": options.as_of,
    }


def _worst(verdicts: list[str]) -> int:
    codes = {VERDICT_EXIT[verdict] for verdict in verdicts}
    return RESTRICTED if RESTRICTED in codes else UNDETERMINED if UNDETERMINED in codes else CLEAR


def _takes_scene(made: Any) -> None:
    made.add_argument(
        "--request",
        metavar="FILE",
        help="the request it was delivered under: applicant, licence, recipient and activity are taken from it",
    )
    made.add_argument("--modality", choices=_MODALITIES, help="what took it, where the file does not say")
    made.add_argument(
        "--acquired", type=day, metavar="DATE", help="the day it was taken, where the file does not say"
    )
    made.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="judge the rules on this day only (default: the day it was taken)",
    )
    made.add_argument("--format", choices=("text", "json"), default="text")


def add(commands: Any) -> None:
    """Add these commands."""
    imagery = group(commands, "imagery", "Check delivered images, and make them compliant.")
    check = command(
        imagery,
        "check",
        _check,
        "Check rasters: their valid ground and their true GSD, against the rulebook.",
    )
    check.add_argument(
        "scenes", metavar="SCENE", nargs="+", type=Path, help="GeoTIFF, COG, JPEG 2000 or NITF"
    )
    check.add_argument(
        "--map",
        type=Path,
        metavar="map.html",
        help="draw the picture of one scene under what was found of it",
    )
    _takes_scene(check)
    made = command(
        imagery, "comply", _comply, "Write a compliant copy: only the offending pieces are changed."
    )
    made.add_argument(
        "scene", metavar="SCENE", type=Path, help="GeoTIFF, COG, JPEG 2000 or NITF; it is never changed"
    )
    made.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="the new file, a COG")
    made.add_argument(
        "--method",
        choices=("degrade", "mask", "clip"),
        default="degrade",
        help="what is done inside the pieces",
    )
    made.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="write report.json and report.html with pictures before and after",
    )
    made.add_argument(
        "--map",
        type=Path,
        metavar="map.html",
        help="draw the pictures before and after, with a divider, on one map file",
    )
    _takes_scene(made)
