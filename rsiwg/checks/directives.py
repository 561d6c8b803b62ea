"""Restrictions without a number: limited-operations directives, withheld areas, conditions in licences."""

from collections.abc import Iterator

from rsiwg.checks.limits import on_days
from rsiwg.checks.scope import (
    Doubt,
    Ground,
    Scope,
    Statement,
    doubts_about,
    in_doubt,
    licensee_of,
    needs_of,
    same_name,
    scope_of,
)
from rsiwg.checks.words import kilometres, listed, named, per_cent, sentence, square_kilometres
from rsiwg.domain import (
    Citation,
    Finding,
    ImagingRequest,
    Kind,
    Limit,
    NotApplicable,
    Outcome,
    Period,
    Restriction,
    Rulebook,
)
from rsiwg.geometry import Area, area_km2, overlap, subtract


def limited_operations_directive(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Flag each directive whose area and window the request enters (15 CFR 960.9(a), 960.10(a)(1))."""
    for restriction, scope in _of_kind(Kind.LIMITED_OPERATIONS, request, rulebook):
        if isinstance(scope, NotApplicable):
            yield scope
            if scope.distance_km is not None and scope.distance_km <= rulebook.near_miss_km:
                yield _just_outside(restriction, scope)
            continue
        for days, limit in scope.limits:
            for ground in scope.grounds:
                yield _directive(request, scope, ground, days, limit)


def withheld_area(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Say that areas which are not published may lie in the AOI, but for ground proven to lie outside them."""
    for restriction, scope in _of_kind(Kind.WITHHELD_AREA, request, rulebook):
        if isinstance(scope, NotApplicable):
            yield scope
            continue
        for days, limit in scope.limits:
            rest = request.aoi
            for proof in restriction.proven:
                proven = overlap(rest, proof.area)
                if same_name(proof.licensee, licensee_of(request)) and not proven.is_empty:
                    rest = subtract(rest, proven)
                    yield _proven(request, restriction, proven, proof.document, limit.citation, days)
            if not rest.is_empty:
                yield _withheld(request, scope, rest, days, limit)


def licence_conditions(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Remind of conditions that stand in licences and not in a rule."""
    for restriction, scope in _of_kind(Kind.LICENCE_CONDITIONS, request, rulebook):
        if isinstance(scope, NotApplicable):
            yield scope
            continue
        for days, limit in scope.limits:
            yield Finding(
                check="licence_conditions",
                outcome=Outcome.CONDITION,
                says=sentence(f"{days} {limit.says}"),
                restriction=restriction.id,
                restriction_version=restriction.version,
                citation=limit.citation,
                days=days,
            )


def non_earth_imaging(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Say that imaging of objects in space has conditions which a request does not show yet."""
    for restriction, scope in _of_kind(Kind.NON_EARTH_IMAGING, request, rulebook):
        if isinstance(scope, NotApplicable):
            yield scope
            continue
        for days, limit in scope.limits:
            yield Finding(
                check="non_earth_imaging",
                outcome=Outcome.INDETERMINATE,
                says=sentence(f"{days} {limit.says}") + in_doubt(scope.doubts),
                restriction=restriction.id,
                restriction_version=restriction.version,
                citation=limit.citation,
                days=days,
                needs=needs_of(scope.doubts) or ("the owner's consent and the notice to Commerce",),
            )


def _of_kind(
    kind: Kind, request: ImagingRequest, rulebook: Rulebook
) -> Iterator[tuple[Restriction, Scope | NotApplicable]]:
    for restriction in rulebook.restrictions:
        if restriction.kind is kind:
            yield restriction, scope_of(request, restriction, rulebook)


def _directive(request: ImagingRequest, scope: Scope, ground: Ground, days: Period, limit: Limit) -> Finding:
    size, total = area_km2(ground.area), request.aoi_km2
    doubts = doubts_about(scope, ground.zone, limit)
    asked = listed(sorted(named(a) for a in request.activity & scope.restriction.binds.activities))
    says = (
        f"{square_kilometres(size)} of the AOI ({per_cent(size / total)}) lie in {ground.zone.title}, where by "
        f"{scope.restriction.title} {limit.says}{on_days(request, days)}; {asked} {'are' if ' and ' in asked else 'is'} asked for."
    )
    return Finding(
        check="limited_operations_directive",
        outcome=Outcome.INDETERMINATE if doubts else Outcome.CONFLICT,
        says=says + in_doubt(doubts),
        restriction=scope.restriction.id,
        restriction_version=scope.restriction.version,
        reading=ground.zone.reading,
        citation=limit.citation,
        days=days,
        where=ground.area,
        area_km2=size,
        share_of_aoi=size / total,
        near_miss=ground.zone.is_band,
        needs=needs_of(doubts),
    )


def _just_outside(restriction: Restriction, elsewhere: NotApplicable) -> Finding:
    assert elsewhere.distance_km is not None
    return Finding(
        check="limited_operations_directive",
        outcome=Outcome.CLEAR,
        says=f"The AOI lies {kilometres(elsewhere.distance_km)} outside the area of {restriction.title}.",
        restriction=restriction.id,
        restriction_version=restriction.version,
        citation=elsewhere.citation,
        distance_km=elsewhere.distance_km,
        near_miss=True,
    )


def _withheld(request: ImagingRequest, scope: Scope, rest: Area, days: Period, limit: Limit) -> Finding:
    size, total = area_km2(rest), request.aoi_km2
    doubts = scope.doubts or (Doubt(says="whether this ground is among them cannot be known here"),)
    return Finding(
        check="withheld_area",
        outcome=Outcome.INDETERMINATE,
        says=sentence(f"{days} {limit.says}") + in_doubt(doubts),
        restriction=scope.restriction.id,
        restriction_version=scope.restriction.version,
        citation=limit.citation,
        days=days,
        where=rest,
        area_km2=size,
        share_of_aoi=size / total,
        needs=needs_of(doubts)
        or ("proof that the area lies outside the withheld areas, recorded by a steward",),
    )


def _proven(
    request: ImagingRequest,
    restriction: Restriction,
    piece: Area,
    document: str,
    citation: Citation,
    days: Period,
) -> Finding:
    size, total = area_km2(piece), request.aoi_km2
    return Finding(
        check="withheld_area",
        outcome=Outcome.CONDITION,
        says=f"{square_kilometres(size)} of the AOI ({per_cent(size / total)}) are recorded as proven to lie outside the areas "
        f"that are not published, by {document}. The answer rests on that document.",
        restriction=restriction.id,
        restriction_version=restriction.version,
        citation=citation,
        days=days,
        where=piece,
        area_km2=size,
        share_of_aoi=size / total,
    )
