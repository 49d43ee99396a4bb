"""Where words stand: the Source of a stretch of a document, and where a stretch begins with its marks."""

import re

from index.passages import Source
from index.readers.document import Document

_MARKS = re.compile(r"[>\s]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+){0,4}(?:#{1,6}[ \t]+)?")


def source_of(document: Document, heading: tuple[str, ...], start: int, end: int) -> Source:
    """Say where the characters from *start* to *end* stand."""
    first, last = document.line_at(start), document.line_at(max(end - 1, start))
    return Source(document.path, heading, first, last, start, end, document.converted)


def start_with_marks(document: Document, start: int) -> int:
    """Give where the line's list, quotation or heading mark begins, so that what is quoted stays Markdown."""
    line_start = document.text.rfind("\n", 0, start) + 1
    before = document.text[line_start:start]
    if len(before) > 200 or not _MARKS.fullmatch(before):
        return start
    return line_start + len(before) - len(before.lstrip())
