"""The summary of a screening, for people: counts by rule, sensor and month, as tables with bars."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from rsiwg import resources
from rsiwg.reports.summary import page_environment

_MOST_ROWS = 60
CHECK_TITLES = {
    "country_is_known": "Land of no agreed country",
    "rulebook_covers_the_days": "Days that the rulebook does not cover",
    "rulebook_is_whole": "The rulebook is not whole",
    "layers_are_sound": "Layers that are missing, altered or stale",
}
"""Findings that rest on no one restriction."""


def screening_html(
    summary: Mapping[str, Any], *, titles: Mapping[str, str], map_name: str | None = None, hits_name: str | None = None,
    nonce: str | None = None,
) -> str:  # fmt: skip
    """One page of a screening's summary; `titles` names the restrictions, `map_name` is a page beside it."""
    return (
        page_environment()
        .get_template("screening/summary.html")
        .render(
            summary=summary,
            titles={**CHECK_TITLES, **titles},
            map_name=map_name,
            hits_name=hits_name,
            nonce=nonce,
            style=Markup((resources.TEMPLATES / "summary.css").read_text("utf-8")),  # noqa: S704  # our own file
            own_style=Markup((resources.TEMPLATES / "screening" / "summary.css").read_text("utf-8")),  # noqa: S704
            months=counted_rows(summary["months"], by_count=False),
            sensors=counted_rows(summary["sensors"], by_count=True),
            most=_MOST_ROWS,
            terms=_terms(summary),
        )
    )


def counted_rows(counts: Mapping[str, Mapping[str, int]], *, by_count: bool) -> list[dict[str, Any]]:
    """The worst first, or by name with the last first, each with the width of its bars, in per cent of the largest."""
    rows: list[dict[str, Any]] = [
        {"name": name, **verdicts, "scenes": sum(verdicts.values())} for name, verdicts in counts.items()
    ]
    if not by_count:
        rows.sort(key=lambda row: row["name"], reverse=True)
    else:
        rows.sort(key=lambda row: (-row["restricted"], -row["undetermined"], -row["scenes"], row["name"]))
    largest = max((row["scenes"] for row in rows), default=1) or 1
    for row in rows:
        row["bars"] = [
            (verdict, round(100 * row[verdict] / largest, 2))
            for verdict in ("restricted", "undetermined", "clear")
        ]
    return rows


def _terms(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    terms = summary["terms"]
    said = {True: "yes", False: "no", None: "not said"}
    return [
        ("Licensed under 15 CFR Part 960", said[terms["part_960"]]),
        ("Tier", "not said" if terms["tier"] is None else str(terms["tier"])),
        ("License holder", terms["licensee"] or "not said"),
        ("U.S. person", said[terms["us_person"]]),
        ("Operated from the United States", said[terms["operated_from_us"]]),
        ("Activity", " and ".join(terms["activity"])),
        ("Recipient", terms["recipient"] or "not said"),
        ("Modality of scenes that do not say theirs", terms["modality"] or "not said"),
    ]
