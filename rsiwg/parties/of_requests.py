"""Who and what a request names: one small function per kind, over the request's JSON.

A part that is left out, or is not of its type, names nobody; the reader of the kind says so elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from rsiwg.domain import Item, Party, PartyRole, Share
from rsiwg.errors import InvalidSubmission

Found = Iterator[Party | Item]

_TRANSFER_ROLES = {
    "exporter": PartyRole.APPLICANT, "intermediate_consignee": PartyRole.CONSIGNEE, "consignee": PartyRole.CONSIGNEE,
    "end_user": PartyRole.END_USER,
}  # fmt: skip


def _imaging(body: Mapping[str, Any]) -> Found:
    applicant, recipient = _of(body, "applicant"), _of(body, "recipient")
    yield from _party(applicant.get("name"), PartyRole.APPLICANT, applicant.get("country"))
    yield from _party(_of(body, "licence").get("licensee"), PartyRole.LICENSEE, None)
    yield from _party(recipient.get("name"), PartyRole.RECIPIENT, recipient.get("country"))


def _transfer(body: Mapping[str, Any]) -> Found:
    for each in _several(body, "parties"):
        role = _TRANSFER_ROLES.get(str(each.get("role")), PartyRole.OTHER)
        yield from _party(
            each.get("name"),
            role,
            each.get("country"),
            address=each.get("address"),
            position=each.get("position"),
        )
    destination, agreement, conveyance = (_of(body, k) for k in ("destination", "agreement", "conveyance"))
    if destination:
        where = destination.get("place") or destination.get("country")
        yield from _party(
            where and f"Destination: {where}",
            PartyRole.OTHER,
            destination.get("country"),
            position=destination.get("position"),
        )
    yield from _party(
        agreement.get("document") and agreement.get("name"), PartyRole.OTHER, agreement.get("country")
    )
    for whose in ("owner", "operator", "lease"):
        country = conveyance.get(f"{whose}_country")
        name = conveyance.get("name") or "Conveyance"
        yield from _party(country and f"{name} ({whose})", PartyRole.OTHER, country)
    for item in _several(body, "items"):
        entry = item.get("claimed_entry") or item.get("name")
        if isinstance(entry, str):
            quantity = item.get("quantity")
            yield Item(
                category=entry,
                description=str(item.get("description") or item.get("name") or ""),
                quantity=quantity if isinstance(quantity, int) and not isinstance(quantity, bool) else None,
            )


def _launch(body: Mapping[str, Any]) -> Found:
    applicant, satellite, site = (_of(body, k) for k in ("applicant", "satellite", "launch"))
    vehicle, provider = _of(body, "vehicle"), _of(body, "provider")
    yield from _party(applicant.get("name"), PartyRole.APPLICANT, applicant.get("country"))
    yield from _party(satellite.get("operator"), PartyRole.OPERATOR, satellite.get("operator_country"))
    yield from _party(provider.get("name"), PartyRole.LAUNCH_PROVIDER, provider.get("country"))
    yield from _party(
        site.get("site"), PartyRole.LAUNCH_SITE, site.get("country"), position=site.get("position")
    )
    countries = {vehicle.get(k) for k in ("nationality", "owner_country", "operator_country")}
    for country in sorted(c for c in countries if isinstance(c, str)):
        yield from _party(f"{vehicle.get('name')} ({country})", PartyRole.OTHER, country)


def _system(body: Mapping[str, Any]) -> Found:
    licensee, operation, ownership = (_of(body, k) for k in ("licensee", "operation", "ownership"))
    owners = [
        owner
        for k in ("domestic_owners", "foreign_owners", "listed_owners")
        for owner in _several(ownership, k)
    ]
    shares: dict[str, Share] = {}
    for owner in owners:
        name, percent = owner.get("name"), owner.get("share_pct")
        if isinstance(name, str) and name.strip():
            known = isinstance(percent, int | float) and not isinstance(percent, bool) and 0 < percent <= 100
            share = Share(owner=f"owner: {name.strip()}", percent=Fraction(str(percent)) if known else None)
            if name not in shares or shares[name].percent is None:
                shares[name] = share
    yield from _party(
        licensee.get("name"), PartyRole.LICENSEE, licensee.get("organised_in"), address=licensee.get("address"),
        owners=tuple(shares.values()),
    )  # fmt: skip
    for owner in owners:
        yield from _party(owner.get("name"), PartyRole.OWNER, owner.get("country"))
    yield from _party(operation.get("decider"), PartyRole.OPERATOR, None)
    yield from _party(_of(body, "hosting").get("platform_owner"), PartyRole.OTHER, None)
    for affiliate in _several(body, "affiliates"):
        yield from _party(affiliate.get("name"), PartyRole.OPERATOR, affiliate.get("country"))
    for key in ("control_sites", "ground_stations", "data_sites"):
        for site in _several(body, key):
            yield from _party(
                site.get("location"),
                PartyRole.GROUND_STATION,
                site.get("country"),
                position=site.get("position"),
            )
            yield from _party(
                site.get("owner"),
                PartyRole.OPERATOR,
                None if site.get("country") is None else site["country"],
            )
    for launch in _several(body, "launches"):
        yield from _party(launch.get("site"), PartyRole.LAUNCH_SITE, launch.get("country"))
        yield from _party(launch.get("vehicle"), PartyRole.LAUNCH_PROVIDER, launch.get("country"))
    for key in ("links", "agreements"):
        for each in _several(body, key):
            yield from _party(each.get("party"), PartyRole.CUSTOMER, each.get("country"))


def _delivery(body: Mapping[str, Any]) -> Found:
    provider, recipient, segment = (_of(body, k) for k in ("provider", "recipient", "ground_segment"))
    yield from _party(provider.get("name"), PartyRole.APPLICANT, provider.get("country"))
    yield from _party(recipient.get("name"), PartyRole.RECIPIENT, recipient.get("country"))
    yield from _party(segment.get("operator"), PartyRole.GROUND_STATION, segment.get("country"))


KINDS: Mapping[str, Callable[[Mapping[str, Any]], Found]] = {
    "imaging": _imaging,
    "transfer": _transfer,
    "launch": _launch,
    "system": _system,
    "delivery": _delivery,
}
"""Kinds of requests whose parties are known to screening."""


def parties_of(kind: str, body: Mapping[str, Any]) -> tuple[tuple[Party, ...], tuple[Item, ...]]:
    """The parties and items of a request, each party once per role.  Raises InvalidSubmission for a kind not known."""
    if kind not in KINDS:
        raise InvalidSubmission(
            {
                "kind": f"the parties of requests of kind {kind[:40]!r} are not known: there are {', '.join(KINDS)}"
            }
        )
    parties: dict[str, Party] = {}
    items = []
    for found in KINDS[kind](body):
        if isinstance(found, Item):
            items.append(found)
        else:
            parties.setdefault(found.id, found)
    return tuple(parties.values()), tuple(items)


def _party(name: Any, role: PartyRole, country: Any, **more: Any) -> Iterator[Party]:
    """A party, where the request names one."""
    if not isinstance(name, str) or not name.strip():
        return
    address, position = more.pop("address", None), more.pop("position", None)
    is_place = (
        isinstance(position, list | tuple)
        and len(position) == 2
        and all(isinstance(c, int | float) for c in position)
        and -180 <= position[0] <= 180
        and -90 <= position[1] <= 90
    )
    yield Party(
        id=f"{role}: {name.strip()}",
        name=name.strip(),
        role=role,
        country=country.upper() if isinstance(country, str) and len(country) == 2 else None,
        address=address if isinstance(address, str) else None,
        position=(float(position[0]), float(position[1])) if is_place else None,
        **more,
    )


def _of(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = body.get(key)
    return found if isinstance(found, Mapping) else {}


def _several(body: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = body.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
