"""The schemas and examples of the API description: what each document of the API holds."""

from typing import Any

from rsiwg import __version__

Json = dict[str, Any]


def ref(schema: str) -> Json:
    """A pointer to a schema of this description."""
    return {"$ref": f"#/components/schemas/{schema}"}


_TEXT: Json = {"type": "string"}
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_NUMBER: Json = {"type": "number"}
_MAYBE_NUMBER: Json = {"type": ["number", "null"]}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_MAYBE_DAY: Json = {"type": ["string", "null"], "format": "date"}
_DAY: Json = {"type": "string", "format": "date"}
_INSTANT: Json = {"type": "string", "format": "date-time"}
_WHOLE: Json = {"type": "integer"}
_TRUTH: Json = {"type": "boolean"}
_VERDICT: Json = {"enum": ["clear", "restricted", "undetermined"]}
_FORM: Json = {"enum": ["complete", "incomplete", "undetermined"]}
_KEPT_VERDICT: Json = {
    "enum": ["clear", "restricted", "undetermined", "complete", "incomplete"],
    "description": "Of an imaging request its verdict; of any other kind how its form stands, and never clear.",
}
_CONFIDENCE: Json = {"enum": ["verified", "unverified"]}


def _object(**properties: Json) -> Json:
    """Every property is always there."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: Json) -> Json:
    return {"type": "array", "items": schema}


_BBOX: Json = {
    "type": "array",
    "items": _NUMBER,
    "minItems": 4,
    "maxItems": 4,
    "description": "West, south, east, north; west > east where it crosses 180 degrees.",
}
_AOI_SHOWN: Json = {"area_km2": _NUMBER, "bbox": _BBOX, "parts": _WHOLE, "vertices": _WHOLE}
_ASSESSED: Json = {
    "at": _INSTANT,
    "actor": _TEXT,
    "verdict": _KEPT_VERDICT,
    "verdict_id": _TEXT,
    "as_of": _MAYBE_DAY,
    "rulebook": _TEXT,
    "engine": _TEXT,
}
_RULE_PROPERTIES: Json = {
    "id": _TEXT,
    "version": _TEXT,
    "title": _TEXT,
    "kind": {
        "enum": [
            "resolution_limit",
            "limited_operations",
            "withheld_area",
            "licence_cap",
            "licence_conditions",
            "non_earth_imaging",
        ]
    },
    "status": {"enum": ["in_force", "proposed", "policy", "licence_specific", "exercise"]},
    "binds": {"type": "object"},
    "worldwide": _TRUTH,
    "zones": _list(ref("Zone")),
    "limits": _list(ref("Limit")),
    "accuracy_m": _NUMBER,
    "verified_on": _DAY,
    "vouched_until": _DAY,
    "confidence": _TEXT,
    "marking": _TEXT,
    "steward": _TEXT,
    "notes": _TEXT,
    "problem": _MAYBE_TEXT,
}

SCHEMAS: Json = {
    "Problem": {
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": _WHOLE,
            "detail": _TEXT,
            "instance": {"type": "string", "description": "The request id."},
            "problems": _list(_object(field=_TEXT, detail=_TEXT)),
            "choices": _list(
                {
                    "type": "object",
                    "required": ["choose", "label"],
                    "properties": {"choose": _TEXT, "label": _TEXT, "area_km2": _MAYBE_NUMBER},
                }
            ),
        },
    },
    "Geometry": {
        "type": "object",
        "description": "RFC 7946.",
        "required": ["type", "coordinates"],
        "properties": {"type": {"enum": ["Polygon", "MultiPolygon"]}, "coordinates": {"type": "array"}},
    },
    "Days": {
        **_object(start=_DAY, end=_MAYBE_DAY),
        "description": "First and last day, both included; no end: still.",
    },
    "Citation": _object(source=_TEXT, url=_TEXT),
    "Finding": _object(
        id=_TEXT,
        check=_TEXT,
        outcome={"enum": ["clear", "condition", "indeterminate", "conflict"]},
        says=_TEXT,
        restriction=_MAYBE_TEXT,
        restriction_version=_MAYBE_TEXT,
        reading=_MAYBE_TEXT,
        sensor=_MAYBE_TEXT,
        measured=_or_null(_object(measure={"enum": ["gsd", "ipr"]}, value_m=_NUMBER, limit_m=_MAYBE_NUMBER)),
        citation=_or_null(ref("Citation")),
        days=_or_null(ref("Days")),
        where=_or_null(ref("Geometry")),
        area_km2=_MAYBE_NUMBER,
        share_of_aoi=_MAYBE_NUMBER,
        distance_km=_MAYBE_NUMBER,
        near_miss=_TRUTH,
        needs=_TEXTS,
    ),
    "NotApplicable": _object(
        restriction=_TEXT,
        restriction_version=_TEXT,
        title=_TEXT,
        reason=_TEXT,
        citation=_or_null(ref("Citation")),
        distance_km=_MAYBE_NUMBER,
    ),
    "Remedy": _object(
        id=_TEXT,
        kind={
            "enum": [
                "coarsen",
                "cut_out",
                "move_dates",
                "change_recipient",
                "change_activity",
                "look_aside",
                "combined",
            ]
        },
        says=_TEXT,
        steps=_TEXTS,
        clears=_TEXTS,
        verdict_after=_VERDICT,
        remains=_TEXTS,
        piece=_or_null(ref("Geometry")),
        piece_km2=_MAYBE_NUMBER,
        share_of_aoi=_MAYBE_NUMBER,
        aoi_after=_object(**_AOI_SHOWN),
        request={"type": "object"},
    ),
    "Assessment": {
        **_object(
            verdict=_VERDICT,
            verdict_id=_TEXT,
            as_of=_MAYBE_DAY,
            judged=ref("Days"),
            exercise=_TRUTH,
            engine=_TEXT,
            rulebook=_TEXT,
            request={
                "type": "object",
                "description": "The request, normalised; reading it again gives the same.",
            },
            aoi=_object(**_AOI_SHOWN),
            findings=_list(ref("Finding")),
            not_applicable=_list(ref("NotApplicable")),
            remedies=_list(ref("Remedy")),
        ),
        "description": "What was found. `changes` says in sentences what was changed on reading the request.",
    },
    "StoredRequest": _object(
        id=_TEXT,
        reference=_TEXT,
        kind=_TEXT,
        received_at=_INSTANT,
        actor=_TEXT,
        source={"enum": ["form", "api", "cli", "example"]},
        changes=_TEXTS,
        verdict=_or_null(_KEPT_VERDICT),
        verdict_id=_MAYBE_TEXT,
        assessments=_list(_object(**_ASSESSED)),
        events=_list(
            _object(sequence=_WHOLE, at=_INSTANT, actor=_TEXT, kind=_TEXT, detail={"type": "object"})
        ),
        assessment=_or_null(ref("KeptAnswer")),
    ),
    "RequestList": _object(
        requests=_list(
            _object(
                id=_TEXT,
                href=_TEXT,
                reference=_TEXT,
                kind=_TEXT,
                received_at=_INSTANT,
                actor=_TEXT,
                source=_TEXT,
                verdict=_or_null(_KEPT_VERDICT),
                verdict_id=_MAYBE_TEXT,
                assessed_at={"type": ["string", "null"], "format": "date-time"},
            )
        ),
        next=_MAYBE_TEXT,
    ),
    "Recheck": _object(
        same=_TRUTH,
        differences=_TEXTS,
        assessment=ref("KeptAnswer"),
    ),
    "KeptAnswer": {"anyOf": [ref("Assessment"), ref("Examination")]},
    "Examination": {
        **_object(
            verdict=_FORM,
            verdict_id=_TEXT,
            as_of=_DAY,
            engine=_TEXT,
            rulebook=_TEXT,
            request={"type": "object", "description": "The request, normalised."},
            answers=_list(ref("Answer")),
            changes=_TEXTS,
        ),
        "description": "The answer to a request of another kind than imaging: every question asked of its kind.",
    },
    "Answer": {
        **_object(
            question=_TEXT,
            answer={
                "description": "A word, such as yes, no, refer or undetermined, or what docs/regulation.md says."
            },
            says=_TEXT,
            confidence=_CONFIDENCE,
            as_of=_DAY,
            rulebook=_TEXT,
            engine=_TEXT,
            trace=_list(ref("Step")),
            citations=_list(ref("Citation")),
            needs=_TEXTS,
            warnings=_TEXTS,
        ),
        "description": "What the regulation library answers to a question. Further members belong to the question.",
    },
    "Step": _object(
        question=_TEXT,
        value={"description": "What the request says; null where it does not say."},
        clause=_TEXT,
        result=_TEXT,
        citation=_or_null(ref("Citation")),
        entry=_MAYBE_TEXT,
        in_force=_MAYBE_TEXT,
        status=_MAYBE_TEXT,
        verified=_TRUTH,
        verified_on=_MAYBE_DAY,
        rests={"type": "boolean", "description": "Whether the answer rests on this step."},
        needs=_TEXTS,
    ),
    "QuestionList": _object(
        questions=_list(
            _object(name=_TEXT, title=_TEXT, kinds=_TEXTS, of_another_country=_TRUTH, href=_TEXT)
        ),
    ),
    "AoiFile": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {
                "type": "string",
                "contentMediaType": "application/octet-stream",
                "description": "GeoJSON, KML, KMZ, zipped Shapefile, GeoPackage, FlatGeobuf, GeoParquet or text.",
            },
            "choose": {
                "type": "string",
                "description": "Where it holds several areas: the key of one, or all.",
            },
        },
    },
    "AoiText": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "description": "Coordinates or WKT."},
            "aoi": {"description": "Any form that the field `aoi` of a request takes."},
            "choose": _MAYBE_TEXT,
        },
        "oneOf": [{"required": ["text"]}, {"required": ["aoi"]}],
    },
    "ReadAoi": _object(aoi=ref("Geometry"), **_AOI_SHOWN, name=_MAYBE_TEXT, format=_TEXT, changes=_TEXTS),
    "Zone": {
        "type": "object",
        "required": ["reading", "title", "decides", "doubt"],
        "properties": {
            "reading": _TEXT,
            "title": _TEXT,
            "decides": {"type": "boolean", "description": "Whether a violation only in this zone decides."},
            "doubt": _TEXT,
            "area_km2": _NUMBER,
            "bbox": _BBOX,
            "vertices": _WHOLE,
            "area": ref("Geometry"),
        },
    },
    "Limit": _object(
        in_force=ref("Days"),
        measure={"enum": ["gsd", "ipr"]},
        finest_m=_MAYBE_NUMBER,
        component={"enum": ["finer", "mean", None]},
        plane={"enum": ["ground", "slant", None]},
        says=_TEXT,
        verified=_TRUTH,
        verified_on=_MAYBE_TEXT,
        citation=ref("Citation"),
    ),
    "Rule": _object(**_RULE_PROPERTIES),
    "RuleList": _object(
        rulebook=_TEXT,
        covers=ref("Days"),
        near_miss_km=_NUMBER,
        near_miss_share=_NUMBER,
        problems=_TEXTS,
        rules=_list(ref("Rule")),
    ),
    "LayerList": _object(
        rulebook=_TEXT,
        as_of=_DAY,
        layers=_list(
            _object(
                name=_TEXT,
                title=_TEXT,
                source=_TEXT,
                licence=_TEXT,
                sha256=_TEXT,
                feature_count=_WHOLE,
                accuracy_m=_NUMBER,
                approximate=_TRUTH,
                retrieved_on=_DAY,
                age_days=_WHOLE,
                good_until=_DAY,
                stale=_TRUTH,
                marking=_TEXT,
                steward=_TEXT,
                problem=_MAYBE_TEXT,
            )
        ),
    ),
    "Limits": {"type": "object", "additionalProperties": _NUMBER},
    "Alive": _object(status={"const": "ok"}),
    "Ready": _object(
        status={"enum": ["ok", "doubtful", "failed"]},
        engine=_TEXT,
        rulebook=_TEXT,
        checks=_list(_object(name=_TEXT, state={"enum": ["ok", "doubtful", "failed"]}, says=_TEXT)),
    ),
}


# Examples, shortened.

_BOX: Json = {
    "type": "MultiPolygon",
    "coordinates": [[[[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]]],
}
_SHOWN: Json = {"area_km2": 419.027, "bbox": [34.7, 32.0, 34.9, 32.2], "parts": 1, "vertices": 4}
_SHA = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
ASSESSMENT: Json = {
    "verdict": "clear",
    "verdict_id": _SHA,
    "as_of": None,
    "judged": {"start": "2025-01-01", "end": "2025-12-31"},
    "exercise": False,
    "engine": __version__,
    "rulebook": _SHA,
    "request": {"schema_version": 1, "kind": "imaging", "reference": "DEMO-1"},
    "aoi": _SHOWN,
    "findings": [],
    "not_applicable": [],
    "remedies": [],
    "changes": [],
}
LINE: Json = {
    "id": "R-7K3M9QXW2D",
    "href": "/api/v1/requests/R-7K3M9QXW2D",
    "reference": "DEMO-1",
    "kind": "imaging",
    "received_at": "2026-07-04T12:30:15+00:00",
    "actor": "anonymous@api",
    "source": "api",
    "verdict": "clear",
    "verdict_id": _SHA,
    "assessed_at": "2026-07-04T12:30:15+00:00",
}
STORED: Json = {
    **{k: v for k, v in LINE.items() if k not in {"href", "assessed_at"}},
    "changes": [],
    "assessments": [],
    "events": [
        {
            "sequence": 1,
            "at": "2026-07-04T12:30:15+00:00",
            "actor": "anonymous@api",
            "kind": "request.received",
            "detail": {"source": "api"},
        }
    ],
    "assessment": ASSESSMENT,
}
READ_AOI: Json = {"aoi": _BOX, **_SHOWN, "name": None, "format": "coordinates", "changes": []}
RULE: Json = {
    "id": "example",
    "version": "5e884898da28",
    "title": "An example",
    "kind": "resolution_limit",
    "status": "in_force",
    "binds": {"part_960": True},
    "worldwide": False,
    "zones": [],
    "limits": [],
    "accuracy_m": 500,
    "verified_on": "2026-07-04",
    "vouched_until": "2027-07-04",
    "confidence": "high",
    "marking": "public",
    "steward": "Rulebook stewards",
    "notes": "",
    "problem": None,
}
RULES: Json = {
    "rulebook": _SHA,
    "covers": {"start": "1998-01-01", "end": "2027-07-03"},
    "near_miss_km": 5,
    "near_miss_share": 0.05,
    "problems": [],
    "rules": [RULE],
}
LAYERS: Json = {"rulebook": _SHA, "as_of": "2026-07-04", "layers": []}
READY: Json = {
    "status": "ok",
    "engine": __version__,
    "rulebook": _SHA,
    "checks": [{"name": "database", "state": "ok", "says": "The database answers and is up to date."}],
}
ANSWER: Json = {
    "question": "completeness",
    "answer": "incomplete",
    "says": "Missing in Appendix A of 15 CFR Part 960: Privacy Act statement read (A0).",
    "confidence": "verified",
    "as_of": "2026-07-04",
    "rulebook": _SHA,
    "engine": __version__,
    "trace": [],
    "citations": [],
    "needs": ["privacy_statement_read"],
    "warnings": [],
}
QUESTION: Json = {
    "name": "completeness",
    "title": "Is the request complete?",
    "kinds": ["system"],
    "of_another_country": False,
    "href": "/api/v1/questions/completeness",
}
