"""Use cases, one function each: check a request, keep it, fetch it, check it again."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from rsiwg import __version__
from rsiwg.checks import assess
from rsiwg.domain import Assessment, Rulebook
from rsiwg.domain.answer import answer_document
from rsiwg.domain.document import assessment_document, canonical_json, request_document, verdict_id
from rsiwg.errors import InvalidSubmission, NotFound, RsiwgError
from rsiwg.intake import Submission, read_request, read_submission
from rsiwg.regulation import question_named
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
    """Read a request, check it, keep both; the same `key` with the same request is kept once.

    Raises:
        Conflicting: the key was used for another request; and what `check` raises.
    """
    from rsiwg.store import NewAssessment, NewRequest  # noqa: PLC0415  # the command line checks without a database

    checked = check(body, rulebook, limits=limits)
    request = checked.submission.request
    new = NewRequest(
        reference=request.reference,
        kind="imaging",
        received_at=now,
        actor=actor,
        source=source,
        key=key,
        body=canonical_json(request_document(request)),
        changes=checked.submission.changes,
    )
    first = NewAssessment(
        at=now,
        actor=actor,
        verdict=str(checked.assessment.verdict),
        verdict_id=verdict_id(checked.assessment),
        as_of=None,
        rulebook=rulebook.version,
        engine=__version__,
        document=json.dumps(checked.document, allow_nan=False),
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
    now = check(document["request"], rulebook, limits=limits or _NO_LIMITS, as_of=day).document
    now["changes"] = changes
    same = canonical_json(now) == stored
    return Recheck(same=same, differences=() if same else _differences(document, now), document=now)


_NO_LIMITS = Limits(max_vertices=10**9, max_parts=10**9, max_area_km2=1e12)


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
    for field, name in (
        ("findings", "finding"),
        ("not_applicable", "restriction that does not apply"),
        ("remedies", "remedy"),
    ):
        told += _changed_entries(name, before.get(field), now[field])
    others = [
        k
        for k in now
        if k not in {"engine", "rulebook", "verdict", "verdict_id", "findings", "not_applicable", "remedies"}
        and before.get(k) != now[k]
    ]
    told += [f"The stored {k} differs from the one made now." for k in others]
    told += [f"The stored answer has {str(k)[:40]!r}, which no answer has." for k in before if k not in now]
    return tuple(told)


def _changed_entries(name: str, before: object, now: list[dict[str, Any]]) -> list[str]:
    old = [entry for entry in before if isinstance(entry, dict)] if isinstance(before, list) else []
    was, is_now = ({canonical_json(_bare(e)): e for e in entries} for entries in (old, now))
    gone = [f"No longer a {name}: {_words(was[k])}" for k in was if k not in is_now]
    new = [f"Now a {name}: {_words(is_now[k])}" for k in is_now if k not in was]
    return gone + new


def _bare(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k not in {"id", "restriction_version"}}


def _words(entry: Mapping[str, Any]) -> str:
    return str(entry.get("says") or f"{entry.get('title')}: {entry.get('reason')}")
