"""The examples of docs/api.md are run, and bring what the page shows."""

import json
import re
import shlex
from pathlib import Path

import pytest

from rsiwg.settings import Settings
from rsiwg.store.migrate import upgrade
from rsiwg.web import create_app
from rsiwg.web.service import EXTENSION

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sh\n(curl .*?)\n```(?:\n\n```text\n(.*?)```)?", PAGE, re.DOTALL)
REQUEST = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1]
BASE = "http://127.0.0.1:5000"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A service that holds one request."""
    folder = tmp_path_factory.mktemp("web-docs")
    app = create_app(Settings(secret_key="for tests only, 16+", database_url=f"sqlite:///{folder}/docs.db"))
    upgrade(app.extensions[EXTENSION].engine)
    client = app.test_client()
    client.stored = client.post("/api/v1/requests", data=REQUEST, content_type="application/json").get_json()[
        "id"
    ]
    yield client
    app.extensions[EXTENSION].engine.dispose()


def two_areas():
    rings = {
        name: [[x, 32.0], [x + 0.2, 32.0], [x + 0.2, 32.2], [x, 32.0]]
        for name, x in (("west", 34.7), ("east", 35.7))
    }
    features = [
        {"type": "Feature", "properties": {"name": n}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for n, ring in rings.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def run(client, command, tmp_path):
    """What curl would send, sent to the application."""
    words = shlex.split(command)[1:]
    method, headers, body, form, url = "GET", {}, None, {}, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, value = words.pop(0).split(": ", 1)
            headers[name] = value
        elif word == "-d":
            given = words.pop(0)
            body = REQUEST if given == "@request.json" else given
        elif word == "-F":
            name, value = words.pop(0).split("=", 1)
            if value.startswith("@"):
                file = tmp_path / value[1:]
                file.write_bytes(two_areas())
                form[name] = (file.open("rb"), file.name)
            else:
                form[name] = value
        else:
            assert word.startswith(BASE), f"what is {word}?"
            url = word.removeprefix(BASE)
    url = re.sub(r"R-[0-9A-Z]{10}", client.stored, url)
    response = client.open(
        url, method=method, headers=headers, data=body if body is not None else form or None
    )
    for value in form.values():
        if isinstance(value, tuple):
            value[0].close()
    return response


def test_there_are_examples():
    assert len(EXAMPLES) >= 12
    assert PAGE.count("curl ") == len(EXAMPLES)


@pytest.mark.parametrize(
    ("command", "shown"), EXAMPLES, ids=[c.removeprefix("curl ")[:70] for c, _ in EXAMPLES]
)
def test_an_example_brings_what_the_page_shows(client, command, shown, tmp_path):
    response = run(client, command, tmp_path)
    if not shown:
        assert response.status_code == 200
        return
    status, media_type = shown.split("\n", 1)[0].split()
    assert (response.status_code, response.mimetype) == (int(status), media_type)
    for key in re.findall(r'^[ {]{1,3}"(\w+)":', shown, re.MULTILINE):
        assert f'"{key}": ' in response.text, key
    for sentence in re.findall(r'"(?:says|detail|title)": "((?:[^"\\…]|\\.)*)"', shown):
        assert sentence in response.text
