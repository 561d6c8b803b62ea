"""Laws of clocks, transfers and classification, whatever is sent."""

import copy
import datetime as dt
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsiwg import casework, resources
from rsiwg.domain import Event
from rsiwg.domain.clock import EVENTS
from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_request
from rsiwg.regulation.deadlines import deadlines
from rsiwg.rulebook import load
from rsiwg.settings import Limits

EXAMPLES = Path(__file__).parents[2] / "examples"
TRANSFER = json.loads((EXAMPLES / "transfers" / "01-optical-satellite.json").read_text("utf-8"))
CLOCK = json.loads((EXAMPLES / "clocks" / "01-licence.json").read_text("utf-8"))
DAY = dt.date(2026, 10, 1)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)

law = settings(derandomize=True, deadline=None, max_examples=100)


@cache
def book():
    """Not a fixture: hypothesis would print it whole with every failure."""
    return load(resources.GEODATA)


def paths(value, way=()):
    """Every place in a document."""
    yield way
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(inner, (*way, key))


def with_junk(body, way, junk):
    made = copy.deepcopy(body)
    if not way:
        return junk if isinstance(junk, dict) else {"kind": body["kind"], "junk": junk}
    holder = made
    for step in way[:-1]:
        holder = holder[step]
    holder[way[-1]] = junk
    return made


@pytest.mark.parametrize("body", [TRANSFER, CLOCK], ids=["transfer", "clock"])
@law
@given(data=st.data())
def test_junk_anywhere_is_read_or_refused_by_name(body, data):
    way = data.draw(st.sampled_from(list(paths(body))))
    problems = {}
    try:
        read_request(with_junk(body, way, data.draw(JUNK)), Limits())
    except InvalidSubmission as exc:
        problems = exc.problems
    assert all(isinstance(why, str) and why for why in problems.values())


INSTRUMENT = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["panchromatic", "multispectral", "hyperspectral", "swir", "sar", "lidar", "other"]),
        "aperture_m": st.floats(0.001, 3) | st.sampled_from([0.35, 0.5]),
        "spectrum": st.lists(st.sampled_from(["visible", "nir", "swir", "mwir", "lwir"]), min_size=1, max_size=3),
        "band_count": st.integers(1, 300),
        "gsd_m": st.floats(0.1, 600),
        "fwhm_nm": st.floats(1, 100),
        "centre_frequency_ghz": st.floats(0.1, 40) | st.sampled_from([1.0, 10.0]),
        "bandwidth_mhz": st.floats(1, 2000) | st.sampled_from([100, 300]),
    },
)  # fmt: skip


def classified(instrument):
    body = copy.deepcopy(TRANSFER)
    body["items"][0]["instruments"] = [{"name": "I", **instrument}]
    return casework.ask("classify", body, book(), limits=Limits(), as_of=DAY)


@law
@given(instrument=INSTRUMENT, data=st.data())
def test_taking_a_value_away_never_settles_an_item_otherwise(instrument, data):
    """An answer given without a value still stands with it: nothing missing was assumed."""
    whole = classified(instrument)
    if not instrument:
        assert whole["answer"] == "undetermined"
        return
    gone = data.draw(st.sampled_from(sorted(instrument)))
    less = classified({k: v for k, v in instrument.items() if k != gone})
    if less["answer"] not in {"undetermined", whole["answer"]}:
        assert less["answer"] in whole["items"][0]["entries"], (
            "it is met as well, after one earlier in the order"
        )


@law
@given(instrument=INSTRUMENT)
def test_an_entry_nobody_has_read_never_clears_an_item_it_would_catch(instrument):
    document = classified(instrument)
    caught = [s for s in document["trace"] if s["value"] == "yes" and not s["verified"]]
    assert not caught or document["answer"] in {"undetermined", "USML XV(a)(7)"}


@law
@given(
    names=st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), st.integers(0, 500)), min_size=1, max_size=8),
    now=st.integers(0, 600),
)
def test_deadlines_follow_from_any_events(names, now):
    """Each is worded, what is done is never overdue, and a later day only adds to the days past."""
    topic, first = book().regulation.topic("clocks"), dt.date(2026, 1, 5)
    events = [Event(name=name, when=first + dt.timedelta(days=n)) for name, n in names]
    for deadline in deadlines(events, topic, first + dt.timedelta(days=now), with_unverified=True):
        assert deadline.says
        assert deadline.arithmetic.endswith(".")
        assert (deadline.done_on is None) or deadline.state not in {"running", "overdue", "lapsed"}
        if deadline.state == "running" and deadline.days is not None and deadline.due_on is not None:
            assert deadline.due_on >= first + dt.timedelta(days=now)
