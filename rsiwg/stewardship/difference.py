"""What differs between two rulebooks, in sentences and with the ground that was added and removed."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from rsiwg.domain import Limit, Restriction, Rulebook, Zone, in_full
from rsiwg.geometry import EMPTY, area_km2
from rsiwg.stewardship.change import (
    Change,
    as_json,
    change_document,
    fields_changed,
    ground_changed,
    last_day,
    paired,
    whole,
)
from rsiwg.stewardship.facts import catalogue_changed, places_changed, topics_changed


def differences(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Everything that differs, in the order of a rulebook: itself, layers, restrictions, places, topics."""
    if old.version == new.version:
        return ()
    return (
        *fields_changed("rulebook", "", "The rulebook", _of_rulebook(old), _of_rulebook(new)),
        *_layers(old, new),
        *_restrictions(old, new),
        *places_changed(old, new),
        *topics_changed(old, new),
        *catalogue_changed(old.availability, new.availability),
    )


def difference_document(old: Rulebook, new: Rulebook) -> dict[str, Any]:
    """The JSON of it."""
    return {
        "old": old.version,
        "new": new.version,
        "same": old.version == new.version,
        "changes": [change_document(change) for change in differences(old, new)],
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
    for name, was, now in paired(old.layers, new.layers, lambda layer: layer.name):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield whole("layer", name, there.title, was is None)
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
        yield from fields_changed("layer", name, f"The layer {name}", before, after)
        if was.sha256 != now.sha256:
            yield Change(
                part="layer", of=name, name="outlines", change="changed",
                says=f"The layer {name}: its file of outlines differs (SHA-256 {was.sha256[:12]}, now {now.sha256[:12]}).",
                before=was.sha256, after=now.sha256,
            )  # fmt: skip


# -------------------------------------------------------------------------------------------- restrictions


def _restrictions(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    for name, was, now in paired(old.restrictions, new.restrictions, lambda rule: rule.id):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield whole("restriction", name, there.title, was is None)
            yield from _limits(name, was.limits if was else (), now.limits if now else ())
            yield from _zones(name, was.zones if was else (), now.zones if now else ())
        elif was.version != now.version:
            found = [
                *fields_changed("restriction", name, name, _of_restriction(was), _of_restriction(now)),
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
        **{name: as_json(value) for name, value in binds.items()},
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
    for name, was, now in paired(old, new, lambda limit: limit.in_force.start.isoformat()):
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield Change(
                part="limit", of=rule, name=name, change="added" if was is None else "removed",
                says=f"{rule}: a limit was {'added' if was is None else 'removed'}: {_limit_says(there)}, {there.in_force}.",
                before=None if was is None else _limit_says(was), after=None if now is None else _limit_says(now),
            )  # fmt: skip
            continue
        yield from fields_changed(
            "limit", rule, f"{rule}, the limit from {in_full(was.in_force.start)}", _of_limit(was), _of_limit(now), name
        )  # fmt: skip


def _of_limit(limit: Limit) -> dict[str, Any]:
    return {
        "what it allows": _limit_says(limit),
        "its last day": last_day(limit.in_force),
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
    for name, was, now in paired(old, new, lambda zone: zone.reading):
        before, after = (EMPTY if zone is None else zone.area for zone in (was, now))
        added, removed = ground_changed(before, after)
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
        yield from fields_changed("zone", rule, f"{rule}, the reading “{name}”", told, tells, name)
        if not (added.is_empty and removed.is_empty):
            yield Change(
                part="zone", of=rule, name=name, change="changed", added=added, removed=removed,
                says=f"{rule}: the reading “{name}” gained {area_km2(added):,.6g} km² and lost {area_km2(removed):,.6g} km².",
            )  # fmt: skip
