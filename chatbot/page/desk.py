"""The desk that takes feedback on answers this process gave, and only on those.

A visitor sends back the ticket that came with an answer; what was asked and answered is known here, never taken from
the browser. Knows nothing of HTTP.
"""

import secrets
from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from chatbot.answers import Answer
from chatbot.feedback import Feedback, Vote

REMEMBERED_ANSWERS = 5_000
"""Of all visitors together; feedback on older ones is refused."""


class FeedbackBook(Protocol):
    """Whoever keeps feedback for the owner: `chatbot.feedback.FeedbackFile`."""

    def write(self, feedback: Feedback) -> None:
        """Keep *feedback*, in the place of what was said about the same answer before."""


class FeedbackDesk:
    """Hands out a ticket with each answer, and takes one vote for each ticket."""

    def __init__(self, book: FeedbackBook, *, remembered: int = REMEMBERED_ANSWERS) -> None:
        self._book = book
        self._remembered = remembered
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def offer(self, answer: Answer) -> str:
        """Give the ticket under which feedback on *answer* is taken."""
        ticket = secrets.token_urlsafe(12)
        with self._lock:
            self._answers[ticket] = answer
            if len(self._answers) > self._remembered:
                self._answers.popitem(last=False)
        return ticket

    def take(self, ticket: str, vote: Vote, words: str = "") -> None:
        """Keep what was said about the answer with *ticket*.

        Raises:
            KeyError: no answer has that ticket, or it was too long ago.
            FeedbackError: it cannot be kept.
        """
        with self._lock:
            answer = self._answers[ticket]
        feedback = Feedback(
            ticket=ticket,
            given=datetime.now(UTC),
            question=answer.question,
            interpretation=answer.interpretation,
            verdict=answer.verdict,
            sources=tuple(f"{c.source.path}:{c.source.first_line}-{c.source.last_line}" for c in answer.citations),
            vote=vote,
            words=" ".join(words.encode("utf-8", "replace").decode().split()),
        )
        self._book.write(feedback)
