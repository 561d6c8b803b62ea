"""Parties of a request, and the lists of names they are screened against."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any

import attrs


class PartyRole(StrEnum):
    """What a party is to a request."""

    APPLICANT = "applicant"
    LICENSEE = "licensee"
    OWNER = "owner"
    OPERATOR = "operator"
    CUSTOMER = "customer"
    RECIPIENT = "recipient"
    GROUND_STATION = "ground_station"
    LAUNCH_PROVIDER = "launch_provider"
    LAUNCH_SITE = "launch_site"
    INSURER = "insurer"
    CONSIGNEE = "consignee"
    END_USER = "end_user"
    OTHER = "other"


@attrs.frozen(kw_only=True)
class Share:
    """One owner's share of a party."""

    owner: str
    """Id or name of the owner, as a party of the same request has it."""
    percent: Fraction | None
    """Exact, so that 50 is 50; None where it is not known."""


@attrs.frozen(kw_only=True)
class Item:
    """Something that is transferred, under an entry of a control list or of the arms categories."""

    category: str
    """As the sender writes it, such as "UNR-VII" or "ML4"."""
    description: str = ""
    quantity: int | None = None


@attrs.frozen(kw_only=True)
class Party:
    """Someone, or some place, that a request names."""

    id: str
    """Unique in its request; the name where the sender gives none."""
    name: str
    role: PartyRole
    kind: str | None = None
    """``individual``, ``entity``, ``vessel`` or ``aircraft``; None where not said."""
    aliases: tuple[str, ...] = ()
    country: str | None = None
    """As declared, ISO 3166-1 alpha-2."""
    address: str | None = None
    identifiers: tuple[str, ...] = ()
    """Registration, passport, tax, IMO or LEI numbers."""
    born_on: str | None = None
    """Year, month or day of birth, as far as known: 1970, 1970-05 or 1970-05-17."""
    position: tuple[float, float] | None = None
    """Longitude and latitude, degrees, of a station or site."""
    owners: tuple[Share, ...] = ()

    @property
    def sha256(self) -> str:
        """Of everything that a decision about a match rests on."""
        return _digest(
            [self.name, self.kind, self.aliases, self.country, self.address, self.identifiers, self.born_on]
        )


@attrs.frozen(kw_only=True)
class ListEntry:
    """One entry of a list of names."""

    list: str
    """Code of its source list, such as SDN, EL or OWN."""
    id: str
    """Its number in that list."""
    name: str
    kind: str | None = None
    aliases: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, of addresses, nationalities, citizenships and flags."""
    born_on: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    federal_register: tuple[str, ...] = ()
    """Federal Register notices, as the list cites them."""
    start_on: dt.date | None = None
    end_on: dt.date | None = None
    """The last day on which it stands; None: no end is given."""
    remarks: str = ""

    @property
    def key(self) -> str:
        """Stable name of the entry: list and number."""
        return f"{self.list}/{self.id}"

    @property
    def sha256(self) -> str:
        """Of its content, by which a change is seen."""
        return _digest(list(attrs.astuple(self)))


@attrs.frozen(kw_only=True)
class RejectedRow:
    """A row that was not loaded, and why."""

    file: str
    row: int
    """As a spreadsheet or editor numbers it, the header being 1."""
    why: str


@attrs.frozen(kw_only=True)
class ListVersion:
    """One load of the lists: immutable, hashed and dated."""

    sha256: str
    """Of every entry."""
    retrieved_on: dt.date
    """The day the steward fetched the files."""
    loaded_at: dt.datetime | None
    """None for files read in place and not kept."""
    counts: Mapping[str, int]
    """Entries by source list."""
    files: Mapping[str, str]
    """SHA-256 of each file by its name."""
    rejected: tuple[RejectedRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def entry_count(self) -> int:
        """Entries of every list."""
        return sum(self.counts.values())

    def age_days(self, day: dt.date) -> int:
        """Days since the files were fetched."""
        return (day - self.retrieved_on).days


@attrs.frozen(kw_only=True)
class Decision:
    """What a person made of a hit: the software never decides."""

    party_sha256: str
    entry: str
    entry_sha256: str
    is_match: bool
    reason: str
    actor: str
    at: dt.datetime

    def holds_for(self, party: Party, entry: ListEntry) -> bool:
        """False once the party or the entry has changed: then the hit is open again."""
        return (self.party_sha256, self.entry, self.entry_sha256) == (party.sha256, entry.key, entry.sha256)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str, ensure_ascii=True).encode()).hexdigest()
