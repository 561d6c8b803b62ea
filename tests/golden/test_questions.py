"""The golden corpus of the regulation library: a table per question, a row per situation, with the reason.

CONTRIBUTING.md says how a row is written.
"""

import copy
import datetime as dt
import json
import re
import tomllib
from pathlib import Path

import pytest

from rsiwg import casework, resources
from rsiwg.regulation import PACKS, QUESTIONS
from rsiwg.rulebook import load
from rsiwg.settings import Limits

FOLDER = Path(__file__).parent / "questions"
KEYS = {"situation", "why", "base", "set", "unset", "as_of", "expect", "says", "says_not"}
CASES = [
    (path.stem, case)
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]
IDS = [f"{question}: {case['situation']}" for question, case in CASES]


@pytest.fixture(scope="module")
def rulebook():
    return load(resources.GEODATA)


def plain(value):
    """TOML days as JSON has them."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def steps(path):
    """``instruments[0].gsd_m`` as instruments, 0, gsd_m; ``conditions[id=a].state`` as conditions, ("id", "a"), state."""
    for name, inside in re.findall(r"([^.\[\]]+)|\[([^\]]+)\]", path):
        if name:
            yield name
        elif "=" in inside:
            yield tuple(inside.split("=", 1))
        else:
            yield int(inside)


def into(value, step):
    if isinstance(step, tuple):
        (found,) = [inner for inner in value if str(inner[step[0]]) == step[1]]
        return found
    return value[step]


def at(document, path):
    for step in steps(path):
        document = into(document, step)
    return document


def request_of(case):
    """The base, with what the row sets and unsets."""
    base = FOLDER / "requests" / f"{case['base']}.json"
    body = copy.deepcopy(json.loads(base.read_text("utf-8")))
    for path, value in case.get("set", {}).items():
        *way, last = steps(path)
        holder = body
        for step in way:
            holder = into(holder, step)
        holder[last] = plain(value)
    for path in case.get("unset", ()):
        *way, last = steps(path)
        holder = body
        for step in way:
            holder = into(holder, step)
        del holder[last]
    return body


@pytest.mark.parametrize(("question", "case"), CASES, ids=IDS)
def test_situation(question, case, rulebook):
    assert set(case) <= KEYS
    assert len(case["why"]) > 15
    answer = casework.ask(question, request_of(case), rulebook, limits=Limits(), as_of=case["as_of"])
    told = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    for path, value in case["expect"].items():
        assert at(answer, path) == plain(value), f"{path}; {answer['says']}"
    for fragment in case.get("says", ()):
        assert fragment in told
    for fragment in case.get("says_not", ()):
        assert fragment not in told


def test_every_table_is_of_a_question_and_names_each_situation_once():
    assert {question for question, _ in CASES} <= {question.name for question in (*QUESTIONS, *PACKS)}
    assert len(set(IDS)) == len(IDS)
