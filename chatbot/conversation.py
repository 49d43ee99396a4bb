"""A conversation: the turns so far, and the next question asked in their light.

Knows nothing about how a question is answered.
"""

from dataclasses import dataclass
from typing import Protocol

from chatbot.answers import Answer

REMEMBERED_TURNS = 20
"""Older turns are forgotten."""


@dataclass(frozen=True)
class Turn:
    """One question and what was said to it."""

    question: str
    answer: Answer


class Answerer(Protocol):
    """Whoever answers a question in the light of the turns before it."""

    def answer(self, question: str, turns: tuple[Turn, ...], *, literally: bool) -> Answer:
        """Answer *question*; *literally* leaves the turns aside."""


class Conversation:
    """What was asked and answered so far; nothing of it is kept anywhere else."""

    def __init__(self, answerer: Answerer, turns: tuple[Turn, ...] = ()) -> None:
        self._answerer = answerer
        self.turns = turns[-REMEMBERED_TURNS:]

    def ask(self, question: str, *, literally: bool = False) -> Answer:
        """Answer *question* in the light of the turns before, and remember both.

        Args:
            question: as typed.
            literally: look up what was typed, whatever was said before.

        Raises:
            QuestionError: the question is empty or longer than 1,000 characters; nothing is remembered of it.
        """
        answer = self._answerer.answer(question, self.turns, literally=literally)
        self.turns = (*self.turns, Turn(question, answer))[-REMEMBERED_TURNS:]
        return answer
