"""What the docs say is true: commands are run, examples are read, and nothing public is left out."""

import argparse
import datetime as dt
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rsiwg import casework, cli, domain, intake, resources
from rsiwg.checks import CHECKS
from rsiwg.errors import RulebookUnusable
from rsiwg.rulebook import load
from rsiwg.rulebook.validate import validate
from rsiwg.settings import Limits

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in PAGES}
ALL = "\n".join(TEXTS.values())
DOCS = ROOT / "docs"


def blocks(page, language):
    """The fenced blocks of a page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXTS[page], re.MULTILINE | re.DOTALL)


def squeezed(text):
    """Without the line breaks that only the width of a terminal makes."""
    return " ".join(text.split())


# ----------------------------------------------------------------------------- nothing is left out


def test_every_public_class_of_the_domain_is_in_the_glossary():
    classes = {name for name in domain.__all__ if inspect.isclass(getattr(domain, name))}
    entries = set(re.findall(r"^\| `([A-Z]\w+)` \|", TEXTS["docs/glossary.md"], re.MULTILINE))
    assert entries == classes


def test_every_check_is_described_in_the_order_in_which_they_run():
    rows = re.findall(r"^\| `(\w+)` \| .*\? \|", TEXTS["docs/checks.md"], re.MULTILINE)
    assert rows == [check.__name__ for check in CHECKS]


def commands(parser, path="rsiwg"):
    """Every command with its parser."""
    yield path, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from commands(child, f"{path} {name}")


def test_every_command_and_option_is_in_the_docs():
    page = TEXTS["docs/cli.md"]
    missing = []
    for path, parser in commands(cli.parser()):
        missing += [path] if path not in page else []
        for action in parser._actions:
            missing += [
                f"{path} {option}"
                for option in action.option_strings
                if option not in page and option != "-h"
            ]
            if action.option_strings and isinstance(action.choices, tuple):
                missing += [f"{path} {choice}" for choice in action.choices if f"`{choice}`" not in page]
    assert missing == []


def test_every_restriction_is_in_the_docs():
    slugs = {path.stem for path in (resources.GEODATA / "restrictions").glob("*.toml")}
    assert [slug for slug in sorted(slugs) if f"`{slug}`" not in TEXTS["docs/checks.md"]] == []


def properties(schema, definitions, path=""):
    """Every field of a JSON Schema, as the docs write it: licence.tier, product.inside[].aoi."""
    for name, value in schema.get("properties", {}).items():
        field = f"{path}{name}"
        yield field
        for part in (value, *value.get("anyOf", ())):
            items = part.get("items")
            if "$ref" in part:
                yield from properties(definitions[part["$ref"].split("/")[-1]], definitions, f"{field}.")
            if isinstance(items, dict) and "$ref" in items and field != "sensors":  # as those of sensor
                yield from properties(definitions[items["$ref"].split("/")[-1]], definitions, f"{field}[].")


def test_every_field_of_a_request_is_described():
    schema = intake.request_schema()
    described = re.findall(r"^\| `([a-z0-9_.\[\]]+)` \|", TEXTS["docs/request.md"], re.MULTILINE)
    assert sorted(described) == sorted(properties(schema, schema["$defs"]))


def described_fields(schema, definitions, path=""):
    """(field, whether it is needed, what to give) of a kind whose fields describe themselves."""
    for name, value in schema["properties"].items():
        yield f"{path}{name}", name in schema.get("required", ()), value["description"]
        for part in (value, *value.get("anyOf", ())):
            items = part.get("items") or {}
            for ref, mark in ((part.get("$ref"), "."), (items.get("$ref"), "[].")):
                inner = definitions[ref.split("/")[-1]] if ref else {}
                if "properties" in inner:
                    yield from described_fields(inner, definitions, f"{path}{name}{mark}")


def test_every_field_of_an_application_is_described_as_its_schema_does():
    schema = intake.schema_of_kind("system")
    rows = re.findall(
        r"^\| `([a-z0-9_.\[\]]+)` \| (yes|no) \| (.*) \|$", TEXTS["docs/system-request.md"], re.MULTILINE
    )
    fields = list(described_fields(schema, schema["$defs"]))
    assert [(field, needed == "yes") for field, needed, _ in rows] == [(f, n) for f, n, _ in fields]
    assert all(said.startswith(wanted) for (_, _, said), (_, _, wanted) in zip(rows, fields, strict=True))


def test_what_the_docs_call_needed_is_required():
    schema = intake.request_schema()
    needed = re.findall(r"^\| `(\w+)` \| yes \|", TEXTS["docs/request.md"], re.MULTILINE)
    assert sorted(needed) == sorted(schema["required"])


def keys_of(schema):
    """Every key that a JSON Schema knows, at any depth."""
    if isinstance(schema, dict):
        known = schema.get("properties")
        yield from known if isinstance(known, dict) else ()
        for value in schema.values():
            yield from keys_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys_of(value)


@pytest.mark.parametrize("name", ["restriction", "layer", "regulation", "availability"])
def test_every_key_of_the_rulebook_is_described(name):
    schema = json.loads((resources.GEODATA / "schema" / f"{name}.schema.json").read_text("utf-8"))
    page = TEXTS["docs/rules.md"]
    assert [
        key for key in sorted(set(keys_of(schema))) if not re.search(rf"`(\[\[|\[)?{key}(\]\]|\])?`", page)
    ] == []


@pytest.mark.parametrize("members", [domain.Status, domain.Kind], ids=lambda e: e.__name__)
def test_every_status_and_kind_is_described(members):
    assert [str(m) for m in members if f"`{m}`" not in TEXTS["docs/rules.md"]] == []


# ------------------------------------------------------------------------------ examples are true


def in_a_folder(tmp_path):
    """A folder with the examples, and an environment that finds the rsiwg under test."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    env = {k: v for k, v in os.environ.items() if not k.startswith("RSIWG_")}
    return {"cwd": tmp_path, "env": env | {"PYTHONPATH": str(ROOT)}}


def steps(block):
    """(command, what is shown, exit code) of each command of a console block."""
    for part in re.split(r"^\$ (?=rsiwg)", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        shown, _, code = shown.partition("$ echo $?\n")
        yield command, shown, int(code or 0)


CONSOLE = [(page, n, block) for page in TEXTS for n, block in enumerate(blocks(page, "console"))]


@pytest.mark.parametrize(("page", "n", "block"), CONSOLE, ids=[f"{page} {n}" for page, n, _ in CONSOLE])
def test_a_console_block_does_what_it_shows(page, n, block, tmp_path):
    assert block.startswith("$ rsiwg")
    where = in_a_folder(tmp_path)
    for command, shown, code in steps(block):
        done = subprocess.run(
            [sys.executable, "-m", "rsiwg.cli", *command.split()[1:]],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **where,
        )
        assert done.returncode == code, f"{command}: {done.stderr}"
        said = squeezed(done.stdout)
        for piece in shown.split("…"):
            assert squeezed(piece) in said, command


JSON = [(page, n, json.loads(block)) for page in TEXTS for n, block in enumerate(blocks(page, "json"))]
REQUESTS = [(page, n, value) for page, n, value in JSON if "kind" in value]
AREAS = [(page, n, value) for page, n, value in JSON if "kind" not in value]


@pytest.mark.parametrize(("page", "n", "body"), REQUESTS, ids=[f"{page} {n}" for page, n, _ in REQUESTS])
def test_a_request_of_the_docs_is_accepted(page, n, body):
    assert intake.read_submission(body, Limits()).request.reference == body["reference"]


@pytest.mark.parametrize(("page", "n", "value"), AREAS, ids=[f"{page} {n}" for page, n, _ in AREAS])
def test_an_area_of_the_docs_is_accepted(page, n, value):
    assert not intake.read_aoi_value(value, Limits()).area.is_empty


@pytest.mark.parametrize("text", blocks("docs/request.md", "text"), ids=lambda text: text[:20].strip())
def test_a_notation_of_the_docs_is_accepted(text):
    assert not intake.read_aoi_text(text, Limits()).area.is_empty


@pytest.fixture
def geodata(tmp_path):
    """A copy of geodata/ that a test may change; the large outlines are only linked."""
    folder = tmp_path / "geodata"
    shutil.copytree(resources.GEODATA, folder, ignore=shutil.ignore_patterns("*.gpkg"))
    for outlines in (resources.GEODATA / "layers").glob("*.gpkg"):
        (folder / "layers" / outlines.name).symlink_to(outlines)
    return folder


def test_the_worked_example_of_a_rule_works(geodata):
    first, later = blocks("docs/rules.md", "toml")
    (body,) = (json.loads(block) for block in blocks("docs/rules.md", "json"))
    rule = geodata / "restrictions" / "example-strip.toml"
    rule.write_text(first, "utf-8")

    with pytest.raises(RulebookUnusable, match="does not list it"):
        load(geodata)
    listed = geodata / "rulebook.toml"
    listed.write_text(
        listed.read_text("utf-8").replace("restrictions = [", 'restrictions = [\n  "example-strip",'), "utf-8"
    )
    read_on = tomllib.loads(first)["verified_on"]
    assert validate(geodata, today=read_on) == ()

    def verdict(day, gsd_m):
        asked = body | {"sensor": body["sensor"] | {"gsd_m": gsd_m}}
        return casework.check(asked, book, limits=Limits(), as_of=dt.date.fromisoformat(day)).document[
            "verdict"
        ]

    book = load(geodata)
    assert casework.check(body, book, limits=Limits()).document["verdict"] == "restricted"
    assert [verdict("2026-12-31", m) for m in (0.99, 1.0, 1.01)] == ["restricted", "clear", "clear"]
    assert verdict("2027-01-01", 0.5) == "clear", "nothing stands there yet"

    rule.write_text(f"{first}\n{later}", "utf-8")
    book = load(geodata)
    assert [verdict("2026-12-31", m) for m in (0.5, 1.0)] == ["restricted", "clear"]
    assert [verdict("2027-01-01", m) for m in (0.49, 0.5, 0.51)] == ["restricted", "clear", "clear"]


def test_the_readme_gives_the_days_the_rulebook_vouches_for():
    covers = load(resources.GEODATA).covers
    assert f"vouches for days {covers}" in squeezed(TEXTS["README.md"])


# ------------------------------------------------------------------------------------ the writing


def anchors(text):
    return {
        re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }


@pytest.mark.parametrize("page", TEXTS)
def test_every_link_leads_somewhere(page):
    prose = re.sub(r"^```.*?^```$", "", TEXTS[page], flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if link.startswith("https://"):
            continue
        target, _, anchor = link.partition("#")
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), link
        if anchor:
            assert anchor in anchors(path.read_text("utf-8")), link


@pytest.mark.parametrize("page", TEXTS)
def test_the_docs_stand_alone_and_use_the_right_words(page):
    text = TEXTS[page]
    assert not re.search(r"\b(higher|better|greater)[ -]resolution", text, re.IGNORECASE)
    assert "shared/" not in text
    assert not re.search(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|jsdelivr|unpkg", text)


def test_every_decision_has_the_same_parts_and_is_listed():
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert f"]({page.name})" in TEXTS["docs/decisions/README.md"]
        for part in ("**Status:**", "## Consequences", "## Declined"):
            assert part in text, page.name


def test_every_page_is_reached_from_the_readme():
    for path in DOCS.glob("*.md"):
        assert f"docs/{path.name}" in TEXTS["README.md"]
