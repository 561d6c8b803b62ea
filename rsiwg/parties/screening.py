"""A screening: parties against lists, owners, places and items, as one JSON document.

The answer is never "clear": without a hit it is ``no_match``, in these lists, of this day, and no safe harbour.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from rsiwg.domain import Decision, Item, ListVersion, Party, PartyRole, RejectedRow, Rulebook, in_full
from rsiwg.domain.document import canonical_json
from rsiwg.parties.decisions import decision_on
from rsiwg.parties.destinations import destination_document, destinations
from rsiwg.parties.matching import ALGORITHM, Hit, Index, Strength, Thresholds
from rsiwg.parties.names import MOST_LETTERS, plain, read_name
from rsiwg.parties.ownership import TOPIC, Holdings, owners_without_a_party, ownership_document, reached
from rsiwg.parties.referrals import categories, referral_document, referrals

HIT, REVIEW, UNDETERMINED, NO_MATCH = "hit", "review", "undetermined", "no_match"
"""Answers, the gravest first: a strong or true match or a settled finding; something a person must look at;
something missing or too old; nothing found, which clears nobody."""

_OWN_LISTS = ("OWN-DENIAL", "OWN-WATCH")


@attrs.frozen(kw_only=True)
class Terms:
    """How a screening is done: settings, and the lists' state."""

    day: dt.date
    thresholds: Thresholds
    max_age_days: int
    """Lists older than this on the day make every answer undetermined."""


def screen(
    parties: Sequence[Party],
    index: Index,
    version: ListVersion,
    rulebook: Rulebook,
    terms: Terms,
    *,
    items: Sequence[Item] = (),
    decisions: Mapping[tuple[str, str, str], Decision] | None = None,
    rejected: Sequence[RejectedRow] = (),
    engine: str = "",
) -> dict[str, Any]:
    """The JSON document of a screening; the same input gives the same bytes."""
    everyone = (*parties, *(_owner(name) for name in owners_without_a_party(parties)))
    hits = index.match(everyone, terms.thresholds)
    age = version.age_days(terms.day)
    troubles = []
    if age > terms.max_age_days:
        troubles.append(f"The lists were retrieved on {in_full(version.retrieved_on)}, {age} days before; no answer rests on lists older than {terms.max_age_days} days.")  # fmt: skip
    if age < 0:
        troubles.append(f"The lists were retrieved on {in_full(version.retrieved_on)}, after the day screened for: they need not be those that stood then.")  # fmt: skip
    if version.rejected:
        troubles.append(f"{len(version.rejected)} rows of the lists could not be loaded, so nobody was screened against them.")  # fmt: skip
    lists = {
        "version": version.sha256,
        "retrieved_on": version.retrieved_on.isoformat(),
        "age_days": age,
        "max_age_days": terms.max_age_days,
        "counts": dict(version.counts),
        "rejected_rows": len(version.rejected),
        "notes": list(version.notes),
    }
    return _document(
        everyone, hits, lists, troubles, rulebook, terms, items, decisions or {}, rejected, engine
    )


def without_lists(
    parties: Sequence[Party],
    why: str,
    rulebook: Rulebook,
    terms: Terms,
    *,
    items: Sequence[Item] = (),
    rejected: Sequence[RejectedRow] = (),
    engine: str = "",
) -> dict[str, Any]:
    """The document where no lists are there: places and items are still looked at, and the answer is open."""
    everyone = (*parties, *(_owner(name) for name in owners_without_a_party(parties)))
    return _document(everyone, (), None, [why], rulebook, terms, items, {}, rejected, engine)


def _owner(name: str) -> Party:
    return Party(id=name, name=name, role=PartyRole.OWNER)


def _document(
    parties: Sequence[Party],
    hits: Sequence[Hit],
    lists: Mapping[str, Any] | None,
    troubles: Sequence[str],
    rulebook: Rulebook,
    terms: Terms,
    items: Sequence[Item],
    decisions: Mapping[tuple[str, str, str], Decision],
    rejected: Sequence[RejectedRow],
    engine: str,
) -> dict[str, Any]:
    names = {p.id: p.name for p in parties}
    shown = [_hit_document(hit, decisions, terms.day) for hit in hits]
    holdings = Holdings.of(parties)
    topic = rulebook.regulation.topic(TOPIC)
    owned = [ownership_document(each, names) for each in reached(holdings, topic, terms.day, _listed(shown))]
    places = destinations(
        [p for p in parties if p.role is not PartyRole.OWNER or p.country or p.position], rulebook, terms.day
    )
    of_items = categories(items, rulebook, terms.day)
    warnings = list(
        dict.fromkeys([*troubles, *holdings.problems, *(o["warning"] for o in owned if o["warning"])])
    )
    if holdings.owners and (trouble := topic.trouble(terms.day)):
        warnings.append(trouble)
    warnings += [f"The share of {link} is not known." for link in _unknown_shares(holdings, names)]
    warnings += _look_alikes(parties)
    warnings += [
        f"The position of {p.name} is not given, so its declared country could not be checked."
        for p in parties
        if p.position is None and p.role in {PartyRole.GROUND_STATION, PartyRole.LAUNCH_SITE}
    ]
    if rejected:
        warnings.append(f"{len(rejected)} rows of the parties could not be read, and were not screened.")
    unread = _not_compared(parties)
    warnings += unread
    is_open = (
        bool(unread)
        or bool(troubles)
        or bool(rejected)
        or bool(holdings.problems)
        or bool(holdings.owners and topic.trouble(terms.day))
    )
    answer = _answer(shown, owned, places, is_open=is_open)
    document = {
        "answer": answer,
        "says": _says(answer, shown, owned, places, lists, troubles, terms.day),
        "as_of": terms.day.isoformat(),
        "lists": lists,
        "algorithm": ALGORITHM,
        "thresholds": attrs.asdict(terms.thresholds),
        "rulebook": rulebook.version,
        "engine": engine,
        "parties": [_party_document(p, shown) for p in parties],
        "hits": shown,
        "ownership": owned,
        "destinations": [destination_document(each) for each in places],
        "items": [
            {
                "category": item.category, "description": item.description, "quantity": item.quantity,
                "arms_category": entry and entry.text("category"), "register": entry and entry.text("register"),
                "title": entry and entry.title, "verified": entry and entry.verified, "entry": entry and entry.name,
            }
            for item, entry in of_items
        ],
        "referrals": [referral_document(r) for r in referrals(_signals(shown, owned, places, of_items), rulebook, terms.day)],
        "warnings": warnings,
        "rejected": [attrs.asdict(row) for row in rejected],
    }  # fmt: skip
    document["screening_id"] = hashlib.sha256(canonical_json(document).encode()).hexdigest()
    return document


def _answer(
    hits: Sequence[Mapping[str, Any]],
    owned: Sequence[Mapping[str, Any]],
    places: Sequence[Any],
    *,
    is_open: bool,
) -> str:
    standing = [h for h in hits if h["state"] != "false_match"]
    if (
        any(h["state"] == "true_match" or h["strength"] == Strength.STRONG for h in standing)
        or any(o["certain"] and o["effect"] != "red_flag" for o in owned)
        or any(p.outcome == "flagged" for p in places)
    ):
        return HIT
    if standing or owned:
        return REVIEW
    if is_open or any(p.outcome == "undetermined" for p in places):
        return UNDETERMINED
    return NO_MATCH


def _says(
    answer: str,
    hits: Sequence[Mapping[str, Any]],
    owned: Sequence[Mapping[str, Any]],
    places: Sequence[Any],
    lists: Mapping[str, Any] | None,
    troubles: Sequence[str],
    day: dt.date,
) -> str:
    of = "no lists" if lists is None else (
        f"{', '.join(lists['counts']) or 'no lists'} as retrieved on {in_full(dt.date.fromisoformat(lists['retrieved_on']))}"
    )  # fmt: skip
    standing = [h for h in hits if h["state"] != "false_match"]
    strong = sum(h["strength"] == Strength.STRONG for h in standing)
    if answer in {HIT, REVIEW}:
        told = []
        if standing:
            told.append(
                f"{len(standing)} possible {'match' if len(standing) == 1 else 'matches'} in {of}, {strong} of them strong"
            )
        if owned:
            told.append(f"{len(owned)} through ownership")
        flagged = sum(p.outcome == "flagged" for p in places)
        if flagged:
            told.append(f"{flagged} {'finding' if flagged == 1 else 'findings'} about places")
        begin = "; ".join(told).capitalize() if told and told[0][0].isalpha() else "; ".join(told)
        return f"{begin}. A person decides whether a match is true." + (f" {troubles[0]}" if troubles else "")
    if answer == UNDETERMINED:
        if troubles:
            return f"Undetermined: {troubles[0]}"
        return f"No match in {of}, but something about the places or the parties is open. No safe harbour."
    return f"No match in {of}. No safe harbour: the lists do not name everyone whom the rules reach."


def _hit_document(
    hit: Hit, decisions: Mapping[tuple[str, str, str], Decision], day: dt.date
) -> dict[str, Any]:
    holds, earlier = decision_on(decisions, hit.party, hit.entry)
    entry = hit.entry
    ended = entry.end_on is not None and entry.end_on < day
    state = "open" if holds is None else "true_match" if holds.is_match else "false_match"
    says = (
        f"{hit.party.name} may be {entry.name} of the list {entry.list}, number {entry.id} "
        f"({hit.score:.4g}, {hit.strength})."
    )
    if ended and entry.end_on:
        says += f" The entry ended on {in_full(entry.end_on)}."
    if earlier is not None:
        says += " It was decided before; the party or the entry has changed since, so it is open again."
    return {
        "party": hit.party.id,
        "party_name": hit.party_name,
        "party_sha256": hit.party.sha256,
        "role": str(hit.party.role),
        "score": hit.score,
        "strength": str(Strength.REVIEW if ended else hit.strength),
        "state": state,
        "says": says,
        "listed_name": hit.listed_name,
        "is_alias": hit.listed_name != entry.name,
        "features": [attrs.asdict(f) for f in hit.features],
        "entry": {
            "key": entry.key, "sha256": entry.sha256, "list": entry.list, "id": entry.id, "name": entry.name,
            "kind": entry.kind, "programmes": list(entry.programmes), "addresses": list(entry.addresses[:5]),
            "countries": list(entry.countries), "born_on": list(entry.born_on),
            "federal_register": list(entry.federal_register),
            "start_on": entry.start_on and entry.start_on.isoformat(),
            "end_on": entry.end_on and entry.end_on.isoformat(), "remarks": entry.remarks,
        },
        "decision": holds and _decision_document(holds),
        "earlier_decision": earlier and _decision_document(earlier),
    }  # fmt: skip


def _decision_document(decision: Decision) -> dict[str, Any]:
    return {
        "is_match": decision.is_match, "reason": decision.reason, "actor": decision.actor,
        "at": decision.at.isoformat(),
    }  # fmt: skip


def _listed(hits: Sequence[Mapping[str, Any]]) -> Callable[[str, Sequence[str]], bool | None]:
    """Whether a party is on one of some lists: a strong or true match counts, a weaker open one leaves it open."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for hit in hits:
        if hit["state"] != "false_match":
            found.setdefault(hit["party"], []).append(hit)

    def is_listed(party: str, lists: Sequence[str]) -> bool | None:
        mine = [h for h in found.get(party, ()) if h["entry"]["list"] in lists]
        if any(h["state"] == "true_match" or h["strength"] == Strength.STRONG for h in mine):
            return True
        return None if mine else False

    return is_listed


def _party_document(party: Party, hits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = [h for h in hits if h["party"] == party.id]
    return {
        "id": party.id, "name": party.name, "role": str(party.role), "kind": party.kind,
        "aliases": list(party.aliases), "country": party.country, "address": party.address,
        "identifiers": list(party.identifiers), "date_of_birth": party.born_on,
        "position": party.position and list(party.position),
        "owners": [
            {"owner": s.owner, "percent": None if s.percent is None else float(s.percent)} for s in party.owners
        ],
        "sha256": party.sha256, "hits": len(mine),
        "best_score": max((h["score"] for h in mine), default=None),
    }  # fmt: skip


def _signals(
    hits: Sequence[Mapping[str, Any]],
    owned: Sequence[Mapping[str, Any]],
    places: Sequence[Any],
    items: Sequence[tuple[Item, Any]],
) -> dict[str, list[str]]:
    signals: dict[str, list[str]] = {}

    def add(signal: str, says: str) -> None:
        signals.setdefault(signal, []).append(says)

    for hit in hits:
        if hit["state"] == "false_match":
            continue
        add("own-hit" if hit["entry"]["list"] in _OWN_LISTS else "list-hit", hit["says"])
        if hit["entry"]["list"] == "ISN":
            add("missile", hit["says"])
    for each in owned:
        add("ownership", each["says"])
    for place in places:
        for signal in place.signals:
            add(signal, place.says)
    for item, entry in items:
        if entry is not None:
            add(entry.text("signal"), f"An item is given as {item.category}: {entry.title}, {entry.clause}.")
    return signals


def _unknown_shares(holdings: Holdings, names: Mapping[str, str]) -> list[str]:
    return [
        f"{names.get(s.owner, s.owner)} in {names.get(owned, owned)}"
        for owned, shares in sorted(holdings.owners.items())
        for s in shares
        if s.percent is None
    ]


def _not_compared(parties: Sequence[Party]) -> list[str]:
    """Names that could not be compared, or not to their end: they leave the answer open."""
    told = []
    for party in parties:
        for name in (party.name, *party.aliases):
            if not read_name(name).tokens:
                told.append(f"A name of {party.id[:60]!r} has no letter that could be compared.")
            elif len(plain(name)) > MOST_LETTERS:
                told.append(
                    f"Of the name {name[:40]!r}… only the first {MOST_LETTERS} letters were compared."
                )
    return told


def _look_alikes(parties: Sequence[Party]) -> list[str]:
    """Names in which one word mixes Latin with Cyrillic or Greek letters, as look-alikes do."""
    told = []
    for party in parties:
        for word in party.name.split():
            scripts = {s for c in word if c.isalpha() and (s := _script(c))}
            if len(scripts) > 1:
                told.append(f"The name {party.name!r} mixes {' and '.join(sorted(scripts))} letters in one word, as look-alikes do.")  # fmt: skip
                break
    return told


def _script(letter: str) -> str | None:
    if letter.isascii():
        return "Latin"
    return (
        "Cyrillic" if "\u0400" <= letter <= "\u04ff" else "Greek" if "\u0370" <= letter <= "\u03ff" else None
    )
