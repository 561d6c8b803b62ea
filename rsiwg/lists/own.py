"""The group's own lists: prior denials and names to watch, as a CSV that a steward keeps."""

from rsiwg.domain import ListEntry, RejectedRow
from rsiwg.errors import InvalidLists
from rsiwg.lists import text
from rsiwg.lists.countries import country_code, country_of_address
from rsiwg.lists.csl import ReadFile

NEEDED = ("list", "id", "name", "reason")
OPTIONAL = ("kind", "aliases", "country", "address", "identifiers", "date_of_birth", "start_date", "end_date")
LISTS = {"denial": "OWN-DENIAL", "watch": "OWN-WATCH"}
KINDS = ("individual", "entity", "vessel", "aircraft")


def is_own(header: list[str]) -> bool:
    """Whether a header is that of this form."""
    return {"list", "name", "reason"} <= {cell.strip().casefold() for cell in header}


def read_csv(data: bytes, file: str) -> ReadFile:
    """Read prior denials and watch names; each row says which of the two it is."""
    body, notes = text.decoded(data, file)
    table = text.rows(body, file)
    header = next(table, None)
    if header is None:
        raise InvalidLists((f"{file}: the file is empty",))
    places = text.columns(header[1], NEEDED, OPTIONAL, file)
    entries: dict[str, ListEntry] = {}
    kept_apart: list[RejectedRow] = []
    for number, cells in table:
        if len(cells) != len(header[1]):
            kept_apart.append(
                text.rejected(file, number, f"{len(cells)} cells where the header has {len(header[1])}")
            )
            continue
        row = {name: cells[place].strip() for name, place in places.items()}
        entry = _entry(row)
        if isinstance(entry, str) or entry.key in entries:
            why = entry if isinstance(entry, str) else f"the id {row['id']} is there twice"
            kept_apart.append(text.rejected(file, number, why))
        else:
            entries[entry.key] = entry
    return ReadFile(entries=tuple(entries.values()), rejected=tuple(kept_apart), notes=notes)


def _entry(row: dict[str, str]) -> ListEntry | str:
    if row["list"].casefold() not in LISTS:
        return f"list is {row['list'][:20]!r}: write denial or watch"
    if not row["id"]:
        return "the id is empty"
    if why := text.wrong_name(row["name"]):
        return why
    if not row["reason"]:
        return "the reason is empty: a name without one helps nobody"
    kind, country = row.get("kind", "").casefold(), row.get("country", "")
    if kind and kind not in KINDS:
        return f"kind is {kind[:20]!r}: write {', '.join(KINDS)} or nothing"
    if country and country_code(country) is None:
        return f"country is {country[:30]!r}, which is not known: write its code of two letters"
    for column in ("start_date", "end_date"):
        if row.get(column) and text.day(row[column]) is None:
            return f"{column} is {row[column][:20]!r}: write it as 2026-11-25"
    born = row.get("date_of_birth", "")
    if born and text.partial_date(born) is None:
        return f"date_of_birth is {born[:20]!r}: write it as 1970, 1970-05 or 1970-05-17"
    address = row.get("address", "")
    nations = (country_code(country) if country else None, country_of_address(address) if address else None)
    return ListEntry(
        list=LISTS[row["list"].casefold()],
        id=row["id"],
        name=row["name"],
        kind=kind or None,
        aliases=text.parts(row.get("aliases", "")),
        addresses=(address,) if address else (),
        countries=tuple(dict.fromkeys(filter(None, nations))),
        born_on=tuple(filter(None, (text.partial_date(born),))) if born else (),
        identifiers=text.parts(row.get("identifiers", "")),
        start_on=text.day(row.get("start_date", "")),
        end_on=text.day(row.get("end_date", "")),
        remarks=row["reason"],
    )
