"""A stale or missing list never lets a question settle anything, whichever of the lists it used."""

import attrs
import pytest

from rsiwg import casework, resources
from rsiwg.domain import Regulation
from rsiwg.domain.availability import NO_CATALOGUE
from rsiwg.regulation import PACKS, QUESTIONS
from rsiwg.rulebook import load
from rsiwg.rulebook.question_cases import read_question_cases
from rsiwg.settings import Limits

BOOK = load(resources.GEODATA)
EVERY = [question.name for question in (*QUESTIONS, *PACKS)]


def ask(case, book):
    return casework.ask(case.question, case.request, book, limits=Limits(), as_of=case.as_of)


def first_of_each_answer(question):
    """A golden case for each settled answer that the question has, with the answer."""
    found = {}
    for case in read_question_cases(resources.GEODATA, question):
        answer = ask(case, BOOK)
        if is_settled(answer):
            found.setdefault(str(answer["answer"]), (case, answer))
    return list(found.values())


def is_settled(answer):
    return answer["confidence"] == "verified" and answer["answer"] not in {"undetermined", "refer"}


SETTLED = [(case, answer) for question in EVERY for case, answer in first_of_each_answer(question)]
USED = [
    pytest.param(case, topic, id=f"{case.question} {answer['answer']}: {topic}")
    for case, answer in SETTLED
    for topic in sorted({s["entry"].split("/")[0] for s in answer["trace"] if s["entry"] and s["rests"]})
    if topic in BOOK.regulation.topics
]


def with_topics(change):
    """The rulebook with its topics as `change` makes them; None takes one out."""
    made = {name: change(name, topic) for name, topic in BOOK.regulation.topics.items()}
    regulation = Regulation(topics={name: topic for name, topic in made.items() if topic is not None})
    return attrs.evolve(BOOK, regulation=regulation)


def test_most_questions_settle_something_in_their_cases():
    assert {case.question for case, _ in SETTLED} >= {"applies", "classify", "launch", "consult", "clock"}  # fmt: skip
    assert len(USED) >= 15


@pytest.mark.parametrize(("case", "topic"), USED)
def test_a_stale_topic_that_an_answer_rests_on_is_flagged_and_settles_nothing(case, topic):
    def stale(name, held):
        return attrs.evolve(held, good_until=case.as_of) if name == topic else held

    answer = ask(case, with_topics(stale))
    assert answer["warnings"]
    assert not is_settled(answer), answer["says"]


@pytest.mark.parametrize(("case", "topic"), USED)
def test_a_missing_topic_that_an_answer_rests_on_settles_nothing(case, topic):
    answer = ask(case, with_topics(lambda name, held: None if name == topic else held))
    assert not is_settled(answer), answer["says"]


@pytest.mark.parametrize(("case", "topic"), USED)
def test_a_topic_whose_entries_nobody_has_read_settles_nothing(case, topic):
    def unread(name, held):
        if name != topic:
            return held
        entries = tuple(attrs.evolve(e, verified=False, verified_on=None) for e in held.entries)
        return attrs.evolve(held, entries=entries)

    answer = ask(case, with_topics(unread))
    assert not is_settled(answer), answer["says"]


@pytest.mark.parametrize(("case", "answer"), SETTLED, ids=[f"{c.question} {a['answer']}" for c, a in SETTLED])
def test_with_every_list_stale_nothing_is_settled(case, answer):
    book = attrs.evolve(
        with_topics(lambda name, held: attrs.evolve(held, good_until=case.as_of)),
        availability=attrs.evolve(BOOK.availability, good_until=case.as_of),
    )
    stale = ask(case, book)
    assert not is_settled(stale)
    assert stale["warnings"]


@pytest.mark.parametrize(("case", "answer"), SETTLED, ids=[f"{c.question} {a['answer']}" for c, a in SETTLED])
def test_with_no_list_at_all_nothing_is_settled(case, answer):
    book = attrs.evolve(BOOK, regulation=Regulation(), availability=NO_CATALOGUE)
    assert not is_settled(ask(case, book))


def test_a_stale_catalogue_proposes_no_tier():
    for case in read_question_cases(resources.GEODATA, "tier"):
        book = attrs.evolve(BOOK, availability=attrs.evolve(BOOK.availability, good_until=case.as_of))
        answer = ask(case, book)
        assert not is_settled(answer), case.situation
        assert answer["warnings"], case.situation
