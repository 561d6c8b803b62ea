import copy
import csv
import io
import json

import pytest

from rsiwg.domain.document import canonical_json
from rsiwg.intake import request_schema
from rsiwg.settings import Limits
from rsiwg.store import reading
from rsiwg.web.service import EXTENSION

BOX = [[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]


def a_body(**changed):
    """The request shown in the schema, allowed at 0.40 m."""
    return copy.deepcopy(request_schema()["examples"][0]) | changed


def a_violation():
    return a_body(product={"gsd_m": 0.39})


def two_areas():
    east = [[x + 1, y] for x, y in BOX]
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for name, ring in (("west", BOX), ("east", east))
    ]
    return {"type": "FeatureCollection", "features": features}


def problem_of(response, status):
    """The problem details, once their form is checked."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert problem["status"] == status
    assert problem["instance"] == response.headers["X-Request-ID"]
    assert problem["title"]
    assert problem["detail"]
    return problem


def stored_count(app):
    with reading(app.extensions[EXTENSION].engine) as requests:
        return len(requests.latest(100))


# Checking.


def test_a_check_answers_and_keeps_nothing(app, client):
    response = client.post("/api/v1/checks", json=a_body())
    assert response.status_code == 200
    answer = response.get_json()
    assert answer["verdict"] == "clear"
    assert list(answer)[:2] == ["verdict", "verdict_id"]
    assert answer["changes"]
    assert stored_count(app) == 0


def test_a_finer_product_is_restricted(client):
    answer = client.post("/api/v1/checks", json=a_violation()).get_json()
    assert answer["verdict"] == "restricted"
    assert answer["remedies"]


def test_the_same_request_gives_the_same_bytes(client):
    first, again = (client.post("/api/v1/checks", json=a_violation()).data for _ in range(2))
    assert first == again


def test_a_day_judges_the_rules_of_that_day(client):
    # Between 1998 and 2020-07-21 the limit was 2.0 m.
    answer = client.post("/api/v1/checks?as_of=2019-06-01", json=a_body()).get_json()
    assert answer["as_of"] == "2019-06-01"
    assert answer["judged"] == {"start": "2019-06-01", "end": "2019-06-01"}
    assert answer["verdict"] == "restricted"


@pytest.mark.parametrize(
    "day", ["", "2025-02-30", "20250601", "2025-W01-1", "tomorrow", "9999-12-31", "0001-01-01", "٢٠٢٥-٠٦-٠١"]
)
def test_a_day_that_is_none_is_refused(client, day):
    problem = problem_of(client.post("/api/v1/checks", query_string={"as_of": day}, json=a_body()), 422)
    assert [p["field"] for p in problem["problems"]] == ["as_of"]


@pytest.mark.parametrize("query", ["asof=2025-06-01", "as_of=2025-06-01&as_of=2025-06-02"])
def test_a_misspelt_or_repeated_parameter_is_refused(client, query):
    problem_of(client.post(f"/api/v1/checks?{query}", json=a_body()), 422)


# Storing.


def test_a_stored_request_is_found_where_the_answer_says(client):
    response = client.post("/api/v1/requests", json=a_violation())
    assert response.status_code == 201
    stored = response.get_json()
    assert response.headers["Location"] == f"/api/v1/requests/{stored['id']}"
    assert client.get(response.headers["Location"]).get_json() == stored
    assert stored["verdict"] == "restricted"
    assert stored["actor"] == "anonymous@api"
    assert stored["source"] == "api"
    assert [e["kind"] for e in stored["events"]] == ["request.received", "request.assessed"]


def test_what_is_stored_is_what_a_check_says(client):
    checked = client.post("/api/v1/checks", json=a_violation()).get_json()
    assert client.post("/api/v1/requests", json=a_violation()).get_json()["assessment"] == checked


def test_a_key_sent_again_stores_nothing_more(app, client):
    key = {"Idempotency-Key": "5b1a4c2f"}
    first = client.post("/api/v1/requests", json=a_body(), headers=key)
    again = client.post("/api/v1/requests", json=a_body(), headers=key)
    assert (again.status_code, again.data) == (201, first.data)
    assert stored_count(app) == 1


def test_a_key_sent_with_another_request_is_a_conflict(app, client):
    key = {"Idempotency-Key": "5b1a4c2f"}
    client.post("/api/v1/requests", json=a_body(), headers=key)
    problem_of(client.post("/api/v1/requests", json=a_violation(), headers=key), 409)
    assert stored_count(app) == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 201])
def test_a_key_that_is_none_is_refused(app, client, key):
    problem_of(client.post("/api/v1/requests", json=a_body(), headers={"Idempotency-Key": key}), 422)
    assert stored_count(app) == 0


def test_the_list_goes_page_by_page(client):
    ids = [
        client.post("/api/v1/requests", json=a_body(reference=f"D-{n}")).get_json()["id"] for n in range(5)
    ]
    listed, href = [], "/api/v1/requests?limit=2"
    while href:
        page = client.get(href).get_json()
        assert len(page["requests"]) <= 2
        listed += [line["id"] for line in page["requests"]]
        href = page["next"]
    assert listed == ids[::-1]


def test_a_line_of_the_list_leads_to_its_request(client):
    client.post("/api/v1/requests", json=a_violation())
    (line,) = client.get("/api/v1/requests").get_json()["requests"]
    assert line["verdict"] == "restricted"
    assert client.get(line["href"]).get_json()["id"] == line["id"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e1", "", "99999999999"])
def test_a_limit_that_is_none_is_refused(client, limit):
    problem_of(client.get("/api/v1/requests", query_string={"limit": limit}), 422)


@pytest.mark.parametrize(
    "path",
    ["", "/answer.json", "/findings.csv", "/findings.geojson", "/nothing"],
)
def test_nothing_is_found_under_an_unknown_id(client, path):
    problem_of(client.get(f"/api/v1/requests/R-0000000000{path}"), 404)
    problem_of(client.post("/api/v1/requests/R-0000000000/recheck"), 404)
    problem_of(client.get("/api/v1/requests?before=R-0000000000"), 404)


def test_the_answer_and_its_findings_are_files(client):
    stored = client.post("/api/v1/requests", json=a_violation()).get_json()
    at = f"/api/v1/requests/{stored['id']}"
    answer = client.get(f"{at}/answer.json")
    assert answer.get_json() == stored["assessment"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{stored["id"]}-answer.json"'
    collection = json.loads(client.get(f"{at}/findings.geojson").data)
    assert collection["type"] == "FeatureCollection"
    table = client.get(f"{at}/findings.csv")
    assert table.content_type.startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert [row["says"] for row in rows] == [f["says"] for f in stored["assessment"]["findings"]]


def test_a_recheck_says_same_and_keeps_nothing(client):
    stored = client.post("/api/v1/requests", json=a_violation()).get_json()
    again = client.post(f"/api/v1/requests/{stored['id']}/recheck").get_json()
    assert again["same"] is True
    assert again["differences"] == []
    assert canonical_json(again["assessment"]) == canonical_json(stored["assessment"])
    assert client.get(f"/api/v1/requests/{stored['id']}").get_json() == stored


# Areas.


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"aoi": {"type": "Polygon", "coordinates": [BOX]}}, id="GeoJSON"),
        pytest.param({"text": "32.0N 34.7E; 32.0N 34.9E; 32.2N 34.9E; 32.2N 34.7E"}, id="coordinates"),
        pytest.param({"text": "POLYGON ((34.7 32, 34.9 32, 34.9 32.2, 34.7 32.2, 34.7 32))"}, id="WKT"),
    ],
)
def test_an_area_is_shown_back(client, body):
    area = client.post("/api/v1/aoi", json=body).get_json()
    assert area["area_km2"] == pytest.approx(418.673)
    assert area["bbox"] == [34.7, 32.0, 34.9, 32.2]
    assert area["vertices"] == 4
    assert area["aoi"]["type"] == "Polygon"


def test_a_file_is_shown_back(client):
    data = json.dumps({"type": "Polygon", "coordinates": [BOX]}).encode()
    response = client.post("/api/v1/aoi", data={"file": (io.BytesIO(data), "box.geojson")})
    assert response.status_code == 200, response.text
    assert response.get_json()["format"] == "GeoJSON"


def test_a_file_with_several_areas_asks_which(client):
    data = json.dumps(two_areas()).encode()
    asked = problem_of(client.post("/api/v1/aoi", data={"file": (io.BytesIO(data), "two.json")}), 422)
    assert asked["type"] == "urn:rsiwg:problem:choice-needed"
    keys = {choice["label"]: choice["choose"] for choice in asked["choices"]}
    chosen = client.post("/api/v1/aoi", data={"file": (io.BytesIO(data), "two.json"), "choose": keys["east"]})
    assert chosen.get_json()["bbox"] == [35.7, 32.0, 35.9, 32.2]
    assert chosen.get_json()["name"] == "east"


def test_a_request_with_several_areas_asks_which(client):
    asked = problem_of(client.post("/api/v1/checks", json=a_body(aoi=two_areas())), 422)
    assert {"west", "east"} <= {choice["label"] for choice in asked["choices"]}
    chosen = a_body(aoi=two_areas(), aoi_choose=asked["choices"][0]["choose"])
    assert client.post("/api/v1/checks", json=chosen).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "text", id="neither"),
        pytest.param({"text": "x", "aoi": {}}, "text", id="both"),
        pytest.param({"text": {"type": "Polygon"}}, "text", id="GeoJSON as text"),
        pytest.param({"text": "not coordinates"}, "text", id="no coordinates"),
        pytest.param({"aoi": {"type": "Point", "coordinates": [34, 32]}}, "aoi", id="a point"),
        pytest.param({"text": "x", "file": "y"}, "file", id="unknown field"),
        pytest.param({"text": "x", "choose": 1}, "choose", id="choice that is no text"),
    ],
)
def test_an_area_that_cannot_be_taken_names_the_field(client, body, field):
    problem = problem_of(client.post("/api/v1/aoi", json=body), 422)
    assert field in [p["field"] for p in problem["problems"]]


def test_an_upload_without_a_file_is_refused(client):
    response = client.post("/api/v1/aoi", data={"other": "x"}, content_type="multipart/form-data")
    assert problem_of(response, 422)["problems"][0]["field"] == "file"


# The rulebook and the service.


def test_every_rule_is_listed_and_shown(client, book):
    listed = client.get("/api/v1/rules").get_json()
    assert listed["rulebook"] == book.version
    assert [rule["id"] for rule in listed["rules"]] == [r.id for r in book.restrictions]
    for line in listed["rules"]:
        shown = client.get(f"/api/v1/rules/{line['id']}").get_json()
        assert {k: v for k, v in shown.items() if k != "zones"} == {
            k: v for k, v in line.items() if k != "zones"
        }
        assert all("area" in zone for zone in shown["zones"])


def test_an_unknown_rule_is_not_found(client):
    problem_of(client.get("/api/v1/rules/no-such-rule"), 404)


def test_every_layer_is_listed(client, book):
    layers = client.get("/api/v1/layers").get_json()["layers"]
    assert [layer["sha256"] for layer in layers] == [layer.sha256 for layer in book.layers]


def test_the_limits_are_those_of_the_settings(make_app):
    app = make_app(limits=Limits(max_vertices=7), requests_per_minute=5)
    limits = app.test_client().get("/api/v1/limits").get_json()
    assert limits["max_vertices"] == 7
    assert limits["requests_per_minute"] == 5


def test_the_schema_is_the_one_intake_reads_by(client):
    response = client.get("/api/v1/schemas/imaging-request/1")
    assert json.loads(response.data) == request_schema()


# What cannot be taken.


def test_every_wrong_field_is_named(client):
    body = a_body(kind="imaging", activity=[], sensor={"modality": "sonar"})
    del body["applicant"]
    fields = {p["field"] for p in problem_of(client.post("/api/v1/requests", json=body), 422)["problems"]}
    assert {"applicant", "activity", "sensor.modality"} <= fields


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": 1e999}',
        b"\xff\xfe{}",
        b"[" * 5000,
        b'{"\\ud800": "\\udfff"}',
    ],
)
def test_what_is_no_json_object_is_refused(client, data):
    for path in ("/api/v1/checks", "/api/v1/requests", "/api/v1/aoi"):
        response = client.post(path, data=data, content_type="application/json")
        assert response.status_code in {413, 422}
        problem_of(response, response.status_code)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/geo+json", None]
)
def test_another_content_type_is_refused(client, content_type):
    for path in ("/api/v1/checks", "/api/v1/requests", "/api/v1/aoi"):
        problem_of(client.post(path, data=json.dumps(a_body()), content_type=content_type), 415)


def test_a_content_type_may_name_its_encoding(client):
    response = client.post(
        "/api/v1/checks", data=json.dumps(a_body()), content_type="application/json; charset=utf-8"
    )
    assert response.status_code == 200


def test_a_body_over_the_limit_is_refused_before_it_is_read(make_app):
    client = make_app(limits=Limits(max_body_bytes=1000)).test_client()
    for path in ("/api/v1/checks", "/api/v1/requests", "/api/v1/aoi"):
        problem_of(client.post(path, data=b"x" * 1001, content_type="application/json"), 413)
    problem_of(client.post("/api/v1/aoi", data={"file": (io.BytesIO(b"x" * 2000), "big.json")}), 413)


def test_a_body_without_a_length_is_cut_at_the_limit(make_app):
    client = make_app(limits=Limits(max_body_bytes=1000)).test_client()
    response = client.post(
        "/api/v1/checks",
        input_stream=io.BytesIO(b"x" * 5000),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    problem_of(response, 413)


def test_an_outline_over_a_limit_names_the_limit(make_app):
    client = make_app(limits=Limits(max_vertices=3)).test_client()
    area = client.post("/api/v1/aoi", json={"aoi": {"type": "Polygon", "coordinates": [BOX]}})
    assert "max_vertices" in problem_of(area, 413)["detail"]


def test_a_method_that_is_not_taken_names_those_that_are(client):
    response = client.delete("/api/v1/requests")
    problem_of(response, 405)
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_an_unknown_address_of_the_api_is_a_problem(client):
    problem_of(client.get("/api/v1/nothing"), 404)
    problem_of(client.get("/api/nothing"), 404)


def test_text_of_any_script_goes_through(client):
    reference = "Ж-1 مثال 例 🛰"
    stored = client.post("/api/v1/requests", json=a_body(reference=reference))
    assert stored.get_json()["reference"] == reference
    assert reference.encode() in client.get(stored.headers["Location"]).data


def test_a_database_without_tables_is_unavailable_and_says_no_more(make_app):
    client = make_app(migrated=False).test_client()
    for response in (client.get("/api/v1/requests"), client.post("/api/v1/requests", json=a_body())):
        problem = problem_of(response, 503)
        assert "sqlite" not in response.text
        assert "no such table" not in response.text
        assert "request id" in problem["detail"]
