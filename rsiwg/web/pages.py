"""The pages for people.  Each view reads its input, calls one use case and shows the answer."""

import datetime as dt
import functools
import importlib.resources
from typing import Any

from flask import Blueprint, Response, render_template, request

import rsiwg
from rsiwg import maps
from rsiwg.domain import Layer, Restriction, Rulebook
from rsiwg.errors import NotFound
from rsiwg.geometry import area_km2
from rsiwg.regulation import QUESTIONS
from rsiwg.reports import answer_words, words
from rsiwg.reports.summary import filters, names
from rsiwg.store import reading
from rsiwg.web.service import now, service

pages = Blueprint("pages", __name__)

LATEST = 20
"""Requests listed on the start page."""

SOON_DAYS = 60
"""A layer whose review is due within so many days says so."""


@pages.record_once
def _teach_templates(state: Any) -> None:
    environment = state.app.jinja_env
    environment.filters.update(filters())
    environment.filters.update(
        sentence=words.capitalized, capitalize_first=words.capitalized, changes_of=words.changes_of
    )
    environment.filters.update(
        answer_look=answer_words.look,
        answer_word=answer_words.word,
        answer_value=answer_words.value,
        answer_label=answer_words.label,
        detail_rows=answer_words.detail_rows,
        detail_tables=answer_words.detail_tables,
        step_words=answer_words.step_words,
    )
    environment.globals.update(names())
    environment.globals.update(
        CONFIDENCES=answer_words.CONFIDENCES,
        FORM_SENTENCES=answer_words.FORM_SENTENCES,
        QUESTIONS={question.name: question.title for question in QUESTIONS},
    )
    environment.trim_blocks = environment.lstrip_blocks = True


@pages.app_context_processor
def _everywhere() -> dict[str, Any]:
    return {"here": request.endpoint, "version": rsiwg.__version__}


# ------------------------------------------------------------------------------------------ start, rules


@pages.get("/")
def start() -> str:
    """What can I do here, and how do I begin?"""
    book = service().rulebook
    with reading(service().engine) as requests:
        latest = requests.latest(LATEST)
    return render_template("start.html", latest=latest, rulebook=book, troubles=_troubles(book))


@pages.get("/rules")
def rules() -> str:
    """What do we hold to be in force, since when, on whose word?"""
    book = service().rulebook
    groups = [(status, [r for r in book.restrictions if r.status == status]) for status in words.STATUSES]
    today = now().date()
    topics = [(topic, topic.trouble(today)) for topic in book.regulation.topics.values()]
    return render_template(
        "rules/list.html", rulebook=book, groups=[g for g in groups if g[1]], today=today, topics=topics
    )


@pages.get("/rules/<rule_id>")
def rule(rule_id: str) -> str:
    """One restriction: its limits, where, whom it binds, and on whose word."""
    found = _rule(rule_id)
    zones = [(zone, area_km2(zone.area)) for zone in found.zones]
    return render_template("rules/show.html", rule=found, zones=zones)


@pages.get("/rules/topics/<name>")
def topic(name: str) -> str:
    """The facts of one topic: what they say, since when, and on whose word."""
    found = service().rulebook.regulation.topics.get(name)
    if found is None:
        raise NotFound("No topic of this name is in the rulebook.")
    today = now().date()
    return render_template("rules/topic.html", topic=found, today=today, trouble=found.trouble(today))


@pages.get("/rules/availability")
def availability() -> str:
    """Which data are available from whom: what a proposed tier is compared with."""
    catalogue, today = service().rulebook.availability, now().date()
    return render_template(
        "rules/availability.html", catalogue=catalogue, today=today, trouble=catalogue.trouble(today)
    )


@pages.get("/layers")
def layers() -> str:
    """How sound are the outlines that answers rest on?"""
    book, today = service().rulebook, now().date()
    shown = [(layer, (today - layer.retrieved_on).days, _state(layer, today)) for layer in book.layers]
    return render_template("layers.html", rulebook=book, layers=shown)


@pages.get("/help")
def help_page() -> str:
    """Formats, limits, how to read a verdict, keys."""
    return render_template("help.html", limits=service().settings.limits)


@pages.get("/map-background.js")
def background_script() -> Response:
    """The background of every map, as the map page has it, for the map of the form."""
    response = Response(_background(), content_type="text/javascript; charset=utf-8")
    response.set_etag(rsiwg.__version__)
    response.make_conditional(request)
    return response


def _rule(rule_id: str) -> Restriction:
    for restriction in service().rulebook.restrictions:
        if restriction.id == rule_id:
            return restriction
    raise NotFound("No rule of this name is in the rulebook.")


def _troubles(book: Rulebook) -> list[str]:
    today = now().date()
    stale = [
        f"{layer.title} is stale" for layer in book.layers if not layer.problem and layer.good_until <= today
    ]
    unsound = [x.problem for x in book.layers] + [x.problem for x in book.restrictions]
    return [*book.problems, *(problem for problem in unsound if problem), *stale]


def _state(layer: Layer, today: dt.date) -> str:
    if today >= layer.good_until:
        return "stale"
    return "soon" if (layer.good_until - today).days <= SOON_DAYS else "sound"


@functools.cache
def _background() -> str:
    return (importlib.resources.files(maps) / "static" / "basemap.js").read_text("utf-8")
