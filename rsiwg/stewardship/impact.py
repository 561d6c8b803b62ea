"""Which stored requests a change of the rulebook touches."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import attrs

from rsiwg.checks import CHECKS, evaluate
from rsiwg.checks.places import country_is_known
from rsiwg.domain import Finding, ImagingRequest, Rulebook, verdict_of
from rsiwg.domain.document import aoi_document
from rsiwg.errors import InvalidSubmission, RsiwgError
from rsiwg.geometry import to_geojson
from rsiwg.intake import read_json, read_request
from rsiwg.regulation import QUESTIONS
from rsiwg.settings import Limits
from rsiwg.stewardship.difference import difference_document

_PAGE = 200
_NO_LIMITS = Limits(max_body_bytes=10**9, max_vertices=10**9, max_parts=10**9, max_area_km2=1e12)
"""Limits keep the service safe from strangers; what is stored was within them when it came."""


@attrs.frozen(kw_only=True)
class Asked:
    """A stored request, or why it cannot be read."""

    name: str
    """The file, or the id under which it is stored."""
    body: Mapping[str, Any] | None = None
    as_of: dt.date | None = None
    """The one day it is judged on; None: every day of its collection."""
    asked_on: dt.date | None = None
    """The day on which questions are asked of it; None: the day given to `impact`."""
    problem: str | None = None


class Stored(Protocol):
    """What this needs of a store."""

    def latest(self, limit: int, before: str | None = None) -> tuple[Any, ...]:
        """The newest requests first."""

    def get(self, request_id: str) -> Any:
        """A kept request."""


def asked_in_folder(folder: Path) -> Iterator[Asked]:
    """Every .json file below a folder, by name: a request, or an answer that holds one."""
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        try:
            document = read_json(path.read_bytes(), _NO_LIMITS)
            yield _asked(name, document)
        except OSError as exc:
            yield Asked(name=name, problem=f"the file cannot be read: {exc.strerror}")
        except RsiwgError as exc:
            yield Asked(name=name, problem=str(exc))


def asked_in_store(requests: Stored) -> Iterator[Asked]:
    """Every stored request, oldest last; a question is asked as of the day it was received."""
    before = None
    while lines := requests.latest(_PAGE, before=before):
        for line in lines:
            stored = requests.get(line.id)
            latest = stored.latest
            as_of = latest.as_of if latest is not None else None
            try:
                received_on = stored.received_at.date()
                yield Asked(
                    name=f"{line.id} ({line.reference})",
                    body=stored.read(),
                    as_of=as_of,
                    asked_on=as_of or received_on,
                )
            except json.JSONDecodeError as exc:
                yield Asked(name=f"{line.id} ({line.reference})", problem=f"it is not JSON: {exc}")
        before = lines[-1].id


def _asked(name: str, document: Mapping[str, Any]) -> Asked:
    inner = document.get("request")
    if not isinstance(inner, dict):
        return Asked(name=name, body=document)
    as_of = document.get("as_of")
    try:
        day = None if as_of is None else dt.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        return Asked(name=name, problem="as_of: give a day as YYYY-MM-DD, or null")
    return Asked(name=name, body=inner, as_of=day, asked_on=day)


def impact(old: Rulebook, new: Rulebook, asked: Iterable[Asked], *, today: dt.date) -> dict[str, Any]:
    """The JSON of it: what changed, which requests answer otherwise, which stay, which cannot be read.

    Every request is checked under both rulebooks; none is taken to be untouched without that.  `today` is
    the day on which questions are asked of a request that has no day of its own.
    """
    changed, unchanged, unreadable = [], 0, []
    same_places = _same_places(old, new)
    for each in asked:
        try:
            if each.body is None:
                raise InvalidSubmission({"": each.problem or "it cannot be read"})
            touched = _touched(each, each.body, old, new, each.asked_on or today, same_places=same_places)
        except RsiwgError as exc:
            unreadable.append({"name": each.name, "why": str(exc).removeprefix(": ")})
            continue
        if touched is None:
            unchanged += 1
        else:
            changed.append(touched)
    return {
        **difference_document(old, new),
        "requests": {
            "read": len(changed) + unchanged,
            "verdict_changes": sum(each["before"] != each["after"] for each in changed),
            "changed": changed,
            "unchanged": unchanged,
            "unreadable": unreadable,
        },
    }


def _touched(
    each: Asked,
    body: Mapping[str, Any],
    old: Rulebook,
    new: Rulebook,
    day: dt.date,
    *,
    same_places: bool,
) -> dict[str, Any] | None:
    request = read_request(body, _NO_LIMITS)
    before = after = None
    findings: tuple[list[str], list[str]] = ([], [])
    place = None
    if isinstance(request, ImagingRequest):
        judged = attrs.evolve(request, as_of=each.as_of)
        was, now = _findings(judged, old, new, same_places=same_places)
        before, after = (str(verdict_of(found)) for found in (was, now))
        findings = (_only_in(was, now), _only_in(now, was))
        place = {"area": to_geojson(request.aoi), **aoi_document(request.aoi, request.aoi_km2)}
    answers = _answers(body, request, old, new, day)
    if before == after and not any(findings) and not answers:
        return None
    return {
        "name": each.name,
        "reference": body.get("reference"),
        "kind": body.get("kind"),
        "before": before,
        "after": after,
        "no_longer_found": findings[0],
        "now_found": findings[1],
        "answers": answers,
        "aoi": place,
    }


def _answers(
    body: Mapping[str, Any], request: Any, old: Rulebook, new: Rulebook, day: dt.date
) -> list[dict[str, Any]]:
    """The questions of the regulation library that are answered otherwise."""
    found = []
    for question in QUESTIONS:
        if body.get("kind") not in question.kinds:
            continue
        was, now = (question.ask(request, book, day) for book in (old, new))
        if (was.answer, was.confidence, was.says) != (now.answer, now.confidence, now.says):
            found.append(
                {
                    "question": question.name,
                    "title": question.title,
                    "as_of": day.isoformat(),
                    "before": {"answer": was.answer, "confidence": str(was.confidence), "says": was.says},
                    "after": {"answer": now.answer, "confidence": str(now.confidence), "says": now.says},
                }
            )
    return found


def _findings(
    request: ImagingRequest, old: Rulebook, new: Rulebook, *, same_places: bool
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What is found under each.  The country, the dearest look-up, is sought once where no place differs."""
    if not same_places:
        was, now = (evaluate(request, book)[0] for book in (old, new))
    else:
        others = tuple(check for check in CHECKS if check is not country_is_known)
        was, now = evaluate(request, old)[0], evaluate(request, new, others)[0]
        now = (*(f for f in was if f.check == country_is_known.__name__), *now)
    return _bare(was), _bare(now)


def _same_places(old: Rulebook, new: Rulebook) -> bool:
    """Whether both say of every place the same: the same files, in the same roles, equally accurate."""
    files, names = [], []
    for book in (old, new):
        files.append([(layer.name, layer.sha256, layer.problem) for layer in book.layers])
        of = book.places
        names.append(
            [[place.name for place in index.places] for index in (of.countries, of.regions, of.land, of.seas)]
            + [[f"{of.accuracy_m}", f"{book.near_miss_km}"]]
        )
    return files[0] == files[1] and names[0] == names[1]


def _bare(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Without what changes in any other rulebook: numbers, and the versions of files."""
    return tuple(attrs.evolve(f, id="", restriction_version=None) for f in findings)


def _only_in(some: tuple[Finding, ...], others: tuple[Finding, ...]) -> list[str]:
    return [finding.says for finding in some if finding not in others]
