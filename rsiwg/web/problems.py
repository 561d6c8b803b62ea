"""Errors as answers: problem details (RFC 9457) for programs, a page for people."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from rsiwg import errors
from rsiwg.web.answers import json_answer
from rsiwg.web.tracing import request_id

STATUS: dict[type[errors.RsiwgError], int] = {
    errors.InvalidSubmission: 422,
    errors.InvalidGeometry: 422,
    errors.InvalidImage: 422,
    errors.InvalidLists: 422,
    errors.ChoiceNeeded: 422,
    errors.TooLarge: 413,
    errors.NotFound: 404,
    errors.Conflicting: 409,
    errors.NotPublishable: 409,
    errors.RulebookUnusable: 503,
    errors.StoreUnusable: 503,
    errors.AssetMissing: 503,
}

_SAYS = {
    400: "The request cannot be read as it was sent.",
    403: "This is not allowed.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "What was sent is larger than this service takes; /api/v1/limits has the limits.",
    415: "Send JSON, with the header Content-Type: application/json.",
    429: "Too many requests came from your address. Try again in a minute.",
    500: "Something went wrong in the service. It was recorded under the request id.",
    503: "The service cannot answer at the moment. The reason was recorded under the request id.",
}

_log = structlog.get_logger()


def install(app: Flask) -> None:
    """Handle every error raised on purpose, and every HTTP error."""
    app.register_error_handler(errors.RsiwgError, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)


def problem(status: int, detail: str, *, kind: str | None = None, **more: Any) -> Response:
    """Problem details; `kind` names the error's class, `more` is added as members."""
    document = {
        "type": f"urn:rsiwg:problem:{_slug(kind)}" if kind else "about:blank",
        "title": _spaced(kind) if kind else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request_id(),
        **more,
    }
    return json_answer(document, status, "application/problem+json")


def _refuse(error: errors.RsiwgError) -> ResponseReturnValue:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    detail = str(error)
    if status >= 500:
        # These messages are for the operator: they may name files.
        _log.error("http.unusable", error=type(error).__name__, says=detail)
        detail = _SAYS[status]
    more: dict[str, Any] = {}
    if isinstance(error, errors.InvalidSubmission):
        more["problems"] = [{"field": field, "detail": why} for field, why in error.problems.items()]
    if isinstance(error, errors.ChoiceNeeded):
        more["choices"] = [dict(choice) for choice in error.choices]
    return _answer(status, detail, type(error).__name__, more)


def _refuse_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code
    if status is None or status < 400:  # a redirect
        return error.get_response()
    is_our_own = error.description != type(error).description
    detail = error.description if is_our_own and status < 500 else None
    response = _answer(status, detail or _SAYS.get(status, HTTPStatus(status).phrase + "."), None, {})
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _answer(status: int, detail: str, kind: str | None, more: Mapping[str, Any]) -> Response:
    if request.path.startswith("/api/"):
        return problem(status, detail, kind=kind, **more)
    title = _spaced(kind) if kind else HTTPStatus(status).phrase
    return Response(_page(status, title, detail, more), status, content_type="text/html; charset=utf-8")


def _page(status: int, title: str, detail: str, more: Mapping[str, Any]) -> str:
    try:
        return render_template(
            "error.html",
            status=status,
            title=title,
            says="" if detail in _SAYS.values() else detail,  # the template has its own words for these
            problems={p["field"]: p["detail"] for p in more.get("problems", ())},
            choices=more.get("choices", ()),
            request_id=request_id(),
        )
    except Exception:
        # A page about an error must not fail itself.
        _log.exception("http.error_page_failed")
        return (
            f'<!doctype html><html lang="en"><title>{escape(title)}</title>'
            f"<h1>{escape(title)}</h1><p>{escape(detail)}</p><p>Request id: {escape(request_id())}</p></html>"
        )


def _words(kind: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z][a-z]*", kind)]


def _slug(kind: str) -> str:
    return "-".join(_words(kind))


def _spaced(kind: str) -> str:
    return " ".join(_words(kind)).capitalize()
