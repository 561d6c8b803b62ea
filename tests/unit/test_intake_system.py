"""A license application is read strictly: drafts may be incomplete, what is given must be well-formed."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_json, read_request, schema_of_kind
from rsiwg.settings import Limits

EXAMPLES = Path(__file__).parents[2] / "examples" / "systems"
LEAST = {"kind": "system", "reference": "DRAFT-1", "action": "application"}
SAR = {"name": "S", "type": "sar"}
PAN = {"name": "P", "type": "panchromatic"}


def read(**given):
    return read_request(LEAST | given, Limits())


def problems(**given):
    with pytest.raises(InvalidSubmission) as refused:
        read(**given)
    return refused.value.problems


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_is_read_and_follows_its_schema(path):
    body = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator(schema_of_kind("system")).validate(body)
    assert read_request(body, Limits()).reference == body["reference"]


def test_a_draft_may_leave_out_everything_else():
    request = read()
    assert (request.kind, request.instruments, request.licensee.name) == ("system", None, None)
    assert request.orbit.around_earth is None


def test_an_empty_list_is_not_the_same_as_nothing():
    assert read(affiliates=[]).affiliates == ()
    assert read().affiliates is None
    assert read(affiliates=None).affiliates is None


def test_what_is_given_is_kept():
    request = read(
        instruments=[SAR | {"ipr_range_m": 0.5, "ipr_azimuth_m": 0.25, "polarisations": ["VV"]}],
        space_objects={"pixels_across": [3, 4]},
        launches=[{"on": "2027-06-15", "country": "us"}],
    )
    assert request.instruments[0].resolution_m == 0.25
    assert request.space_objects.pixels_across == (3, 4)
    assert (request.launches[0].on.isoformat(), request.launches[0].country) == ("2027-06-15", "US")


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        pytest.param({"reference": ""}, "reference", "1 to 100 characters", id="no reference"),
        pytest.param({"action": "renewal"}, "action", "application or modification", id="no such action"),
        pytest.param({"tier": 4}, "tier", "1, 2 or 3", id="tier 4"),
        pytest.param({"tier": True}, "tier", "whole number", id="a tier of true"),
        pytest.param({"tier": "2"}, "tier", "1, 2 or 3", id="a tier in quotes"),
        pytest.param({"teir": 2}, "teir", 'did you mean "tier"', id="a key that is misspelt"),
        pytest.param({"orbit": {"altitude": 500}}, "orbit.altitude", "no such field in orbit", id="a key inside"),
        pytest.param({"licensee": "Example"}, "licensee", "an object such as", id="a text for an object"),
        pytest.param({"licensee": {"name": "a\u202eb"}}, "licensee.name", "invisible", id="an invisible character"),
        pytest.param({"licensee": {"name": " "}}, "licensee.name", "empty", id="only blanks"),
        pytest.param({"licensee": {"organised_in": "USA"}}, "licensee.organised_in", "two-letter", id="three letters"),
        pytest.param({"instruments": []}, "instruments", "1 to 50", id="no instruments"),
        pytest.param({"instruments": [PAN] * 51}, "instruments", "1 to 50", id="too many instruments"),
        pytest.param({"instruments": [PAN | {"gsd_m": 0}]}, "instruments[0].gsd_m", "greater than 0", id="0 m"),
        pytest.param({"instruments": [PAN | {"gsd_m": float("nan")}]}, "instruments[0].gsd_m", "metres", id="NaN"),
        pytest.param({"instruments": [PAN | {"gsd_m": 31_000}]}, "instruments[0].gsd_m", "in metres", id="kilometres"),
        pytest.param({"instruments": [PAN | {"ipr_range_m": 1}]}, "instruments[0].ipr_range_m", "only a SAR", id="IPR of an optical one"),
        pytest.param({"instruments": [SAR | {"gsd_m": 1}]}, "instruments[0].gsd_m", "no ground sample distance", id="GSD of a SAR"),
        pytest.param({"instruments": [PAN | {"spectral_min_nm": 800, "spectral_max_nm": 450}]}, "instruments[0].spectral_max_nm", "swap", id="a range the wrong way round"),
        pytest.param({"instruments": [PAN | {"band_count": 2, "bands": [{"min_nm": 1, "max_nm": 2}]}]}, "instruments[0].band_count", "1 bands are listed", id="bands miscounted"),
        pytest.param({"instruments": [PAN | {"bands": [{"min_nm": 2, "max_nm": 2}]}]}, "instruments[0].bands[0].max_nm", "not above", id="a band without width"),
        pytest.param({"orbit": {"perigee_km": 500, "apogee_km": 499}}, "orbit.apogee_km", "under the perigee", id="apogee under perigee"),
        pytest.param({"orbit": {"local_time": "24:00"}}, "orbit.local_time", "10:30", id="24 o'clock"),
        pytest.param({"spacecraft": {"on_orbit": 5, "total": 4}}, "spacecraft.total", "under the 5", id="fewer in all than at once"),
        pytest.param({"encryption": {"key_length_bits": 256.0}}, "encryption.key_length_bits", "whole number", id="a float of bits"),
        pytest.param({"space_objects": {"pixels_across": [3]}}, "space_objects.pixels_across", "[3, 3]", id="one direction"),
        pytest.param({"waivers": [{"condition": "960.7", "ground": "not_applicable", "reason": "x"}]}, "waivers[0].condition", "960.8(c)", id="no condition"),
        pytest.param({"launches": [{"on": "2027-02-29"}]}, "launches[0].on", "no day 2027-02-29", id="a day that does not exist"),
        pytest.param({"temporary_conditions": [{"title": "T", "extensions": [{"expires_on": "2027-01-01"}]}]}, "temporary_conditions[0].expires_on", "missing", id="an extension of nothing"),
        pytest.param({"temporary_conditions": [{"title": "T", "expires_on": "2027-01-01", "extensions": [{"expires_on": "2027-01-01"}]}]}, "temporary_conditions[0].extensions", "after the term before", id="an extension by nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_field(given, field, says):
    found = problems(**given)
    assert list(found) == [field]
    assert says in found[field]


def test_every_problem_is_named_at_once():
    found = problems(action="x", tier=9, orbit={"perigee_km": -1}, instruments=[{"type": "sar"}])
    assert sorted(found) == ["action", "instruments[0].name", "orbit.perigee_km", "tier"]


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from leaves(inner, (*path, n))
    else:
        yield path


WHOLE = json.loads((EXAMPLES / "optical.json").read_text("utf-8"))


@pytest.mark.parametrize("junk", [{}, [], "", "x" * 5000, -1, 1e308, float("inf"), [[]], {"a": 1}], ids=repr)
def test_junk_anywhere_is_refused_or_read_and_never_breaks(junk):
    refused = []
    for path in leaves(WHOLE):
        body = copy.deepcopy(WHOLE)
        holder = body
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = junk
        try:
            read_request(body, Limits())
        except InvalidSubmission as exc:
            refused.append(exc.problems)
    assert all(key and why for problems in refused for key, why in problems.items())


def test_a_key_given_twice_is_refused_before():
    with pytest.raises(InvalidSubmission, match="twice"):
        read_json(b'{"kind": "system", "tier": 1, "tier": 2}', Limits())
