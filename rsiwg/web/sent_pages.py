"""A simple way in for a request of any kind: paste or upload it as JSON."""

import json

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from rsiwg import casework, intake
from rsiwg.domain.document import pretty_json
from rsiwg.errors import ChoiceNeeded, Conflicting, InvalidGeometry, InvalidSubmission, TooLarge
from rsiwg.store import reading, writing
from rsiwg.web.form import fresh_key
from rsiwg.web.pages import pages
from rsiwg.web.service import ONE_CHECK, actor, now, service


@pages.get("/requests/send")
def send_request() -> str:
    """An empty field, or one filled with a stored request."""
    text = ""
    if origin := request.args.get("origin"):
        with reading(service().engine) as requests:
            text = pretty_json(casework.fetch(requests, origin).read())
    return _page(text)


@pages.post("/requests/send")
def store_sent() -> ResponseReturnValue:
    """Store a request; where something is wrong, show every problem with the text kept."""
    file, of = request.files.get("file"), service()
    data = file.read() if file is not None and file.filename else request.form.get("text", "").encode()
    problems: list[tuple[str, str]]
    key = request.form.get("key")
    try:
        body = intake.read_json(data, of.settings.limits)
        with ONE_CHECK, writing(of.engine) as requests:
            stored = casework.submit(
                body,
                of.rulebook,
                requests,
                limits=of.settings.limits,
                actor=actor("form"),
                source="form",
                now=now(),
                key=key or None,
            )
    except InvalidSubmission as wrong:
        problems = list(wrong.problems.items())
    except ChoiceNeeded as needed:
        keys = ", ".join(json.dumps(choice["choose"]) for choice in needed.choices)
        problems = [("aoi_choose", f"{needed}; give one of {keys}")]
    except (InvalidGeometry, TooLarge) as wrong:
        problems = [("", str(wrong))]
    except Conflicting:
        key = None
        problems = [
            ("", "This page was sent before with another request. Send it again to store this one too.")
        ]
    else:
        session["submitted"] = stored.id
        return redirect(url_for("pages.show", request_id=stored.id), 303)
    return _page(data.decode("utf-8", "replace"), problems, key), 422


def _page(text: str, problems: list[tuple[str, str]] | None = None, key: str | None = None) -> str:
    return render_template(
        "requests/send.html",
        text=text,
        problems=problems or [],
        key=key or fresh_key(),
        kinds=casework.KEPT_KINDS,
    )
