"""A passage becomes its views: the texts that are encoded so that it can be found.

Knows nothing about vectors.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.passages import Passage
from index.plaintext import plain_text

CONTEXT = -1
"""Instead of a sentence's number: words of the title and the headings."""

Piece = tuple[int, int, int]
"""Start and end in a view's text, and the number of the sentence or cell that stands there, or CONTEXT."""

ViewKey = tuple[str, tuple[Piece, ...]]
"""A view's text and pieces: two views with the same key have the same vectors."""

_FRAME = 2
"""Tokens that the encoder puts around every text."""

_INNER_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t].*|(\*\*|__)\S.*\1[ \t]*|.*\w.*(?=\n[ \t]*(?:=+|-+)[ \t]*$))$", re.MULTILINE
)


@dataclass(frozen=True)
class View:
    """One text by which a passage can be found."""

    passage: int
    """The number of the passage in the index."""

    text: str

    pieces: tuple[Piece, ...] = ()
    """Which part of the text is which sentence or cell. Empty where the view is for finding only;
    where it is not, the vectors of its words are kept as evidence."""

    @property
    def key(self) -> ViewKey:
        """Tell what is encoded, and what is kept of it, whatever passage it belongs to."""
        return self.text, self.pieces


@dataclass(frozen=True)
class _Part:
    """Words on their way into a view."""

    text: str

    sentence: int = CONTEXT
    """The number of the sentence or cell that they are, or are a part of."""


@dataclass(frozen=True)
class _Sight:
    """How much an encoder sees of a text."""

    count: Callable[[Sequence[str]], list[int]]
    limit: int

    def cut(self, parts: Iterable[_Part], room: int) -> list[tuple[_Part, int]]:
        """Give *parts* with their tokens, those of more than *room* tokens cut until nothing of them is invisible."""
        parts = [part for part in parts if part.text]
        cut: list[tuple[_Part, int]] = []
        for part, tokens in zip(parts, self.count([part.text for part in parts]), strict=True):
            if tokens <= max(room, 1) or len(part.text) == 1:
                cut.append((part, tokens))
            else:
                cut += self.cut((_Part(half, part.sentence) for half in _halves(part.text)), room)
        return cut


def passage_views(
    number: int, passage: Passage, *, count: Callable[[Sequence[str]], list[int]], limit: int
) -> list[View]:
    """Give every view of *passage*: windows over its text, its title, and each of its sentences or cells alone.

    Args:
        number: the passage's number in the index.
        passage: what is to be found.
        count: counts the tokens of texts, as the encoder does.
        limit: how many tokens the encoder sees; no view is longer, so nothing of the passage is invisible.
    """
    sight = _Sight(count, limit)
    parts = list(_cells(passage) if passage.kind == "row" else _sentences(passage))
    alone = [part.text for part in parts if part.sentence != CONTEXT]
    if passage.kind == "row":
        alone = [f"{passage.title}: {text}" for text in alone]
    texts = (passage.title, *(alone if len(alone) > 1 else ()))
    seen = dict.fromkeys(part.text for part, _ in sight.cut(map(_Part, texts), limit - _FRAME))
    return [*_windows(number, passage, parts, sight), *(View(number, text) for text in seen)]


def _cells(passage: Passage) -> Iterator[_Part]:
    """Say each cell with the name of its column; an empty cell has no text."""
    for number, cell in enumerate(passage.cells):
        if text := plain_text(cell.text):
            yield _Part(f"{cell.column}: {text}", number)


def _sentences(passage: Passage) -> Iterator[_Part]:
    """Give the sentences, and between them the headings that stand inside an answer."""
    end = passage.source.start
    for number, sentence in enumerate(passage.sentences):
        between = passage.text[end - passage.source.start : sentence.start - passage.source.start]
        yield from (_Part(plain_text(found.group())) for found in _INNER_HEADING.finditer(between))
        if text := plain_text(sentence.text):
            yield _Part(text, number)
        end = sentence.end


def _windows(number: int, passage: Passage, parts: Iterable[_Part], sight: _Sight) -> Iterator[View]:
    """Pack sentences, each window under the passage's headings and title, until the encoder would see no more."""
    context, rest = _context(passage, sight)
    room = sight.limit - _FRAME - sight.count([context])[0]
    chosen: list[_Part] = []
    used = 0
    # One token more for each part: what stands between them.
    for part, tokens in sight.cut((*rest, *parts), room - 1):
        if chosen and used + tokens + 1 > room:
            yield _window(number, context, chosen)
            chosen, used = [], 0
        chosen.append(part)
        used += tokens + 1
    if chosen or context:
        yield _window(number, context, chosen)


def _context(passage: Passage, sight: _Sight) -> tuple[str, list[_Part]]:
    """Give the headings and the title as far as they leave room for half a window of text, and what is left of them."""
    headings = passage.source.heading[-2:]
    for first in range(len(headings) + 1):
        context = ". ".join(dict.fromkeys(name for name in (*headings[first:], passage.title) if name))
        if sight.count([context])[0] <= sight.limit // 2:
            return context, []
    seen, *rest = (part for part, _ in sight.cut([_Part(passage.title)], sight.limit // 2))
    return seen.text, rest


def _window(number: int, context: str, chosen: Iterable[_Part]) -> View:
    text = f"{context}. " if context else ""
    pieces: list[Piece] = [(0, len(context), CONTEXT)] if context else []
    for part in chosen:
        pieces.append((len(text), len(text) + len(part.text), part.sentence))
        text += f"{part.text} "
    return View(number, text.rstrip(), tuple(pieces))


def _halves(text: str) -> tuple[str, str]:
    """Cut *text* near its middle, between two words if there is a space."""
    middle = len(text) // 2
    space = text.rfind(" ", 1, middle + 1)
    if space < 0:
        space = text.find(" ", middle, len(text) - 1)
    cut = space if space > 0 else middle
    return text[:cut].strip(), text[cut:].strip()
