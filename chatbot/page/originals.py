"""An owner's file as a page of numbered lines, which the cards link to: those that an answer quotes are marked.

Shows what the content says and no more: front matter, comments and whatever else no answer can quote are left out.
A page of HTML without a script; knows nothing of how it is served.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from chatbot.coverage import Part
from chatbot.page.frame import ICON
from chatbot.rendering import make_controls_visible
from index import Passage

MOST_LINES = 2_000
"""On one page; of a longer file, those around the quoted ones."""

_WORD = re.compile(r"\w+")
_SPANS = re.compile(r"\d{1,7}(?:-\d{1,7})?(?:,\d{1,7}(?:-\d{1,7})?){0,99}")


def read_spans(written: str) -> frozenset[int]:
    """Give the numbers that "29,32-33" names; none where it is written otherwise."""
    if not _SPANS.fullmatch(written):
        return frozenset()
    spans = [tuple(map(int, span.split("-"))) for span in written.split(",")]
    return frozenset(line for span in spans for line in range(span[0], min(span[-1], span[0] + MOST_LINES) + 1))


def draw_original(part: Part, text: str, passages: Sequence[Passage], *, cited: frozenset[int] = frozenset()) -> str:
    """Give the page of one document.

    Args:
        part: which one.
        text: all of it.
        passages: what was cut from it.
        cited: the numbers of the lines to mark.
    """
    lines = text.split("\n")
    first, last = _window(len(lines), min(cited, default=1))
    numbers = range(first, last + 1)
    shown = _public_lines(lines, numbers, passages)
    drawn = "".join(_draw_lines(lines, numbers, shown, cited))
    dated = f"<p>Updated {escape(part.updated)}</p>" if part.updated else ""
    cut = f"<p>Lines {first} to {last} of {len(lines)}.</p>" if last - first + 1 < len(lines) else ""
    home = "../" * (part.path.count("/") + 1)
    title, path = escape(part.title), escape(part.path)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}: {path}</title><link rel="icon" href="{ICON}"><style>{_style()}</style>'
    )
    header = f'<p><a href="{home}">Back to the chat</a></p><h1>{title}</h1><p><code>{path}</code></p>{dated}{cut}'
    return (
        f'<!doctype html><html lang="{escape(part.language or "en")}"><head>{head}</head>'
        f"<body><header>{header}</header><main><ol>{drawn}</ol></main></body></html>"
    )


def _window(count: int, around: int) -> tuple[int, int]:
    """Give the first and the last of at most MOST_LINES lines."""
    first = max(1, min(around - MOST_LINES // 2, count - MOST_LINES + 1))
    return first, min(count, first + MOST_LINES - 1)


def _public_lines(lines: Sequence[str], numbers: range, passages: Iterable[Passage]) -> frozenset[int]:
    """Give those *numbers* whose lines an answer may quote, or which only say what passages are called."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    quotable: set[int] = set()
    names: set[str] = set()
    for passage in passages:
        quotable.update(_quotable_lines(passage, starts))
        called = (*passage.source.heading, passage.title, passage.corner, *(cell.column for cell in passage.cells))
        names.update(word for name in called for word in _words(name))
    naming = {number for number in numbers if _words(lines[number - 1]) <= names}
    return frozenset(quotable | naming)


def _quotable_lines(passage: Passage, starts: Sequence[int]) -> Iterator[int]:
    spans = [(sentence.start, sentence.end) for sentence in passage.sentences]
    for start, end in spans or [(passage.source.start, passage.source.end)]:
        line = passage.source.first_line
        while line < len(starts) and starts[line - 1] < end:
            if starts[line] > start:
                yield line
            line += 1


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _draw_lines(lines: Sequence[str], numbers: range, shown: frozenset[int], cited: frozenset[int]) -> Iterator[str]:
    left_out = 0
    for number in numbers:
        if number not in shown:
            left_out += 1
            continue
        if left_out:
            yield f'<li class="out" value="{number - left_out}">{_left_out(left_out)}</li>'
            left_out = 0
        words = escape(make_controls_visible(lines[number - 1]))
        tag = "mark" if number in cited else "span"
        yield f'<li id="L{number}" value="{number}"><{tag}>{words}</{tag}></li>'
    if left_out:
        yield f'<li class="out" value="{numbers[-1] - left_out + 1}">{_left_out(left_out)}</li>'


def _left_out(count: int) -> str:
    return f"{'A line' if count == 1 else f'{count} lines'} that no answer quotes"


def _style() -> str:
    return files("chatbot.page").joinpath("assets", "original.css").read_text(encoding="utf-8")
