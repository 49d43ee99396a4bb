"""Spans of the owner's text become numbered quotations, each proved letter for letter.

Knows nothing about why they were chosen.
"""

from collections.abc import Mapping
from dataclasses import replace

from chatbot.answers import Citation
from index import Passage


class Quotations:
    """The citations of one answer, in the order in which its text uses them."""

    def __init__(self, texts: Mapping[str, str], *, first_number: int = 1) -> None:
        """Quote from *texts*, each document's text by its path, and count from *first_number*."""
        self._texts = texts
        self._first_number = first_number
        self._citations: list[Citation] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Give them all, in order."""
        return tuple(self._citations)

    def quote(self, passage: Passage, start: int, end: int) -> Citation:
        """Cite the characters from *start* to *end* of the document that *passage* stands in.

        The same words are never cited twice.

        Raises:
            ValueError: the words do not stand inside the passage, nor are they a cell of it.
        """
        source = passage.source
        # A cell that reaches down from a row above stands there.
        is_cell = any((cell.start, cell.end) == (start, end) for cell in passage.cells)
        if not start < end or not (is_cell or source.start <= start < end <= source.end):
            raise ValueError(f"{start} to {end} is outside of {source}")
        for citation in self._citations:
            if (citation.source.path, citation.source.start, citation.source.end) == (source.path, start, end):
                return citation
        text = self._texts[source.path]
        lines = text.count("\n", min(source.start, start), max(source.start, start))
        first_line = source.first_line + (lines if start >= source.start else -lines)
        last_line = first_line + text.count("\n", start, end)
        place = replace(source, first_line=first_line, last_line=last_line, start=start, end=end)
        self._citations.append(Citation(self._first_number + len(self._citations), text[start:end], place))
        return self._citations[-1]
