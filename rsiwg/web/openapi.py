"""The OpenAPI 3.1 description of the API, built on the schema that intake reads by."""

import functools
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rsiwg import __version__, casework, intake
from rsiwg.web import openapi_overflights, openapi_parties, openapi_screenings, openapi_sensing
from rsiwg.web.openapi_schemas import (
    ANSWER,
    ASSESSMENT,
    LAYERS,
    LINE,
    QUESTION,
    READ_AOI,
    READY,
    RULE,
    RULES,
    SCHEMAS,
    STORED,
    Json,
    ref,
)

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
            {"name": "questions", "description": "Ask the regulation library."},
            {"name": "screenings", "description": "Screen archives of scenes."},
            {"name": "areas", "description": "Read an area of interest."},
            {"name": "parties", "description": "Screen parties against lists of names."},
            {"name": "rulebook", "description": "The rules and what they rest on."},
            {"name": "sensing", "description": "What a sensor on an orbit can really see."},
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
                body=_json_content(ref("ImagingRequest"), _request_example()),
                answers={200: _answer("The assessment.", "Assessment", ASSESSMENT)},
                problems=_POSTED,
            )
        },
        "/api/v1/requests": {
            "get": _operation(
                "listRequests",
                "requests",
                "The newest requests, page by page",
                parameters=[_LIMIT, _BEFORE],
                answers={200: _answer("One page.", "RequestList", {"requests": [LINE], "next": None})},
                problems=(404, 422),
            ),
            "post": _operation(
                "submit",
                "requests",
                "Store a request and its first assessment",
                parameters=[_KEY],
                body=_json_content(ref("KeptRequest"), _request_example()),
                answers={
                    201: {
                        **_answer(
                            "Stored; or, with a key used before, as it was stored then.",
                            "StoredRequest",
                            STORED,
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
                answers={200: _answer("The request.", "StoredRequest", STORED)},
                problems=(404, 422),
            )
        },
        "/api/v1/requests/{request_id}/answer.json": _file(
            "answerFile",
            "The newest assessment as a file",
            "application/json",
            ref("KeptAnswer"),
            ASSESSMENT,
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
                        {"same": True, "differences": [], "assessment": ASSESSMENT},
                    )
                },
                problems=(403, 404, 413, 422, 429),
            )
        },
        "/api/v1/questions": {
            "get": _operation(
                "listQuestions",
                "questions",
                "Every question of the regulation library, and the kinds of request it is asked of",
                answers={200: _answer("The questions.", "QuestionList", {"questions": [QUESTION]})},
                problems=(422,),
            )
        },
        "/api/v1/questions/{name}": {
            "post": _operation(
                "ask",
                "questions",
                "Answer one question about a request and keep nothing",
                parameters=[_QUESTION, _ANSWERED_AS_OF],
                body=_json_content(
                    ref("Request"), {"kind": "system", "reference": "DEMO", "action": "application"}
                ),
                answers={200: _answer("The answer, with every step that led to it.", "Answer", ANSWER)},
                problems=(404, *_POSTED),
            )
        },
        "/api/v1/aoi": {
            "post": _operation(
                "readAoi",
                "areas",
                "Read an area in any form taken and show it back",
                body={
                    "multipart/form-data": {"schema": ref("AoiFile")},
                    **_json_content(ref("AoiText"), {"text": "32.0N 34.7E; 32.0N 34.9E; 32.2N 34.8E"}),
                },
                answers={200: _answer("The area as it was understood.", "ReadAoi", READ_AOI)},
                problems=(400, *_POSTED),
            )
        },
        **{
            each.path: {
                "post": _operation(
                    each.name,
                    "sensing",
                    each.summary,
                    body=_json_content(ref(each.takes), each.given),
                    answers={200: _answer(each.says, each.answers, each.found)},
                    problems=_POSTED,
                )
            }
            for each in (*openapi_sensing.OPERATIONS, *openapi_overflights.OPERATIONS)
        },
        **openapi_screenings.paths(_operation, _content),
        "/api/v1/rules": {
            "get": _operation(
                "listRules",
                "rulebook",
                "Every restriction in the rulebook",
                answers={200: _answer("The rulebook.", "RuleList", RULES)},
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
                answers={200: _answer("The restriction.", "Rule", RULE)},
                problems=(404, 422),
            )
        },
        "/api/v1/layers": {
            "get": _operation(
                "listLayers",
                "rulebook",
                "Every layer of outlines and how sound it is today",
                answers={200: _answer("The layers.", "LayerList", LAYERS)},
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
        "/api/v1/schemas/{kind}": {
            "get": _operation(
                "showSchemaOfKind",
                "service",
                "JSON Schema of a request of this kind",
                parameters=[
                    {
                        "name": "kind",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "example": "system",
                    }
                ],
                answers={
                    200: _content(
                        "The schema.", "application/schema+json", {"type": "object"}, {"type": "object"}
                    )
                },
                problems=(404, 422),
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
        **openapi_parties.paths(_operation, _answer, _json_content, _REQUEST_ID_REF, _POSTED),
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
                        READY,
                    ),
                    503: _answer("It cannot.", "Ready", {**READY, "status": "failed"}),
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
    return _content(says, "application/json", ref(schema), example)


def _content(says: str, content_type: str, schema: Json, example: object) -> Json:
    return {
        "description": says,
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/XRequestId"}},
        "content": {content_type: {"schema": schema, "example": example}},
    }


def _json_content(schema: Json, example: object) -> Json:
    return {"application/json": {"schema": schema, "example": example}}


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
        "content": {"application/problem+json": {"schema": ref("Problem"), "example": example}},
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
_QUESTION: Json = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "The name of a question, as GET /api/v1/questions lists them.",
    "schema": {"type": "string"},
    "example": "completeness",
}
_ANSWERED_AS_OF: Json = {
    "name": "as_of",
    "in": "query",
    "description": "Answer by the rules and facts of this day. Left out: of today, UTC.",
    "schema": {"type": "string", "format": "date", "pattern": r"^(19|20|21)\d\d-\d\d-\d\d$"},
    "example": "2026-10-01",
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
    """The schema of each kind, its parts named after it, and of what the API answers."""
    found: Json = {}
    for kind in intake.SCHEMAS:
        prefix = "" if kind == "imaging" else kind.capitalize()
        whole = {k: v for k, v in intake.schema_of_kind(kind).items() if k not in {"$schema", "$id"}}
        taken = _moved(whole, prefix)
        found |= {f"{prefix}{name}": part for name, part in taken.pop("$defs", {}).items()}
        found[f"{kind.capitalize()}Request"] = taken
    every = {kind: ref(f"{kind.capitalize()}Request") for kind in intake.SCHEMAS}
    kept = [every[kind] for kind in casework.KEPT_KINDS]
    return {
        "Request": {"anyOf": list(every.values())},
        "KeptRequest": {"anyOf": kept},
        **found,
        **SCHEMAS,
        **openapi_sensing.SCHEMAS,
        **openapi_overflights.SCHEMAS,
        **openapi_parties.SCHEMAS,
        **openapi_screenings.SCHEMAS,
    }


def _moved(part: Any, prefix: str) -> Any:
    """The same schema with its references pointing to where OpenAPI keeps schemas."""
    if isinstance(part, dict):
        return {
            key: value.replace("#/$defs/", f"#/components/schemas/{prefix}")
            if key == "$ref"
            else _moved(value, prefix)
            for key, value in part.items()
        }
    return [_moved(item, prefix) for item in part] if isinstance(part, list) else part
