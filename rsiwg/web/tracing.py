"""A request id on every answer and log line, and one log line per request."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request

_SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_log = structlog.get_logger()


def request_id() -> str:
    """Of the current request; the sender's own where it gave a sane one."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
    found: str = g.request_id
    return found


def install(app: Flask) -> None:
    """Begin and end every request with it."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    _log.info(
        "http.request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,  # the rule, never the path: ids stay out
        status=response.status_code,
        ms=round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
    )
    return response


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()
