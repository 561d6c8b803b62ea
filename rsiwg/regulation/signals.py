"""What in a request, and in the answers about it, brings an office or group in."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from rsiwg.checks.assess import evaluate
from rsiwg.domain import Outcome, Rulebook
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.launch import Jurisdiction, LaunchItem, LaunchRequest
from rsiwg.domain.transfer import Conveyance, TransferRequest, TransferType
from rsiwg.regulation.agreements import COVERED, agreements
from rsiwg.regulation.classify import classify
from rsiwg.regulation.conveyance import PROSCRIBED, SUSPENDED, caught
from rsiwg.regulation.launch import NOT_REQUIRED, launch

_MANPADS = re.compile(r"\bMANPADS?\b|\bman-portable air", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Signal:
    """One reason to ask somebody."""

    name: str
    """As ``when`` of the topic ``routing`` names it; ``entry`` for an entry of the control list."""
    reason: str
    """A sentence."""
    entry: str | None = None
    """The entry of the control list, such as "9A515.a.1"."""
    needs: tuple[str, ...] = ()
    """Fields of the request that would settle whether it is one."""


def signals_of(request: Any, rulebook: Rulebook, day: dt.date) -> tuple[Signal, ...]:
    """Every signal of a request of any kind, once each."""
    kind = getattr(request, "kind", "imaging")
    return tuple(dict.fromkeys(_OF_KIND[kind](request, rulebook, day)))


def _imaging(request: Any, rulebook: Rulebook, day: dt.date) -> Iterator[Signal]:
    if request.licence.part_960 is not False:
        yield Signal(
            name="operating-licence",
            reason="The request is about a system licensed under 15 CFR Part 960."
            if request.licence.part_960
            else "The request does not say that the system is outside 15 CFR Part 960.",
            needs=() if request.licence.part_960 else ("licence.part_960",),
        )
    kinds = {r.id: str(r.kind) for r in rulebook.restrictions}
    findings, _ = evaluate(attrs.evolve(request, as_of=day), rulebook)
    for finding in findings:
        if finding.outcome is not Outcome.CLEAR and finding.restriction in kinds:
            yield Signal(name=f"finding-{kinds[finding.restriction]}", reason=finding.says)
    if request.recipient is not None and request.recipient.country is not None:
        yield from _foreign((request.recipient.country,))


def _system(request: Any, rulebook: Rulebook, day: dt.date) -> Iterator[Signal]:
    del rulebook, day
    yield Signal(name="operating-licence", reason="It is an application under 15 CFR Part 960.")
    yield from _foreign(tuple(_countries_in(request)))


def _countries_in(value: Any) -> Iterator[str]:
    """Every country that a request names, however deep."""
    if isinstance(value, tuple):
        for inner in value:
            yield from _countries_in(inner)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            inner = getattr(value, field.name)
            if isinstance(inner, str) and (field.name == "country" or field.name.endswith("_country")):
                yield inner
            else:
                yield from _countries_in(inner)


def _launch(request: LaunchRequest, rulebook: Rulebook, day: dt.date) -> Iterator[Signal]:
    satellite = request.satellite
    if satellite.jurisdiction is None:
        yield Signal(
            name="export-open",
            reason="The request does not say under which regulations the items are.",
            needs=("satellite.jurisdiction",),
        )
    else:
        named = {Jurisdiction.ITAR: "ITAR", Jurisdiction.EAR: "EAR"}[satellite.jurisdiction]
        yield Signal(name=f"export-{satellite.jurisdiction}", reason=f"The items are subject to the {named}.")
    if satellite.items and LaunchItem.DEFENSE_SERVICE in satellite.items:
        yield Signal(name="export-itar", reason="A defense service takes part.")
    if satellite.items and LaunchItem.LAUNCH_VEHICLE in satellite.items:
        yield Signal(name="missile", reason="A launch vehicle of U.S. origin takes part.")
    yield from _entries((satellite.entry,), "satellite.entry")
    controls = launch(request, rulebook, day)
    if controls.answer != NOT_REQUIRED:
        yield Signal(name="special-controls", reason=controls.says)
    if request.failure_investigation:
        yield Signal(name="failure", reason="A launch failure is investigated.")
    for hit in caught(request, rulebook, day):
        yield Signal(
            name="proscribed",
            reason=f"{hit.link.country}, {hit.link.role}, is held as proscribed ({hit.country.clause}).",
        )
    if agreements(request, rulebook, day).answer != COVERED:
        yield Signal(name="agreement", reason="No verified agreement in force covers the launch.")
    vehicle = request.vehicle
    yield from _foreign(
        (
            request.launch.country,
            request.provider.country,
            *(request.provider.nationals or ()),
            vehicle.nationality,
            vehicle.owner_country,
            vehicle.operator_country,
            *(vehicle.lease_countries or ()),
            satellite.operator_country,
        )
    )


def _delivery(request: Any, rulebook: Rulebook, day: dt.date) -> Iterator[Signal]:
    del rulebook, day
    yield from _foreign((*(request.target_countries or ()), request.recipient.country))


def _transfer(request: TransferRequest, rulebook: Rulebook, day: dt.date) -> Iterator[Signal]:
    for item in classify(request, rulebook, day).details["items"]:
        entry, claimed = item["entry"], item["claimed_entry"]
        if entry == UNDETERMINED:
            yield Signal(name="export-open", reason=item["says"])
            if claimed is None:
                yield from _entries((None,), "items[].claimed_entry")
            else:
                yield Signal(
                    name="entry", reason=f"The sender puts {item['name']} under {claimed}.", entry=claimed
                )
        else:
            yield Signal(name="entry", reason=item["says"], entry=entry)
            yield Signal(
                name="export-itar" if entry.upper().startswith("USML") else "export-ear",
                reason=f"{item['name']} is classified in {entry}.",
            )
        if "MT" in item["reasons_for_control"]:
            yield Signal(
                name="missile", reason=f"{entry} is controlled for reasons of missile technology (MT)."
            )
    if not request.items:
        yield Signal(
            name="export-open", reason="The request does not say what is transferred.", needs=("items",)
        )
    for thing in request.items or ():
        if _MANPADS.search(f"{thing.name} {thing.description or ''}"):
            yield Signal(
                name="manpads", reason=f"{thing.name} is described as a man-portable air defense system."
            )
    if request.transfer is TransferType.GOVERNMENT or agreements(request, rulebook, day).answer != COVERED:
        yield Signal(name="agreement", reason="No verified agreement in force covers the transfer.")
    conveyance = request.conveyance or Conveyance()
    countries = (
        None if request.destination is None else request.destination.country,
        *(party.country for party in request.parties or ()),
        conveyance.owner_country,
        conveyance.operator_country,
        conveyance.lease_country,
    )
    for entry in rulebook.regulation.topic(PROSCRIBED).on(day):
        if entry.text("country") in countries and entry.text("policy") != SUSPENDED:
            yield Signal(name="proscribed", reason=f"{entry.title} is held as proscribed ({entry.clause}).")
    yield from _foreign(countries)


def _entries(entries: tuple[str | None, ...], field: str) -> Iterator[Signal]:
    for entry in entries:
        if entry is None:
            yield Signal(
                name=UNDETERMINED,
                reason="Without the entry of the control list it cannot be said whether a group reviews it.",
                needs=(field,),
            )
        else:
            yield Signal(name="entry", reason=f"The items are classified in {entry}.", entry=entry)


def _foreign(countries: tuple[str | None, ...]) -> Iterator[Signal]:
    for country in dict.fromkeys(c for c in countries if c not in {None, "US"}):
        yield Signal(name="foreign-country", reason=f"{country} is concerned.")


_OF_KIND: Mapping[str, Callable[[Any, Rulebook, dt.date], Iterator[Signal]]] = {
    "imaging": _imaging,
    "system": _system,
    "launch": _launch,
    "transfer": _transfer,
    "delivery": _delivery,
}
