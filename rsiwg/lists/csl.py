"""The Consolidated Screening List of the International Trade Administration, as CSV and as JSON."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from rsiwg.domain import ListEntry, RejectedRow
from rsiwg.errors import InvalidLists
from rsiwg.lists import text
from rsiwg.lists.countries import country_code, country_of_address

COLUMNS = (
    "_id", "source", "entity_number", "type", "programs", "name", "title", "addresses", "federal_register_notice",
    "start_date", "end_date", "standard_order", "license_requirement", "license_policy", "call_sign", "vessel_type",
    "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner", "remarks", "source_list_url",
    "alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth", "source_information_url", "ids",
)  # fmt: skip
"""The 29 columns in the published order."""

_CODE = re.compile(r"\(([A-Za-z][A-Za-z-]*)\)")
_SEVERAL = ("programs", "addresses", "alt_names", "citizenships", "dates_of_birth", "nationalities", "ids")
_ID_NUMBER = re.compile(r"[^,;]+")


@attrs.frozen(kw_only=True)
class ReadFile:
    """What one file held."""

    entries: tuple[ListEntry, ...]
    rejected: tuple[RejectedRow, ...] = ()
    notes: tuple[str, ...] = ()


def read_csv(data: bytes, file: str) -> ReadFile:
    """Read the CSV form.  Columns may stand in any order; one that is missing refuses the file."""
    body, notes = text.decoded(data, file)
    table = text.rows(body, file)
    header = next(table, None)
    if header is None:
        raise InvalidLists((f"{file}: the file is empty",))
    places = text.columns(header[1], COLUMNS, (), file)
    if tuple(places) and [c.strip().casefold() for c in header[1]] != list(COLUMNS):
        notes += (f"{file}: the columns do not stand in the published order; they were read by their names.",)

    def values() -> Iterable[tuple[int, Mapping[str, Any] | str]]:
        for number, cells in table:
            if len(cells) != len(header[1]):
                yield number, f"{len(cells)} cells where the header has {len(header[1])}"
                continue
            row: dict[str, Any] = {name: cells[place].strip() for name, place in places.items()}
            for name in _SEVERAL:
                row[name] = text.parts(row[name])
            yield number, row

    return _entries(values(), file, notes)


def read_json(data: bytes, file: str) -> ReadFile:
    """Read the JSON form: an object with ``results``, or the array alone."""
    body, notes = text.decoded(data, file)
    try:
        document = json.loads(body)
    except (json.JSONDecodeError, RecursionError) as exc:
        where = f" (line {exc.lineno}, column {exc.colno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise InvalidLists((f"{file}: not whole JSON{where}; it may be cut off: fetch it again",)) from None
    results = document.get("results") if isinstance(document, dict) else document
    if not isinstance(results, list):
        raise InvalidLists((f"{file}: the array results is missing",))

    def values() -> Iterable[tuple[int, Mapping[str, Any] | str]]:
        for number, result in enumerate(results, start=1):
            yield number, _flat(result) if isinstance(result, dict) else "not an object"

    return _entries(values(), file, notes)


def _flat(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result of the JSON form as a row of the CSV form has it."""
    row: dict[str, Any] = {name: _words(result.get(name)) for name in COLUMNS}
    for name in _SEVERAL:
        given = result.get(name)
        row[name] = (
            tuple(dict.fromkeys(filter(None, map(_words, given))))
            if isinstance(given, list)
            else text.parts(_words(given))
        )
    row["_id"] = row["_id"] or _words(result.get("id"))
    return row


def _words(value: Any) -> str:
    if isinstance(value, dict):
        keys = ("type", "number", "address", "city", "state", "postal_code", "country")
        return ", ".join(str(value[key]).strip() for key in keys if value.get(key))
    return "" if value is None or isinstance(value, list) else str(value).strip()


def _entries(
    values: Iterable[tuple[int, Mapping[str, Any] | str]], file: str, notes: tuple[str, ...]
) -> ReadFile:
    entries: dict[str, ListEntry] = {}
    kept_apart: list[RejectedRow] = []
    for number, row in values:
        if isinstance(row, str):
            kept_apart.append(text.rejected(file, number, row))
            continue
        if why := text.wrong_name(row["name"]):
            kept_apart.append(text.rejected(file, number, why))
            continue
        if not row["source"]:
            kept_apart.append(text.rejected(file, number, "the source is empty: from which list is it?"))
            continue
        bad = [c for c in ("start_date", "end_date") if row[c] and text.day(row[c]) is None]
        if bad:
            kept_apart.append(
                text.rejected(file, number, f"{bad[0]} is {row[bad[0]][:20]!r}, which is not a day")
            )
            continue
        entry = _entry(row, number)
        while entry.key in entries:
            entry = attrs.evolve(entry, id=f"{entry.id}+")
        entries[entry.key] = entry
    return ReadFile(entries=tuple(entries.values()), rejected=tuple(kept_apart), notes=notes)


def _entry(row: Mapping[str, Any], number: int) -> ListEntry:
    code = _CODE.search(row["source"])
    nations = [*row["citizenships"], *row["nationalities"], row["vessel_flag"]]
    found = [country_of_address(a) for a in row["addresses"]] + [country_code(n) for n in nations if n]
    return ListEntry(
        list=(code.group(1) if code else row["source"][:40]).upper(),
        id=row["entity_number"] or row["_id"] or f"row-{number}",
        name=row["name"],
        kind=row["type"].casefold() or None,
        aliases=tuple(a for a in row["alt_names"] if text.wrong_name(a) is None),
        programmes=row["programs"],
        addresses=row["addresses"],
        countries=tuple(dict.fromkeys(filter(None, found))),
        born_on=tuple(filter(None, map(text.partial_date, row["dates_of_birth"]))),
        identifiers=tuple(_numbers(row)),
        federal_register=text.parts(row["federal_register_notice"]),
        start_on=text.day(row["start_date"]),
        end_on=text.day(row["end_date"]),
        remarks="; ".join(filter(None, (row["remarks"], row["license_requirement"], row["license_policy"])))[
            :2_000
        ],
    )


def _numbers(row: Mapping[str, Any]) -> Iterable[str]:
    """Identifiers: "Passport, A1234567, IR" gives the part that holds digits."""
    for identifier in row["ids"]:
        pieces = [p.strip() for p in _ID_NUMBER.findall(identifier)]
        with_digits = [p for p in pieces if sum(c.isdigit() for c in p) >= 4]
        yield from with_digits[:1]
    if row["call_sign"]:
        yield row["call_sign"]
