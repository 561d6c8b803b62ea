"""The canonical JSON form of a request and of an assessment, and the id made from it.

The request document is what the published schema takes in, normalised: reading it again gives an equal
request.  Equal input gives equal bytes in any process, hash seed, time zone or locale.
"""

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs

from rsiwg.domain.finding import Assessment, Finding, NotApplicable, Remedy
from rsiwg.domain.period import Period
from rsiwg.domain.request import ImagingRequest, Sensor
from rsiwg.domain.restriction import Citation
from rsiwg.geometry import Area, area_km2, to_geojson, vertex_count

SCHEMA_VERSION = 1


def canonical_json(document: Mapping[str, Any]) -> str:
    """Sorted keys, no spaces, ASCII, shortest numbers; NaN is refused."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def pretty_json(document: Mapping[str, Any]) -> str:
    """The same order, for people and files."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def verdict_id(assessment: Assessment, request: Mapping[str, Any] | None = None) -> str:
    """SHA-256 of the normalised request, the rulebook, the engine version and the day judged.

    `request` is the request's document, where it is at hand already.
    """
    return answer_id(
        request or request_document(assessment.request),
        rulebook=assessment.rulebook_version,
        engine=assessment.engine_version,
        as_of=assessment.request.as_of,
    )


def answer_id(request: Mapping[str, Any], *, rulebook: str, engine: str, as_of: dt.date | None) -> str:
    """SHA-256 of a normalised request's document, the rulebook, the engine version and the day judged."""
    made_from = {"request": request, "rulebook": rulebook, "engine": engine, "as_of": _day(as_of)}
    return hashlib.sha256(canonical_json(made_from).encode()).hexdigest()


def assessment_document(assessment: Assessment) -> dict[str, Any]:
    """The JSON answer."""
    request = assessment.request
    asked = request_document(request)
    return {
        "verdict": str(assessment.verdict),
        "verdict_id": verdict_id(assessment, asked),
        "as_of": _day(request.as_of),
        "judged": _days(request.judged),
        "exercise": request.exercise,
        "engine": assessment.engine_version,
        "rulebook": assessment.rulebook_version,
        "request": asked,
        "aoi": aoi_document(request.aoi, request.aoi_km2),
        "findings": [_finding(f) for f in assessment.findings],
        "not_applicable": [_not_applicable(n) for n in assessment.not_applicable],
        "remedies": [_remedy(r) for r in assessment.remedies],
    }


def aoi_document(aoi: Area, known_km2: float | None = None) -> dict[str, Any]:
    """An area shown back: size (measured here, unless it is known), bounding box, parts and corners."""
    west, south, east, north = aoi.bounds
    return {
        "area_km2": rounded(area_km2(aoi) if known_km2 is None else known_km2),
        "bbox": _bbox(aoi, west, south, east, north),
        "parts": len(aoi.geoms),
        "vertices": vertex_count(aoi),
    }


def request_document(request: ImagingRequest) -> dict[str, Any]:
    """A request as the published schema takes it, normalised."""
    applicant, licence, product, recipient = (
        request.applicant,
        request.licence,
        request.product,
        request.recipient,
    )
    unit = f"{product.measure}_m"
    return _without_nothing(
        {
            "schema_version": SCHEMA_VERSION,
            "kind": "imaging",
            "reference": request.reference,
            "applicant": _without_nothing(
                {
                    "name": applicant.name,
                    "country": applicant.country,
                    "us_person": applicant.us_person,
                    "operated_from_us": applicant.operated_from_us,
                }
            ),
            "sensors": [_sensor(s) for s in request.sensors],
            "product": _without_nothing(
                {
                    unit: product.resolution_m,
                    "inside": [{"aoi": _geojson(p.area), unit: p.resolution_m} for p in product.inside]
                    or None,
                }
            )
            or None,
            "licence": _without_nothing(
                {"part_960": licence.part_960, "tier": licence.tier, "licensee": licence.licensee}
            )
            or None,
            "recipient": recipient
            and _without_nothing(
                {"kind": str(recipient.kind), "name": recipient.name, "country": recipient.country}
            ),
            "activity": sorted(request.activity),
            "collection": _days(request.collection),
            "exercise": request.exercise or None,
            "aoi": _geojson(request.aoi),
        }
    )


def kind_document(request: Any) -> dict[str, Any]:
    """A request of any kind but imaging, as its schema takes it, normalised.

    Its attributes carry the names of the JSON; what is not said is left out.
    """
    return {"kind": request.kind, **_said(request)}


def _said(noun: Any) -> dict[str, Any]:
    told = {field.name: _plain(getattr(noun, field.name)) for field in attrs.fields(type(noun))}
    return {name: value for name, value in told.items() if value is not None and value != {}}


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return _said(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(inner) for inner in value)
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, dt.date) else value


def rounded(number: float, digits: int = 6) -> float:
    """To so many significant figures, so that the last bits of a measure do not show."""
    return float(f"{number:.{digits}g}")


def _sensor(sensor: Sensor) -> dict[str, Any]:
    return _without_nothing(
        {
            "name": sensor.name,
            "modality": str(sensor.modality),
            "gsd_m": sensor.gsd_m,
            "ipr_range_m": sensor.ipr_range_m,
            "ipr_azimuth_m": sensor.ipr_azimuth_m,
            "ipr_plane": sensor.ipr_plane and str(sensor.ipr_plane),
            "max_off_nadir_deg": sensor.max_off_nadir_deg,
            "min_off_nadir_deg": sensor.min_off_nadir_deg,
            "altitude_km": sensor.altitude_km,
            "lowest_altitude_km": sensor.lowest_altitude_km,
            "ifov_urad": sensor.ifov_urad,
            "min_incidence_deg": sensor.min_incidence_deg,
            "max_incidence_deg": sensor.max_incidence_deg,
        }
    )


def _finding(finding: Finding) -> dict[str, Any]:
    measured = finding.measured
    return {
        "id": finding.id,
        "check": finding.check,
        "outcome": str(finding.outcome),
        "says": finding.says,
        "restriction": finding.restriction,
        "restriction_version": finding.restriction_version,
        "reading": finding.reading,
        "sensor": finding.sensor,
        "measured": measured
        and {"measure": str(measured.measure), "value_m": measured.value_m, "limit_m": measured.limit_m},
        "citation": _citation(finding.citation),
        "days": finding.days and _days(finding.days),
        "where": finding.where and _geojson(finding.where),
        "area_km2": _maybe_rounded(finding.area_km2),
        "share_of_aoi": _maybe_rounded(finding.share_of_aoi),
        "distance_km": _maybe_rounded(finding.distance_km, 4),
        "near_miss": finding.near_miss,
        "needs": list(finding.needs),
    }


def _not_applicable(entry: NotApplicable) -> dict[str, Any]:
    return {
        "restriction": entry.restriction,
        "restriction_version": entry.restriction_version,
        "title": entry.title,
        "reason": entry.reason,
        "citation": _citation(entry.citation),
        "distance_km": _maybe_rounded(entry.distance_km, 4),
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "id": remedy.id,
        "kind": str(remedy.kind),
        "says": remedy.says,
        "steps": list(remedy.steps),
        "clears": list(remedy.clears),
        "verdict_after": str(remedy.verdict_after),
        "remains": list(remedy.remains),
        "piece": remedy.piece and _geojson(remedy.piece),
        "piece_km2": _maybe_rounded(remedy.piece_km2),
        "share_of_aoi": _maybe_rounded(remedy.share_of_aoi),
        "aoi_after": aoi_document(remedy.request.aoi, remedy.request.aoi_km2),
        "request": request_document(remedy.request),
    }


@functools.lru_cache(maxsize=16)  # an answer names the same AOI once for each remedy
def _geojson(area: Area) -> dict[str, Any]:
    return to_geojson(area)


def _citation(citation: Citation | None) -> dict[str, str] | None:
    return None if citation is None else {"source": citation.source, "url": citation.url}


def _days(period: Period) -> dict[str, str | None]:
    """First and last day, both in, as people write them."""
    return {"start": period.start.isoformat(), "end": _day(period.last)}


def _day(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _maybe_rounded(number: float | None, digits: int = 6) -> float | None:
    return None if number is None else rounded(number, digits)


def _bbox(aoi: Area, west: float, south: float, east: float, north: float) -> list[float]:
    """West, south, east, north; west > east means that it crosses 180 degrees (RFC 7946 section 5.2)."""
    if west == -180 and east == 180:
        eastern = [p.bounds for p in aoi.geoms if p.bounds[0] >= 0]
        western = [p.bounds for p in aoi.geoms if p.bounds[2] <= 0]
        if len(eastern) + len(western) == len(aoi.geoms):
            west, east = min(b[0] for b in eastern), max(b[2] for b in western)
    return [round(v, 7) for v in (west, south, east, north)]


def _without_nothing(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value is not None}
