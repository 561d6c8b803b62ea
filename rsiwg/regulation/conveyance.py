"""May it go to that country, and on that launch vehicle?  22 CFR 126.1(a) and (b)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import attrs

from rsiwg.domain import Entry, Rulebook, Step
from rsiwg.domain.launch import Jurisdiction, LaunchItem, LaunchRequest

PROSCRIBED = "itar-126-1"
CONTROLS = "launch-controls"
SUSPENDED = "suspended"
"""The policy of an entry that does not deny while it is in force."""


@attrs.frozen(kw_only=True)
class Link:
    """A country that the launch touches in a way that 126.1 names."""

    country: str
    role: str
    """As a sentence names it: "the nationality of the launch vehicle"."""
    rule: str
    """``conveyance`` or ``proscribed``, an entry of launch-controls."""


@attrs.frozen(kw_only=True)
class Caught:
    """A link to a proscribed country."""

    link: Link
    country: Entry
    rule: Entry
    settled: bool
    """Both facts are read in their source, and nothing of the request is open."""


def links(request: LaunchRequest) -> tuple[Link, ...]:
    """Every country of the launch under which 126.1 could catch it, once per rule."""

    def found() -> Iterator[Link]:
        yield Link(country=request.launch.country, role="the country of the launch", rule="proscribed")
        vehicle, satellite = request.vehicle, request.satellite
        for country, role in (
            (vehicle.nationality, "the nationality of the launch vehicle"),
            (vehicle.owner_country, "the owner of the launch vehicle"),
            (vehicle.operator_country, "the operator of the launch vehicle"),
            (request.provider.country, "the launch provider"),
            (satellite.operator_country, "the operator of the satellite that carries the items"),
        ):
            if country is not None:
                yield Link(country=country, role=role, rule="conveyance")
        for country in vehicle.lease_countries or ():
            yield Link(country=country, role="a lease of the launch vehicle", rule="conveyance")

    return tuple({(link.country, link.rule): link for link in reversed(list(found()))}.values())[::-1]


def unsaid_links(request: LaunchRequest) -> tuple[str, ...]:
    """Fields of the request that would say whose the launch vehicle is, and do not."""
    vehicle = request.vehicle
    said = {
        "vehicle.owner_country": vehicle.owner_country,
        "vehicle.operator_country": vehicle.operator_country,
        "vehicle.lease_countries": vehicle.lease_countries,
    }
    return tuple(field for field, value in said.items() if value is None)


def is_defense(request: LaunchRequest) -> bool | None:
    """Whether a defense article or defense service takes part; None where the request does not say."""
    satellite = request.satellite
    if satellite.jurisdiction is Jurisdiction.ITAR:
        return True
    if satellite.items is not None and LaunchItem.DEFENSE_SERVICE in satellite.items:
        return True
    return None if satellite.jurisdiction is None or satellite.items is None else False


def caught(request: LaunchRequest, rulebook: Rulebook, day: dt.date) -> tuple[Caught, ...]:
    """The links to proscribed countries."""
    topic, rules = rulebook.regulation.topic(PROSCRIBED), rulebook.regulation.topic(CONTROLS)
    defense = is_defense(request)
    found = []
    for link in links(request):
        entry = next((e for e in topic.on(day) if e.values.get("country") == link.country), None)
        rule = rules.one(link.rule, day)
        if entry is None or rule is None or entry.text("policy") == SUSPENDED or defense is False:
            continue
        open_ = defense is None or bool(request.government_space_cooperation and "exception" in entry)
        sure = entry.verified and rule.verified and topic.trouble(day) is None and rules.trouble(day) is None
        found.append(Caught(link=link, country=entry, rule=rule, settled=sure and not open_))
    return tuple(found)


def conveyance_steps(
    request: LaunchRequest, rulebook: Rulebook, day: dt.date, found: tuple[Caught, ...]
) -> tuple[Step, ...]:
    """The steps that show what was asked of 126.1, the rules first."""
    topic, rules = rulebook.regulation.topic(PROSCRIBED), rulebook.regulation.topic(CONTROLS)
    decides = any(c.settled for c in found)
    steps = []
    if (rule := rules.one("conveyance", day)) is not None:
        defense = is_defense(request)
        steps.append(
            Step.by(
                rule,
                "Does a defense article or defense service take part, so that 22 CFR 126.1 applies?",
                None if defense is None else "yes" if defense else "no",
                {
                    True: "It applies.",
                    False: "By its words it does not; the EAR have embargoes of their own.",
                }.get(bool(defense), "")
                if defense is not None
                else "Open: the request does not say under which regulations the items are.",
                rests=not decides or bool(found),
                needs=() if defense is not None else ("satellite.jurisdiction", "satellite.items"),
            )
        )
    for link in links(request):
        hit = next((c for c in found if c.link == link), None)
        entry = next((e for e in topic.on(day) if e.values.get("country") == link.country), None)
        question = f"Is {link.country}, {link.role}, proscribed?"
        if hit is not None:
            steps.append(
                Step.by(hit.country, question, link.country, _says(hit), rests=hit.settled or not decides)
            )
        elif entry is not None:
            why = (
                "suspended"
                if entry.text("policy") == SUSPENDED
                else "not reached: no defense article takes part"
            )
            steps.append(
                Step.by(entry, question, link.country, f"It is listed; the policy is {why}.", rests=False)
            )
        else:
            steps.append(
                Step(
                    question=question,
                    value=link.country,
                    clause="22 CFR 126.1(d)",
                    result="No entry is held for it. The tables of 126.1(d) were not read as a whole: compare them.",
                    rests=False,
                )
            )
    return tuple(steps)


def _says(hit: Caught) -> str:
    said = f"Yes, under {hit.country.clause}, {hit.country.in_force}: caught by {hit.rule.clause}."
    if "exception" in hit.country:
        said += f" {hit.country.text('exception')}"
    if not hit.settled:
        said += " It does not decide alone."
    return said


def conveyance_document(found: tuple[Caught, ...]) -> list[dict[str, Any]]:
    """JSON of the links to proscribed countries."""
    return [
        {
            "country": c.link.country,
            "role": c.link.role,
            "clause": c.rule.clause,
            "listed_in": c.country.clause,
            "settled": c.settled,
        }
        for c in found
    ]
