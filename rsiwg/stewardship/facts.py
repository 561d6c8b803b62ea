"""What differs in places, topics and the catalogue of available data."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from rsiwg.domain import Entry, Place, Rulebook, Topic, in_full
from rsiwg.domain.availability import Catalogue
from rsiwg.geometry import EMPTY, area_km2
from rsiwg.stewardship.change import (
    Change,
    as_json,
    fields_changed,
    ground_changed,
    last_day,
    maybe_day,
    paired,
    whole,
)


def places_changed(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    """Countries, regions, land and seas, by name."""
    for role in ("countries", "regions", "land", "seas"):
        was, now = getattr(old.places, role).places, getattr(new.places, role).places
        for name, before, after in paired(was, now, lambda place: place.name):
            yield from _place(role, name, before, after)


def _place(role: str, name: str, was: Place | None, now: Place | None) -> Iterator[Change]:
    if was is None or now is None:
        there = now or was
        assert there is not None
        verb = "added" if was is None else "removed"
        added, removed = (there.area, EMPTY) if was is None else (EMPTY, there.area)
        yield Change(
            part="place", of=role, name=name, change=verb, added=added, removed=removed,
            says=f"{name} was {verb} among the {role}: {area_km2(there.area):,.6g} km².",
        )  # fmt: skip
        return
    told, tells = ({"the country": p.iso_a2, "the status": p.status, "the note": p.note} for p in (was, now))
    yield from fields_changed("place", role, f"{name} ({role})", told, tells, name)
    added, removed = ground_changed(was.area, now.area)
    if not (added.is_empty and removed.is_empty):
        yield Change(
            part="place", of=role, name=name, change="changed", added=added, removed=removed,
            says=f"{name} ({role}) gained {area_km2(added):,.6g} km² and lost {area_km2(removed):,.6g} km².",
        )  # fmt: skip


def topics_changed(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    """Topics and their entries, by id and first day."""
    topics = (old.regulation.topics.values(), new.regulation.topics.values())
    for name, was, now in paired(*topics, lambda topic: topic.name):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield whole("topic", name, there.title, was is None)
            yield from _entries(name, was.entries if was else (), now.entries if now else ())
            continue
        yield from fields_changed("topic", name, f"The topic {name}", _of_topic(was), _of_topic(now))
        yield from _entries(name, was.entries, now.entries)


def _of_topic(topic: Topic) -> dict[str, Any]:
    return {
        "the title": topic.title,
        "the steward": topic.steward,
        "the marking": topic.marking,
        "the day its sources were gone through": maybe_day(topic.read_on),
        "the first day for which that is too old": maybe_day(topic.good_until),
        "the notes": topic.notes,
        "the problem": topic.problem,
    }


def _entries(topic: str, old: Iterable[Entry], new: Iterable[Entry]) -> Iterator[Change]:
    for name, was, now in paired(old, new, lambda entry: f"{entry.id} from {entry.in_force.start}"):
        if was is None or now is None:
            there = now or was
            assert there is not None
            verb = "added" if was is None else "removed"
            yield Change(
                part="entry", of=topic, name=there.id, change=verb,
                says=f"{topic}: the entry {there.id} ({there.title}), {there.in_force}, was {verb}.",
                before=None if was is None else _of_entry(was), after=None if now is None else _of_entry(now),
            )  # fmt: skip
            continue
        where = f"{topic}, the entry {was.id} from {in_full(was.in_force.start)}"
        yield from fields_changed("entry", topic, where, _of_entry(was), _of_entry(now), name)


def _of_entry(entry: Entry) -> dict[str, Any]:
    return {
        "the title": entry.title,
        "the last day": last_day(entry.in_force),
        "the status": str(entry.status),
        "whether it is verified": entry.verified,
        "the day it was read": maybe_day(entry.verified_on),
        "the clause": entry.clause,
        "the source": entry.citation.source,
        "the link": entry.citation.url,
        "the note": entry.note,
        **{f"the value {key}": as_json(value) for key, value in entry.values.items()},
    }


def catalogue_changed(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    """The catalogue and its rows, by id."""
    told, tells = (
        {
            "the title": c.title,
            "the day it was gone through": maybe_day(c.read_on),
            "the first day for which that is too old": maybe_day(c.good_until),
            "the problem": c.problem,
        }
        for c in (old, new)
    )
    yield from fields_changed("catalogue", "", "The catalogue of available data", told, tells)
    for name, was, now in paired(old.sources, new.sources, lambda source: source.id):
        if was is None or now is None:
            there = now or was
            assert there is not None
            verb = "added" if was is None else "removed"
            yield Change(
                part="source", of=name, name=name, change=verb,
                says=f"The source of data {name} ({there.system}, {there.operator}) was {verb}.",
            )  # fmt: skip
        elif was != now:
            told, tells = ({k: as_json(v) for k, v in attrs.asdict(s).items()} for s in (was, now))
            yield from fields_changed("source", name, f"The source of data {name}", told, tells)
