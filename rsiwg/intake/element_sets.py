"""Orbital element sets: TLE, CCSDS OMM (JSON, XML, KVN), or a line that describes an orbit or a constellation.

A TLE is refused with the line and the column of what is wrong, and with the checksum it should have: many
element sets in circulation are invented or were damaged on the way.  OMM has no checksum; its numbers must
be physical.  XML is read with expat and without a document type, as KML is.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

import attrs

from rsiwg.errors import InvalidSubmission, TooLarge
from rsiwg.intake.shown import listed, shown
from rsiwg.intake.strict_json import read_json_value
from rsiwg.sensing.elements import MOST_SATELLITES, ElementSet, mean_elements, walker
from rsiwg.settings import Limits

TAKEN = (
    "a TLE (two or three lines), an OMM as JSON, XML or KVN, or a line such as "
    '"orbit altitude_km=617 ltan=10:30" or "walker 53:24/3/1 @550km"'
)
_MOST_BYTES = 5_000_000
_EPOCH_ZERO = dt.datetime(1949, 12, 31, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True)
class ReadElements:
    """Element sets as read."""

    elements: tuple[ElementSet, ...]
    format: str
    remarks: tuple[str, ...] = ()
    """Sentences: what is odd about a set that was taken."""


def read_element_sets(data: bytes, limits: Limits, *, epoch: dt.datetime) -> ReadElements:
    """Read a file of element sets.  Its content decides the format, and not its name.

    `epoch` is the epoch of an orbit or constellation that is described by altitude and inclination.

    Raises:
        InvalidSubmission: keyed by line and column, or by the field of the OMM.
        TooLarge: over 5 MB, or over 2,000 satellites.
    """
    if len(data) > min(limits.max_body_bytes, _MOST_BYTES):
        raise TooLarge(
            f"this file is {len(data):,} bytes, over the limit of {_MOST_BYTES:,} for element sets"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidSubmission(
            {"tle": f"this is not text in UTF-8 (byte {exc.start + 1}): send {TAKEN}"}
        ) from None
    return read_element_text(text, limits, epoch=epoch)


def read_element_text(text: str, limits: Limits, *, epoch: dt.datetime) -> ReadElements:
    """As `read_element_sets`, of text."""
    body = text.strip()
    if not body:
        raise InvalidSubmission({"tle": f"this is empty: send {TAKEN}"})
    if body.startswith("<"):
        found, format_ = tuple(_from_omm(fields, "OMM (XML)") for fields in _xml(body)), "OMM (XML)"
    elif body.startswith(("{", "[")):
        found, format_ = (
            tuple(_from_omm(fields, "OMM (JSON)") for fields in _json(body, limits)),
            "OMM (JSON)",
        )
    elif re.search(r"^\s*(CCSDS_OMM_VERS|MEAN_MOTION)\s*=", body, re.MULTILINE):
        found, format_ = tuple(_from_omm(fields, "OMM (KVN)") for fields in _kvn(body)), "OMM (KVN)"
    elif re.match(r"(orbit|walker(-star|-delta)?)\b", body, re.IGNORECASE):
        found, format_ = tuple(_described(body, epoch)), "mean elements"
    else:
        found, format_ = tuple(_tles(text)), "TLE"
    if not found:
        raise InvalidSubmission({"tle": f"no element set was found: send {TAKEN}"})
    if len(found) > MOST_SATELLITES:
        raise TooLarge(f"this holds {len(found):,} satellites, over the limit of {MOST_SATELLITES:,}")
    twice = (
        [e.name for n, e in enumerate(found) if any(e == other for other in found[:n])]
        if len(found) < 200
        else []
    )
    said = [f"{shown(twice[0])} is given twice with the same elements."] if twice else []
    return ReadElements(
        elements=found, format=format_, remarks=(*said, *(remark for e in found for remark in e.remarks()))
    )


# ---------------------------------------------------------------------------------------------- TLE

_INTEGER, _DECIMAL = r"[ 0-9]*[0-9]", r"[ +-]*[0-9]*\.[0-9]+"
_EXPONENT = r"[ +-][0-9]{5}[+-][0-9]"
_FIELDS_1 = (
    (3, 7, r"[0-9A-HJ-NP-Z ][0-9 ]{3}[0-9]", "the catalogue number"),
    (8, 8, r"[UCS ]", "the classification"),
    (10, 17, r"(?:[0-9]{2}[0-9 ]{3}[A-Z ]{0,3}| *)", "the international designator"),
    (19, 20, r"[0-9]{2}", "the year of the epoch"),
    (21, 32, r"[ 0-9]{3}\.[0-9]{8}", "the day of the epoch"),
    (34, 43, r"[ +-][ 0]?\.[0-9]{8}", "the first derivative of the mean motion"),
    (45, 52, _EXPONENT, "the second derivative of the mean motion"),
    (54, 61, _EXPONENT, "the drag term"),
    (63, 63, r"[0-9 ]", "the ephemeris type"),
    (65, 68, _INTEGER, "the element set number"),
)
_FIELDS_2 = (
    (3, 7, r"[0-9A-HJ-NP-Z ][0-9 ]{3}[0-9]", "the catalogue number"),
    (9, 16, r"[ 0-9]{3}\.[0-9]{4}", "the inclination"),
    (18, 25, r"[ 0-9]{3}\.[0-9]{4}", "the right ascension of the ascending node"),
    (27, 33, r"[0-9]{7}", "the eccentricity"),
    (35, 42, r"[ 0-9]{3}\.[0-9]{4}", "the argument of perigee"),
    (44, 51, r"[ 0-9]{3}\.[0-9]{4}", "the mean anomaly"),
    (53, 63, r"[ 0-9]{2}\.[0-9]{8}", "the mean motion"),
    (64, 68, r"[ 0-9]{5}", "the revolution number"),
)
_SPACES = {1: (2, 9, 18, 33, 44, 53, 62, 64), 2: (2, 8, 17, 26, 34, 43, 52)}


def tle_checksum(line: str) -> int:
    """The checksum of a TLE line: the digits of its first 68 columns and one for each minus sign, modulo 10."""
    return sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10


def _tles(text: str) -> Iterator[ElementSet]:
    name, first = "", None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.rstrip()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("1 ") and first is None:
            first = (number, line)
        elif line.startswith("2 ") and first is not None:
            yield _tle(name, *first, number, line)
            name, first = "", None
        elif first is not None:
            raise _wrong(
                number,
                1,
                f"line 2 of the TLE is expected here, starting with '2 ', and this starts with {shown(line[:10])!r}",
            )
        elif line.startswith("2 ") and len(line) > 60:
            raise _wrong(number, 1, "this is line 2 of a TLE without its line 1 before it")
        elif name:
            raise _wrong(
                number,
                1,
                f"line 1 of the TLE of {shown(name)!r} is expected here, starting with '1 '; send {TAKEN}",
            )
        else:
            name = shown(line.removeprefix("0 ").strip())
    if first is not None:
        raise _wrong(first[0], 1, "this TLE has no line 2")
    if name:
        raise InvalidSubmission({"tle": f"no TLE follows {name!r}: send {TAKEN}"})


def _tle(name: str, at_1: int, line_1: str, at_2: int, line_2: str) -> ElementSet:
    for at, line, fields in ((at_1, line_1, _FIELDS_1), (at_2, line_2, _FIELDS_2)):
        _check_line(at, line, fields)
    if line_1[2:7] != line_2[2:7]:
        raise _wrong(
            at_2,
            3,
            f"the catalogue number is {line_2[2:7]!r} here and {line_1[2:7]!r} in line 1: the lines are of two satellites",
        )
    year = int(line_1[18:20])
    year += 1900 if year >= 57 else 2000
    day = float(line_1[20:32])
    if not 1 <= day < 366 + (year % 4 == 0):
        raise _wrong(at_1, 21, f"day {day:g} of the year does not exist in {year}")
    launched = line_1[9:11].strip()
    if launched and int(launched) + (1900 if int(launched) >= 57 else 2000) > year:
        raise _wrong(
            at_1,
            10,
            f"the designator {line_1[9:17].strip()} is of a launch after the epoch in {year}: the set is made up or damaged",
        )
    norad_id = _catalogue_number(line_1[2:7])
    try:
        return ElementSet(
            name=name or f"NORAD {norad_id}",
            norad_id=norad_id,
            object_id=_designator(line_1[9:17]),
            epoch_days=round((dt.datetime(year, 1, 1, tzinfo=dt.UTC) - _EPOCH_ZERO).days + day - 1, 8),
            mean_motion_dot=float(line_1[33:43].replace(" ", "")),
            mean_motion_ddot=_exponent(line_1[44:52]),
            bstar=_exponent(line_1[53:61]),
            inclination_deg=float(line_2[8:16]),
            raan_deg=float(line_2[17:25]),
            eccentricity=float("0." + line_2[26:33]),
            arg_perigee_deg=float(line_2[34:42]),
            mean_anomaly_deg=float(line_2[43:51]),
            mean_motion_rev_day=float(line_2[52:63]),
        )
    except InvalidSubmission as exc:
        raise InvalidSubmission(
            {f"line {at_2}, {field}": why for field, why in exc.problems.items()}
        ) from None


def _check_line(at: int, line: str, fields: tuple[tuple[int, int, str, str], ...]) -> None:
    if (odd := next((n for n, c in enumerate(line) if not " " <= c <= "~"), None)) is not None:
        raise _wrong(
            at, odd + 1, f"the character {shown(line[odd])!r} (U+{ord(line[odd]):04X}) has no place in a TLE"
        )
    if len(line) != 69:
        raise _wrong(
            at,
            min(len(line), 69) + 1,
            f"a TLE line has 69 columns, and this has {len(line)}: copy it again, with its spaces",
        )
    for column in _SPACES[int(line[0])]:
        if line[column - 1] != " ":
            raise _wrong(
                at, column, f"a space is expected, and this is {line[column - 1]!r}: the columns are shifted"
            )
    for begin, end, pattern, what in fields:
        written = line[begin - 1 : end]
        if not re.fullmatch(pattern, written):
            raise _wrong(at, begin, f"{what} (columns {begin}-{end}) cannot be {written!r}")
    right = tle_checksum(line)
    if line[68] != str(right):
        raise _wrong(
            at,
            69,
            f"the checksum is {line[68]!r} and should be {right}: the line was damaged or made up; fetch the set again",
        )


def _wrong(line: int, column: int, why: str) -> InvalidSubmission:
    return InvalidSubmission({f"line {line}, column {column}": why})


def _catalogue_number(written: str) -> int:
    """Five digits, or Alpha-5: a letter without I and O for the first two digits (10 to 33)."""
    if written[0].isalpha():
        return "ABCDEFGHJKLMNPQRSTUVWXYZ".index(written[0]) * 10_000 + 100_000 + int(written[1:])
    return int(written.replace(" ", "0"))


def _designator(written: str) -> str:
    written = written.strip()
    if not written:
        return ""
    year = int(written[:2])
    return f"{year + (1900 if year >= 57 else 2000)}-{written[2:].strip()}"


def _exponent(written: str) -> float:
    """Such as ``-11606-4``: a decimal point is assumed before the first digit."""
    sign = -1.0 if written[0] == "-" else 1.0
    return sign * float(f"0.{written[1:6]}e{written[6:8]}")


# ---------------------------------------------------------------------------------------------- OMM

_NEEDED = (
    "EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY",
)  # fmt: skip
_OPTIONAL = ("BSTAR", "MEAN_MOTION_DOT", "MEAN_MOTION_DDOT")
_AS_SAID = {"REF_FRAME": "TEME", "TIME_SYSTEM": "UTC", "CENTER_NAME": "EARTH"}
_THEORIES = ("SGP4", "SGP/SGP4", "SGP", "")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")
_EPOCH = re.compile(r"(\d{4})-(?:(\d{2})-(\d{2})|(\d{3}))[T ](\d{2}):(\d{2}):(\d{2}(?:\.\d{1,12})?)Z?")


def _from_omm(fields: Mapping[str, Any], format_: str) -> ElementSet:
    problems: dict[str, str] = {}
    name = shown(
        fields.get("OBJECT_NAME") or fields.get("OBJECT_ID") or fields.get("NORAD_CAT_ID") or "unnamed"
    )
    if missing := [field for field in _NEEDED if fields.get(field) in (None, "")]:
        problems[missing[0]] = f"{name}: {listed(missing, 8)} must be given in an OMM with mean elements"
    for field, only in _AS_SAID.items():
        said = str(fields.get(field) or only).strip()
        if said.upper() != only:
            problems[field] = f"{name}: {shown(said)!r} is not taken: SGP4 needs {only}"
    theory = str(fields.get("MEAN_ELEMENT_THEORY") or "").strip().upper()
    if theory not in _THEORIES:
        problems["MEAN_ELEMENT_THEORY"] = (
            f"{name}: {shown(theory)!r} is not taken: only SGP4 elements are (SGP4-XP needs another propagator)"
        )
    numbers = {}
    for field in (*_NEEDED[1:], *_OPTIONAL, "NORAD_CAT_ID"):
        if (written := fields.get(field)) in (None, ""):
            continue
        if isinstance(written, bool) or not _NUMBER.fullmatch(str(written).strip()):
            problems[field] = f"{name}: {shown(written)!r} is not a number"
        else:
            numbers[field] = float(str(written))
    epoch = _omm_epoch(str(fields.get("EPOCH", "")).strip())
    if epoch is None and "EPOCH" not in missing:
        problems["EPOCH"] = (
            f"{name}: {shown(fields.get('EPOCH'))!r} is not a time: write it as 2026-11-25T08:30:00.000000"
        )
    norad = numbers.get("NORAD_CAT_ID")
    if norad is not None and not (norad == int(norad) and 0 <= norad < 1e9):
        problems["NORAD_CAT_ID"] = f"{name}: {norad:g} is no catalogue number: 1 to 9 digits"
    if problems:
        raise InvalidSubmission(problems)
    assert epoch is not None
    return ElementSet(
        name=name,
        norad_id=None if norad is None else int(norad),
        object_id=shown(fields.get("OBJECT_ID") or ""),
        epoch_days=epoch,
        mean_motion_rev_day=numbers["MEAN_MOTION"],
        eccentricity=numbers["ECCENTRICITY"],
        inclination_deg=numbers["INCLINATION"],
        raan_deg=numbers["RA_OF_ASC_NODE"],
        arg_perigee_deg=numbers["ARG_OF_PERICENTER"],
        mean_anomaly_deg=numbers["MEAN_ANOMALY"],
        bstar=numbers.get("BSTAR", 0.0),
        mean_motion_dot=numbers.get("MEAN_MOTION_DOT", 0.0),
        mean_motion_ddot=numbers.get("MEAN_MOTION_DDOT", 0.0),
        source="OMM",
    )


def _omm_epoch(written: str) -> float | None:
    """Days since 1949-12-31, of a calendar date or a day of the year (CCSDS 301.0-B, ASCII time codes A and B)."""
    found = _EPOCH.fullmatch(written)
    if found is None:
        return None
    year, month, day, of_year, hour, minute, second = found.groups()
    try:
        date = (
            dt.date(int(year), int(month), int(day))
            if of_year is None
            else dt.date(int(year), 1, 1) + dt.timedelta(days=int(of_year) - 1)
        )
    except ValueError:
        return None
    if date.year != int(year) or int(hour) > 23 or int(minute) > 59 or float(second) >= 61:
        return None
    seconds = int(hour) * 3600 + int(minute) * 60 + float(second)
    return (date - _EPOCH_ZERO.date()).days + seconds / 86400


def _json(text: str, limits: Limits) -> Iterator[Mapping[str, Any]]:
    value = read_json_value(text.encode("utf-8"), limits)
    for n, entry in enumerate(value if isinstance(value, list) else [value], start=1):
        if not isinstance(entry, dict):
            raise InvalidSubmission({f"[{n}]": "each entry must be an object with the fields of an OMM"})
        yield {str(key).upper(): field for key, field in entry.items()}


def _kvn(text: str) -> Iterator[Mapping[str, str]]:
    fields: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("COMMENT"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise InvalidSubmission(
                {f"line {number}": f"KEYWORD = value is expected, and this is {shown(line)!r}"}
            )
        key = key.strip()
        if key in ("CCSDS_OMM_VERS", "OBJECT_NAME") and "MEAN_MOTION" in fields:
            yield fields
            fields = {}
        if key in fields:
            raise InvalidSubmission({f"line {number}": f"{shown(key)} is given twice in one message"})
        fields[key] = re.sub(r"\s*\[[^\]]*\]$", "", value.strip())
    if fields:
        yield fields


_MOST_ELEMENTS = 500_000


def _xml(text: str) -> list[Mapping[str, str]]:
    reader = _OmmReader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refused
    parser.EntityDeclHandler = _refused
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(re.sub(r"^<\?xml[^>]*\?>", "", text, count=1).encode("utf-8"), True)
    except expat.ExpatError as exc:
        raise InvalidSubmission(
            {f"line {exc.lineno}": f"this is not well-formed XML ({expat.ErrorString(exc.code)})"}
        ) from None
    return reader.found


def _refused(*_: Any) -> None:
    raise InvalidSubmission(
        {"tle": "this XML has a document type or an entity, which is not taken: remove it; an OMM needs none"}
    )


class _OmmReader:
    """Gathers the leaves of each ``omm`` (or each ``segment``) while expat runs through the document."""

    def __init__(self) -> None:
        self.found: list[Mapping[str, str]] = []
        self._fields: dict[str, str] = {}
        self._text = ""
        self._elements = 0

    def start(self, _tag: str, _attributes: Mapping[str, str]) -> None:
        self._text = ""
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise TooLarge(f"this XML has over {_MOST_ELEMENTS:,} elements")

    def text(self, data: str) -> None:
        self._text += data[:1000]

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "segment":
            self.found.append(self._fields)
            self._fields = {}
        elif tag.isupper():
            self._fields[tag] = self._text.strip()
        self._text = ""


# ------------------------------------------------------------------------------- described orbits

_WALKER = re.compile(
    r"walker(?P<star>-star|-delta)?\s+(?P<i>[0-9.]+|sso)\s*:\s*(?P<t>\d{1,6})\s*/\s*(?P<p>\d{1,6})\s*/\s*(?P<f>\d{1,6})"
    r"\s*@\s*(?P<h>[0-9.]+)\s*km(?P<rest>.*)",
    re.IGNORECASE,
)
_PAIR = re.compile(r"([a-z_]+)\s*=\s*([^\s,;]+)", re.IGNORECASE)
_ORBIT_FIELDS = (
    "altitude_km", "inclination_deg", "ltan", "ltdn", "raan_deg", "mean_anomaly_deg", "eccentricity", "arg_perigee_deg",
)  # fmt: skip


def _described(text: str, epoch: dt.datetime) -> Iterator[ElementSet]:
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            yield from (
                _walker_line(line, epoch)
                if line.lower().startswith("walker")
                else [_orbit_line(line, number, epoch)]
            )
        except InvalidSubmission as exc:
            raise InvalidSubmission(
                {f"line {number}, {field}": why for field, why in exc.problems.items()}
            ) from None


def _walker_line(line: str, epoch: dt.datetime) -> tuple[ElementSet, ...]:
    found = _WALKER.fullmatch(line)
    pairs = {} if found is None else _pairs(found["rest"], ("raan_deg",))
    if found is None:
        raise InvalidSubmission(
            {
                "walker": f'{shown(line)!r} cannot be read: write it as "walker 53:24/3/1 @550km" (i:t/p/f), with walker-star for a star pattern'
            }
        )
    return walker(
        epoch=epoch,
        altitude_km=_float("altitude", found["h"]),
        inclination_deg=None if found["i"].lower() == "sso" else _float("inclination", found["i"]),
        satellites=int(found["t"]),
        planes=int(found["p"]),
        phasing=int(found["f"]),
        star=(found["star"] or "").lower() == "-star",
        raan_deg=_float("raan_deg", pairs.get("raan_deg", "0")),
    )


def _orbit_line(line: str, number: int, epoch: dt.datetime) -> ElementSet:
    if not line.lower().startswith("orbit"):
        raise InvalidSubmission({"orbit": f"{shown(line)!r} starts with neither orbit nor walker"})
    pairs = _pairs(line[5:], (*_ORBIT_FIELDS, "name"))
    if "altitude_km" not in pairs:
        raise InvalidSubmission({"altitude_km": 'this is missing: write "orbit altitude_km=617 ltan=10:30"'})
    name = shown(pairs.pop("name", f"orbit {number}"))
    if "ltdn" in pairs:
        if "ltan" in pairs:
            raise InvalidSubmission({"ltdn": "both ltan and ltdn are given: they say the same; give one"})
        ltan_h: float | None = (_hours("ltdn", pairs.pop("ltdn")) + 12) % 24
    else:
        ltan_h = _hours("ltan", pairs.pop("ltan")) if "ltan" in pairs else None
    return mean_elements(
        name=name, epoch=epoch, ltan_h=ltan_h, **{key: _float(key, value) for key, value in pairs.items()}
    )


def _pairs(text: str, known: tuple[str, ...]) -> dict[str, str]:
    rest = _PAIR.sub("", text).strip(" ,;\t")
    if rest:
        raise InvalidSubmission(
            {"orbit": f"{shown(rest)!r} is not name=value; the names are {listed(list(known), 9)}"}
        )
    pairs: dict[str, str] = {}
    for written, value in _PAIR.findall(text):
        key = written.lower()
        if key not in known:
            raise InvalidSubmission(
                {shown(key): f"this is not known; the names are {listed(list(known), 9)}"}
            )
        if key in pairs:
            raise InvalidSubmission({key: "this is given twice"})
        pairs[key] = value
    return pairs


def _float(field: str, written: str) -> float:
    if not _NUMBER.fullmatch(written):
        raise InvalidSubmission({field: f"{shown(written)!r} is not a number"})
    return float(written)


def _hours(field: str, written: str) -> float:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", written)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise InvalidSubmission({field: f"{shown(written)!r} is not a time of day: write it as 10:30"})
    return int(found[1]) + int(found[2]) / 60 + int(found[3] or 0) / 3600
