"""The pages of parties: screen some names; the parties, hits, owners, places and referrals of a stored request."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from rsiwg import casework, party_cases, reports
from rsiwg.errors import InvalidSubmission, NotFound
from rsiwg.parties import parties_of
from rsiwg.reports.parties import ANSWER_LOOKS, ANSWERS
from rsiwg.store import reading_screenings, writing_screenings
from rsiwg.web.pages import pages
from rsiwg.web.security import nonce
from rsiwg.web.service import ONE_CHECK, actor, now, service

LATEST_CHANGES = 20
_PAPER = "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_EXAMPLE = (
    "name,role,country,aliases,owners\nExample Imaging Inc.,applicant,US,,Example Holding=60; Another=?\n"
)


@pages.get("/parties")
def parties() -> str:
    """Which names may be on a list, and how old are the lists?"""
    return _parties_page()


@pages.post("/parties")
def screen_some() -> ResponseReturnValue:
    """Screen a pasted table or a file; keeps nothing."""
    of = service()
    file, pasted = request.files.get("file"), request.form.get("table", "")
    name, data = "the table", pasted.encode()
    if file is not None and file.filename:
        name, data = file.filename, file.read()
    problems: dict[str, str] = {}
    document = None
    if not data.strip():
        problems["table"] = "Nothing was given: paste a table or choose a file."
    else:
        try:
            read = party_cases.read_some(data, name)
            in_use = of.lists.now()
            with ONE_CHECK:
                document = party_cases.screen_parties(
                    read, in_use, of.rulebook, of.settings.screening, day=now().date()
                )
        except InvalidSubmission as wrong:
            problems = wrong.problems
    if document is not None and request.form.get("as") == "csv":
        response = Response(
            reports.screening_csv(document), content_type="text/csv; charset=utf-8; header=present"
        )
        response.headers["Content-Disposition"] = 'attachment; filename="screening.csv"'
        return response
    return _parties_page(document=document, problems=problems, pasted=pasted), 422 if problems else 200


@pages.get("/requests/<request_id>/parties")
def request_parties(request_id: str) -> str:
    """Who is behind this request, and what has to be decided?"""
    return _request_page(request_id)


@pages.post("/requests/<request_id>/parties/screen")
def screen_request(request_id: str) -> ResponseReturnValue:
    """Screen a stored request now."""
    of = service()
    in_use = of.lists.now()
    with ONE_CHECK, writing_screenings(of.engine) as (requests, screenings):
        party_cases.screen_request(
            requests, screenings, request_id, in_use, of.rulebook, of.settings.screening,
            actor=actor("form"), now=now(),
        )  # fmt: skip
    return redirect(url_for("pages.request_parties", request_id=request_id), 303)


@pages.post("/requests/<request_id>/parties/decisions")
def decide_hit(request_id: str) -> ResponseReturnValue:
    """Keep what a person made of a hit."""
    of, form = service(), request.form
    given: dict[str, Any] = {k: form.get(k, "") for k in ("party", "entry", "entry_sha256", "reason")}
    given["match"] = {"true": True, "false": False}.get(form.get("match", ""))
    in_use = of.lists.now()
    try:
        with ONE_CHECK, writing_screenings(of.engine) as (requests, screenings):
            party_cases.decide(
                requests, screenings, request_id, given, in_use, of.rulebook, of.settings.screening,
                actor=actor("form"), now=now(),
            )  # fmt: skip
    except InvalidSubmission as wrong:
        return _request_page(request_id, problems=wrong.problems, given=given), 422
    return redirect(url_for("pages.request_parties", request_id=request_id), 303)


@pages.get("/requests/<request_id>/parties/referrals/<referral_id>")
def referral_sheet(request_id: str, referral_id: str) -> Response:
    """A referral on one page, to print or to keep (`?download=1`)."""
    with reading_screenings(service().engine) as (requests, screenings):
        stored = requests.get(request_id)
        referral = party_cases.referral_of(screenings, request_id, referral_id)
        document = screenings.of(request_id)[-1].read()
    is_file = bool(request.args.get("download"))
    page = reports.referral_html(
        referral,
        document,
        request_id=request_id,
        reference=stored.reference,
        nonce=None if is_file else nonce(),
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    if is_file:
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{request_id}-referral-{referral["id"]}.html"'
        )
    else:
        response.headers["Content-Security-Policy"] = _PAPER.format(nonce=nonce())
    return response


@pages.post("/requests/<request_id>/parties/referrals/<referral_id>")
def record_referral(request_id: str, referral_id: str) -> ResponseReturnValue:
    """Record that a referral was sent, answered or withdrawn."""
    given = {"state": request.form.get("state", ""), "note": request.form.get("note", "")}
    try:
        with writing_screenings(service().engine) as (_, screenings):
            party_cases.refer(screenings, request_id, referral_id, given, actor=actor("form"), now=now())
    except InvalidSubmission as wrong:
        return _request_page(request_id, problems=wrong.problems), 422
    return redirect(url_for("pages.request_parties", request_id=request_id) + "#referrals", 303)


def _request_page(request_id: str, **more: Any) -> str:
    of = service()
    with reading_screenings(of.engine) as (requests, screenings):
        stored = casework.fetch(requests, request_id)
        history = screenings.of(request_id)
        events = screenings.referrals(request_id)
    document = history[-1].read() if history else None
    try:
        known, _ = parties_of(stored.kind, stored.read())
        problem = None
    except (InvalidSubmission, NotFound) as wrong:
        known, problem = (), str(wrong)
    return render_template(
        "parties/request.html",
        stored=stored,
        history=history,
        document=document,
        known=known,
        problem=problem,
        referrals=party_cases.with_states(document["referrals"], events) if document else (),
        lists=party_cases.lists_document(of.settings.screening.lists, of.settings.screening, now().date()),
        chain_svg=_chain,
        ANSWERS=ANSWERS,
        ANSWER_LOOKS=ANSWER_LOOKS,
        **{"problems": {}, "given": {}, **more},
    )


def _parties_page(**more: Any) -> str:
    of = service()
    with reading_screenings(of.engine) as (_, screenings):
        changed = screenings.changed(LATEST_CHANGES)
    return render_template(
        "parties/start.html",
        lists=party_cases.lists_document(of.settings.screening.lists, of.settings.screening, now().date()),
        changed=changed,
        example=_EXAMPLE,
        chain_svg=_chain,
        ANSWERS=ANSWERS,
        ANSWER_LOOKS=ANSWER_LOOKS,
        **{"document": None, "problems": {}, "pasted": "", **more},
    )


def _chain(owned: Any) -> Markup:
    return Markup(reports.chain_svg(owned))  # noqa: S704  # every text in it was escaped
