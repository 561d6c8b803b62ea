"""A decision as a flowchart: the path, unanswered questions, and the two drawings."""

import copy
import datetime as dt
import itertools
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rsiwg import casework, reports, resources, rulebook
from rsiwg.domain import Citation, Entry, Period, Status
from rsiwg.regulation.flow import Flow, Node
from rsiwg.settings import Limits

EXAMPLES = Path(__file__).parents[2] / "examples"
ENTRY = Entry(
    topic="t",
    id="e",
    title="Example",
    in_force=Period(dt.date(2020, 1, 1)),
    status=Status.IN_FORCE,
    verified=True,
    verified_on=dt.date(2026, 1, 1),
    citation=Citation(source="Example", url="https://example.invalid/e"),
    clause="Example 1",
)
RECALLED = Entry(
    **{f: getattr(ENTRY, f) for f in ENTRY.__slots__ if not f.startswith("_")}
    | {"verified": False, "verified_on": None}
)


def node(name, value, yes, no, entry=ENTRY):
    return Node(id=name, question=f"{name}?", value=value, shown=None, entry=entry, yes=yes, no=no)


def flow(*nodes):
    return Flow(
        reading="r", start=nodes[0].id, nodes={n.id: n for n in nodes}, outcomes={"in": "In", "out": "Out"}
    )


def test_the_path_follows_the_answers():
    chart = flow(node("a", True, "b", "out"), node("b", False, "in", "out"), node("c", True, "in", "out"))
    assert chart.outcome == "out"
    assert [n.id for n in chart.path] == ["a", "b"]


def test_an_unanswered_question_leaves_both_ways_open():
    chart = flow(node("a", None, "b", "out"), node("b", True, "in", "out"))
    assert chart.outcome == "undetermined"
    assert [n.id for n in chart.path] == ["a", "b"]


def test_an_unanswered_question_does_not_matter_where_both_ways_end_alike():
    assert flow(node("a", None, "b", "in"), node("b", True, "in", "out")).outcome == "in"


def test_an_entry_that_nobody_has_read_decides_nothing():
    assert flow(node("a", True, "in", "out", RECALLED)).outcome == "undetermined"


def brute(values):
    """Section 2(2) no. 2 in the words of the ordinance, for every way to answer what is open."""
    open_ = [name for name, value in values.items() if value is None]
    ends = set()
    for filled in itertools.product((True, False), repeat=len(open_)):
        v = values | dict(zip(open_, filled, strict=True))
        ends.add(
            not v["annex-2"]
            and v["resolution"]
            and (v["annex-3"] or (not v["annex-4"] and v["latency"] and (v["fine-resolution"] or v["phase"])))
        )
    return ends


def test_the_flowchart_says_what_the_nested_conditions_say():
    """Every combination of yes, no and unknown: the chart is settled just where the formula is."""
    names = ("annex-2", "resolution", "annex-3", "annex-4", "latency", "fine-resolution", "phase")
    ways = {
        "annex-2": ("out", "resolution"),
        "resolution": ("annex-3", "out"),
        "annex-3": ("in", "annex-4"),
        "annex-4": ("out", "latency"),
        "latency": ("fine-resolution", "out"),
        "fine-resolution": ("in", "phase"),
        "phase": ("in", "out"),
    }
    for combination in itertools.product((True, False, None), repeat=len(names)):
        values = dict(zip(names, combination, strict=True))
        chart = flow(*(node(name, values[name], *ways[name]) for name in names))
        ends = brute(values)
        assert chart.outcome == ("undetermined" if len(ends) == 2 else "in" if True in ends else "out"), (
            values
        )


@pytest.fixture(scope="module")
def book():
    return rulebook.load(resources.GEODATA)


def germany(book, **changed):
    body = json.loads((EXAMPLES / "deliveries/01-radar.json").read_text("utf-8"))
    day = dt.date(2026, 11, 25)
    return casework.ask("pack-germany", copy.deepcopy(body) | changed, book, limits=Limits(), as_of=day)


def test_the_german_charts_lead_only_forward(book):
    for chart in germany(book)["flowcharts"]:
        order = [n["id"] for n in chart["nodes"]]
        for n in chart["nodes"]:
            for target in (n["yes"], n["no"]):
                assert target in chart["outcomes"] or order.index(target) > order.index(n["id"])


def test_the_picture_is_sound_and_loads_nothing(book):
    svg = reports.flowchart_svg(germany(book)["flowcharts"])
    root = ElementTree.fromstring(svg)
    texts = " ".join("".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text"))
    assert texts.count("SatDSiV section 2(2) no. 2(b)(aa)") == 2
    assert "Outcome: sensitive: a permit is needed" in texts
    assert "href" not in svg
    assert "url(http" not in svg


def test_a_hostile_text_does_not_break_the_picture(book):
    charts = copy.deepcopy(germany(book)["flowcharts"])
    charts[0]["nodes"][0]["question"] = '<script>alert("x")</script> & ]]>'
    root = ElementTree.fromstring(reports.flowchart_svg(charts))
    assert root.find(".//{http://www.w3.org/2000/svg}script") is None


def test_the_text_marks_the_path(book):
    text = reports.flowchart_text(germany(book)["flowcharts"][:1])
    assert len(re.findall(r"^> \d", text, re.MULTILINE)) == 12, "twelve questions are passed"
    assert len(re.findall(r"^>    (?:YES|NO) ", text, re.MULTILINE)) == 12, "one way out of each is taken"
    assert ">    YES -> sensitive: a permit is needed" in text


def test_the_same_request_gives_the_same_picture(book):
    assert reports.flowchart_svg(germany(book)["flowcharts"]) == reports.flowchart_svg(
        germany(book)["flowcharts"]
    )
