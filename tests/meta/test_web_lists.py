"""Lists, docs and tables of the web room agree with the code."""

import inspect
import re
from pathlib import Path

import attrs
import pytest

from rsiwg import errors
from rsiwg.settings import Limits, ListSettings, Settings
from rsiwg.web import create_app, openapi
from rsiwg.web.problems import STATUS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The application; nothing is asked of its database."""
    folder = tmp_path_factory.mktemp("web-lists")
    return create_app(
        Settings(secret_key="for tests only, 16+", database_url=f"sqlite:///{folder}/unused.db")
    )


def raised_on_purpose():
    found = [
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.RsiwgError)
    ]
    return {kind for kind in found if kind is not errors.RsiwgError}


def test_every_error_has_a_status():
    assert set(STATUS) == raised_on_purpose()
    assert all(400 <= status < 600 for status in STATUS.values())


def test_every_address_is_described_or_a_page(app):
    described = {re.sub(r"{(\w+)}", r"<\1>", path) for path in openapi.document()["paths"]}
    for rule in app.url_map.iter_rules():
        is_page = rule.endpoint == "static" or rule.endpoint.startswith("pages.")
        assert is_page != (rule.rule in described), rule.rule
        assert is_page != rule.rule.startswith(("/api/", "/healthz", "/readyz")), rule.rule


def test_every_method_is_described(app):
    served = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("api.", "health.")):
            path = re.sub(r"<(\w+)>", r"{\1}", rule.rule)
            served.setdefault(path, set()).update(m.lower() for m in rule.methods - {"HEAD", "OPTIONS"})
    assert served == {path: set(item) for path, item in openapi.document()["paths"].items()}


def test_every_setting_is_in_the_docs():
    documented = re.findall(r"^\| `(RSIWG_\w+)` \|", (DOCS / "settings.md").read_text("utf-8"), re.MULTILINE)
    fields = [
        f.name
        for kind in (Settings, Limits, ListSettings)
        for f in attrs.fields(kind)
        if f.name not in {"limits", "screening"}
    ]
    assert sorted(documented) == sorted(f"RSIWG_{name.upper()}" for name in fields)


def test_the_docs_give_each_default_as_it_is():
    text = (DOCS / "settings.md").read_text("utf-8")
    for kind in (Settings, Limits, ListSettings):
        for field in attrs.fields(kind):
            if isinstance(field.default, bool | int | float | str):
                row = next(
                    line for line in text.splitlines() if line.startswith(f"| `RSIWG_{field.name.upper()}` |")
                )
                shown = str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}"
                assert f"`{shown.removesuffix('.0')}`" in row, row


def test_every_address_of_the_api_is_in_the_docs():
    text = (DOCS / "api.md").read_text("utf-8")
    for path, item in openapi.document()["paths"].items():
        for method in item:
            assert f"`{method.upper()} {path}`" in text
