"""The golden corpus: a folder is a situation, with the answer it must get and why."""

import datetime as dt
import json
from pathlib import Path

import pytest

from rsiwg import casework, resources
from rsiwg.rulebook import load
from rsiwg.settings import Limits

CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())


@pytest.fixture(scope="module")
def rulebook():
    return load(resources.GEODATA)


def key(finding, wanted):
    """A finding as the expectation names it: only the fields that it states."""
    return {field: finding[field] for field in wanted if field != "area_km2"}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case(case, rulebook):
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    as_of = expected["as_of"] and dt.date.fromisoformat(expected["as_of"])
    body = json.loads((case / "request.json").read_text("utf-8"))
    answer = casework.check(body, rulebook, limits=Limits(), as_of=as_of).document

    left = [f for f in answer["findings"] if f["outcome"] != "clear"]
    for wanted in expected["findings"]:
        match = next(
            (f for f in left if key(f, wanted) == {k: v for k, v in wanted.items() if k != "area_km2"}), None
        )
        assert match is not None, f"not found: {wanted}; left: {[f['says'] for f in left]}"
        if "area_km2" in wanted:
            assert match["area_km2"] == pytest.approx(wanted["area_km2"], rel=1e-4)
        left.remove(match)
    assert [f["says"] for f in left] == [], "findings that were not expected"
    assert answer["verdict"] == expected["verdict"]

    reasons = {n["restriction"]: n["reason"] for n in answer["not_applicable"]}
    for restriction, fragment in expected["not_applicable"].items():
        assert fragment in reasons.get(restriction, "")
    assert set(expected["remedies"]) <= {r["kind"] for r in answer["remedies"]}
    said = " ".join(f["says"] for f in answer["findings"])
    for fragment in expected["says"]:
        assert fragment in said


def test_there_are_enough_and_each_says_why():
    assert len(CASES) >= 60
    assert all(len((case / "WHY.md").read_text("utf-8")) > 20 for case in CASES)
