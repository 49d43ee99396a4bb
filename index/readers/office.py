"""A .docx or .pdf file becomes a Document by way of the text that it is converted into, which the index keeps.

A .docx becomes HTML by mammoth and is read as such. Of a .pdf, pdfplumber gives the lines with their letters' sizes and
the ruled tables: large or bold lines are headings, lines close to each other a paragraph. Both libraries come with the
extra "documents".
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from index.errors import ContentError
from index.readers.conversion import ConvertedText, check_package
from index.readers.document import (
    QUESTION_LINE_LEVEL,
    Block,
    Document,
    Heading,
    Paragraph,
    Skipped,
    Span,
    TableCell,
    TableRow,
)
from index.readers.grids import blocks_of_rows, row_of
from index.readers.html import read_html
from index.readers.pipe_tables import check_size

if TYPE_CHECKING:
    from pdfplumber.page import Page
    from pdfplumber.table import Table as DrawnTable

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""
_END_OF_BLOCK = re.compile(r"(</(?:p|h[1-6]|li|tr|table|ul|ol|blockquote|pre)>)(?!\n)")
_BESIDE_THE_TEXT = re.compile(r"word/(header|footer|comments)\d*\.xml")

_ITEM = re.compile(r"(?:[•‣◦·▪●○*–—-]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(?=\S)")
_LARGER = 1.12
"""Letters larger than those of the text by this factor are a heading's."""

_LONGEST_HEADING = 120
_MOST_LEVELS = 5
_WIDEST_GAP = 0.75
"""Lines of a paragraph are closer than this share of their height."""

_AT_THE_EDGE = 3
"""A line that begins or ends so many pages, numbers aside, belongs to the pages and not to the text."""


def read_docx(data: bytes, path: str, place: Path) -> Document:
    """Convert *data*, the bytes of the Word document at *place*, which citations call *path*."""
    mammoth = _library("mammoth", place)
    check_package(data, place, ".docx")
    try:
        converted = mammoth.convert_to_html(
            BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(lambda image: {})
        )
    except Exception as error:  # mammoth lets through whatever its XML and its packages raise
        problem = f"cannot be read as .docx ({type(error).__name__}). Open it in a word processor and save it anew"
        raise ContentError(problem, path=place) from error
    document = read_html(_END_OF_BLOCK.sub(r"\1\n", converted.value), path, place)
    return replace(document, skipped=(*_beside_the_text(data), *document.skipped), converted=True)


def read_pdf(data: bytes, path: str, place: Path) -> Document:
    """Convert *data*, the bytes of the PDF at *place*, which citations call *path*."""
    pdfplumber = _library("pdfplumber", place)
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            pages = [_read_page(page) for page in pdf.pages]
    except Exception as error:  # pdfminer lets through whatever a damaged file makes it raise
        causes = (error, *error.args) if isinstance(error, PdfminerException) else (error,)
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in causes):
            raise ContentError("is encrypted. Save it without a password", path=place) from error
        problem = f"cannot be read as .pdf ({type(error).__name__}). Print or export it as PDF again"
        raise ContentError(problem, path=place) from error
    if not any(pages):
        raise ContentError("holds pictures of pages and no text. Have the text recognised first (OCR)", path=place)
    return _PdfCopy(pages, place).document(path)


def _library(name: str, place: Path) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        problem = "needs the extra 'documents'. Install it with: pip install 'faqsimile[documents]'"
        raise ContentError(problem, path=place) from error


def _beside_the_text(data: bytes) -> Iterator[Skipped]:
    """Name what a Word document has beside its text, which is not converted."""
    kinds = {"header": "page header", "footer": "page footer", "comments": "comments"}
    with ZipFile(BytesIO(data)) as package:
        parts = ((_BESIDE_THE_TEXT.fullmatch(name), name) for name in package.namelist())
        found = {kinds[part[1]] for part, name in parts if part and b"<w:t" in package.read(name)}
    return (Skipped(kind, Span(0, 0)) for kind in sorted(found))


# Pages


@dataclass(frozen=True)
class _Line:
    """A line of a page."""

    words: str
    top: float
    bottom: float
    size: float
    """Of most of its letters."""

    is_bold: bool


@dataclass(frozen=True)
class _Ruled:
    """A table between ruled lines: its cells, those that one reaches over as the number of where that one stands."""

    top: float
    rows: tuple[tuple[str | tuple[int, int], ...], ...]


def _read_page(page: "Page") -> list[_Line | _Ruled]:
    """Give the lines and tables of a page from top to bottom."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.columns) > 1]
    boxes = [table.bbox for table in tables]

    def is_outside(thing: dict[str, Any]) -> bool:
        x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
        return not any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)

    lines = [_line(found) for found in page.filter(is_outside).extract_text_lines(return_chars=True)]
    read: list[_Line | _Ruled] = [*(line for line in lines if line.words), *map(_ruled, tables)]
    return sorted(read, key=lambda part: part.top)


def _line(found: dict[str, Any]) -> _Line:
    letters = [letter for letter in found["chars"] if not letter["text"].isspace()]
    size = Counter(round(letter["size"] * 2) / 2 for letter in letters).most_common(1)[0][0] if letters else 0.0
    is_bold = bool(letters) and all(re.search("bold|black|heavy", letter["fontname"], re.I) for letter in letters)
    words = " ".join(found["text"].replace("\u00ad", "").split())
    return _Line(words, found["top"], found["bottom"], size, is_bold)


def _ruled(table: "DrawnTable") -> _Ruled:
    words = table.extract()
    boxes = [row.cells for row in table.rows]
    rows: list[tuple[str | tuple[int, int], ...]] = []
    for number, row in enumerate(words):
        cells: list[str | tuple[int, int]] = []
        for column, text in enumerate(row):
            if text is not None or boxes[number][column] is not None:
                cells.append(" ".join((text or "").split()))
            else:
                cells.append(_covering(boxes, number, column))
        rows.append(tuple(cells))
    return _Ruled(table.bbox[1], tuple(rows))


def _covering(boxes: Sequence[Sequence[Any]], number: int, column: int) -> tuple[int, int]:
    """Give where the cell begins that reaches over a place from the left or from above; else the place itself."""
    edge = max((row[column][2] for row in boxes if row[column]), default=0.0)
    for left in range(column - 1, -1, -1):
        if boxes[number][left]:
            if boxes[number][left][2] >= edge - 1:
                return number, left
            break
    above = (row for row in range(number - 1, -1, -1) if boxes[row][column])
    return next(above, number), column


class _PdfCopy:
    """The pages of a PDF on their way into the text."""

    def __init__(self, pages: Sequence[Sequence[_Line | _Ruled]], place: Path) -> None:
        self.place = place
        self.text = ConvertedText()
        self.blocks: list[Block] = []
        self.skipped: list[Skipped] = []
        self.pages = pages
        lines = [part for page in pages for part in page if isinstance(part, _Line)]
        sizes = Counter[float]()
        for line in lines:
            sizes[line.size] += len(line.words)
        self.body = sizes.most_common(1)[0][0] if sizes else 0.0
        larger = sorted({line.size for line in lines if line.size > self.body * _LARGER}, reverse=True)
        self.levels = {size: min(number, _MOST_LEVELS) for number, size in enumerate(larger, start=1)}
        self.edges = _edges(pages)

    def document(self, path: str) -> Document:
        for number, page in enumerate(self.pages, start=1):
            if not page:
                self._skip(f"page {number}, a picture without text")
            self._page(page)
        return Document(path, str(self.text), tuple(self.blocks), skipped=tuple(self.skipped), converted=True)

    def _page(self, page: Sequence[_Line | _Ruled]) -> None:
        waiting: list[_Line] = []
        for part in page:
            if isinstance(part, _Ruled):
                self._paragraph(waiting)
                self._table(part)
                waiting = []
            elif part in (page[0], page[-1]) and _without_numbers(part.words) in self.edges:
                self._skip("page header or footer")
            else:
                if waiting and not self._goes_on(waiting[-1], part):
                    self._paragraph(waiting)
                    waiting = []
                waiting.append(part)
        self._paragraph(waiting)

    def _goes_on(self, above: _Line, below: _Line) -> bool:
        if self._level(above) != self._level(below) or _ITEM.match(below.words):
            return False
        if above.words.endswith("?") and self._level(above) == 0 and above.is_bold != below.is_bold:
            return False
        return below.top - above.bottom <= _WIDEST_GAP * (above.bottom - above.top)

    def _level(self, line: _Line) -> int:
        """Give the level of a heading; 0 for what is none."""
        if len(line.words) > _LONGEST_HEADING or not any(map(str.isalpha, line.words)):
            return 0
        if line.size in self.levels:
            return self.levels[line.size]
        is_label = line.is_bold and line.size >= self.body and not line.words.endswith((".", ":", ",", ";"))
        return max(self.levels.values(), default=0) + 1 if is_label else 0

    def _paragraph(self, lines: Sequence[_Line]) -> None:
        if not lines:
            return
        words = lines[0].words
        for above, below in pairwise(lines):
            is_cut = above.words.endswith("-") and above.words[-2:-1].islower() and below.words[:1].islower()
            words += ("" if is_cut else "\n") + below.words
        level = self._level(lines[0])
        mark = None if level else _ITEM.match(words)
        if mark:
            self.text.add(mark.group())
            words = words[mark.end() :]
        span = self.text.add(words)
        self.text.add("\n\n")
        if level:
            self.blocks.append(Heading(level, " ".join(words.split()), span))
        elif words.endswith("?") and len(words) <= _LONGEST_HEADING and not mark:
            self.blocks.append(Heading(QUESTION_LINE_LEVEL, " ".join(words.split()), span))
        else:
            self.blocks.append(Paragraph(span, "item" if mark else "prose"))

    def _table(self, table: _Ruled) -> None:
        check_size(len(table.rows[0]), len(table.rows) - 1, self.place, 1)
        written: dict[tuple[int, int], TableCell] = {}
        rows: list[TableRow] = []
        for number, row in enumerate(table.rows):
            own: list[Span] = []
            for column, words in enumerate(row):
                self.text.add("\t" if column else "")
                if isinstance(words, str):
                    cell = TableCell(words, self.text.add(words))
                    own += [cell.span] if words else []
                else:
                    cell = written.get(words) or TableCell("", Span(self.text.end, self.text.end))
                written[number, column] = cell
            self.text.add("\n")
            if own:
                rows.append(row_of([written[number, column] for column in range(len(row))], own))
        self.text.add("\n")
        has_header = bool(rows) and all(cell.text for cell in rows[0].cells[1:]) and len(rows) > 1
        self.blocks += blocks_of_rows(rows, int(has_header))

    def _skip(self, what: str) -> None:
        self.skipped.append(Skipped(what, Span(self.text.end, self.text.end)))


def _edges(pages: Sequence[Sequence[_Line | _Ruled]]) -> set[str]:
    """Give the lines, numbers aside, that begin or end several pages."""
    found = Counter[str]()
    for page in pages:
        edge = {id(part): part for part in (*page[:1], *page[-1:])}
        found.update({_without_numbers(part.words) for part in edge.values() if isinstance(part, _Line)})
    return {words for words, count in found.items() if count >= _AT_THE_EDGE}


def _without_numbers(words: str) -> str:
    return re.sub(r"\d+", "#", words)
