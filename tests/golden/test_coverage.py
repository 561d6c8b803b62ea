"""What the golden corpus must reach, computed from the rules: each restriction, each limit, each date."""

import datetime as dt
import json
import tomllib
from functools import cache
from pathlib import Path

import pytest

from rsiwg import casework, resources
from rsiwg.errors import InvalidSubmission
from rsiwg.rulebook import load
from rsiwg.settings import Limits

CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())
RULES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((resources.GEODATA / "restrictions").glob("*.toml"))
}
LIMITS = [(slug, n) for slug, rule in RULES.items() for n, _ in enumerate(rule["limit"])]
NUMBERS = [(slug, n) for slug, n in LIMITS if "finest_m" in RULES[slug]["limit"][n]]
DATES = sorted({(slug, limit[end]) for slug, r in RULES.items() for limit in r["limit"] for end in ("start", "end") if end in limit})  # fmt: skip
COVERS_FROM = tomllib.loads((resources.GEODATA / "rulebook.toml").read_text("utf-8"))["covers_from"]


def day(text):
    return text and dt.date.fromisoformat(text)


@cache
def corpus():
    """(name, body, as_of, findings by restriction, restrictions that do not apply) of every case."""
    rulebook, found = load(resources.GEODATA), []
    for case in CASES:
        body = json.loads((case / "request.json").read_text("utf-8"))
        as_of = day(json.loads((case / "expected.json").read_text("utf-8"))["as_of"])
        try:
            answer = casework.check(body, rulebook, limits=Limits(), as_of=as_of).document
        except InvalidSubmission:
            continue  # a refusal reaches no rule
        found.append((case.name, body, as_of, answer))
    return found


def days_of(body, as_of):
    return (as_of, as_of) if as_of else (day(body["collection"]["start"]), day(body["collection"]["end"]))


def asked_of(answer, slug):
    return [
        f for f in answer["findings"] if f["restriction"] == slug and f["check"] != "restrictions_are_sound"
    ]


@pytest.mark.parametrize("slug", RULES)
def test_every_restriction_is_reached_and_is_passed_by(slug):
    reached = [name for name, _, _, answer in corpus() if asked_of(answer, slug)]
    passed_by = [
        name
        for name, _, _, answer in corpus()
        if slug in {n["restriction"] for n in answer["not_applicable"]}
    ]
    assert reached
    assert passed_by


@pytest.mark.parametrize(("slug", "n"), NUMBERS)
def test_every_limit_has_a_case_at_it_finer_and_coarser(slug, n):
    limit, rule = RULES[slug]["limit"][n], RULES[slug]
    spans = [e for e in rule["limit"] if e["finest_m"] == limit["finest_m"]]  # a number may have two entries
    seen = set()
    for _, _, _, answer in corpus():
        for finding in asked_of(answer, slug):
            measured = finding["measured"]
            if (
                not measured
                or measured["limit_m"] != limit["finest_m"]
                or measured["measure"] != limit["measure"]
            ):
                continue
            first = day(finding["days"]["start"])
            if not any(e["start"] <= first and ("end" not in e or first < e["end"]) for e in spans):
                continue
            value, bound = measured["value_m"], limit["finest_m"]
            seen.add("at" if value == bound else "finer" if value < bound else "coarser")
    assert seen == {"at", "finer", "coarser"}


@pytest.mark.parametrize(("slug", "date"), DATES)
def test_every_date_has_a_case_on_the_day_before_on_it_and_after(slug, date):
    modalities = set(RULES[slug]["binds"]["modalities"])
    wanted = {date + dt.timedelta(days=n) for n in (-1, 0, 1)}
    if date < COVERS_FROM:
        pytest.skip("before the days that the rulebook vouches for")
    seen = set()
    for _, body, as_of, answer in corpus():
        sensors = body.get("sensors") or [body["sensor"]]
        if modalities.isdisjoint({s["modality"] for s in sensors}):
            continue
        if not asked_of(answer, slug) and not any(
            n["restriction"] == slug and "in force" in n["reason"] for n in answer["not_applicable"]
        ):
            continue  # passed by for another reason than the date
        seen.update(days_of(body, as_of))
    assert wanted <= seen, f"no case on {sorted(map(str, wanted - seen))}"
