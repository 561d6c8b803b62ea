"""docs/rules/ is what geodata/ makes of it."""

import importlib.util
from pathlib import Path

import pytest

from rsiwg import resources

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "rules"


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("build_rule_pages", ROOT / "tools" / "build_rule_pages.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool.pages(resources.GEODATA)


def test_every_rule_has_a_page_and_no_page_is_of_a_rule_that_is_gone(made):
    rules = {path.stem for path in (resources.GEODATA / "restrictions").glob("*.toml")}
    topics = {path.stem for path in (resources.GEODATA / "regulation").glob("*.toml")}
    assert {"README.md", *(f"{r}.md" for r in rules), *(f"topics/{t}.md" for t in topics)} == set(made)
    assert {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*") if p.is_file()} == set(made)


def test_every_page_is_up_to_date(made):
    stale = [name for name, text in made.items() if (FOLDER / name).read_text("utf-8") != text]
    assert stale == [], "run make docs-rules"


def test_a_page_gives_every_number_day_citation_and_case(made):
    page = made["israel-resolution.md"]
    for wanted in ("0.40 m GSD", "2.00 m GSD", "July 21, 2020", "15 CFR 960.8(i)", "Israel within the 1949 lines",
                   "20,900 km²", "undetermined", "September 1, 2026", "at 0.4 m", "straddling"):  # fmt: skip
        assert wanted in page, wanted
