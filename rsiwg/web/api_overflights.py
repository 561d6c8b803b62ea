"""Orbits in the API: access, revisit, footprint.  Adds its views to the blueprint of the API."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response

from rsiwg import overflights
from rsiwg.errors import InvalidGeometry, InvalidSubmission, TooLarge
from rsiwg.intake import ReadElements, read_areas_value, read_element_text
from rsiwg.sensing.elements import STALE_AFTER_DAYS
from rsiwg.sensing.footprint import View, across_deg_of_swath, attitude_of
from rsiwg.sensing.reach import Reach
from rsiwg.web.answers import json_answer
from rsiwg.web.api import api, json_body, query_of
from rsiwg.web.service import ONE_CHECK, service

MOST_SATELLITE_DAYS = 1500.0
"""Satellites times days in one call; the command line has no such bound."""
MOST_SHOWN = 5000
"""Accesses in one answer; more are refused with their number."""

_LATITUDES = [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0]
COMMON = ("start", "days", "max_off_nadir_deg", "min_elevation_deg", "stale_after_days")
ACCESS = (
    *COMMON,
    "tle",
    "aoi",
    "restrictions",
    "nadir_gsd_m",
    "altitude_km",
    "ifov_urad",
    "limit_m",
    "by_day",
)
REVISIT = (*COMMON, "tle", "latitudes_deg", "least_sun_elevation_deg")
FOOTPRINT = (
    "tle", "at", "minutes", "longitude_deg", "latitude_deg", "altitude_km", "heading_deg", "across_deg", "swath_km", "along_deg",
    "roll_deg", "pitch_deg", "off_nadir_deg", "side", "max_off_nadir_deg", "stale_after_days",
)  # fmt: skip


@api.post("/sensing/access")
def sensing_access() -> Response:
    """When satellites can see areas or restrictions, and how finely."""
    query_of()
    body = _known(json_body(), ACCESS)
    start, days = _start(body), _needed(body, "days")
    read = _elements(body, start)
    _bounded(read, days)
    subjects, remarks = _subjects(body, start, days)
    instrument = overflights.Instrument.of(
        nadir_gsd_m=_number(body, "nadir_gsd_m"),
        altitude_km=_number(body, "altitude_km"),
        ifov_urad=_number(body, "ifov_urad"),
    )
    with ONE_CHECK:
        document = overflights.access(
            read,
            subjects,
            start=start,
            days=days,
            reach=_reach(body),
            instrument=instrument,
            by_day_only=_flag(body, "by_day"),
            stale_after_days=_number(body, "stale_after_days", STALE_AFTER_DAYS),
            remarks=remarks,
        )
    if len(document["accesses"]) > MOST_SHOWN:
        raise TooLarge(
            f"this is {len(document['accesses']):,} accesses, over the limit of {MOST_SHOWN:,} in one answer: ask for fewer days or areas"
        )
    return json_answer(document)


@api.post("/sensing/revisit")
def sensing_revisit() -> Response:
    """How often places are seen, by latitude."""
    query_of()
    body = _known(json_body(), REVISIT)
    start, days = _start(body), _needed(body, "days")
    read = _elements(body, start)
    _bounded(read, days)
    with ONE_CHECK:
        document = overflights.revisits(
            read,
            latitudes_deg=_numbers(body, "latitudes_deg", _LATITUDES),
            start=start,
            days=days,
            reach=_reach(body),
            least_sun_deg=_number(body, "least_sun_elevation_deg"),
            stale_after_days=_number(body, "stale_after_days", STALE_AFTER_DAYS),
        )
    return json_answer(document)


@api.post("/sensing/footprint")
def sensing_footprint() -> Response:
    """What a sensor covers on the ground."""
    query_of()
    body = _known(json_body(), FOOTPRINT)
    altitude_km, limit = _number(body, "altitude_km"), _number(body, "max_off_nadir_deg")
    if body.get("tle") is None:
        if altitude_km is None:
            raise InvalidSubmission({"altitude_km": "this is missing: give it, or elements with a time (at)"})
        return json_answer(
            overflights.footprint_over(
                longitude_deg=_number(body, "longitude_deg", 0.0),
                latitude_deg=_number(body, "latitude_deg", 0.0),
                altitude_km=altitude_km,
                heading_deg=_number(body, "heading_deg", 0.0),
                view=_view(body, altitude_km),
                max_off_nadir_deg=limit,
            )
        )
    at = _instant(body, "at")
    read = _elements(body, at)
    return json_answer(
        overflights.footprint_at(
            read,
            at=at,
            view=_view(body, altitude_km or read.elements[0].perigee_km),
            minutes=_number(body, "minutes", 0.0),
            max_off_nadir_deg=limit,
            stale_after_days=_number(body, "stale_after_days", STALE_AFTER_DAYS),
        )
    )


# ------------------------------------------------------------------------------------------- reading


def _known(body: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    problems = {name: "there is no such field" for name in body if name not in names}
    if problems:
        raise InvalidSubmission(problems)
    return body


def _number(body: Mapping[str, Any], name: str, default: Any = None) -> Any:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise InvalidSubmission({name: "a number is needed, without quotation marks"})
    return float(value)


def _needed(body: Mapping[str, Any], name: str) -> float:
    value = _number(body, name)
    if value is None:
        raise InvalidSubmission({name: "this is missing: give a number"})
    return float(value)


def _numbers(body: Mapping[str, Any], name: str, default: list[float]) -> list[float]:
    values = body.get(name, default)
    if not isinstance(values, list) or len(values) > 181:
        raise InvalidSubmission({name: "a list of at most 181 numbers is needed"})
    return [_needed({name: value}, name) for value in values]


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise InvalidSubmission({name: "true or false is needed"})
    return value


def _instant(body: Mapping[str, Any], name: str) -> dt.datetime:
    value = body.get(name)
    try:
        read = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is None or not 1957 <= read.year <= 2100:
        raise InvalidSubmission(
            {name: "a time is needed, in the years 1957 to 2100: write it as 2026-11-25T10:30:00Z"}
        )
    return read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read.astimezone(dt.UTC)


def _start(body: Mapping[str, Any]) -> dt.datetime:
    return _instant(body, "start")


def _elements(body: Mapping[str, Any], epoch: dt.datetime) -> ReadElements:
    text = body.get("tle")
    if not isinstance(text, str):
        raise InvalidSubmission(
            {"tle": 'a text is needed: a TLE, an OMM, or a line such as "orbit altitude_km=617 ltan=10:30"'}
        )
    return read_element_text(text, service().settings.limits, epoch=epoch)


def _bounded(read: ReadElements, days: float) -> None:
    if len(read.elements) * days > MOST_SATELLITE_DAYS:
        raise TooLarge(
            f"{len(read.elements):,} satellites for {days:g} days are over the limit of {MOST_SATELLITE_DAYS:,.0f} satellite days in one call: "
            "ask for fewer, or use the command line"
        )


def _reach(body: Mapping[str, Any]) -> Reach:
    return Reach(
        max_off_nadir_deg=_number(body, "max_off_nadir_deg"),
        min_elevation_deg=_number(body, "min_elevation_deg", 0.0),
    )


def _subjects(
    body: Mapping[str, Any], start: dt.datetime, days: float
) -> tuple[tuple[overflights.Subject, ...], tuple[str, ...]]:
    of, restrictions = service(), _flag(body, "restrictions")
    if (body.get("aoi") is None) == (not restrictions):
        raise InvalidSubmission({"aoi": "give either aoi or restrictions: true"})
    limit_m = _number(body, "limit_m")
    if limit_m is not None and not 0 < limit_m < 1e6:
        raise InvalidSubmission({"limit_m": f"{limit_m:g} is out of range: above 0 to 1,000,000 (metres)"})
    if restrictions:
        end = overflights.end_of(start, days)
        return overflights.subjects_of_restrictions(of.rulebook, start=start, end=end)
    try:
        read = read_areas_value(body["aoi"], of.settings.limits)
    except InvalidGeometry as exc:
        raise InvalidSubmission({"aoi": str(exc)}) from None
    subjects = tuple(
        overflights.Subject(name=each.name or "the area", area=each.area, limit_m=limit_m) for each in read
    )
    return subjects, tuple(change for each in read for change in each.changes)


def _view(body: Mapping[str, Any], altitude_km: float) -> View:
    across, swath_km = _number(body, "across_deg"), _number(body, "swath_km")
    if (across is None) == (swath_km is None):
        raise InvalidSubmission(
            {"across_deg": "give either across_deg (the field of view) or swath_km (at nadir)"}
        )
    if across is None:
        across = across_deg_of_swath(swath_km=swath_km, altitude_km=altitude_km)
    roll, pitch, off_nadir = (
        _number(body, "roll_deg", 0.0),
        _number(body, "pitch_deg", 0.0),
        _number(body, "off_nadir_deg"),
    )
    if off_nadir is not None:
        if roll or pitch:
            raise InvalidSubmission(
                {"off_nadir_deg": "give either off_nadir_deg with side, or roll_deg and pitch_deg"}
            )
        roll, pitch = attitude_of(off_nadir_deg=off_nadir, side=str(body.get("side", "right")))
    along = _number(body, "along_deg")
    return View(
        across_deg=across, roll_deg=roll, pitch_deg=pitch, **({} if along is None else {"along_deg": along})
    )
