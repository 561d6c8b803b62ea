"""The terms of a temporary condition (15 CFR 960.10(b), (e)): one year, two extensions, three years in all."""

import datetime as dt
from collections.abc import Iterator

import attrs

from rsiwg.domain import Entry, in_full, years_later
from rsiwg.domain.system import TemporaryCondition


@attrs.frozen
class Term:
    """One statement about the terms of a condition, and whether they hold; None: cannot tell."""

    holds: bool | None
    says: str
    needs: tuple[str, ...] = ()


def terms(condition: TemporaryCondition, path: str, entry: Entry, day: dt.date) -> Iterator[Term]:
    """Every statement about the terms of one temporary condition, in their order."""
    begun = [
        on
        for on in (condition.evaluation_data_on, condition.comparable_data_on)
        if on is not None and on <= day
    ]
    title = condition.title
    if not begun:
        yield Term(True, f"{title}: its first year has not begun.")
        return
    start = min(begun)
    last = years_later(start, entry.whole("first_term_years"))
    if condition.expires_on is None:
        says = f"{title}: its term began on {in_full(start)} and may last until {in_full(last)} at most."
        yield Term(None, says, (f"{path}.expires_on",))
        return
    if condition.expires_on > last:
        yield Term(
            False,
            f"{title}: its first term runs to {in_full(condition.expires_on)}, and one year from the earlier of the "
            f"two events, {in_full(start)}, ends on {in_full(last)}.",
        )
    else:
        yield Term(True, f"{title}: its first term ends on {in_full(condition.expires_on)}, within one year.")
    yield from _extensions(condition, path, entry, start)
    yield _now(condition, entry, day)


def _extensions(condition: TemporaryCondition, path: str, entry: Entry, start: dt.date) -> Iterator[Term]:
    most, years = entry.whole("extensions"), entry.whole("extension_years")
    ceiling = years_later(start, entry.whole("ceiling_years"))
    before = condition.expires_on
    assert before is not None
    for n, extension in enumerate(condition.extensions or ()):
        name = f"{condition.title}, extension {n + 1} to {in_full(extension.expires_on)}"
        if extension.expires_on > years_later(before, years):
            yield Term(False, f"{name}: it is longer than one year.")
        beyond = n >= most or extension.expires_on > ceiling
        if not beyond:
            yield Term(True, f"{name}: within {most} extensions and three years in all.")
        elif extension.by_secretary is None:
            yield Term(
                None,
                f"{name}: it is beyond {most} extensions or {in_full(ceiling)}, which only the Secretary of Defense or "
                "of State may ask for, in person.",
                (f"{path}.extensions[{n}].by_secretary",),
            )
        elif extension.by_secretary:
            yield Term(True, f"{name}: asked for by the Secretary of Defense or of State in person.")
        else:
            yield Term(
                False,
                f"{name}: it is beyond {most} extensions or {in_full(ceiling)}, and no Secretary asked for it in person.",
            )
        before = extension.expires_on


def _now(condition: TemporaryCondition, entry: Entry, day: dt.date) -> Term:
    """Whether it stands on the day, and until when an extension must be set in motion."""
    ends = [condition.expires_on, *(extension.expires_on for extension in condition.extensions or ())]
    expiry = max(end for end in ends if end is not None)
    if day >= expiry:
        return Term(True, f"{condition.title}: it expired on {in_full(expiry)} and binds no longer.")
    remind = expiry - dt.timedelta(days=entry.whole("reminder_days"))
    tell = expiry - dt.timedelta(days=entry.whole("notice_days"))
    return Term(
        True,
        f"{condition.title}: it stands until {in_full(expiry)}. For an extension Commerce reminds Defense and State on "
        f"{in_full(remind)}, they answer within {entry.whole('answer_days')} days, and the licensee is told no later "
        f"than {in_full(tell)}.",
    )
