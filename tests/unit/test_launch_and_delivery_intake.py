"""Launch and delivery requests at the door: every problem named, nothing bent, schemas that agree with the reader."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from rsiwg.domain.delivery import DeliveryRequest
from rsiwg.domain.launch import Jurisdiction, LaunchItem, LaunchRequest, PlanState
from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_request, schema_of_kind
from rsiwg.settings import Limits

ROOT = Path(__file__).parents[2]
BASES = ROOT / "geodata" / "cases" / "questions" / "requests"
PAGES = {"launch": "docs/launch.md", "delivery": "docs/packs.md"}


def base(kind):
    return json.loads((BASES / f"{kind}.json").read_text("utf-8"))


def read(body):
    return read_request(body, Limits())


def set_at(body, path, value):
    *way, last = path.split(".")
    holder = body
    for step in way:
        holder = holder[int(step)] if step.isdigit() else holder[step]
    holder[last] = value
    return body


def test_a_launch_is_read_whole():
    request = read(base("launch") | {"security": {"ttcp": {"state": "drafted", "on": "2026-10-01"}}})
    assert isinstance(request, LaunchRequest)
    assert request.satellite.items == (LaunchItem.SATELLITE,)
    assert request.satellite.jurisdiction is Jurisdiction.ITAR
    assert request.vehicle.lease_countries == ()
    assert request.provider.nationals == ("NO",)
    assert request.security.ttcp.state is PlanState.DRAFTED
    assert request.security.ttcp.on.isoformat() == "2026-10-01"
    assert request.security.encryption_plan is None
    assert request.failure_investigation is False
    assert request.government_space_cooperation is None


def test_a_delivery_is_read_whole():
    request = read(base("delivery"))
    assert isinstance(request, DeliveryRequest)
    assert request.sensor.finest_m == 1.0
    assert request.recipient.type == "foreign"
    assert request.supplied("satdsiv-annex-1").members == ("IR",)
    assert request.supplied("satdsiv-annex-3") is None
    assert request.latency_days == 2.0


@pytest.mark.parametrize(
    ("kind", "path", "value", "field", "said"),
    [
        ("launch", "launch.country", "Norway", "launch.country", "two-letter ISO 3166"),
        ("launch", "launch.country", "UK", "launch.country", '"GB"'),
        ("launch", "launch.on", "2027-02-30", "launch.on", "no day"),
        ("launch", "launch.on", "1889-01-01", "launch.on", "outside the years"),
        ("launch", "launch.sight", "x", "launch.sight", 'did you mean "site"'),
        ("launch", "satellite.items", ["satelite"], "satellite.items[0]", "satellite"),
        ("launch", "satellite.items", "satellite", "satellite.items", "give a list"),
        ("launch", "satellite.jurisdiction", "ITAR", "satellite.jurisdiction", "itar"),
        ("launch", "security", {"ttcp": {"state": "done"}}, "security.ttcp.state", "drafted"),
        ("launch", "security", {"ttcp": "drafted"}, "security.ttcp", "give an object"),
        ("launch", "insurers", "yes", "insurers", "true or false"),
        ("launch", "insurers", 1, "insurers", "true or false"),
        ("launch", "reference", "", "reference", "reference"),
        ("launch", "vehicle.name", "\u202egnp", "vehicle.name", "invisible"),
        ("launch", "provider.nationals", ["NO", "Norge"], "provider.nationals[1]", "two-letter"),
        ("launch", "schema_version", True, "schema_version", "whole number"),
        ("delivery", "sensor.resolutions_m", [], "sensor.resolutions_m", "1 to 3 numbers"),
        ("delivery", "sensor.resolutions_m", [0.0], "sensor.resolutions_m[0]", "greater than 0"),
        ("delivery", "sensor.resolutions_m", [float("nan")], "sensor.resolutions_m[0]", "greater than 0"),
        ("delivery", "sensor.resolutions_m", [float("inf")], "sensor.resolutions_m[0]", "greater than 0"),
        ("delivery", "sensor.resolutions_m", ["1.0"], "sensor.resolutions_m[0]", "number"),
        ("delivery", "sensor.spectral_min_um", float("nan"), "sensor.spectral_min_um", "micrometres"),
        ("delivery", "sensor.bands", 0, "sensor.bands", "spectral channels"),
        ("delivery", "sensor.bands", True, "sensor.bands", "whole number"),
        ("delivery", "sensor.bands", 8.5, "sensor.bands", "spectral channels"),
        ("delivery", "latency_days", -1, "latency_days", "days"),
        ("delivery", "latency_days", float("inf"), "latency_days", "days"),
        ("delivery", "lists.0.name", "annex 1", "lists[0].name", "satdsiv-annex-1"),
        ("delivery", "lists.0.read_on", "yesterday", "lists[0].read_on", "YYYY-MM-DD"),
        ("delivery", "target_countries", [], "target_countries", "a list of the countries"),
        ("delivery", "ground_segment.operator_organisation", "NATO", "ground_segment.operator_organisation", "nato"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_wrong_is_named_with_the_fix(kind, path, value, field, said):
    with pytest.raises(InvalidSubmission) as refused:
        read(set_at(base(kind), path, value))
    assert field in refused.value.problems, refused.value.problems
    assert said in refused.value.problems[field]


@pytest.mark.parametrize("kind", PAGES)
def test_every_problem_is_told_at_once(kind):
    with pytest.raises(InvalidSubmission) as refused:
        read({"kind": kind, "reference": 7, "nonsense": 1})
    assert {"reference", "nonsense"} < set(refused.value.problems)
    assert len(refused.value.problems) >= 5


def test_two_supplied_lists_of_one_name_are_refused():
    body = base("delivery")
    body["lists"].append(copy.deepcopy(body["lists"][0]))
    with pytest.raises(InvalidSubmission) as refused:
        read(body)
    assert "satdsiv-annex-1" in refused.value.problems["lists"]


def test_a_band_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidSubmission) as refused:
        read(set_at(set_at(base("delivery"), "sensor.spectral_min_um", 12.0), "sensor.spectral_max_um", 8.0))
    assert "spectral_max_um" in str(refused.value.problems)


@pytest.mark.parametrize("kind", PAGES)
def test_the_schema_is_one_and_holds_for_what_is_read(kind):
    schema = schema_of_kind(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for body in (*schema["examples"], base(kind)):
        validator.validate(body)
        read(body)


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("[ld]*s/*.json")), ids=lambda f: f.stem)
def test_an_example_is_taken(file):
    body = json.loads(file.read_text("utf-8"))
    jsonschema.Draft202012Validator(schema_of_kind(body["kind"])).validate(body)
    assert read(body).reference == body["reference"]


def fields(schema, definitions, path=""):
    for name, value in schema.get("properties", {}).items():
        yield f"{path}{name}"
        for part in (value, *value.get("anyOf", ())):
            items = part.get("items")
            if "$ref" in part:
                yield from fields(definitions[part["$ref"].split("/")[-1]], definitions, f"{path}{name}.")
            if isinstance(items, dict) and "$ref" in items:
                yield from fields(definitions[items["$ref"].split("/")[-1]], definitions, f"{path}{name}[].")


@pytest.mark.parametrize("kind", PAGES)
def test_every_field_is_described(kind):
    schema = schema_of_kind(kind)
    page = (ROOT / PAGES[kind]).read_text("utf-8")
    plan = ("security.",)  # each item has the same two fields, described once
    missing = [
        f
        for f in fields(schema, schema["$defs"])
        if f"`{f}`" not in page and not (f.startswith(plan) and f.count(".") == 2)
    ]
    assert missing == []
