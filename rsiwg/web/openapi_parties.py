"""The description of the addresses about parties."""

from collections.abc import Callable
from typing import Any

from rsiwg.web.openapi_schemas import Json, ref

_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_OBJECTS: Json = {"type": "array", "items": {"type": "object"}}
_ANSWER: Json = {"enum": ["hit", "review", "undetermined", "no_match"]}
_LINE: Json = {
    "number": {"type": "integer"},
    "at": {"type": "string", "format": "date-time"},
    "actor": _TEXT,
    "cause": {"enum": ["asked", "decided", "lists"]},
    "answer": _ANSWER,
    "screening_id": _TEXT,
    "lists_version": _MAYBE_TEXT,
    "changes": _OBJECTS,
}


def _object(properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


SCHEMAS: Json = {
    "Parties": {
        "type": "object",
        "required": ["parties"],
        "properties": {
            "parties": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "id": _TEXT,
                        "name": {"type": "string", "minLength": 1, "maxLength": 1000},
                        "role": _TEXT,
                        "kind": {"enum": ["individual", "entity", "vessel", "aircraft"]},
                        "aliases": {"type": "array", "items": _TEXT},
                        "country": {"type": "string", "description": "A code of two letters, or a name."},
                        "address": _TEXT,
                        "identifiers": {"type": "array", "items": _TEXT},
                        "date_of_birth": {"type": "string", "description": "1970, 1970-05 or 1970-05-17"},
                        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
                        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                        "owners": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["owner"],
                                "properties": {
                                    "owner": {"type": "string", "description": "Id or name."},
                                    "percent": {"type": ["number", "null"]},
                                },
                            },
                        },
                    },
                },
            },
            "items": _OBJECTS,
        },
    },
    "Screening": _object(
        {
            "answer": _ANSWER,
            "says": _TEXT,
            "as_of": {"type": "string", "format": "date"},
            "lists": {"type": ["object", "null"]},
            "algorithm": _TEXT,
            "thresholds": {"type": "object"},
            "rulebook": _TEXT,
            "engine": _TEXT,
            "parties": _OBJECTS,
            "hits": _OBJECTS,
            "ownership": _OBJECTS,
            "destinations": _OBJECTS,
            "items": _OBJECTS,
            "referrals": _OBJECTS,
            "warnings": {"type": "array", "items": _TEXT},
            "rejected": _OBJECTS,
            "screening_id": _TEXT,
        }
    ),
    "KeptScreening": _object({**_LINE, "screening": ref("Screening")}),
    "Screenings": _object(
        {
            "request": _TEXT,
            "screenings": {"type": "array", "items": _object(_LINE)},
            "newest": {"anyOf": [ref("Screening"), {"type": "null"}]},
            "referrals": _OBJECTS,
        }
    ),
    "HitDecision": {
        **_object(
            {
                "party": _TEXT,
                "entry": _TEXT,
                "entry_sha256": _TEXT,
                "match": {"type": "boolean"},
                "reason": {"type": "string", "minLength": 1, "maxLength": 2000},
            }
        ),
        "additionalProperties": False,
    },
    "ReferralState": {
        "type": "object",
        "required": ["state"],
        "properties": {
            "state": {"enum": ["sent", "answered", "withdrawn"]},
            "note": {"type": "string", "maxLength": 2000},
        },
    },
    "Referral": _object(
        {
            "id": _TEXT,
            "addressee": _TEXT,
            "why": _TEXT,
            "reasons": {"type": "array", "items": _TEXT},
            "due_on": {"type": "string", "format": "date"},
            "state": {"enum": ["proposed", "sent", "answered", "withdrawn"]},
        }
    ),
    "Lists": _object(
        {
            "as_of": {"type": "string", "format": "date"},
            "usable": {"type": "boolean"},
            "problem": _MAYBE_TEXT,
            "age_days": {"type": ["integer", "null"]},
            "max_age_days": {"type": "integer"},
            "newest": {"type": ["object", "null"]},
            "versions": _OBJECTS,
        }
    ),
}

_SCREENING: Json = {
    "answer": "undetermined", "says": "Undetermined: No lists are loaded, so nobody was screened against any.",
    "as_of": "2026-11-25", "lists": None, "algorithm": "rsiwg-names-1",
    "thresholds": {"review": 0.85, "strong": 0.95}, "rulebook": "0" * 64, "engine": "0.1", "parties": [], "hits": [],
    "ownership": [], "destinations": [], "items": [], "referrals": [], "warnings": [], "rejected": [],
    "screening_id": "0" * 64,
}  # fmt: skip
_KEPT: Json = {
    "number": 1, "at": "2026-11-25T12:00:00+00:00", "actor": "anonymous@api", "cause": "asked", "answer": "undetermined",
    "screening_id": "0" * 64, "lists_version": None, "changes": [], "screening": _SCREENING,
}  # fmt: skip
_REFERRAL: Json = {
    "id": "1a2b3c4d", "addressee": "Technology Transfer Working Group", "why": "A possible match.", "reasons": [],
    "due_on": "2026-12-05", "state": "sent",
}  # fmt: skip


def paths(
    operation: Callable[..., Json],
    answer: Callable[..., Json],
    json_content: Callable[..., Json],
    request_id: Json,
    posted: tuple[int, ...],
) -> Json:
    """The addresses, made with the pieces of the whole description."""

    def posting(
        name: str, says: str, schema: str, example: Any, given: tuple[str, Any] | None, **more: Any
    ) -> Json:
        return operation(
            name, "parties", says,
            **({"body": json_content(ref(given[0]), given[1])} if given else {}),
            answers={more.pop("status", 201): answer("Done.", schema, example)},
            problems=(*posted, *more.pop("problems", ())),
            **more,
        )  # fmt: skip

    day = {
        "name": "as_of",
        "in": "query",
        "description": "Screen with the lists and rules of this day. Left out: today.",
        "schema": {"type": "string", "format": "date", "pattern": r"^(19|20|21)\d\d-\d\d-\d\d$"},
    }
    referral_id = {
        "name": "referral_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "example": "1a2b3c4d",
    }
    return {
        "/api/v1/screenings": {
            "post": posting(
                "screenParties", "Screen parties against lists, owners and places; keep nothing", "Screening", _SCREENING,
                ("Parties", {"parties": [{"name": "Example Imaging Inc.", "role": "applicant", "country": "US"}]}),
                status=200, parameters=[day],
            )
        },
        "/api/v1/lists": {
            "get": operation(
                "showLists", "parties", "Versions of the lists, and whether the newest can be used",
                answers={
                    200: answer(
                        "The lists.", "Lists",
                        {
                            "as_of": "2026-11-25", "usable": False, "problem": "No lists are loaded.", "age_days": None,
                            "max_age_days": 7, "newest": None, "versions": [],
                        },
                    )
                },
                problems=(422,),
            )
        },
        "/api/v1/requests/{request_id}/screenings": {
            "get": operation(
                "showScreenings", "parties", "The screenings of a stored request", parameters=[request_id],
                answers={
                    200: answer(
                        "Oldest first.", "Screenings",
                        {"request": "R-7K3M9QXW2D", "screenings": [], "newest": None, "referrals": []},
                    )
                },
                problems=(404, 422),
            ),
            "post": posting(
                "screenRequest", "Screen a stored request now, and keep the result", "KeptScreening", _KEPT, None,
                parameters=[request_id], problems=(404,),
            ),
        },
        "/api/v1/requests/{request_id}/decisions": {
            "post": posting(
                "decideHit", "Keep a person's decision on a hit, and screen again", "KeptScreening", _KEPT,
                (
                    "HitDecision",
                    {
                        "party": "applicant: Example Imaging Inc.", "entry": "SDN/10003", "entry_sha256": "0" * 64,
                        "match": False, "reason": "Another company: registered elsewhere.",
                    },
                ),
                parameters=[request_id], problems=(404, 409),
            )
        },
        "/api/v1/requests/{request_id}/referrals/{referral_id}": {
            "post": posting(
                "recordReferral", "Record that a referral was sent, answered or withdrawn", "Referral", _REFERRAL,
                ("ReferralState", {"state": "sent", "note": "By letter"}),
                parameters=[request_id, referral_id], problems=(404,),
            )
        },
    }  # fmt: skip
