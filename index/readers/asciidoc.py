"""An AsciiDoc file becomes a Document: titles, paragraphs, lists, labelled lists, tables, code and admonitions.

Read by its lines, so that offsets are exact; what stands inside a line (links, emphasis, attributes in braces) stays as
it is written. No other file is read: includes are left out and reported, as are comments, attributes and raw HTML.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from index.errors import ContentError
from index.plaintext import plain_text
from index.readers.document import (
    QUESTION_LINE_LEVEL,
    Block,
    Break,
    Document,
    Heading,
    Paragraph,
    ParagraphStyle,
    Skipped,
    Span,
    TableCell,
)
from index.readers.front_matter import read_front_matter
from index.readers.grids import Grid, SpannedCell, blocks_of_rows
from index.readers.pipe_tables import MAX_COLUMNS, MAX_ROWS, check_size

_TITLE = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*")
_BLOCK_TITLE = re.compile(r"\.(?![.\s])(.+)")
_ATTRIBUTE = re.compile(r":!?(\w[\w-]*)!?:(?:[ \t]+(.*))?")
_LIST_OF_ATTRIBUTES = re.compile(r"\[(?:\[.*\]|(?!\d+\])[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\][ \t]*")
_MACRO = re.compile(r"(\w[\w-]*)::(\S*?)\[(.*)\][ \t]*")
_DELIMITER = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|`{3,})(?:(?<=`)[\w+-]+)?[ \t]*")
_TABLE = re.compile(r"([|,:!]={3,})[ \t]*")
_BREAK = re.compile(r"'{3,}|<{3,}|-{3}|\*{3}|(?:- ){2}-|(?:\* ){2}\*")
_ITEM = re.compile(r"[ \t]*(\*{1,5}|-|\.{1,5}|<(?:\d+|\.)>|\d+\.|[a-zA-Z]\.)[ \t]+(?:\[[ xX*]\][ \t]+)?(?=\S)")
_TERM = re.compile(r"[ \t]*(\S.*?)(:{2,4}|;;)(?:[ \t]+(\S.*))?")
_ADMONITION = re.compile(r"(?:NOTE|TIP|IMPORTANT|CAUTION|WARNING):[ \t]+(?=\S)")
_BOLD_QUESTION = re.compile(r"(\*{1,2})(?=\S)([^*]{1,400}\?)\1(?=$|[\s:])")
_QUESTION_MARK = re.compile(r"\*{0,2}(?:Q|Question)\s?\d{0,4}\s?[:.)]\s?\*{0,2}\s*(?=\S)")
_ANSWER_MARK = re.compile(r"\*{0,2}(?:A|Ans|Answer)\s?\d{0,4}\s?[:.)]\s?\*{0,2}\s*(?=\S)")
_INLINE_MACRO = re.compile(
    r"(?:link:|xref:|mailto:|https?://)[^\s\[\]]*\[([^\[\]]*?)\^?\]|(?:kbd|btn|menu|footnote):\S*\[([^\[\]]*)\]"
)
_REFERENCE = re.compile(r"<<[^<>,]*(?:,\s*([^<>]*))?>>|\[\[[^\[\]]*\]\]|\[#[^\[\]]*\](?=#)")
_CELL = re.compile(
    r"(?:(?:^|(?<=\s))(?:(\d+)?(?:\.(\d+))?([+*]))?(?:[<^>](?:\.[<^>])?|\.[<^>])?[a-z]?|(?<!\\))(?<!\\)\|", re.MULTILINE
)
_COLUMN_COUNT = re.compile(r"(\d+)\*")

_UNSEEN = {
    "include": "include, which is not followed",
    "image": "picture",
    "video": "recording",
    "audio": "recording",
    "toc": "table of contents",
    "ifdef": "condition",
    "ifndef": "condition",
    "ifeval": "condition",
    "endif": "condition",
}
_LONGEST_TERM = 2_000
"""Letters; no longer line begins an entry of a labelled list."""

_MACROS_ELSEWHERE = "macro"
_UNREAD_TABLES = {",": "table of comma-separated values", ":": "table of separated values", "!": "table inside a table"}
_DATES = frozenset({"revdate", "docdate", "date", "updated"})


def read_asciidoc(text: str, path: str, place: Path) -> Document:
    """Read *text*, the AsciiDoc of the file at *place*, which citations call *path*."""
    page = _Page(text, place)
    front_matter, taken = read_front_matter(page.lines, place)
    walk = _Walk(page)
    walk.header(taken)
    try:
        walk.read(walk.number, len(page.lines))
    except RecursionError as error:
        raise ContentError("blocks are nested too deeply. Take some of them apart", path=place) from error
    walk.end_list()
    if not taken:
        updated = next((walk.attributes[name] for name in walk.attributes if name in _DATES), "")
        front_matter = replace(front_matter, language=walk.attributes.get("lang", ""), updated=updated)
    return Document(path, text, tuple(walk.blocks), front_matter, tuple(walk.skipped))


@dataclass
class _Page:
    """The lines of a file, and where each begins."""

    text: str
    place: Path
    lines: list[str] = field(init=False)
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        mark = self.text.startswith("\ufeff")
        self.lines = self.text[mark:].split("\n")
        self.starts = [mark + start for start in accumulate((len(line) + 1 for line in self.lines), initial=0)]

    def span(self, first: int, last: int, column: int = 0) -> Span:
        """Give the words from *column* of the line *first* to the end of the line *last*."""
        line = self.lines[first]
        start = self.starts[first] + column + len(line[column:]) - len(line[column:].lstrip())
        return Span(start, max(start, self.starts[last] + len(self.lines[last].rstrip())))


class _Walk:
    """One pass over the lines, which remembers in what it stands."""

    def __init__(self, page: _Page) -> None:
        self.page, self.lines = page, page.lines
        self.blocks: list[Block] = []
        self.skipped: list[Skipped] = []
        self.attributes: dict[str, str] = {}
        self.marks: list[str] = []
        """The marks of the lists that the line stands in, outermost first."""

        self.number = 0
        self.block_attributes = ""
        self.quotes = 0
        self.is_qanda = self.has_asked = False
        self.has_question_marks = any(_QUESTION_MARK.match(line) for line in page.lines)

    def header(self, first: int) -> None:
        """Read the title of the file, and what stands right below it: who wrote it, and when."""
        self.number = first
        while self.number < len(self.lines) and self._is_unseen_line(self.number):
            self.number += 1
        if self.number < len(self.lines) and self._is_title(self.number, level=1):
            self.number += 1
            while self.number < len(self.lines) and self.lines[self.number].strip():
                if not self._is_unseen_line(self.number):
                    self._skip("author or revision", self.number, self.number)
                self.number += 1

    def read(self, first: int, last: int) -> None:
        """Read the lines from *first* to before *last*."""
        self.number = first
        while self.number < last:
            line = self.lines[self.number].rstrip()
            if not line:
                self._blank(last)
            elif self._is_unseen_line(self.number):
                self.number += 1
            elif _TABLE.fullmatch(line):
                self._table(last)
            elif _DELIMITER.fullmatch(line):
                self._delimited(line, last)
            elif _BREAK.fullmatch(line):
                self.end_list()
                self.blocks.append(Break(self.page.span(self.number, self.number)))
                self.number += 1
            elif line == "+":
                self.number += 1
            elif _LIST_OF_ATTRIBUTES.fullmatch(line):
                self.block_attributes += line
                self.number += 1
            elif self._is_title(self.number):
                self.number += 1
            elif (title := _BLOCK_TITLE.fullmatch(line)) and not _ITEM.match(line):
                attributes = self.block_attributes
                self._paragraph(self.number, self.number, title.start(1))
                self.block_attributes = attributes
            else:
                self._words(line, last)

    # Lines that no reader sees

    def _is_unseen_line(self, number: int) -> bool:
        line = self.lines[number].rstrip()
        if line.startswith("//") and not line.startswith("///"):
            self._skip("comment", number, number)
        elif attribute := _ATTRIBUTE.fullmatch(line):
            self.attributes[attribute[1]] = attribute[2] or ""
            self._skip("attribute", number, number)
        elif macro := _MACRO.fullmatch(line):
            self._skip(_UNSEEN.get(macro[1], _MACROS_ELSEWHERE), number, number)
        else:
            return False
        return True

    def _skip(self, what: str, first: int, last: int) -> None:
        self.skipped.append(Skipped(what, self.page.span(first, last)))

    def _blank(self, last: int) -> None:
        """Pass over empty lines; a list ends there unless it goes on below."""
        while self.number < last and not self.lines[self.number].strip():
            self.number += 1
        below = self.lines[self.number] if self.number < last else ""
        if not (_ITEM.match(below) or self._term(below) or below.strip() == "+" or below.startswith("//")):
            self.end_list()

    def end_list(self) -> None:
        """End all lists, and with them the answer to a question that one of them asked."""
        self.marks, self.is_qanda = [], False
        if self.has_asked:
            self.has_asked = False
            end = self.blocks[-1].span.end
            self.blocks.append(Break(Span(end, end)))

    # Titles and words

    def _is_title(self, number: int, level: int = 0) -> bool:
        found = _TITLE.fullmatch(self.lines[number])
        if not found or (level and len(found[1]) != level):
            return False
        self.end_list()
        start = self.page.starts[number]
        words = self.lines[number]
        self.blocks.append(Heading(len(found[1]), _shown(words[slice(*found.span(2))]), _moved(found.span(2), start)))
        self.block_attributes = ""
        return True

    def _words(self, line: str, last: int) -> None:
        item, term = _ITEM.match(line), self._term(line)
        if item:
            self._enter(re.sub(r"\w", "1", item[1]))
            self._paragraph(self.number, self._end(self.number, last), item.end())
        elif term:
            self._entry(term, last)
        elif line[0] in " \t" and not self.marks:
            end = self._end(self.number, last)
            self._code(self.number, end)
            self.number = end + 1
        else:
            mark = _ADMONITION.match(line)
            self._paragraph(self.number, self._end(self.number, last), mark.end() if mark else 0)

    def _enter(self, mark: str) -> None:
        """Go into the list with *mark*, out of those inside it or into a new one."""
        if self.block_attributes and mark not in self.marks:
            self.is_qanda = "[qanda" in self.block_attributes
        self.block_attributes = ""
        if mark in self.marks:
            del self.marks[self.marks.index(mark) + 1 :]
        else:
            self.marks.append(mark)

    def _term(self, line: str) -> re.Match[str] | None:
        line = line.rstrip()
        return None if len(line) > _LONGEST_TERM or _MACRO.fullmatch(line) else _TERM.fullmatch(line)

    def _entry(self, term: re.Match[str], last: int) -> None:
        """Read a term of a labelled list with the paragraph below it; one that asks is a question."""
        if "[qanda" in self.block_attributes:
            self.is_qanda = True
        self._enter(term[2])
        number = self.number
        words = _moved(term.span(1), self.page.starts[number])
        below = number + 1
        while below < last and not self.lines[below].strip():
            below += 1
        has_words = term[3] is not None or (below < last and self._is_plain(below))
        first = number if term[3] is not None else below
        end = self._end(first, last, is_plain=True) if has_words else number
        if self.is_qanda or _shown(term[1]).endswith("?"):
            self.has_asked = True
            self.blocks.append(Heading(QUESTION_LINE_LEVEL, _shown(term[1]), words))
            if has_words:
                self._add(self.page.span(first, end, term.start(3) if term[3] is not None else 0), "prose")
        else:
            self._add(Span(words.start, self.page.span(number, end).end if has_words else words.end), "item")
        self.number = end + 1

    def _is_plain(self, number: int) -> bool:
        """Say whether a line begins a paragraph and nothing else."""
        line = self.lines[number].rstrip()
        marks = (_ITEM.match(line), self._term(line), _TITLE.fullmatch(line), _BLOCK_TITLE.fullmatch(line))
        return not (self._ends_paragraph(line) or any(marks) or line.startswith("//"))

    def _end(self, first: int, last: int, *, is_plain: bool = False) -> int:
        """Give the last line of the paragraph that begins on the line *first*."""
        number = first + 1
        in_list = is_plain or bool(self.marks)
        while number < last and not self._ends_paragraph(self.lines[number].rstrip()):
            if in_list and (_ITEM.match(self.lines[number]) or self._term(self.lines[number])):
                break
            number += 1
        return number - 1

    def _ends_paragraph(self, line: str) -> bool:
        patterns = (_DELIMITER, _TABLE, _LIST_OF_ATTRIBUTES, _MACRO)
        return not line or line == "+" or line.startswith("//") or any(found.fullmatch(line) for found in patterns)

    def _paragraph(self, first: int, last: int, column: int) -> None:
        """Give a paragraph, or the questions and answers that its lines are marked to be."""
        begun = first
        style = self._style()
        self.number = last + 1
        for number in range(first, last + 1) if style != "quote" else ():
            at = column if number == first else 0
            line = self.lines[number][at:].rstrip()
            answer = _ANSWER_MARK.match(line) if self.has_question_marks else None
            asked = self._asked(line, is_first=number == first)
            if not asked and not answer:
                continue
            if begun < number:
                self._add(self.page.span(begun, number - 1, column if begun == first else 0), style)
            if asked:
                span = _moved(asked, self.page.starts[number] + at)
                self.blocks.append(Heading(QUESTION_LINE_LEVEL, _shown(self.page.text[span.start : span.end]), span))
                self.has_asked = self.has_asked or bool(self.marks)
                rest = _without_closing(line, asked[1])
            else:
                rest = answer.end() if answer else 0
            if rest < len(line):
                end = number if asked and number < last and self.has_question_marks else last
                self._add(self.page.span(number, end, at + rest), style)
                begun = end + 1
            else:
                begun = number + 1
            if begun > last:
                return
        if begun <= last:
            self._add(self.page.span(begun, last, column if begun == first else 0), style)

    def _asked(self, line: str, *, is_first: bool) -> tuple[int, int] | None:
        """Give where a question stands that the line is marked to be."""
        if self.has_question_marks and (mark := _QUESTION_MARK.match(line)):
            return mark.end(), len(line.rstrip("*"))
        bold = _BOLD_QUESTION.match(line) if is_first else None
        return bold.span(2) if bold else None

    def _add(self, span: Span, style: ParagraphStyle) -> None:
        self.block_attributes = ""
        if any(map(str.isalnum, self.page.text[span.start : span.end])):
            self.blocks.append(Paragraph(span, style, max(len(self.marks) - 1, 0) if style == "item" else 0))

    def _style(self) -> ParagraphStyle:
        if self.quotes or re.match(r"\[(?:quote|verse)\b", self.block_attributes):
            return "quote"
        return "item" if self.marks and not self.is_qanda and not self.has_asked else "prose"

    def _code(self, first: int, last: int) -> None:
        while first <= last and not self.lines[first].strip():
            first += 1
        while last > first and not self.lines[last].strip():
            last -= 1
        self.block_attributes = ""
        if first <= last:
            self.blocks.append(Paragraph(self.page.span(first, last), "code", max(len(self.marks) - 1, 0)))

    # Blocks between two lines of signs

    def _delimited(self, opening: str, last: int) -> None:
        sign = _DELIMITER.fullmatch(opening)
        fence = sign[1] if sign else opening
        first = self.number + 1
        end = next((number for number in range(first, last) if self.lines[number].rstrip() == fence), last)
        kind = fence[0] if fence != "--" else "open"
        if kind in "-.`" and "[quote" not in self.block_attributes:
            self._code(first, end - 1)
        elif kind == "/":
            self._skip("comment", self.number, min(end, last - 1))
        elif kind == "+":
            self._skip("raw HTML", self.number, min(end, last - 1))
        else:
            self._inside(first, end, is_quote=kind == "_")
        self.block_attributes = ""
        self.number = end + 1

    def _inside(self, first: int, last: int, *, is_quote: bool) -> None:
        marks, self.block_attributes = self.marks, ""
        self.quotes += is_quote
        self.marks = list(marks)
        self.read(first, last)
        self.marks = marks
        self.quotes -= is_quote

    # Tables

    def _table(self, last: int) -> None:
        opening = self.lines[self.number].rstrip()
        first = self.number + 1
        end = next((number for number in range(first, last) if self.lines[number].rstrip() == opening), last)
        attributes, self.block_attributes = self.block_attributes, ""
        if opening[0] in _UNREAD_TABLES or "format=" in attributes or "separator=" in attributes:
            self._skip(_UNREAD_TABLES.get(opening[0], "table of separated values"), self.number, min(end, last - 1))
        elif any(map(str.strip, self.lines[first:end])):
            self.blocks += self._rows(first, end, attributes)
        self.number = end + 1

    def _rows(self, first: int, end: int, attributes: str) -> Iterator[Block]:
        start, stop = self.page.starts[first], self.page.starts[end - 1] + len(self.lines[end - 1])
        first_mark = _CELL.search(self.page.text, start, stop)
        outside = _trimmed(self.page.text, start, first_mark.start() if first_mark else stop)
        if outside.end > outside.start:
            self.skipped.append(Skipped("words before the first cell of a table", outside))
        if not first_mark:
            return iter(())
        cells = _cells(self.page.text, start, stop)
        told = next(number for number in range(first, end) if self.lines[number].strip())
        columns = _columns(attributes) or sum(
            cell.across for cell in cells if cell.cell.span.start <= self.page.starts[told] + len(self.lines[told])
        )
        check_size(columns, len(cells) // max(columns, 1) - 1, self.page.place, first + 1)
        rows = _flow(cells, columns)
        if not rows or sum(spanned.across for spanned in rows[-1]) + _reaching(rows, columns) != columns:
            problem = f"the cells of the table do not fill its {columns} columns. Give each row a cell for each column"
            raise ContentError(problem, path=self.page.place, line=first)
        options = re.findall(r"%(\w+)", attributes) + re.findall(r"options=\"?([\w,]*)", attributes)
        # Without being told so, a first row that stands right below the opening line and alone is the header.
        stands_apart = told == first and first + 1 < end and not self.lines[first + 1].strip()
        is_headed = any("header" in option.split(",") for option in options)
        is_headed = is_headed or (stands_apart and "noheader" not in options)
        grid = Grid(rows, self.page.place, first + 1)
        return blocks_of_rows([row for row in grid.rows() if row], int(is_headed))


def _cells(text: str, start: int, stop: int) -> list[SpannedCell]:
    """Cut what stands between two lines of a table into its cells."""
    marks = list(_CELL.finditer(text, start, stop))
    cells = []
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else stop
        span = _trimmed(text, mark.end(), end)
        cell = TableCell(text[span.start : span.end], span)
        across, down = int(mark[1] or 1), int(mark[2] or 1)
        if mark[3] == "*":
            cells += [SpannedCell(cell, 1, 1)] * min(across, MAX_COLUMNS)
        else:
            cells.append(SpannedCell(cell, min(across, MAX_COLUMNS), min(down, MAX_ROWS)))
    return cells


def _columns(attributes: str) -> int:
    """Count the columns that the attributes of a table speak of; 0 where they speak of none."""
    found = re.search(r"cols=(?:\"([^\"]*)\"|([^,\]]*))", attributes)
    if not found:
        return 0
    told = (found[1] or found[2]).strip()
    counts = [_COLUMN_COUNT.match(part.strip()) for part in re.split(r"[,;]", told)]
    return sum(min(int(count[1]), MAX_COLUMNS + 1) if count else 1 for count in counts)


def _flow(cells: Sequence[SpannedCell], columns: int) -> list[list[SpannedCell]]:
    """Put the cells into rows, a row ending where its columns are full."""
    rows: list[list[SpannedCell]] = [[]]
    taken: dict[int, int] = {}
    for cell in cells:
        while rows[-1] and _width(rows[-1]) + taken.get(len(rows) - 1, 0) >= columns:
            rows.append([])
        row = len(rows) - 1
        rows[-1].append(cell)
        for below in range(row + 1, row + cell.down):
            taken[below] = taken.get(below, 0) + cell.across
    return rows


def _width(row: Sequence[SpannedCell]) -> int:
    return sum(cell.across for cell in row)


def _reaching(rows: Sequence[Sequence[SpannedCell]], columns: int) -> int:
    """Count the columns of the last row that cells of rows above reach into."""
    last = len(rows) - 1
    return sum(cell.across for number, row in enumerate(rows[:-1]) for cell in row if number + cell.down > last)


def _without_closing(line: str, end: int) -> int:
    """Give where words go on after a question in bold letters that ends at *end*."""
    rest = line[end:].lstrip("*")
    return len(line) - len(rest.lstrip(": \t"))


def _trimmed(text: str, start: int, end: int) -> Span:
    """Give the words between two places, without the spaces around them."""
    words = text[start:end]
    begun = start + len(words) - len(words.lstrip()) if words.strip() else start
    return Span(begun, begun + len(words.strip()))


def _moved(span: tuple[int, int], by: int) -> Span:
    return Span(span[0] + by, span[1] + by)


def _shown(words: str) -> str:
    """Give the words of a title as a reader sees them."""
    words = _INLINE_MACRO.sub(lambda found: found[1] or found[2] or "", words)
    return plain_text(_REFERENCE.sub(lambda found: found[1] or "", words))
