"""Screenings in the service: kept, screened in the background, resumed, and done again when a rule changes."""

import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import attrs
import pyarrow.parquet as pq
import pytest

from rsiwg import casework
from rsiwg.errors import InvalidSubmission, NotFound, TooLarge
from rsiwg.screening import jobs as module
from rsiwg.screening.jobs import Jobs

ROOT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
RING = [[34.80, 32.05], [34.90, 32.05], [34.90, 32.15], [34.80, 32.15], [34.80, 32.05]]


def items(count=3, gsd=0.31):
    made = (
        {"type": "Feature", "id": f"s{n}", "geometry": {"type": "Polygon", "coordinates": [RING]},
         "properties": {"datetime": "2025-03-01T00:00:00Z", "gsd": gsd, "modality": "panchromatic"}}
        for n in range(count)
    )  # fmt: skip
    return "\n".join(map(json.dumps, made)).encode()


def upload(data=None, name="archive.ndjson", **fields):
    return {"file": (io.BytesIO(items() if data is None else data), name), **fields}


@pytest.fixture
def jobs(tmp_path):
    return Jobs(tmp_path / "screenings")


def add(jobs, book, data=None, name="a.ndjson", **said):
    return jobs.add(name, data or items(), said or {"licence": "part_960,tier=1"}, None, NOW, book.version)


def test_an_archive_waits_is_screened_and_stays(jobs, book):
    job = add(jobs, book)
    assert job.document(book.version)["state"] == "waiting"
    assert casework.screen_waiting(jobs, book) == 1
    document = Jobs(jobs.folder).get(job.id).document(book.version)
    assert document["state"] == "done"
    assert document["summary"]["verdicts"]["restricted"] == 3
    assert document["progress"]["scenes"] == 3
    assert casework.screen_waiting(jobs, book) == 0, "it is done once"


def test_a_changed_rule_has_every_archive_screened_again(jobs, book):
    job = add(jobs, book)
    casework.screen_waiting(jobs, book)
    rules = tuple(
        attrs.evolve(
            r, limits=tuple(attrs.evolve(x, finest_m=x.finest_m and x.finest_m / 10) for x in r.limits)
        )
        for r in book.restrictions
    )
    later = attrs.evolve(book, version="b" * 64, restrictions=rules)
    assert [due.id for due in jobs.due(later.version)] == [job.id]
    assert casework.screen_waiting(jobs, later) == 1
    document = job.document(later.version)
    assert document["summary"]["verdict"] == "clear"
    assert document["changes"]["scenes"] == 3
    assert document["changes"]["first"][0] == {
        "scene_id": "s0",
        "source_row": 0,
        "before": "restricted",
        "after": "clear",
    }
    assert document["runs"] == [book.version, later.version], "the earlier run is kept"


def test_what_cannot_be_screened_says_why_and_is_not_tried_again(jobs, book):
    job = add(jobs, book, b"hello")
    casework.screen_waiting(jobs, book)
    document = job.document(book.version)
    assert document["state"] == "failed"
    assert "no form taken here" in document["problem"]
    assert jobs.due(book.version) == []


def test_what_is_said_is_read_at_the_door(jobs, book, monkeypatch):
    with pytest.raises(InvalidSubmission):
        add(jobs, book, licence="tier=9")
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    add(jobs, book)
    with pytest.raises(TooLarge, match="are waiting"):
        add(jobs, book)
    for wrong in ("S-0000000000", "../x", "S-000000000O"):
        with pytest.raises(NotFound):
            jobs.get(wrong)


def test_a_name_cannot_lead_out_of_the_folder(jobs, book):
    job = add(jobs, book, name="../../etc/passwd.parquet")
    assert job.archive.parent.parent == jobs.folder
    assert job.archive.name == "archive.parquet"


def test_a_killed_screening_is_taken_up_again(jobs, book):
    job = add(jobs, book, items(20_000, gsd=3.0))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rsiwg.cli", "screen-waiting", str(jobs.folder)]
    runner = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while job.document(book.version)["state"] == "waiting" and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    assert job.document(book.version)["state"] == "running", "it was under way"
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=120)
    assert job.document(book.version)["summary"]["scenes"] == 20_000


# ------------------------------------------------------------------------------------- API and pages


def test_the_api_keeps_an_archive_and_shows_it(client, book):
    sent = client.post("/api/v1/archives", data=upload(licence="part_960,tier=1", licensee="Example"))
    assert sent.status_code == 202
    at = sent.headers["Location"]
    assert client.get(at).get_json()["state"] == "waiting"
    assert client.get(f"{at}/hits.parquet").status_code == 404
    casework.screen_waiting(Jobs(client.application.extensions["rsiwg"].settings.screenings), book)
    assert client.get(at).get_json()["summary"]["verdict"] == "restricted"
    with client.get(f"{at}/hits.parquet") as sent_back:
        assert pq.read_table(io.BytesIO(sent_back.data)).num_rows == 3
    assert client.get("/api/v1/archives").get_json()["screenings"][0]["id"] == at.rpartition("/")[2]


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"licence": "tier=9"}, "licence"), ({"activity": "sell"}, "activity"), ({"as_of": "soon"}, "as_of"), ({"colour": "red"}, "colour"),
     ({"modality": "x-ray"}, "modality"), ({"recipient": "me"}, "recipient")],
)  # fmt: skip
def test_a_wrong_field_is_named(client, fields, field):
    answer = client.post("/api/v1/archives", data=upload(**fields))
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.get_json()["problems"]] == [field]
    assert client.post("/api/v1/archives", data={}, content_type="multipart/form-data").status_code == 422


def test_the_pages_show_what_is_sent_and_found(client, book):
    page = client.get("/screenings").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    refused = client.post("/screenings", data=upload(b"", csrf_token=token))
    assert refused.status_code == 422
    assert "The archive was not taken" in refused.text
    sent = client.post("/screenings", data=upload(csrf_token=token, licence="part_960,tier=1", colour="red"))
    assert sent.status_code == 422
    sent = client.post("/screenings", data=upload(csrf_token=token, licence="part_960,tier=1"))
    assert sent.status_code == 303
    at = sent.headers["Location"]
    assert "It waits for its turn" in client.get(at).text
    casework.screen_waiting(Jobs(client.application.extensions["rsiwg"].settings.screenings), book)
    shown = client.get(at).text
    assert "Israel: resolution of disseminated imagery" in shown
    assert 'http-equiv="refresh"' not in shown
    drawn = client.get(f"{at}/map")
    assert "Squares with restricted scenes" in drawn.text
    assert "nonce" in drawn.headers["Content-Security-Policy"]
    assert client.get("/screenings/S-0000000000").status_code == 404
