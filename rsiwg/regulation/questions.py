"""The list of questions."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs

from rsiwg.domain import Answer, Rulebook
from rsiwg.errors import NotFound
from rsiwg.regulation.applicability import applicability
from rsiwg.regulation.classify import classify
from rsiwg.regulation.clock import clock
from rsiwg.regulation.completeness import FORMS, completeness
from rsiwg.regulation.conditions import conditions
from rsiwg.regulation.tier import tier

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
        name="applies",
        title="Does Part 960 apply?",
        kinds=frozenset({"system", "imaging"}),
        ask=applicability,
    ),
    Question(name="tier", title="Which tier is proposed?", kinds=frozenset({"system"}), ask=tier),
    Question(
        name="conditions",
        title="Which conditions follow?",
        kinds=frozenset({"system", "imaging"}),
        ask=conditions,
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
)
"""In the order in which a page shows them."""


def question_named(name: str) -> Question:
    """The question of this name.  Raises NotFound."""
    for question in QUESTIONS:
        if question.name == name:
            return question
    raise NotFound(f"no question is called {name!r}")
