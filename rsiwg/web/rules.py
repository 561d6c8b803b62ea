"""The rulebook as the API shows it."""

import datetime as dt
from typing import Any

from rsiwg.domain import Layer, Limit, Period, Restriction, Rulebook, Zone
from rsiwg.domain.document import aoi_document, rounded
from rsiwg.geometry import to_geojson


def rulebook_document(book: Rulebook) -> dict[str, Any]:
    """Every restriction in short, and what the rulebook as a whole covers."""
    return {
        "rulebook": book.version,
        "covers": _days(book.covers),
        "near_miss_km": book.near_miss_km,
        "near_miss_share": book.near_miss_share,
        "problems": list(book.problems),
        "rules": [restriction_document(r) for r in book.restrictions],
    }


def restriction_document(restriction: Restriction, *, with_outlines: bool = False) -> dict[str, Any]:
    """One restriction.  Areas that a steward recorded for one licensee are not shown."""
    binds = restriction.binds
    return {
        "id": restriction.id,
        "version": restriction.version,
        "title": restriction.title,
        "kind": str(restriction.kind),
        "status": str(restriction.status),
        "binds": {
            "part_960": binds.part_960,
            "tiers": sorted(binds.tiers),
            "licensees": list(binds.licensees),
            "modalities": sorted(binds.modalities),
            "comparable_modalities": sorted(binds.comparable),
            "activities": sorted(binds.activities),
            "unsettled_activities": sorted(binds.unsettled_activities),
            "except_recipients": sorted(binds.except_recipients),
        },
        "worldwide": restriction.worldwide,
        "zones": [_zone(z, with_outlines) for z in restriction.zones],
        "limits": [_limit(limit) for limit in restriction.limits],
        "accuracy_m": restriction.accuracy_m,
        "verified_on": restriction.verified_on.isoformat(),
        "vouched_until": restriction.vouched_until.isoformat(),
        "confidence": restriction.confidence,
        "marking": restriction.marking,
        "steward": restriction.steward,
        "notes": restriction.notes,
        "problem": restriction.problem,
    }


def layers_document(book: Rulebook, today: dt.date) -> dict[str, Any]:
    """Every layer of outlines and how sound it is today."""
    return {
        "rulebook": book.version,
        "as_of": today.isoformat(),
        "layers": [_layer(x, today) for x in book.layers],
    }


def _zone(zone: Zone, with_outline: bool) -> dict[str, Any]:
    return {
        "reading": zone.reading,
        "title": zone.title,
        "decides": zone.decides,
        "doubt": zone.doubt,
        **({} if zone.area.is_empty else {k: v for k, v in aoi_document(zone.area).items() if k != "parts"}),
        **({"area": to_geojson(zone.area)} if with_outline else {}),
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {
        "in_force": _days(limit.in_force),
        "measure": str(limit.measure),
        "finest_m": limit.finest_m,
        "component": limit.component and str(limit.component),
        "plane": limit.plane and str(limit.plane),
        "says": limit.says,
        "verified": limit.verified,
        "verified_on": limit.verified_on and limit.verified_on.isoformat(),
        "citation": {"source": limit.citation.source, "url": limit.citation.url},
    }


def _layer(layer: Layer, today: dt.date) -> dict[str, Any]:
    return {
        "name": layer.name,
        "title": layer.title,
        "source": layer.source,
        "licence": layer.licence,
        "sha256": layer.sha256,
        "feature_count": layer.feature_count,
        "accuracy_m": rounded(layer.accuracy_m),
        "approximate": layer.approximate,
        "retrieved_on": layer.retrieved_on.isoformat(),
        "age_days": (today - layer.retrieved_on).days,
        "good_until": layer.good_until.isoformat(),
        "stale": today >= layer.good_until,
        "marking": layer.marking,
        "steward": layer.steward,
        "problem": layer.problem,
    }


def _days(period: Period) -> dict[str, str | None]:
    return {"start": period.start.isoformat(), "end": period.last.isoformat() if period.last else None}
