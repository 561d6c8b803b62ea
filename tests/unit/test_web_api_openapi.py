"""The API does what its description says."""

import copy
import io
import json
import os

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from rsiwg import casework
from rsiwg.screening.jobs import Jobs
from rsiwg.web import openapi

DESCRIBED = openapi.document()
REGISTRY = Registry().with_resource("urn:api", Resource(contents=DESCRIBED, specification=DRAFT202012))


def validator(pointer):
    return Draft202012Validator(
        {"$ref": f"urn:api#{pointer}"}, registry=REGISTRY, format_checker=jsonschema.FormatChecker()
    )


OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, item in DESCRIBED["paths"].items()
    for method, operation in item.items()
]


def resolved(part):
    if "$ref" not in part:
        return part
    found = DESCRIBED
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_the_description_is_valid():
    validator_package = pytest.importorskip("openapi_spec_validator")
    validator_package.validate(copy.deepcopy(DESCRIBED))


def test_it_is_served_as_it_is(client):
    assert client.get("/api/v1/openapi.json").get_json() == json.loads(json.dumps(DESCRIBED))


@pytest.mark.parametrize("name", DESCRIBED["components"]["schemas"])
def test_every_schema_is_one(name):
    Draft202012Validator.check_schema(DESCRIBED["components"]["schemas"][name])
    validator(f"/components/schemas/{name}").is_valid({})  # fails where a reference leads nowhere


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_example_is_valid(path, method, operation):
    for content in [
        *operation.get("requestBody", {}).get("content", {}).values(),
        *(c for answer in operation["responses"].values() for c in resolved(answer)["content"].values()),
    ]:
        if "example" in content:
            schema = (
                {"$ref": "urn:api#" + content["schema"]["$ref"][1:]}
                if "$ref" in content["schema"]
                else content["schema"]
            )
            Draft202012Validator(schema, registry=REGISTRY).validate(content["example"])


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_error_answer_is_problem_details(path, method, operation):
    for status, answer in operation["responses"].items():
        if int(status) >= 400 and path != "/readyz":
            assert list(resolved(answer)["content"]) == ["application/problem+json"]


def answers(client):
    """Each answer of the API, once, with its operation's path and method."""
    body = copy.deepcopy(
        DESCRIBED["paths"]["/api/v1/checks"]["post"]["requestBody"]["content"]["application/json"]["example"]
    )
    body["product"] = {"gsd_m": 0.35}
    stored = client.post("/api/v1/requests", json=body)
    at, base = stored.headers["Location"], "/api/v1/requests/{request_id}"
    yield "/api/v1/requests", "post", stored
    yield "/api/v1/checks", "post", client.post("/api/v1/checks?as_of=2025-06-01", json=body)
    yield "/api/v1/checks", "post", client.post("/api/v1/checks", json={})
    yield "/api/v1/checks", "post", client.post("/api/v1/checks", data="x")
    yield "/api/v1/requests", "get", client.get("/api/v1/requests")
    yield base, "get", client.get(at)
    yield base, "get", client.get("/api/v1/requests/unknown")
    for name in ("answer.json", "findings.geojson", "findings.csv"):
        yield f"{base}/{name}", "get", client.get(f"{at}/{name}")
    yield f"{base}/recheck", "post", client.post(f"{at}/recheck")
    draft = {"kind": "system", "reference": "DRAFT-1", "action": "application"}
    other = client.post("/api/v1/requests", json=draft)
    yield "/api/v1/requests", "post", other
    yield base, "get", client.get(other.headers["Location"])
    yield "/api/v1/requests", "get", client.get("/api/v1/requests")
    yield f"{base}/answer.json", "get", client.get(f"{other.headers['Location']}/answer.json")
    yield f"{base}/findings.csv", "get", client.get(f"{other.headers['Location']}/findings.csv")
    yield f"{base}/recheck", "post", client.post(f"{other.headers['Location']}/recheck")
    yield "/api/v1/questions", "get", client.get("/api/v1/questions")
    for question in client.get("/api/v1/questions").get_json()["questions"]:
        yield "/api/v1/questions/{name}", "post", client.post(question["href"], json=draft)
        yield (
            "/api/v1/questions/{name}",
            "post",
            client.post(f"{question['href']}?as_of=2026-10-01", json=body),
        )
    yield "/api/v1/questions/{name}", "post", client.post("/api/v1/questions/unknown", json=draft)
    for kind in ("imaging", "system", "unknown"):
        yield "/api/v1/schemas/{kind}", "get", client.get(f"/api/v1/schemas/{kind}")
    yield "/api/v1/aoi", "post", client.post("/api/v1/aoi", json={"aoi": body["aoi"]})
    upload = {"file": (io.BytesIO(json.dumps(body["aoi"]).encode()), "a.geojson")}
    yield "/api/v1/aoi", "post", client.post("/api/v1/aoi", data=upload)
    for name in ("gsd", "sar", "niirs", "access", "revisit", "footprint"):
        path = f"/api/v1/sensing/{name}"
        given = DESCRIBED["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]
        yield path, "post", client.post(path, json=given)
        yield path, "post", client.post(path, json={"unknown": 1})
    yield from answers_on_screenings(client)
    yield "/api/v1/rules", "get", client.get("/api/v1/rules")
    for rule in client.get("/api/v1/rules").get_json()["rules"]:
        yield "/api/v1/rules/{rule_id}", "get", client.get(f"/api/v1/rules/{rule['id']}")
    for path in (
        "/api/v1/layers",
        "/api/v1/limits",
        "/api/v1/schemas/imaging-request/1",
        "/api/v1/openapi.json",
    ):
        yield path, "get", client.get(path)
    for path in ("/healthz", "/readyz"):
        yield path, "get", client.get(path)
    yield from answers_about_parties(client, at)


def answers_about_parties(client, at):
    named = {"parties": [{"name": "Example Imaging Inc.", "longitude": 33.5, "latitude": 44.6}]}
    yield "/api/v1/screenings", "post", client.post("/api/v1/screenings", json=named)
    yield "/api/v1/screenings", "post", client.post("/api/v1/screenings", json={"parties": [{"name": "=1"}]})
    yield "/api/v1/lists", "get", client.get("/api/v1/lists")
    kept = "/api/v1/requests/{request_id}/screenings"
    yield kept, "get", client.get(f"{at}/screenings")
    yield kept, "post", client.post(f"{at}/screenings")
    yield kept, "get", client.get(f"{at}/screenings")
    for name, body in (("decisions", {"match": True}), ("referrals/none", {"state": "sent"})):
        path = "/api/v1/requests/{request_id}/" + name.replace("none", "{referral_id}")
        yield path, "post", client.post(f"{at}/{name}", json=body)


def answers_on_screenings(client):
    at = "/api/v1/archives"
    item = {"type": "Feature", "id": "a", "geometry": None, "properties": {}}
    upload = {"file": (io.BytesIO(json.dumps(item).encode()), "a.ndjson"), "licence": "part_960,tier=1"}
    kept = client.post(at, data=upload)
    yield at, "post", kept
    yield at, "post", client.post(at, json={})
    yield at, "post", client.post(at, data={"licence": "x"})
    yield at, "get", client.get(at)
    of = client.application.extensions["rsiwg"]
    assert casework.screen_waiting(Jobs(of.settings.screenings), of.rulebook) == 1
    one = kept.headers["Location"]
    yield f"{at}/{{screening_id}}", "get", client.get(one)
    yield f"{at}/{{screening_id}}", "get", client.get(f"{at}/S-0000000000")
    for name in ("hits.parquet", "rejected.ndjson"):
        yield f"{at}/{{screening_id}}/{name}", "get", client.get(f"{one}/{name}")


def test_every_answer_is_as_described(client):
    seen = set()
    for path, method, response in answers(client):
        seen.add((path, method))
        answer = resolved(DESCRIBED["paths"][path][method]["responses"][str(response.status_code)])
        assert response.mimetype in answer["content"], (path, response.mimetype)
        schema = answer["content"][response.mimetype]["schema"]
        if "$ref" in schema:
            validator(schema["$ref"][1:]).validate(json.loads(response.data))
        response.close()
    assert seen == {(path, method) for path, item in DESCRIBED["paths"].items() for method in item}


EXAMPLES = int(os.environ.get("RSIWG_API_EXAMPLES", "60"))
"""Requests per operation and mode; a minute in all."""


def sendings():
    """Each operation with requests that fit it; and with ones that do not, where any text is not an id."""
    for parameters in OPERATIONS:
        operation = parameters.values[2]
        yield (*parameters.values, schemathesis.GenerationMode.POSITIVE)
        may_be_wrong = [p for p in map(resolved, operation.get("parameters", ())) if p["in"] != "path"]
        if may_be_wrong or "requestBody" in operation:
            yield (*parameters.values, schemathesis.GenerationMode.NEGATIVE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "method", "operation", "mode"),
    [pytest.param(*values, id=f"{values[2]['operationId']} {values[3].value}") for values in sendings()],
)
def test_whatever_is_sent_the_answer_is_a_described_one(make_app, path, method, operation, mode):
    """Schemathesis sends requests that fit the description and requests that do not."""
    takes_something = "parameters" in operation or "requestBody" in operation
    app = make_app(requests_per_minute=0)
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path][method.upper()]

    @settings(
        max_examples=EXAMPLES if takes_something else 1,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.as_strategy(generation_mode=mode))
    def send(case):
        response = case.call()
        assert response.status_code < 500, (response.status_code, case.as_curl_command())
        assert str(response.status_code) in operation["responses"], (
            response.status_code,
            case.as_curl_command(),
        )
        answer = resolved(operation["responses"][str(response.status_code)])
        media_type = response.headers["content-type"][0].partition(";")[0]
        assert media_type in answer["content"], (media_type, case.as_curl_command())
        schema = answer["content"][media_type]["schema"]
        if "$ref" in schema:
            validator(schema["$ref"][1:]).validate(json.loads(response.content))

    send()
