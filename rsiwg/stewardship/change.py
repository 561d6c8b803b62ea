"""One thing that differs between two rulebooks, and how it is found and said."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar

import attrs
import shapely

from rsiwg.domain import Period, in_full
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


def ground_changed(before: Area, after: Area) -> tuple[Area, Area]:
    """What was added and what was removed."""
    if shapely.equals_exact(before, after, 0.0):
        return EMPTY, EMPTY
    return subtract(after, before), subtract(before, after)


def fields_changed(
    part: str, of: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], name: str = ""
) -> Iterator[Change]:
    """A change for each field that differs; `name` is the part it belongs to, else the field itself."""
    for field in dict.fromkeys((*old, *new)):
        before, after = old.get(field), new.get(field)
        if before != after:
            yield Change(
                part=part, of=of, name=name or field, change="changed", before=before, after=after,
                says=f"{where}: {field} was {_said(before)} and is {_said(after)}.",
            )  # fmt: skip


def whole(part: str, name: str, title: str, is_new: bool) -> Change:
    """A whole rule, layer or topic that was added or removed."""
    verb = "added" if is_new else "removed"
    return Change(part=part, of=name, name=name, change=verb, says=f"The {part} {name} ({title}) was {verb}.")


def paired(old: Iterable[T], new: Iterable[T], key: Any) -> Iterator[tuple[str, T | None, T | None]]:
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


def as_json(value: Any) -> Any:
    """A value of a rule as JSON; sets in order."""
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(as_json(each) for each in value)
    if isinstance(value, Mapping):
        return {key: as_json(inner) for key, inner in value.items()}
    return [as_json(each) for each in value] if isinstance(value, tuple) else value


def _said(value: Any) -> str:
    if value is None or value in ("", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    return f"“{value}”" if isinstance(value, str) else str(value)


def last_day(period: Period) -> str:
    """Its last day in words."""
    return "still in force" if period.last is None else in_full(period.last)


def maybe_day(day: dt.date | None) -> str | None:
    """A day in words, where there is one."""
    return None if day is None else in_full(day)


def _km2(area: Area) -> float | None:
    return None if area.is_empty else rounded(area_km2(area))


def _outline(area: Area) -> dict[str, Any] | None:
    if area.is_empty:
        return None
    return {"area": to_geojson(area), "bbox": aoi_document(area)["bbox"]}
