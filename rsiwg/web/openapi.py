"""The OpenAPI 3.1 description of the API, built on the schema that intake reads by."""

import functools
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rsiwg import __version__, intake

Json = dict[str, Any]

_POSTED = (403, 413, 415, 422, 429)


@functools.cache
def document() -> Json:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "rsiwg",
            "version": __version__,
            "summary": "Checks requests to image the Earth against the rules that limit them.",
            "description": (
                "The software assesses; people determine. Every answer names the rulebook it rests on and can be "
                "repeated. Errors are problem details (RFC 9457); their `instance` is the request id, which is also "
                "in the header X-Request-ID of every answer. A query parameter that is not listed here is refused."
            ),
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "requests", "description": "Check and store requests."},
            {"name": "areas", "description": "Read an area of interest."},
            {"name": "rulebook", "description": "The rules and what they rest on."},
            {"name": "service", "description": "The service itself."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "responses": {f"Problem{status}": _problem_response(status) for status in _PROBLEM_SAYS},
            "parameters": {"RequestId": _REQUEST_ID},
            "headers": {
                "XRequestId": {"description": "The id of this request.", "schema": {"type": "string"}},
                "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
            },
        },
    }


def _paths() -> Json:
    return {
        "/api/v1/checks": {
            "post": _operation(
                "check",
                "requests",
                "Check a request and keep nothing",
                parameters=[_AS_OF],
                body=_json_content(_ref("ImagingRequest"), _request_example()),
                answers={200: _answer("The assessment.", "Assessment", _ASSESSMENT)},
                problems=_POSTED,
            )
        },
        "/api/v1/requests": {
            "get": _operation(
                "listRequests",
                "requests",
                "The newest requests, page by page",
                parameters=[_LIMIT, _BEFORE],
                answers={200: _answer("One page.", "RequestList", {"requests": [_LINE], "next": None})},
                problems=(404, 422),
            ),
            "post": _operation(
                "submit",
                "requests",
                "Store a request and its first assessment",
                parameters=[_KEY],
                body=_json_content(_ref("ImagingRequest"), _request_example()),
                answers={
                    201: {
                        **_answer(
                            "Stored; or, with a key used before, as it was stored then.",
                            "StoredRequest",
                            _STORED,
                        ),
                        "headers": {
                            "Location": {
                                "description": "Where it is.",
                                "schema": {"type": "string", "format": "uri-reference"},
                            },
                            "X-Request-ID": {"$ref": "#/components/headers/XRequestId"},
                        },
                    }
                },
                problems=(*_POSTED, 409),
            ),
        },
        "/api/v1/requests/{request_id}": {
            "get": _operation(
                "showRequest",
                "requests",
                "A stored request, its newest assessment and its history",
                parameters=[_REQUEST_ID_REF],
                answers={200: _answer("The request.", "StoredRequest", _STORED)},
                problems=(404, 422),
            )
        },
        "/api/v1/requests/{request_id}/answer.json": _file(
            "answerFile",
            "The newest assessment as a file",
            "application/json",
            _ref("Assessment"),
            _ASSESSMENT,
        ),
        "/api/v1/requests/{request_id}/findings.geojson": _file(
            "findingsGeojson",
            "The findings that have a place",
            "application/geo+json",
            {"type": "object", "required": ["type", "features"]},
            {"type": "FeatureCollection", "features": []},
        ),
        "/api/v1/requests/{request_id}/findings.csv": _file(
            "findingsCsv", "The findings as a table", "text/csv", {"type": "string"}, "id,outcome,says\r\n"
        ),
        "/api/v1/requests/{request_id}/recheck": {
            "post": _operation(
                "recheck",
                "requests",
                "Check a stored request again and say whether the answer is the same; keeps nothing",
                parameters=[_REQUEST_ID_REF],
                answers={
                    200: _answer(
                        "Same or not, and what differs.",
                        "Recheck",
                        {"same": True, "differences": [], "assessment": _ASSESSMENT},
                    )
                },
                problems=(403, 404, 413, 422, 429),
            )
        },
        "/api/v1/aoi": {
            "post": _operation(
                "readAoi",
                "areas",
                "Read an area in any form taken and show it back",
                body={
                    "multipart/form-data": {"schema": _ref("AoiFile")},
                    **_json_content(_ref("AoiText"), {"text": "32.0N 34.7E; 32.0N 34.9E; 32.2N 34.8E"}),
                },
                answers={200: _answer("The area as it was understood.", "ReadAoi", _READ_AOI)},
                problems=(400, *_POSTED),
            )
        },
        "/api/v1/rules": {
            "get": _operation(
                "listRules",
                "rulebook",
                "Every restriction in the rulebook",
                answers={200: _answer("The rulebook.", "RuleList", _RULES)},
                problems=(422,),
            )
        },
        "/api/v1/rules/{rule_id}": {
            "get": _operation(
                "showRule",
                "rulebook",
                "One restriction with its outlines",
                parameters=[
                    {
                        "name": "rule_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "example": "israel-resolution",
                    }
                ],
                answers={200: _answer("The restriction.", "Rule", _RULE)},
                problems=(404, 422),
            )
        },
        "/api/v1/layers": {
            "get": _operation(
                "listLayers",
                "rulebook",
                "Every layer of outlines and how sound it is today",
                answers={200: _answer("The layers.", "LayerList", _LAYERS)},
                problems=(422,),
            )
        },
        "/api/v1/limits": {
            "get": _operation(
                "showLimits",
                "service",
                "What this service takes in",
                answers={
                    200: _answer("The limits.", "Limits", {"max_vertices": 50000, "requests_per_minute": 600})
                },
                problems=(422,),
            )
        },
        "/api/v1/schemas/imaging-request/1": {
            "get": _operation(
                "showSchema",
                "service",
                "JSON Schema of a request",
                answers={
                    200: _content(
                        "The schema.", "application/schema+json", {"type": "object"}, {"type": "object"}
                    )
                },
                problems=(422,),
            )
        },
        "/api/v1/openapi.json": {
            "get": _operation(
                "describe",
                "service",
                "This description",
                answers={
                    200: _content(
                        "OpenAPI 3.1.", "application/json", {"type": "object"}, {"openapi": "3.1.0"}
                    )
                },
                problems=(422,),
            )
        },
        "/healthz": {
            "get": _operation(
                "alive",
                "service",
                "Whether the process answers",
                answers={200: _answer("It does.", "Alive", {"status": "ok"})},
            )
        },
        "/readyz": {
            "get": _operation(
                "ready",
                "service",
                "Whether the service can do its work",
                answers={
                    200: _answer(
                        "It can; a part may be doubtful, and every verdict is then undetermined.",
                        "Ready",
                        _READY,
                    ),
                    503: _answer("It cannot.", "Ready", {**_READY, "status": "failed"}),
                },
            )
        },
    }


# Pieces of operations.


def _operation(
    name: str,
    tag: str,
    summary: str,
    *,
    answers: Mapping[int, Json],
    parameters: list[Json] | None = None,
    body: Json | None = None,
    problems: tuple[int, ...] = (),
) -> Json:
    failures = {*problems, 500, 503} - set(answers)
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": {"required": True, "content": body}} if body else {}),
        "responses": {
            **{str(status): answer for status, answer in answers.items()},
            **{
                str(status): {"$ref": f"#/components/responses/Problem{status}"}
                for status in sorted(failures)
            },
        },
    }


def _file(name: str, summary: str, content_type: str, schema: Json, example: object) -> Json:
    return {
        "get": _operation(
            name,
            "requests",
            summary,
            parameters=[_REQUEST_ID_REF],
            answers={200: _content("The file.", content_type, schema, example)},
            problems=(404, 422),
        )
    }


def _answer(says: str, schema: str, example: object) -> Json:
    return _content(says, "application/json", _ref(schema), example)


def _content(says: str, content_type: str, schema: Json, example: object) -> Json:
    return {
        "description": says,
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/XRequestId"}},
        "content": {content_type: {"schema": schema, "example": example}},
    }


def _json_content(schema: Json, example: object) -> Json:
    return {"application/json": {"schema": schema, "example": example}}


def _ref(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


_PROBLEM_SAYS = {
    400: "The request cannot be read as it was sent.",
    403: "A page of another site sent it.",
    404: "There is no such thing.",
    409: "The key was used before for another request; nothing was stored.",
    413: "It is over a published limit.",
    415: "The content type is not taken here.",
    422: "Fields are wrong, or a file holds several areas and it must be said which is meant.",
    429: "Too many requests came from one address.",
    500: "Something went wrong in the service.",
    503: "The service cannot answer at the moment.",
}


def _problem_response(status: int) -> Json:
    example: Json = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _PROBLEM_SAYS[status],
        "instance": "3f0c9d7e5b1a4c2f8d6e9a0b1c2d3e4f",
    }
    if status == 422:
        example |= {
            "type": "urn:rsiwg:problem:invalid-submission",
            "title": "Invalid submission",
            "detail": "sensor.gsd_m: this is missing: give a number of metres greater than 0, such as 0.31",
            "problems": [
                {
                    "field": "sensor.gsd_m",
                    "detail": "this is missing: give a number of metres greater than 0, such as 0.31",
                }
            ],
        }
    headers = {"X-Request-ID": {"$ref": "#/components/headers/XRequestId"}}
    if status == 429:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": _PROBLEM_SAYS[status],
        "headers": headers,
        "content": {"application/problem+json": {"schema": _ref("Problem"), "example": example}},
    }


_REQUEST_ID: Json = {
    "name": "request_id",
    "in": "path",
    "required": True,
    "description": "The id that the request was given when it was stored.",
    "schema": {"type": "string"},
    "example": "R-7K3M9QXW2D",
}
_REQUEST_ID_REF: Json = {"$ref": "#/components/parameters/RequestId"}
_AS_OF: Json = {
    "name": "as_of",
    "in": "query",
    "description": "Judge the rules on this one day. Left out: on every day of the collection period.",
    "schema": {"type": "string", "format": "date", "pattern": r"^(19|20|21)\d\d-\d\d-\d\d$"},
    "example": "2025-06-01",
}
_LIMIT: Json = {
    "name": "limit",
    "in": "query",
    "description": "How many requests at most.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
}
_BEFORE: Json = {
    "name": "before",
    "in": "query",
    "description": "Only requests stored before this one; the answer's `next` has it filled in.",
    "schema": {"type": "string"},
    "example": "R-7K3M9QXW2D",
}
_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "A key of the sender's own for this submission. Sent again with the same request it stores nothing and "
        "gives what was stored then; with another request it is refused."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "example": "5b1a4c2f-8d6e",
}


# Schemas.


def _request_example() -> Json:
    found: Json = intake.request_schema()["examples"][0]
    return found


def _schemas() -> Json:
    taken = _moved({k: v for k, v in intake.request_schema().items() if k not in {"$schema", "$id"}})
    parts = taken.pop("$defs", {})
    return {"ImagingRequest": taken, **parts, **_SCHEMAS}


def _moved(part: Any) -> Any:
    """The same schema with its references pointing to where OpenAPI keeps schemas."""
    if isinstance(part, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in part.items()
        }
    return [_moved(item) for item in part] if isinstance(part, list) else part


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
    "verdict": _VERDICT,
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
    "zones": _list(_ref("Zone")),
    "limits": _list(_ref("Limit")),
    "accuracy_m": _NUMBER,
    "verified_on": _DAY,
    "vouched_until": _DAY,
    "confidence": _TEXT,
    "marking": _TEXT,
    "steward": _TEXT,
    "notes": _TEXT,
    "problem": _MAYBE_TEXT,
}

_SCHEMAS: Json = {
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
        citation=_or_null(_ref("Citation")),
        days=_or_null(_ref("Days")),
        where=_or_null(_ref("Geometry")),
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
        citation=_or_null(_ref("Citation")),
        distance_km=_MAYBE_NUMBER,
    ),
    "Remedy": _object(
        id=_TEXT,
        kind={
            "enum": ["coarsen", "cut_out", "move_dates", "change_recipient", "change_activity", "combined"]
        },
        says=_TEXT,
        steps=_TEXTS,
        clears=_TEXTS,
        verdict_after=_VERDICT,
        remains=_TEXTS,
        piece=_or_null(_ref("Geometry")),
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
            judged=_ref("Days"),
            exercise=_TRUTH,
            engine=_TEXT,
            rulebook=_TEXT,
            request={
                "type": "object",
                "description": "The request, normalised; reading it again gives the same.",
            },
            aoi=_object(**_AOI_SHOWN),
            findings=_list(_ref("Finding")),
            not_applicable=_list(_ref("NotApplicable")),
            remedies=_list(_ref("Remedy")),
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
        verdict=_or_null(_VERDICT),
        verdict_id=_MAYBE_TEXT,
        assessments=_list(_object(**_ASSESSED)),
        events=_list(
            _object(sequence=_WHOLE, at=_INSTANT, actor=_TEXT, kind=_TEXT, detail={"type": "object"})
        ),
        assessment=_or_null(_ref("Assessment")),
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
                verdict=_or_null(_VERDICT),
                verdict_id=_MAYBE_TEXT,
                assessed_at={"type": ["string", "null"], "format": "date-time"},
            )
        ),
        next=_MAYBE_TEXT,
    ),
    "Recheck": _object(same=_TRUTH, differences=_TEXTS, assessment=_ref("Assessment")),
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
    "ReadAoi": _object(aoi=_ref("Geometry"), **_AOI_SHOWN, name=_MAYBE_TEXT, format=_TEXT, changes=_TEXTS),
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
            "area": _ref("Geometry"),
        },
    },
    "Limit": _object(
        in_force=_ref("Days"),
        measure={"enum": ["gsd", "ipr"]},
        finest_m=_MAYBE_NUMBER,
        says=_TEXT,
        verified=_TRUTH,
        verified_on=_MAYBE_TEXT,
        citation=_ref("Citation"),
    ),
    "Rule": _object(**_RULE_PROPERTIES),
    "RuleList": _object(
        rulebook=_TEXT,
        covers=_ref("Days"),
        near_miss_km=_NUMBER,
        near_miss_share=_NUMBER,
        problems=_TEXTS,
        rules=_list(_ref("Rule")),
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
_ASSESSMENT: Json = {
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
_LINE: Json = {
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
_STORED: Json = {
    **{k: v for k, v in _LINE.items() if k not in {"href", "assessed_at"}},
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
    "assessment": _ASSESSMENT,
}
_READ_AOI: Json = {"aoi": _BOX, **_SHOWN, "name": None, "format": "coordinates", "changes": []}
_RULE: Json = {
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
_RULES: Json = {
    "rulebook": _SHA,
    "covers": {"start": "1998-01-01", "end": "2027-07-03"},
    "near_miss_km": 5,
    "near_miss_share": 0.05,
    "problems": [],
    "rules": [_RULE],
}
_LAYERS: Json = {"rulebook": _SHA, "as_of": "2026-07-04", "layers": []}
_READY: Json = {
    "status": "ok",
    "engine": __version__,
    "rulebook": _SHA,
    "checks": [{"name": "database", "state": "ok", "says": "The database answers and is up to date."}],
}
