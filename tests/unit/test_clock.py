"""Clocks: days of the agencies, deadlines from events, and the command.  Dates of each clause are golden cases."""

import datetime as dt
import itertools
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsiwg import casework, cli
from rsiwg.domain import DeadlineState, Event, Regulation
from rsiwg.domain.clock import EVENTS, TRACKS
from rsiwg.errors import InvalidSubmission, RulebookUnusable
from rsiwg.intake import read_request, schema_of_kind
from rsiwg.regulation.deadlines import deadlines
from rsiwg.regulation.uncounted import count_past
from rsiwg.regulation.workdays import WorkCalendar
from rsiwg.settings import Limits

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "clocks"
CAPITAL = WorkCalendar(zone=ZoneInfo("America/New_York"), inauguration_day=True)
ELSEWHERE = WorkCalendar(zone=ZoneInfo("America/New_York"), inauguration_day=False)

# The holiday schedules that the Office of Personnel Management publishes, observed days included.
OPM = {
    2020: "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-25",
    2021: "01-01 01-18 01-20 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2022: "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
}


@pytest.fixture(scope="session")
def topic(book):
    return book.regulation.topic("clocks")


@pytest.mark.parametrize("year", OPM)
def test_days_off_are_those_that_opm_publishes(year):
    days = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    off = [d for d in days if d.year == year and d.weekday() < 5 and not CAPITAL.is_working(d)]
    assert [f"{d:%m-%d}" for d in off] == OPM[year].split()


@pytest.mark.parametrize(
    ("calendar", "working"),
    [pytest.param(CAPITAL, False, id="Washington"), pytest.param(ELSEWHERE, True, id="elsewhere")],
)
def test_inauguration_day_is_a_day_off_in_washington_only(calendar, working):
    assert calendar.is_working(dt.date(2021, 1, 20)) is working


def test_juneteenth_begins_in_2021():
    assert CAPITAL.is_working(dt.date(2020, 6, 19))
    assert not CAPITAL.is_working(dt.date(2021, 6, 18)), "observed on Friday: June 19, 2021 was a Saturday"


@given(st.dates(dt.date(2017, 1, 1), dt.date(2040, 1, 1)), st.integers(0, 60))
def test_working_days_are_counted_one_by_one(day, count):
    end = CAPITAL.later(day, count)
    between = [day + dt.timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(CAPITAL.is_working(d) for d in between) == count
    assert count == 0 or CAPITAL.is_working(end)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param("2026-03-08T06:59:59+00:00", "2026-03-08", id="01:59 EST, before the clocks go forward"),
        pytest.param("2026-03-09T03:59:59+00:00", "2026-03-08", id="23:59 EDT of the day with 23 hours"),
        pytest.param("2026-03-09T04:00:00+00:00", "2026-03-09", id="midnight EDT"),
        pytest.param("2026-11-02T04:59:59+00:00", "2026-11-01", id="23:59 EST of the day with 25 hours"),
        pytest.param("2026-11-02T05:00:00+00:00", "2026-11-02", id="midnight EST"),
    ],
)
def test_an_instant_falls_on_the_day_in_washington(instant, day):
    assert CAPITAL.day(dt.datetime.fromisoformat(instant)).isoformat() == day


# ---------------------------------------------------------------------------------------- the data


def test_the_export_ladder_fills_the_ninety_days(topic):
    """E.O. 12981: 9 + 30 + 14 + 5 + 11 + 5 + 11 + 5 = 90."""
    steps = ("initial-action", "recommendation", "oc-decision", "acep-appeal", "acep-decision", "earb-appeal",
             "earb-decision", "president-appeal")  # fmt: skip
    day = dt.date(2026, 10, 1)
    days = [topic.one(f"export-{step}", day).whole("days") for step in steps]
    assert days == [9, 30, 14, 5, 11, 5, 11, 5]
    assert sum(days) == topic.one("export-overall", day).whole("days") == 90


def test_every_step_of_the_ladder_on_its_last_day_ends_on_day_ninety(topic):
    start, chain = dt.date(2026, 1, 5), [
        ("export-referred", 9), ("oc-decided", 30 + 14), ("acep-appealed", 5), ("acep-decided", 11),
        ("earb-appealed", 5), ("earb-decided", 11), ("export-referred-to-president", 5),
    ]  # fmt: skip
    events, day = [Event(name="export-registered", when=start)], start
    for name, days in chain:
        day += dt.timedelta(days=days)
        events.append(Event(name=name, when=day))
    assert day == start + dt.timedelta(days=90)
    found = {d.entry.id: d for d in deadlines(events, topic, day)}
    assert found["export-overall"].due_on == found["export-president-appeal"].due_on == day
    assert {d.state for d in found.values()} == {DeadlineState.DONE, DeadlineState.LAPSED}
    assert found["export-recommendation"].state is DeadlineState.LAPSED


def test_every_clock_of_part_960_is_held(topic):
    notes = " ".join(e.note for e in topic.entries)
    assert [n for n in range(1, 22) if f"C{n})" not in notes and f"C{n}," not in notes] == []


def test_the_data_name_only_events_and_tracks_that_there_are(topic):
    names = {
        name
        for e in topic.entries
        for key in ("from", "met_by", "ended_by", "only_with", "extended_to", "began", "ended")
        if key in e
        for name in (e.texts(key) if isinstance(e.values[key], tuple) else (e.text(key),))
    }
    assert names - set(EVENTS) == set()
    assert {e.text("track") for e in topic.entries if "track" in e} == set(TRACKS)
    assert {event.track for event in EVENTS.values()} == set(TRACKS)


def test_what_was_not_read_is_marked(topic):
    unread = {e.id for e in topic.entries if not e.verified}
    assert unread == {"counting", "statute-review"} | {e.id for e in topic.entries if e.id.startswith("mou-")}


def test_a_rulebook_without_a_way_of_counting_is_refused(topic):
    with pytest.raises(RulebookUnusable, match="counting"):
        deadlines([Event(name="launch", when=dt.date(1995, 1, 1))], topic, dt.date(1995, 12, 4))


# ------------------------------------------------------------------------------------- the engine


def test_two_anomalies_and_one_notice_leave_one_open(topic):
    events = [Event(name=n, when=dt.date(2026, 4, d)) for n, d in
              (("anomaly-detected", 1), ("anomaly-detected", 2), ("anomaly-notified", 3))]  # fmt: skip
    found = deadlines(events, topic, dt.date(2026, 4, 4))
    states = [d.state for d in found if d.entry.id == "anomaly-detected-notice"]
    assert states == [DeadlineState.DONE, DeadlineState.RUNNING]


@given(
    order=st.permutations(
        ["application-submitted", "application-complete", "tier-notified", "licence-granted"]
    )
)
def test_the_order_in_which_events_are_given_does_not_matter(topic, order):
    days = {"application-submitted": 5, "application-complete": 9, "tier-notified": 12, "licence-granted": 30}
    events = [Event(name=n, when=dt.date(2026, 1, days[n])) for n in order]
    told = [(d.entry.id, d.state, d.due_on, d.done_on) for d in deadlines(events, topic, dt.date(2026, 2, 1))]
    ordered = [Event(name=n, when=dt.date(2026, 1, d)) for n, d in days.items()]
    assert told == [
        (d.entry.id, d.state, d.due_on, d.done_on) for d in deadlines(ordered, topic, dt.date(2026, 2, 1))
    ]


SPANS = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 40)), max_size=5)


@given(spans=SPANS, days=st.integers(0, 90))
def test_uncounted_days_are_those_inside_any_span(topic, spans, days):
    """Against the definition: day n counts unless some span began before it and reaches it."""
    start, hold = dt.date(2026, 1, 5), next(e for e in topic.entries if "hold" in e)
    made = [(hold, start + dt.timedelta(days=b), start + dt.timedelta(days=b + n)) for b, n in spans]
    counts = (n for n in itertools.count(1) if not any(b < n <= b + length for b, length in spans))
    expected = 0 if days == 0 else next(itertools.islice(counts, days - 1, None))
    assert count_past(made, start, days).due == start + dt.timedelta(days=expected)


def test_the_same_events_give_the_same_bytes(book):
    body = json.loads((EXAMPLES / "01-licence.json").read_text("utf-8"))
    one, two = (
        json.dumps(casework.ask("clock", body, book, limits=Limits(), as_of=dt.date(2026, 2, 1)))
        for _ in "12"
    )
    assert one == two


# --------------------------------------------------------------------------------- what is refused


def ask(book, *events, **more):
    body = {"kind": "clock", "events": [dict(zip(("event", "on"), e, strict=True)) for e in events], **more}
    return casework.ask("clock", body, book, limits=Limits(), as_of=dt.date(2026, 6, 1))


@pytest.mark.parametrize(
    ("events", "field", "why"),
    [
        pytest.param([("licence-grant", "2026-01-05")], "events[0].event", 'did you mean "licence-granted"', id="a near miss"),
        pytest.param([("Hallo", "2026-01-05")], "events[0].event", "--list-events", id="unknown"),
        pytest.param([("launch", "2026-02-30")], "events[0].on", "no day", id="no such day"),
        pytest.param([("launch", "1889-01-01")], "events[0].on", "years 1990 to 2100", id="long ago"),
        pytest.param(
            [("application-complete", "2026-01-05"), ("application-submitted", "2026-01-06")],
            "events[0]", "lies before application-submitted on January 6, 2026", id="out of order",
        ),
        pytest.param(
            [("launch", "2026-01-05"), ("launch", "2026-01-05")], "events[1]", "given twice for the same day", id="twice"
        ),
        pytest.param(
            [("licence-granted", "2026-01-05"), ("licence-granted", "2026-01-09")],
            "events[1]", "happens once in a case (see events[0])", id="once only",
        ),
        pytest.param([], "events", "give a list of 1 to 500 events", id="none"),
    ],
)  # fmt: skip
def test_events_that_cannot_be_are_refused_by_name(book, events, field, why):
    with pytest.raises(InvalidSubmission) as caught:
        ask(book, *events)
    assert why in caught.value.problems[field]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        pytest.param({"event": "launch"}, "events[0].on", id="neither a day nor a time"),
        pytest.param(
            {"event": "launch", "on": "2026-01-05", "at": "2026-01-05T10:00:00Z"}, "events[0].on", id="both"
        ),
        pytest.param({"event": "launch", "at": "2026-01-05T10:00:00"}, "events[0].at", id="no offset"),
        pytest.param({"event": "launch", "at": "2026-01-05T25:00:00Z"}, "events[0].at", id="no such time"),
        pytest.param({"event": "launch", "at": 1767600000}, "events[0].at", id="a number"),
        pytest.param(
            {"event": "launch", "on": "2026-01-05", "day": 1}, "events[0].day", id="an unknown field"
        ),
    ],
)
def test_an_event_needs_one_day_or_time(event, field):
    body = {"kind": "clock", "events": [event]}
    with pytest.raises(InvalidSubmission) as caught:
        read_request(body, Limits())
    assert field in caught.value.problems
    schema = jsonschema.Draft202012Validator(schema_of_kind("clock"))
    only_the_reader_can_tell = isinstance(event.get("at"), str) and "on" not in event
    assert schema.is_valid(body) is only_the_reader_can_tell


@pytest.mark.parametrize("year", [1989, 2101], ids=str)
def test_a_day_out_of_the_calendar_is_refused(book, year):
    body = {"kind": "clock", "events": [{"event": "licence-granted", "on": "2026-01-05"}]}
    with pytest.raises(InvalidSubmission, match="1990 to 2100"):
        casework.ask("clock", body, book, limits=Limits(), as_of=dt.date(year, 1, 1))


def test_a_stale_list_is_told(book):
    body = {"kind": "clock", "events": [{"event": "launch", "on": "2027-08-31"}]}
    for day, confidence in ((dt.date(2027, 8, 31), "verified"), (dt.date(2027, 9, 1), "unverified")):
        assert casework.ask("clock", body, book, limits=Limits(), as_of=day)["confidence"] == confidence


def test_without_the_topic_nothing_is_settled(book):
    body = {"kind": "clock", "events": [{"event": "launch", "on": "2026-05-30"}]}
    bare = attrs.evolve(book, regulation=Regulation())
    document = casework.ask("clock", body, bare, limits=Limits(), as_of=dt.date(2026, 6, 1))
    assert (document["answer"], document["confidence"]) == ("undetermined", "unverified")
    assert document["warnings"] == ["The file regulation/clocks.toml is not in the rulebook."]


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.json")), ids=lambda p: p.stem)
def test_the_examples_are_as_the_schema_says(example):
    body = json.loads(example.read_text("utf-8"))
    jsonschema.validate(body, schema_of_kind("clock"))
    assert read_request(body, Limits()).reference == body["reference"]


# ------------------------------------------------------------------------------------ the command


def run(capsys, *arguments):
    """The command in this process: (exit code, standard output, standard error)."""
    try:
        code = cli.main(["clock", *arguments])
    except SystemExit as stopped:
        code = stopped.code
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_command_takes_events_as_options(capsys):
    options = ("--event", "application-complete=2026-01-05", "--as-of", "2026-03-01", "--format", "json")
    code, out, err = run(capsys, *options)
    assert (code, err) == (1, ""), "the tier notice is overdue"
    assert {d["id"]: d["due_on"] for d in json.loads(out)["deadlines"]}["grant-or-deny"] == "2026-03-06"


def test_the_command_takes_a_list_of_events_without_a_kind(tmp_path, capsys):
    file = tmp_path / "events.json"
    file.write_text('{"events": [{"event": "launch", "on": "2026-02-27"}]}', "utf-8")
    code, out, _ = run(capsys, str(file), "--as-of", "2026-03-01", "--within", "5")
    assert code == 0
    assert "7 days from the launch on February 27, 2026 (day 0)" in " ".join(out.split())
    assert "Due by March 6, 2026: Notice of the launch of a component on March 6, 2026." in " ".join(
        out.split()
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param([], 3, "give either a FILE", id="nothing"),
        pytest.param(["x.json", "--event", "launch=2026-01-05"], 3, "give either a FILE", id="both"),
        pytest.param(["--event", "launch"], 3, "events[0].on", id="no date"),
        pytest.param(
            ["--event", "launch=2026-01-05", "--within", "-1"], 3, "within_days", id="into the past"
        ),
        pytest.param(["x.json"], 4, "x.json", id="no such file"),
        pytest.param(["--event", "launch=2026-01-05", "--as-of", "soon"], 4, "2026-11-25", id="no day"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(capsys, arguments, code, said):
    ended, out, err = run(capsys, *arguments)
    assert (ended, out) == (code, "")
    assert said in err


def test_every_event_is_listed(capsys):
    code, out, _ = run(capsys, "--list-events")
    assert code == 0
    assert [name for name in EVENTS if f"  {name} " not in out] == []
