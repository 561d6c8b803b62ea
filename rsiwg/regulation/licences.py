"""What the rules of October 2024 say to a licence requirement, by date and destination."""

import datetime as dt
from typing import Any

from rsiwg.domain import Entry, Status, Step, Topic

FINAL, INTERIM = "relief-2024-final", "relief-2024-interim"


def licence_steps(
    request: Any, entries: tuple[Entry, ...], topic: Topic, day: dt.date
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Steps and sentences on the licence for a transfer; none where no entry of Commerce's list is met.

    A proposed rule is only mentioned.
    """
    country = getattr(getattr(request, "destination", None), "country", None)
    steps: list[Step] = []
    says: tuple[str, ...] = ()
    final = topic.one(FINAL, day)
    met = [] if final is None else [e for e in entries if e.text("entry") in final.texts("entries")]
    if final is not None and met and request.kind == "transfer":
        question = "Is the licence requirement lifted for this destination?"
        named = ", ".join(e.text("entry") for e in met)
        if country is None:
            told = "The country of destination is not said."
            steps.append(Step.by(final, question, None, told, rests=False, needs=("destination.country",)))
        elif country in final.texts("countries"):
            told = f"For certain items of {named} to {country} no licence is needed; whether this is one of them was not read and must be checked."
            steps.append(Step.by(final, question, country, told, rests=False))
            says = (told,)
        else:
            told = f"Not for {country}: the rule is for {', '.join(final.texts('countries'))}."
            steps.append(Step.by(final, question, country, told, rests=False))
    interim = topic.one(INTERIM, day)
    if interim is not None and entries and request.kind == "transfer":
        steps.append(
            Step.by(interim, "Does the interim final rule matter?", country, interim.note, rests=False)
        )
    if entries:
        steps += [
            Step.by(
                e,
                "Is a change proposed?",
                "yes",
                f"{e.title}. It is proposed and applies to nothing.",
                rests=False,
            )
            for e in topic.on(day)
            if e.status is Status.PROPOSED
        ]
    return tuple(steps), says
