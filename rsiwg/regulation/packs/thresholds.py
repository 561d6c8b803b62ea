"""Japan, India and Canada: short rules, as far as they were read."""

import datetime as dt
from collections.abc import Iterator

from rsiwg.domain import Answer, Entry, Modality, Rulebook, Step, Topic
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.delivery import DeliveryRequest, Processing, RequesterKind
from rsiwg.regulation.packs.criteria import Criterion, any_of, steps_of

JAPAN, INDIA, CANADA = "pack-japan", "pack-india", "pack-canada"
APPLIES, DOES_NOT_APPLY = "applies", "does_not_apply"
OPEN, SCREENED = "open", "screened"
LICENCE = "licence"


def japan(request: DeliveryRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """Does Act 77 of 2016 apply to the data?  "applies", "does_not_apply" or "undetermined"."""
    topic = rulebook.regulation.topic(JAPAN)
    criteria = tuple(_japanese(request, topic, day))
    trouble = topic.trouble(day)
    answer = UNDETERMINED if trouble or not criteria else any_of(criteria, yes=APPLIES, no=DOES_NOT_APPLY)
    steps = list(steps_of(criteria, answer, APPLIES))
    if (exempt := topic.one("exempt-governments", day)) is not None and answer != DOES_NOT_APPLY:
        listed = exempt.texts("countries")
        government = request.recipient.type is RequesterKind.GOVERNMENT
        steps.append(
            Step.by(
                exempt,
                f"Does a government of {', '.join(listed)} receive the data?",
                request.recipient.country,
                "Yes: it needs no certificate."
                if government and request.recipient.country in listed
                else "Not as far as said.",
                rests=False,
            )
        )
    says = {
        APPLIES: "If Japanese law reaches the provider, the Act applies to these data: licence and certificates are needed.",
        DOES_NOT_APPLY: "The thresholds of the Japanese Act that were read are not reached by these data.",
        UNDETERMINED: "Whether the Japanese Act applies cannot be said: see the questions without an answer.",
    }[answer]
    return _answer(JAPAN, answer, says, day, tuple(steps), trouble)


def _japanese(request: DeliveryRequest, topic: Topic, day: dt.date) -> Iterator[Criterion]:
    sensor = request.sensor
    raw = None if sensor.processing is None else sensor.processing is Processing.RAW
    name = {
        Modality.SAR: "sar",
        Modality.HYPERSPECTRAL: "hyperspectral",
        Modality.LWIR: "thermal",
        Modality.MWIR: "thermal",
    }.get(sensor.modality, "optical")
    entry = topic.one(name, day)
    if entry is None:
        return
    limit = entry.number("finer_than_m")
    at = sensor.finest_m == limit
    reached = None if at else sensor.finest_m < limit
    yield Criterion(
        entry=entry,
        question=f"Are the data raw, and finer than {limit:g} m?",
        value=f"{sensor.modality}, {sensor.finest_m:g} m, {sensor.processing or 'raw or processed: not said'}",
        holds=False if raw is False or reached is False else None if raw is None or reached is None else True,
        why=entry.note if at else "",
        needs=("sensor.processing",) if raw is None else (),
    )
    processed = topic.one("processed", day)
    if processed is not None and raw is not True:
        yield Criterion(
            entry=processed,
            question="Are the data processed, and at or below the thresholds for processed data?",
            value=sensor.processing,
            holds=None,
            why="These thresholds are recalled only.",
            needs=("sensor.processing",) if raw is None else (),
        )


def india(request: DeliveryRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """Are the data open or screened?  "open", "screened" or "undetermined"."""
    topic = rulebook.regulation.topic(INDIA)
    trouble = topic.trouble(day)
    entry = topic.one("rsdp", day)
    steps: list[Step] = []
    answer = UNDETERMINED
    if entry is not None:
        limit = entry.number("open_from_m")
        coarse = request.sensor.finest_m >= limit
        steps.append(
            Step.by(
                entry,
                f"Are the data {limit:g} m or coarser?",
                f"{request.sensor.finest_m:g} m",
                "Yes: supplied as requested, without discrimination." if coarse else "No: they are screened.",
            )
        )
        if entry.verified and not trouble:
            answer = OPEN if coarse else SCREENED
    steps += _indian_users(request, topic, day, answer)
    steps += _shown(topic, day, ("geospatial-guidelines", "in-space-norms"))
    says = {
        OPEN: "Under RSDP-2011 the data are supplied as requested.",
        SCREENED: "Under RSDP-2011 the data are screened; how depends on who asks.",
        UNDETERMINED: "Whether the data are open under Indian policy cannot be said: what applies on this day was not read.",
    }[answer]
    return _answer(INDIA, answer, says, day, tuple(steps), trouble)


def _indian_users(request: DeliveryRequest, topic: Topic, day: dt.date, answer: str) -> Iterator[Step]:
    users = topic.one("users", day)
    if users is None or answer == OPEN:
        return
    kind = request.recipient.type
    follows = {
        RequesterKind.GOVERNMENT: "Without further clearance.",
        RequesterKind.PRIVATE: "With the recommendation of one government agency, and the High Resolution Image Clearance Committee.",
        RequesterKind.FOREIGN: "Through the High Resolution Image Clearance Committee.",
        None: "Not said: it depends on the kind of requester.",
    }[kind]
    yield Step.by(
        users, "How are finer data supplied?", kind, follows, rests=False,
        needs=() if kind is not None else ("recipient.type",),
    )  # fmt: skip


def canada(request: DeliveryRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """Is a licence needed?  "licence", whatever the resolution, or "undetermined"."""
    del request  # no threshold is read from it
    topic = rulebook.regulation.topic(CANADA)
    trouble = topic.trouble(day)
    entry: Entry | None = topic.one("licence", day)
    steps = list(_shown(topic, day, ("no-threshold", "owners")))
    if entry is not None:
        steps.insert(
            0,
            Step.by(
                entry,
                "Who licenses the operation of a remote sensing satellite?",
                None,
                "The Minister of Foreign Affairs; no resolution threshold was read.",
            ),
        )
    answer = UNDETERMINED if trouble or entry is None or not entry.verified else LICENCE
    says = (
        "If Canadian law reaches the operator, the operation needs a licence of the Minister of Foreign Affairs."
        if answer == LICENCE
        else f"No rules of Canada that were read are held for {day}."
    )
    return _answer(CANADA, answer, says, day, tuple(steps), trouble)


def _shown(topic: Topic, day: dt.date, names: tuple[str, ...]) -> Iterator[Step]:
    for name in names:
        if (entry := topic.one(name, day)) is not None:
            yield Step.by(
                entry, f"{entry.title}?", None, "Shown beside the answer; it decides nothing.", rests=False
            )


def _answer(
    question: str, answer: str, says: str, day: dt.date, trace: tuple[Step, ...], trouble: str | None
) -> Answer:
    return Answer(
        question=question,
        answer=answer,
        says=says,
        as_of=day,
        trace=trace,
        warnings=(trouble,) if trouble else (),
    )
