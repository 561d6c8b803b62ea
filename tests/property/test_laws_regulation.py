"""Laws of the questions about a system: saying less never makes an answer clearer, finer is never less strict."""

import copy
import datetime as dt
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsiwg import casework, resources
from rsiwg.domain.document import canonical_json
from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_request
from rsiwg.rulebook import load
from rsiwg.settings import Limits

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 12, 1)
WHOLE = json.loads((ROOT / "examples" / "systems" / "optical.json").read_text("utf-8"))
BOOK = load(resources.GEODATA)


def ask(question, body):
    return casework.ask(question, body, BOOK, limits=Limits(), as_of=DAY)


def keys(value, path=()):
    """Every key that may be left out of the request."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from keys(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from keys(inner, (*path, n))


def without(body, path):
    made = copy.deepcopy(body)
    holder = made
    for step in path[:-1]:
        holder = holder[step]
    holder.pop(path[-1], None)
    return made


def may_be_left_out(path):
    try:
        read_request(without(WHOLE, path), Limits())
    except InvalidSubmission:
        return False
    return True


LEFT_OUT = [path for path in keys(WHOLE) if may_be_left_out(path)]


@pytest.mark.parametrize("path", LEFT_OUT, ids=lambda path: ".".join(map(str, path)))
def test_leaving_out_a_field_never_settles_more(path):
    """From the complete application every answer is settled; with less said, it is the same or open."""
    body = without(WHOLE | {"tier": 2}, path)
    assert ask("applies", body)["answer"] in {"yes", "refer"}
    assert ask("completeness", body)["answer"] in {"complete", "incomplete", "undetermined"}
    assert ask("tier", body)["answer"] in {1, "undetermined"}
    assert ask("conditions", body)["answer"] in {"met", "undetermined"}


@given(st.lists(st.sampled_from(LEFT_OUT), max_size=6, unique=True))
@settings(max_examples=60, deadline=None)
def test_nothing_becomes_clear_by_saying_less(paths):
    body = WHOLE | {"us_government_owned": None, "encryption": None, "mission": None}
    for path in paths:
        try:
            body = without(body, path)
        except (KeyError, TypeError, AttributeError, IndexError):
            continue  # an object around it is gone already
    assert ask("applies", body)["answer"] == "refer"
    assert ask("completeness", body)["answer"] != "complete"
    assert ask("conditions", body)["answer"] == "undetermined"


def strictness(answer):
    """An open proposal is no laxer than what it is known to be at most."""
    tier = answer["answer"]
    return tier if tier != "undetermined" else answer["instruments"][0]["no_stricter_than"]


@given(
    st.sampled_from(["panchromatic", "swir", "mwir", "lwir"]),
    st.floats(0.05, 120.0, allow_nan=False),
    st.floats(1.0, 3.0),
)
@settings(max_examples=80, deadline=None)
def test_a_finer_instrument_is_never_proposed_a_less_strict_tier(kind, gsd_m, factor):
    def of(metres):
        one = {"name": "I", "type": kind, "gsd_m": metres, "video": False, "night": False}
        return strictness(ask("tier", WHOLE | {"instruments": [one]}))

    assert of(gsd_m) >= of(gsd_m * factor)


@given(st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_the_order_of_keys_does_not_matter(seed):
    items = list(WHOLE.items())
    random.Random(seed).shuffle(items)
    for question in ("applies", "completeness", "tier", "conditions"):
        assert canonical_json(ask(question, dict(items))) == canonical_json(ask(question, WHOLE))
