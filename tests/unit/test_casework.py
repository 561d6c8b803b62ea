"""Checking, and checking again: a stored answer replays to the same bytes, or what differs is told."""

import copy
import datetime as dt

import attrs
import pytest
from unit.builders import a_limit, a_restriction, a_rulebook, a_withheld_area

from rsiwg import casework
from rsiwg.domain.document import canonical_json
from rsiwg.errors import InvalidSubmission, TooLarge
from rsiwg.settings import Limits

BODY = {
    "kind": "imaging",
    "reference": "TEST-1",
    "applicant": {"name": "Example Imaging Inc.", "country": "us", "us_person": True},
    "sensor": {"modality": "panchromatic", "gsd_m": 0.31},
    "licence": {"part_960": True, "tier": 1},
    "activity": ["disseminate", "collect"],
    "collection": {"start": "2025-03-01", "end": "2025-03-31"},
    "aoi": {"type": "Polygon", "coordinates": [[[19.5, 40.2], [20.5, 40.2], [20.5, 40.8], [19.5, 40.8], [19.5, 40.2]]]},
}  # fmt: skip
BOOK = a_rulebook()


def check(book=BOOK, as_of=None, **changes):
    return casework.check(BODY | changes, book, limits=Limits(), as_of=as_of).document


def again(document, book=BOOK):
    return casework.recheck(document, book)


def test_an_answer_holds_what_the_issue_promises():
    document = check()
    for key in (
        "verdict",
        "verdict_id",
        "as_of",
        "rulebook",
        "request",
        "findings",
        "not_applicable",
        "remedies",
    ):
        assert key in document
    assert document["verdict"] == "restricted"
    assert document["as_of"] is None
    assert document["rulebook"] == BOOK.version
    assert len(document["verdict_id"]) == 64


def test_what_was_changed_on_reading_is_told_and_is_no_part_of_the_id():
    spelt = check(applicant=BODY["applicant"] | {"country": "US"})
    assert any("applicant.country" in change for change in check()["changes"])
    assert not any("applicant.country" in change for change in spelt["changes"])
    assert spelt["verdict_id"] == check()["verdict_id"]


@pytest.mark.parametrize("as_of", [None, dt.date(2025, 3, 10)], ids=["every day", "as of a day"])
def test_a_stored_answer_replays_to_the_same(as_of):
    document = check(as_of=as_of)
    recheck = again(copy.deepcopy(document))
    assert recheck.same
    assert recheck.differences == ()
    assert canonical_json(recheck.document) == canonical_json(document)


def test_the_id_depends_on_the_request_the_rulebook_the_engine_and_the_day(monkeypatch):
    ids = {
        check()["verdict_id"],
        check(reference="TEST-2")["verdict_id"],
        check(book=attrs.evolve(BOOK, version="e" * 64))["verdict_id"],
        check(as_of=dt.date(2025, 3, 10))["verdict_id"],
    }
    monkeypatch.setattr(casework, "__version__", "999")
    ids.add(check()["verdict_id"])
    assert len(ids) == 5


def test_another_rulebook_is_named_first_and_then_what_it_changes():
    other = a_rulebook(a_restriction(a_limit(0.3)), version="e" * 64)
    recheck = again(check(), other)
    assert not recheck.same
    assert recheck.differences[0] == "The rulebook was ffffffffffff and is eeeeeeeeeeee."
    assert "The verdict was restricted and is clear." in recheck.differences
    assert any(d.startswith("No longer a finding:") and "0.50 m" in d for d in recheck.differences)
    assert any(d.startswith("Now a finding:") and "0.30 m" in d for d in recheck.differences)
    assert any(d.startswith("No longer a remedy:") for d in recheck.differences)


def test_another_rulebook_that_changes_nothing_says_that_the_verdict_is_the_same():
    recheck = again(check(), attrs.evolve(BOOK, version="e" * 64))
    assert recheck.differences == (
        "The rulebook was ffffffffffff and is eeeeeeeeeeee.",
        "The verdict is still restricted; its id differs.",
    )


def test_a_new_rule_is_told():
    recheck = again(check(), a_rulebook(a_restriction(), a_withheld_area(), version="e" * 64))
    assert any(
        d.startswith("Now a restriction that does not apply: Example withheld areas")
        for d in recheck.differences
    )


def test_another_engine_is_named(monkeypatch):
    document = check()
    monkeypatch.setattr(casework, "__version__", "999")
    recheck = again(document)
    assert not recheck.same
    assert recheck.differences[0].startswith("The engine version was ")
    assert recheck.differences[0].endswith("and is 999.")


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        pytest.param(
            lambda d: d.update(verdict="clear"), "The verdict was clear and is restricted.", id="verdict"
        ),
        pytest.param(lambda d: d.update(verdict_id="0" * 64), "its id differs", id="id"),
        pytest.param(lambda d: d["findings"].clear(), "Now a finding:", id="findings removed"),
        pytest.param(
            lambda d: d["findings"][1].update(outcome="clear"), "No longer a finding:", id="outcome"
        ),
        pytest.param(
            lambda d: d["findings"][1].update(says="Fine."), "No longer a finding: Fine.", id="words"
        ),
        pytest.param(lambda d: d["remedies"].clear(), "Now a remedy:", id="remedies removed"),
        pytest.param(lambda d: d["aoi"].update(area_km2=1.0), "The stored aoi differs", id="size"),
        pytest.param(
            lambda d: d["request"].update(reference="X"), "The stored request differs", id="request"
        ),
    ],
)
def test_an_altered_answer_is_told(alter, told):
    document = check()
    alter(document)
    recheck = again(document)
    assert not recheck.same
    if told != "The stored request differs":
        assert (
            recheck.differences[0]
            == "Engine and rulebook are the same, so the stored answer itself was altered."
        )
        assert any(told in d for d in recheck.differences)


def test_an_added_field_is_an_alteration():
    recheck = again(check() | {"note": "approved"})
    assert not recheck.same
    assert recheck.differences


def test_an_added_field_is_named():
    assert any("note" in d for d in again(check() | {"note": "approved"}).differences)


def test_an_altered_number_of_a_finding_is_no_other_finding_of_the_same_words():
    document = check()
    document["findings"][1]["area_km2"] = 1.0
    recheck = again(document)
    assert not recheck.same
    assert any("finding" in d for d in recheck.differences)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="empty"),
        pytest.param({"request": "x", "verdict_id": "y"}, id="request is a text"),
        pytest.param({"request": {}}, id="no id"),
        pytest.param({"request": {}, "verdict_id": "y"}, id="request is empty"),
        pytest.param({"request": BODY, "verdict_id": "y", "as_of": "yesterday"}, id="no day"),
        pytest.param({"request": BODY, "verdict_id": "y", "as_of": 20250101}, id="a number for a day"),
    ],
)
def test_what_is_no_answer_of_ours_is_refused(document):
    with pytest.raises(InvalidSubmission):
        again(document)


@pytest.mark.parametrize("extra", [{"changes": 5}, {"note": float("nan")}], ids=["changes", "not a number"])
def test_what_is_hostile_is_refused_by_the_typed_error(extra):
    with pytest.raises(InvalidSubmission):
        again(check() | extra)


def test_limits_that_were_lowered_since_do_not_stop_a_replay():
    document = check()
    with pytest.raises((TooLarge, InvalidSubmission)):
        casework.check(BODY, BOOK, limits=Limits(max_area_km2=1.0))
    assert again(document).same


@pytest.mark.parametrize("day", [dt.date.min, dt.date(9999, 12, 30)])
def test_a_day_far_off_is_never_clear(day):
    assert check(as_of=day, product={"gsd_m": 1.0})["verdict"] == "undetermined"


def test_the_last_day_of_the_calendar_is_refused_or_undetermined():
    try:
        verdict = check(as_of=dt.date.max)["verdict"]
    except InvalidSubmission:
        return
    assert verdict == "undetermined"
