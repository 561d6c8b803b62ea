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
from rsiwg.regulation.conditions import conditions
from rsiwg.regulation.consult import consult
from rsiwg.regulation.launch import launch
from rsiwg.regulation.packs import canada, france, germany, india, japan
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
    Question(
        name="launch",
        title="Which special export controls apply to the launch?",
        kinds=frozenset({"launch"}),
        ask=launch,
    ),
    Question(
        name="agreements",
        title="Which agreement covers it?",
        kinds=frozenset({"launch", "transfer"}),
        ask=agreements,
    ),
    Question(
        name="consult",
        title="Who is to be consulted?",
        kinds=frozenset({"imaging", "system", "transfer", "launch", "delivery"}),
        ask=consult,
    ),
)
"""In the order in which a page shows them."""


_DELIVERY = frozenset({"delivery"})
PACKS: tuple[Question, ...] = (
    Question(name="pack-germany", title="Germany: is the request sensitive?", kinds=_DELIVERY, ask=germany),
    Question(name="pack-france", title="France: must it be declared?", kinds=_DELIVERY, ask=france),
    Question(name="pack-japan", title="Japan: does the Act apply?", kinds=_DELIVERY, ask=japan),
    Question(name="pack-india", title="India: are the data open?", kinds=_DELIVERY, ask=india),
    Question(name="pack-canada", title="Canada: is a licence needed?", kinds=_DELIVERY, ask=canada),
)
"""Other countries' rules: never asked unless by name."""


def question_named(name: str) -> Question:
    """The question of this name.  Raises NotFound."""
    for question in (*QUESTIONS, *PACKS):
        if question.name == name:
            return question
    raise NotFound(f"no question is called {name!r}")
