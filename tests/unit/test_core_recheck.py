"""A request document reads back as the same request; a stored answer is checked again."""

import copy

import attrs
import pytest

from rsiwg import casework, resources
from rsiwg.domain.document import request_document
from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_submission
from rsiwg.rulebook import load
from rsiwg.settings import Limits

RING = [[34.78, 30.55], [34.98, 30.55], [34.98, 30.75], [34.78, 30.75], [34.78, 30.55]]
ACROSS = [[179.0, 10.0], [181.0, 10.0], [181.0, 11.0], [179.0, 11.0], [179.0, 10.0]]
HOLE = [[34.8, 30.6], [34.8, 30.7], [34.9, 30.7], [34.9, 30.6], [34.8, 30.6]]
BODY = {
    "kind": "imaging",
    "reference": "AGAIN",
    "applicant": {"name": "Example Imaging Inc.", "country": "US"},
    "sensor": {"modality": "panchromatic", "gsd_m": 0.3},
    "activity": ["collect", "disseminate"],
    "collection": {"start": "2025-01-01", "end": "2025-12-31"},
    "aoi": {"type": "Polygon", "coordinates": [RING]},
}
SHAPES = {
    "least": {},
    "two sensors": {
        "sensor": None,
        "sensors": [
            {"name": "A", "modality": "panchromatic", "gsd_m": 0.3, "max_off_nadir_deg": 30},
            {"name": "B", "modality": "swir", "gsd_m": 3.7},
        ],
    },
    "sar": {
        "sensor": {"modality": "sar", "ipr_range_m": 0.5, "ipr_azimuth_m": 0.25, "ipr_plane": "slant"},
        "product": {"ipr_m": 1.0},
    },
    "sar of one number": {"sensor": {"modality": "sar", "ipr_m": 0.5}},
    "product": {"product": {"gsd_m": 0.4}},
    "product with a piece": {
        "product": {"gsd_m": 0.3, "inside": [{"aoi": {"type": "Polygon", "coordinates": [HOLE]}, "gsd_m": 0.4}]}
    },
    "product of pieces only": {
        "product": {"inside": [{"aoi": {"type": "Polygon", "coordinates": [HOLE]}, "gsd_m": 0.4}]}
    },
    "licence": {"licence": {"part_960": True, "tier": 2, "licensee": "Another LLC"}},
    "not licensed": {"licence": {"part_960": False}},
    "persons": {
        "applicant": {"name": "\u00c9toile", "country": "fr", "us_person": False, "operated_from_us": True}
    },
    "recipient": {"recipient": {"kind": "foreign_government", "name": "Ministry", "country": "NL"}},
    "exercise": {"exercise": True},
    "one activity": {"activity": ["collect"]},
    "hole": {"aoi": {"type": "Polygon", "coordinates": [RING, HOLE]}},
    "across 180": {"aoi": {"type": "Polygon", "coordinates": [ACROSS]}},
    "one day": {"collection": {"start": "2024-02-29", "end": "2024-02-29"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def rulebook():
    return load(resources.GEODATA)


@pytest.fixture
def stored(rulebook):
    return copy.deepcopy(casework.check(BODY, rulebook, limits=Limits()).document)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_request_document_reads_back_as_the_same_request(shape):
    body = {k: v for k, v in {**BODY, **SHAPES[shape]}.items() if v is not None}
    request = read_submission(body, Limits()).request
    document = request_document(request)
    again = read_submission(document, Limits()).request
    assert again == request
    assert request_document(again) == document


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_rulebook_gives_the_same_answer(shape, rulebook):
    body = {k: v for k, v in {**BODY, **SHAPES[shape]}.items() if v is not None}
    again = casework.recheck(casework.check(body, rulebook, limits=Limits()).document, rulebook)
    assert again.same
    assert again.differences == ()


def test_another_rulebook_is_named(stored, rulebook):
    other = attrs.evolve(rulebook, version="f" * 64, restrictions=rulebook.restrictions[1:])
    again = casework.recheck(stored, other)
    assert not again.same
    assert any("rulebook was" in d and "ffffffffffff" in d for d in again.differences)
    assert any("No longer a finding" in d for d in again.differences)


def test_another_engine_is_named(stored, rulebook):
    again = casework.recheck({**stored, "engine": "0.0.0"}, rulebook)
    assert not again.same
    assert any("engine version was 0.0.0" in d for d in again.differences)


def test_an_altered_finding_is_found(stored, rulebook):
    stored["findings"][0]["says"] = "Nothing to see here."
    again = casework.recheck(stored, rulebook)
    assert not again.same
    assert any("itself was altered" in d for d in again.differences)
    assert any("Nothing to see here." in d for d in again.differences)


def test_an_altered_verdict_is_found(stored, rulebook):
    true = stored["verdict"]
    again = casework.recheck({**stored, "verdict": "clear"}, rulebook)
    assert not again.same
    assert any(f"was clear and is {true}" in d for d in again.differences)


@pytest.mark.parametrize("document", [{}, {"request": BODY}, {"request": "x", "verdict_id": "y"}])
def test_what_is_no_answer_is_refused(document, rulebook):
    with pytest.raises(InvalidSubmission):
        casework.recheck(document, rulebook)


@pytest.mark.parametrize("as_of", ["yesterday", 5])
def test_an_answer_of_no_day_is_refused(as_of, stored, rulebook):
    with pytest.raises(InvalidSubmission):
        casework.recheck({**stored, "as_of": as_of}, rulebook)
