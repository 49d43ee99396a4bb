"""A Document as the rules look at it: its passages, and its text with all hidden that is no word of the owner's.

Knows nothing of any rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.chunking import split_document
from index.lint.findings import RULES, Finding, RuleName, Severity
from index.passages import Passage, Sentence
from index.readers.document import Document, Heading, Paragraph, Span, Table

_NOT_WORDS = re.compile(
    r"<!--(?:(?!<!--).)*?-->"
    r"|(?P<code>(?<!`)(`+)(?!`)(?:(?!\n\s*\n).){1,1000}?(?<!`)\2(?!`)_{0,2})"
    r"|(?<=\])(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\[\]\n]*\])"
    r"|\b[a-z][a-z0-9+.-]{0,20}://[^\s<>)\]]+"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
    r"|</?[A-Za-z][^<>]*>",
    re.DOTALL,
)
"""Comments, code, targets of links, addresses, tags."""

_RST_LINK = re.compile(r"`([^`<]+)(?:<[^<>]+>)?`_{1,2}")


@dataclass(frozen=True)
class Page:
    """One file of the owner's, with what the rules ask of it."""

    document: Document

    place: Path
    """Where the file is on the disk."""

    root: Path
    """The folder of content, which links may not leave."""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Cut the page into what can be found."""
        return tuple(split_document(self.document))

    @cached_property
    def visible(self) -> str:
        """Give the text with spaces in place of all that is no word of the owner's: as long as the text itself."""
        letters = list(" " * len(self.document.text))
        for span in self.spoken:
            letters[span.start : span.end] = self._without_markup(self.document.text[span.start : span.end])
        for number, letter in enumerate(self.document.text):
            if letter == "\n":
                letters[number] = "\n"
        return "".join(letters)

    @cached_property
    def spoken(self) -> tuple[Span, ...]:
        """Say where the owner speaks: headings, paragraphs and cells, without code samples."""
        return tuple(self._spoken())

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Give the tables, in reading order."""
        return tuple(block for block in self.document.blocks if isinstance(block, Table))

    def sentences(self) -> Iterator[tuple[Passage, Sentence]]:
        """Give each sentence that is no code, with the passage it stands in."""
        for passage in self.passages:
            yield from ((passage, sentence) for sentence in passage.sentences if sentence.style != "code")

    def is_code(self, offset: int) -> bool:
        """Say whether the character at *offset* is part of a code sample."""
        return any(span.start <= offset < span.end for span in self._code)

    def finding(
        self, rule: RuleName, offset: int, message: str, cure: str, *, severity: Severity | None = None
    ) -> Finding:
        """Make a finding about what stands at *offset*."""
        line = self.document.line_at(offset)
        return Finding(rule, severity or RULES[rule].severity, self.document.path, line, message, cure)

    def _spoken(self) -> Iterator[Span]:
        for block in self.document.blocks:
            if isinstance(block, Table):
                for row in (block.header, *block.rows):
                    yield from (cell.span for cell in row.cells if cell.text)
            elif isinstance(block, Heading) or (isinstance(block, Paragraph) and block.style != "code"):
                yield block.span

    @cached_property
    def _code(self) -> tuple[Span, ...]:
        blocks = self.document.blocks
        return tuple(block.span for block in blocks if isinstance(block, Paragraph) and block.style == "code")

    def _without_markup(self, words: str) -> str:
        if self.document.path.lower().endswith(".rst"):
            words = _RST_LINK.sub(_keep_first_group, words)
        return _NOT_WORDS.sub(lambda found: " " * len(found.group()), words)


def place_seen_from(page: Page, other: Page, offset: int) -> str:
    """Name the line of the character at *offset* of *other*, and its file where that is not *page* itself."""
    line = other.document.line_at(offset)
    return f"line {line}" if other is page else f"{other.document.path}:{line}"


def _keep_first_group(found: re.Match[str]) -> str:
    """Blank all of a match but its first group, in place."""
    before = found.start(1) - found.start()
    return " " * before + found[1] + " " * (len(found.group()) - before - len(found[1]))


def is_hidden_between(page: Page, start: int, end: int) -> bool:
    """Say whether something stands between two blocks that is neither a word nor a mark: an image, say, or a tag."""
    between = re.sub(r"<!--(?:(?!<!--).)*?-->", "", page.document.text[start:end], flags=re.DOTALL)
    return re.search(r"[^\W_]", re.sub(r"\{[:#][^{}\n]*\}|\{\s[:#.][^{}\n]*\}", "", between)) is not None
