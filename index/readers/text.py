"""A plain text file becomes a Document, though nothing in it is marked as what it is.

A short line without a full stop, with something below it, is a heading; a line that ends in a question mark, with
something below it, is a question; lines with bars are a table. Lines are joined to paragraphs where they were wrapped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Literal

from index.plaintext import plain_text
from index.readers.document import QUESTION_LINE_LEVEL, Block, Break, Document, Heading, Paragraph, Span
from index.readers.front_matter import read_front_matter
from index.readers.pipe_tables import is_delimiter_row, read_table

_BULLET = re.compile(r"[ \t]*(?:[-*+•‣◦·–—]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]+(?=\S)")
_NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,3}){1,4})\.?[ \t]+(?=\S)")
_HASHES = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_QUESTION_MARK = re.compile(r"(?:Q|Question)\s?\d{0,4}\s?[:.)]\s*(?=\S)")
_ANSWER_MARK = re.compile(r"(?:A|Ans|Answer)\s?\d{0,4}\s?[:.)]\s*(?=\S)")
_RULE = re.compile(r"[ \t]*([-=_*~#])\1{2,}[ \t]*")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")

_HEADING_LETTERS = 90
_HEADING_WORDS = 14
_QUESTION_WORDS = 40
_UNWRAPPED = 120
"""Nobody wraps text by hand at more letters than this."""

_NARROWEST_WRAP = 50
_LIST_RUN = 3
"""So many short lines under each other are a list and no headings."""

Kind = Literal["blank", "rule", "table", "code", "item", "heading", "question", "answer", "prose"]


@dataclass
class _Line:
    """One line that begins something, with the lines that go on with it."""

    kind: Kind
    number: int
    """Counted from 0."""

    start: int
    end: int
    words: str
    level: int = 0
    """Of a heading that shows it; the indent of an item."""

    rows: tuple[tuple[int, int, str], ...] = ()


def read_plain_text(text: str, path: str, place: Path) -> Document:
    """Read *text*, the words of the file at *place*, which citations call *path*."""
    mark = text.startswith("\ufeff")
    lines = text[mark:].split("\n")
    starts = [mark + start for start in accumulate((len(line) + 1 for line in lines), initial=0)]
    front_matter, first = read_front_matter(lines, place)
    found = _join_wrapped(list(_sort_lines(lines, starts, first)))
    _find_headings(found)
    return Document(path, text, tuple(_blocks(found, place)), front_matter)


def _sort_lines(lines: list[str], starts: list[int], first: int) -> Iterator[_Line]:
    """Say of each line what it shows itself to be; a line that shows nothing is prose."""
    number = first
    while number < len(lines):
        line = lines[number]
        words = line.strip()
        start = starts[number] + len(line) - len(line.lstrip())
        end = start + len(words)
        after = number + 1
        if not words:
            yield _Line("blank", number, start, start, "")
        elif fence := _FENCE.match(line):
            after = _end_of_fence(lines, number, fence.group(1))
            yield _Line("code", number, start, starts[after - 1] + len(lines[after - 1].rstrip()), words)
        elif _RULE.fullmatch(line):
            yield _Line("rule", number, start, end, words)
        elif after := _end_of_table(lines, number):
            rows = tuple(
                (n + 1, starts[n] + len(lines[n]) - len(lines[n].lstrip()), lines[n].strip())
                for n in range(number, after)
            )
            yield _Line("table", number, start, rows[-1][1] + len(rows[-1][2]), words, rows=rows)
        else:
            after = number + 1
            yield _marked_line(line, number, start, end)
        number = after


def _end_of_fence(lines: list[str], opening: int, fence: str) -> int:
    for number in range(opening + 1, len(lines)):
        if lines[number].strip().startswith(fence):
            return number + 1
    return opening + 1


def _end_of_table(lines: list[str], number: int) -> int:
    """Give the number of the line after the table that begins here, or 0.

    A table has a line of dashes under its header, or three lines at least that begin and end with a bar.
    """
    end = number
    while end < len(lines) and "|" in lines[end]:
        end += 1
    if end - number >= 2 and is_delimiter_row(lines[number + 1].strip()):
        return end
    framed = all(
        line.strip().startswith("|") and line.strip().endswith("|") for line in lines[number : min(end, number + 3)]
    )
    return end if end - number >= 3 and framed else 0


def _marked_line(line: str, number: int, start: int, end: int) -> _Line:
    words = line.strip()
    for kind, pattern in (("question", _QUESTION_MARK), ("answer", _ANSWER_MARK)):
        if mark := pattern.match(words):
            return _Line(kind, number, start + mark.end(), end, words[mark.end() :], QUESTION_LINE_LEVEL)  # type: ignore[arg-type]
    if hashes := _HASHES.match(words):
        return _Line("heading", number, start + hashes.end(), end, words[hashes.end() :], len(hashes.group(1)))
    if (numbered := _NUMBERED.match(words)) and _looks_like_heading(words):
        return _Line("heading", number, start, end, words, numbered.group(1).count(".") + 1)
    if bullet := _BULLET.match(line):
        indent = len(line) - len(line.lstrip())
        return _Line("item", number, start + bullet.end() - indent, end, line[bullet.end() :].strip(), indent)
    return _Line("prose", number, start, end, words, len(line) - len(line.lstrip()))


def _join_wrapped(lines: list[_Line]) -> list[_Line]:
    """Join the lines that are one paragraph wrapped by hand."""
    prose = [line for line in lines if line.kind in ("prose", "item", "answer") and " " in line.words]
    wide = sum(line.end - line.start > _UNWRAPPED for line in prose)
    wrapped = wide * 20 <= len(prose)
    joined: list[_Line] = []
    widths = _widths(lines)
    for line in lines:
        above = joined[-1] if joined else None
        if above and line.kind == "prose" and _goes_on(above, lines, line, wrapped=wrapped, width=widths[line.number]):
            above.end = line.end
            above.words = f"{above.words}\n{line.words}"
        else:
            joined.append(line)
    return joined


def _widths(lines: list[_Line]) -> dict[int, int]:
    """Give for each line the length of the longest one between the blank lines around it."""
    widths: dict[int, int] = {}
    stanza: list[_Line] = []
    for line in [*lines, _Line("blank", -1, 0, 0, "")]:
        if line.kind == "blank":
            longest = max((other.end - other.start for other in stanza), default=0)
            widths.update((other.number, longest) for other in stanza)
            stanza = []
        else:
            stanza.append(line)
    return widths


def _goes_on(above: _Line, lines: list[_Line], line: _Line, *, wrapped: bool, width: int) -> bool:
    """Say whether *line* goes on with what *above* has begun."""
    if above.kind not in ("prose", "item", "answer", "question") or not line.words:
        return False
    last = above.words.rpartition("\n")[2]
    if above.kind == "item" and line.level > above.level:
        return True
    if not wrapped:
        return False
    if line.words[0].islower() and last[-1] not in ".!?:":
        return True
    # The writer broke the line because the next word would not fit.
    room = len(last) + 1 + len(line.words.split(maxsplit=1)[0])
    return width >= _NARROWEST_WRAP and room > width and not (last.endswith("?") and "\n" not in above.words)


def _looks_like_heading(words: str) -> bool:
    return (
        len(words) <= _HEADING_LETTERS
        and len(words.split()) <= _HEADING_WORDS
        and "\n" not in words
        and words[-1] not in ".!?;,:…"
        and (words[0].isalnum() or words[0] in "\"'“‘«(¿¡[")
        and not words[0].islower()
    )


def _find_headings(lines: list[_Line]) -> None:
    """Turn prose lines into headings and questions, by what they look like and what stands around them."""
    for above, rule in pairwise(lines):
        if rule.kind == "rule" and _is_underlined(above, rule):
            above.kind, above.level = "heading", 1 if rule.words[0] in "=#" else 2
            rule.kind, rule.words = "blank", ""
    shown = max((line.level for line in lines if line.kind == "heading"), default=0)
    unmarked_level = min(shown + 1, 6)
    follows: Kind | None = None
    run_below = 0
    next_number = -1
    for line in reversed(lines):
        if line.kind == "blank":
            continue
        touches = next_number == line.number + line.words.count("\n") + 1
        if line.kind == "prose" and follows is not None:
            if line.words.endswith("?") and len(line.words.split()) <= _QUESTION_WORDS:
                line.kind, line.level = ("question" if follows not in ("rule",) else "prose"), QUESTION_LINE_LEVEL
            elif _looks_like_heading(line.words) and follows != "rule":
                run_below = run_below + 1 if touches and follows == "heading" else 1
                line.kind, line.level = "heading", unmarked_level
        follows, next_number = line.kind, line.number
    _undo_lists(lines, unmarked_level)


def _is_underlined(line: _Line, rule: _Line) -> bool:
    """Say whether *rule* underlines the words above it; a much shorter one only parts two paragraphs."""
    if line.kind not in ("prose", "heading", "question") or "\n" in line.words or line.words[-1] in ".;,":
        return False
    return len(line.words) <= 2 * len(rule.words)


def _undo_lists(lines: list[_Line], level: int) -> None:
    """Turn runs of short lines back into prose: an address or opening hours are no headings."""
    run: list[_Line] = []
    for line in [*lines, _Line("blank", -1, 0, 0, "")]:
        short = (line.kind == "heading" and line.level == level) or (
            line.kind == "prose" and _looks_like_heading(line.words)
        )
        if short and (not run or run[-1].number + 1 == line.number):
            run.append(line)
            continue
        if len(run) >= _LIST_RUN:
            # The last of the lines may still name the prose right under it.
            kept = 1 if line.kind not in ("blank", "rule") else 0
            for entry in run[: len(run) - kept]:
                entry.kind, entry.level = "prose", 0
        run = [line] if short else []


def _blocks(lines: list[_Line], place: Path) -> Iterator[Block]:
    indents: list[int] = []
    for line in lines:
        span = Span(line.start, line.end)
        if line.kind != "item":
            indents = []
        if line.kind in ("heading", "question"):
            yield Heading(line.level, plain_text(line.words), span)
        elif line.kind == "rule":
            yield Break(span)
        elif line.kind == "table":
            body = [row for row in line.rows[1:] if not is_delimiter_row(row[2])]
            yield read_table(line.rows[0], body, place)
        elif line.kind == "code":
            yield Paragraph(span, "code")
        elif line.kind == "item":
            while indents and indents[-1] >= line.level:
                indents.pop()
            yield Paragraph(span, "item", len(indents))
            indents.append(line.level)
        elif line.kind != "blank":
            yield Paragraph(span)
