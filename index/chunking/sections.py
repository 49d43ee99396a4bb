"""Prose under a heading becomes passages of about as many words as the encoder can see.

Paragraphs are packed one by one; a list, quotation or code sample stays with the paragraph that leads to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from index.chunking.places import source_of, start_with_marks
from index.chunking.sentences import MAX_WORDS, cut_sentences
from index.passages import Passage, PassageKind, Sentence
from index.plaintext import plain_text
from index.readers.document import Document, Paragraph

_CODE_WORDS = 40
"""What a code sample counts for: it is kept whole with its explanation, which is what it is found by."""

_NEARLY_EMPTY = 60
"""A part with fewer words is filled up with sentences of the next paragraph, so that no lead-in stands alone."""


@dataclass(frozen=True)
class _Piece:
    """A sentence on its way into a passage."""

    start: int
    end: int
    paragraph: Paragraph
    words: int


def split_section(
    document: Document, paragraphs: list[Paragraph], heading: tuple[str, ...], title: str
) -> list[Passage]:
    """Pack *paragraphs*, which stand under one heading, into passages."""
    passages: list[list[_Piece]] = [[]]
    for unit in _units(document, paragraphs):
        if _words(passages[-1]) + _words(unit) <= MAX_WORDS:
            passages[-1] += unit
        elif _words(unit) <= MAX_WORDS:
            passages.append(unit)
        else:
            passages += _cut(unit)
    return [_passage(document, "section", pieces, heading, title) for pieces in passages if pieces]


def prose_passage(
    document: Document,
    kind: PassageKind,
    paragraphs: list[Paragraph],
    heading: tuple[str, ...],
    title: str,
    start: int,
    end: int,
) -> Passage:
    """Make one passage of the text from *start* to *end*, whole, in which *paragraphs* stand."""
    pieces = [piece for paragraph in paragraphs for piece in _pieces(document, paragraph)]
    return _passage(document, kind, pieces, heading, title, start=start, end=end)


def _units(document: Document, paragraphs: Iterable[Paragraph]) -> list[list[_Piece]]:
    """Give the paragraphs as sentences, those together that should not be parted."""
    units: list[list[_Piece]] = []
    above: Paragraph | None = None
    for paragraph in paragraphs:
        pieces = _pieces(document, paragraph)
        if above and _belongs_to(document, paragraph, above):
            units[-1] += pieces
        else:
            units.append(pieces)
        above = paragraph
    return units


def _belongs_to(document: Document, paragraph: Paragraph, above: Paragraph) -> bool:
    if paragraph.style in ("code", "item", "quote"):
        return True
    # A line without a full stop, such as a bold label or the title of a note, leads to what stands below it.
    words = plain_text(document.text[above.span.start : above.span.end][-200:])
    return above.style == "prose" and words[-1:] not in '.!?…。)"”’'


def _pieces(document: Document, paragraph: Paragraph) -> list[_Piece]:
    span = paragraph.span
    if paragraph.style == "code":
        return [_Piece(span.start, span.end, paragraph, _CODE_WORDS)]
    return [
        _Piece(sentence.start, sentence.end, paragraph, count_words(document.text[sentence.start : sentence.end]))
        for sentence in cut_sentences(document.text, span.start, span.end)
    ]


def count_words(text: str) -> int:
    """Count words; in scripts that write none apart, a letter counts as one."""
    return len(text.split()) + (0 if text.isascii() else sum(letter > "\u2e7f" for letter in text))


def _words(pieces: list[_Piece]) -> int:
    return sum(piece.words for piece in pieces)


def _cut(unit: list[_Piece]) -> list[list[_Piece]]:
    """Cut a unit that is too long: between paragraphs, and between sentences where a part would stay nearly empty."""
    parts: list[list[_Piece]] = [[]]
    for paragraph in _by_paragraph(unit):
        words = _words(parts[-1])
        if words >= _NEARLY_EMPTY and words + _words(paragraph) > MAX_WORDS >= _words(paragraph):
            parts.append([])
        for piece in paragraph:
            if parts[-1] and _words(parts[-1]) + piece.words > MAX_WORDS and piece.paragraph.style != "code":
                parts.append([])
            parts[-1].append(piece)
    return parts


def _by_paragraph(pieces: list[_Piece]) -> list[list[_Piece]]:
    return [list(group) for _, group in groupby(pieces, key=lambda piece: piece.paragraph.span.start)]


def _passage(
    document: Document,
    kind: PassageKind,
    pieces: list[_Piece],
    heading: tuple[str, ...],
    title: str,
    *,
    start: int | None = None,
    end: int | None = None,
) -> Passage:
    start = start_with_marks(document, pieces[0].start) if start is None else start
    end = pieces[-1].end if end is None else end
    sentences, number = [], -1
    above: Paragraph | None = None
    for piece in pieces:
        number += piece.paragraph is not above
        above = piece.paragraph
        words = document.text[piece.start : piece.end]
        sentences.append(Sentence(words, piece.start, piece.end, piece.paragraph.style, number))
    source = source_of(document, heading, start, end)
    return Passage(kind, title, document.text[start:end], source, tuple(sentences))
