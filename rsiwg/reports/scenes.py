"""What was found of a delivered raster, and what was done to it, as text and as a page with pictures."""

import base64
from collections.abc import Mapping
from typing import Any

from rsiwg.reports import words
from rsiwg.reports.summary import page_environment, style_sheet
from rsiwg.reports.terminal import finding_lines, wrapped


def scene_text(document: Mapping[str, Any]) -> str:
    """One checked raster: verdict, what it is, what the file itself gives reason to say, the findings that matter."""
    lines = [f"{words.VERDICTS[document['verdict']].upper()}  {words.one_line(document['scene']['name'])}"]
    lines += wrapped(scene_sentence(document["scene"]))
    for note in document["notes"]:
        lines += wrapped(
            f"{words.OUTCOMES[note['outcome']].upper()}. {note['says']}", first="  - ", rest="    "
        )
    for finding in words.worst_first(document["answer"]["findings"]):
        lines += finding_lines(finding)
    lines += [
        f"verdict id  {document['answer']['verdict_id']}",
        f"rulebook    {document['answer']['rulebook']}",
    ]
    return "\n".join(words.plain(line.replace(words.NBSP, " ")) for line in lines) + "\n"


def comply_text(document: Mapping[str, Any]) -> str:
    """What was changed, and the verdict before and after."""
    if document["written"] is None:
        lines = wrapped(
            "Nothing was written: no piece of it is finer than allowed, or a change of pixels would not clear what stands against it."
        )
        return "\n".join(lines) + "\n\n" + scene_text(document["before"])
    lines = [
        f"{words.VERDICTS[document['after']['verdict']].upper()}  {words.one_line(document['written']['name'])}"
    ]
    lines += wrapped(f"It was {document['before']['verdict']} before.")
    for change in document["changed"]:
        lines += wrapped(f"{words.area(change['area_km2'])} {change['what']}.", first="  - ", rest="    ")
    lines += wrapped(
        f"{document['changed_px']:,} pixels lie in these pieces; every other pixel with data is as it was. "
        f"{document['written']['width_px']:,} x {document['written']['height_px']:,} pixels were written."
    )
    lines += [f"sha256      {document['written']['sha256']}", ""]
    return (
        "\n".join(words.plain(line.replace(words.NBSP, " ")) for line in lines)
        + "\n"
        + scene_text(document["after"])
    )


def scene_sentence(scene: Mapping[str, Any]) -> str:
    """What the raster is, in one sentence."""
    gsd, kind = scene["gsd_m"], scene["modality"]
    apart = f"{gsd['finest']:.3f} m" if gsd["coarsest"] - gsd["finest"] < 0.0005 else (
        f"{gsd['finest']:.3f} to {gsd['coarsest']:.3f} m"
    )  # fmt: skip
    return (
        f"{scene['format']}, {words.MODALITIES[kind] if kind else 'kind of sensor not stated'}, "
        f"{scene['width_px']:,} x {scene['height_px']:,} pixels in {words.plural(scene['bands'], 'band')}; "
        f"pixels {apart} apart on the ground by {scene['placed_by']}; valid ground {words.area(scene['area_km2'])}; "
        f"taken on {words.day(scene['acquired_on'])}."
    )


def scene_report_html(
    document: Mapping[str, Any], pictures: Mapping[str, bytes], *, nonce: str | None = None
) -> str:
    """The report of a compliant copy as one HTML file; `pictures` are PNGs, before and after."""
    return (
        page_environment()
        .get_template("scene-report.html")
        .render(
            document=document,
            pictures={
                name: f"data:image/png;base64,{base64.b64encode(png).decode()}"
                for name, png in pictures.items()
            },
            sentence=scene_sentence,
            nonce=nonce,
            style=style_sheet(),
        )
    )
