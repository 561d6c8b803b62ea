"""Kind transfer: what is refused, what the schema says, what is missing.  Classification has golden cases."""

import copy
import datetime as dt
import itertools
import json
import re
from pathlib import Path

import attrs
import jsonschema
import pytest

from rsiwg import casework, cli
from rsiwg.domain import Regulation
from rsiwg.domain.transfer import ItemType, Spectrum, TransferPartyRole, TransferType
from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_request, schema_of_kind
from rsiwg.regulation.classify import ECCN, USML
from rsiwg.regulation.control_lists import TESTS
from rsiwg.settings import Limits

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "transfers").glob("*.json"))
DAY = dt.date(2026, 10, 1)
SCHEMA = jsonschema.Draft202012Validator(schema_of_kind("transfer"))


def example(n=0):
    return json.loads(EXAMPLES[n].read_text("utf-8"))


def ask(question, body, book):
    return casework.ask(question, body, book, limits=Limits(), as_of=DAY)


def changed(path, value):
    """The first example with one value replaced; None takes it out."""
    body = example()
    *way, last = path
    holder = body
    for step in way:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return body


INSTRUMENT = ("items", 0, "instruments", 0)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_are_as_the_schema_says(file):
    body = json.loads(file.read_text("utf-8"))
    assert list(SCHEMA.iter_errors(body)) == []
    assert read_request(body, Limits()).reference == body["reference"]


def test_it_is_read_into_the_domain():
    request = read_request(example(), Limits())
    assert request.transfer is TransferType.EXPORT
    assert request.items[0].type is ItemType.SATELLITE
    assert request.items[0].instruments[0].spectrum == (Spectrum.VISIBLE, Spectrum.NIR)
    assert [p.role for p in request.parties] == [
        TransferPartyRole.EXPORTER, TransferPartyRole.CONSIGNEE, TransferPartyRole.END_USER,
    ]  # fmt: skip
    assert request.parties[2].position == (149.13, -35.28)
    assert request.planned_on == dt.date(2026, 12, 15)


def test_what_is_not_said_is_none_and_an_empty_list_says_none():
    body = {"kind": "transfer", "reference": "T", "items": [{"name": "S", "instruments": []}]}
    request = read_request(body, Limits())
    assert (request.parties, request.destination, request.items[0].type) == (None, None, None)
    assert request.items[0].instruments == ()


@pytest.mark.parametrize(
    ("path", "value", "field", "why"),
    [
        pytest.param((*INSTRUMENT, "aperture_m"), 40, None, None, id="a large aperture"),
        pytest.param((*INSTRUMENT, "aperture_m"), 400, "items[0].instruments[0].aperture_m", "is it in metres?", id="millimetres"),
        pytest.param((*INSTRUMENT, "aperture_m"), 0, "items[0].instruments[0].aperture_m", "greater than 0", id="no aperture"),
        pytest.param((*INSTRUMENT, "aperture_m"), "0.4", "items[0].instruments[0].aperture_m", "metres", id="a text"),
        pytest.param((*INSTRUMENT, "aperture_m"), True, "items[0].instruments[0].aperture_m", "metres", id="a yes"),
        pytest.param((*INSTRUMENT, "type"), "optical", "items[0].instruments[0].type", "not known", id="another type"),
        pytest.param((*INSTRUMENT, "spectrum"), [], "items[0].instruments[0].spectrum", "spectrum", id="no spectrum"),
        pytest.param((*INSTRUMENT, "spectrum"), ["blue"], "items[0].instruments[0].spectrum[0]", "not known", id="a colour"),
        pytest.param((*INSTRUMENT, "aperture"), 0.4, "items[0].instruments[0].aperture", 'did you mean "aperture_m"', id="a near miss"),
        pytest.param(("items", 0, "quantity"), 0, "items[0].quantity", "whole number", id="none of them"),
        pytest.param(("items", 0, "quantity"), True, "items[0].quantity", "whole number", id="yes of them"),
        pytest.param(("items",), [], "items", "a list of what is transferred", id="no items"),
        pytest.param(("parties", 0, "role"), "seller", "parties[0].role", "not known", id="an unknown role"),
        pytest.param(("parties", 0, "name"), "a\u202eb", "parties[0].name", "invisible", id="a hidden character"),
        pytest.param(("parties", 2, "position"), [149.13, -95], "parties[2].position", "longitude and latitude", id="off the globe"),
        pytest.param(("parties", 2, "position"), [149.13], "parties[2].position", "longitude and latitude", id="half a position"),
        pytest.param(("destination", "country"), "UK", "destination.country", '"GB"', id="UK"),
        pytest.param(("planned_on",), "2026-02-30", "planned_on", "no day", id="no such day"),
        pytest.param(("reference",), None, "reference", "missing", id="no reference"),
        pytest.param(("schema_version",), 2, "schema_version", "1, or leave it out", id="another version"),
        pytest.param(("transfer",), "gift", "transfer", "not known", id="another way"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(path, value, field, why):
    body = changed(path, value)
    if field is None:
        assert read_request(body, Limits()) is not None
        return
    with pytest.raises(InvalidSubmission) as caught:
        read_request(body, Limits())
    assert why in caught.value.problems[field]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param((*INSTRUMENT, "aperture_m"), "0.4", id="a text for a number"),
        pytest.param((*INSTRUMENT, "type"), "optical", id="another type"),
        pytest.param(("parties", 2, "position"), [149.13, -95], id="off the globe"),
        pytest.param(("items",), [], id="no items"),
        pytest.param(("reference",), None, id="no reference"),
        pytest.param(("hallo",), 1, id="an unknown field"),
    ],
)
def test_the_schema_refuses_it_too(path, value):
    assert not SCHEMA.is_valid(changed(path, value))


def test_two_items_of_one_name_are_refused():
    body = example()
    body["items"] = [*body["items"], copy.deepcopy(body["items"][0])]
    with pytest.raises(InvalidSubmission, match="two are called EXAMPLESAT-A"):
        read_request(body, Limits())


def fields_of(schema, definitions, path=""):
    """Every field of a JSON Schema that holds no further object, and every list: items[].name."""
    for name, value in schema["properties"].items():
        parts = [value, *value.get("anyOf", ())]
        refs = [p["$ref"] for p in parts if "$ref" in p]
        lists = [
            p["items"]["$ref"] for p in parts if isinstance(p.get("items"), dict) and "$ref" in p["items"]
        ]
        inner = [r for r in (*refs, *lists) if "properties" in definitions[r.rpartition("/")[2]]]
        mark = "[]" if any(r in lists for r in inner) else ""
        if mark or not inner:
            yield f"{path}{name}{mark}"
        for ref in inner:
            yield from fields_of(definitions[ref.rpartition("/")[2]], definitions, f"{path}{name}{mark}.")


def test_every_field_is_described():
    page = (ROOT / "docs" / "transfer.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    described = [field for row in rows for field in re.findall(r"`([a-z0-9_.\[\]]+)`", row)]
    assert sorted(described) == sorted(fields_of(SCHEMA.schema, SCHEMA.schema["$defs"]))


@pytest.mark.parametrize("topic", ["control-lists", "clocks"])
def test_every_key_of_the_data_is_described(book, topic):
    page = (ROOT / "docs" / {"clocks": "clocks.md", "control-lists": "classification.md"}[topic]).read_text(
        "utf-8"
    )
    keys = {key for entry in book.regulation.topic(topic).entries for key in entry.values}
    keys -= {"time_zone", "day_zero_counted", "moves_off_weekends", "inauguration_day", "working_days"}
    assert [key for key in sorted(keys) if not re.search(rf"`{key}[ `]", page)] == []


# ------------------------------------------------------------------------------------ completeness


def test_the_examples_are_complete_or_say_what_is_missing(book):
    assert [ask("completeness", example(n), book)["answer"] for n in range(3)] == [
        "complete",
        "complete",
        "incomplete",
    ]


@pytest.mark.parametrize(
    ("path", "answer", "clause"),
    [
        pytest.param((*INSTRUMENT, "aperture_m"), "incomplete", "ECCN 9A515.a.1", id="aperture"),
        pytest.param((*INSTRUMENT, "spectrum"), "incomplete", "ECCN 9A515.a.2", id="spectrum"),
        pytest.param(("items", 0, "servicing"), "incomplete", "ECCN 9A515.a.4", id="servicing"),
        pytest.param(("items", 0, "in_9a004"), "incomplete", "ECCN 9A515.a", id="9A004"),
        pytest.param(("items", 0, "type"), "incomplete", "15 CFR 750.4(d)(2)(iv)", id="what it is"),
        pytest.param(("destination",), "incomplete", "89 FR 84766", id="destination"),
        pytest.param(("conveyance",), "incomplete", "22 CFR 126.1(b)", id="conveyance"),
        pytest.param(("conveyance", "owner_country"), "incomplete", "22 CFR 126.1(b)", id="whose it is"),
        pytest.param(
            ("items", 0, "other_usml"), "undetermined", "22 CFR 121.1, Category XV", id="recalled: USML"
        ),
        pytest.param(("end_use",), "undetermined", "15 CFR 748.6", id="recalled: end use"),
        pytest.param(("parties", 1, "address"), "undetermined", "15 CFR 748.5", id="recalled: address"),
        pytest.param(("planned_on",), "complete", None, id="not needed"),
    ],
)
def test_what_is_missing_is_named_by_its_clause(book, path, answer, clause):
    document = ask("completeness", changed(path, None), book)
    assert document["answer"] == answer
    missing = [item["clause"] for item in document["items"] if item["state"] == "missing"]
    assert (clause in missing) if clause else missing == []


def test_a_transfer_between_governments_names_its_agreement(book):
    body = example(1)
    del body["agreement"]
    document = ask("completeness", body, book)
    assert document["answer"] == "incomplete"
    assert "NSPD-27" in [item["clause"] for item in document["items"] if item["state"] == "missing"]


def test_a_radar_needs_no_aperture(book):
    document = ask("completeness", example(1), book)
    states = {item["id"]: item["state"] for item in document["items"]}
    assert (states["aperture"], states["centre-frequency"]) == ("not needed", "given")


# ---------------------------------------------------------------------------------- classification


def test_every_entry_about_instruments_has_its_test_and_is_held(book):
    topic = book.regulation.topic("control-lists")
    held = {entry.id for entry in topic.on(DAY)}
    assert set(TESTS) | set(USML) | set(ECCN) <= held


def test_several_items_are_undetermined_together_and_told_one_by_one(book):
    document = ask("classify", example(1), book)
    assert document["answer"] == "undetermined"
    assert [item["entry"] for item in document["items"]] == ["9A515.a.3", "undetermined"]
    assert document["rsiwg"] == "yes"


def test_nothing_described_is_undetermined(book):
    document = ask("classify", {"kind": "transfer", "reference": "T"}, book)
    assert (document["answer"], document["rsiwg"], document["needs"]) == (
        "undetermined",
        "undetermined",
        ["items"],
    )


def test_without_the_topic_nothing_is_settled(book):
    document = ask("classify", example(), attrs.evolve(book, regulation=Regulation()))
    assert (document["answer"], document["confidence"]) == ("undetermined", "unverified")


def test_the_munitions_list_comes_first_among_items(book):
    body = example()
    second = copy.deepcopy(body["items"][0]) | {"name": "EXAMPLESAT-B"}
    second["instruments"][0]["aperture_m"] = 0.7
    body["items"].append(second)
    document = ask("classify", body, book)
    assert (document["answer"], document["rsiwg"]) == ("USML XV(a)(7)", "yes")


def test_the_instruments_of_a_system_are_classified_as_far_as_they_go(book):
    body = {
        "kind": "system", "reference": "S", "action": "application", "system_name": "EXAMPLE",
        "instruments": [{"name": "SAR", "type": "sar", "centre_frequency_ghz": 9.65, "bandwidth_mhz": 200}],
    }  # fmt: skip
    document = ask("classify", body, book)
    assert document["answer"] == "undetermined"
    assert document["items"][0]["entries"] == ["9A515.a.3"]
    assert {"other_usml", "in_9a004"} <= set(document["needs"])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1::2], ids=str)
def test_the_order_of_instruments_does_not_matter(book, order):
    body = example()
    instruments = [
        {"name": "A", "type": "panchromatic", "aperture_m": 0.4, "spectrum": ["visible"]},
        {"name": "B", "type": "swir", "aperture_m": 0.2, "spectrum": ["swir"]},
        {"name": "C", "type": "sar", "centre_frequency_ghz": 5.4, "bandwidth_mhz": 100},
    ]
    body["items"][0]["instruments"] = [instruments[n] for n in order]
    assert ask("classify", body, book)["items"][0]["entries"] == ["9A515.a.1", "9A515.a.2", "9A515.a.3"]


@pytest.mark.parametrize(
    ("n", "code", "said"),
    [
        pytest.param(0, 0, "9A515.a.1  (verified)", id="settled"),
        pytest.param(2, 2, "UNDETERMINED  (unverified)", id="undetermined"),
    ],
)
def test_the_command(capsys, n, code, said):
    assert cli.main(["classify", str(EXAMPLES[n]), "--as-of", "2026-10-01"]) == code
    assert capsys.readouterr().out.startswith(said)
