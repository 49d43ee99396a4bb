"""The smallest pieces of content that can answer a question on their own, and where they stand.

Knows nothing about how they are found.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

PassageKind = Literal["question", "row", "section"]
"""What a passage was cut from, which decides how an answer may quote it."""

SentenceStyle = Literal["prose", "item", "quote", "code"]
"""What a sentence is part of; a code sample counts as one sentence, whole."""


@dataclass(frozen=True)
class Source:
    """Where words stand in the owner's content."""

    path: str
    """Relative to the content folder, with forward slashes."""

    heading: tuple[str, ...]
    """The headings above the words, outermost first."""

    first_line: int
    """Counted from 1, as editors do."""

    last_line: int

    start: int
    """In characters from the start of the document's text."""

    end: int

    converted: bool = False
    """Whether lines and characters are counted in text that the file was converted into: a spreadsheet has no lines."""

    @property
    def file(self) -> str:
        """Name what the lines are counted in: the file, or the text that it was converted into."""
        return f"the converted text of {self.path}" if self.converted else self.path

    def holds(self, other: "Source") -> bool:
        """Tell whether *other* stands inside."""
        return self.path == other.path and self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        lines = f"{self.first_line}" if self.first_line == self.last_line else f"{self.first_line}-{self.last_line}"
        return " › ".join((f"{self.file}:{lines}", *self.heading))


@dataclass(frozen=True)
class Sentence:
    """The smallest piece of prose that an answer may quote."""

    text: str
    """The owner's words, unchanged, line breaks and inline markup included."""

    start: int
    end: int

    style: SentenceStyle = "prose"

    paragraph: int = 0
    """Sentences of one paragraph, list item or code sample share a number; counted from 0 in each passage."""


@dataclass(frozen=True)
class Cell:
    """What a comparison table says about one entity."""

    column: str
    """The name at the head of the column, without markup."""

    text: str
    """The owner's words, unchanged; empty where the cell is empty."""

    start: int
    end: int

    doubt: str = ""
    """Why the cell may not say what it seems to say; empty where nothing is suspicious."""


@dataclass(frozen=True)
class Passage:
    """The smallest piece of content that can answer a question on its own."""

    kind: PassageKind

    title: str
    """The question, row label or heading, without markup; searched together with the text."""

    text: str
    """The owner's words, unchanged: answers quote from here and nowhere else.
    The answer to a question, the whole line of a row, the prose of a section."""

    source: Source
    """Where `text` stands: `document.text[source.start:source.end] == text`."""

    sentences: tuple[Sentence, ...] = ()
    """The text cut into what an answer may quote, in reading order; none in a row."""

    cells: tuple[Cell, ...] = ()
    """The cells of a row but its label, in reading order, empty ones included; none in other kinds."""

    corner: str = ""
    """The name at the head of the column of labels ("Factor"); only in a row."""

    @cached_property
    def id(self) -> str:
        """Name the passage by its content, so that the name survives a rebuild."""
        content = "\0".join((self.kind, self.source.path, *self.source.heading, self.title, self.text))
        return hashlib.sha256(content.encode()).hexdigest()[:16]
