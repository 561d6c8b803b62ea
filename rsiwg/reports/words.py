"""How numbers, days and outcomes are written for people, the same on pages, on paper and in a terminal."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rsiwg.domain.period import in_full

OUTCOMES = {
    "conflict": "Conflict",
    "indeterminate": "Undetermined",
    "condition": "Condition",
    "clear": "Clear",
}
"""Worst first."""

VERDICTS = {
    "restricted": "Restricted",
    "undetermined": "Undetermined",
    "clear": "Clear",
    "incomplete": "Form incomplete",
    "complete": "Form complete",
}
"""Of an imaging request its verdict; of any other kind how its form stands."""

VERDICT_LOOKS = {
    "restricted": "conflict",
    "undetermined": "indeterminate",
    "clear": "clear",
    "incomplete": "conflict",
    "complete": "condition",
}
"""The outcome whose colour, pattern and icon a verdict wears."""

_VERDICT_SENTENCES = {
    "restricted": "A restriction stands against this request as it is asked.",
    "undetermined": "This cannot be answered yet: something is missing, unsettled or cannot be vouched for.",
    "clear": "No restriction in this rulebook stands against this request.",
}

ACTIVITIES = {"collect": "Collect", "disseminate": "Disseminate"}

MODALITIES = {
    "panchromatic": "Panchromatic",
    "multispectral": "Multispectral",
    "hyperspectral": "Hyperspectral",
    "swir": "Short-wave infrared (SWIR)",
    "mwir": "Mid-wave infrared (MWIR)",
    "lwir": "Long-wave infrared (LWIR)",
    "sar": "Synthetic aperture radar (SAR)",
    "lidar": "Lidar",
    "video": "Video",
    "non_earth": "Non-Earth imaging",
}

RECIPIENTS = {
    "us_government": "U.S. Government",
    "foreign_government": "Foreign government",
    "commercial": "Commercial or other",
}

KINDS = {
    "resolution_limit": "Resolution limit",
    "limited_operations": "Limited-operations directive",
    "withheld_area": "Withheld areas",
    "licence_cap": "License-specific cap",
    "licence_conditions": "License conditions",
    "non_earth_imaging": "Imaging of objects in space",
}

STATUSES = {
    "in_force": "In force",
    "proposed": "Proposed",
    "policy": "Policy",
    "licence_specific": "License-specific",
    "exercise": "Exercise only",
}

REMEDIES = {
    "coarsen": "Coarsen the product",
    "cut_out": "Cut a piece out",
    "move_dates": "Move the dates",
    "change_recipient": "Change the recipient",
    "change_activity": "Change the activity",
    "look_aside": "Commit to an off-nadir angle",
    "combined": "Several changes together",
}

KIND_NAMES = {
    "imaging": "Imaging request",
    "system": "Application for a system",
    "transfer": "Transfer abroad",
    "launch": "Launch abroad",
}

FIELDS = {
    "aoi": "the area of interest",
    "applicant.country": "the country of the applicant",
    "applicant.us_person": "whether the applicant is a U.S. person",
    "applicant.operated_from_us": "whether the system is operated from the United States",
    "licence.part_960": "whether the system is licensed under 15 CFR Part 960",
    "licence.tier": "the tier of the license",
    "licence.licensee": "the license holder",
    "recipient": "who receives the data",
    "recipient.kind": "who receives the data",
    "recipient.country": "the country of the recipient",
    "product": "the resolution of the product",
    "product.gsd_m": "the resolution of the product",
    "product.ipr_m": "the resolution of the product",
    "collection": "the days of collection",
    "activity": "what is done with the data",
}
"""Fields of a request as a sentence names them."""

REMAINS_SHOWN = 3
"""How many of the things that remain after a remedy are written out; the JSON answer has all."""

NBSP = "\u00a0"

_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def need(path: str) -> str:
    """What would settle a finding: a field of the request in words, or a text as it is."""
    return FIELDS.get(path, path)


def plain(text: str) -> str:
    """Text in which control characters and marks that reorder writing are shown, not obeyed."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """`plain`, with line breaks and tabs as spaces."""
    return plain(" ".join(text.split()) if re.search(r"[\t\r\n]", text) else text)


def worst_first(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Conflicts, then what is undetermined, conditions, and what is clear; else in the order given."""
    order = list(OUTCOMES)
    return sorted(findings, key=lambda f: order.index(f["outcome"]))


def deciding(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings of the worst outcome there is: those that make the verdict."""
    findings = worst_first(document["findings"])
    return [f for f in findings if f["outcome"] == findings[0]["outcome"]]


def verdict_sentence(document: Mapping[str, Any]) -> str:
    """What the verdict means, in one sentence."""
    return _VERDICT_SENTENCES[document["verdict"]]


def tally(document: Mapping[str, Any]) -> str:
    """ "1 conflict, 2 undetermined, 3 clear"."""
    counts = [(sum(f["outcome"] == o for f in document["findings"]), o) for o in OUTCOMES]
    words = [f"{n} {_counted(o, n)}" for n, o in counts if n]
    return ", ".join(words) or "no findings"


def _counted(outcome: str, count: int) -> str:
    word = OUTCOMES[outcome].lower()
    return word + "s" if count != 1 and outcome in ("conflict", "condition") else word


def day(iso: str | dt.date) -> str:
    """July 21, 2020."""
    return in_full(iso if isinstance(iso, dt.date) else dt.date.fromisoformat(iso))


def days(span: Mapping[str, str | None]) -> str:
    """A span with both days in: "July 21, 2020", "July 21 to 31, 2020 ...", "from July 21, 2020"."""
    start, end = span["start"], span["end"]
    assert start is not None
    if end is None:
        return f"from {day(start)}"
    return day(start) if start == end else f"{day(start)} to {day(end)}"


def instant(at: dt.datetime) -> str:
    """July 21, 2020, 14:05 UTC."""
    utc = at.astimezone(dt.UTC)
    return f"{in_full(utc.date())}, {utc:%H:%M} UTC"


def metres(value: float) -> str:
    """A resolution to the centimetre, finer where it was given finer: 0.40 m, 0.305 m."""
    text = f"{value:.2f}"
    return f"{text if float(text) == value else f'{value:.6g}'}{NBSP}m"


def number(value: float) -> str:
    """Three significant figures with thousands separated: 0.0123, 12.3, 1,230."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= 100:
        return f"{rounded:,.0f}"
    text = f"{rounded:#.3g}"
    return text if "e" not in text else f"{rounded:.8f}".rstrip("0")


def area(km2: float) -> str:
    """12.3 km²."""
    return f"{number(km2)}{NBSP}km²"


def distance(km: float) -> str:
    """12.4 km."""
    return f"{number(km)}{NBSP}km"


def share(part: float) -> str:
    """12.3%; small shares are not rounded to nothing, nor almost all to all."""
    percent = part * 100
    if 0 < percent < 0.1:
        return "under 0.1%"
    if 99.9 < percent < 100:
        return "over 99.9%"
    return f"{percent:.1f}%".replace(".0%", "%")


def degrees(value: float, positive: str, negative: str) -> str:
    """32.1° N; up to seven decimals, none without need."""
    text = f"{abs(value):.7f}".rstrip("0").rstrip(".")
    return f"{text}°{NBSP}{positive if value >= 0 else negative}"


def latitude(value: float) -> str:
    """Decimal degrees, N or S."""
    return degrees(value, "N", "S")


def longitude(value: float) -> str:
    """Decimal degrees, E or W."""
    return degrees(value, "E", "W")


def box(bbox: Iterable[float]) -> str:
    """A bounding box: south to north, west to east, to four decimals (about 10 m)."""
    west, south, east, north = (round(v, 4) for v in bbox)
    text = f"{latitude(south)} to {latitude(north)}, {longitude(west)} to {longitude(east)}"
    return f"{text} (across 180°)" if west > east else text


def plural(count: int, one: str, many: str | None = None) -> str:
    """ "1 corner", "1,204 corners"."""
    return f"{count:,}{NBSP}{one if count == 1 else many or one + 's'}"


def yes_no(value: bool | None) -> str:
    """Yes, No, or Not said."""
    return "Not said" if value is None else "Yes" if value else "No"


def resolution(sensor: Mapping[str, Any]) -> str:
    """A sensor's or product's own resolution with the word for what it measures."""
    if (gsd := sensor.get("gsd_m")) is not None:
        return f"{metres(gsd)} GSD"
    if (ipr := sensor.get("ipr_m")) is not None:
        return f"{metres(ipr)} IPR"
    if (in_range := sensor.get("ipr_range_m")) is not None:
        plane = f" ({sensor['ipr_plane']} plane)" if sensor.get("ipr_plane") else ""
        return f"{metres(in_range)} range × {metres(sensor['ipr_azimuth_m'])} azimuth IPR{plane}"
    return "not said"


def rows(request: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """A request document as (heading, lines), for a list that people read."""
    applicant, licence, recipient = (
        request["applicant"],
        request.get("licence") or {},
        request.get("recipient"),
    )
    product = request.get("product") or {}
    made: list[tuple[str, list[str]]] = [
        ("Reference", [request["reference"]]),
        ("Applicant", [f"{applicant['name']} ({applicant['country']})"]),
        ("U.S. person", [yes_no(applicant.get("us_person"))]),
        ("Operated from the United States", [yes_no(applicant.get("operated_from_us"))]),
        ("Sensors", [_sensor_words(s) for s in request["sensors"]]),
        ("Product", _product_words(product)),
        ("Licensed under 15 CFR Part 960", [yes_no(licence.get("part_960"))]),
        ("Tier", [f"Tier {licence['tier']}" if licence.get("tier") else "Not said"]),
        ("Activity", [" and ".join(ACTIVITIES[a].lower() for a in request["activity"]).capitalize()]),
        ("Recipient", [_recipient_words(recipient)]),
        ("Collection", [days(request["collection"])]),
    ]
    if licence.get("licensee"):
        made.insert(8, ("License holder", [licence["licensee"]]))
    if request.get("exercise"):
        made.append(("Exercise", ["Yes: exercise restrictions apply to this request"]))
    return made


def _sensor_words(sensor: Mapping[str, Any]) -> str:
    said = [f"{sensor['name']}: {MODALITIES[sensor['modality']]}, {resolution(sensor)}"]
    if (altitude := sensor.get("altitude_km")) is not None:
        said[0] += f" at {altitude:,g} km"
    if (lowest := sensor.get("lowest_altitude_km")) is not None:
        said.append(f"from {lowest:,g} km upward")
    if (ifov := sensor.get("ifov_urad")) is not None:
        said.append(f"{ifov:g} microradians IFOV")
    said += _span(sensor, "off_nadir_deg", "off nadir")
    said += _span(sensor, "incidence_deg", "incidence")
    return ", ".join(said)


def _span(sensor: Mapping[str, Any], angle: str, name: str) -> list[str]:
    """What a sensor says of an angle: up to 30° off nadir, 10° to 30° off nadir."""
    least, most = sensor.get(f"min_{angle}"), sensor.get(f"max_{angle}")
    if least is None:
        return [] if most is None else [f"up to {most:g}° {name}"]
    return [f"{least:g}° {name} or more" if most is None else f"{least:g}° to {most:g}° {name}"]


def _product_words(product: Mapping[str, Any]) -> list[str]:
    own = resolution(product)
    lines = ["The sensor's native resolution" if own == "not said" else own]
    return lines + [
        f"{resolution(piece)} inside piece {n}" for n, piece in enumerate(product.get("inside", ()), 1)
    ]


def _recipient_words(recipient: Mapping[str, Any] | None) -> str:
    if recipient is None:
        return "Not said"
    name = f"{recipient['name']}, " if recipient.get("name") else ""
    country = f" ({recipient['country']})" if recipient.get("country") else ""
    kind = RECIPIENTS[recipient["kind"]]
    return f"{name}{kind[0].lower() + kind[1:] if name and kind[:2] != 'U.' else kind}{country}"


def extent(geometry: Mapping[str, Any]) -> list[float]:
    """West, south, east, north of a GeoJSON outline; west > east where it crosses 180 degrees."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    spans = [(min(x), max(x)) for polygon in polygons for x in [[p[0] for p in polygon[0]]]]
    lats = [p[1] for polygon in polygons for p in polygon[0]]
    west, east = min(w for w, _ in spans), max(e for _, e in spans)
    if west == -180 and east == 180 and all(w >= 0 or e <= 0 for w, e in spans):
        west, east = min(w for w, _ in spans if w >= 0), max(e for _, e in spans if e <= 0)
    return [west, min(lats), east, max(lats)]


def changes_of(document: Mapping[str, Any], remedy: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a remedy changes in the request: heading, now, after."""
    now_, after = dict(rows(document["request"])), dict(rows(remedy["request"]))
    changed = [
        (name, "; ".join(now_.get(name, ["None"])), "; ".join(lines))
        for name, lines in after.items()
        if now_.get(name) != lines
    ]
    before_km2, after_km2 = document["aoi"]["area_km2"], remedy["aoi_after"]["area_km2"]
    if before_km2 != after_km2:
        changed.append(("Area", area(before_km2), area(after_km2)))
    return changed


def capitalized(text: object) -> str:
    """With a capital first, the rest as it is."""
    said = str(text)
    return said[:1].upper() + said[1:]
