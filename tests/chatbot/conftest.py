"""What tests of the chatbot share: a page of a few lines, indexed with the small encoder, and its evidence.

For annotations, tests import the types: `from tests.chatbot.conftest import Page, PageOf`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from chatbot.evidence import Candidate, weigh_passage
from chatbot.names import names_of
from chatbot.questions import Names, Question, read_question
from chatbot.retrieval import Evidence, Judged
from index import Hit, Passage, SearchIndex, build_index
from tests.conftest import WordEncoder


@dataclass(frozen=True)
class Page:
    """A page that was indexed, and ways to its parts."""

    index: SearchIndex

    @cached_property
    def names(self) -> Names:
        return names_of(self.index)

    @property
    def texts(self) -> dict[str, str]:
        return {path: document.text for path, document in self.index.documents.items()}

    def passage(self, title: str) -> Passage:
        """Give the first passage that is called *title*."""
        return next(passage for passage in self.index.passages if passage.title == title)

    def question(self, typed: str) -> Question:
        return read_question(typed, self.names)

    def candidate(self, typed: str, title: str) -> Candidate:
        """Test the first passage called *title* against the question that was typed."""
        return self._weighed(typed)[title]

    def evidence(self, typed: str, sure: Mapping[str, float]) -> Evidence:
        """Give the passages called as in *sure* as evidence for the question, each as sure as said there.

        The surest ranks first.
        """
        weighed = self._weighed(typed)
        judged = [Judged(weighed[title], {}, rank=chance, confidence=chance) for title, chance in sure.items()]
        return Evidence(self.question(typed), tuple(sorted(judged, key=lambda item: -item.confidence)))

    def _weighed(self, typed: str) -> dict[str, Candidate]:
        question = self.question(typed)
        encoding = self.index.encoder.encode([question.text])[0]
        hits: list[Hit] = self.index.search(encoding, question.text, k=len(self.index.passages))
        first = {hit.passage.title: hit for hit in sorted(hits, key=lambda hit: -hit.number)}
        return {title: weigh_passage(question, encoding, hit, self.index) for title, hit in first.items()}


PageOf = Callable[..., Page]
"""Called with the text of a page, and the name of its file where that matters."""


@pytest.fixture
def page_of(tmp_path: Path, encoder: WordEncoder) -> PageOf:
    """Give what indexes a page; called again, it adds a page to the same folder."""

    def index_page(text: str, name: str = "page.md") -> Page:
        knowledge, folder = tmp_path / "content", tmp_path / ".index-content"
        knowledge.mkdir(exist_ok=True)
        (knowledge / name).write_text(text, encoding="utf-8")
        build_index(knowledge, folder, encoder)
        return Page(SearchIndex.open(folder, encoder))

    return index_page
