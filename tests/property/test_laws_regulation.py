"""Laws of launches, agreements, routing and packs: nothing recalled decides, nothing missing clears, same in, same out."""

import copy
import datetime as dt
import json
from pathlib import Path

import attrs
import pytest

from rsiwg import casework, resources, rulebook
from rsiwg.cli.regulation import CLEAR_IF_VERIFIED
from rsiwg.domain import Regulation
from rsiwg.domain.document import canonical_json
from rsiwg.errors import InvalidSubmission
from rsiwg.settings import Limits

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 11, 25)
QUESTIONS = {
    "launch": ("launch", "agreements", "consult"),
    "delivery": ("pack-germany", "pack-france", "pack-japan", "pack-india", "pack-canada"),
}
FILES = sorted((ROOT / "examples").glob("[ld]*s/*.json"))
ASKED = [
    pytest.param(question, body, id=f"{file.stem} {question}")
    for file in FILES
    for body in [json.loads(file.read_text("utf-8"))]
    for question in QUESTIONS[body["kind"]]
]
DECIDING = CLEAR_IF_VERIFIED | {
    "prohibited",
    "sensitive",
    "declaration",
    "applies",
    "screened",
    "licence",
    "named",
}


@pytest.fixture(scope="module")
def book():
    return rulebook.load(resources.GEODATA)


def ask(book, question, body, day=DAY):
    return casework.ask(question, body, book, limits=Limits(), as_of=day)


def with_topics(book, change):
    topics = {name: change(topic) for name, topic in book.regulation.topics.items()}
    return attrs.evolve(book, regulation=Regulation(topics=topics))


@pytest.mark.parametrize(("question", "body"), ASKED)
def test_where_every_row_is_recalled_nothing_is_decided(book, question, body):
    recalled = with_topics(
        book,
        lambda topic: attrs.evolve(
            topic,
            entries=tuple(attrs.evolve(e, verified=False, verified_on=None) for e in topic.entries),
        ),
    )
    answer = ask(recalled, question, body)
    assert answer["answer"] not in DECIDING, answer["says"]
    assert answer["confidence"] == "unverified" or answer["answer"] == "undetermined"


@pytest.mark.parametrize(("question", "body"), ASKED)
def test_without_any_topic_nothing_is_decided(book, question, body):
    answer = ask(attrs.evolve(book, regulation=Regulation()), question, body)
    assert answer["answer"] == "undetermined"


@pytest.mark.parametrize(("question", "body"), ASKED)
def test_with_topics_too_old_nothing_is_decided(book, question, body):
    stale = with_topics(book, lambda topic: attrs.evolve(topic, good_until=DAY))
    answer = ask(stale, question, body)
    assert answer["answer"] == "undetermined"
    assert any("too long before 2026-11-25" in warning for warning in answer["warnings"])


@pytest.mark.parametrize(("question", "body"), ASKED)
def test_the_same_request_gives_the_same_bytes(book, question, body):
    assert canonical_json(ask(book, question, body)) == canonical_json(
        ask(book, question, copy.deepcopy(body))
    )


def paths(value, at=()):
    """Every field that may be left out, as the way to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*at, key)
            yield from paths(inner, (*at, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from paths(inner, (*at, n))


def without(body, path):
    left = copy.deepcopy(body)
    holder = left
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return left


@pytest.mark.parametrize(("question", "body"), ASKED)
def test_leaving_something_out_never_clears(book, question, body):
    """A field that is left out may leave the answer, or make it undetermined; it never turns it into a clear one."""
    before = ask(book, question, body)["answer"]
    for path in paths(body):
        try:
            after = ask(book, question, without(body, path))
        except InvalidSubmission:  # the door refuses to do without it
            continue
        if before not in CLEAR_IF_VERIFIED:
            assert after["answer"] not in CLEAR_IF_VERIFIED, (path, before, after["answer"])
