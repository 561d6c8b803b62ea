"""Screenings in the service: an archive is sent, screened by another process, and looked at meanwhile."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask import Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from rsiwg import maps, reports
from rsiwg.errors import InvalidSubmission, NotFound, TooLarge
from rsiwg.screening.jobs import Job, Jobs
from rsiwg.settings import Settings
from rsiwg.web.answers import json_answer
from rsiwg.web.api import api
from rsiwg.web.pages import pages
from rsiwg.web.security import map_policy, nonce
from rsiwg.web.service import now, service

FIELDS = ("licence", "licensee", "activity", "recipient", "modality", "as_of", "exercise")
_CHOICES = {
    "activity": ("collect", "disseminate"),
    "recipient": ("us_government", "foreign_government", "commercial"),
    "modality": (
        "panchromatic",
        "multispectral",
        "hyperspectral",
        "swir",
        "mwir",
        "lwir",
        "sar",
        "lidar",
        "video",
        "non_earth",
    ),
    "exercise": ("yes", "no"),
}
_runners: list[subprocess.Popen[bytes]] = []


def start_runner(settings: Settings) -> None:
    """Start a process that screens what waits; it waits its turn where another one is at it."""
    _runners[:] = [runner for runner in _runners if runner.poll() is None]
    command = [
        sys.executable,
        "-m",
        "rsiwg.cli",
        "screen-waiting",
        str(settings.screenings.resolve()),
        "--rulebook",
        str(settings.geodata),
    ]
    _runners.append(
        subprocess.Popen(  # noqa: S603  # our own command
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
    )


def refuse_query() -> None:
    """No parameter is known here, and one that is not known is refused, never ignored."""
    if request.args:
        raise InvalidSubmission(
            dict.fromkeys(request.args, "there is no such parameter: leave it out or correct it")
        )


def _jobs() -> Jobs:
    return Jobs(service().settings.screenings)


def _document(job: Job) -> dict[str, Any]:
    return job.document(service().rulebook.version)


def _receive() -> Job:
    """Keep what was sent, and have it screened."""
    given: MultiDict[str, str] = request.form
    problems = {field: "there is no such field" for field in given if field not in (*FIELDS, "csrf_token")}
    said: dict[str, Any] = {}
    for field in ("licence", "licensee", "recipient", "modality"):
        if given.get(field, "").strip():
            said[field] = given[field].strip()[:300]
    activity = [value for value in given.getlist("activity") if value]
    if activity:
        said["activity"] = activity
    if given.get("exercise") == "yes":
        said["exercise"] = True
    for field, choices in _CHOICES.items():
        wrong = next((value for value in given.getlist(field) if value and value not in choices), None)
        if wrong is not None:
            problems[field] = f"give one of {', '.join(choices)}"
    as_of = None
    if given.get("as_of", "").strip():
        try:
            as_of = dt.date.fromisoformat(given["as_of"].strip())
        except ValueError:
            problems["as_of"] = "give a day as YYYY-MM-DD"
    file: FileStorage | None = request.files.get("file")
    data = file.read() if file else b""
    if not data:
        problems["file"] = "this is missing or empty: send an archive of scenes"
    if problems:
        raise InvalidSubmission(problems)
    assert file is not None
    job = _jobs().add(
        Path(file.filename or "archive").name, data, said, as_of, now(), service().rulebook.version
    )
    service().start_screening(service().settings)
    return job


# ---------------------------------------------------------------------------------------------- the API


@api.post("/archives")
def screen_archive() -> Response:
    """Take an archive and screen it in the background."""
    refuse_query()
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the archive as multipart/form-data, in the field file.")
    job = _receive()
    response = json_answer(_document(job), 202)
    response.headers["Location"] = url_for("api.show_screening", screening_id=job.id)
    return response


@api.get("/archives")
def list_screenings() -> Response:
    """Every screening, newest first."""
    refuse_query()
    return json_answer({"screenings": [_document(job) for job in _jobs().all()]})


@api.get("/archives/<screening_id>")
def show_screening(screening_id: str) -> Response:
    """How far a screening is, and its summary."""
    refuse_query()
    return json_answer(_document(_jobs().get(screening_id)))


@api.get("/archives/<screening_id>/hits.parquet")
def screening_hits(screening_id: str) -> Response:
    """The findings as GeoParquet."""
    return _file(screening_id, "hits", "application/vnd.apache.parquet")


@api.get("/archives/<screening_id>/rejected.ndjson")
def screening_rejected(screening_id: str) -> Response:
    """The rows that could not be judged, with the reason."""
    return _file(screening_id, "rejected", "application/x-ndjson")


def _file(screening_id: str, which: str, content_type: str) -> Response:
    refuse_query()
    job = _jobs().get(screening_id)
    path: Path = getattr(job.outputs(service().rulebook.version), which)
    if not job.outputs(service().rulebook.version).map.is_file():
        raise NotFound("This screening is not done yet.")
    return send_file(
        path.resolve(), mimetype=content_type, as_attachment=True, download_name=f"{job.id}-{path.name}"
    )


# -------------------------------------------------------------------------------------------- the pages


@pages.get("/screenings")
def screenings() -> str:
    """Send an archive, and see those sent before."""
    return _list({})


@pages.post("/screenings")
def send_archive() -> ResponseReturnValue:
    """Keep an archive and go to its page; where something is wrong, say so."""
    try:
        job = _receive()
    except InvalidSubmission as exc:
        return _list(exc.problems), 422
    except TooLarge as exc:
        return _list({"file": str(exc)}), 413
    return redirect(url_for("pages.screening", screening_id=job.id), 303)


def _list(problems: dict[str, str]) -> str:
    shown = [_document(job) for job in _jobs().all()]
    return render_template("screening/list.html", screenings=shown, problems=problems, choices=_CHOICES)


@pages.get("/screenings/<screening_id>")
def screening(screening_id: str) -> str:
    """One screening: its progress, and its summary when it is done."""
    document = _document(_jobs().get(screening_id))
    titles = {**reports.CHECK_TITLES, **{r.id: r.title for r in service().rulebook.restrictions}}
    return render_template(
        "screening/show.html", screening=document, titles=titles, of_counts=reports.counted_rows
    )


@pages.get("/screenings/<screening_id>/map")
def screening_map(screening_id: str) -> Response:
    """The map of a screening, a page of its own."""
    job, book = _jobs().get(screening_id), service().rulebook
    run = job.outputs(book.version)
    if not run.map.is_file():
        raise NotFound("This screening is not done yet.")
    scene = maps.screening_scene(json.loads(run.summary.read_bytes()), book)
    page = maps.draw(scene, assets=maps.Assets.linked(url_for("static", filename="vendor/")), nonce=nonce())
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = map_policy(nonce())
    return response
