"""A visit: what one visitor asked so far, and what each answer looked like when it was given.

Knows nothing of gradio.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatbot.answers import Answer, Citation
from chatbot.conversation import REMEMBERED_TURNS
from chatbot.coverage import Coverage
from chatbot.page.desk import FeedbackDesk
from chatbot.rendering import LITERALLY, draw_answer, draw_sources, is_reinterpreted
from index import Passage, Source


class Talk(Protocol):
    """A conversation with one visitor."""

    def ask(self, question: str, *, literally: bool = False) -> Answer:
        """Answer *question* in the light of those before it, or as it stands."""


class Bot(Protocol):
    """Whoever answers on the page: `chatbot.Chatbot`."""

    @property
    def title(self) -> str:
        """Say what the content covers."""

    def conversation(self) -> Talk:
        """Start a conversation."""

    def examples(self, count: int = 4) -> tuple[str, ...]:
        """Give questions that the content answers."""

    @property
    def coverage(self) -> Coverage:
        """Say what documents there are, from when and on which topics."""

    def document_text(self, path: str) -> str:
        """Give the text of a document."""

    def passages_of(self, path: str) -> Sequence[Passage]:
        """Give the passages of a document."""

    def passage_at(self, source: Source) -> Passage:
        """Give the passage in which *source* stands."""


@dataclass(frozen=True)
class Choice:
    """A button below the last answer."""

    label: str
    question: str
    literally: bool = False


@dataclass(frozen=True)
class Exchange:
    """One question and its answer as they were drawn, so that they stay what they were when the content changes."""

    number: int
    question: str
    """As typed."""

    answer: str
    """HTML."""

    sources: str
    """HTML; empty where nothing was cited."""

    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, eq=False)
class Visit:
    """What one visitor has asked so far."""

    talk: Talk
    exchanges: tuple[Exchange, ...] = ()

    def ask(self, bot: Bot, choice: Choice, desk: FeedbackDesk | None = None) -> "Visit":
        """Answer one more question; the oldest exchange goes when there are too many.

        Args:
            bot: whose passages prove the answer.
            choice: what to ask.
            desk: where the visitor may say how good the answer is; without one nobody asks.

        Raises:
            QuestionError: the question is empty or too long.
        """
        number = self.exchanges[-1].number + 1 if self.exchanges else 1
        answer = self.talk.ask(choice.question, literally=choice.literally)
        passages = [_passage_of(bot, citation) for citation in answer.citations]
        ticket = desk.offer(answer) if desk and answer.verdict in ("answered", "not_covered") else ""
        exchange = Exchange(
            number=number,
            question=choice.question,
            answer=draw_answer(answer, turn=number, ticket=ticket),
            sources=draw_sources(answer, passages, turn=number),
            choices=_choices(answer, literally=choice.literally),
        )
        return Visit(self.talk, (*self.exchanges, exchange)[-REMEMBERED_TURNS:])

    def choice(self, label: str) -> Choice:
        """Give what the button with *label* stands for; a question like any other if there is no such button now."""
        choices = self.exchanges[-1].choices if self.exchanges else ()
        return next((choice for choice in choices if choice.label == label), Choice(label, label))


def _passage_of(bot: Bot, citation: Citation) -> Passage:
    """Give the passage that a citation stands in, or its own words if the content has changed since the answer."""
    source = citation.source
    try:
        passage = bot.passage_at(source)
    except LookupError:
        passage = None
    if passage is not None:
        offset = passage.source.start
        if passage.text[source.start - offset : source.end - offset] == citation.quote:
            return passage
    return Passage("section", source.heading[-1] if source.heading else source.path, citation.quote, source)


def _choices(answer: Answer, *, literally: bool) -> tuple[Choice, ...]:
    offered = tuple(Choice(suggestion, suggestion) for suggestion in answer.suggestions)
    if is_reinterpreted(answer) and not literally:
        return (Choice(LITERALLY, answer.question, literally=True), *offered)
    return offered
