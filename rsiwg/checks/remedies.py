"""The smallest changes that clear conflicts, each proved by checking the changed request again."""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs
import shapely

from rsiwg.checks.achievable import off_nadir_for
from rsiwg.checks.words import degrees, listed, metres, named, per_cent, sentence, square_kilometres
from rsiwg.domain import (
    NUMERIC_KINDS,
    Finding,
    ImagingRequest,
    Measure,
    Outcome,
    Period,
    Product,
    ProductPiece,
    Recipient,
    Remedy,
    RemedyKind,
    Restriction,
    Rulebook,
    Verdict,
    in_full,
    verdict_of,
)
from rsiwg.geometry import Area, area_km2, join, overlap, padded, subtract

Evaluate = Callable[[ImagingRequest], tuple[Finding, ...]]
_MOST_COMBINATIONS = 12
_WHOLE = 1e-9
"""A piece that leaves less than this share of the AOI is all of it."""


@attrs.frozen(kw_only=True)
class _Change:
    """One single change: how it is made, how much it costs the applicant (0 to 1), and for whom it is meant."""

    kind: RemedyKind
    says: str
    cost: float
    apply: Callable[[ImagingRequest], ImagingRequest | None]
    restriction: str
    only: Finding | None = None
    """Set: meant to clear just this finding; else the whole restriction."""
    piece: Area | None = None


def remedies(
    request: ImagingRequest, rulebook: Rulebook, findings: Sequence[Finding], evaluate: Evaluate
) -> tuple[Remedy, ...]:
    """Every proved remedy, smallest change first for each restriction, then the smallest combined set."""
    conflicts = [f for f in findings if f.outcome is Outcome.CONFLICT]
    by_id = {r.id: r for r in rulebook.restrictions}
    proved: list[tuple[_Change, Remedy]] = []
    for slug in dict.fromkeys(f.restriction for f in conflicts if f.restriction):
        own = [
            f
            for f in findings
            if f.restriction == slug and f.outcome in (Outcome.CONFLICT, Outcome.INDETERMINATE)
        ]
        changes = sorted(_changes(request, by_id[slug], own), key=lambda change: change.cost)
        tried = ((change, _prove(request, findings, change, evaluate)) for change in changes)
        proved += [(change, remedy) for change, remedy in tried if remedy is not None]
    # Those that settle everything first, then by size; sorting keeps the order of equals.
    proved.sort(key=lambda pair: pair[1].verdict_after is not Verdict.CLEAR)
    found = [remedy for _, remedy in proved]
    # Waiting is no answer for most applicants, so it does not stand in the way of a set of changes.
    enough = [r for r in found if r.verdict_after is Verdict.CLEAR and r.kind is not RemedyKind.MOVE_DATES]
    slugs = [slug for slug in dict.fromkeys(f.restriction for f in conflicts) if slug]
    if len(slugs) > 1 and not enough:
        if all(r.verdict_after is Verdict.RESTRICTED for r in found if r.kind is RemedyKind.MOVE_DATES):
            found += _dates_past_all(request, [by_id[slug] for slug in slugs], findings, evaluate)
        found += _combined(request, findings, [change for change, _ in proved], evaluate)
    return tuple(attrs.evolve(remedy, id=f"R{n}") for n, remedy in enumerate(found, start=1))


# ------------------------------------------------------------------------------------ candidates


def _changes(request: ImagingRequest, restriction: Restriction, own: Sequence[Finding]) -> Iterator[_Change]:
    conflicts = [f for f in own if f.outcome is Outcome.CONFLICT]
    if restriction.kind in NUMERIC_KINDS:
        yield from _coarsenings(request, restriction, own, conflicts)
        yield from _looking_aside(request, restriction, conflicts)
    yield from _cut_out(request, restriction, own, conflicts)
    yield from _other_dates(request, [restriction], conflicts)
    yield from _other_recipient(restriction)
    yield from _other_activity(request, restriction)


def _coarsenings(
    request: ImagingRequest, restriction: Restriction, own: Sequence[Finding], conflicts: Sequence[Finding]
) -> Iterator[_Change]:
    """To the limit inside each piece in conflict, and, where there is more to settle, inside all of the area."""
    if len(own) > 1:
        for finding in conflicts:
            yield _coarsening(request, restriction, _limit_m(finding), finding, own, only=finding)
    yield _coarsening(request, restriction, max(map(_limit_m, conflicts)), conflicts[0], own, only=None)


def _limit_m(finding: Finding) -> float:
    assert finding.measured is not None
    assert finding.measured.limit_m is not None
    return finding.measured.limit_m


def _coarsening(
    request: ImagingRequest,
    restriction: Restriction,
    limit_m: float,
    finding: Finding,
    own: Sequence[Finding],
    only: Finding | None,
) -> _Change:
    assert finding.measured is not None
    measure, asked_m = finding.measured.measure, finding.measured.value_m
    piece = _offending(request, restriction, own, only)
    share = area_km2(piece) / request.aoi_km2

    def apply(to: ImagingRequest) -> ImagingRequest | None:
        product = to.product
        stated = product.resolution_m is not None or product.inside
        if stated and product.measure is not measure:
            return None
        finer = [p for p in product.inside if p.resolution_m < limit_m]
        coarser = [p for p in product.inside if p.resolution_m >= limit_m]
        target = piece
        for other in coarser:
            target = subtract(target, other.area)
        if product.resolution_m is not None and product.resolution_m >= limit_m:
            target = overlap(target, join(p.area for p in finer))  # the rest is coarse enough as it is
        if area_km2(target) > (1 - _WHOLE) * to.aoi_km2:
            return attrs.evolve(
                to,
                product=attrs.evolve(product, resolution_m=limit_m, measure=measure, inside=tuple(coarser)),
            )
        inside = (ProductPiece(area=target, resolution_m=limit_m), *coarser, *finer)
        return attrs.evolve(to, product=attrs.evolve(product, measure=measure, inside=inside))

    where_words = (
        "everywhere in the AOI"
        if share > 0.9999
        else f"inside these {square_kilometres(area_km2(piece))} ({per_cent(share)} of the AOI)"
    )
    reach = (
        ", which takes in every reading of the area" if only is None and len(restriction.zones) > 1 else ""
    )
    return _Change(
        kind=RemedyKind.COARSEN,
        says=f"Coarsen the product to {metres(limit_m)} {named(measure)} {where_words}{reach}.",
        cost=share * max(1 - asked_m / limit_m, 0.0),
        apply=apply,
        restriction=restriction.id,
        only=only,
        piece=piece,
    )


def _looking_aside(
    request: ImagingRequest, restriction: Restriction, conflicts: Sequence[Finding]
) -> Iterator[_Change]:
    """Commit every sensor in conflict to the smallest whole off-nadir angle at which its own data are coarse enough."""
    names = {f.sensor for f in conflicts}
    if request.product != Product() or any(
        f.measured is None or f.measured.measure is not Measure.GSD for f in conflicts
    ):
        return
    limit_m = max(map(_limit_m, conflicts))
    angles = {s.name: off_nadir_for(s, limit_m) for s in request.sensors if s.name in names}
    if not angles or None in angles.values():
        return
    committed = tuple(
        attrs.evolve(s, min_off_nadir_deg=angles.get(s.name, s.min_off_nadir_deg)) for s in request.sensors
    )
    told = listed(f"{degrees(angle)} with {name}" for name, angle in angles.items() if angle is not None)
    yield _Change(
        kind=RemedyKind.LOOK_ASIDE,
        says=f"Commit to looking no closer to nadir than {told}: the data are then no finer than {metres(limit_m)} in either direction.",
        cost=0.7,
        apply=lambda to: attrs.evolve(to, sensors=committed),
        restriction=restriction.id,
    )


def _cut_out(
    request: ImagingRequest, restriction: Restriction, own: Sequence[Finding], conflicts: Sequence[Finding]
) -> Iterator[_Change]:
    if restriction.worldwide:
        return
    for only in (None, conflicts[0]):
        outline = _cut_along(request, restriction, own, only)
        kept = subtract(request.aoi, outline)
        if kept.is_empty:
            continue
        piece = overlap(request.aoi, outline)
        lost = area_km2(piece) / request.aoi_km2
        yield _Change(
            kind=RemedyKind.CUT_OUT,
            says=f"Cut {square_kilometres(area_km2(piece))} out of the AOI: {square_kilometres(area_km2(kept))} remain and "
            f"{per_cent(lost)} is lost.",
            cost=lost,
            apply=_cutting(outline),
            restriction=restriction.id,
            only=only,
            piece=piece,
        )
        return


def _offending(
    request: ImagingRequest, restriction: Restriction, own: Sequence[Finding], only: Finding | None
) -> Area:
    """The ground of one finding, or of all that the restriction has, a hair wider."""
    if restriction.worldwide and not request.product.inside:
        return request.aoi
    return overlap(request.aoi, _cut_along(request, restriction, own, only))


def _cut_along(
    request: ImagingRequest, restriction: Restriction, own: Sequence[Finding], only: Finding | None
) -> Area:
    """What to cut or coarsen along: the restriction's own outline, which is kept prepared, unless some of the
    ground inside it is coarse enough already."""
    if request.product.inside:
        return padded(join(f.where for f in ((only,) if only else own) if f.where is not None))
    return _outline(restriction, None if only is None else only.reading)


@functools.lru_cache(maxsize=256)
def _outline(restriction: Restriction, reading: str | None) -> Area:
    """One reading of a restriction, or all of it, a hair wider so that nothing of it is left beside a cut."""
    outline = padded(join(z.area for z in restriction.zones if reading is None or z.reading == reading))
    shapely.prepare(outline)
    return outline


def _cutting(outline: Area) -> Callable[[ImagingRequest], ImagingRequest | None]:
    def apply(to: ImagingRequest) -> ImagingRequest | None:
        kept = subtract(to.aoi, outline)
        return None if kept.is_empty else attrs.evolve(to, aoi=kept)

    return apply


def _other_dates(
    request: ImagingRequest, restrictions: Sequence[Restriction], conflicts: Sequence[Finding]
) -> Iterator[_Change]:
    """The longest span of the collection that none of these restrictions bars, or the first after them all."""
    if request.as_of is not None:
        return
    barred = [
        limit.in_force
        for restriction in restrictions
        for limit in restriction.limits
        if any(f.restriction == restriction.id and f.days and limit.in_force.meet(f.days) for f in conflicts)
    ]
    left: tuple[Period, ...] = (request.collection,)
    for days in barred:
        left = tuple(span for kept in left for span in kept.without(days))
    if left:
        moved = max(left, key=lambda span: (span.day_count, -span.start.toordinal()))
        cost = 1 - moved.day_count / request.collection.day_count
        says = f"Collect only {moved}."
    else:
        ends = [days.end for days in barred if days.end is not None]
        if len(ends) < len(barred):
            return
        start = max(ends)
        moved = Period(start, start + (request.collection.end - request.collection.start))  # type: ignore[operator]  # a collection has an end
        cost = 1.0
        says = f"Move the collection past {in_full(start)}: collect {moved}."

    yield _Change(
        kind=RemedyKind.MOVE_DATES,
        says=says,
        cost=cost,
        apply=lambda to: attrs.evolve(to, collection=moved),
        restriction=restrictions[0].id,
    )


def _other_recipient(restriction: Restriction) -> Iterator[_Change]:
    for kind in sorted(restriction.binds.except_recipients):
        yield _Change(
            kind=RemedyKind.CHANGE_RECIPIENT,
            says=f"Disseminate only to {named(kind)}.",
            cost=0.9,
            apply=lambda to, kind=kind: attrs.evolve(to, recipient=Recipient(kind=kind)),  # type: ignore[misc]  # bound at once
            restriction=restriction.id,
        )


def _other_activity(request: ImagingRequest, restriction: Restriction) -> Iterator[_Change]:
    left = request.activity - restriction.binds.activities
    if left:
        yield _Change(
            kind=RemedyKind.CHANGE_ACTIVITY,
            says=f"Limit the request to {listed(sorted(named(a) for a in left))}.",
            cost=0.8,
            apply=lambda to: attrs.evolve(to, activity=left),
            restriction=restriction.id,
        )


# ----------------------------------------------------------------------------------------- proof


def _prove(
    request: ImagingRequest, findings: Sequence[Finding], change: _Change, evaluate: Evaluate
) -> Remedy | None:
    changed = change.apply(request)
    if changed is None:
        return None
    after = evaluate(changed)
    # A stale reading of the source is no fault of the change, and stays among what remains.
    asked_by = {
        f.check for f in findings if f.restriction == change.restriction and f.outcome is Outcome.CONFLICT
    }
    still = [
        f
        for f in after
        if f.restriction == change.restriction
        and f.check in asked_by
        and f.outcome in (Outcome.CONFLICT, Outcome.INDETERMINATE)
    ]
    if change.only is None:
        cleared = not still
    else:
        cleared = _key(change.only) not in {_key(f) for f in still if f.outcome is Outcome.CONFLICT}
    return _remedy(request, findings, changed, after, change) if cleared else None


def _remedy(
    request: ImagingRequest,
    findings: Sequence[Finding],
    changed: ImagingRequest,
    after: Sequence[Finding],
    change: _Change,
    steps: Iterable[_Change] = (),
) -> Remedy:
    bad = [f for f in after if f.outcome in (Outcome.CONFLICT, Outcome.INDETERMINATE)]
    remaining = {_key(f) for f in bad}
    cleared = [
        f.id
        for f in findings
        if f.outcome in (Outcome.CONFLICT, Outcome.INDETERMINATE) and _key(f) not in remaining
    ]
    piece = change.piece
    return Remedy(
        kind=change.kind,
        says=change.says,
        clears=tuple(cleared),
        request=changed,
        verdict_after=verdict_of(tuple(after)),
        remains=tuple(f.says for f in bad),
        piece=piece,
        piece_km2=None if piece is None else area_km2(piece),
        share_of_aoi=None if piece is None else area_km2(piece) / request.aoi_km2,
        steps=tuple(step.says for step in steps),
    )


def _dates_past_all(
    request: ImagingRequest,
    restrictions: Sequence[Restriction],
    findings: Sequence[Finding],
    evaluate: Evaluate,
) -> list[Remedy]:
    """Dates that no restriction in conflict bars, where no date for one of them alone is free of the others."""
    conflicts = [f for f in findings if f.outcome is Outcome.CONFLICT]
    for change in _other_dates(request, restrictions, conflicts):
        changed = change.apply(request)
        after = evaluate(changed) if changed is not None else ()
        if changed is not None and verdict_of(tuple(after)) is not Verdict.RESTRICTED:
            return [_remedy(request, findings, changed, after, change)]
    return []


def _combined(
    request: ImagingRequest, findings: Sequence[Finding], changes: Sequence[_Change], evaluate: Evaluate
) -> list[Remedy]:
    """The cheapest set with one change for each restriction in conflict that leaves no conflict."""
    slugs = list(dict.fromkeys(f.restriction for f in findings if f.outcome is Outcome.CONFLICT))
    options = [
        [c for c in changes if c.restriction == slug and c.only is None][:3]
        or [c for c in changes if c.restriction == slug][:3]
        for slug in slugs
    ]
    sets = sorted(itertools.product(*options), key=lambda chosen: sum(c.cost for c in chosen))
    best: Remedy | None = None
    for chosen in sets[:_MOST_COMBINATIONS]:
        changed: ImagingRequest | None = request
        for change in chosen:
            changed = None if changed is None else change.apply(changed)
        if changed is None:
            continue
        after = evaluate(changed)
        verdict = verdict_of(tuple(after))
        if verdict is Verdict.RESTRICTED or (best is not None and verdict is not Verdict.CLEAR):
            continue
        together = attrs.evolve(
            chosen[0],
            kind=RemedyKind.COMBINED,
            says=sentence(f"make {len(chosen)} changes together"),
            piece=_pieces(chosen),
        )
        best = _remedy(request, findings, changed, after, together, chosen)
        if verdict is Verdict.CLEAR:
            break
    return [] if best is None else [best]


def _pieces(changes: Iterable[_Change]) -> Area | None:
    pieces = [change.piece for change in changes if change.piece is not None]
    return join(pieces) if pieces else None


def _key(finding: Finding) -> tuple[object, ...]:
    """What makes two findings of two evaluations the same statement."""
    limit = finding.measured.limit_m if finding.measured else None
    return finding.check, finding.restriction, finding.reading, finding.sensor, limit
