"""Requests of every kind: kept, shown, answered again; and never called clear."""

import copy
import datetime as dt
import io
import json
from pathlib import Path

import pytest

from rsiwg import casework, resources
from rsiwg.domain.document import canonical_json, kind_document
from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_request
from rsiwg.regulation import QUESTIONS
from rsiwg.settings import Limits

ROOT = Path(__file__).parents[2]
BASES = resources.GEODATA / "cases" / "questions" / "requests"
DAY = dt.date(2026, 11, 25)
FILES = [
    path
    for path in sorted([*BASES.glob("*.json"), *(ROOT / "examples").rglob("*.json")])
    if casework.is_examined(json.loads(path.read_text("utf-8")))
]
LAUNCH, SYSTEM = BASES / "launch.json", BASES / "optical.json"
DRAFT = {"kind": "system", "reference": "DRAFT-1", "action": "application"}


def body_of(path):
    return json.loads(path.read_text("utf-8"))


def examine(body, book, day=DAY):
    return casework.examine(body, book, limits=Limits(), as_of=day)


# ------------------------------------------------------------------------------------------- the document


def test_there_are_requests_of_each_kind():
    assert {body_of(path)["kind"] for path in FILES} == set(casework.KEPT_KINDS) - {"imaging"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_normalised_request_is_read_as_the_same_request(path):
    request = read_request(body_of(path), Limits())
    document = kind_document(request)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert read_request(document, Limits()) == request


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_same_request_gives_the_same_bytes_whatever_the_order_of_its_fields(path, book):
    body = body_of(path)
    turned = dict(reversed(list(copy.deepcopy(body).items())))
    assert canonical_json(examine(body, book)) == canonical_json(examine(turned, book))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_question_of_its_kind_is_answered_and_nothing_is_called_clear(path, book):
    body = body_of(path)
    document = examine(body, book)
    assert [a["question"] for a in document["answers"]] == [
        q.name for q in QUESTIONS if body["kind"] in q.kinds
    ]
    assert document["verdict"] in {"complete", "incomplete", "undetermined"}
    assert '"clear"' not in json.dumps([document["verdict"], *(a["answer"] for a in document["answers"])])


def test_the_id_is_made_from_request_rulebook_engine_and_day(book):
    body = body_of(SYSTEM)
    first = examine(body, book)["verdict_id"]
    assert first == examine(body, book)["verdict_id"]
    assert first != examine(body | {"reference": "another"}, book)["verdict_id"]
    assert first != examine(body, book, DAY + dt.timedelta(days=1))["verdict_id"]
    assert len(first) == 64


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_kept_answer_is_given_again(path, book):
    document = json.loads(json.dumps(examine(body_of(path), book)))
    again = casework.recheck(document, book)
    assert again.same, again.differences


def test_an_altered_answer_is_not_the_same_and_it_is_said_why(book):
    document = json.loads(json.dumps(examine(body_of(LAUNCH), book)))
    document["answers"][0]["answer"] = "complete"
    document["answers"][1]["trace"][0]["result"] = "another"
    again = casework.recheck(document, book)
    assert not again.same
    assert any("altered" in text for text in again.differences)
    assert any(text.startswith("completeness was complete (") for text in again.differences)
    assert any("the steps that led to it differ" in text for text in again.differences)
    del document["answers"][1]
    assert any("was not answered" in text for text in casework.recheck(document, book).differences)


@pytest.mark.parametrize("as_of", [None, "soon", 5])
def test_a_kept_answer_without_its_day_is_refused(book, as_of):
    document = examine(body_of(LAUNCH), book) | {"as_of": as_of}
    with pytest.raises(InvalidSubmission, match="as_of"):
        casework.recheck(document, book)


# -------------------------------------------------------------------------------------------------- the API


@pytest.mark.parametrize("path", [LAUNCH, SYSTEM, BASES / "optical-satellite.json"], ids=lambda p: p.stem)
def test_a_request_of_another_kind_is_stored_with_its_answers(client, path):
    body = body_of(path)
    response = client.post("/api/v1/requests", json=body)
    assert response.status_code == 201, response.text
    stored = response.get_json()
    assert (stored["kind"], stored["reference"]) == (body["kind"], body["reference"])
    assert stored["verdict"] == stored["assessment"]["verdict"]
    assert stored["verdict"] in {"complete", "incomplete", "undetermined"}
    today = dt.datetime.now(dt.UTC).date()
    assert abs(dt.date.fromisoformat(stored["assessment"]["as_of"]) - today).days <= 1
    assert client.get(response.headers["Location"]).get_json() == stored
    again = client.post(f"{response.headers['Location']}/recheck").get_json()
    assert again["same"], again["differences"]
    assert again["assessment"] == stored["assessment"]
    (line,) = client.get("/api/v1/requests").get_json()["requests"]
    assert (line["kind"], line["verdict"]) == (body["kind"], stored["verdict"])


def test_the_same_key_keeps_it_once(client):
    sent = [
        client.post("/api/v1/requests", json=body, headers={"Idempotency-Key": "one"})
        for body in (DRAFT, DRAFT, DRAFT | {"reference": "other"})
    ]
    assert [each.status_code for each in sent] == [201, 201, 409]
    assert sent[0].get_json() == sent[1].get_json()


@pytest.mark.parametrize("kind", ["clock", "delivery", "walking", None, 5])
def test_what_is_only_asked_about_is_not_stored(client, kind):
    problem = client.post("/api/v1/requests", json={**DRAFT, "kind": kind})
    assert problem.status_code == 422
    assert "kind" in [p["field"] for p in problem.get_json()["problems"]]


def test_findings_of_another_kind_are_not_there(client):
    at = client.post("/api/v1/requests", json=DRAFT).headers["Location"]
    for name in ("findings.csv", "findings.geojson"):
        missing = client.get(f"{at}/{name}")
        assert missing.status_code == 404
        assert "no findings" in missing.get_json()["detail"]
    assert client.get(f"{at}/answer.json").get_json()["verdict"] == "incomplete"


def test_every_question_is_listed_and_answers_what_the_library_answers(client, book):
    listed = {q["name"]: q for q in client.get("/api/v1/questions").get_json()["questions"]}
    assert set(listed) >= {question.name for question in QUESTIONS}
    body = body_of(SYSTEM)
    for question in QUESTIONS:
        if "system" not in question.kinds:
            continue
        answer = client.post(f"{listed[question.name]['href']}?as_of=2026-10-01", json=body)
        assert answer.status_code == 200, answer.text
        expected = casework.ask(question.name, body, book, limits=Limits(), as_of=dt.date(2026, 10, 1))
        assert answer.get_json() == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    ("address", "body", "status", "field"),
    [
        pytest.param("launch", DRAFT, 422, "kind", id="of another kind"),
        pytest.param("completeness", {"kind": "system"}, 422, "reference", id="fields missing"),
        pytest.param("completeness?as_of=soon", DRAFT, 422, "as_of", id="no day"),
        pytest.param("completeness?asof=2026-10-01", DRAFT, 422, "asof", id="a parameter misspelt"),
        pytest.param("everything", DRAFT, 404, None, id="no such question"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(client, address, body, status, field):
    refused = client.post(f"/api/v1/questions/{address}", json=body)
    assert refused.status_code == status
    assert refused.content_type == "application/problem+json"
    if field:
        assert field in [p["field"] for p in refused.get_json()["problems"]]


@pytest.mark.parametrize("kind", casework.KEPT_KINDS)
def test_the_schema_of_a_kind_is_served(client, kind):
    schema = client.get(f"/api/v1/schemas/{kind}")
    assert schema.content_type.startswith("application/schema+json")
    assert schema.get_json()["properties"]["kind"]["const"] == kind
    assert client.get("/api/v1/schemas/unknown").status_code == 404


# ------------------------------------------------------------------------------------------------ the pages


@pytest.fixture
def site(make_app):
    app = make_app(requests_per_minute=0)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def sent(site, path_or_text):
    text = path_or_text if isinstance(path_or_text, str) else path_or_text.read_text("utf-8")
    return site.post("/requests/send", data={"text": text, "key": ""})


@pytest.mark.parametrize("path", [LAUNCH, SYSTEM, BASES / "radar-satellite.json"], ids=lambda p: p.stem)
def test_a_pasted_request_gets_a_page_with_every_question(site, path):
    answer = sent(site, path)
    assert answer.status_code == 303, answer.text
    page = site.get(answer.location).text
    assert "is stored under" in page
    for question in QUESTIONS:
        if body_of(path)["kind"] in question.kinds and question.name != "completeness":
            assert question.title in page
    assert "How it was reached" in page
    assert "people determine" in page
    assert "The answer is the same" in site.post(f"{answer.location}/recheck").text.replace(
        "the answer", "The answer"
    )


def test_what_is_missing_stands_there_by_its_clause(site):
    page = site.get(sent(site, json.dumps(DRAFT)).location).text
    assert "Form incomplete" in page
    assert "Part 960 Appendix A, General (A0)" in page
    assert "<code>privacy_statement_read</code>" in page
    assert "Unverified: recalled, not read in its source" in page


def test_a_file_takes_the_place_of_the_text(site):
    data = {"text": "{", "key": "", "file": (io.BytesIO(SYSTEM.read_bytes()), "request.json")}
    assert site.post("/requests/send", data=data).status_code == 303


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "JSON", id="nothing"),
        pytest.param("{", "JSON", id="half"),
        pytest.param('{"kind": "walking"}', "kind", id="no such kind"),
        pytest.param('{"kind": "system", "reference": "X", "action": "apply"}', "action", id="a wrong field"),
        pytest.param("<script>alert(1)</script>", "JSON", id="markup"),
    ],
)
def test_a_wrong_text_is_shown_back_with_what_is_wrong(site, text, said):
    answer = sent(site, text)
    assert answer.status_code == 422
    assert "There is" in answer.text or "There are" in answer.text
    assert said in answer.text
    assert "<script>alert" not in answer.text


def test_the_page_of_an_imaging_request_answers_the_questions_that_fit(site):
    at = sent(site, ROOT / "examples" / "01-at-the-limit.json").location
    page = site.get(at).text
    for question in QUESTIONS:
        assert (question.title in page) == ("imaging" in question.kinds), question.title
    assert 'href="https://www.ecfr.gov' in page
    assert "/rules/topics/" in page


def test_a_step_that_speaks_of_ground_leads_to_it_on_the_map(site):
    page = site.get(sent(site, ROOT / "examples" / "02-finer-than-the-limit.json").location).text
    trace = page[page.index('id="q-consult"') :]
    assert 'Where: <a href="#F2">F2</a>' in trace
    assert 'data-show="F2"' in trace


def test_pages_that_only_imaging_has_say_so(site):
    at = sent(site, json.dumps(DRAFT)).location
    for name in ("map", "map.html", "summary", "findings.csv", "findings.geojson"):
        assert site.get(f"{at}/{name}").status_code == 404
    assert site.get(f"/requests/new?origin={at.rsplit('/', 1)[1]}").status_code == 404
    assert site.get(f"/requests/send?origin={at.rsplit('/', 1)[1]}").status_code == 200


def test_every_topic_has_a_page_and_marks_what_is_unverified_in_words(site, book):
    listed = site.get("/rules").text
    for name, topic in book.regulation.topics.items():
        assert f"/rules/topics/{name}" in listed
        page = site.get(f"/rules/topics/{name}").text
        unread = sum(not entry.verified for entry in topic.entries)
        assert page.count("Unverified: recalled, not read in its source") == unread
    assert site.get("/rules/topics/nothing").status_code == 404


def test_the_catalogue_of_available_data_has_a_page(site, book):
    page = site.get("/rules/availability").text
    assert "/rules/availability" in site.get("/rules").text
    assert page.count('<th scope="row">') == len(book.availability.sources) >= 40


def test_the_links_of_a_step_lead_to_its_entry(site, book):
    page = site.get(sent(site, LAUNCH).location).text
    import re  # noqa: PLC0415

    links = set(re.findall(r'href="(/rules/topics/[^"#]+)#([^"]+)"', page))
    assert links
    for address, entry in links:
        assert f'id="{entry}"' in site.get(address).text, (address, entry)


def test_the_examples_of_every_kind_are_kept(tmp_path):
    import os  # noqa: PLC0415
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    env = os.environ | {
        "PYTHONPATH": str(ROOT), "RSIWG_SECRET_KEY": "x" * 20, "RSIWG_DATABASE_URL": f"sqlite:///{tmp_path}/a.db",
    }  # fmt: skip

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "rsiwg.cli", *arguments],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    run("db", "upgrade")
    first, again = (run("db", "example", str(ROOT / "examples")) for _ in range(2))
    assert first == again
    kept = [line for line in first.splitlines() if line.startswith("R-")]
    assert len(kept) >= 10
    assert "asked about, not stored" in first
