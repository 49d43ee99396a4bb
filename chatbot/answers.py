"""What comes out: an Answer, with the owner's own words and the places where they stand.

Knows nothing of how it was found, and nothing of pages or terminals.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from index import Source

Verdict = Literal["answered", "clarify", "not_covered", "chitchat"]
"""What became of a question; travels to JSON."""

SCHEMA_VERSION = 1
"""Of `Answer.to_dict`; raised when a field changes its meaning or goes."""


@dataclass(frozen=True)
class Citation:
    """The proof of one part of an answer."""

    number: int
    """What stands in brackets in the answer's text, from 1."""

    quote: str
    """The owner's words, letter for letter: `document_text[source.start:source.end] == quote`."""

    source: Source


@dataclass(frozen=True)
class Answer:
    """What the content says to a question, or that it does not say."""

    question: str
    """As it was asked."""

    verdict: Verdict

    text: str
    """Markdown, with [n] where citation n proves what stands before it."""

    citations: tuple[Citation, ...] = ()

    confidence: float = 0.0
    """How likely it is, from 0 to 1, that the content answers the question and that this is the answer."""

    interpretation: str = ""
    """The stand-alone question that was answered."""

    reason: str = ""
    """Why the content does not cover the question: what it never mentions. Only with `not_covered`."""

    suggestions: tuple[str, ...] = ()
    """Questions that the content does answer; with `clarify`, the readings to choose from."""

    def __post_init__(self) -> None:
        if self.verdict == "answered" and not self.citations:
            raise ValueError("an answered question needs at least one citation")
        if self.verdict != "answered" and self.citations:
            raise ValueError(f"a {self.verdict} question has nothing to cite")
        if self.verdict == "not_covered" and not self.reason:
            raise ValueError("a refusal says why")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence is between 0 and 1, not {self.confidence}")

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as plain data for JSON; the same on every way in."""
        return {"version": SCHEMA_VERSION, **asdict(self)}

    def __str__(self) -> str:
        sources = [f"[{citation.number}] {citation.source}" for citation in self.citations]
        return "\n".join([self.text, "", *sources]).strip()
