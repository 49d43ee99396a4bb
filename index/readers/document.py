"""A file of the owner's becomes a Document: its text, and blocks that say where each part of the text stands.

Knows nothing of questions, passages or vectors. Offsets count characters of `Document.text`, which is what
`Path.read_text(encoding="utf-8")` gives: the file decoded, line ends as "\\n", nothing else changed. A file that is no
text is converted, and `Document.text` is what it was converted into; then `Document.converted` says so.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

ParagraphStyle = Literal["prose", "item", "quote", "code"]
"""What a paragraph is: running prose, a list item, a block quotation or a code sample."""


QUESTION_LINE_LEVEL = 7
"""The level of a question that is marked as one without being a heading: a bold line, a "Q:" line, the summary of a
part that folds. Deeper than any heading, so that every heading ends its answer."""


@dataclass(frozen=True)
class Span:
    """A half-open range of characters in a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start} to {self.end}")


@dataclass(frozen=True)
class Heading:
    """A line that names what stands below it."""

    level: int
    """1 for the outermost."""

    title: str
    """The words of the heading, its marks and inline markup taken off."""

    span: Span
    """The words in the text, without the marks around them."""


@dataclass(frozen=True)
class Paragraph:
    """A run of text that belongs together: a paragraph, one list item, one code sample."""

    span: Span
    """The words, without the list or quotation mark before them; a code sample with its fences."""

    style: ParagraphStyle = "prose"

    depth: int = 0
    """How deep in nested lists an item stands; 0 outside lists and in an outermost one."""


@dataclass(frozen=True)
class TableCell:
    """One cell, as it stands between its bars."""

    text: str
    """The words of the cell, unchanged, without the spaces around them; empty for an empty cell."""

    span: Span
    """Where those words stand; an empty span where the cell is empty. A cell that reaches over several columns or rows
    is a cell in each of them, and all of these have the same span."""


@dataclass(frozen=True)
class TableRow:
    """One line of a table, with as many cells as its header has."""

    cells: tuple[TableCell, ...]

    span: Span
    """The whole row as it stands in the file, bars included. A cell that reaches down from a row above stands there,
    outside of this span."""


@dataclass(frozen=True)
class Table:
    """A table with one header row."""

    header: TableRow
    rows: tuple[TableRow, ...]
    span: Span


@dataclass(frozen=True)
class Break:
    """The end of an answer whose question is no heading: a line across the page, the end of a part that folds."""

    span: Span


Block = Heading | Paragraph | Table | Break


@dataclass(frozen=True)
class Skipped:
    """Words of the file that no visitor is to be told, so that they are in no block."""

    what: str
    """What they are, as a report names it: "script", "menu", "comment"."""

    span: Span


@dataclass(frozen=True)
class FrontMatter:
    """What the owner says about a file at its top."""

    title: str = ""

    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A name as the content writes it, and the other names that mean the same."""

    language: str = ""
    """A BCP 47 tag such as "en"; empty where the owner does not say."""

    updated: str = ""
    """The date of the content, as the owner writes it."""


@dataclass(frozen=True)
class Document:
    """One file of the owner's, read."""

    path: str
    """Relative to the content folder, with forward slashes."""

    text: str

    blocks: tuple[Block, ...]
    """In reading order; spans do not overlap."""

    front_matter: FrontMatter = FrontMatter()

    skipped: tuple[Skipped, ...] = ()
    """What the owner should know is left out, in the order of the text."""

    converted: bool = False
    """Whether `text` was made from a file that is no text, such as a spreadsheet."""

    def line_at(self, offset: int) -> int:
        """Give the number of the line, from 1, on which the character at *offset* stands."""
        return bisect_right(self._line_starts, offset)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(number + 1 for number, letter in enumerate(self.text) if letter == "\n"))
