"""The request form: its answers, how they become a request, and what its problems are called."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from rsiwg import intake
from rsiwg.domain import Rulebook
from rsiwg.domain.document import aoi_document
from rsiwg.errors import ChoiceNeeded, InvalidGeometry, InvalidSubmission, TooLarge
from rsiwg.geometry import area_km2, overlap, to_geojson
from rsiwg.reports import words
from rsiwg.web.service import service

MOST_SENSORS = 20


class Blank(dict[str, Any]):
    """Answers an empty text for what it does not hold."""

    def __missing__(self, key: str) -> str:
        return ""


class Answers(Blank):
    """The fields of the form by name, as typed; turned into a request body and back."""

    @classmethod
    def of_form(cls, form: MultiDict[str, str]) -> "Answers":
        """What was sent."""
        given = cls({name: value.strip() for name, value in form.items()})
        given["activity"] = form.getlist("activity")
        given["sensors"] = _sensor_count(form)
        given["key"] = given["key"] or fresh_key()
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
        numbers = {name: _number(value) for name, value in typed.items() if name.endswith(_UNITS)}
        made = typed | numbers
        if made["modality"] == "sar":
            for name in ("gsd_m", "altitude_km", "lowest_altitude_km", "ifov_urad", "min_off_nadir_deg"):
                made[name] = ""
            if made["ipr_range_m"] != "" and made["ipr_azimuth_m"] == "":
                made["ipr_m"] = made.pop("ipr_range_m")
        else:
            for name in (
                "ipr_range_m",
                "ipr_azimuth_m",
                "ipr_plane",
                "min_incidence_deg",
                "max_incidence_deg",
            ):
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
    "min_off_nadir_deg",
    "altitude_km",
    "lowest_altitude_km",
    "ifov_urad",
    "min_incidence_deg",
    "max_incidence_deg",
)

_UNITS = ("_m", "_km", "_deg", "_urad")

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
    "sensors-min_off_nadir_deg": "Smallest off-nadir angle",
    "sensors-altitude_km": "Altitude of the ground sample distance",
    "sensors-lowest_altitude_km": "Lowest altitude",
    "sensors-ifov_urad": "Instantaneous field of view",
    "sensors-min_incidence_deg": "Smallest incidence",
    "sensors-max_incidence_deg": "Largest incidence",
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
    if generic(field) in LABELS and field != "form":
        return field
    parts = field.split("-")
    if parts[0] == "sensors" and len(parts) > 1:
        return f"sensors-{parts[1]}-modality"
    return _ELSEWHERE.get(parts[0], "main")


def label_of(path: str) -> str:
    """What the form calls a path of the request; a text that is no such path stays as it is."""
    field = field_of(path)
    label = LABELS.get(generic(field))
    if label is None or " " in path:
        return words.capitalized(path)
    number = field.split("-")[1] if field.startswith("sensors-") else ""
    return f"{label}, sensor {int(number) + 1}" if number.isdecimal() and number != "0" else label


def told(path: str, why: str) -> str:
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


def generic(field: str) -> str:
    """A field of any sensor, without its number."""
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


def read_file(file: FileStorage, answers: Answers) -> tuple[str, ...]:
    """Put the area of an uploaded file into the answers as text, so that it is not lost; what was changed."""
    read = intake.read_aoi_file(
        file.stream.read(), file.filename or "file", service().settings.limits, answers["aoi_choose"] or None
    )
    answers["aoi"] = json.dumps(to_geojson(read.area), separators=(",", ":"))
    answers.pop("aoi_choose", None)
    return read.changes


def other_problems(answers: Answers) -> dict[str, str]:
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


def shown_back(answers: Answers, changes: tuple[str, ...]) -> dict[str, Any] | None:
    """The area as it was read, for the form to show; None while there is none."""
    read = _read_text(answers)
    return read and {**aoi_document(read.area), "changes": [*changes, *read.changes]}


def touched(answers: Answers, book: Rulebook) -> list[dict[str, str]] | None:
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
            found.append({"title": words.capitalized(restriction.title), "says": f"{places}."})
    return found


def said(wrong: Exception) -> str:
    """What is wrong with the area, in one line."""
    return "; ".join(wrong.problems.values()) if isinstance(wrong, InvalidSubmission) else str(wrong)


def short(why: str) -> str:
    """Nothing for a field that is only empty: its name says enough."""
    return "" if why.startswith(("this is missing", "this is empty")) else why


def fresh_key() -> str:
    """A key by which the same form sent twice is kept once."""
    return secrets.token_urlsafe(16)


def countries(book: Rulebook) -> list[tuple[str, str]]:
    """Country codes and names as the country layer has them, the United States first."""
    found = {place.iso_a2: place.name for place in book.places.countries.places if place.iso_a2}
    return sorted(found.items(), key=lambda each: (each[0] != "US", each[1]))
