"""Files of parties: CSV with a header, or JSON with ``parties``."""

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from rsiwg.domain import Item, Party, PartyRole, RejectedRow, Share
from rsiwg.errors import InvalidLists, InvalidSubmission
from rsiwg.lists import text
from rsiwg.lists.countries import country_code

NEEDED = ("name",)
OPTIONAL = (
    "id", "role", "kind", "aliases", "country", "address", "identifiers", "date_of_birth", "longitude", "latitude",
    "owners",
)  # fmt: skip
KINDS = ("individual", "entity", "vessel", "aircraft")
MOST_PARTIES = 20_000
_SHARE = re.compile(r"(.+?)\s*=\s*(\?|[^=]*)")


@attrs.frozen(kw_only=True)
class PartiesFile:
    """The parties of a file; rows that cannot be taken are kept apart."""

    parties: tuple[Party, ...]
    items: tuple[Item, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    notes: tuple[str, ...] = ()


def read_parties(data: bytes, file: str) -> PartiesFile:
    """Read a file of parties, JSON where it begins with a bracket.  Raises InvalidSubmission for the file as a whole."""
    try:
        body, notes = text.decoded(data, file)
        if body.lstrip()[:1] in {"{", "["}:
            return _of_json(body, file, notes)
        return _of_csv(body, file, notes)
    except InvalidLists as exc:
        raise InvalidSubmission({file: "; ".join(exc.problems)}) from None


def read_parties_json(document: Any) -> PartiesFile:
    """Parties of a JSON document that was read already; any wrong one refuses it, keyed by its path."""
    try:
        read = _of_document(document, "parties")
    except InvalidLists as exc:
        raise InvalidSubmission({"parties": "; ".join(exc.problems)}) from None
    if read.rejected:
        raise InvalidSubmission({f"parties[{row.row - 1}]": row.why for row in read.rejected})
    return read


def _of_csv(body: str, file: str, notes: tuple[str, ...]) -> PartiesFile:
    table = text.rows(body, file)
    header = next(table, None)
    if header is None:
        raise InvalidLists((f"{file}: the file is empty: its first row names the columns",))
    places = text.columns(header[1], NEEDED, OPTIONAL, file)
    unknown = sorted(
        {c.strip() for c in header[1]}
        - {""}
        - {*NEEDED, *OPTIONAL}
        - {c for c in header[1] if c.strip().casefold() in places}
    )
    if unknown:
        notes += (f"Columns that are not used: {', '.join(unknown)[:200]}.",)
    rows: list[tuple[int, Any]] = []
    for number, cells in table:
        if len(cells) != len(header[1]):
            rows.append((number, f"{len(cells)} cells where the header has {len(header[1])}"))
        else:
            rows.append((number, {n: cells[p].strip() for n, p in places.items() if cells[p].strip()}))
    return _parties(rows, file, notes)


def _of_json(body: str, file: str, notes: tuple[str, ...]) -> PartiesFile:
    try:
        document = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (json.JSONDecodeError, RecursionError) as exc:
        where = f" (line {exc.lineno}, column {exc.colno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise InvalidLists((f"{file}: not whole JSON{where}",)) from None
    return _of_document(document, file, notes)


def _of_document(document: Any, file: str, notes: tuple[str, ...] = ()) -> PartiesFile:
    given = (
        document
        if isinstance(document, list)
        else document.get("parties")
        if isinstance(document, dict)
        else None
    )
    if not isinstance(given, list):
        raise InvalidLists((f"{file}: the list parties is missing",))
    rows: list[tuple[int, Any]] = [
        (n, row if isinstance(row, dict) else "not an object") for n, row in enumerate(given, start=1)
    ]
    read = _parties(rows, file, notes)
    items = document.get("items", []) if isinstance(document, dict) else []
    return attrs.evolve(read, items=tuple(_items(items, file)))


def _items(given: Any, file: str) -> list[Item]:
    if not isinstance(given, list):
        raise InvalidLists((f"{file}: items must be a list",))
    items = []
    for number, row in enumerate(given, start=1):
        if (
            not isinstance(row, dict)
            or not isinstance(row.get("category"), str)
            or not row["category"].strip()
        ):
            raise InvalidLists((f"{file}: item {number} needs a category, such as UNR-VII or ML4",))
        quantity = row.get("quantity")
        if quantity is not None and not str(quantity).isdecimal():
            raise InvalidLists((f"{file}: the quantity of item {number} is not a whole number",))
        items.append(
            Item(
                category=row["category"].strip()[:100],
                description=str(row.get("description", ""))[:500],
                quantity=None if quantity is None else int(quantity),
            )
        )
    return items


def _parties(rows: list[tuple[int, Any]], file: str, notes: tuple[str, ...]) -> PartiesFile:
    if len(rows) > MOST_PARTIES:
        raise InvalidLists((f"{file}: {len(rows):,} parties, over the limit of {MOST_PARTIES:,}",))
    parties: list[Party] = []
    kept_apart: list[RejectedRow] = []
    taken: set[str] = set()
    for number, row in rows:
        party = row if isinstance(row, str) else _party(row, number)
        if isinstance(party, Party) and party.id in taken:
            party = f"the id {party.id[:40]!r} is there twice: give each party one of its own"
        if isinstance(party, str):
            kept_apart.append(text.rejected(file, number, party))
        else:
            taken.add(party.id)
            parties.append(party)
    if not rows:
        raise InvalidLists((f"{file}: no party is in it",))
    return PartiesFile(parties=tuple(parties), rejected=tuple(kept_apart), notes=notes)


def _party(row: Mapping[str, Any], number: int) -> Party | str:
    name = row.get("name")
    if not isinstance(name, str):
        return "the name is missing, or is not a text"
    if why := text.wrong_name(name):
        return why
    if unknown := sorted(set(row) - {*NEEDED, *OPTIONAL}):
        return f"unknown field {unknown[0][:40]!r}"
    role, kind = str(row.get("role", "other")).casefold(), row.get("kind")
    if role not in set(PartyRole):
        return f"role is {role[:30]!r}: write one of {', '.join(PartyRole)}"
    if kind is not None and str(kind).casefold() not in KINDS:
        return f"kind is {str(kind)[:30]!r}: write {', '.join(KINDS)} or nothing"
    country = row.get("country")
    if country is not None and country_code(str(country)) is None:
        return f"country is {str(country)[:30]!r}, which is not known: write its code of two letters"
    born = row.get("date_of_birth")
    if born is not None and text.partial_date(str(born)) is None:
        return f"date_of_birth is {str(born)[:20]!r}: write it as 1970, 1970-05 or 1970-05-17"
    position = _position(row)
    if isinstance(position, str):
        return position
    owners = _owners(row.get("owners"))
    if isinstance(owners, str):
        return owners
    return Party(
        id=str(row.get("id") or f"{number}: {name}"),
        name=name.strip(),
        role=PartyRole(role),
        kind=None if kind is None else str(kind).casefold(),
        aliases=_several(row.get("aliases")),
        country=None if country is None else country_code(str(country)),
        address=None if row.get("address") is None else str(row["address"])[:1_000],
        identifiers=_several(row.get("identifiers")),
        born_on=None if born is None else text.partial_date(str(born)),
        position=position,
        owners=owners,
    )


def _several(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    values = value if isinstance(value, list) else text.parts(str(value))
    return tuple(dict.fromkeys(str(v).strip()[: text.LONGEST_NAME] for v in values if str(v).strip()))


def _position(row: Mapping[str, Any]) -> tuple[float, float] | str | None:
    given = row.get("longitude"), row.get("latitude")
    if given == (None, None):
        return None
    if None in given:
        return "give longitude and latitude together"
    try:
        longitude, latitude = (float(str(value)) for value in given)
    except ValueError:
        return "longitude and latitude must be numbers in degrees"
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return f"longitude {longitude:g} and latitude {latitude:g} are not on the Earth; are they swapped?"
    return longitude, latitude


def _owners(value: Any) -> tuple[Share, ...] | str:
    """Owners as "P2=50; Some Name=30.5; Another=?", or as [{"owner": "P2", "percent": 50}]."""
    if value is None:
        return ()
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, list):
        for each in value:
            if (
                not isinstance(each, dict)
                or not isinstance(each.get("owner"), str)
                or not each["owner"].strip()
            ):
                return "owners must be objects with owner and percent"
            pairs.append((each["owner"].strip(), each.get("percent")))
    else:
        for part in text.parts(str(value)):
            match = _SHARE.fullmatch(part)
            if match is None:
                return f"owners holds {part[:40]!r}: write it as NAME=50, or NAME=? where it is not known"
            pairs.append((match[1], None if match[2].strip() in {"", "?"} else match[2].rstrip(" %")))
    shares = []
    for owner, percent in pairs:
        try:
            exact = None if percent is None else Fraction(str(percent))
        except (ValueError, ZeroDivisionError):
            return f"the share of {owner[:40]!r} is {str(percent)[:20]!r}: write a number such as 50 or 33.4"
        if exact is not None and not 0 < exact <= 100:
            return f"the share of {owner[:40]!r} is {str(percent)[:20]} %: it lies above 0 and up to 100"
        shares.append(Share(owner=owner, percent=exact))
    return tuple(shares)
