"""What findings set in motion: to whom a case is referred, why, and by when.  People decide whether to send it."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from rsiwg.domain import Entry, Item, Rulebook

OWN, ROUTING, ARMS = "party-referrals", "routing", "arms-categories"
_ROUTED = {
    # Signals of this room, and what the routing table calls them.
    "list-hit": "sanctions", "ownership": "sanctions", "region": "sanctions", "embargo": "proscribed",
    "missile": "missile", "manpads": "manpads",
}  # fmt: skip
DEFAULT_DUE_DAYS = 10


@attrs.frozen(kw_only=True)
class Referral:
    """A referral that is proposed."""

    id: str
    """Made of addressee and reasons, so that the same finding proposes the same one."""
    addressee: str
    why: str
    reasons: tuple[str, ...]
    """The findings behind it, in sentences."""
    due_on: dt.date
    entry: Entry
    verified: bool


def categories(
    items: Sequence[Item], rulebook: Rulebook, day: dt.date
) -> tuple[tuple[Item, Entry | None], ...]:
    """Each item with the category of conventional arms that its code names; None where no entry has that code."""
    entries = rulebook.regulation.topic(ARMS).on(day)
    by_code = {_code(code): entry for entry in entries for code in entry.texts("codes")}
    return tuple((item, _category(_code(item.category), by_code)) for item in items)


def _category(code: str, by_code: Mapping[str, Entry]) -> Entry | None:
    """A code, or the longest one that it is a paragraph of: ML4.a is of ML4, ML41 is not."""
    if code in by_code:
        return by_code[code]
    of = [c for c in by_code if code.startswith(c) and c[-1:].isdigit() and not code[len(c)].isdigit()]
    return by_code[max(of, key=len)] if of else None


def _code(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def referrals(signals: Mapping[str, Sequence[str]], rulebook: Rulebook, day: dt.date) -> tuple[Referral, ...]:
    """Every referral that signals propose; `signals` has the sentences behind each signal."""
    found: dict[str, Referral] = {}
    own = rulebook.regulation.topic(OWN)
    for entry in own.on(day):
        _add(
            found,
            entry,
            entry.text("addressee"),
            entry.texts("signals"),
            signals,
            day,
            entry.whole("due_days"),
        )
    routed: dict[str, list[str]] = {}
    for signal, reasons in signals.items():
        if signal in _ROUTED:
            routed.setdefault(_ROUTED[signal], []).extend(reasons)
    for entry in rulebook.regulation.topic(ROUTING).on(day):
        _add(found, entry, entry.text("office"), entry.texts("when"), routed, day, DEFAULT_DUE_DAYS)
    return tuple(found.values())


def _add(
    found: dict[str, Referral],
    entry: Entry,
    addressee: str,
    wanted: Sequence[str],
    signals: Mapping[str, Sequence[str]],
    day: dt.date,
    due_days: int,
) -> None:
    reasons = tuple(dict.fromkeys(r for signal in wanted for r in signals.get(signal, ())))
    if not reasons:
        return
    earlier = next((r for r in found.values() if _code(r.addressee) == _code(addressee)), None)
    if earlier is not None:
        reasons = tuple(dict.fromkeys((*earlier.reasons, *reasons)))
        found[earlier.id] = attrs.evolve(
            earlier, reasons=reasons, verified=earlier.verified or entry.verified
        )
        return
    made = Referral(
        id=hashlib.sha256(_code(addressee).encode()).hexdigest()[:8],
        addressee=addressee,
        why=entry.text("why"),
        reasons=reasons,
        due_on=day + dt.timedelta(days=due_days),
        entry=entry,
        verified=entry.verified,
    )
    found[made.id] = made


def referral_document(each: Referral) -> dict[str, Any]:
    """The JSON of a referral that is proposed."""
    return {
        "id": each.id,
        "addressee": each.addressee,
        "why": each.why,
        "reasons": list(each.reasons),
        "due_on": each.due_on.isoformat(),
        "state": "proposed",
        "entry": each.entry.name,
        "verified": each.verified,
        "citation": attrs.asdict(each.entry.citation),
    }
