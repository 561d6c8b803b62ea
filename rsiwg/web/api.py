"""The JSON API, version 1.  Each view reads its input, calls one use case and shows the answer."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import Forbidden, RequestEntityTooLarge, UnsupportedMediaType

from rsiwg import casework, intake, reports
from rsiwg.domain.document import aoi_document, pretty_json
from rsiwg.errors import InvalidGeometry, InvalidSubmission, NotFound
from rsiwg.geometry import to_geojson
from rsiwg.regulation import PACKS, QUESTIONS
from rsiwg.store import Event, RequestLine, StoredAssessment, StoredRequest, reading, writing
from rsiwg.web import openapi, rules
from rsiwg.web.answers import json_answer
from rsiwg.web.service import ONE_CHECK, actor, now, service

api = Blueprint("api", __name__, url_prefix="/api/v1")

MOST_LISTED = 100
"""Requests on one page of the list."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
_YEARS = range(1900, 2201)


@api.before_request
def refuse_other_sites() -> None:
    """Refuse what a browser sends for a page of another site, since this API has no form token."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        site = request.headers.get("Sec-Fetch-Site", "none")
        if site not in {"same-origin", "none"}:
            raise Forbidden("A page of another site sent this; the API takes nothing from there.")


@api.post("/checks")
def check() -> Response:
    """Check a request and keep nothing."""
    query = query_of("as_of")
    as_of = day_of("as_of", query["as_of"]) if "as_of" in query else None
    of = service()
    request.get_data()  # kept; read beforehand, so that a slow sender takes nobody's turn
    with ONE_CHECK:
        checked = casework.check(json_body(), of.rulebook, limits=of.settings.limits, as_of=as_of)
        return json_answer(checked.document)


@api.post("/requests")
def submit() -> Response:
    """Store a request and its first assessment."""
    query_of()
    body, of = json_body(), service()
    with ONE_CHECK, writing(of.engine) as requests:
        stored = casework.submit(
            body,
            of.rulebook,
            requests,
            limits=of.settings.limits,
            actor=actor("api"),
            source="api",
            now=now(),
            key=_idempotency_key(),
        )
        events = requests.events(stored.id)
    response = json_answer(_shown(stored, events), 201)
    response.headers["Location"] = url_for("api.show", request_id=stored.id)
    return response


@api.get("/requests")
def listed() -> Response:
    """The newest requests, page by page."""
    query = query_of("limit", "before")
    limit = _limit(query.get("limit", "20"))
    with reading(service().engine) as requests:
        lines = requests.latest(limit + 1, before=query.get("before"))
    page = lines[:limit]
    more = len(lines) > limit
    return json_answer(
        {
            "requests": [_line(line) for line in page],
            "next": url_for("api.listed", limit=limit, before=page[-1].id) if more else None,
        }
    )


@api.get("/requests/<request_id>")
def show(request_id: str) -> Response:
    """A stored request with its newest assessment and its history."""
    query_of()
    with reading(service().engine) as requests:
        stored = casework.fetch(requests, request_id)
        events = requests.events(stored.id)
    return json_answer(_shown(stored, events))


@api.get("/requests/<request_id>/answer.json")
def answer_file(request_id: str) -> Response:
    """The newest assessment as a file."""
    document = _newest(request_id).read()
    return _file(pretty_json(document), "application/json", f"{request_id}-answer.json")


@api.get("/requests/<request_id>/findings.geojson")
def findings_geojson(request_id: str) -> Response:
    """The findings of the newest assessment that have a place."""
    collection = reports.findings_geojson(_findings(request_id))
    return _file(pretty_json(collection), "application/geo+json", f"{request_id}-findings.geojson")


@api.get("/requests/<request_id>/findings.csv")
def findings_csv(request_id: str) -> Response:
    """The findings of the newest assessment as a table."""
    table = reports.findings_csv(_findings(request_id))
    return _file(table, "text/csv; charset=utf-8; header=present", f"{request_id}-findings.csv")


@api.post("/requests/<request_id>/recheck")
def recheck(request_id: str) -> Response:
    """Check the stored request again and say whether the answer is the same; keeps nothing."""
    document = _newest(request_id).read()
    with ONE_CHECK:
        again = casework.recheck(document, service().rulebook)
    return json_answer(
        {"same": again.same, "differences": list(again.differences), "assessment": again.document}
    )


@api.get("/questions")
def question_list() -> Response:
    """Every question of the regulation library, and the kinds of request it is asked of."""
    query_of()
    told = [
        {
            "name": question.name,
            "title": question.title,
            "kinds": sorted(question.kinds),
            "of_another_country": question in PACKS,
            "href": url_for("api.ask", name=question.name),
        }
        for question in (*QUESTIONS, *PACKS)
    ]
    return json_answer({"questions": told})


@api.post("/questions/<name>")
def ask(name: str) -> Response:
    """Answer one question about a request and keep nothing."""
    query = query_of("as_of")
    as_of = day_of("as_of", query["as_of"]) if "as_of" in query else now().date()
    of = service()
    body = json_body()
    with ONE_CHECK:
        answer = casework.ask(name, body, of.rulebook, limits=of.settings.limits, as_of=as_of)
    return json_answer(answer)


@api.post("/aoi")
def read_aoi() -> Response:
    """Read an area in any form taken and show it back."""
    query_of()
    if request.mimetype == "multipart/form-data":
        found = _read_upload()
    elif request.mimetype == "application/json":
        found = _read_given()
    else:
        raise UnsupportedMediaType("Send a file as multipart/form-data, or JSON as application/json.")
    return json_answer(
        {
            "aoi": to_geojson(found.area),
            **aoi_document(found.area),
            "name": found.name,
            "format": found.format,
            "changes": list(found.changes),
        }
    )


@api.get("/rules")
def rule_list() -> Response:
    """Every restriction in the rulebook."""
    query_of()
    return json_answer(rules.rulebook_document(service().rulebook))


@api.get("/rules/<rule_id>")
def rule(rule_id: str) -> Response:
    """One restriction with its outlines."""
    query_of()
    for restriction in service().rulebook.restrictions:
        if restriction.id == rule_id:
            return json_answer(rules.restriction_document(restriction, with_outlines=True))
    raise NotFound("No rule of this name is in the rulebook.")


@api.get("/layers")
def layer_list() -> Response:
    """Every layer of outlines and how sound it is."""
    query_of()
    return json_answer(rules.layers_document(service().rulebook, now().date()))


@api.get("/limits")
def limits() -> Response:
    """What this service takes in."""
    query_of()
    settings = service().settings
    return json_answer({**attrs.asdict(settings.limits), "requests_per_minute": settings.requests_per_minute})


@api.get("/schemas/imaging-request/1")
def schema() -> Response:
    """JSON Schema of a request."""
    query_of()
    return json_answer(intake.request_schema(), content_type="application/schema+json")


@api.get("/schemas/<kind>")
def schema_of_kind(kind: str) -> Response:
    """JSON Schema of a request of this kind."""
    query_of()
    return json_answer(intake.schema_of_kind(kind), content_type="application/schema+json")


@api.get("/openapi.json")
def description() -> Response:
    """OpenAPI description of all this."""
    query_of()
    return json_answer(openapi.document())


# Reading what was sent.


def json_body() -> dict[str, Any]:
    """The JSON object that was sent."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")
    data, most = request.get_data(), service().settings.limits.max_body_bytes
    if request.content_length is None and len(data) >= most:
        raise RequestEntityTooLarge  # Werkzeug cuts a body of unknown length at the limit and says nothing
    return intake.read_json(data, service().settings.limits)


def query_of(*known: str) -> dict[str, str]:
    """The query parameters; an unknown one could be a known one misspelt, and change the answer's meaning."""
    problems = {
        name: "there is no such parameter: leave it out or correct it"
        for name in request.args
        if name not in known
    }
    problems |= {
        name: "this is given more than once: give it once"
        for name in known
        if len(request.args.getlist(name)) > 1
    }
    if problems:
        raise InvalidSubmission(problems)
    return request.args.to_dict()


def day_of(name: str, text: str) -> dt.date:
    """A day among the query parameters."""
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise InvalidSubmission(
            {name: f"a day from {_YEARS[0]}-01-01 to {_YEARS[-1]}-12-31 is needed, such as 2026-07-04"}
        )
    return day


def _limit(text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST_LISTED:
        raise InvalidSubmission({"limit": f"a whole number from 1 to {MOST_LISTED} is needed"})
    return int(text)


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidSubmission(
            {"Idempotency-Key": "1 to 200 letters, digits and signs without a space are needed"}
        )
    return key


def _read_upload() -> intake.ReadAoi:
    file = request.files.get("file")
    if file is None:
        raise InvalidSubmission({"file": "this is missing: send the file in the form field named file"})
    with _named("file"):
        return intake.read_aoi_file(
            file.read(), file.filename or "", service().settings.limits, request.form.get("choose")
        )


def _read_given() -> intake.ReadAoi:
    body = json_body()
    problems = {name: "there is no such field" for name in body if name not in {"text", "aoi", "choose"}}
    choose = body.get("choose")
    if choose is not None and not isinstance(choose, str):
        problems["choose"] = "a text is needed: the key of one area, or all"
    if ("text" in body) == ("aoi" in body):
        problems["text"] = "give either text (coordinates, WKT) or aoi (any form that a request takes)"
    elif "text" in body and not isinstance(body["text"], str):
        problems["text"] = "a text is needed; GeoJSON goes into aoi"
    if problems:
        raise InvalidSubmission(problems)
    field = "text" if "text" in body else "aoi"
    with _named(field):
        return intake.read_aoi_value(body[field], service().settings.limits, choose)


@contextmanager
def _named(field: str) -> Iterator[None]:
    """An outline that cannot be taken is a problem of this field."""
    try:
        yield
    except InvalidGeometry as error:
        raise InvalidSubmission({field: str(error)}) from error


# Showing what was found.


def _newest(request_id: str) -> StoredAssessment:
    query_of()
    with reading(service().engine) as requests:
        stored = casework.fetch(requests, request_id)
    if stored.latest is None:
        raise NotFound(f"The request {request_id} has not been assessed.")
    return stored.latest


def _findings(request_id: str) -> dict[str, Any]:
    """The newest assessment of an imaging request; only those have findings."""
    document = _newest(request_id).read()
    if "findings" not in document:
        raise NotFound(
            f"A request of kind {document['request']['kind']} has answers and no findings: they are in answer.json."
        )
    return document


def _shown(stored: StoredRequest, events: tuple[Event, ...]) -> dict[str, Any]:
    newest = stored.latest
    return {
        "id": stored.id,
        "reference": stored.reference,
        "kind": stored.kind,
        "received_at": stored.received_at.isoformat(),
        "actor": stored.actor,
        "source": stored.source,
        "changes": list(stored.changes),
        "verdict": newest and newest.verdict,
        "verdict_id": newest and newest.verdict_id,
        "assessments": [_assessed(a) for a in stored.assessments],
        "events": [_event(e) for e in events],
        "assessment": newest and newest.read(),
    }


def _assessed(assessment: StoredAssessment) -> dict[str, Any]:
    return {
        "at": assessment.at.isoformat(),
        "actor": assessment.actor,
        "verdict": assessment.verdict,
        "verdict_id": assessment.verdict_id,
        "as_of": assessment.as_of and assessment.as_of.isoformat(),
        "rulebook": assessment.rulebook,
        "engine": assessment.engine,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "kind": event.kind,
        "detail": dict(event.detail),
    }


def _line(line: RequestLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "href": url_for("api.show", request_id=line.id),
        "reference": line.reference,
        "kind": line.kind,
        "received_at": line.received_at.isoformat(),
        "actor": line.actor,
        "source": line.source,
        "verdict": line.verdict,
        "verdict_id": line.verdict_id,
        "assessed_at": line.assessed_at and line.assessed_at.isoformat(),
    }


def _file(text: str, content_type: str, name: str) -> Response:
    # The id was found in the store, so the name holds nothing that a header could not.
    response = Response(text, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
