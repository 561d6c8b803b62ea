"""The pages for people.  Each view reads its input, calls one use case and shows the answer."""

import datetime as dt
import functools
import importlib.resources
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage, MultiDict

import rsiwg
from rsiwg import casework, intake, maps, reports
from rsiwg.domain import Layer, Restriction, Rulebook
from rsiwg.domain.document import aoi_document, pretty_json
from rsiwg.errors import ChoiceNeeded, Conflicting, InvalidGeometry, InvalidSubmission, NotFound, TooLarge
from rsiwg.geometry import area_km2, overlap, to_geojson
from rsiwg.reports import words
from rsiwg.reports.summary import filters, names
from rsiwg.store import StoredRequest, reading, writing
from rsiwg.web.security import map_policy, nonce
from rsiwg.web.service import actor, now, service

pages = Blueprint("pages", __name__)

LATEST = 20
"""Requests listed on the start page."""

MOST_SENSORS = 20
SOON_DAYS = 60
"""A layer whose review is due within so many days says so."""

_SUMMARY_POLICY = "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@pages.record_once
def _teach_templates(state: Any) -> None:
    environment = state.app.jinja_env
    environment.filters.update(filters())
    environment.filters.update(sentence=_sentence, capitalize_first=_capitalized, changes_of=_changes_of)
    environment.globals.update(names())
    environment.trim_blocks = environment.lstrip_blocks = True


@pages.app_context_processor
def _everywhere() -> dict[str, Any]:
    return {"here": request.endpoint, "version": rsiwg.__version__}


# ------------------------------------------------------------------------------------------ start, rules


@pages.get("/")
def start() -> str:
    """What can I do here, and how do I begin?"""
    book = service().rulebook
    with reading(service().engine) as requests:
        latest = requests.latest(LATEST)
    return render_template("start.html", latest=latest, rulebook=book, troubles=_troubles(book))


@pages.get("/rules")
def rules() -> str:
    """What do we hold to be in force, since when, on whose word?"""
    book = service().rulebook
    groups = [(status, [r for r in book.restrictions if r.status == status]) for status in words.STATUSES]
    return render_template(
        "rules/list.html", rulebook=book, groups=[g for g in groups if g[1]], today=now().date()
    )


@pages.get("/rules/<rule_id>")
def rule(rule_id: str) -> str:
    """One restriction: its limits, where, whom it binds, and on whose word."""
    found = _rule(rule_id)
    zones = [(zone, area_km2(zone.area)) for zone in found.zones]
    return render_template("rules/show.html", rule=found, zones=zones)


@pages.get("/layers")
def layers() -> str:
    """How sound are the outlines that answers rest on?"""
    book, today = service().rulebook, now().date()
    shown = [(layer, (today - layer.retrieved_on).days, _state(layer, today)) for layer in book.layers]
    return render_template("layers.html", rulebook=book, layers=shown)


@pages.get("/help")
def help_page() -> str:
    """Formats, limits, how to read a verdict, keys."""
    return render_template("help.html", limits=service().settings.limits)


@pages.get("/map-background.js")
def background_script() -> Response:
    """The background of every map, as the map page has it, for the map of the form."""
    response = Response(_background(), content_type="text/javascript; charset=utf-8")
    response.set_etag(rsiwg.__version__)
    response.make_conditional(request)
    return response


# ------------------------------------------------------------------------------------------------- form


@pages.get("/requests/new")
def new_request() -> str:
    """An empty form, or one filled with the answers of a stored request, changed by a remedy if asked."""
    answers = Answers(key=_fresh_key(), activity=["collect", "disseminate"], sensors=1)
    if origin := request.args.get("origin"):
        document = _newest(_fetched(origin))
        body = document["request"]
        if wanted := request.args.get("remedy"):
            body = next((r["request"] for r in document["remedies"] if r["id"] == wanted), None)
            if body is None:
                raise NotFound("This request has no remedy of that number.")
        answers = Answers.of_body(body, key=_fresh_key())
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
            changes = _read_file(file, answers)
        except ChoiceNeeded as needed:
            problems["aoi"], choices = str(needed), needed.choices
        except (InvalidGeometry, InvalidSubmission, TooLarge) as wrong:
            problems["aoi"] = _said(wrong)
    if not problems:
        try:
            with writing(service().engine) as requests:
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
            answers["key"] = _fresh_key()
            problems = {
                "form": "This form was sent before with other answers. Send it again to store these as well."
            }
        else:
            session["submitted"] = stored.id
            return redirect(url_for("pages.show", request_id=stored.id), 303)
    else:
        problems = {**_other_problems(answers), **problems}
    return _form(answers, problems, choices, changes), 422


@pages.post("/requests/new/check")
def live_check() -> str:
    """What the answers so far come to: a verdict, or what is touched and what is missing.  Keeps nothing."""
    answers, book = Answers.of_form(request.form), service().rulebook
    limits = service().settings.limits
    try:
        checked = casework.check(answers.body(), book, limits=limits)
    except InvalidSubmission as wrong:
        missing = [(field_of(path), label_of(path), _short(why)) for path, why in wrong.problems.items()]
        return render_template(
            "requests/_live.html", document=None, missing=missing, touched=_touched(answers, book)
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
    listed = [(field_of(path), _told(path, why)) for path, why in (problems or {}).items()]
    order = list(LABELS)
    listed.sort(key=lambda each: order.index(_generic(each[0])) if _generic(each[0]) in order else len(order))
    book = service().rulebook
    file = request.files.get("aoi_file")
    return render_template(
        "requests/new.html",
        v=answers,
        sensors=range(answers["sensors"] or 1),
        errors=_Blank(dict(reversed(listed))),
        problems=listed,
        choices=choices,
        chosen_file=file.filename if file else "",
        aoi_shown=None if problems and "aoi" in problems else _shown_back(answers, changes),
        aoi_url=url_for("api.read_aoi"),
        inside_says=answers.inside_says(),
        countries=_countries(book),
        limits=service().settings.limits,
    )


class _Blank(dict[str, Any]):
    """Answers an empty text for what it does not hold."""

    def __missing__(self, key: str) -> str:
        return ""


class Answers(_Blank):
    """The fields of the form by name, as typed; turned into a request body and back."""

    @classmethod
    def of_form(cls, form: MultiDict[str, str]) -> "Answers":
        """What was sent."""
        given = cls({name: value.strip() for name, value in form.items()})
        given["activity"] = form.getlist("activity")
        given["sensors"] = _sensor_count(form)
        given["key"] = given["key"] or _fresh_key()
        return given

    @classmethod
    def of_body(cls, body: Mapping[str, Any], key: str) -> "Answers":
        """The form that would send this request document."""
        made = cls(key=key, sensors=len(body["sensors"]), activity=list(body["activity"]))
        made["aoi"] = json.dumps(body["aoi"], separators=(",", ":"))
        made["exercise"] = "yes" if body.get("exercise") else ""
        made["reference"] = body["reference"]
        for part in ("applicant", "licence", "recipient", "collection"):
            for name, value in (body.get(part) or {}).items():
                made[f"{part}-{name}"] = _typed(value)
        for n, sensor in enumerate(body["sensors"]):
            for name, value in sensor.items():
                made[f"sensors-{n}-{name}"] = _typed(value)
        product = dict(body.get("product") or {})
        if inside := product.pop("inside", None):
            made["product-inside"] = json.dumps(inside, separators=(",", ":"))
        made["product-resolution"] = _typed(next(iter(product.values()), ""))
        return made

    def with_sensors(self, form: Mapping[str, str]) -> "Answers":
        """One sensor more, or one fewer."""
        if "add_sensor" in form:
            self["sensors"] = min(self["sensors"] + 1, MOST_SENSORS)
            return self
        gone = int(form["remove_sensor"]) if form["remove_sensor"].isdecimal() else -1
        kept = [n for n in range(self["sensors"]) if n != gone] or [0]
        before = {name: self.pop(name) for name in list(self) if name.startswith("sensors-")}
        for new, old in enumerate(kept):
            for name in SENSOR_FIELDS:
                self[f"sensors-{new}-{name}"] = before.get(f"sensors-{old}-{name}", "")
        self["sensors"] = len(kept)
        return self

    def body(self) -> dict[str, Any]:
        """The request as the published schema takes it; what was left empty is left out."""
        sensors = [self._sensor(n) for n in range(self["sensors"])]
        return _without_empty(
            {
                "kind": "imaging",
                "reference": self["reference"],
                "applicant": _without_empty(
                    {
                        "name": self["applicant-name"],
                        "country": self["applicant-country"],
                        "us_person": _yes_no(self["applicant-us_person"]),
                        "operated_from_us": _yes_no(self["applicant-operated_from_us"]),
                    }
                ),
                "sensors": sensors,
                "product": self._product(sensors),
                "licence": _without_empty(
                    {
                        "part_960": _yes_no(self["licence-part_960"]),
                        "tier": int(self["licence-tier"])
                        if self["licence-tier"] in ("1", "2", "3")
                        else None,
                        "licensee": self["licence-licensee"],
                    }
                )
                or None,
                "recipient": _without_empty(
                    {name: self[f"recipient-{name}"] for name in ("kind", "name", "country")}
                )
                or None,
                "activity": self["activity"],
                "collection": _without_empty(
                    {"start": self["collection-start"], "end": self["collection-end"]}
                ),
                "exercise": True if self["exercise"] else None,
                "aoi": self.area(),
                "aoi_choose": self["aoi_choose"],
            },
            keep=("applicant", "sensors", "activity", "collection"),
        )

    def area(self) -> object:
        """The area as typed: GeoJSON as an object, anything else as text."""
        text = self["aoi"]
        if not text.startswith("{"):
            return text
        try:
            return intake.read_json(text.encode(), service().settings.limits)
        except InvalidSubmission:
            return text

    def inside_says(self) -> str:
        """The pieces of another resolution, in words."""
        pieces = self._inside()
        if not isinstance(pieces, list):
            return "Pieces that cannot be read"
        told = [words.resolution(piece) for piece in pieces if isinstance(piece, dict)]
        return f"{words.plural(len(told), 'piece')} disseminated at {', '.join(dict.fromkeys(told))}"

    def _inside(self) -> object:
        if not self["product-inside"]:
            return None
        try:
            return json.loads(self["product-inside"])
        except ValueError:
            return self["product-inside"]

    def _product(self, sensors: list[dict[str, Any]]) -> dict[str, Any] | None:
        is_sar = bool(sensors) and all(s.get("modality") == "sar" for s in sensors)
        inside = self._inside()
        made = _without_empty(
            {"ipr_m" if is_sar else "gsd_m": _number(self["product-resolution"]), "inside": inside}
        )
        return made or None

    def _sensor(self, n: int) -> dict[str, Any]:
        typed = {name: self[f"sensors-{n}-{name}"] for name in SENSOR_FIELDS}
        numbers = {name: _number(value) for name, value in typed.items() if name.endswith(("_m", "_deg"))}
        made = typed | numbers
        if made["modality"] == "sar":
            made["gsd_m"] = ""
            if made["ipr_range_m"] != "" and made["ipr_azimuth_m"] == "":
                made["ipr_m"] = made.pop("ipr_range_m")
        else:
            for name in ("ipr_range_m", "ipr_azimuth_m", "ipr_plane"):
                made[name] = ""
        return _without_empty(made)


SENSOR_FIELDS = (
    "name",
    "modality",
    "gsd_m",
    "ipr_range_m",
    "ipr_azimuth_m",
    "ipr_plane",
    "max_off_nadir_deg",
)

LABELS = {
    "form": "Form",
    "aoi": "Area of interest",
    "sensors": "Sensors",
    "sensors-modality": "Kind of sensor",
    "sensors-name": "Name of the sensor",
    "sensors-gsd_m": "Ground sample distance",
    "sensors-ipr_range_m": "Impulse response in range",
    "sensors-ipr_azimuth_m": "Impulse response in azimuth",
    "sensors-ipr_plane": "Plane of the range resolution",
    "sensors-max_off_nadir_deg": "Largest off-nadir angle",
    "activity": "What you will do with the data",
    "product-resolution": "Resolution of the product",
    "product-inside": "Pieces with another resolution",
    "collection-start": "First day of collection",
    "collection-end": "Last day of collection",
    "applicant-name": "Applicant",
    "applicant-country": "Country of the applicant",
    "applicant-us_person": "U.S. person",
    "applicant-operated_from_us": "Operated from the United States",
    "licence-part_960": "Licensed under 15 CFR Part 960",
    "licence-tier": "Tier of the license",
    "licence-licensee": "License holder",
    "recipient-kind": "Who receives the data",
    "recipient-name": "Name of the recipient",
    "recipient-country": "Country of the recipient",
    "reference": "Your reference",
    "exercise": "Exercise",
}
"""Fields of the form in the order of the page, with their short names; every sensor alike."""

_CHOSEN = ("modality", "country", "kind", "ipr_plane")
"""Last parts of the names of fields in which one chooses rather than types."""

_ELSEWHERE = {
    "sensor": "sensors-0-modality",
    "sensors": "sensors-0-modality",
    "applicant": "applicant-name",
    "collection": "collection-start",
    "recipient": "recipient-kind",
    "licence": "licence-part_960",
    "product": "product-resolution",
    "product-gsd_m": "product-resolution",
    "product-ipr_m": "product-resolution",
    "aoi_choose": "aoi",
}
"""Paths of a request that the form asks for under another name."""


def field_of(path: str) -> str:
    """The id of the field that a path of the request (``sensors[0].gsd_m``) is asked for with."""
    field = path.replace("[", ".").replace("]", "").replace(".", "-")
    if field.startswith("sensor-"):
        field = f"sensors-0-{field.removeprefix('sensor-')}"
    if field.endswith("-ipr_m") and field.startswith("sensors-"):
        field = field.replace("-ipr_m", "-ipr_range_m")
    field = _ELSEWHERE.get(field, field)
    for whole in ("product-inside", "aoi", "activity"):
        if field.startswith(f"{whole}-"):
            return whole
    if _generic(field) in LABELS and field != "form":
        return field
    parts = field.split("-")
    if parts[0] == "sensors" and len(parts) > 1:
        return f"sensors-{parts[1]}-modality"
    return _ELSEWHERE.get(parts[0], "main")


def label_of(path: str) -> str:
    """What the form calls a path of the request; a text that is no such path stays as it is."""
    field = field_of(path)
    label = LABELS.get(_generic(field))
    if label is None or " " in path:
        return _capitalized(path)
    number = field.split("-")[1] if field.startswith("sensors-") else ""
    return f"{label}, sensor {int(number) + 1}" if number.isdecimal() and number != "0" else label


def _told(path: str, why: str) -> str:
    """What is wrong, as a person at the form is told it."""
    field, label = field_of(path), label_of(path)
    if not why.startswith(("this is missing", "this is empty")):
        return f"{label}: {why}"
    if field == "aoi":
        return "Give the area of interest: upload a file, paste it as text, or draw it"
    if field == "activity":
        return "Choose what you will do with the data"
    verb = "Choose" if field.endswith(_CHOSEN) else "Enter"
    return f"{verb}: {label[0].lower()}{label[1:]}"


def _generic(field: str) -> str:
    parts = field.split("-")
    return "-".join([parts[0], *parts[2:]]) if parts[0] == "sensors" and len(parts) > 2 else field


def _sensor_count(form: MultiDict[str, str]) -> int:
    numbers = [
        int(n[1])
        for name in form
        if (n := name.split("-"))[0] == "sensors" and len(n) > 2 and n[1].isdecimal()
    ]
    return min(max(numbers, default=0) + 1, MOST_SENSORS)


def _number(text: str) -> float | str:
    """A number where it is one; otherwise the text, so that intake says what is wrong with it."""
    try:
        value = float(text.replace("\u2009", "").replace("\u00a0", ""))
    except ValueError:
        return text
    return value if abs(value) < float("inf") else text


def _yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _without_empty(document: dict[str, Any], keep: tuple[str, ...] = ()) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k in keep or (v is not None and v not in ("", [], {}))}


def _read_file(file: FileStorage, answers: Answers) -> tuple[str, ...]:
    """Put the area of an uploaded file into the answers as text, so that it is not lost; what was changed."""
    read = intake.read_aoi_file(
        file.stream.read(), file.filename or "file", service().settings.limits, answers["aoi_choose"] or None
    )
    answers["aoi"] = json.dumps(to_geojson(read.area), separators=(",", ":"))
    answers.pop("aoi_choose", None)
    return read.changes


def _other_problems(answers: Answers) -> dict[str, str]:
    """What is wrong besides the area."""
    try:
        intake.read_submission(answers.body(), service().settings.limits)
    except InvalidSubmission as wrong:
        return {path: why for path, why in wrong.problems.items() if field_of(path) != "aoi"}
    except ChoiceNeeded:
        pass
    return {}


def _read_text(answers: Answers) -> Any:
    """The area typed, or None where there is none that can be read."""
    if not answers["aoi"]:
        return None
    try:
        return intake.read_aoi_value(answers.area(), service().settings.limits, answers["aoi_choose"] or None)
    except (InvalidGeometry, InvalidSubmission, TooLarge, ChoiceNeeded):
        return None


def _shown_back(answers: Answers, changes: tuple[str, ...]) -> dict[str, Any] | None:
    read = _read_text(answers)
    return read and {**aoi_document(read.area), "changes": [*changes, *read.changes]}


def _touched(answers: Answers, book: Rulebook) -> list[dict[str, str]] | None:
    """The restrictions whose outlines the area meets, in words; None without an area."""
    read = _read_text(answers)
    if read is None:
        return None
    found = []
    for restriction in book.restrictions:
        met = [
            (zone, area_km2(shared))
            for zone in restriction.zones
            if not (shared := overlap(read.area, zone.area)).is_empty
        ]
        if met and (restriction.status != "exercise" or answers["exercise"]):
            places = "; ".join(f"{words.area(km2)} in {zone.title}" for zone, km2 in met[:3])
            found.append({"title": _capitalized(restriction.title), "says": f"{places}."})
    return found


def _said(wrong: Exception) -> str:
    return "; ".join(wrong.problems.values()) if isinstance(wrong, InvalidSubmission) else str(wrong)


def _short(why: str) -> str:
    return "" if why.startswith(("this is missing", "this is empty")) else why


def _fresh_key() -> str:
    return secrets.token_urlsafe(16)


def _countries(book: Rulebook) -> list[tuple[str, str]]:
    """Country codes and names as the country layer has them, the United States first."""
    found = {place.iso_a2: place.name for place in book.places.countries.places if place.iso_a2}
    return sorted(found.items(), key=lambda each: (each[0] != "US", each[1]))


# ---------------------------------------------------------------------------------------- stored requests


@pages.get("/requests/<request_id>")
def show(request_id: str) -> str:
    """Is it all right, and if not, exactly why and what would fix it?"""
    return _page_of(_fetched(request_id), submitted=session.pop("submitted", None) == request_id)


@pages.post("/requests/<request_id>/recheck")
def recheck(request_id: str) -> str:
    """Check the stored request again and say whether the answer is the same."""
    stored = _fetched(request_id)
    return _page_of(stored, recheck=casework.recheck(_newest(stored), service().rulebook))


@pages.get("/requests/<request_id>/map")
def map_page(request_id: str) -> Response:
    """The map alone, for the frame and for a whole screen."""
    scene = maps.scene_of(_newest(_fetched(request_id)), service().rulebook)
    assets = maps.Assets.linked(url_for("static", filename="vendor/"))
    response = Response(
        maps.draw(scene, assets=assets, nonce=nonce()), content_type="text/html; charset=utf-8"
    )
    response.headers["Content-Security-Policy"] = map_policy(nonce())
    return response


@pages.get("/requests/<request_id>/map.html")
def map_file(request_id: str) -> Response:
    """The map as a single file that opens from disk."""
    scene = maps.scene_of(_newest(_fetched(request_id)), service().rulebook)
    page = maps.draw(scene, assets=maps.Assets.inline())
    return _file(page, "text/html; charset=utf-8", f"{request_id}-map.html")


@pages.get("/requests/<request_id>/summary")
def summary(request_id: str) -> Response:
    """The compliance summary, to print or to keep (`?download=1`)."""
    stored = _fetched(request_id)
    document = _newest(stored)
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
    table = reports.findings_csv(_newest(_fetched(request_id)))
    return _file(table, "text/csv; charset=utf-8; header=present", f"{request_id}-findings.csv")


@pages.get("/requests/<request_id>/findings.geojson")
def findings_as_geojson(request_id: str) -> Response:
    """The findings that have a place."""
    collection = reports.findings_geojson(_newest(_fetched(request_id)))
    return _file(pretty_json(collection), "application/geo+json", f"{request_id}-findings.geojson")


def _page_of(stored: StoredRequest, **more: Any) -> str:
    document = _newest(stored)
    return render_template(
        "requests/show.html",
        stored=stored,
        document=document,
        shown_on_map=_shown_on_map(document),
        **{"submitted": False, "recheck": None, **more},
    )


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


def _changes_of(document: Mapping[str, Any], remedy: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a remedy changes in the request: heading, now, after."""
    now_, after = dict(words.rows(document["request"])), dict(words.rows(remedy["request"]))
    changed = [
        (name, "; ".join(now_.get(name, ["None"])), "; ".join(lines))
        for name, lines in after.items()
        if now_.get(name) != lines
    ]
    before_km2, after_km2 = document["aoi"]["area_km2"], remedy["aoi_after"]["area_km2"]
    if before_km2 != after_km2:
        changed.append(("Area", words.area(before_km2), words.area(after_km2)))
    return changed


def _fetched(request_id: str) -> StoredRequest:
    with reading(service().engine) as requests:
        return casework.fetch(requests, request_id)


def _newest(stored: StoredRequest) -> dict[str, Any]:
    if stored.latest is None:
        raise NotFound("This request has not been assessed.")
    return stored.latest.read()


def _rule(rule_id: str) -> Restriction:
    for restriction in service().rulebook.restrictions:
        if restriction.id == rule_id:
            return restriction
    raise NotFound("No rule of this name is in the rulebook.")


def _troubles(book: Rulebook) -> list[str]:
    today = now().date()
    stale = [
        f"{layer.title} is stale" for layer in book.layers if not layer.problem and layer.good_until <= today
    ]
    unsound = [x.problem for x in book.layers] + [x.problem for x in book.restrictions]
    return [*book.problems, *(problem for problem in unsound if problem), *stale]


def _state(layer: Layer, today: dt.date) -> str:
    if today >= layer.good_until:
        return "stale"
    return "soon" if (layer.good_until - today).days <= SOON_DAYS else "sound"


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _capitalized(text: object) -> str:
    said = str(text)
    return said[:1].upper() + said[1:]


def _sentence(text: object) -> str:
    """With a capital first."""
    return _capitalized(text)


@functools.cache
def _background() -> str:
    return (importlib.resources.files(maps) / "static" / "basemap.js").read_text("utf-8")
