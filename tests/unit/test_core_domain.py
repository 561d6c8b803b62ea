"""Periods, verdicts, words and names of the core."""

import datetime as dt
import re

import pytest

from rsiwg.checks.scope import same_name
from rsiwg.checks.words import kilometres, listed, metres, per_cent, sentence, square_kilometres
from rsiwg.domain import Finding, Measure, Modality, Outcome, Period, Sensor, Verdict, in_full, verdict_of


def day(text):
    return dt.date.fromisoformat(text)


def period(start, end=None):
    return Period(day(start), end and day(end))


# ----------------------------------------------------------------------------------------- periods


def test_the_first_day_is_in_and_the_end_is_out():
    july = period("2020-07-01", "2020-08-01")
    assert day("2020-06-30") not in july
    assert day("2020-07-01") in july
    assert day("2020-07-31") in july
    assert day("2020-08-01") not in july


def test_a_period_without_an_end_holds_every_later_day():
    assert day("9999-12-31") in period("2020-07-21")
    assert day("2020-07-20") not in period("2020-07-21")
    assert period("2020-07-21").last is None


@pytest.mark.parametrize("end", ["2020-07-21", "2020-07-20"])
def test_a_period_of_no_days_is_refused(end):
    with pytest.raises(ValueError, match="ends"):
        period("2020-07-21", end)


def test_days_as_people_write_them_are_both_in():
    span = Period.of_days(day("2024-02-28"), day("2024-02-29"))
    assert (span.end, span.last, span.day_count) == (day("2024-03-01"), day("2024-02-29"), 2)


def test_a_span_without_an_end_has_no_number_of_days():
    with pytest.raises(ValueError, match="without an end"):
        period("2020-07-21").day_count  # noqa: B018


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (("2020-01-01", "2020-02-01"), ("2020-02-01", "2020-03-01"), None),  # they touch
        (("2020-01-01", "2020-02-01"), ("2021-02-01", None), None),
        (("2020-01-01", "2020-02-02"), ("2020-02-01", "2020-03-01"), ("2020-02-01", "2020-02-02")),
        (("2020-01-01", None), ("2020-02-01", "2020-03-01"), ("2020-02-01", "2020-03-01")),
        (("2020-01-01", None), ("2019-02-01", None), ("2020-01-01", None)),
    ],
)
def test_the_days_in_both(one, other, both):
    wanted = both and period(*both)
    assert period(*one).meet(period(*other)) == wanted
    assert period(*other).meet(period(*one)) == wanted


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        (("2020-01-01", "2020-02-01"), ("2020-02-01", None), [("2020-01-01", "2020-02-01")]),
        (("2020-01-01", "2020-02-01"), ("2019-01-01", None), []),
        (("2020-01-01", "2020-02-01"), ("2020-01-10", "2020-01-11"), [("2020-01-01", "2020-01-10"), ("2020-01-11", "2020-02-01")]),
        (("2020-01-01", "2020-02-01"), ("2020-01-31", None), [("2020-01-01", "2020-01-31")]),
        (("2020-01-01", None), ("2019-01-01", "2020-01-02"), [("2020-01-02", None)]),
        (("2020-01-01", None), ("2020-03-01", "2020-04-01"), [("2020-01-01", "2020-03-01"), ("2020-04-01", None)]),
    ],
)  # fmt: skip
def test_the_days_of_one_that_the_other_does_not_hold(one, other, left):
    assert period(*one).without(period(*other)) == tuple(period(*span) for span in left)


def test_every_day_is_either_shared_or_left():
    one = period("2020-01-01", "2020-01-20")
    for start in range(1, 25):
        for length in range(1, 25):
            other = Period(
                day("2019-12-20") + dt.timedelta(start), day("2019-12-20") + dt.timedelta(start + length)
            )
            shared, left = one.meet(other), one.without(other)
            assert sum(p.day_count for p in left) + (shared.day_count if shared else 0) == 19


def test_periods_are_told_as_people_write_them():
    assert str(period("2020-07-21")) == "from July 21, 2020"
    assert str(period("2020-07-21", "2020-07-22")) == "on July 21, 2020"
    assert str(period("2020-07-21", "2020-08-01")) == "from July 21, 2020, to July 31, 2020"
    assert in_full(day("2000-02-29")) == "February 29, 2000"
    assert [in_full(dt.date(2001, m, 1)).split()[0] for m in (1, 12)] == ["January", "December"]


# ----------------------------------------------------------------------------------------- verdicts


def found(*outcomes):
    return tuple(Finding(check="test", outcome=Outcome(o), says="It says so.") for o in outcomes)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((), Verdict.UNDETERMINED),
        (("clear",), Verdict.CLEAR),
        (("clear", "condition"), Verdict.CLEAR),
        (("clear", "condition", "indeterminate"), Verdict.UNDETERMINED),
        (("indeterminate", "conflict"), Verdict.RESTRICTED),
        (("conflict", "clear", "clear"), Verdict.RESTRICTED),
    ],
)
def test_the_verdict_is_that_of_the_worst_finding(outcomes, verdict):
    assert verdict_of(found(*outcomes)) is verdict
    assert verdict_of(found(*reversed(outcomes))) is verdict


# -------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "written",
    ["DigitalGlobe", "DIGITALGLOBE", "DigitalGlobe, Inc.", "DigitalGlobe Inc", "DigitalGlobe Co. Ltd.", " DigitalGlobe  LLC ", "DígitalGlobe Incorporated"],
)  # fmt: skip
def test_one_name_written_in_several_ways(written):
    assert same_name("DigitalGlobe", written)
    assert same_name(written, "DigitalGlobe")


@pytest.mark.parametrize(
    "other", ["DigitalGlobe Intelligence", "Digital", "GeoEye", "Not DigitalGlobe", "Digital Globes"]
)
def test_names_of_others(other):
    assert not same_name("DigitalGlobe", other)


def test_a_name_that_is_only_a_legal_form_is_still_a_name():
    assert same_name("Limited", "LIMITED")
    assert not same_name("Limited", "Company")


def test_umbra_and_umbra_lab_are_names_of_their_own():
    assert not same_name("Umbra", "Umbra Lab")


# -------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.4, "0.40 m"),
        (2, "2.00 m"),
        (0.3999, "0.3999 m"),
        (0.399999999, "0.399999999 m"),
        (0.4000001, "0.4000001 m"),
        (0.005, "0.005 m"),
        (12.5, "12.50 m"),
    ],
)
def test_metres_are_told_with_all_the_digits_they_have(value, words):
    assert metres(value) == words


def test_metres_never_round_a_violation_away():
    for limit in (0.25, 0.4, 0.5, 1.0, 2.0, 7.5):
        for off in (1e-3, 1e-6, 1e-12):
            assert float(metres(limit - off).removesuffix(" m")) < limit
            assert metres(limit - off) != metres(limit)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (12.345, "12.3 km²"),
        (4561, "4,560 km²"),
        (999.9, "1000 km²"),
        (1234567, "1,230,000 km²"),
        (0.01234, "0.0123 km²"),
        (0.0009, "less than 0.001 km²"),
        (0, "less than 0.001 km²"),
    ],
)
def test_square_kilometres_have_three_figures(value, words):
    assert square_kilometres(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1, "100 %"),
        (0.99951, "100 %"),
        (0.5, "50 %"),
        (0.104, "10 %"),
        (0.099, "9.9 %"),
        (0.001, "0.1 %"),
        (0.0009, "under 0.1 %"),
        (1e-12, "under 0.1 %"),
    ],
)
def test_per_cent(share, words):
    assert per_cent(share).replace(" ", "") == words.replace(" ", "")


def test_a_share_that_is_not_nothing_is_never_told_as_nothing():
    assert all(float(re.search(r"[0-9.]+", per_cent(10.0**-n))[0]) > 0 for n in range(1, 13))


def test_other_words():
    assert kilometres(8.04) == "8.0 km"
    assert kilometres(1234.5) in ("1,234 km", "1,235 km")
    assert listed([]) == ""
    assert listed(["one"]) == "one"
    assert listed(["one", "two"]) == "one and two"
    assert listed(["one", "two", "three"], "or") == "one, two or three"
    assert sentence("it is so") == "It is so."
    assert sentence("Is it?") == "Is it?"


# ------------------------------------------------------------------------------------------ sensors


@pytest.mark.parametrize(
    "given",
    [
        {"modality": Modality.SAR, "gsd_m": 1.0},
        {"modality": Modality.SAR, "ipr_range_m": 1.0},
        {"modality": Modality.PANCHROMATIC},
        {"modality": Modality.PANCHROMATIC, "ipr_range_m": 1.0, "ipr_azimuth_m": 1.0},
        {"modality": Modality.PANCHROMATIC, "gsd_m": 0.0},
        {"modality": Modality.PANCHROMATIC, "gsd_m": float("nan")},
        {"modality": Modality.PANCHROMATIC, "gsd_m": float("inf")},
        {"modality": Modality.PANCHROMATIC, "gsd_m": 1.0, "max_off_nadir_deg": 90.0},
    ],
)
def test_a_sensor_of_the_wrong_measure_or_size_cannot_be(given):
    with pytest.raises(ValueError, match=r"."):
        Sensor(name="S", **given)


def test_the_finer_direction_of_a_sar_counts():
    sar = Sensor(name="S", modality=Modality.SAR, ipr_range_m=0.5, ipr_azimuth_m=0.25)
    assert sar.resolution_m == 0.25
    assert sar.measure is Measure.IPR
