"""The pages of one request: the form, the answer, its map, summary and exports."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from rsiwg import casework, maps, reports
from rsiwg.domain.document import pretty_json
from rsiwg.errors import ChoiceNeeded, Conflicting, InvalidGeometry, InvalidSubmission, NotFound, TooLarge
from rsiwg.reports import answer_words, words
from rsiwg.store import StoredRequest, reading, writing
from rsiwg.web.form import (
    LABELS,
    Answers,
    Blank,
    countries,
    field_of,
    fresh_key,
    generic,
    label_of,
    other_problems,
    read_file,
    said,
    short,
    shown_back,
    told,
    touched,
)
from rsiwg.web.pages import pages
from rsiwg.web.security import map_policy, nonce
from rsiwg.web.service import ONE_CHECK, actor, now, service

_SUMMARY_POLICY = "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@pages.get("/requests/new")
def new_request() -> str:
    """An empty form, or one filled with the answers of a stored request, changed by a remedy if asked."""
    answers = Answers(key=fresh_key(), activity=["collect", "disseminate"], sensors=1)
    if origin := request.args.get("origin"):
        document = _checked(origin)
        body = document["request"]
        if wanted := request.args.get("remedy"):
            body = next((r["request"] for r in document["remedies"] if r["id"] == wanted), None)
            if body is None:
                raise NotFound("This request has no remedy of that number.")
        answers = Answers.of_body(body, key=fresh_key())
    return _form(answers)


@pages.post("/requests/new")
def submit_request() -> ResponseReturnValue:
    """Store a request; where something is wrong, show every problem with the answers kept."""
    answers = Answers.of_form(request.form)
    if "add_sensor" in request.form or "remove_sensor" in request.form:
        return _form(answers.with_sensors(request.form))
    problems: dict[str, str] = {}
    choices: tuple[Mapping[str, object], ...] = ()
    file = request.files.get("aoi_file")
    changes: tuple[str, ...] = ()
    if file is not None and file.filename:
        try:
            changes = read_file(file, answers)
        except ChoiceNeeded as needed:
            problems["aoi"], choices = str(needed), needed.choices
        except (InvalidGeometry, InvalidSubmission, TooLarge) as wrong:
            problems["aoi"] = said(wrong)
    if not problems:
        try:
            with ONE_CHECK, writing(service().engine) as requests:
                stored = casework.submit(
                    answers.body(),
                    service().rulebook,
                    requests,
                    limits=service().settings.limits,
                    actor=actor("form"),
                    source="form",
                    now=now(),
                    key=answers["key"] or None,
                )
        except InvalidSubmission as wrong:
            problems = wrong.problems
        except ChoiceNeeded as needed:
            problems, choices = {"aoi": str(needed)}, needed.choices
        except Conflicting:
            # The same form sent again with other answers is another request.
            answers["key"] = fresh_key()
            problems = {
                "form": "This form was sent before with other answers. Send it again to store these as well."
            }
        else:
            session["submitted"] = stored.id
            return redirect(url_for("pages.show", request_id=stored.id), 303)
    else:
        problems = {**other_problems(answers), **problems}
    return _form(answers, problems, choices, changes), 422


@pages.post("/requests/new/check")
def live_check() -> str:
    """What the answers so far come to: a verdict, or what is touched and what is missing.  Keeps nothing."""
    answers, book = Answers.of_form(request.form), service().rulebook
    limits = service().settings.limits
    try:
        with ONE_CHECK:
            checked = casework.check(answers.body(), book, limits=limits)
    except InvalidSubmission as wrong:
        missing = [(field_of(path), label_of(path), short(why)) for path, why in wrong.problems.items()]
        return render_template(
            "requests/_live.html", document=None, missing=missing, touched=touched(answers, book)
        )
    except ChoiceNeeded:
        missing = [("aoi", LABELS["aoi"], "say which of the areas is meant")]
        return render_template("requests/_live.html", document=None, missing=missing, touched=None)
    return render_template("requests/_live.html", document=checked.document)


def _form(
    answers: "Answers",
    problems: Mapping[str, str] | None = None,
    choices: Iterable[Mapping[str, object]] = (),
    changes: tuple[str, ...] = (),
) -> str:
    listed = [(field_of(path), told(path, why)) for path, why in (problems or {}).items()]
    order = list(LABELS)
    listed.sort(key=lambda each: order.index(generic(each[0])) if generic(each[0]) in order else len(order))
    book = service().rulebook
    file = request.files.get("aoi_file")
    return render_template(
        "requests/new.html",
        v=answers,
        sensors=range(answers["sensors"] or 1),
        errors=Blank(dict(reversed(listed))),
        problems=listed,
        choices=choices,
        chosen_file=file.filename if file else "",
        aoi_shown=None if problems and "aoi" in problems else shown_back(answers, changes),
        aoi_url=url_for("api.read_aoi"),
        inside_says=answers.inside_says(),
        countries=countries(book),
        limits=service().settings.limits,
    )


@pages.get("/requests/<request_id>")
def show(request_id: str) -> str:
    """Is it all right, and if not, exactly why and what would fix it?"""
    return _page_of(_fetched(request_id), submitted=session.pop("submitted", None) == request_id)


@pages.post("/requests/<request_id>/recheck")
def recheck(request_id: str) -> str:
    """Check the stored request again and say whether the answer is the same."""
    stored = _fetched(request_id)
    document = _newest(stored)
    with ONE_CHECK:
        again = casework.recheck(document, service().rulebook)
    return _page_of(stored, recheck=again)


@pages.get("/requests/<request_id>/map")
def map_page(request_id: str) -> Response:
    """The map alone, for the frame and for a whole screen."""
    scene = maps.scene_of(_checked(request_id), service().rulebook)
    assets = maps.Assets.linked(url_for("static", filename="vendor/"))
    response = Response(
        maps.draw(scene, assets=assets, nonce=nonce()), content_type="text/html; charset=utf-8"
    )
    response.headers["Content-Security-Policy"] = map_policy(nonce())
    return response


@pages.get("/requests/<request_id>/map.html")
def map_file(request_id: str) -> Response:
    """The map as a single file that opens from disk."""
    scene = maps.scene_of(_checked(request_id), service().rulebook)
    page = maps.draw(scene, assets=maps.Assets.inline())
    return _file(page, "text/html; charset=utf-8", f"{request_id}-map.html")


@pages.get("/requests/<request_id>/summary")
def summary(request_id: str) -> Response:
    """The compliance summary, to print or to keep (`?download=1`)."""
    stored, document = _fetched(request_id), _checked(request_id)
    if request.args.get("download"):
        page = reports.summary_html(document, received_at=stored.received_at, kept_as=stored.id)
        return _file(page, "text/html; charset=utf-8", f"{request_id}-summary.html")
    page = reports.summary_html(document, received_at=stored.received_at, kept_as=stored.id, nonce=nonce())
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _SUMMARY_POLICY.format(nonce=nonce())
    return response


@pages.get("/requests/<request_id>/answer.json")
def answer_json(request_id: str) -> Response:
    """The whole answer."""
    return _file(pretty_json(_newest(_fetched(request_id))), "application/json", f"{request_id}-answer.json")


@pages.get("/requests/<request_id>/findings.csv")
def findings_as_csv(request_id: str) -> Response:
    """The findings as a table."""
    table = reports.findings_csv(_checked(request_id))
    return _file(table, "text/csv; charset=utf-8; header=present", f"{request_id}-findings.csv")


@pages.get("/requests/<request_id>/findings.geojson")
def findings_as_geojson(request_id: str) -> Response:
    """The findings that have a place."""
    collection = reports.findings_geojson(_checked(request_id))
    return _file(pretty_json(collection), "application/geo+json", f"{request_id}-findings.geojson")


def _page_of(stored: StoredRequest, **more: Any) -> str:
    document = _newest(stored)
    told = {"submitted": False, "recheck": None, **more}
    if "findings" not in document:
        return render_template(
            "requests/examined.html",
            stored=stored,
            document=document,
            open_answers=[a for a in document["answers"] if answer_words.look(a) == "indeterminate"],
            rows=answer_words.flat_rows(document["request"]),
            **told,
        )
    return render_template(
        "requests/show.html",
        stored=stored,
        document=document,
        shown_on_map=_shown_on_map(document),
        answered=_answered(stored, document),
        rulebook_version=service().rulebook.version,
        **told,
    )


def _answered(stored: StoredRequest, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions of the regulation library that fit an imaging request, as of the day it was received."""
    of = service()
    with ONE_CHECK:
        answers = casework.ask_all(
            document["request"], of.rulebook, limits=of.settings.limits, as_of=stored.received_at.date()
        )
    placed = {f["says"]: f["id"] for f in document["findings"] if f["where"]}
    for step in (step for answer in answers for step in answer["trace"]):
        step["on_map"] = [ref for says, ref in placed.items() if says in step["result"]]
    return answers


def _shown_on_map(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each thing the map draws for this request, for the table beside it."""
    aoi = document["aoi"]
    area = {
        "ref": "AOI",
        "what": "Area asked for",
        "outcome": None,
        "km2": aoi["area_km2"],
        "share": None,
        "bbox": aoi["bbox"],
    }
    findings = [
        {
            "ref": f["id"],
            "what": f["says"],
            "outcome": f["outcome"],
            "km2": f["area_km2"],
            "share": f["share_of_aoi"],
            "bbox": words.extent(f["where"]),
        }
        for f in words.worst_first(document["findings"])
        if f["where"]
    ]
    remedies = [
        {
            "ref": r["id"],
            "what": r["says"],
            "outcome": None,
            "km2": r["piece_km2"],
            "share": r["share_of_aoi"],
            "bbox": words.extent(r["piece"]),
        }
        for r in document["remedies"]
        if r["piece"]
    ]
    return [area, *findings, *remedies]


def _fetched(request_id: str) -> StoredRequest:
    with reading(service().engine) as requests:
        return casework.fetch(requests, request_id)


def _newest(stored: StoredRequest) -> dict[str, Any]:
    if stored.latest is None:
        raise NotFound("This request has not been assessed.")
    return stored.latest.read()


def _checked(request_id: str) -> dict[str, Any]:
    """The newest answer to an imaging request; no other kind has findings, a map or a summary."""
    document = _newest(_fetched(request_id))
    if "findings" not in document:
        raise NotFound("Only an imaging request has findings, a map and a summary.")
    return document


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
