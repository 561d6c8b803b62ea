"""Where parties are: the country of a position, regions under embargo, and what is held about each country."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from rsiwg.domain import Entry, Party, Place, Rulebook, Topic, in_full

GROUPS, REGIONS, PROSCRIBED = "country-groups", "sanctioned-regions", "itar-126-1"
_REGION_NEAR_M = 2_000
"""As far off as the outlines of the regions may be."""
_AGREED_ABROAD = {
    # Codes that a sender may rightly give for a place that the country layer counts to another.
    "HK": "CN", "MO": "CN",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Destination:
    """One finding about where a party is."""

    party: Party
    kind: str
    """``membership``, ``region``, ``mismatch``, ``no_country`` or ``stale``."""
    outcome: str
    """``flagged``: settled and against it; ``undetermined``: open; ``none_held``: nothing is held, which clears nothing."""
    says: str
    country: str | None = None
    entry: Entry | None = None
    needs: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()


def destinations(parties: Sequence[Party], rulebook: Rulebook, day: dt.date) -> tuple[Destination, ...]:
    """Every finding about the places of the parties, in their order."""
    return tuple(finding for party in parties for finding in _of(party, rulebook, day))


def derived(party: Party, rulebook: Rulebook) -> tuple[Place, ...]:
    """The countries that the position may lie in: several within the layer's accuracy of a border, none at sea."""
    if party.position is None:
        return ()
    places = rulebook.places
    return places.countries.within(*party.position, places.accuracy_m)


def _of(party: Party, rulebook: Rulebook, day: dt.date) -> Iterator[Destination]:
    near = derived(party, rulebook)
    found = tuple(dict.fromkeys(p.iso_a2 for p in near if p.iso_a2))
    yield from _mismatch(party, near, found)
    yield from _regions(party, rulebook, day)
    for country in dict.fromkeys(c for c in (party.country, *found) if c):
        yield from _memberships(party, country, rulebook, day, from_position=country != party.country)
    if party.country is None and party.position is None:
        yield Destination(
            party=party,
            kind="no_country",
            outcome="undetermined",
            says=f"Neither the country nor the position of {party.name} is given.",
            needs=(f"the country of {party.name}",),
        )


def _mismatch(party: Party, near: tuple[Place, ...], found: tuple[str, ...]) -> Iterator[Destination]:
    if party.position is None:
        return
    where = _shown(party.position)
    if not near:
        yield Destination(
            party=party,
            kind="no_country",
            outcome="undetermined",
            says=f"The position of {party.name}, {where}, lies in no country: at sea, or on land that no country is held for.",
            needs=(f"the position of {party.name}",),
            signals=("mismatch",),
        )
        return
    unclaimed = [p.name for p in near if not p.belongs_to_a_country]
    if unclaimed:
        yield Destination(
            party=party,
            kind="no_country",
            outcome="undetermined",
            says=f"The position of {party.name}, {where}, lies in {' or '.join(unclaimed)}, whose country is not agreed.",
            needs=("a decision on whose land this is",),
        )
    if party.country is None or not found:
        return
    names = " or ".join(p.name for p in near)
    if _AGREED_ABROAD.get(party.country, party.country) not in {
        *found,
        *(_AGREED_ABROAD.get(c, c) for c in found),
    }:
        yield Destination(
            party=party,
            kind="mismatch",
            outcome="flagged",
            says=f"{party.name} is declared in {party.country}, but its position, {where}, lies in {names}.",
            country=found[0],
            needs=(f"the right country or position of {party.name}",),
            signals=("mismatch",),
        )
    elif len(found) > 1:
        yield Destination(
            party=party,
            kind="mismatch",
            outcome="undetermined",
            says=f"The position of {party.name}, {where}, lies so near a border that it may be in {names}.",
            country=party.country,
            needs=(f"a more exact position of {party.name}",),
        )


def _regions(party: Party, rulebook: Rulebook, day: dt.date) -> Iterator[Destination]:
    topic = rulebook.regulation.topic(REGIONS)
    if party.position is None:
        if party.country in {"UA", "RU"}:
            yield Destination(
                party=party,
                kind="region",
                outcome="undetermined",
                says=f"{party.name} is declared in {party.country}; only a position tells whether it lies in Crimea or "
                "another region under embargo.",
                country=party.country,
                needs=(f"the longitude and latitude of {party.name}",),
            )
        return
    inside = {p.name for p in rulebook.places.regions.at(*party.position)}
    near = {p.name for p in rulebook.places.regions.within(*party.position, _REGION_NEAR_M)}
    if not rulebook.places.regions.places:
        yield _stale(party, "The outlines of the regions under embargo are missing or cannot be relied on.")
        return
    for entry in topic.on(day):
        named = set(entry.texts("places"))
        if not named & near:
            continue
        is_in = bool(named & inside)
        settled = is_in and entry.flag("whole") and entry.verified and topic.trouble(day) is None
        place = " or ".join(sorted(named & near))
        how = f"lies in {place}" if is_in else f"lies within {_REGION_NEAR_M / 1000:g} km of {place}"
        doubt = "" if settled else f" ({_doubt(entry, topic, day, is_in=is_in)})"
        yield Destination(
            party=party,
            kind="region",
            outcome="flagged" if settled else "undetermined",
            says=f"The position of {party.name}, {_shown(party.position)}, {how}: {entry.text('effect')}, {entry.clause}{doubt}.",
            country=party.country,
            entry=entry,
            needs=() if settled else (f"whether {party.name} lies in the area under embargo",),
            signals=("region",),
        )
    if near and not topic.on(day):
        yield _stale(party, topic.trouble(day) or f"No entry about regions is held for {in_full(day)}.")


def _doubt(entry: Entry, topic: Topic, day: dt.date, *, is_in: bool) -> str:
    if not is_in:
        return "the outline may be that far off"
    if not entry.flag("whole"):
        return "the outline is that of the whole province, the embargo may reach only a part"
    return topic.trouble(day) or "the entry is recalled and not read in its source"


def _memberships(
    party: Party, country: str, rulebook: Rulebook, day: dt.date, *, from_position: bool
) -> Iterator[Destination]:
    what = "its position lies in" if from_position else "it is declared in"
    held = False
    for name in (GROUPS, PROSCRIBED):
        topic = rulebook.regulation.topic(name)
        if name == PROSCRIBED and topic.problem is not None:
            continue  # the topic comes with another part of the library; its absence is said once, below
        trouble = topic.trouble(day)
        first = min((e.in_force.start for e in topic.entries), default=None)
        if first is None or day < first:
            yield _stale(party, topic.problem or f"{topic.title} does not speak for {in_full(day)}.")
            continue
        if trouble is not None:
            yield _stale(party, trouble)
        for entry in topic.on(day):
            if entry.values.get("country") != country:
                continue
            held = True
            settled = entry.verified and trouble is None
            doubt = (
                ""
                if settled
                else f" ({trouble or 'recalled and not read in its source: it decides nothing alone'})"
            )
            yield Destination(
                party=party,
                kind="membership",
                outcome="flagged" if settled else "undetermined",
                says=f"{party.name}: {what} {country}. {_membership(entry)}, {entry.clause}, {entry.in_force}{doubt}.",
                country=country,
                entry=entry,
                needs=() if settled else (f"a reading of {entry.clause}",),
                signals=("embargo",),
            )
    if not held:
        yield Destination(
            party=party,
            kind="membership",
            outcome="none_held",
            says=f"{party.name}: {what} {country}. No embargo or country group is held for it; the tables are not whole, so this "
            "is no safe harbour.",
            country=country,
        )


def _membership(entry: Entry) -> str:
    if "group" in entry:
        return f"{entry.title} ({entry.text('effect')})"
    return f"{entry.title} is proscribed by 22 CFR 126.1 ({entry.values.get('policy', 'policy not said')})"


def _stale(party: Party, says: str) -> Destination:
    return Destination(
        party=party,
        kind="stale",
        outcome="undetermined",
        says=f"{party.name}: {says}",
        needs=("a reading of the sources",),
    )


def _shown(position: tuple[float, float]) -> str:
    longitude, latitude = position
    return f"{abs(latitude):.4f}° {'N' if latitude >= 0 else 'S'}, {abs(longitude):.4f}° {'E' if longitude >= 0 else 'W'}"


def destination_document(each: Destination) -> dict[str, Any]:
    """The JSON of a finding about a place."""
    entry = each.entry
    return {
        "party": each.party.id,
        "kind": each.kind,
        "outcome": each.outcome,
        "says": each.says,
        "country": each.country,
        "entry": entry and entry.name,
        "in_force": entry and str(entry.in_force),
        "verified": entry and entry.verified,
        "citation": entry and attrs.asdict(entry.citation),
        "needs": list(each.needs),
    }
