"""Findings as a table for spreadsheets and as GeoJSON for map software."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from rsiwg.reports.words import plain

COLUMNS = (
    "finding", "outcome", "says", "check", "restriction", "restriction_version", "reading", "sensor",
    "measure", "value_m", "limit_m", "first_day", "last_day", "area_km2", "share_of_aoi", "distance_km",
    "near_miss", "needs", "citation", "citation_url", "reference", "verdict", "verdict_id", "rulebook",
)  # fmt: skip
"""Order of the columns; new ones are added at the end."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def findings_csv(document: Mapping[str, Any]) -> str:
    """One row per finding, in the order of the document; RFC 4180 with a byte order mark for Excel.

    Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV
    injection); numbers stay numbers.
    """
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for finding in document["findings"]:
        writer.writerow([cell(value) for value in _row(document, finding)])
    return out.getvalue()


def _row(document: Mapping[str, Any], finding: Mapping[str, Any]) -> list[Any]:
    measured, days, citation = finding["measured"] or {}, finding["days"] or {}, finding["citation"] or {}
    return [
        finding["id"], finding["outcome"], finding["says"], finding["check"], finding["restriction"],
        finding["restriction_version"], finding["reading"], finding["sensor"],
        measured.get("measure"), measured.get("value_m"), measured.get("limit_m"),
        days.get("start"), days.get("end"), finding["area_km2"], finding["share_of_aoi"],
        finding["distance_km"], finding["near_miss"], "; ".join(finding["needs"]),
        citation.get("source"), citation.get("url"), document["request"]["reference"],
        document["verdict"], document["verdict_id"], document["rulebook"],
    ]  # fmt: skip


def cell(value: Any) -> str | int | float:
    """A value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = str(value)
    safe = plain(text)
    return f"'{safe}" if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else safe


def findings_geojson(document: Mapping[str, Any]) -> dict[str, Any]:
    """A FeatureCollection (RFC 7946): the AOI, each finding that has a place, each remedy that has a piece."""
    request = document["request"]
    aoi = _feature(
        "AOI",
        request["aoi"],
        {"role": "aoi", "reference": request["reference"], "verdict": document["verdict"], **document["aoi"]},
    )
    findings = [
        _feature(
            f["id"],
            f["where"],
            {"role": "finding"} | {k: v for k, v in f.items() if k not in ("id", "where")},
        )
        for f in document["findings"]
        if f["where"]
    ]
    remedies = [
        _feature(
            r["id"],
            r["piece"],
            {"role": "remedy"} | {k: v for k, v in r.items() if k not in ("id", "piece", "request")},
        )
        for r in document["remedies"]
        if r["piece"]
    ]
    return {
        "type": "FeatureCollection",
        "verdict": document["verdict"],
        "verdict_id": document["verdict_id"],
        "rulebook": document["rulebook"],
        "features": [aoi, *findings, *remedies],
    }


def _feature(name: str, geometry: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": dict(properties)}
