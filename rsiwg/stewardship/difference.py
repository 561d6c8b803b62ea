"""What differs between two rulebooks, in sentences and with the ground that was added and removed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar

import attrs
import shapely

from rsiwg.domain import Entry, Limit, Period, Place, Restriction, Rulebook, Topic, Zone, in_full
from rsiwg.domain.availability import Catalogue
from rsiwg.domain.document import aoi_document, rounded
from rsiwg.geometry import EMPTY, Area, area_km2, subtract, to_geojson

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Change:
    """One thing that was added, removed or changed."""

    part: str
    """``rulebook``, ``layer``, ``restriction``, ``limit``, ``zone``, ``place``, ``topic``, ``entry``, ``catalogue``
    or ``source``."""
    of: str
    """The rule, layer or topic it belongs to; empty for the rulebook itself."""
    name: str
    """Which of its parts: a field, a first day, a reading, an entry."""
    change: str
    """``added``, ``removed`` or ``changed``."""
    says: str
    before: Any = None
    after: Any = None
    added: Area = EMPTY
    removed: Area = EMPTY


def differences(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Everything that differs, in the order of a rulebook: itself, layers, restrictions, places, topics."""
    if old.version == new.version:
        return ()
    return (
        *_fields("rulebook", "", "The rulebook", _of_rulebook(old), _of_rulebook(new)),
        *_layers(old, new),
        *_restrictions(old, new),
        *_places(old, new),
        *_topics(old, new),
        *_catalogue(old.availability, new.availability),
    )


def difference_document(old: Rulebook, new: Rulebook) -> dict[str, Any]:
    """The JSON of it."""
    return {
        "old": old.version,
        "new": new.version,
        "same": old.version == new.version,
        "changes": [change_document(change) for change in differences(old, new)],
    }


def change_document(change: Change) -> dict[str, Any]:
    """One change; areas in km², outlines as GeoJSON, null where no ground changed."""
    return {
        "part": change.part,
        "of": change.of,
        "name": change.name,
        "change": change.change,
        "says": change.says,
        "before": change.before,
        "after": change.after,
        "added_km2": _km2(change.added),
        "removed_km2": _km2(change.removed),
        "added": _outline(change.added),
        "removed": _outline(change.removed),
    }


# ------------------------------------------------------------------------------------- the rulebook itself


def _of_rulebook(book: Rulebook) -> dict[str, Any]:
    return {
        "the days it vouches for": str(book.covers),
        "the distance of a near miss": f"{book.near_miss_km:g} km",
        "the share of a near miss": f"{book.near_miss_share:g}",
        "what is listed and missing": list(book.problems),
    }


def _layers(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    for name, was, now in _paired(old.layers, new.layers, lambda layer: layer.name):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield _whole("layer", name, there.title, was is None)
            continue
        before, after = (
            {
                "the title": layer.title,
                "the source": layer.source,
                "the licence": layer.licence,
                "the accuracy": f"{layer.accuracy_m:g} m",
                "the number of features": layer.feature_count,
                "the day it was retrieved": in_full(layer.retrieved_on),
                "the first day on which it is stale": in_full(layer.good_until),
                "the problem": layer.problem,
            }
            for layer in (was, now)
        )
        yield from _fields("layer", name, f"The layer {name}", before, after)
        if was.sha256 != now.sha256:
            yield Change(
                part="layer", of=name, name="outlines", change="changed",
                says=f"The layer {name}: its file of outlines differs (SHA-256 {was.sha256[:12]}, now {now.sha256[:12]}).",
                before=was.sha256, after=now.sha256,
            )  # fmt: skip


# -------------------------------------------------------------------------------------------- restrictions


def _restrictions(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    for name, was, now in _paired(old.restrictions, new.restrictions, lambda rule: rule.id):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield _whole("restriction", name, there.title, was is None)
            yield from _limits(name, was.limits if was else (), now.limits if now else ())
            yield from _zones(name, was.zones if was else (), now.zones if now else ())
        elif was.version != now.version:
            found = [
                *_fields("restriction", name, name, _of_restriction(was), _of_restriction(now)),
                *_limits(name, was.limits, now.limits),
                *_zones(name, was.zones, now.zones),
            ]
            yield from found
            if not found:
                yield Change(
                    part="restriction", of=name, name="file", change="changed",
                    says=f"{name}: its file or its layer differs in a way that changes nothing it says.",
                    before=was.version, after=now.version,
                )  # fmt: skip


def _of_restriction(rule: Restriction) -> dict[str, Any]:
    binds = {
        f"binds.{field.name}": getattr(rule.binds, field.name) for field in attrs.fields(type(rule.binds))
    }
    return {
        "the title": rule.title,
        "the kind": str(rule.kind),
        "the status": str(rule.status),
        **{name: _words(value) for name, value in binds.items()},
        "worldwide": rule.worldwide,
        "the accuracy of the outline": f"{rule.accuracy_m:g} m",
        "the day its source was last read": in_full(rule.verified_on),
        "the first day for which that is too old": in_full(rule.vouched_until),
        "the confidence": rule.confidence,
        "the marking": rule.marking,
        "the steward": rule.steward,
        "the notes": rule.notes,
        "the areas proven to lie outside": [f"{p.licensee}: {p.document}, {area_km2(p.area):,.6g} km²" for p in rule.proven],
        "the problem": rule.problem,
    }  # fmt: skip


def _limits(rule: str, old: Iterable[Limit], new: Iterable[Limit]) -> Iterator[Change]:
    for name, was, now in _paired(old, new, lambda limit: limit.in_force.start.isoformat()):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield Change(
                part="limit", of=rule, name=name, change="added" if was is None else "removed",
                says=f"{rule}: a limit was {'added' if was is None else 'removed'}: {_limit_says(there)}, {there.in_force}.",
                before=None if was is None else _limit_says(was), after=None if now is None else _limit_says(now),
            )  # fmt: skip
            continue
        yield from _fields(
            "limit", rule, f"{rule}, the limit from {in_full(was.in_force.start)}", _of_limit(was), _of_limit(now), name
        )  # fmt: skip


def _of_limit(limit: Limit) -> dict[str, Any]:
    return {
        "what it allows": _limit_says(limit),
        "its last day": _last_day(limit.in_force),
        "whether it is verified": limit.verified,
        "the day it was read": None if limit.verified_on is None else in_full(limit.verified_on),
        "the source": limit.citation.source,
        "the link": limit.citation.url,
    }


def _limit_says(limit: Limit) -> str:
    return (
        limit.says if limit.finest_m is None else f"finest {str(limit.measure).upper()} {limit.finest_m:g} m"
    )


def _zones(rule: str, old: Iterable[Zone], new: Iterable[Zone]) -> Iterator[Change]:
    for name, was, now in _paired(old, new, lambda zone: zone.reading):
        before, after = (EMPTY if zone is None else zone.area for zone in (was, now))
        added, removed = _ground(before, after)
        if was is None or now is None:
            there = now or was
            assert there is not None
            verb, km2 = ("added", area_km2(added)) if was is None else ("removed", area_km2(removed))
            yield Change(
                part="zone", of=rule, name=name, change=verb, added=added, removed=removed,
                says=f"{rule}: the reading “{name}” ({there.title}) was {verb}: {km2:,.6g} km².",
            )  # fmt: skip
            continue
        told, tells = (
            {"the title": z.title, "whether it decides": z.decides, "the doubt": z.doubt} for z in (was, now)
        )
        yield from _fields("zone", rule, f"{rule}, the reading “{name}”", told, tells, name)
        if not (added.is_empty and removed.is_empty):
            yield Change(
                part="zone", of=rule, name=name, change="changed", added=added, removed=removed,
                says=f"{rule}: the reading “{name}” gained {area_km2(added):,.6g} km² and lost {area_km2(removed):,.6g} km².",
            )  # fmt: skip


def _ground(before: Area, after: Area) -> tuple[Area, Area]:
    """What was added and what was removed."""
    if shapely.equals_exact(before, after, 0.0):
        return EMPTY, EMPTY
    return subtract(after, before), subtract(before, after)


# -------------------------------------------------------------------------------------- places and topics


def _places(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    for role in ("countries", "regions", "land", "seas"):
        was, now = getattr(old.places, role).places, getattr(new.places, role).places
        for name, before, after in _paired(was, now, lambda place: place.name):
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
    yield from _fields("place", role, f"{name} ({role})", told, tells, name)
    added, removed = _ground(was.area, now.area)
    if not (added.is_empty and removed.is_empty):
        yield Change(
            part="place", of=role, name=name, change="changed", added=added, removed=removed,
            says=f"{name} ({role}) gained {area_km2(added):,.6g} km² and lost {area_km2(removed):,.6g} km².",
        )  # fmt: skip


def _topics(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    topics = (old.regulation.topics.values(), new.regulation.topics.values())
    for name, was, now in _paired(*topics, lambda topic: topic.name):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield _whole("topic", name, there.title, was is None)
            yield from _entries(name, was.entries if was else (), now.entries if now else ())
            continue
        yield from _fields("topic", name, f"The topic {name}", _of_topic(was), _of_topic(now))
        yield from _entries(name, was.entries, now.entries)


def _of_topic(topic: Topic) -> dict[str, Any]:
    return {
        "the title": topic.title,
        "the steward": topic.steward,
        "the marking": topic.marking,
        "the day its sources were gone through": _maybe_day(topic.read_on),
        "the first day for which that is too old": _maybe_day(topic.good_until),
        "the notes": topic.notes,
        "the problem": topic.problem,
    }


def _entries(topic: str, old: Iterable[Entry], new: Iterable[Entry]) -> Iterator[Change]:
    for name, was, now in _paired(old, new, lambda entry: f"{entry.id} from {entry.in_force.start}"):
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
        yield from _fields("entry", topic, where, _of_entry(was), _of_entry(now), name)


def _of_entry(entry: Entry) -> dict[str, Any]:
    return {
        "the title": entry.title,
        "the last day": _last_day(entry.in_force),
        "the status": str(entry.status),
        "whether it is verified": entry.verified,
        "the day it was read": _maybe_day(entry.verified_on),
        "the clause": entry.clause,
        "the source": entry.citation.source,
        "the link": entry.citation.url,
        "the note": entry.note,
        **{f"the value {key}": _words(value) for key, value in entry.values.items()},
    }


def _catalogue(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    told, tells = (
        {
            "the title": c.title,
            "the day it was gone through": _maybe_day(c.read_on),
            "the first day for which that is too old": _maybe_day(c.good_until),
            "the problem": c.problem,
        }
        for c in (old, new)
    )
    yield from _fields("catalogue", "", "The catalogue of available data", told, tells)
    for name, was, now in _paired(old.sources, new.sources, lambda source: source.id):
        if was is None or now is None:
            there = now or was
            assert there is not None
            verb = "added" if was is None else "removed"
            yield Change(
                part="source", of=name, name=name, change=verb,
                says=f"The source of data {name} ({there.system}, {there.operator}) was {verb}.",
            )  # fmt: skip
        elif was != now:
            told, tells = ({k: _words(v) for k, v in attrs.asdict(s).items()} for s in (was, now))
            yield from _fields("source", name, f"The source of data {name}", told, tells)


# ------------------------------------------------------------------------------------------------- pieces


def _fields(
    part: str, of: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], name: str = ""
) -> Iterator[Change]:
    for field in dict.fromkeys((*old, *new)):
        before, after = old.get(field), new.get(field)
        if before != after:
            yield Change(
                part=part, of=of, name=name or field, change="changed", before=before, after=after,
                says=f"{where}: {field} was {_said(before)} and is {_said(after)}.",
            )  # fmt: skip


def _whole(part: str, name: str, title: str, is_new: bool) -> Change:
    verb = "added" if is_new else "removed"
    return Change(part=part, of=name, name=name, change=verb, says=f"The {part} {name} ({title}) was {verb}.")


def _paired(old: Iterable[T], new: Iterable[T], key: Any) -> Iterator[tuple[str, T | None, T | None]]:
    """Things of the same key side by side, in the order of the new ones, then those that are gone.

    Where a key stands twice, the second of the one goes with the second of the other.
    """
    was, now = _numbered(old, key), _numbered(new, key)
    for number in dict.fromkeys((*now, *was)):
        yield number[0], was.get(number), now.get(number)


def _numbered(things: Iterable[T], key: Any) -> dict[tuple[str, int], T]:
    found: dict[tuple[str, int], T] = {}
    for thing in things:
        name, number = key(thing), 0
        while (name, number) in found:
            number += 1
        found[name, number] = thing
    return found


def _words(value: Any) -> Any:
    """A value of a rule as JSON; sets in order."""
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(_words(each) for each in value)
    if isinstance(value, Mapping):
        return {key: _words(inner) for key, inner in value.items()}
    return [_words(each) for each in value] if isinstance(value, tuple) else value


def _said(value: Any) -> str:
    if value is None or value in ("", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    return f"“{value}”" if isinstance(value, str) else str(value)


def _last_day(period: Period) -> str:
    return "still in force" if period.last is None else in_full(period.last)


def _maybe_day(day: dt.date | None) -> str | None:
    return None if day is None else in_full(day)


def _km2(area: Area) -> float | None:
    return None if area.is_empty else rounded(area_km2(area))


def _outline(area: Area) -> dict[str, Any] | None:
    if area.is_empty:
        return None
    return {"area": to_geojson(area), "bbox": aoi_document(area)["bbox"]}
