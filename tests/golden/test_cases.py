"""The golden corpus: a folder is a situation, with the answer it must get and why."""

import datetime as dt
import json
from pathlib import Path

import pytest

from rsiwg import casework, resources
from rsiwg.cli import INVALID_INPUT
from rsiwg.cli.parts import INVALID, VERDICT_EXIT
from rsiwg.rulebook import load
from rsiwg.settings import Limits

EXIT = {**VERDICT_EXIT, "refused": INVALID}
KEYS = {
    "as_of", "verdict", "exit_code", "findings", "not_applicable", "remedies", "says",
    "offers_not",  # kinds of remedy that must not be offered
    "says_not",  # what no finding may say
    "known_defect",  # reported, and not right yet; drop the line when it is
}  # fmt: skip
CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())


@pytest.fixture(scope="module")
def rulebook():
    return load(resources.GEODATA)


def key(finding, wanted):
    """A finding as the expectation names it: only the fields that it states."""
    return {field: finding[field] for field in wanted if field != "area_km2"}


def with_known_defects(case):
    defect = json.loads((case / "expected.json").read_text("utf-8")).get("known_defect")
    return pytest.param(case, id=case.name, marks=[pytest.mark.xfail(reason=defect)] if defect else [])


@pytest.mark.parametrize("case", [with_known_defects(case) for case in CASES])
def test_case(case, rulebook):
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    as_of = expected["as_of"] and dt.date.fromisoformat(expected["as_of"])
    body = json.loads((case / "request.json").read_text("utf-8"))
    if expected["verdict"] == "refused":
        with pytest.raises(INVALID_INPUT) as refused:
            casework.check(body, rulebook, limits=Limits(), as_of=as_of)
        assert all(fragment in str(refused.value) for fragment in expected["says"]), str(refused.value)
        return
    answer = casework.check(body, rulebook, limits=Limits(), as_of=as_of).document

    left = [f for f in answer["findings"] if f["outcome"] != "clear"]
    for wanted in expected["findings"]:
        match = next(
            (f for f in left if key(f, wanted) == {k: v for k, v in wanted.items() if k != "area_km2"}), None
        )
        assert match is not None, f"not found: {wanted}; left: {[f['says'] for f in left]}"
        if "area_km2" in wanted:
            assert match["area_km2"] == pytest.approx(wanted["area_km2"], rel=1e-5)
        left.remove(match)
    assert [f["says"] for f in left] == [], "findings that were not expected"
    assert answer["verdict"] == expected["verdict"]

    reasons = {n["restriction"]: n["reason"] for n in answer["not_applicable"]}
    for restriction, fragment in expected["not_applicable"].items():
        assert fragment in reasons.get(restriction, "")
    offered = {r["kind"] for r in answer["remedies"]}
    assert set(expected["remedies"]) <= offered
    assert not offered & set(expected.get("offers_not", ()))
    assert offered == set() or answer["verdict"] == "restricted", "a remedy without a conflict"
    said = " ".join(f["says"] for f in answer["findings"])
    for fragment in expected["says"]:
        assert fragment in said
    for fragment in expected.get("says_not", ()):
        assert fragment not in said


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_an_exit_code_that_is_written_down_is_that_of_the_verdict(case):
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    assert set(expected) <= KEYS
    assert expected.get("exit_code", EXIT[expected["verdict"]]) == EXIT[expected["verdict"]]


def test_there_are_enough_and_each_says_why():
    assert len(CASES) >= 60
    assert all(len((case / "WHY.md").read_text("utf-8")) > 20 for case in CASES)
