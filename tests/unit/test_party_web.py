"""The pages and the API of parties."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from rsiwg.lists import load
from rsiwg.settings import ListSettings
from rsiwg.web import rescreening
from rsiwg.web.service import EXTENSION

EXAMPLE = Path(__file__).parents[2] / "examples" / "01-at-the-limit.json"
TODAY = dt.datetime.now(dt.UTC)
HOSTILE = "<img src=x onerror=alert(1)>`{{7*7}} Brolka"


def load_names(tmp_path, *names):
    raw = tmp_path / "raw"
    raw.mkdir(exist_ok=True)
    rows = "".join(f"denial,D-{n},{name},Denied\n" for n, name in enumerate(names))
    (raw / "own.csv").write_text("list,id,name,reason\n" + rows, "utf-8")
    load(raw, tmp_path / "lists", now=TODAY, shrink_share=0.05)


@pytest.fixture
def app(make_app, tmp_path):
    load_names(tmp_path, "Drevom Marine Corporation", HOSTILE)
    return make_app(screening=ListSettings(lists=tmp_path / "lists"))


def store(client, name="Drevom Marine Corp."):
    body = json.loads(EXAMPLE.read_text("utf-8"))
    body["applicant"]["name"] = name
    return client.post("/api/v1/requests", json=body).get_json()["id"]


def token(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def test_names_are_screened_and_nothing_is_kept(client):
    answer = client.post(
        "/api/v1/screenings", json={"parties": [{"name": "Drevom Marine Corp.", "country": "SE"}]}
    )
    assert answer.status_code == 200
    document = answer.get_json()
    assert document["answer"] == "hit"
    assert document["hits"][0]["entry"]["list"] == "OWN-DENIAL"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "parties"), ({"parties": []}, "parties"), ({"parties": [{"name": "=1"}]}, "parties[0]"),
        ({"parties": [{"name": "A", "extra": 1}]}, "parties[0]"), ({"parties": [1]}, "parties[0]"),
        ({"parties": [{"name": "A"}], "items": [{}]}, "parties"),
    ],
)  # fmt: skip
def test_wrong_parties_are_refused_by_their_place(client, body, field):
    answer = client.post("/api/v1/screenings", json=body)
    assert answer.status_code == 422
    assert answer.get_json()["problems"][0]["field"] == field


def test_half_a_surrogate_pair_does_no_harm(client):
    answer = client.post(
        "/api/v1/screenings",
        data=b'{"parties":[{"name":"A\\ud800","id":"\\ud800"}]}',
        content_type="application/json",
    )
    assert answer.status_code in {200, 422}


def test_a_stored_request_is_screened_decided_and_referred(client):
    request_id = store(client)
    at = f"/api/v1/requests/{request_id}"
    assert client.get(f"{at}/screenings").get_json()["newest"] is None
    kept = client.post(f"{at}/screenings").get_json()
    hit = kept["screening"]["hits"][0]
    given = {"party": hit["party"], "entry": hit["entry"]["key"], "entry_sha256": hit["entry"]["sha256"]}
    decided = client.post(f"{at}/decisions", json=given | {"match": False, "reason": "Another one."})
    assert decided.status_code == 201
    assert decided.get_json()["screening"]["hits"][0]["state"] == "false_match"
    assert client.post(f"{at}/decisions", json=given | {"match": "no", "reason": "x"}).status_code == 422
    stale = given | {"entry_sha256": "0", "match": True, "reason": "x"}
    assert client.post(f"{at}/decisions", json=stale).status_code == 409
    referral = kept["screening"]["referrals"][0]["id"]
    sent = client.post(f"{at}/referrals/{referral}", json={"state": "sent"})
    assert (sent.status_code, sent.get_json()["state"]) == (201, "sent")
    assert client.get(f"{at}/screenings").get_json()["screenings"][1]["cause"] == "decided"
    assert client.post("/api/v1/requests/none/screenings").status_code == 404


def test_the_page_of_a_request_takes_a_decision(client):
    request_id = store(client)
    at = f"/requests/{request_id}/parties"
    page = client.get(at).text
    assert "has not been screened yet" in page
    assert client.post(f"{at}/screen", data={"csrf_token": token(page)}).status_code == 303
    page = client.get(at).text
    assert "Strong, to decide" in page
    entry = {k: re.search(f'name="{k}" value="([^"]+)"', page)[1] for k in ("party", "entry", "entry_sha256")}
    form = {**entry, "csrf_token": token(page), "match": "false"}
    refused = client.post(f"{at}/decisions", data=form | {"reason": " "})
    assert refused.status_code == 422
    assert "Nothing was kept" in refused.text
    assert client.post(f"{at}/decisions", data=form | {"reason": "Another one."}).status_code == 303
    assert "Not the same" in client.get(at).text


def test_a_referral_fits_on_one_page_of_its_own(client):
    request_id = store(client)
    kept = client.post(f"/api/v1/requests/{request_id}/screenings").get_json()
    referral = kept["screening"]["referrals"][0]
    sheet = client.get(f"/requests/{request_id}/parties/referrals/{referral['id']}")
    assert referral["addressee"] in sheet.text
    assert "default-src 'none'" in sheet.headers["Content-Security-Policy"]
    file = client.get(f"/requests/{request_id}/parties/referrals/{referral['id']}?download=1")
    assert "attachment" in file.headers["Content-Disposition"]
    assert client.get(f"/requests/{request_id}/parties/referrals/none").status_code == 404


def test_names_are_text_on_every_page(client):
    request_id = store(client, HOSTILE)
    kept = client.post(f"/api/v1/requests/{request_id}/screenings").get_json()
    assert kept["screening"]["hits"]
    referral = kept["screening"]["referrals"][0]["id"]
    start = client.get("/parties").text
    table = json.dumps(
        {
            "parties": [
                {
                    "name": HOSTILE,
                    "country": "SE",
                    "owners": [{"owner": "Drevom Marine Corporation", "percent": 50}],
                }
            ]
        }
    )
    pages = [
        client.get(f"/requests/{request_id}/parties").text,
        client.get(f"/requests/{request_id}/parties/referrals/{referral}").text,
        client.post("/parties", data={"csrf_token": token(start), "table": table}).text,
    ]
    for page in pages:
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_the_page_screens_a_table_and_gives_csv(client):
    page = client.get("/parties").text
    table = "name,country\nDrevom Marine Corp.,SE\n=x,SE\n"
    shown = client.post("/parties", data={"csrf_token": token(page), "table": table})
    assert shown.status_code == 200
    assert "Row 3" in shown.text
    answer = client.post("/parties", data={"csrf_token": token(page), "table": table, "as": "csv"})
    assert answer.mimetype == "text/csv"
    empty = client.post("/parties", data={"csrf_token": token(page), "table": ""})
    assert empty.status_code == 422
    assert "Nothing was given" in empty.text


def test_without_lists_every_page_says_so(make_app):
    client = make_app().test_client()
    assert "No lists are loaded" in client.get("/parties").text
    assert client.get("/api/v1/lists").get_json()["usable"] is False
    answer = client.post(
        "/api/v1/screenings", json={"parties": [{"name": "Clean", "country": "SE"}]}
    ).get_json()
    assert answer["answer"] == "undetermined"


def test_a_new_version_is_taken_up_and_screens_again_in_the_background(app, tmp_path):
    client = app.test_client()
    request_id = store(client, "Zubrenko Optics LLC")
    of = app.extensions[EXTENSION]
    assert rescreening.once(of) == 0, "the first screening changes nothing"
    load_names(tmp_path, "Drevom Marine Corporation", HOSTILE, "Zubrenko Optics")
    assert rescreening.once(of) == 1
    assert rescreening.once(of) == 0
    assert "Zubrenko Optics" in client.get("/parties").text
    history = client.get(f"/api/v1/requests/{request_id}/screenings").get_json()["screenings"]
    assert [s["cause"] for s in history] == ["lists", "lists"]
    assert [c["kind"] for c in history[1]["changes"]] == ["new", "answer"]


def test_the_thread_stops_when_told(app):
    stopped = rescreening.start(app.extensions[EXTENSION])
    assert stopped is not None
    stopped.set()


def test_without_lists_there_is_no_thread(make_app):
    assert rescreening.start(make_app().extensions[EXTENSION]) is None
