"""Use cases, one function each: check a request, ask a question of it, keep it, fetch it, check it again."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from rsiwg import __version__
from rsiwg.checks import assess
from rsiwg.domain import Assessment, Rulebook
from rsiwg.domain.answer import UNDETERMINED, answer_document
from rsiwg.domain.document import (
    answer_id,
    assessment_document,
    canonical_json,
    kind_document,
)
from rsiwg.errors import InvalidSubmission, NotFound, RsiwgError
from rsiwg.intake import Submission, read_request, read_submission
from rsiwg.regulation import QUESTIONS, question_named
from rsiwg.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rsiwg.screening.files import Progress
    from rsiwg.screening.jobs import Jobs
    from rsiwg.screening.rulings import Terms
    from rsiwg.store import NewAssessment, NewRequest, StoredAssessment, StoredRequest


class Requests(Protocol):
    """What casework needs of a store."""

    def add(self, new: "NewRequest", assessment: "NewAssessment | None" = None) -> "StoredRequest":
        """Keep a request with its first assessment, or return the one kept before under the same key."""

    def get(self, request_id: str) -> "StoredRequest":
        """A kept request.  Raises NotFound."""

    def add_assessment(self, request_id: str, new: "NewAssessment") -> "StoredAssessment":
        """Keep another assessment of a kept request."""


@attrs.frozen(kw_only=True)
class Checked:
    """A submission, what was found, and the JSON answer."""

    submission: Submission
    assessment: Assessment
    document: dict[str, Any]
    """The assessment document, with `changes`: what reading the submission changed."""


@attrs.frozen(kw_only=True)
class Recheck:
    """A stored answer beside the one that the same request gets now."""

    same: bool
    differences: tuple[str, ...]
    document: dict[str, Any]
    """The answer now."""


def check(
    body: Mapping[str, Any], rulebook: Rulebook, *, limits: Limits, as_of: dt.date | None = None
) -> Checked:
    """Read a request and check it; nothing is kept.

    `as_of` judges the rules on that one day; without it they are judged on every day of the collection.

    Raises:
        InvalidSubmission, InvalidGeometry, TooLarge, ChoiceNeeded: the request cannot be taken.
    """
    if as_of == dt.date.max:
        raise InvalidSubmission({"as_of": "the calendar ends on this day: give an earlier one"})
    submission = read_submission(body, limits)
    assessment = assess(attrs.evolve(submission.request, as_of=as_of), rulebook, __version__)
    document = {**assessment_document(assessment), "changes": list(submission.changes)}
    return Checked(submission=submission, assessment=assessment, document=document)


def screen(
    source: "Path",
    out: "Path",
    rulebook: Rulebook,
    terms: "Terms",
    *,
    as_of: dt.date | None = None,
    scheduler: str = "threads",
    workers: int = 2,
    cache: "Path | None" = None,
    items: "Path | None" = None,
    watch: "Callable[[Progress], None]" = lambda _progress: None,
) -> dict[str, Any]:
    """Screen an archive, write findings, rejected rows, summary and map beside `out`, and answer the summary.

    `items` is a file to which STAC items are written back with their verdicts.

    Raises:
        InvalidSubmission: the archive cannot be read, or `scheduler` is not known.
    """
    # The web service and a single check must not load what only screening needs.
    from rsiwg import maps, reports  # noqa: PLC0415
    from rsiwg.screening.files import Outputs, write_whole  # noqa: PLC0415
    from rsiwg.screening.judge import Screener  # noqa: PLC0415
    from rsiwg.screening.partitions import partitions_of  # noqa: PLC0415
    from rsiwg.screening.run import in_threads, screen  # noqa: PLC0415
    from rsiwg.screening.stac import has_items, write_items  # noqa: PLC0415

    if workers < 1:
        raise InvalidSubmission({"workers": "give 1 or more"})
    if scheduler == "threads":
        execute = in_threads(workers)
    else:
        from rsiwg.screening.cluster import on_dask  # noqa: PLC0415

        execute = on_dask(scheduler, workers)
    partitions = partitions_of(source)
    if items is not None:
        has_items(partitions)
    screener = Screener.of(rulebook, terms, as_of=as_of, cache=cache)
    outputs = Outputs(hits=out)
    summary = screen(screener, partitions, outputs, execute=execute, watch=watch)
    if items is not None:
        write_items(partitions, outputs, items, rulebook=rulebook.version)
    titles = {r.id: r.title for r in rulebook.restrictions}
    page = reports.screening_html(
        summary, titles=titles, map_name=outputs.map.name, hits_name=outputs.hits.name
    )
    write_whole(outputs.page, page.encode())
    scene = maps.screening_scene(summary, rulebook)
    write_whole(outputs.map, maps.draw(scene, assets=maps.Assets.inline()).encode())
    return summary


def screen_waiting(jobs: "Jobs", rulebook: Rulebook) -> int:
    """Screen every archive that waits, one after another, and those last screened under another rulebook; answer how many."""
    from rsiwg.screening.jobs import keep_problem, keep_progress  # noqa: PLC0415  # as in `screen`

    count = 0
    with jobs.turn():
        while due := jobs.due(rulebook.version):
            job = due[0]
            outputs = job.outputs(rulebook.version)
            try:
                screen(
                    job.archive, outputs.hits, rulebook, job.terms, as_of=job.as_of, cache=jobs.folder / "cache",
                    watch=lambda progress, outputs=outputs: keep_progress(outputs, progress),  # type: ignore[misc]
                )  # fmt: skip
            except RsiwgError as exc:
                keep_problem(outputs, str(exc))
            count += 1
    return count


def ask(
    question: str, body: Mapping[str, Any], rulebook: Rulebook, *, limits: Limits, as_of: dt.date
) -> dict[str, Any]:
    """The JSON answer of the regulation library to one question about a request; nothing is kept.

    Raises:
        NotFound: no such question.
        InvalidSubmission: the request cannot be read, or is of a kind that this question is not asked of.
    """
    asked = question_named(question)
    kind = body.get("kind")
    request = read_request(body, limits)
    if kind not in asked.kinds:
        raise InvalidSubmission(
            {"kind": f"{asked.title} is asked of requests of kind {', '.join(sorted(asked.kinds))}"}
        )
    answer = asked.ask(request, rulebook, as_of)
    return answer_document(answer, rulebook=rulebook.version, engine=__version__)


def ask_all(
    body: Mapping[str, Any], rulebook: Rulebook, *, limits: Limits, as_of: dt.date
) -> list[dict[str, Any]]:
    """The JSON answer to every question that is asked of a request's kind; nothing is kept.

    Raises:
        InvalidSubmission: the request cannot be read.
    """
    request, kind = read_request(body, limits), body.get("kind")
    return [
        answer_document(question.ask(request, rulebook, as_of), rulebook=rulebook.version, engine=__version__)
        for question in QUESTIONS
        if kind in question.kinds
    ]


def examine(body: Mapping[str, Any], rulebook: Rulebook, *, limits: Limits, as_of: dt.date) -> dict[str, Any]:
    """The JSON answer to a request of any kind but imaging: every question that is asked of its kind.

    Its verdict is that of its form, ``complete``, ``incomplete`` or ``undetermined``, and never "clear": whether
    something is allowed, people determine.

    Raises:
        InvalidSubmission: the request cannot be read.
    """
    asked = kind_document(read_request(body, limits))
    answers = ask_all(asked, rulebook, limits=limits, as_of=as_of)
    form = next((a["answer"] for a in answers if a["question"] == "completeness"), UNDETERMINED)
    return {
        "verdict": form,
        "verdict_id": answer_id(asked, rulebook=rulebook.version, engine=__version__, as_of=as_of),
        "as_of": as_of.isoformat(),
        "engine": __version__,
        "rulebook": rulebook.version,
        "request": asked,
        "answers": answers,
        "changes": [],
    }


KEPT_KINDS = ("imaging", "system", "transfer", "launch")
"""The kinds of request that are stored.  The events of a case and a delivery are only asked about."""


def is_examined(body: Mapping[str, Any]) -> bool:
    """Whether a request is of a kind that is examined by questions, and not checked as imaging is."""
    return body.get("kind") in KEPT_KINDS and body.get("kind") != "imaging"


def submit(
    body: Mapping[str, Any],
    rulebook: Rulebook,
    requests: Requests,
    *,
    limits: Limits,
    actor: str,
    source: str,
    now: dt.datetime,
    key: str | None = None,
) -> "StoredRequest":
    """Read a request of any kind, answer it, keep both; the same `key` with the same request is kept once.

    A request of another kind than imaging is examined as of the day it is received.

    Raises:
        Conflicting: the key was used for another request; and what `check` and `examine` raise.
    """
    from rsiwg.store import NewAssessment, NewRequest  # noqa: PLC0415  # the command line checks without a database

    as_of: dt.date | None
    if is_examined(body):
        as_of = now.astimezone(dt.UTC).date()
        document = examine(body, rulebook, limits=limits, as_of=as_of)
    else:
        as_of = None
        document = check(body, rulebook, limits=limits).document
    asked = document["request"]
    new = NewRequest(
        reference=asked["reference"],
        kind=asked["kind"],
        received_at=now,
        actor=actor,
        source=source,
        key=key,
        body=canonical_json(asked),
        changes=tuple(document["changes"]),
    )
    first = NewAssessment(
        at=now,
        actor=actor,
        verdict=document["verdict"],
        verdict_id=document["verdict_id"],
        as_of=as_of,
        rulebook=rulebook.version,
        engine=__version__,
        document=json.dumps(document, allow_nan=False),
    )
    return requests.add(new, first)


def fetch(requests: Requests, request_id: str) -> "StoredRequest":
    """A kept request with its assessments.  Raises NotFound."""
    stored = requests.get(request_id)
    if stored.latest is None:
        raise NotFound(f"no assessment is kept for the request {request_id}")
    return stored


def recheck(document: Mapping[str, Any], rulebook: Rulebook, limits: Limits | None = None) -> Recheck:
    """Replay a stored answer: "same", or what differs and why.

    Raises:
        InvalidSubmission: the document is not an answer of this service.
    """
    if not isinstance(document.get("request"), dict) or "verdict_id" not in document:
        raise InvalidSubmission({"": "this is not a stored answer: it has no request and verdict_id"})
    changes = document.get("changes", [])
    if not isinstance(changes, list) or not all(isinstance(change, str) for change in changes):
        raise InvalidSubmission({"changes": "give a list of texts, as the stored answer has it"})
    try:
        stored = canonical_json(document)
    except (TypeError, ValueError):
        raise InvalidSubmission({"": "this holds something that is not JSON, such as NaN"}) from None
    as_of = document.get("as_of")
    try:
        day = None if as_of is None else dt.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise InvalidSubmission({"as_of": "give a day as YYYY-MM-DD, or null"}) from None
    # Limits keep the service safe from strangers; an answer of our own was within them when it was given.
    within = limits or _NO_LIMITS
    if is_examined(document["request"]):
        if day is None:
            raise InvalidSubmission({"as_of": "give the day of the stored answer as YYYY-MM-DD"})
        now = examine(document["request"], rulebook, limits=within, as_of=day)
    else:
        now = check(document["request"], rulebook, limits=within, as_of=day).document
    now["changes"] = changes
    same = canonical_json(now) == stored
    return Recheck(same=same, differences=() if same else _differences(document, now), document=now)


_NO_LIMITS = Limits(max_vertices=10**9, max_parts=10**9, max_area_km2=1e12)


_LISTS = {
    "findings": "finding",
    "not_applicable": "restriction that does not apply",
    "remedies": "remedy",
}
"""What an answer lists, and what one entry is called."""


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """In sentences: first why it may differ (engine, rulebook), then what does."""
    told = []
    for field, name in (("engine", "engine version"), ("rulebook", "rulebook")):
        if before.get(field) != now[field]:
            told.append(f"The {name} was {str(before.get(field))[:12]} and is {str(now[field])[:12]}.")
    if not told:
        told.append("Engine and rulebook are the same, so the stored answer itself was altered.")
    if before.get("verdict") != now["verdict"]:
        told.append(f"The verdict was {before.get('verdict')} and is {now['verdict']}.")
    elif before.get("verdict_id") != now["verdict_id"]:
        told.append(f"The verdict is still {now['verdict']}; its id differs.")
    for field, name in _LISTS.items():
        if field in now:
            told += _changed_entries(name, before.get(field), now[field])
    if "answers" in now:
        told += _changed_answers(before.get("answers"), now["answers"])
    compared = {"engine", "rulebook", "verdict", "verdict_id", "answers", *_LISTS}
    others = [k for k in now if k not in compared and before.get(k) != now[k]]
    told += [f"The stored {k} differs from the one made now." for k in others]
    told += [f"The stored answer has {str(k)[:40]!r}, which no answer has." for k in before if k not in now]
    return tuple(told)


def _changed_entries(name: str, before: object, now: list[dict[str, Any]]) -> list[str]:
    old = [entry for entry in before if isinstance(entry, dict)] if isinstance(before, list) else []
    was, is_now = ({canonical_json(_bare(e)): e for e in entries} for entries in (old, now))
    gone = [f"No longer a {name}: {_words(was[k])}" for k in was if k not in is_now]
    new = [f"Now a {name}: {_words(is_now[k])}" for k in is_now if k not in was]
    return gone + new


def _changed_answers(before: object, now: list[dict[str, Any]]) -> list[str]:
    """Question by question: another answer, or the same one reached by other steps."""
    old = {a.get("question"): a for a in before if isinstance(a, dict)} if isinstance(before, list) else {}
    told = []
    for answer in now:
        name, was = answer["question"], old.pop(answer["question"], None)
        if was is None:
            told.append(f"{name} was not answered and is {answer['answer']}. {answer['says']}")
        elif any(was.get(key) != answer[key] for key in ("answer", "confidence", "says")):
            told.append(
                f"{name} was {was.get('answer')} ({was.get('confidence')}) and is {answer['answer']} "
                f"({answer['confidence']}). {answer['says']}"
            )
        elif canonical_json(_bare(was)) != canonical_json(_bare(answer)):
            told.append(f"{name} is still {answer['answer']}; the steps that led to it differ.")
    return told + [f"{name} was answered and is not any more." for name in old]


def _bare(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k not in {"id", "restriction_version", "rulebook", "engine"}}


def _words(entry: Mapping[str, Any]) -> str:
    return str(entry.get("says") or f"{entry.get('title')}: {entry.get('reason')}")
