"""Runs every check, then looks for remedies."""

from collections.abc import Callable, Iterator

import attrs

from rsiwg.checks.coverage import (
    exercise_is_marked,
    layers_are_sound,
    restrictions_are_sound,
    rulebook_covers_the_days,
    rulebook_is_whole,
)
from rsiwg.checks.directives import (
    licence_conditions,
    limited_operations_directive,
    non_earth_imaging,
    withheld_area,
)
from rsiwg.checks.limits import finer_than_allowed, limit_changes_within_the_period
from rsiwg.checks.places import country_is_known
from rsiwg.checks.remedies import remedies
from rsiwg.checks.scope import Statement
from rsiwg.domain import Assessment, Finding, ImagingRequest, NotApplicable, Rulebook

Check = Callable[[ImagingRequest, Rulebook], Iterator[Statement]]

CHECKS: tuple[Check, ...] = (
    rulebook_covers_the_days,
    rulebook_is_whole,
    layers_are_sound,
    restrictions_are_sound,
    exercise_is_marked,
    country_is_known,
    limit_changes_within_the_period,
    finer_than_allowed,
    limited_operations_directive,
    withheld_area,
    licence_conditions,
    non_earth_imaging,
)


def evaluate(
    request: ImagingRequest, rulebook: Rulebook, checks: tuple[Check, ...] = CHECKS
) -> tuple[tuple[Finding, ...], tuple[NotApplicable, ...]]:
    """Run every check; the order is that of `CHECKS`, then of the rulebook."""
    statements = [statement for check in checks for statement in check(request, rulebook)]
    findings = [s for s in statements if isinstance(s, Finding)]
    return (
        tuple(attrs.evolve(finding, id=f"F{n}") for n, finding in enumerate(findings, start=1)),
        tuple(s for s in statements if isinstance(s, NotApplicable)),
    )


def assess(request: ImagingRequest, rulebook: Rulebook, engine_version: str) -> Assessment:
    """Every finding, every restriction that does not apply, and the remedies for the conflicts."""
    findings, others = evaluate(request, rulebook)
    whereabouts = tuple(f for f in findings if f.check == country_is_known.__name__)
    elsewhere = tuple(check for check in CHECKS if check is not country_is_known)

    def again(changed: ImagingRequest) -> tuple[Finding, ...]:
        # Where the AOI is the same, so is the country it lies in, and that look-up is the dearest.
        if changed.aoi is request.aoi:
            return whereabouts + evaluate(changed, rulebook, elsewhere)[0]
        return evaluate(changed, rulebook)[0]

    return Assessment(
        request=request,
        rulebook_version=rulebook.version,
        engine_version=engine_version,
        findings=findings,
        not_applicable=others,
        remedies=remedies(request, rulebook, findings, again),
    )
