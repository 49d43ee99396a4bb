"""A Document becomes passages: questions with their answers, rows of tables, and the prose that is left.

No two passages overlap. A table inside an answer becomes rows, so the answer is the text up to it, and what follows the
table is prose under the same question.
"""

from pathlib import PurePosixPath

from index.chunking.places import start_with_marks
from index.chunking.questions import is_question
from index.chunking.sections import prose_passage, split_section
from index.chunking.tables import split_table
from index.passages import Passage
from index.readers.document import QUESTION_LINE_LEVEL, Break, Document, Heading, Paragraph, Table

__all__ = ["CHUNKING_VERSION", "split_document"]

CHUNKING_VERSION = 1
"""Raised whenever the same file would be cut into other passages, so that an index built before is built anew."""


def split_document(document: Document) -> list[Passage]:
    """Cut *document* into passages, in reading order."""
    return _Cutter(document).cut()


class _Cutter:
    """One pass over the blocks, which remembers the headings above and the text that is waiting to become a passage."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.title = _title(document)
        self.passages: list[Passage] = []
        self.above: list[Heading] = []
        self.question: Heading | None = None
        """The question whose answer is being collected."""

        self.inner: list[Heading] = []
        """The headings inside that answer which the next block stands under."""

        self.waiting: list[Paragraph | Heading] = []
        self.questions = _questions(document)

    def cut(self) -> list[Passage]:
        for block in self.document.blocks:
            if isinstance(block, Heading):
                self._enter(block)
            elif isinstance(block, Break):
                self._leave(QUESTION_LINE_LEVEL)
            elif isinstance(block, Table):
                self._finish()
                self.above += self.inner
                self.question, self.inner = None, []
                self.passages += split_table(self.document, block, self._path(), self._name())
            else:
                self.waiting.append(block)
        self._finish()
        return self.passages

    def _enter(self, heading: Heading) -> None:
        """Begin what stands under *heading*, unless it is a part of the answer that is being collected."""
        inside = self.question is not None and heading.level > self.question.level
        if inside and heading not in self.questions:
            self.waiting.append(heading)
            self.inner = [*(other for other in self.inner if other.level < heading.level), heading]
            return
        self._leave(heading.level)
        self._finish()
        self.above.append(heading)
        self.inner = []
        self.question = heading if heading in self.questions else None

    def _leave(self, level: int) -> None:
        """End everything that stands under headings of *level* and deeper."""
        if self.above and self.above[-1].level >= level:
            self._finish()
            self.question, self.inner = None, []
            while self.above and self.above[-1].level >= level:
                self.above.pop()

    def _finish(self) -> None:
        """Make passages of the text that is waiting."""
        blocks, self.waiting = self.waiting, []
        while blocks and isinstance(blocks[-1], Heading):
            blocks.pop()
        paragraphs = [block for block in blocks if isinstance(block, Paragraph)]
        if not paragraphs:
            return
        if self.question is None:
            self.passages += split_section(self.document, paragraphs, self._path(), self._name())
            return
        start = start_with_marks(self.document, blocks[0].span.start)
        title, end = self.question.title, blocks[-1].span.end
        self.passages.append(prose_passage(self.document, "question", paragraphs, self._path(), title, start, end))

    def _path(self) -> tuple[str, ...]:
        return tuple(heading.title for heading in self.above)

    def _name(self) -> str:
        return self.above[-1].title if self.above else self.title


def _title(document: Document) -> str:
    """Say what the whole document is called."""
    if document.front_matter.title:
        return document.front_matter.title
    headings = [block for block in document.blocks if isinstance(block, Heading)]
    outermost = min((heading.level for heading in headings), default=0)
    return next(
        (heading.title for heading in headings if heading.level == outermost), PurePosixPath(document.path).stem
    )


def _questions(document: Document) -> frozenset[Heading]:
    """Find the headings that ask something."""
    families: dict[tuple[int, int], list[Heading]] = {}
    placed: list[tuple[Heading, tuple[str, ...], tuple[int, int]]] = []
    above: list[Heading] = []
    for block in document.blocks:
        if not isinstance(block, Heading):
            continue
        while above and above[-1].level >= block.level:
            above.pop()
        family = (above[-1].span.start if above else -1, block.level)
        families.setdefault(family, []).append(block)
        titles = (document.front_matter.title, *(heading.title for heading in above))
        placed.append((block, titles, family))
        above.append(block)
    return frozenset(heading for heading, titles, family in placed if is_question(heading, titles, families[family]))
