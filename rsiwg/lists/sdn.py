"""OFAC's Specially Designated Nationals: the legacy CSV files and sdn.xml."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException, ElementTree

from rsiwg.domain import ListEntry, RejectedRow
from rsiwg.errors import InvalidLists
from rsiwg.lists import text
from rsiwg.lists.countries import country_code
from rsiwg.lists.csl import ReadFile

WIDTHS = {"sdn": 12, "alt": 5, "add": 6}
"""Columns of SDN.CSV, ALT.CSV and ADD.CSV, which have no header (OFAC data specification)."""

_NOTHING = "-0-"
_BORN = re.compile(r"\bDOB ((?:circa )?[^;.(]+)")
_NUMBER = re.compile(
    r"\b(?:Passport|National ID No\.|Registration (?:ID|Number)|Tax ID No\.|Identification Number|Company Number|"
    r"Vessel Registration Identification IMO|SSN|Legal Entity Number|MMSI)[ #:]*([A-Z0-9][A-Z0-9/-]{3,})"
)


def read_csv(files: Mapping[str, bytes]) -> ReadFile:
    """Read the three files together, by the names sdn, alt and add.

    Raises InvalidLists where one is missing: without ALT.CSV the aliases would be, and nobody would see it.
    """
    missing = [
        f"{name.upper()}.CSV is missing beside the other OFAC files" for name in WIDTHS if name not in files
    ]
    if missing:
        raise InvalidLists(tuple(missing))
    notes: list[str] = []
    kept_apart: list[RejectedRow] = []
    tables = {name: list(_table(name, files[name], notes, kept_apart)) for name in WIDTHS}
    names, addresses = defaultdict(list), defaultdict(list)
    for _, cells in tables["alt"]:
        if cells[3] and text.wrong_name(cells[3]) is None:
            names[cells[0]].append(cells[3])
    for _, cells in tables["add"]:
        addresses[cells[0]].append((", ".join(filter(None, cells[2:5])), cells[4]))
    entries: dict[str, ListEntry] = {}
    for row, cells in tables["sdn"]:
        why = text.wrong_name(cells[1]) or (
            f"the number {cells[0]} is there twice" if cells[0] in entries else None
        )
        if why:
            kept_apart.append(text.rejected("SDN.CSV", row, why))
            continue
        remarks, places = cells[11], [a for a in addresses[cells[0]] if a[0]]
        nations = [country_code(c) for _, c in places] + [country_code(cells[9])]
        entries[cells[0]] = ListEntry(
            list="SDN",
            id=cells[0],
            name=cells[1],
            kind=cells[2].casefold() or "entity",
            aliases=tuple(dict.fromkeys(names[cells[0]])),
            programmes=tuple(p.strip(" []") for p in re.split(r"\]\s*\[|;", cells[3]) if p.strip(" []")),
            addresses=tuple(dict.fromkeys(a for a, _ in places)),
            countries=tuple(dict.fromkeys(filter(None, nations))),
            born_on=tuple(filter(None, map(text.partial_date, _BORN.findall(remarks)))),
            identifiers=tuple(_NUMBER.findall(remarks)),
            remarks=remarks[:2_000],
        )
    orphans = len(set(names) - set(entries)) + len(set(addresses) - {""} - set(entries) - set(names))
    if orphans:
        notes.append(
            f"{orphans} numbers in ALT.CSV or ADD.CSV have no row in SDN.CSV: are the files of one day?"
        )
    return ReadFile(entries=tuple(entries.values()), rejected=tuple(kept_apart), notes=tuple(notes))


def _table(
    name: str, data: bytes, notes: list[str], kept_apart: list[RejectedRow]
) -> Iterator[tuple[int, list[str]]]:
    file = f"{name.upper()}.CSV"
    body, more = text.decoded(data, file)
    notes.extend(more)
    for number, cells in text.rows(body, file):
        if len(cells) == 1 and cells[0].strip("\x1a ") == "":
            continue
        if len(cells) != WIDTHS[name]:
            kept_apart.append(
                text.rejected(file, number, f"{len(cells)} cells where {WIDTHS[name]} are published")
            )
            continue
        if not cells[0].strip().isdecimal():
            kept_apart.append(
                text.rejected(file, number, f"the number is {cells[0][:20]!r}, not a whole number")
            )
            continue
        yield number, ["" if cell.strip() == _NOTHING else cell.strip() for cell in cells]


def read_xml(data: bytes, file: str) -> ReadFile:
    """Read sdn.xml; entities, DTDs and outside references are refused."""
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise InvalidLists(
            (f"{file}: not whole XML, or with a DTD ({type(exc).__name__}: {exc}): fetch it again",)
        ) from None
    found = [child for child in root if _tag(child) == "sdnEntry"]
    stated = next((e.text for e in root.iter() if _tag(e) == "Record_Count"), None)
    if stated and stated.strip().isdecimal() and int(stated) != len(found):
        raise InvalidLists((f"{file}: {len(found)} entries where the file states {stated}: fetch it again",))
    entries: dict[str, ListEntry] = {}
    kept_apart = []
    for number, element in enumerate(found, start=1):
        entry = _xml_entry(element)
        why = text.wrong_name(entry.name) or (
            None if entry.id.isdecimal() else "the uid is not a whole number"
        )
        if why or entry.id in entries:
            kept_apart.append(text.rejected(file, number, why or f"the uid {entry.id} is there twice"))
        else:
            entries[entry.id] = entry
    return ReadFile(entries=tuple(entries.values()), rejected=tuple(kept_apart))


def _xml_entry(element: Element) -> ListEntry:
    aliases = [_full_name(a) for a in _all(element, "aka")]
    places = [
        (", ".join(filter(None, (_text(a, t) for t in _ADDRESS))), _text(a, "country"))
        for a in _all(element, "address")
    ]
    nations = [_text(n, "country") for tag in ("nationality", "citizenship") for n in _all(element, tag)]
    nations += [c for _, c in places] + [_text(v, "vesselFlag") for v in _all(element, "vesselInfo")]
    kind = _text(element, "sdnType").casefold() or "entity"
    return ListEntry(
        list="SDN",
        id=_text(element, "uid"),
        name=_full_name(element),
        kind=kind,
        aliases=tuple(dict.fromkeys(a for a in aliases if text.wrong_name(a) is None)),
        programmes=tuple(p.text.strip() for p in _all(element, "program") if p.text),
        addresses=tuple(dict.fromkeys(a for a, _ in places if a)),
        countries=tuple(dict.fromkeys(filter(None, (country_code(n) for n in nations if n)))),
        born_on=tuple(
            filter(
                None, (text.partial_date(_text(d, "dateOfBirth")) for d in _all(element, "dateOfBirthItem"))
            )
        ),
        identifiers=tuple(filter(None, (_text(i, "idNumber") for i in _all(element, "id")))),
        remarks=_text(element, "remarks")[:2_000],
    )


_ADDRESS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")


def _tag(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _all(element: Element, tag: str) -> Iterable[Any]:
    return (e for e in element.iter() if _tag(e) == tag)


def _text(element: Element, tag: str) -> str:
    return next(((child.text or "").strip() for child in element if _tag(child) == tag), "")


def _full_name(element: Element) -> str:
    return " ".join(filter(None, (_text(element, "firstName"), _text(element, "lastName"))))
