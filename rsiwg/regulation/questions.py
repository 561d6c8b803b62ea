"""The list of questions."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs

from rsiwg.domain import Answer, Rulebook
from rsiwg.errors import NotFound
from rsiwg.regulation.agreements import agreements
from rsiwg.regulation.applicability import applicability
from rsiwg.regulation.classify import classify
from rsiwg.regulation.clock import clock
from rsiwg.regulation.completeness import FORMS, completeness
from rsiwg.regulation.consult import consult
from rsiwg.regulation.launch import launch

Ask = Callable[[Any, Rulebook, dt.date], Answer]


@attrs.frozen(kw_only=True)
class Question:
    """A question, the kinds of request it can be asked of, and the function that answers it."""

    name: str
    title: str
    """As a page asks it, such as "Which tier is proposed?"."""
    kinds: frozenset[str]
    ask: Ask


QUESTIONS: tuple[Question, ...] = (
    Question(
        name="completeness",
        title="Is the request complete?",
        kinds=frozenset(FORMS),
        ask=completeness,
    ),
    Question(
        name="launch",
        title="Which special export controls apply to the launch?",
        kinds=frozenset({"launch"}),
        ask=launch,
    ),
    Question(
        name="agreements",
        title="Which agreement covers it?",
        kinds=frozenset({"launch"}),
        ask=agreements,
    ),
    Question(
        name="consult",
        title="Who is to be consulted?",
        kinds=frozenset({"imaging", "system", "transfer", "launch"}),
        ask=consult,
    ),
    Question(
        name="classify",
        title="Which entry of the control lists describes it?",
        kinds=frozenset({"transfer", "system"}),
        ask=classify,
    ),
    Question(
        name="clock", title="What is due when, and who must act?", kinds=frozenset({"clock"}), ask=clock
    ),
    Question(
        name="applies",
        title="Does Part 960 apply?",
        kinds=frozenset({"system", "imaging"}),
        ask=applicability,
    ),
)
"""In the order in which a page shows them."""


def question_named(name: str) -> Question:
    """The question of this name.  Raises NotFound."""
    for question in QUESTIONS:
        if question.name == name:
            return question
    raise NotFound(f"no question is called {name!r}")
