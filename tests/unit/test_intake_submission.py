import copy
import datetime as dt

import jsonschema
import pytest

from rsiwg.domain import Activity, Measure, Modality, Period, Plane, RecipientKind
from rsiwg.domain.document import request_document
from rsiwg.errors import ChoiceNeeded, InvalidSubmission, TooLarge
from rsiwg.intake import read_aoi_value, read_json, read_submission, request_schema
from rsiwg.settings import Limits

LIMITS = Limits()
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]],
}
GONE = object()


def a_body(**changes):
    """The example of the issue; ``sensor__gsd_m=1`` sets an inner field, GONE removes one."""
    body = {
        "kind": "imaging",
        "reference": "DEMO-1",
        "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
        "sensor": {"modality": "panchromatic", "gsd_m": 0.31, "max_off_nadir_deg": 30},
        "product": {"gsd_m": 0.40},
        "licence": {"part_960": True, "tier": 1},
        "activity": ["collect", "disseminate"],
        "collection": {"start": "2025-01-01", "end": "2025-12-31"},
        "aoi": copy.deepcopy(SQUARE),
    }
    for path, value in changes.items():
        *owners, key = path.split("__")
        target = body
        for owner in owners:
            target = target[owner]
        if value is GONE:
            del target[key]
        else:
            target[key] = value
    return body


def problems_of(**changes):
    with pytest.raises(InvalidSubmission) as caught:
        read_submission(a_body(**changes), LIMITS)
    return caught.value.problems


def test_the_example_of_the_issue_is_read():
    request = read_submission(a_body(), LIMITS).request
    assert request.reference == "DEMO-1"
    assert request.sensors[0].gsd_m == 0.31
    assert request.product.resolution_m == 0.40
    assert request.activity == {Activity.COLLECT, Activity.DISSEMINATE}
    assert request.collection == Period.of_days(dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    assert request.licence.tier == 1
    assert not request.exercise


FULL = a_body(
    sensor=GONE,
    sensors=[
        {"name": "optical", "modality": "multispectral", "gsd_m": 1},
        {"name": "radar", "modality": "sar", "ipr_range_m": 1.5, "ipr_azimuth_m": 1, "ipr_plane": "slant"},
    ],
    product={"gsd_m": 2, "inside": [{"aoi": "32.0N 34.7E; 32.0N 34.8E; 32.1N 34.8E", "gsd_m": 4.5}]},
    licence={"part_960": False, "tier": 3, "licensee": "Another Ltd."},
    recipient={"kind": "foreign_government", "name": "Ministry", "country": "fr"},
    applicant={"name": "X", "country": "us", "us_person": False, "operated_from_us": True},
    exercise=True,
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(a_body(), id="as in the issue"),
        pytest.param(a_body(product=GONE, licence=GONE), id="without what is optional"),
        pytest.param(FULL, id="with everything"),
        pytest.param(a_body(sensor={"modality": "sar", "ipr_m": 0.5}, product={"ipr_m": 1}), id="sar"),
        pytest.param(
            a_body(
                sensor={"modality": "sar", "ipr_m": 0.5}, product={"inside": [{"aoi": SQUARE, "ipr_m": 3}]}
            ),
            id="a piece alone",
        ),
        pytest.param(a_body(aoi={"point": [179.9, 0], "radius_m": 50_000}), id="across 180 degrees"),
    ],
)
def test_reading_a_request_document_again_gives_an_equal_request(body):
    request = read_submission(body, LIMITS).request
    document = request_document(request)
    again = read_submission(document, LIMITS)
    assert again.request == request
    assert request_document(again.request) == document
    jsonschema.validate(body, request_schema())
    jsonschema.validate(document, request_schema())


def test_everything_given_arrives():
    read = read_submission(FULL, LIMITS)
    request = read.request
    assert [s.name for s in request.sensors] == ["optical", "radar"]
    assert request.sensors[1].ipr_plane is Plane.SLANT
    assert request.sensors[1].resolution_m == 1
    assert request.product.measure is Measure.GSD
    assert request.product.inside[0].resolution_m == 4.5
    assert request.recipient.kind is RecipientKind.FOREIGN_GOVERNMENT
    assert (request.applicant.country, request.recipient.country) == ("US", "FR")
    assert request.applicant.operated_from_us is True
    assert request.exercise
    assert 'applicant.country was written as "US".' in read.changes
    assert any(change.startswith("product.inside[0].aoi: The outline was closed") for change in read.changes)


def test_an_impulse_response_stands_for_both_directions():
    read = read_submission(a_body(sensor={"modality": "sar", "ipr_m": 0.5}, product=GONE), LIMITS)
    sensor = read.request.sensors[0]
    assert (sensor.modality, sensor.ipr_range_m, sensor.ipr_azimuth_m) == (Modality.SAR, 0.5, 0.5)
    assert "sensor.ipr_m was taken for both range and azimuth." in read.changes


def test_defaults_are_said():
    changes = read_submission(a_body(product=GONE), LIMITS).changes
    assert 'sensor has no name and is called "sensor 1".' in changes
    assert (
        "No product is given: what is disseminated is taken to be the sensor's native resolution." in changes
    )


def test_an_activity_given_twice_counts_once():
    request = read_submission(a_body(activity=["collect", "collect"]), LIMITS).request
    assert request.activity == {Activity.COLLECT}


def test_an_area_already_read_is_taken():
    area = read_aoi_value(SQUARE, LIMITS).area
    assert read_submission(a_body(aoi=area), LIMITS).request.aoi == area


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"sensor__gsd_m": "0.31"}, "sensor.gsd_m", "give a number of metres greater than 0, such as 0.31; this is the text"),
        ({"sensor__gsd_m": True}, "sensor.gsd_m", "yes/no value true"),
        ({"sensor__gsd_m": 0}, "sensor.gsd_m", "greater than 0"),
        ({"sensor__gsd_m": -0.3}, "sensor.gsd_m", "greater than 0"),
        ({"sensor__gsd_m": float("nan")}, "sensor.gsd_m", "greater than 0"),
        ({"sensor__gsd_m": float("inf")}, "sensor.gsd_m", "greater than 0"),
        ({"sensor__gsd_m": 10**400}, "sensor.gsd_m", "give a number of metres"),
        ({"sensor__gsd_m": 0.0009}, "sensor.gsd_m", "is it in metres?"),
        ({"sensor__gsd_m": 10_001}, "sensor.gsd_m", "is it in metres?"),
        ({"sensor__gsd_m": GONE}, "sensor.gsd_m", "missing"),
        ({"sensor__gsd_m": [1]}, "sensor.gsd_m", "this is a list"),
        ({"sensor__gsd": 1}, "sensor.gsd", 'did you mean "gsd_m"?'),
        ({"sensor__max_off_nadir_deg": 90}, "sensor.max_off_nadir_deg", "from 0 to under 90"),
        ({"sensor__modality": "pancromatic"}, "sensor.modality", 'did you mean "panchromatic"?'),
        ({"sensor__modality": None}, "sensor.modality", "give how it senses"),
        ({"sensor__modality": "sar"}, "sensor.gsd_m", "a SAR has no ground sample distance"),
        ({"sensor": {"modality": "sar"}}, "sensor.ipr_m", "a SAR gives ipr_m"),
        ({"sensor": {"modality": "sar", "ipr_range_m": 1}}, "sensor.ipr_azimuth_m", "missing"),
        ({"sensor": {"modality": "sar", "ipr_m": 1, "ipr_range_m": 1}}, "sensor.ipr_m", "twice"),
        ({"sensor__ipr_plane": "ground"}, "sensor.ipr_plane", "only a SAR"),
        ({"sensor__name": ""}, "sensor.name", "1 to 200 characters"),
        ({"sensor__name": "a\u202eb"}, "sensor.name", "control or invisible"),
        ({"sensor": GONE}, "sensor", "missing"),
        ({"sensor": GONE, "sensors": []}, "sensors", "1 to 20"),
        ({"sensor": GONE, "sensors": [{"modality": "video", "gsd_m": 1}] * 21}, "sensors", "1 to 20"),
        ({"sensors": [{"modality": "video", "gsd_m": 1}]}, "sensor", "both sensor and sensors"),
        (
            {"sensor": GONE, "sensors": [{"name": "a", "modality": "video", "gsd_m": 1}] * 2},
            "sensors",
            "two sensors are called a",
        ),
        ({"sensor": GONE, "sensors": [{"modality": "video", "gsd_m": "1"}]}, "sensors[0].gsd_m", "give a number"),
        ({"kind": GONE}, "kind", 'give "imaging"'),
        ({"kind": "system"}, "kind", "only an imaging request"),
        ({"kind": "transfer"}, "kind", "only an imaging request"),
        ({"kind": "launch"}, "kind", "only an imaging request"),
        ({"kind": "other"}, "kind", 'give "imaging"'),
        ({"kind": ["imaging"]}, "kind", 'give "imaging"'),
        ({"schema_version": 2}, "schema_version", "give 1"),
        ({"schema_version": True}, "schema_version", "whole number"),
        ({"reference": ""}, "reference", "1 to 100 characters"),
        ({"reference": "x" * 101}, "reference", "1 to 100 characters"),
        ({"reference": "a\nb"}, "reference", "control or invisible"),
        ({"reference": "\ud800"}, "reference", ""),
        ({"reference": "   "}, "reference", "empty"),
        ({"applicant__country": "USA"}, "applicant.country", "two-letter"),
        ({"applicant__country": "UK"}, "applicant.country", '"GB"'),
        ({"applicant__us_person": "yes"}, "applicant.us_person", "true or false"),
        ({"applicant__us_person": 1}, "applicant.us_person", "true or false"),
        ({"applicant": GONE}, "applicant", "missing"),
        ({"applicant": []}, "applicant", "give an object"),
        ({"product": {"ipr_m": 1}}, "product.ipr_m", "no sensor of this request"),
        ({"product": {"gsd_m": 1, "ipr_m": 1}}, "product.ipr_m", "one measure"),
        ({"product": {"inside": [{"aoi": SQUARE}]}}, "product.inside[0].gsd_m", "inside this piece"),
        ({"product": {"inside": [{"gsd_m": 1}]}}, "product.inside[0].aoi", "missing"),
        ({"product": {"inside": [{"gsd_m": 1, "aoi": 7}]}}, "product.inside[0].aoi", "the number 7"),
        ({"licence__tier": 4}, "licence.tier", "1, 2 or 3"),
        ({"licence__tier": True}, "licence.tier", "whole number"),
        ({"licence__tier": 1.5}, "licence.tier", "1, 2 or 3"),
        ({"license": {}}, "license", 'did you mean "licence"?'),
        ({"recipient": {"kind": "friend"}}, "recipient.kind", "what kind of recipient"),
        ({"activity": []}, "activity", "collect"),
        ({"activity": GONE}, "activity", "missing"),
        ({"activity": "collect"}, "activity", "give a list"),
        ({"activity": ["colect"]}, "activity[0]", 'did you mean "collect"?'),
        ({"collection__end": "2024-12-31"}, "collection.end", "before the first"),
        ({"collection__end": "2025-02-30"}, "collection.end", "no day"),
        ({"collection__end": "31/12/2025"}, "collection.end", "YYYY-MM-DD"),
        ({"collection__end": 20251231}, "collection.end", "YYYY-MM-DD"),
        ({"collection__start": "1989-12-31"}, "collection.start", "1990 to 2100"),
        ({"collection__end": "2035-01-01"}, "collection.end", "more than 10 years"),
        ({"exercise": "no"}, "exercise", "true or false"),
        ({"aoi": GONE}, "aoi", "missing"),
        ({"aoi": {"type": "Point", "coordinates": [1, 2]}}, "aoi", "an area is needed"),
        ({"__proto__": 1}, "__proto__", ""),
        ({"extra": 1}, "extra", "no such field at the top of a request"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_fix(changes, field, words):
    if "__proto__" in changes:
        with pytest.raises(InvalidSubmission) as caught:
            read_submission({**a_body(), **changes}, LIMITS)
        problems = caught.value.problems
    else:
        problems = problems_of(**changes)
    assert field in problems, problems
    assert words in problems[field]
    assert "Input should" not in str(problems)


def test_ten_years_to_the_day_are_taken():
    read_submission(a_body(collection={"start": "2025-01-01", "end": "2034-12-31"}), LIMITS)
    read_submission(a_body(collection={"start": "2024-02-29", "end": "2034-02-27"}), LIMITS)


def test_one_day_is_a_collection_period():
    assert read_submission(a_body(collection__end="2025-01-01"), LIMITS).request.collection.day_count == 1


@pytest.mark.parametrize("gsd_m", [0.001, 10_000, 1])
def test_the_ends_of_the_plausible_resolutions_are_taken(gsd_m):
    assert read_submission(a_body(sensor__gsd_m=gsd_m), LIMITS).request.sensors[0].gsd_m == gsd_m


def test_every_problem_is_reported_at_once():
    bowtie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    problems = problems_of(
        reference=GONE,
        sensor__gsd_m="x",
        activity=[],
        collection__end="2020-01-01",
        aoi=bowtie,
        licence__teir=1,
    )
    assert set(problems) == {"reference", "sensor.gsd_m", "activity", "collection.end", "aoi", "licence.teir"}
    assert "crosses" in problems["aoi"]


def test_several_areas_ask_which():
    two = {"type": "FeatureCollection", "features": [SQUARE, SQUARE]}
    with pytest.raises(ChoiceNeeded):
        read_submission(a_body(aoi=two), LIMITS)
    assert read_submission(a_body(aoi=two, aoi_choose="2"), LIMITS).request.aoi
    problems = problems_of(aoi=two, reference="")
    assert "say which one is meant" in problems["aoi"]


def test_several_areas_in_a_piece_are_a_problem():
    two = {"type": "FeatureCollection", "features": [SQUARE, SQUARE]}
    problems = problems_of(product={"inside": [{"aoi": two, "gsd_m": 1}]})
    assert "say which one is meant" in problems["product.inside[0].aoi"]


@pytest.mark.parametrize("body", [[], "x", None, 3])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(InvalidSubmission):
        read_submission(body, LIMITS)


# ------------------------------------------------------------------------------------------ JSON


def test_a_byte_order_mark_is_tolerated():
    assert read_json(b'\xef\xbb\xbf{"a": 1}', LIMITS) == {"a": 1}


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        (b'{"a": [1, {"b": NaN}]}', "a[1].b", "NaN"),
        (b'{"a": -Infinity}', "a", "Infinity"),
        (b'{"a": {"b": [0, 1e309]}}', "a.b[1]", "too large"),
        (b'{"a": {"x": 1, "x": 2}}', "a.x", "given twice"),
        (b'{"x": 1, "y": 2, "x": 1}', "x", "given twice"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a", "5000 digits"),
        (b"[1]", "body", "a list"),
        (b'"a"', "body", "the text"),
        (b"", "body", "not JSON"),
        (b'{"a": 1', "body", "line 1"),
        (b"{'a': 1}", "body", "line 1"),
        (b'{"a": 01}', "body", "line 1"),
        (b'{"a": 1,}', "body", "line 1"),
        (b'{"a": "\xff"}', "body", "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "body", "UTF-8"),
        (b'{"a": 1} {"b": 2}', "body", "extra data"),
    ],
)
def test_a_loophole_of_json_is_refused_with_its_path(data, path, words):
    with pytest.raises(InvalidSubmission) as caught:
        read_json(data, LIMITS)
    assert words in caught.value.problems[path]


@pytest.mark.parametrize("depth", [33, 500, 1000, 100_000, 3_000_000])
def test_deep_json_is_refused(depth):
    with pytest.raises(TooLarge, match="max_json_depth"):
        read_json(b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}", LIMITS)


def test_json_as_deep_as_the_limit_is_taken():
    read_json(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}", LIMITS)


def test_too_much_json_is_refused_before_it_is_parsed():
    with pytest.raises(TooLarge, match="max_body_bytes"):
        read_json(b" " * 101, Limits(max_body_bytes=100))
    with pytest.raises(TooLarge, match="max_vertices"):
        read_json(b'{"a":[' + b"[]," * 5_000_000 + b"[]]}", LIMITS)


# ---------------------------------------------------------------------------------------- schema


def test_the_schema_is_a_schema_and_its_examples_follow_it():
    schema = request_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "https://rsiwg.invalid/schema/imaging-request/1"
    for example in schema["examples"]:
        jsonschema.validate(example, schema)
        read_submission(example, LIMITS)


@pytest.mark.parametrize(
    "changes",
    [
        {"sensor__gsd_m": "1"}, {"sensor__gsd_m": 0}, {"sensor__gsd_m": GONE}, {"kind": "system"}, {"activity": []},
        {"sensor__modality": "sar"}, {"extra": 1}, {"licence__tier": 4}, {"sensor": GONE}, {"reference": ""},
        {"applicant__country": "USA"}, {"aoi": 3}, {"sensors": [{"modality": "video", "gsd_m": 1}]},
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_by_the_schema_too(changes):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(a_body(**changes), request_schema())
    problems_of(**changes)


def test_every_property_of_the_schema_has_a_title():
    schema = request_schema()
    for part in (schema, *schema["$defs"].values()):
        for name, described in part.get("properties", {}).items():
            assert "title" in described or "$ref" in described or "anyOf" in described, name
