"""Parties and entries with defaults, so that a test names only what it is about.  All of them are made up."""

import datetime as dt
from fractions import Fraction

from rsiwg.domain import ListEntry, ListVersion, Party, PartyRole, Share
from rsiwg.parties import Terms, Thresholds

DAY = dt.date(2026, 11, 25)


def a_party(name="Northlight Imaging Inc.", *, id=None, role="customer", owners=(), **others):
    shares = tuple(Share(owner=o, percent=None if p is None else Fraction(str(p))) for o, p in owners)
    return Party(id=id or name, name=name, role=PartyRole(role), owners=shares, **others)


def an_entry(name="Drevom Marine Corporation", *, id="10003", list="SDN", **others):
    return ListEntry(list=list, id=id, name=name, **others)


def a_version(entries=(), retrieved_on=DAY, **others):
    counts = {}
    for entry in entries:
        counts[entry.list] = counts.get(entry.list, 0) + 1
    given = {
        "sha256": "a" * 64,
        "retrieved_on": retrieved_on,
        "loaded_at": None,
        "counts": counts,
        "files": {},
    }
    return ListVersion(**given | others)


def some_terms(day=DAY, max_age_days=7, **thresholds):
    return Terms(day=day, thresholds=Thresholds(**thresholds), max_age_days=max_age_days)
