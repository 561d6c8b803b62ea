"""The golden corpus of the regulation library: a table per question, a row per situation, with the reason.

The tables ship with the rulebook, geodata/cases/questions/, and hold a version back that does not answer them.
CONTRIBUTING.md says how a row is written.
"""

import pytest

from rsiwg import resources
from rsiwg.regulation import PACKS, QUESTIONS
from rsiwg.rulebook import load
from rsiwg.rulebook.cases import names_with_cases
from rsiwg.rulebook.question_cases import read_question_cases
from rsiwg.stewardship.cases import run_question_case

CASES = [
    case
    for question in names_with_cases(resources.GEODATA, "questions")
    for case in read_question_cases(resources.GEODATA, question)
]
IDS = [f"{case.question}: {case.situation}" for case in CASES]


@pytest.fixture(scope="module")
def rulebook():
    return load(resources.GEODATA)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_situation(case, rulebook):
    assert len(case.why) > 15
    assert case.expect or case.says or case.says_not
    assert run_question_case(case, rulebook).wrong == ()


def test_every_table_is_of_a_question_and_names_each_situation_once():
    assert {case.question for case in CASES} <= {question.name for question in (*QUESTIONS, *PACKS)}
    assert len(set(IDS)) == len(IDS)
