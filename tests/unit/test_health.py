import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import attrs
import pytest

from rsiwg import resources
from rsiwg.settings import Settings
from rsiwg.web.health import State, checks_of
from rsiwg.web.serve import serve
from rsiwg.web.service import EXTENSION


def states(response):
    return {check["name"]: check["state"] for check in response.get_json()["checks"]}


def test_a_process_that_answers_is_alive_whatever_else_fails(make_app):
    for app in (make_app(), make_app(database_url="sqlite:////nowhere/at/all.db", migrated=False)):
        response = app.test_client().get("/healthz")
        assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_a_sound_service_is_ready(client, book):
    response = client.get("/readyz")
    assert response.status_code == 200
    ready = response.get_json()
    assert ready["rulebook"] == book.version
    assert {"database", "rulebook", "front end", *(f"layer {layer.name}" for layer in book.layers)} <= {
        *states(response)
    }
    assert all(check["says"].endswith(".") for check in ready["checks"])
    assert states(response)["database"] == "ok"


def test_a_database_that_does_not_answer_fails(make_app):
    response = (
        make_app(database_url="sqlite:////nowhere/at/all.db", migrated=False).test_client().get("/readyz")
    )
    assert response.status_code == 503
    assert states(response)["database"] == "failed"
    assert "nowhere" not in response.text


def test_a_database_without_tables_fails(make_app):
    response = make_app(migrated=False).test_client().get("/readyz")
    assert response.status_code == 503
    assert "rsiwg db upgrade" in response.text


def test_front_end_files_that_are_missing_fail(client, monkeypatch, tmp_path):
    monkeypatch.setattr(resources, "VENDOR", tmp_path)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert states(response)["front end"] == "failed"
    (tmp_path / "manifest.json").write_text(json.dumps({"resources": {"a.js": {"file": "a/a.js"}}}))
    assert "a/a.js" in client.get("/readyz").text


def test_a_layer_that_was_altered_is_doubtful_and_the_service_still_answers(make_app, book):
    says = "layers/israel.gpkg is not the file that was published: its checksum differs."
    layers = (attrs.evolve(book.layers[0], problem=says), *book.layers[1:])
    response = make_app(with_book=attrs.evolve(book, layers=layers)).test_client().get("/readyz")
    assert response.status_code == 200
    assert response.get_json()["status"] == "doubtful"
    assert says in response.text


def test_problems_of_the_rulebook_are_doubtful(make_app, book):
    broken = attrs.evolve(
        book,
        problems=("restrictions/gone.toml is listed in the rulebook and missing.",),
        restrictions=(
            attrs.evolve(book.restrictions[0], problem="Its layer is missing."),
            *book.restrictions[1:],
        ),
    )
    response = make_app(with_book=broken).test_client().get("/readyz")
    assert states(response)["rulebook"] == "doubtful"
    assert states(response)[f"restriction {book.restrictions[0].id}"] == "doubtful"


@pytest.mark.parametrize(("days", "state"), [(-1, State.OK), (0, State.DOUBTFUL)])
def test_a_layer_is_stale_from_the_day_it_is_no_longer_good(app, book, days, state):
    layer = book.layers[0]
    today = layer.good_until + dt.timedelta(days=days)
    found = {check.name: check.state for check in checks_of(app.extensions[EXTENSION], today)}
    assert found[f"layer {layer.name}"] is state


# The server.

SERVE = """
import sys
from rsiwg import logs
from rsiwg.settings import Settings
from rsiwg.store import open_database
from rsiwg.store.migrate import upgrade
from rsiwg.web.serve import serve
logs.configure(json=True)
url = sys.argv[1]
upgrade(open_database(url))
serve(Settings(secret_key="for tests only, 16+", database_url=url), port=0)
"""


@pytest.fixture
def server(tmp_path):
    """A real server on a free port: the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, f"sqlite:///{tmp_path}/served.db"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    assert line.startswith("rsiwg is ready at http://127.0.0.1:"), process.communicate()
    yield process, line.split()[-1]
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="gunicorn")
def test_a_served_service_answers_and_stops_when_told(server):
    process, address = server
    with urllib.request.urlopen(f"{address}/readyz") as answer:
        assert answer.status == 200
    port = int(address.rpartition(":")[2])
    chunked = b"POST /api/v1/checks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(chunked + b"2\r\n{}\r\n0\r\n\r\n")
        assert b" 422 " in connection.recv(100)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n")
        assert connection.recv(100).split()[1] in {b"400", b"431"}
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert output == ""
    assert "Traceback" not in errors
    logged = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert [line["route"] for line in logged] == ["/readyz", "/api/v1/checks"]
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/healthz")


def test_a_port_that_is_taken_is_said_so(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(secret_key="for tests only, 16+", database_url=f"sqlite:///{tmp_path}/x.db")
        with pytest.raises(RuntimeError, match=rf"Port {port} .*--port"):
            serve(settings, port=port)


def test_a_host_that_is_not_of_this_machine_is_said_so():
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        serve(Settings(secret_key="for tests only, 16+"), host="192.0.2.1", port=0)


def test_a_short_secret_is_refused():
    with pytest.raises(RuntimeError, match="RSIWG_SECRET_KEY"):
        serve(Settings(secret_key="short"), port=0)
