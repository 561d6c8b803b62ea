"""Sensing in the API: ground sample distance, SAR resolution, NIIRS.  Adds its views to the blueprint of the API."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response

from rsiwg.errors import InvalidSubmission
from rsiwg.intake.altitude import read_altitude_profile
from rsiwg.sensing import niirs, sar
from rsiwg.sensing.gsd_table import GIVEN, OPTICS, one_look
from rsiwg.web.answers import json_answer
from rsiwg.web.api import api, json_body, query_of
from rsiwg.web.openapi_sensing import NIIRS_NUMBERS, SAR_NUMBERS
from rsiwg.web.service import service


@api.post("/sensing/gsd")
def sensing_gsd() -> Response:
    """The ground sample distance of one look."""
    query_of()
    body = json_body()
    numbers = _numbers(body, (*GIVEN, *OPTICS), others=("tle",))
    tle = body.get("tle")
    if tle is not None and not isinstance(tle, str):
        raise InvalidSubmission({"tle": "a text is needed: the lines of the element set"})
    elements = None if tle is None else read_altitude_profile(tle, service().settings.limits)
    look = one_look(numbers, elements)
    return json_answer({**_rounded(look.found), "remarks": list(look.remarks)})


@api.post("/sensing/sar")
def sensing_sar() -> Response:
    """The resolutions of a SAR."""
    query_of()
    body = json_body()
    numbers = _numbers(body, SAR_NUMBERS, others=("window", "taylor_nbar"))
    if numbers["bandwidth_mhz"] is None:
        raise InvalidSubmission({"bandwidth_mhz": "is missing: give megahertz, such as 300"})
    window = body.get("window", "nominal")
    if window not in list(sar.Window):
        raise InvalidSubmission({"window": f"there is no such window: give one of {', '.join(sar.Window)}"})
    nbar = body.get("taylor_nbar", 4)
    if isinstance(nbar, bool) or not isinstance(nbar, int):
        raise InvalidSubmission({"taylor_nbar": "a whole number is needed, 1 to 20"})
    given: dict[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    found = sar.resolutions(**given, window=sar.Window(window), taylor_nbar=nbar)
    return json_answer(_rounded(found))


@api.post("/sensing/niirs")
def sensing_niirs() -> Response:
    """An indication of the NIIRS level."""
    query_of()
    body = json_body()
    numbers = _numbers(body, NIIRS_NUMBERS, others=("giqe",))
    missing = [name for name in NIIRS_NUMBERS[:3] if numbers[name] is None]
    if missing:
        raise InvalidSubmission(dict.fromkeys(missing, "is missing: give a number"))
    version = body.get("giqe", 5)
    if isinstance(version, bool) or version not in (3, 4, 5):
        raise InvalidSubmission({"giqe": "there is no such version: give 3, 4 or 5"})
    given: dict[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    level = float(niirs.niirs(niirs.Giqe(int(version)), **given))
    return json_answer(niirs.document(niirs.Giqe(int(version)), level))


def _numbers(
    body: Mapping[str, Any], names: Iterable[str], *, others: Iterable[str]
) -> dict[str, float | None]:
    """The numbers of these names, None where not given.  Raises InvalidSubmission with every field that is wrong."""
    known = tuple(names)
    problems = {name: "there is no such field" for name in body if name not in {*known, *others}}
    found: dict[str, float | None] = dict.fromkeys(known)
    for name in known:
        value = body.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            problems[name] = "a number is needed, without quotation marks"
        elif value is not None:
            try:
                found[name] = float(value)
            except OverflowError:
                problems[name] = "is too large a number"
    if problems:
        raise InvalidSubmission(problems)
    return found


def _rounded(found: Mapping[str, Any]) -> dict[str, Any]:
    """To ten significant figures, so that the last bits of a measure do not show."""
    return {
        name: float(f"{value:.10g}") if isinstance(value, float) else value for name, value in found.items()
    }
