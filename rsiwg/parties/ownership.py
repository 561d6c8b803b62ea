"""The 50 per cent rule: who is reached through owners, directly, through chains and in aggregate.

An owner that is listed, or is itself reached, counts with its whole share; one that is neither counts with nothing.
The sets only grow while the shares are added up again and again, so circles of owners come to rest as well.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from rsiwg.domain import Entry, Party, Share, Topic

TOPIC = "ownership-rules"


@attrs.frozen(kw_only=True)
class Reached:
    """A party that a rule reaches, or may reach, through its owners."""

    party: str
    rule: Entry
    certain: bool
    """False where it rests on an open match or on a share that is not known."""
    percent: Fraction
    """In aggregate, of listed and reached owners; where not certain, the most it may be."""
    chain: tuple[tuple[str, str, Fraction | None], ...]
    """(owner, owned, per cent), every link that counts, from the listed owners down."""
    listed: tuple[str, ...]
    """The listed owners at the heads of the chains."""
    unknown: tuple[str, ...] = ()
    """Links whose share is not known, as "A in B"."""

    @property
    def effect(self) -> str:
        """What follows: ``blocked``, ``restricted`` or ``red_flag``."""
        return self.rule.text("effect")


@attrs.frozen(kw_only=True)
class Holdings:
    """Who owns how much of whom, by party id."""

    owners: Mapping[str, tuple[Share, ...]]
    problems: tuple[str, ...] = ()
    """Shares that cannot all be right, in sentences."""

    @classmethod
    def of(cls, parties: Sequence[Party]) -> "Holdings":
        """The holdings of parties; an owner is named by id, or by name."""
        by_name: dict[str, str] = {}
        for party in parties:
            by_name.setdefault(party.name.casefold(), party.id)
        ids = {party.id for party in parties}

        def known(owner: str) -> str:
            return owner if owner in ids else by_name.get(owner.casefold(), owner)

        owners = {
            party.id: tuple(attrs.evolve(share, owner=known(share.owner)) for share in party.owners)
            for party in parties
            if party.owners
        }
        problems = []
        for owned, shares in owners.items():
            total = sum((s.percent for s in shares if s.percent is not None), Fraction(0))
            if total > 100:
                problems.append(
                    f"The owners of {owned} hold {_percent(total)} together, more than all of it."
                )
            problems += [f"{owned} is given as its own owner." for s in shares if s.owner == owned]
        return cls(owners=owners, problems=tuple(problems))


def owners_without_a_party(parties: Sequence[Party]) -> tuple[str, ...]:
    """Owners that are named and are no party themselves, so that they too are screened; sorted."""
    known = {p.id for p in parties} | {p.name.casefold() for p in parties}
    named = {s.owner for p in parties for s in p.owners}
    return tuple(sorted(n for n in named if n not in known and n.casefold() not in known))


def reached(
    holdings: Holdings,
    topic: Topic,
    day: dt.date,
    listed: Callable[[str, Sequence[str]], bool | None],
) -> tuple[Reached, ...]:
    """Every party reached by a rule in force on a day.

    `listed` says whether a party is on one of some lists: True, False, or None where a match is open.
    """
    return tuple(each for rule in topic.on(day) for each in _by_rule(holdings, rule, listed))


def _by_rule(
    holdings: Holdings, rule: Entry, listed: Callable[[str, Sequence[str]], bool | None]
) -> list[Reached]:
    lists, limit = rule.texts("lists"), Fraction(str(rule.number("percent")))
    everyone = sorted({*holdings.owners, *(s.owner for shares in holdings.owners.values() for s in shares)})
    heads = {party: listed(party, lists) for party in everyone}
    certain = _grown(holdings, limit, {p for p in everyone if heads[p] is True}, unknown_counts=False)
    possible = _grown(holdings, limit, {p for p in everyone if heads[p] is not False}, unknown_counts=True)
    found = []
    for party in sorted(set(holdings.owners) & possible):
        sure = party in certain and (_held(holdings, party, certain, unknown_counts=False) >= limit)
        through = certain if sure else possible
        percent = _held(holdings, party, through, unknown_counts=not sure)
        if percent < limit:
            continue
        chain = _chain(holdings, party, through, {p for p, is_head in heads.items() if is_head is not False})
        found.append(
            Reached(
                party=party,
                rule=rule,
                certain=sure,
                percent=percent,
                chain=chain,
                listed=tuple(sorted({o for o, _, _ in chain if heads.get(o) is not False})),
                unknown=tuple(f"{o} in {d}" for o, d, share in chain if share is None),
            )
        )
    return found


def _grown(holdings: Holdings, limit: Fraction, start: set[str], *, unknown_counts: bool) -> set[str]:
    inside = set(start)
    while True:
        more = {
            party
            for party in holdings.owners
            if party not in inside and _held(holdings, party, inside, unknown_counts=unknown_counts) >= limit
        }
        if not more:
            return inside
        inside |= more


def _held(holdings: Holdings, party: str, inside: set[str], *, unknown_counts: bool) -> Fraction:
    """Per cent of a party that those inside hold; a share not known is at most what nobody else is known to hold."""
    shares = [s for s in holdings.owners.get(party, ()) if s.owner != party]
    held = sum((s.percent for s in shares if s.owner in inside and s.percent is not None), Fraction(0))
    if unknown_counts and any(s.percent is None and s.owner in inside for s in shares):
        others = sum(
            (s.percent for s in shares if s.owner not in inside and s.percent is not None), Fraction(0)
        )
        return max(held, Fraction(100) - others)
    return held


def _chain(
    holdings: Holdings, party: str, inside: set[str], heads: set[str]
) -> tuple[tuple[str, str, Fraction | None], ...]:
    """Links from the party up to the listed owners, each once, nearest to the heads first."""
    links: list[tuple[str, str, Fraction | None]] = []
    seen: set[str] = set()
    level = [party]
    while level:
        above = []
        for owned in level:
            if owned in seen:
                continue
            seen.add(owned)
            for share in holdings.owners.get(owned, ()):
                if share.owner in inside and share.owner != owned:
                    links.append((share.owner, owned, share.percent))
                    if share.owner not in heads:
                        above.append(share.owner)
        level = above
    return tuple(reversed(links))


def ownership_document(each: Reached, names: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of a party that is reached."""
    rule = each.rule
    return {
        "party": each.party,
        "name": names.get(each.party, each.party),
        "family": rule.text("family"),
        "lists": list(rule.texts("lists")),
        "effect": each.effect,
        "certain": each.certain,
        "percent": float(each.percent),
        "limit_percent": rule.number("percent"),
        "says": _says(each, names),
        "listed_owners": [{"id": o, "name": names.get(o, o)} for o in each.listed],
        "chain": [
            {
                "owner": owner, "owner_name": names.get(owner, owner), "owned": owned,
                "owned_name": names.get(owned, owned), "percent": None if share is None else float(share),
            }
            for owner, owned, share in each.chain
        ],
        "unknown_shares": list(each.unknown),
        "rule": rule.name,
        "in_force": str(rule.in_force),
        "verified": rule.verified,
        "warning": rule.values.get("warning"),
        "citation": attrs.asdict(rule.citation),
    }  # fmt: skip


_EFFECTS = {
    "blocked": "is itself blocked",
    "restricted": "is itself restricted, by the requirements of the most restrictive owner",
    "red_flag": "is not reached by the rule; its ownership is a red flag that has to be resolved",
}


def _says(each: Reached, names: Mapping[str, str]) -> str:
    who, heads = names.get(each.party, each.party), ", ".join(names.get(o, o) for o in each.listed)
    one = len(each.listed) == 1
    holds = ("holds" if one else "hold") if each.certain else "may hold up to"
    held = f"{heads}, directly or through others, {holds} {_percent(each.percent)}"
    links = " then ".join(
        f"{names.get(o, o)} holds {'an unknown share' if s is None else _percent(s)} of {names.get(d, d)}"
        for o, d, s in each.chain
    )
    if each.certain:
        end = f"so {who} {_EFFECTS[each.effect]}."
    else:
        end = f"so, if the open matches are true and the shares as large as they may be, {who} {_EFFECTS[each.effect]}."
    return f"{each.rule.title}: {held} of {who} in aggregate, where {each.rule.number('percent'):g} % or more counts ({links}); {end}"


def _percent(share: Fraction) -> str:
    return f"{float(share):.4g} %"
