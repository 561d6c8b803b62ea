"""The register of agreements: an agreement is in force only by a verified row that says so."""

import copy
import datetime as dt
import json
from pathlib import Path

import attrs
import pytest

from rsiwg import casework, resources, rulebook
from rsiwg.domain import Citation, Entry, Period, Status, Topic
from rsiwg.regulation.agreements import register
from rsiwg.settings import Limits

EXAMPLES = Path(__file__).parents[2] / "examples"
SIGNED, BEGAN, ENDED = dt.date(2020, 1, 1), dt.date(2021, 1, 1), dt.date(2022, 1, 1)


@pytest.fixture(scope="module")
def book():
    return rulebook.load(resources.GEODATA)


def row(entry_id, start, *, verified=True, **values):
    return Entry(
        topic="agreements",
        id=entry_id,
        title="Agreement with Example",
        in_force=Period(start),
        status=Status.IN_FORCE,
        verified=verified,
        verified_on=dt.date(2026, 1, 1) if verified else None,
        citation=Citation(source="Example treaty series", url="https://example.invalid/treaty"),
        clause="Example treaty series",
        values={"agreement": "example", **values},
    )


def on(day, *stages):
    scope = row(
        "example",
        SIGNED,
        kind="tsa",
        launch_countries=("AU",),
        vehicle_nationalities=("US",),
        items=("satellite",),
    )
    topic = Topic(
        name="agreements", title="t", steward="s", marking="U", read_on=SIGNED, good_until=None,
        entries=(scope, *(row(f"example-{s}", start, verified=v, stage=s) for s, start, v in stages)),
    )  # fmt: skip
    (agreement,) = register(topic, day)
    return agreement.in_force


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "stages", "answer"),
    [
        pytest.param(BEGAN, [], False, id="nothing known"),
        pytest.param(BEGAN, [("negotiating", SIGNED, True)], False, id="negotiating"),
        pytest.param(BEGAN, [("concluded", SIGNED, True)], False, id="concluded"),
        pytest.param(BEGAN, [("signed", SIGNED, True)], None, id="signed, nothing known of its entry into force"),
        pytest.param(BEGAN - DAY, [("signed", SIGNED, True), ("in_force", BEGAN, True)], False, id="the day before"),
        pytest.param(BEGAN, [("signed", SIGNED, True), ("in_force", BEGAN, True)], True, id="on the day"),
        pytest.param(BEGAN + DAY, [("signed", SIGNED, True), ("in_force", BEGAN, True)], True, id="the day after"),
        pytest.param(BEGAN, [("signed", SIGNED, True), ("in_force", BEGAN, False)], None, id="in force, recalled"),
        pytest.param(BEGAN - DAY, [("signed", SIGNED, True), ("in_force", BEGAN, False)], None, id="before a recalled day"),
        pytest.param(ENDED - DAY, [("in_force", BEGAN, True), ("ended", ENDED, True)], True, id="the day before its end"),
        pytest.param(ENDED, [("in_force", BEGAN, True), ("ended", ENDED, True)], False, id="on the day of its end"),
        pytest.param(ENDED, [("in_force", BEGAN, True), ("ended", ENDED, False)], None, id="its end is recalled"),
    ],
)  # fmt: skip
def test_in_force_or_not(day, stages, answer):
    assert on(day, *stages) is answer


def ask(book, name, day=dt.date(2026, 11, 25), **changed):
    body = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return casework.ask("agreements", copy.deepcopy(body) | changed, book, limits=Limits(), as_of=day)


def test_a_safeguards_agreement_covers_no_transfer(book):
    answer = ask(book, "transfers/01-optical-satellite")
    assert answer["answer"] == "none_held"
    assert "it is about launches and not about transfers" in str(answer["trace"])


def test_every_answer_says_that_no_launch_is_authorised(book):
    for name in (
        "transfers/01-optical-satellite",
        "launches/01-norway",
        "launches/02-india",
        "launches/03-australia",
    ):
        assert "does not itself authorise a launch or transfer" in ask(book, name)["says"]


def test_a_launch_without_anything_of_us_origin_is_covered_by_nothing(book):
    body = json.loads((EXAMPLES / "launches/03-australia.json").read_text("utf-8"))
    assert (
        ask(book, "launches/03-australia", satellite=body["satellite"] | {"items": []})["answer"]
        == "none_held"
    )


def test_without_the_register_nothing_is_covered(book):
    missing = {k: v for k, v in book.regulation.topics.items() if k != "agreements"}
    without = attrs.evolve(book, regulation=attrs.evolve(book.regulation, topics=missing))
    answer = ask(without, "launches/03-australia")
    assert answer["answer"] == "undetermined"
    assert answer["warnings"] == ["The file regulation/agreements.toml is not in the rulebook."]
