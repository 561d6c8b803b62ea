"""Outside what we can vouch for, say so: days, layers and readings of the sources."""

from collections.abc import Iterator

from rsiwg.checks.scope import Statement
from rsiwg.checks.words import listed, sentence
from rsiwg.domain import Finding, ImagingRequest, Outcome, Rulebook, in_full


def rulebook_covers_the_days(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Say so when days are judged that the rulebook does not vouch for."""
    for days in request.judged.without(rulebook.covers):
        yield Finding(
            check="rulebook_covers_the_days",
            outcome=Outcome.INDETERMINATE,
            says=f"The rulebook does not cover the time {days}: it vouches for days {rulebook.covers}.",
            days=days,
            needs=("a rulebook that covers these days",),
        )


def rulebook_is_whole(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Say so when something that the rulebook lists is missing."""
    for problem in rulebook.problems:
        yield Finding(
            check="rulebook_is_whole",
            outcome=Outcome.INDETERMINATE,
            says=sentence(problem),
            needs=("a whole rulebook",),
        )


def layers_are_sound(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Say so when a layer is missing, unreadable, altered, or stale for a day that is judged."""
    last = request.judged.last
    assert last is not None
    for layer in rulebook.layers:
        if layer.problem:
            says = sentence(layer.problem)
        elif last >= layer.good_until:
            says = (
                f"The layer {layer.title!r} is stale for this time: it was read on {in_full(layer.retrieved_on)} and is "
                f"relied on for days before {in_full(layer.good_until)}."
            )
        else:
            continue
        yield Finding(
            check="layers_are_sound",
            outcome=Outcome.INDETERMINATE,
            says=says,
            needs=(f"a sound layer {layer.name}",),
        )


def restrictions_are_sound(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Say so when restrictions in force cannot be applied, or nobody has read their source for too long."""
    for restriction in rulebook.restrictions:
        in_force = [limit for limit in restriction.limits if limit.in_force.meet(request.judged)]
        spans = [days for limit in in_force if (days := limit.in_force.meet(request.judged)) is not None]
        if not spans:
            continue
        last = max(days.last or days.start for days in spans)
        if restriction.problem:
            says = f"{restriction.title} cannot be applied: {restriction.problem}"
        elif last >= restriction.vouched_until:
            says = (
                f"{restriction.title}: its source was last read on {in_full(restriction.verified_on)}, which is relied on "
                f"for days before {in_full(restriction.vouched_until)}."
            )
        else:
            continue
        yield Finding(
            check="restrictions_are_sound",
            outcome=Outcome.INDETERMINATE,
            says=says,
            restriction=restriction.id,
            restriction_version=restriction.version,
            citation=in_force[-1].citation,
            needs=("a new reading of the source",) if not restriction.problem else ("a sound layer",),
        )


def exercise_is_marked(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Say so when the request is part of an exercise: its answer is of no use outside."""
    if request.exercise:
        made_up = listed(r.title for r in rulebook.restrictions if r.status == "exercise")
        yield Finding(
            check="exercise_is_marked",
            outcome=Outcome.CONDITION,
            says=f"EXERCISE: this request is marked as part of an exercise, so made-up restrictions ({made_up}) count too. "
            "This answer must not be used for a real request.",
        )
