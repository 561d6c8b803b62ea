"""The regulation library: one readable function per question, its parameters dated data of the rulebook.

A question takes a request, the rulebook and a day, and yields an `Answer` with every step that led to it.
"""

from rsiwg.regulation.questions import PACKS, QUESTIONS, Question, question_named

__all__ = ["PACKS", "QUESTIONS", "Question", "question_named"]
