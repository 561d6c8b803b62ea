"""Positions written by people: decimal degrees, degrees and minutes, MGRS/USNG, UTM; and a radius about one.

What could mean two things is refused with a question: a pair of bare numbers without an order, a UTM zone
with the letter S (southern half, or the band from 32 to 40 degrees north), a radius without a unit.
"""

import math
import re
from collections import Counter
from typing import Any

import attrs

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.geometry import circle
from rsiwg.intake.found import Feature, Found
from rsiwg.intake.shown import listed, shown
from rsiwg.settings import Limits

METRES_PER = {"m": 1.0, "ft": 0.3048, "km": 1000.0, "nm": 1852.0}
"""The foot is the international one; nm are nautical miles."""

_UNITS = {
    "m": "m", "meter": "m", "meters": "m", "metre": "m", "metres": "m",
    "ft": "ft", "foot": "ft", "feet": "ft",
    "km": "km", "kilometer": "km", "kilometers": "km", "kilometre": "km", "kilometres": "km",
    "nm": "nm", "nmi": "nm", "nautical mile": "nm", "nautical miles": "nm",
}  # fmt: skip
_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,15})?"
_RADIUS = re.compile(
    rf"[\s,;]*(?:\bradius|\bcircle|\br)\s*(?:of\s*)?[:=]?\s*(?P<number>{_NUMBER}|\.[0-9]{{1,15}})\s*(?P<unit>[a-z]+(?:\s+[a-z]+)?)?\s*\.?\s*$"
    rf"|[\s,;]+(?P<number2>{_NUMBER})\s*(?P<unit2>[a-z]+(?:\s+[a-z]+)?)?\s+radius\s*\.?\s*$",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\s*(?P<one>lat|latitude|lon|long|lng|longitude)\s*[,/;\t ]\s*(?P<two>lat|latitude|lon|long|lng|longitude)\s*(?:[:\n]|$)",
    re.IGNORECASE,
)
_ANGLE = re.compile(
    rf"(?P<d>{_NUMBER})(?:\s*[°:\- ]\s*(?P<m>{_NUMBER})(?:\s*[':\- ]\s*(?P<s>{_NUMBER})\s*\"?|\s*'?)|\s*°?)"
)
_MGRS = re.compile(
    r"(?P<zone>[0-9]{1,2}[C-HJ-NP-X]|[ABYZ])\s*(?P<square>[A-HJ-NP-Z]{2})\s*(?P<digits>[0-9]+(?:\s+[0-9]+)?)?"
)
_UTM = re.compile(
    rf"(?:UTM\s*)?(?:ZONE\s*)?(?P<zone>[0-9]{{1,2}})\s*(?P<half>NORTH|SOUTH|[C-HJ-NP-X])\s*[,\s]\s*"
    rf"(?P<e>{_NUMBER})\s*M?\s*E?\s*[,\s]\s*(?P<n>{_NUMBER})\s*M?\s*N?"
)
_LONGEST_RADIUS = 100
"""Characters at the end of a text in which a radius is looked for."""
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_SAME_SIGN = str.maketrans(
    {"′": "'", "’": "'", "‘": "'", "´": "'", "`": "'", "ʹ": "'", "″": '"', "”": '"', "“": '"', "ʺ": '"',
     "º": "°", "˚": "°", "−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\r": "\n"}
)  # fmt: skip
_HOW = (
    "give one position a line, such as 32.0853N 34.7818E, 32°05'07\"N 34°46'54\"E, 36S XA 67996 50689 or "
    "UTM 36 north 668000 3551000"
)


@attrs.frozen
class _Position:
    lon: float
    lat: float
    notation: str
    note: str | None = None


def from_coordinates(text: str, limits: Limits) -> Found:
    """Find the area of a list of corners, or of one position with a radius.

    Raises:
        InvalidGeometry: naming the position that cannot be read, or could be read two ways.
    """
    text = re.sub(r"[^\S\n]+", " ", text.translate(_SAME_SIGN).replace("''", '"')).strip()
    _refuse_too_many(text, limits)
    tail = max(0, len(text) - _LONGEST_RADIUS)
    radius = _RADIUS.search(text[tail:])
    order: str | None = None
    body = text[: tail + radius.start()] if radius else text
    if (said := _ORDER.match(body)) is not None:
        order, body = _said_order(said), body[said.end() :]
    lines = [line.strip() for line in re.split(r"[;\n]", body) if line.strip(" ,\t()[]")]
    positions, changes = _positions(lines, order)
    if radius is not None:
        return _circle(positions, radius, changes)
    return _outline(positions, changes)


def _refuse_too_many(text: str, limits: Limits) -> None:
    """Each position has a line of its own, or two letters."""
    lines, letters = text.count("\n") + text.count(";"), sum(text.count(c) for c in "NSEWnsew")
    if lines > 2 * limits.max_vertices or letters > 4 * limits.max_vertices:
        raise TooLarge(f"this lists more positions than the limit of {limits.max_vertices:,} (max_vertices)")


def radius_area(lon_deg: float, lat_deg: float, radius: float, unit: str) -> tuple[Any, tuple[str, ...]]:
    """A circle as an `Area`, and what was changed."""
    metres = radius * METRES_PER[unit]
    says = f"The circle of {radius:g} {unit} about {notations(lon_deg, lat_deg)['decimal']} was drawn with 360 corners"
    if unit != "m":
        says += f", {radius:g} {unit} being {metres:g} m"
    return circle(lon_deg, lat_deg, metres), (f"{says}.",)


def notations(lon: float, lat: float) -> dict[str, str]:
    """One position in three notations: decimal degrees, degrees minutes seconds, MGRS; for showing it back."""
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 90 and abs(lon) <= 540):
        raise InvalidGeometry("a position is a longitude within 180 and a latitude within 90 degrees")
    lon = (lon + 180) % 360 - 180 if abs(lon) > 180 else lon
    return {
        "decimal": f"{abs(lat):.7f}° {'S' if lat < 0 else 'N'}, {abs(lon):.7f}° {'W' if lon < 0 else 'E'}",
        "dms": f"{_dms(lat, 'NS')}, {_dms(lon, 'EW')}",
        "mgrs": _spaced(_mgrs_of(lon, lat)),
    }


def _dms(degrees: float, letters: str) -> str:
    hundredths = round(abs(degrees) * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6_000)
    return f"{whole}° {minutes:02d}′ {seconds / 100:05.2f}″ {letters[degrees < 0]}"


def _mgrs_of(lon: float, lat: float) -> str:
    from mgrs import MGRS  # noqa: PLC0415 - a C library, needed for this only

    return str(MGRS().toMGRS(lat, lon, MGRSPrecision=5))


def _spaced(mgrs: str) -> str:
    head, easting, northing = mgrs[:-10], mgrs[-10:-5], mgrs[-5:]
    return f"{head[:-2]} {head[-2:]} {easting} {northing}"


# ------------------------------------------------------------------------------- the list and the circle


def _outline(positions: list[_Position], changes: tuple[str, ...]) -> Found:
    if len(positions) == 1:
        raise InvalidGeometry(
            "an area is needed, and this is one position: add a radius with its unit, such as radius 500 m, or more corners"
        )
    ring = [[p.lon, p.lat] for p in positions]
    if ring[0] != ring[-1]:
        ring.append(ring[0])
        changes = (*changes, "The outline was closed: its first corner was repeated at the end.")
    if len(ring) < 4:
        raise InvalidGeometry(
            "an area needs at least three corners: add positions, or give one position and a radius"
        )
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return Found(format="list of coordinates", features=[Feature(geometry=geometry)], changes=changes)


def _circle(positions: list[_Position], match: re.Match[str], changes: tuple[str, ...]) -> Found:
    if len(positions) != 1:
        raise InvalidGeometry(
            f"a radius goes with one position, and there are {len(positions)}: give one, or no radius"
        )
    word = match["unit"] or match["unit2"] or ""
    unit = _UNITS.get(re.sub(r"\s+", " ", word.lower()))
    if unit is None:
        what = (
            f'the unit "{shown(word, 20)}" of the radius is not known' if word else "the radius has no unit"
        )
        raise InvalidGeometry(f"{what}: give m, ft, km or nm (nautical miles), such as radius 500 m")
    area, said = radius_area(
        positions[0].lon, positions[0].lat, float(match["number"] or match["number2"]), unit
    )
    return Found(
        format="position with a radius", features=[Feature(geometry=area)], changes=(*changes, *said)
    )


def _positions(lines: list[str], order: str | None) -> tuple[list[_Position], tuple[str, ...]]:
    bare = {n: pair for n, line in enumerate(lines) if (pair := _bare_pair(line)) is not None}
    changes: list[str] = []
    if bare and order is None:
        order = _order_of(bare)
        first = "latitude" if order == "lat" else "longitude"
        changes.append(f"Numbers without letters were read with {first} first, since one value is beyond 90.")
    found: list[_Position] = []
    for n, line in enumerate(lines):
        if n in bare:
            one, two = bare[n]
            lat, lon = (one, two) if order == "lat" else (two, one)
            _refuse_off_globe(lon, lat, n)
            found.append(_Position(lon, lat, "degrees"))
        else:
            found.extend(_read(line, n))
    if not found:
        raise InvalidGeometry(f"there is no position in this: {_HOW}")
    kinds = Counter(p.notation for p in found if p.notation != "degrees")
    if kinds:
        changes.append(f"Positions in {listed(sorted(kinds))} were turned into longitude and latitude.")
    changes.extend(dict.fromkeys(p.note for p in found if p.note))
    return found, tuple(changes)


def _said_order(match: re.Match[str]) -> str:
    one, two = match["one"].lower()[:2], match["two"].lower()[:2]
    first, second = ("lat" if w == "la" else "lon" for w in (one, two))
    if first == second:
        raise InvalidGeometry('the first line says the same order twice: write "lat lon" or "lon lat"')
    return first


def _order_of(bare: dict[int, tuple[float, float]]) -> str:
    first_is_lon = any(abs(one) > 90 for one, _ in bare.values())
    second_is_lon = any(abs(two) > 90 for _, two in bare.values())
    if first_is_lon == second_is_lon:
        n, (one, two) = next(iter(bare.items()))
        why = (
            "some have latitude first and some longitude" if first_is_lon else "either could be the latitude"
        )
        raise InvalidGeometry(
            f"position {n + 1} ({one:g}, {two:g}) has no letters, and {why}: add N or S and E or W to each value, "
            'or write "lat lon" or "lon lat" in a line before the list'
        )
    return "lon" if first_is_lon else "lat"


# --------------------------------------------------------------------------------------- one position


def _read(line: str, number: int) -> list[_Position]:
    text = re.sub(r"[\t ]+", " ", line.upper().strip(" ,()[]"))
    if (utm := _UTM.fullmatch(text)) is not None:
        return [_from_utm(utm, number)]
    if (mgrs := _MGRS.fullmatch(text)) is not None:
        return [_from_mgrs(mgrs, number)]
    if re.search(r"[NSEW]", text) and not re.search(r"[^NSEW0-9.,°'\": +\-]", text):
        return _from_lettered(text, number)
    raise _unreadable(line, number)


def _from_lettered(text: str, number: int) -> list[_Position]:
    """Values with hemisphere letters, before or after them throughout; any number of pairs."""
    prefixed = text[0] in "NSEW"
    written = re.split("([NSEW])", text)
    letters = written[1::2]
    angles_of, rest = (written[2::2], written[0]) if prefixed else (written[0:-1:2], written[-1])
    if rest.strip() or len(letters) % 2:
        raise _unreadable(text, number)
    angles = [
        _hemisphere(letter, angle, text, number) for letter, angle in zip(letters, angles_of, strict=True)
    ]
    found = []
    for (axis, one), (other, two) in zip(angles[::2], angles[1::2], strict=True):
        if axis == other:
            raise InvalidGeometry(
                f'position {number + 1} ("{shown(text)}") has two values of one kind: give one with N or S and one with E or W'
            )
        lat, lon = (one, two) if axis == "lat" else (two, one)
        found.append(_Position(lon, lat, "degrees"))
    return found


def _hemisphere(letter: str, written: str, line: str, number: int) -> tuple[str, float]:
    axis = "lat" if letter in "NS" else "lon"
    text = written.strip(" ,")
    if text[:1] in ("-", "+"):
        raise InvalidGeometry(
            f'position {number + 1} ("{shown(line)}") has both a sign and a letter: keep one of them'
        )
    value = _angle(text, line, number, axis)
    most = 90 if axis == "lat" else 180
    if value > most:
        raise InvalidGeometry(
            f'position {number + 1} ("{shown(line)}") has a value beyond {most} degrees: correct it'
        )
    return axis, -value if letter in "SW" else value


def _angle(text: str, line: str, number: int, axis: str | None = None) -> float:
    match = _ANGLE.fullmatch(text)
    if match is None:
        raise _unreadable(line, number)
    d, m, s = match["d"], match["m"], match["s"]
    if m is None and axis is not None and "°" not in text:
        d, m, s = _unpacked(d, axis, line, number)
    if any(part is not None and "." in whole for whole, part in ((d, m), (m or "", s))):
        raise InvalidGeometry(
            f'position {number + 1} ("{shown(line)}") has decimals before its last part: keep them in the last part only'
        )
    minutes, seconds = float(m or 0), float(s or 0)
    if minutes >= 60 or seconds >= 60:
        raise InvalidGeometry(
            f'position {number + 1} ("{shown(line)}") has 60 minutes or seconds, or more: correct it'
        )
    return float(d) + minutes / 60 + seconds / 3600


def _unpacked(digits: str, axis: str, line: str, number: int) -> tuple[str, str | None, str | None]:
    """DDMM, DDMMSS, DDDMM and DDDMMSS written without a space, as aeronautical charts do."""
    whole = digits.partition(".")[0]
    width = 2 if axis == "lat" else 3
    if len(whole) <= 3:
        return digits, None, None
    if len(whole) == width + 2:
        return digits[:width], digits[width:], None
    if len(whole) == width + 4:
        return digits[:width], digits[width : width + 2], digits[width + 2 :]
    raise _unreadable(line, number)


def _bare_pair(line: str) -> tuple[float, float] | None:
    """Two signed values without letters, each of one to three numbers; None where it is something else."""
    text = re.sub(r"[\t ]+", " ", line.strip(" ,()[]"))
    if not re.fullmatch(r"[0-9.,°'\": +\-]+", text):
        return None
    halves = [half.strip() for half in text.split(",")]
    if len(halves) == 1:
        tokens = text.split(" ")
        half, odd = divmod(len(tokens), 2)
        halves = [] if odd else [" ".join(tokens[:half]), " ".join(tokens[half:])]
    if len(halves) != 2 or not all(halves):
        return None
    try:
        one, two = (_signed(half, line) for half in halves)
    except InvalidGeometry:
        return None
    return one, two


def _signed(text: str, line: str) -> float:
    value = _angle(text.lstrip("+-").strip(), line, 0)
    return -value if text.startswith("-") else value


def _refuse_off_globe(lon: float, lat: float, number: int) -> None:
    if abs(lat) > 90 or abs(lon) > 540:
        raise InvalidGeometry(
            f"position {number + 1} has latitude {lat:g} and longitude {lon:g}, which is not on the Earth: "
            "give degrees, and check the order"
        )


def _unreadable(line: str, number: int) -> InvalidGeometry:
    if re.fullmatch(r"\s*-?\d+,\d+[\s;]+-?\d+,\d+\s*", line):
        return InvalidGeometry(
            f'position {number + 1} ("{shown(line)}") seems to have decimal commas: write decimal points'
        )
    return InvalidGeometry(f'position {number + 1} ("{shown(line)}") cannot be read: {_HOW}')


def _from_mgrs(match: re.Match[str], number: int) -> _Position:
    from mgrs import MGRS  # noqa: PLC0415 - a C library, needed for this only
    from mgrs.core import MGRSError  # noqa: PLC0415

    digits = re.sub(r"\s+", " ", match["digits"] or "")
    halves = digits.split(" ")
    digits = digits.replace(" ", "")
    written = shown(match[0])
    if (
        not digits
        or len(digits) % 2
        or len(digits) > 10
        or (len(halves) == 2 and len(halves[0]) != len(halves[1]))
    ):
        raise InvalidGeometry(
            f'position {number + 1} ("{written}") needs an even number of digits, 2 to 10, as many east as north'
        )
    zone = match["zone"] if match["zone"].isalpha() else match["zone"].zfill(3)
    try:
        lat, lon = MGRS().toLatLon(f"{zone}{match['square']}{digits}")
    except MGRSError:
        raise InvalidGeometry(
            f'position {number + 1} ("{written}") is not a place in MGRS: check the zone, the band and the square'
        ) from None
    size = 10 ** (5 - len(digits) // 2)
    note = None if size == 1 else f"MGRS to {size:,} m: the south-west corner of its square was taken."
    return _Position(float(lon), float(lat), "MGRS", note)


def _from_utm(match: re.Match[str], number: int) -> _Position:
    from pyproj import Transformer  # noqa: PLC0415 - kept beside its only use

    zone, half = int(match["zone"]), match["half"]
    easting, northing = float(match["e"]), float(match["n"])
    written = shown(match[0])
    if not 1 <= zone <= 60:
        raise InvalidGeometry(
            f'position {number + 1} ("{written}") is in zone {zone}, and zones run from 1 to 60'
        )
    if half == "S":
        raise InvalidGeometry(
            f'position {number + 1} ("{written}"): S could mean south of the equator or the band from 32 to 40 degrees '
            f"north; write UTM {zone} north or UTM {zone} south"
        )
    if not (100_000 <= easting < 1_000_000 and northing <= 10_000_000):
        raise InvalidGeometry(
            f'position {number + 1} ("{written}") needs an easting of 100,000 to 999,999 m and then a northing of '
            "at most 10,000,000 m: check the order"
        )
    north = half == "NORTH" or (half != "SOUTH" and half >= "N")
    back = Transformer.from_crs(
        f"EPSG:{32600 if north else 32700}".replace("00", f"{zone:02d}"), "OGC:CRS84", always_xy=True
    )
    lon, lat = (float(v) for v in back.transform(easting, northing))
    if len(half) == 1 and half != "N":
        south_edge = -80 + 8 * _BANDS.index(half)
        if not south_edge - 0.5 <= lat <= south_edge + (12 if half == "X" else 8) + 0.5:
            raise InvalidGeometry(
                f'position {number + 1} ("{written}") lies at latitude {lat:.3f}, outside of band {half}: '
                f"check the northing, or write UTM {zone} north or UTM {zone} south"
            )
    if not abs(lat) <= 84.5:
        raise InvalidGeometry(
            f'position {number + 1} ("{written}") lies beyond the reach of UTM: use MGRS or degrees'
        )
    return _Position(lon, lat, "UTM")
