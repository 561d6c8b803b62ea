"""Parties of a request: matching their names against lists, ownership, destinations, referrals.

Pure: no files, no clock, no database.  A person decides whether a hit is a match.
"""

from rsiwg.parties.decisions import latest_decisions
from rsiwg.parties.matching import Hit, Index, Strength, Thresholds
from rsiwg.parties.of_requests import KINDS, parties_of
from rsiwg.parties.rescreen import changes_between
from rsiwg.parties.screening import Terms, screen, without_lists

__all__ = [
    "KINDS",
    "Hit",
    "Index",
    "Strength",
    "Terms",
    "Thresholds",
    "changes_between",
    "latest_decisions",
    "parties_of",
    "screen",
    "without_lists",
]
