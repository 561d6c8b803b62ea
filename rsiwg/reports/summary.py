"""The compliance summary: one HTML file that needs nothing beside it, made to be printed."""

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

import jinja2
from markupsafe import Markup

from rsiwg import resources
from rsiwg.reports import words
from rsiwg.reports.outline import outline_svg

_CORNERS_PRINTED = 60


def summary_html(
    document: Mapping[str, Any],
    *,
    received_at: dt.datetime | None = None,
    kept_as: str | None = None,
    marking: str | None = None,
    nonce: str | None = None,
) -> str:
    """The summary of an answer; `kept_as` is the id of the stored request; `marking` stands at the top and bottom of every page.

    `nonce` is for a page served under a Content-Security-Policy: it is put on the style sheet.  Without
    it, equal arguments give equal bytes.
    """
    return (
        page_environment()
        .get_template("summary.html")
        .render(
            document=document,
            findings=words.worst_first(document["findings"]),
            deciding=words.deciding(document),
            received_at=received_at,
            kept_as=kept_as,
            marking=marking,
            nonce=nonce,
            outline=outline_svg(document),
            style=style_sheet(),
            corners=_corners(document),
        )
    )


def style_sheet() -> Markup:
    """The style sheet of documents."""
    return Markup((resources.TEMPLATES / "summary.css").read_text("utf-8"))  # noqa: S704  # our own file


def filters() -> dict[str, Any]:
    """The functions of `words` as Jinja filters, for every page that shows an answer."""
    return {
        "plain": words.plain,
        "need": words.need,
        "day": words.day,
        "days": words.days,
        "instant": words.instant,
        "metres": words.metres,
        "area": words.area,
        "distance": words.distance,
        "share": words.share,
        "latitude": words.latitude,
        "longitude": words.longitude,
        "box": words.box,
        "plural": words.plural,
        "yes_no": words.yes_no,
        "resolution": words.resolution,
        "request_rows": words.rows,
        "worst_first": words.worst_first,
        "verdict_sentence": words.verdict_sentence,
        "tally": words.tally,
    }


def names() -> dict[str, Any]:
    """Tables of words for templates."""
    return {
        "OUTCOMES": words.OUTCOMES,
        "VERDICTS": words.VERDICTS,
        "VERDICT_LOOKS": words.VERDICT_LOOKS,
        "MODALITIES": words.MODALITIES,
        "ACTIVITIES": words.ACTIVITIES,
        "RECIPIENTS": words.RECIPIENTS,
        "KINDS": words.KINDS,
        "STATUSES": words.STATUSES,
        "REMEDIES": words.REMEDIES,
        "KIND_NAMES": words.KIND_NAMES,
        "REMAINS_SHOWN": words.REMAINS_SHOWN,
    }


@functools.cache
def page_environment() -> jinja2.Environment:
    """The templates of pages that stand alone."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(filters())
    environment.globals.update(names())
    return environment


def _shown(value: Any) -> Any:
    return words.plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _corners(document: Mapping[str, Any]) -> list[tuple[str, list[list[float]]]] | None:
    """The AOI's rings by name, or None where there are too many corners to print."""
    if document["aoi"]["vertices"] > _CORNERS_PRINTED:
        return None
    aoi = document["request"]["aoi"]
    polygons = [aoi["coordinates"]] if aoi["type"] == "Polygon" else aoi["coordinates"]
    return [
        (f"Part {p}" if r == 0 else f"Part {p}, hole {r}", ring[:-1])
        for p, polygon in enumerate(polygons, 1)
        for r, ring in enumerate(polygon)
    ]
