"""Resolution limits: finer than allowed, at the limit, near it."""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

import attrs

from rsiwg.checks.achievable import achievable, product_in_plane
from rsiwg.checks.scope import Doubt, Ground, Scope, Statement, doubts_about, in_doubt, needs_of, scope_of
from rsiwg.checks.words import (
    kilometres,
    listed,
    metres,
    named,
    per_cent,
    sensor_named,
    sentence,
    square_kilometres,
)
from rsiwg.domain import (
    NUMERIC_KINDS,
    Activity,
    Finding,
    ImagingRequest,
    Limit,
    Measured,
    Native,
    NotApplicable,
    Outcome,
    Period,
    Restriction,
    Rulebook,
    Sensor,
    as_stated,
    in_full,
)
from rsiwg.geometry import Area, area_km2, join, overlap


def finer_than_allowed(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Compare what is asked with each limit, zone by zone, sensor by sensor, dated entry by dated entry.

    Equal to the limit is allowed: "finer than" is strict (15 CFR 960.4).
    """
    for restriction in rulebook.restrictions:
        if restriction.kind not in NUMERIC_KINDS:
            continue
        scope = scope_of(request, restriction, rulebook)
        if isinstance(scope, NotApplicable):
            yield scope
            yield from _near_the_edge(request, restriction, scope, rulebook)
            continue
        for days, limit in scope.limits:
            for sensor in scope.sensors:
                yield from _compared(request, scope, sensor, days, limit, rulebook)


def limit_changes_within_the_period(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Report each day within those judged on which a limit begins, changes or ends."""
    for restriction in rulebook.restrictions:
        steps = _steps(restriction, request.judged) if restriction.kind in NUMERIC_KINDS else ()
        if not steps:
            continue
        scope = scope_of(request, restriction, rulebook)
        for day, step, limit in steps if isinstance(scope, Scope) else ():
            yield Finding(
                check="limit_changes_within_the_period",
                outcome=Outcome.CLEAR,
                says=f"The limit of {restriction.title!r} changes within the time asked for: on {in_full(day)} {step}. "
                "Each span is judged by its own limit.",
                restriction=restriction.id,
                restriction_version=restriction.version,
                citation=limit.citation,
                days=request.judged,
            )


def _steps(restriction: Restriction, judged: Period) -> tuple[tuple[dt.date, str, Limit], ...]:
    """(day, what happens, entry it rests on) for each change of the number within the days judged."""
    steps: list[tuple[dt.date, str, Limit]] = []
    entries = restriction.limits
    for before, after in itertools.pairwise((None, *entries, None)):
        follows = before is not None and after is not None and before.in_force.end == after.in_force.start
        if before is not None and before.in_force.end is not None and not follows:
            steps.append((before.in_force.end, f"the limit of {_number(before)} ends", before))
        if after is not None and not follows:
            steps.append((after.in_force.start, f"a limit of {_number(after)} begins", after))
        if before is not None and after is not None and follows and before.finest_m != after.finest_m:
            steps.append((after.in_force.start, f"from {_number(before)} to {_number(after)}", after))
    return tuple(step for step in steps if step[0] in judged and step[0] != judged.start)


def _number(limit: Limit) -> str:
    assert limit.finest_m is not None
    return metres(limit.finest_m)


@attrs.frozen
class _Part:
    """A part of the AOI and the resolution there, by the strict and by the lenient reading, metres."""

    area: Area
    strict_m: float
    lenient_m: float


def _parts(request: ImagingRequest, restriction: Restriction, sensor: Sensor, limit: Limit) -> list[_Part]:
    """What the limit looks at, disjoint."""
    strict = resolution_parts(request, restriction, sensor, lambda s: achievable(s, limit).strict_m)
    lenient = resolution_parts(request, restriction, sensor, lambda s: achievable(s, limit).lenient_m)
    able = achievable(sensor, limit)
    return [
        _Part(
            area,
            product_in_plane(sensor, limit, strict_m, able.strict_m),
            lenient_m if able.doubt else product_in_plane(sensor, limit, lenient_m, able.lenient_m),
        )
        for (area, strict_m), (_, lenient_m) in zip(strict, lenient, strict=True)
    ]


def resolution_parts(
    request: ImagingRequest, restriction: Restriction, sensor: Sensor, native_m: Native = as_stated
) -> tuple[tuple[Area, float], ...]:
    """What the restriction looks at, as disjoint (area, metres): the data that leave, or those collected."""
    concerned = request.activity & (restriction.binds.activities or restriction.binds.unsettled_activities)
    disseminated = Activity.DISSEMINATE in concerned
    collected = Activity.COLLECT in concerned or not disseminated
    native = native_m(sensor)
    if not disseminated:
        return ((request.aoi, native),)
    return tuple(
        (area, min(value, native) if collected else value) for area, value in request.parts(sensor, native_m)
    )


def _compared(
    request: ImagingRequest, scope: Scope, sensor: Sensor, days: Period, limit: Limit, rulebook: Rulebook
) -> Iterator[Finding]:
    assert limit.finest_m is not None
    comparable = sensor.modality in scope.restriction.binds.comparable and sensor.measure is limit.measure
    parts = _parts(request, scope.restriction, sensor, limit)
    allowed: list[tuple[Ground, Area, float]] = []
    for ground in scope.grounds:
        finer: list[tuple[Area, float]] = []
        by_one_reading: list[tuple[Area, float]] = []
        for part in parts:
            shared = ground.area if len(parts) == 1 else overlap(ground.area, part.area)
            if shared.is_empty:
                continue
            if not comparable or part.lenient_m < limit.finest_m:
                finer.append((shared, part.strict_m))
            elif part.strict_m < limit.finest_m:
                by_one_reading.append((shared, part.strict_m))
            else:
                allowed.append((ground, shared, part.strict_m))
        for pieces, readings_differ in ((finer, False), (by_one_reading, True)):
            if pieces:
                asked = _Asked(
                    sensor=sensor, pieces=tuple(pieces), limit=limit, days=days, comparable=comparable,
                    readings_differ=readings_differ,
                )  # fmt: skip
                yield _violation(request, scope, ground, asked)
    if allowed:
        yield _allowed(request, scope, sensor, days, limit, allowed, rulebook)


@attrs.frozen(kw_only=True)
class _Asked:
    """What is asked for in one zone, finer than its limit or not to be compared with it."""

    sensor: Sensor
    pieces: tuple[tuple[Area, float], ...]
    limit: Limit
    days: Period
    comparable: bool
    readings_differ: bool
    """Only by one reading of what the limit measures is it finer than allowed."""


def _violation(request: ImagingRequest, scope: Scope, ground: Ground, asked: _Asked) -> Finding:
    limit, zone = asked.limit, ground.zone
    assert limit.finest_m is not None
    where = asked.pieces[0][0] if len(asked.pieces) == 1 else join(area for area, _ in asked.pieces)
    able = achievable(asked.sensor, limit)
    finest = min(value for _, value in asked.pieces)
    is_native = finest == able.strict_m
    finest = able.shown_m if is_native else finest
    size, total = area_km2(where), request.aoi_km2
    doubts = doubts_about(scope, zone, limit)
    if not asked.comparable:
        doubts.append(
            Doubt(
                says=f"the limit is a {named(limit.measure)} and cannot be compared with the resolution of {named(asked.sensor.modality)}"
            )
        )
    if asked.readings_differ and able.doubt is not None:
        doubts.append(able.doubt)
    allowed = (
        f"the finest {named(limit.measure)} allowed is {metres(limit.finest_m)}{on_days(request, asked.days)}"
    )
    ground_words = f"{square_kilometres(size)} of the AOI ({per_cent(size / total)})"
    asked_words = f"{metres(finest)} is asked for with {sensor_named(asked.sensor)}"
    says = (
        f"{sentence(allowed)[:-1]} anywhere; {asked_words} on {ground_words}."
        if scope.restriction.worldwide
        else f"{ground_words} lie in {zone.title}, where {allowed}; {asked_words}."
    )
    return Finding(
        check="finer_than_allowed",
        outcome=Outcome.INDETERMINATE if doubts else Outcome.CONFLICT,
        says=says + (f" {able.says}" if able.says and is_native else "") + in_doubt(doubts),
        restriction=scope.restriction.id,
        restriction_version=scope.restriction.version,
        reading=zone.reading,
        sensor=asked.sensor.name,
        measured=Measured(measure=asked.sensor.measure, value_m=finest, limit_m=limit.finest_m),
        citation=limit.citation,
        days=asked.days,
        where=where,
        area_km2=size,
        share_of_aoi=size / total,
        near_miss=zone.is_band,
        needs=needs_of(doubts),
    )


def _allowed(
    request: ImagingRequest,
    scope: Scope,
    sensor: Sensor,
    days: Period,
    limit: Limit,
    allowed: Sequence[tuple[Ground, Area, float]],
    rulebook: Rulebook,
) -> Finding:
    assert limit.finest_m is not None
    finest = min(value for _, _, value in allowed)
    readings = list(dict.fromkeys(ground.zone.title for ground, _, _ in allowed if not ground.zone.is_band))
    place = (
        "everywhere"
        if scope.restriction.worldwide
        else f"in {listed(readings)}"
        if readings
        else "beside the area"
    )
    size, total = sum(area_km2(area) for _, area, _ in allowed), request.aoi_km2
    near = finest <= limit.finest_m * (1 + rulebook.near_miss_share)
    says = (
        f"{metres(finest)} {named(sensor.measure)} with {sensor_named(sensor)} is not finer than the {metres(limit.finest_m)} "
        f"allowed {place}{on_days(request, days)}."
    )
    able = achievable(sensor, limit)
    if able.says and finest == able.strict_m:
        says += f" {able.says}"
    if near and finest > limit.finest_m:
        says += f" It is within {per_cent(rulebook.near_miss_share)} of the limit."
    elif near:
        says += " It is exactly at the limit, which is allowed."
    return Finding(
        check="finer_than_allowed",
        outcome=Outcome.CLEAR,
        says=says,
        restriction=scope.restriction.id,
        restriction_version=scope.restriction.version,
        sensor=sensor.name,
        measured=Measured(measure=sensor.measure, value_m=finest, limit_m=limit.finest_m),
        citation=limit.citation,
        days=days,
        area_km2=size,
        share_of_aoi=size / total,
        near_miss=near,
    )


def _near_the_edge(
    request: ImagingRequest, restriction: Restriction, elsewhere: NotApplicable, rulebook: Rulebook
) -> Iterator[Finding]:
    """Report an AOI just outside, where what is asked for would be finer than allowed inside."""
    away = elsewhere.distance_km
    if away is None or away > rulebook.near_miss_km:
        return
    for limit in restriction.limits:
        days = limit.in_force.meet(request.judged)
        for sensor in request.sensors:
            if sensor.modality not in restriction.binds.comparable:
                continue
            finest = min(part.strict_m for part in _parts(request, restriction, sensor, limit))
            finest = finest or sensor.resolution_m
            if days and limit.finest_m and sensor.measure is limit.measure and finest < limit.finest_m:
                yield Finding(
                    check="finer_than_allowed",
                    outcome=Outcome.CLEAR,
                    says=f"The AOI lies {kilometres(away)} outside {restriction.title.split(':')[0]}, where {metres(finest)} "
                    f"with {sensor_named(sensor)} would be finer than the {metres(limit.finest_m)} allowed {days}.",
                    restriction=restriction.id,
                    restriction_version=restriction.version,
                    sensor=sensor.name,
                    measured=Measured(measure=sensor.measure, value_m=finest, limit_m=limit.finest_m),
                    citation=limit.citation,
                    days=days,
                    distance_km=away,
                    near_miss=True,
                )


def on_days(request: ImagingRequest, days: Period) -> str:
    """The days, where they are only some of those judged."""
    return "" if days == request.judged else f" {days}"
