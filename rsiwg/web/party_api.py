"""The API of parties: screen some, look at the lists, screen a stored request, decide, refer."""

from typing import Any

from flask import Response

from rsiwg import party_cases
from rsiwg.lists import read_parties_json
from rsiwg.store import StoredScreening, reading_screenings, writing_screenings
from rsiwg.web.answers import json_answer
from rsiwg.web.api import api, day_of, json_body, query_of
from rsiwg.web.service import ONE_CHECK, actor, now, service


@api.post("/screenings")
def screen_some() -> Response:
    """Screen parties and keep nothing."""
    query = query_of("as_of")
    of, today = service(), now().date()
    day = day_of("as_of", query["as_of"]) if "as_of" in query else today
    read = read_parties_json(json_body())
    in_use = of.lists.now() if day == today else party_cases.ready(of.settings.screening.lists, day)
    with ONE_CHECK:
        document = party_cases.screen_parties(read, in_use, of.rulebook, of.settings.screening, day=day)
    return json_answer(document)


@api.get("/lists")
def lists_in_use() -> Response:
    """Every version of the lists and the state of the newest."""
    query_of()
    of = service().settings.screening
    return json_answer(party_cases.lists_document(of.lists, of, now().date()))


@api.get("/requests/<request_id>/screenings")
def screenings_of(request_id: str) -> Response:
    """The screenings of a stored request, oldest first, and the newest document."""
    query_of()
    with reading_screenings(service().engine) as (requests, screenings):
        requests.get(request_id)
        history = screenings.of(request_id)
        events = screenings.referrals(request_id)
    newest = history[-1].read() if history else None
    return json_answer(
        {
            "request": request_id,
            "screenings": [screening_line(s) for s in history],
            "newest": newest,
            "referrals": party_cases.with_states(newest["referrals"], events) if newest else [],
        }
    )


@api.post("/requests/<request_id>/screenings")
def screen_stored(request_id: str) -> Response:
    """Screen a stored request now, and keep the result."""
    query_of()
    of = service()
    in_use = of.lists.now()
    with ONE_CHECK, writing_screenings(of.engine) as (requests, screenings):
        stored = party_cases.screen_request(
            requests, screenings, request_id, in_use, of.rulebook, of.settings.screening,
            actor=actor("api"), now=now(),
        )  # fmt: skip
    return json_answer({**screening_line(stored), "screening": stored.read()}, 201)


@api.post("/requests/<request_id>/decisions")
def decide(request_id: str) -> Response:
    """Keep a person's decision on a hit, and screen again."""
    query_of()
    of, body = service(), json_body()
    in_use = of.lists.now()
    with ONE_CHECK, writing_screenings(of.engine) as (requests, screenings):
        stored = party_cases.decide(
            requests, screenings, request_id, body, in_use, of.rulebook, of.settings.screening,
            actor=actor("api"), now=now(),
        )  # fmt: skip
    return json_answer({**screening_line(stored), "screening": stored.read()}, 201)


@api.post("/requests/<request_id>/referrals/<referral_id>")
def refer(request_id: str, referral_id: str) -> Response:
    """Record that a referral was sent, answered or withdrawn."""
    query_of()
    body = json_body()
    with writing_screenings(service().engine) as (requests, screenings):
        requests.get(request_id)
        party_cases.refer(screenings, request_id, referral_id, body, actor=actor("api"), now=now())
        shown = party_cases.referral_of(screenings, request_id, referral_id)
    return json_answer(shown, 201)


def screening_line(stored: StoredScreening) -> dict[str, Any]:
    """A screening in short."""
    return {
        "number": stored.number,
        "at": stored.at.isoformat(),
        "actor": stored.actor,
        "cause": stored.cause.split(":")[0],
        "answer": stored.answer,
        "screening_id": stored.screening_id,
        "lists_version": stored.lists_version,
        "changes": [dict(change) for change in stored.changes],
    }
