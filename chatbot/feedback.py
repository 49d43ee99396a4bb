"""What visitors say about answers: one vote an answer, with a word if they like, kept for the owner in one file.

Off unless the owner turns it on (FAQSIMILE_FEEDBACK). Nothing of it is ever logged or sent anywhere.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

from chatbot.answers import Verdict
from chatbot.errors import AskingError

Vote = Literal["up", "down"]

LONGEST_WORDS = 500
"""In characters, of what a visitor may add to a vote."""

FILE_NAME = "feedback.sqlite3"
"""In the folder of the index; a build leaves it alone."""

_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    ticket TEXT PRIMARY KEY, given TEXT NOT NULL, question TEXT NOT NULL, interpretation TEXT NOT NULL,
    verdict TEXT NOT NULL, sources TEXT NOT NULL, vote TEXT NOT NULL, words TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""


class FeedbackError(AskingError):
    """Feedback cannot be kept where it should."""

    def __init__(self, path: Path, reason: str) -> None:
        cure = "Make the folder writable, or turn feedback off: FAQSIMILE_FEEDBACK=false"
        super().__init__(f"{path}: feedback cannot be kept there ({reason}). {cure}")


@dataclass(frozen=True)
class Feedback:
    """What one visitor said about one answer."""

    ticket: str
    """Names the answer, and nothing about the visitor."""

    given: datetime
    """When, in UTC."""

    question: str
    """As it was typed."""

    interpretation: str
    """The question that was answered."""

    verdict: Verdict

    sources: tuple[str, ...]
    """Where the quoted words stood, as `path:lines`."""

    vote: Vote

    words: str = ""
    """What the visitor added; mostly nothing."""


class FeedbackFile:
    """Feedback in an SQLite file: what was acknowledged survives a crash; threads and processes may write at once."""

    def __init__(self, path: Path) -> None:
        """Open the file at *path*, and make it where there is none.

        Raises:
            FeedbackError: it cannot be written there.
        """
        self.path = path
        with self._connection() as connection:
            connection.execute(_TABLE)

    def write(self, feedback: Feedback) -> None:
        """Keep *feedback*; it takes the place of what was said about the same answer before.

        Raises:
            FeedbackError: it cannot be written.
        """
        row = (
            feedback.ticket,
            feedback.given.isoformat(timespec="seconds"),
            feedback.question,
            feedback.interpretation,
            feedback.verdict,
            "\n".join(feedback.sources),
            feedback.vote,
            feedback.words,
        )
        with self._connection() as connection:
            connection.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def read(self) -> list[Feedback]:
        """Give all of it, the oldest first.

        Raises:
            FeedbackError: the file cannot be read.
        """
        with self._connection() as connection:
            rows = connection.execute("SELECT * FROM feedback ORDER BY given, ticket").fetchall()
        return [
            Feedback(
                ticket=ticket,
                given=datetime.fromisoformat(given),
                question=question,
                interpretation=interpretation,
                verdict=cast(Verdict, verdict),
                sources=tuple(sources.splitlines()),
                vote=cast(Vote, vote),
                words=words,
            )
            for ticket, given, question, interpretation, verdict, sources, vote, words in rows
        ]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction, which is on the disk when the block ends."""
        try:
            with closing(sqlite3.connect(self.path, timeout=10)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise FeedbackError(self.path, str(error)) from error
