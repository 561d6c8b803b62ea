"""The completeness of a request: three-valued, by clause, and nothing unverified decides alone."""

import datetime as dt
from typing import ClassVar

import attrs
import pytest

from rsiwg.domain import Citation, Confidence, Entry, Period, Regulation, Status, Topic
from rsiwg.errors import RulebookUnusable
from rsiwg.regulation.completeness import FORMS, completeness, item_of
from rsiwg.regulation.fields import beside, fields_at

DAY = dt.date(2026, 10, 1)
READ = dt.date(2026, 9, 1)


@attrs.frozen
class Part:
    """One element of a list."""

    kind: str | None = None
    gsd_m: float | None = None


@attrs.frozen
class Asked:
    """A request of a made-up form."""

    kind: ClassVar[str] = "system"
    name: str | None = None
    tier: int | None = None
    contact: str | None = None
    affirmed: bool | None = None
    parts: tuple[Part, ...] | None = None


@attrs.frozen
class Book:
    """As much of a rulebook as the question reads."""

    regulation: Regulation


def an_item(item_id="name", needed="always", fields=("name",), verified=True, **values):
    return Entry(
        topic="appendix-a",
        id=item_id,
        title=f"the {item_id}",
        in_force=Period(dt.date(2020, 7, 20)),
        status=Status.IN_FORCE,
        verified=verified,
        verified_on=READ if verified else None,
        citation=Citation(source="Example form", url="https://example.invalid/form"),
        clause=f"Form {item_id}",
        values={"needed": needed, "fields": tuple(fields), **values},
    )


def ask(request, *items, day=DAY, good_until=dt.date(2027, 9, 1)):
    topic = Topic(
        name="appendix-a", title="the Example form", steward="s", marking="U", read_on=READ,
        good_until=good_until, entries=items,
    )  # fmt: skip
    return completeness(request, Book(Regulation(topics={FORMS["system"]: topic})), day)


TIER_2_3 = {"field": "tier", "is": (2, 3)}
CONTACT = an_item("contact", "when", ("contact",), when=TIER_2_3)


@pytest.mark.parametrize(
    ("request_", "item", "answer"),
    [
        pytest.param(Asked(name="N"), an_item(), "complete", id="given"),
        pytest.param(Asked(), an_item(), "incomplete", id="missing"),
        pytest.param(Asked(), an_item(verified=False), "undetermined", id="missing, but the item is not verified"),
        pytest.param(Asked(name="N"), an_item(verified=False), "complete", id="given, though not verified"),
        pytest.param(Asked(), an_item(needed="optional"), "complete", id="optional"),
        pytest.param(Asked(tier=2), CONTACT, "incomplete", id="condition holds"),
        pytest.param(Asked(tier=1), CONTACT, "complete", id="condition does not hold"),
        pytest.param(Asked(), CONTACT, "undetermined", id="nobody says whether the condition holds"),
        pytest.param(Asked(contact="C"), CONTACT, "complete", id="given, whether needed or not"),
        pytest.param(Asked(affirmed=False), an_item("a", fields=("affirmed",), affirmed=True), "incomplete", id="denied"),
        pytest.param(Asked(affirmed=True), an_item("a", fields=("affirmed",), affirmed=True), "complete", id="affirmed"),
        pytest.param(Asked(parts=()), an_item("p", fields=("parts",)), "complete", id="an empty list says none"),
        pytest.param(Asked(parts=()), an_item("p", fields=("parts",), at_least=1), "incomplete", id="one is needed"),
        pytest.param(Asked(parts=(Part(),)), an_item("p", fields=("parts",), at_least=1), "complete", id="one is there"),
    ],
)  # fmt: skip
def test_how_a_request_stands(request_, item, answer):
    assert ask(request_, item).answer == answer


GSD = an_item("gsd", "when", ("parts[].gsd_m",), when={"field": "parts[].kind", "is_not": ("sar",)})


def test_a_condition_in_a_list_is_read_in_the_same_element():
    parts = (Part("sar"), Part("pan"), Part("pan", 0.5), Part())
    item = item_of(GSD, Asked(parts=parts))
    assert (item.state, item.fields) == ("missing", ("parts[1].gsd_m", "parts[3].gsd_m"))
    assert item.settles == ("parts[3].kind",)
    assert item_of(GSD, Asked(parts=(Part("sar"),))).state == "not needed"
    assert item_of(GSD, Asked(parts=())).state == "not needed"
    assert item_of(GSD, Asked()).settles == ("parts[].kind",)


def test_the_answer_names_the_clause_and_the_field():
    answer = ask(Asked(tier=3), an_item(), CONTACT, an_item("other", verified=False))
    assert answer.answer == "incomplete"
    assert "the name (Form name)" in answer.says
    assert answer.needs == ("name", "contact")
    assert [item["state"] for item in answer.details["items"]] == ["missing"] * 3
    assert [step.rests for step in answer.trace] == [True, True, False]


def test_it_is_verified_only_where_every_item_is():
    assert ask(Asked(name="N"), an_item()).confidence is Confidence.VERIFIED
    answer = ask(Asked(name="N"), an_item(), an_item("other", verified=False))
    assert (answer.answer, answer.confidence) == ("complete", Confidence.UNVERIFIED)


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        pytest.param(dt.date(2020, 7, 19), "undetermined", id="the day before the form"),
        pytest.param(dt.date(2020, 7, 20), "complete", id="the first day of the form"),
        pytest.param(dt.date(2027, 8, 31), "complete", id="the last day vouched for"),
        pytest.param(dt.date(2027, 9, 1), "undetermined", id="stale"),
    ],
)
def test_on_which_days_it_can_be_relied_on(day, answer):
    assert ask(Asked(name="N"), an_item(), day=day).answer == answer


def test_without_its_form_nothing_is_settled():
    answer = completeness(Asked(name="N"), Book(Regulation()), DAY)
    assert answer.answer == "undetermined"
    assert answer.warnings == ("The file regulation/appendix-a.toml is not in the rulebook.",)


@pytest.mark.parametrize(
    "item", [an_item(fields=("nmae",)), an_item(needed="sometimes")], ids=["no such field", "no such word"]
)
def test_a_wrong_form_is_refused_by_name(item):
    with pytest.raises(RulebookUnusable, match=r"appendix-a\.toml: name"):
        item_of(item, Asked())


def test_paths():
    parts = (Part("a"), Part("b"))
    assert [f.path for f in fields_at(Asked(parts=parts), "parts[].kind")] == [
        "parts[0].kind",
        "parts[1].kind",
    ]
    assert [f.value for f in fields_at(Asked(parts=parts), "parts[1].kind")] == ["b"]
    assert beside("parts[1].gsd_m", "parts[].kind") == "parts[1].kind"
    assert beside("parts[1].gsd_m", "tier") == "tier"
    assert beside("name", "parts[].kind") == "parts[].kind"
