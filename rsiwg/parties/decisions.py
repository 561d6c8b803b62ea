"""What people made of hits: the latest decision that still holds."""

from collections.abc import Iterable, Mapping

from rsiwg.domain import Decision, ListEntry, Party


def latest_decisions(history: Iterable[Decision]) -> dict[tuple[str, str, str], Decision]:
    """The latest decision on each pair of a party and an entry, as both were then."""
    latest: dict[tuple[str, str, str], Decision] = {}
    for decision in sorted(history, key=lambda d: d.at):
        latest[decision.party_sha256, decision.entry, decision.entry_sha256] = decision
    return latest


def decision_on(
    decisions: Mapping[tuple[str, str, str], Decision], party: Party, entry: ListEntry
) -> tuple[Decision | None, Decision | None]:
    """(the decision that holds, one that was made and no longer holds since the party or the entry changed)."""
    holds = decisions.get((party.sha256, entry.key, entry.sha256))
    if holds is not None:
        return holds, None
    earlier = [
        d
        for (party_sha256, key, entry_sha256), d in decisions.items()
        if key == entry.key and (party_sha256 == party.sha256 or entry_sha256 == entry.sha256)
    ]
    return None, max(earlier, key=lambda d: d.at, default=None)
