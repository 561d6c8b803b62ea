"""The part of the API description that speaks of screenings."""

from collections.abc import Callable
from typing import Any

from rsiwg.web.openapi_schemas import Json, ref

_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_COUNTS: Json = {"type": "object", "additionalProperties": {"type": "integer"}}

SCHEMAS: Json = {
    "ArchiveFile": {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": {
                "type": "string",
                "contentMediaType": "application/octet-stream",
                "description": "STAC item collection, ndjson of STAC items, GeoParquet, GeoPackage or FlatGeobuf.",
            },
            "licence": {
                "type": "string",
                "description": "What holds for all scenes: part_960, tier=1, us_person, operated_from_us, with commas between.",
            },
            "licensee": {"type": "string", "description": "License holder of all scenes."},
            "activity": {"enum": ["", "collect", "disseminate"], "description": "Left out: both."},
            "recipient": {"enum": ["", "us_government", "foreign_government", "commercial"]},
            "modality": {"type": "string", "description": "Of scenes that do not say theirs."},
            "as_of": {"type": "string", "description": "Judge on this one day, not on those of acquisition."},
            "exercise": {"enum": ["", "yes", "no"]},
        },
    },
    "ArchiveScreening": {
        "type": "object",
        "required": ["id", "name", "received_at", "as_of", "rulebook", "state", "problem", "progress", "summary", "changes", "runs"],
        "properties": {
            "id": _TEXT,
            "name": _TEXT,
            "received_at": {"type": "string", "format": "date-time"},
            "as_of": _MAYBE_TEXT,
            "rulebook": _TEXT,
            "state": {"enum": ["waiting", "running", "done", "failed"]},
            "problem": _MAYBE_TEXT,
            "progress": {"anyOf": [_COUNTS, {"type": "null"}]},
            "summary": {"anyOf": [{"type": "object", "required": ["verdict", "scenes", "verdicts", "rules"]}, {"type": "null"}]},
            "changes": {"anyOf": [{"type": "object", "required": ["scenes", "first"]}, {"type": "null"}]},
            "runs": {"type": "array", "items": _TEXT, "description": "Rulebooks under which it was screened."},
        },
    },
    "ArchiveList": {
        "type": "object",
        "required": ["screenings"],
        "properties": {"screenings": {"type": "array", "items": ref("ArchiveScreening")}},
    },
}  # fmt: skip
SCREENING: Json = {
    "id": "S-7K3M9QXW2D",
    "name": "archive.parquet",
    "received_at": "2026-07-04T12:00:00+00:00",
    "as_of": None,
    "rulebook": "74d883674596",
    "state": "waiting",
    "problem": None,
    "progress": None,
    "summary": None,
    "changes": None,
    "runs": [],
}
_ID: Json = {
    "name": "screening_id",
    "in": "path",
    "required": True,
    "description": "The id that the screening was given.",
    "schema": {"type": "string"},
    "example": "S-7K3M9QXW2D",
}


def paths(operation: Callable[..., Json], content: Callable[..., Json]) -> Json:
    """The operations, made with the tools of `openapi`."""

    def answer(says: str, schema: str, example: Any) -> Json:
        return content(says, "application/json", ref(schema), example)

    def file(name: str, summary: str, content_type: str) -> Json:
        found = content("The file.", content_type, {"type": "string"}, "")
        return {
            "get": operation(
                name, "screenings", summary, parameters=[_ID], answers={200: found}, problems=(404, 422)
            )
        }

    base = "/api/v1/archives"
    return {
        base: {
            "get": operation(
                "listScreenings",
                "screenings",
                "Every screening, newest first",
                answers={200: answer("The screenings.", "ArchiveList", {"screenings": [SCREENING]})},
                problems=(422,),
            ),
            "post": operation(
                "screenArchive",
                "screenings",
                "Take an archive of scenes and screen it in the background",
                body={"multipart/form-data": {"schema": ref("ArchiveFile")}},
                answers={202: answer("It is kept and waits for its turn.", "ArchiveScreening", SCREENING)},
                problems=(400, 403, 413, 415, 422, 429),
            ),
        },
        f"{base}/{{screening_id}}": {
            "get": operation(
                "showScreening",
                "screenings",
                "How far a screening is, and its summary",
                parameters=[_ID],
                answers={200: answer("The screening.", "ArchiveScreening", SCREENING)},
                problems=(404, 422),
            )
        },
        f"{base}/{{screening_id}}/hits.parquet": file(
            "screeningHits", "The findings as GeoParquet", "application/vnd.apache.parquet"
        ),
        f"{base}/{{screening_id}}/rejected.ndjson": file(
            "screeningRejected", "Rows that could not be judged, with the reason", "application/x-ndjson"
        ),
    }
