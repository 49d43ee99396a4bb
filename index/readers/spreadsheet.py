"""A .csv, .tsv or .xlsx file becomes a Document: questions with their answers, or a comparison.

A sheet with a column of questions and one of answers gives a question and its answer a row; any other is a table.
A cell of a .csv is quoted as it stands between its quotation marks, doubled ones inside it included.
A .xlsx is converted: each sheet under its name, a row a line, the cells parted by tabs and written as Excel shows them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

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
from index.readers.number_formats import show_value
from index.readers.pipe_tables import check_size

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.dimensions import ColumnDimension
    from openpyxl.worksheet.worksheet import Worksheet

_QUESTIONS = frozenset({"question", "questions", "q", "faq", "faqs", "query"})
_ANSWERS = frozenset({"answer", "answers", "a", "reply", "response", "solution"})
_TOPICS = frozenset({"category", "categories", "topic", "section", "group", "subject", "theme", "area"})
_TOPIC_LEVEL = 2
_SIGNS = ",;\t|"
"""What may part cells, the likeliest first."""

_SIGN_LINE = re.compile(r"\s*sep=(.)[ \t]*(?:\n|\Z)", re.IGNORECASE)
"""The line by which Excel is told what parts the cells."""

_MOST_CELLS = 2_000_000
"""A sheet that reaches further is empty for the most part, and takes minutes to look through."""

_TRIED = 20
"""So many rows tell what parts the cells."""


def read_csv(text: str, path: str, place: Path) -> Document:
    """Read *text*, the comma-separated values of the file at *place*, which citations call *path*."""
    start = int(text.startswith("\ufeff"))
    skipped: tuple[Skipped, ...] = ()
    if line := _SIGN_LINE.match(text, start):
        sign, skipped = line[1], (Skipped("sign that parts the cells", Span(line.start(), line.start(1) + 1)),)
        start = line.end()
    else:
        sign = _likeliest_sign(text, start)
    return _read_separated(text, start, sign, path, place, skipped)


def read_tsv(text: str, path: str, place: Path) -> Document:
    """Read *text*, the tab-separated values of the file at *place*, which citations call *path*."""
    return _read_separated(text, int(text.startswith("\ufeff")), "\t", path, place)


def read_xlsx(data: bytes, path: str, place: Path) -> Document:
    """Convert *data*, the bytes of the workbook at *place*, which citations call *path*."""
    check_package(data, place, ".xlsx")
    values, formulas = _open_workbook(data, place, values=True), _open_workbook(data, place, values=False)
    text, blocks, skipped = ConvertedText(), list[Block](), list[Skipped]()
    for sheet in values.worksheets:
        copy = _SheetCopy(sheet, formulas[sheet.title], text, place)
        blocks += copy.blocks()
        skipped += copy.skipped
    return Document(path, str(text), tuple(blocks), skipped=tuple(skipped), converted=True)


# Questions and answers, or a comparison


@dataclass(frozen=True)
class _Columns:
    """Which columns of a sheet hold what."""

    question: int
    answer: int
    topic: int | None = None


def _blocks(rows: Sequence[TableRow]) -> tuple[list[Block], list[Skipped]]:
    """Give what the rows of a sheet say; the first one names the columns."""
    names = [cell.text.strip(" *:#?").casefold() for cell in rows[0].cells]
    if columns := _find_columns(names):
        blocks, skipped = _questions(rows[1:], columns)
        return blocks, [*_unread_columns(rows, columns), *skipped]
    if len(names) == 2 and rows[0].cells[0].text.endswith("?") and rows[0].cells[1].text:
        return _questions(rows, _Columns(0, 1))
    return list(blocks_of_rows(rows, 1)), []


def _find_columns(names: Sequence[str]) -> _Columns | None:
    def first(known: frozenset[str]) -> int | None:
        return next((column for column, name in enumerate(names) if name in known), None)

    question, answer = first(_QUESTIONS), first(_ANSWERS)
    return None if question is None or answer is None else _Columns(question, answer, first(_TOPICS))


def _questions(rows: Sequence[TableRow], columns: _Columns) -> tuple[list[Block], list[Skipped]]:
    """Give a question and its answer a row, under the topic of the rows if they have one."""
    blocks: list[Block] = []
    skipped: list[Skipped] = []
    topic, asked_last, answered_last = "", None, None
    for row in rows:
        asked, answer = row.cells[columns.question], row.cells[columns.answer]
        above = row.cells[columns.topic] if columns.topic is not None else None
        if above and above.text and above.text != topic:
            topic, asked_last = above.text, None
            blocks.append(Heading(_TOPIC_LEVEL, _one_line(topic), above.span))
        if not asked.text and not answer.text:
            continue
        if not asked.text:
            skipped.append(Skipped("answer without a question", answer.span))
        elif not answer.text:
            skipped.append(Skipped("question without an answer", asked.span))
        else:
            # A question may be one cell over several rows, each of which has a part of its answer.
            if asked.span != asked_last:
                blocks.append(Heading(QUESTION_LINE_LEVEL, _one_line(asked.text), asked.span))
            if answer.span != answered_last:
                blocks.append(Paragraph(answer.span))
            asked_last, answered_last = asked.span, answer.span
    return blocks, skipped


def _unread_columns(rows: Sequence[TableRow], columns: _Columns) -> Iterator[Skipped]:
    """Name the columns that are neither questions, answers nor topics, and hold something."""
    for number, name in enumerate(rows[0].cells):
        filled = [row.cells[number].span for row in rows if row.cells[number].text]
        if number not in (columns.question, columns.answer, columns.topic) and filled:
            yield Skipped(f"column “{_one_line(name.text)}”", filled[0])


def _one_line(text: str) -> str:
    return " ".join(text.replace('""', '"').split())


# Separated values


def _read_separated(
    text: str, start: int, sign: str, path: str, place: Path, skipped: tuple[Skipped, ...] = ()
) -> Document:
    rows = [row for row in _records(text, start, sign, place) if any(cell.text for cell in row.cells)]
    if not rows:
        return Document(path, text, (), skipped=skipped)
    columns = max(len(row.cells) for row in rows)
    check_size(columns, len(rows) - 1, place, 1)
    blocks, left_out = _blocks(_rectangle(text, rows, place))
    return Document(path, text, tuple(blocks), skipped=(*skipped, *left_out))


def _records(text: str, start: int, sign: str, place: Path) -> Iterator[TableRow]:
    """Give the records with their cells where they stand, quotation marks and the spaces around left aside.

    Raises:
        ContentError: a quotation mark is not closed, or something stands after it.
    """
    cell = _cell_pattern(sign)
    cells: list[TableCell] = []
    while start < len(text) or cells:
        found = cell.match(text, start)
        if found is None:
            line = text.count("\n", 0, start) + 1
            problem = "a cell begins with a quotation mark that does not end it. Write those inside it twice"
            raise ContentError(problem, path=place, line=line)
        cells.append(_trimmed(text, *found.span(2 if found[1] is None else 1)))
        start = found.end()
        if found[3] != sign:
            yield TableRow(tuple(cells), Span(cells[0].span.start, cells[-1].span.end))
            cells = []


def _cell_pattern(sign: str) -> re.Pattern[str]:
    """Give a pattern for one cell and what ends it; the groups are what is quoted, what is not, and the end."""
    end = re.escape(sign)
    pad = rf"(?:(?!{end})[ \t])*+"
    return re.compile(rf'{pad}(?:"((?:""|[^"])*+)"{pad}(?={end}|\n|\Z)|(?!")([^{end}\n]*+))({end}|\n|\Z)')


def _trimmed(text: str, start: int, end: int) -> TableCell:
    words = text[start:end]
    stripped = words.strip()
    start = start + len(words) - len(words.lstrip()) if stripped else start
    return TableCell(stripped, Span(start, start + len(stripped)))


def _likeliest_sign(text: str, start: int) -> str:
    """Give the sign that cuts the first rows into equally many cells, and more than one.

    The standard library's sniffer goes by letters that come often, and takes those of long answers for it.
    """

    def evenness(sign: str) -> tuple[float, int]:
        sizes = list(islice(_sizes(text, start, sign), _TRIED))
        most = max(sizes, key=sizes.count, default=1)
        return (sizes.count(most) / len(sizes), most) if most > 1 else (0.0, 0)

    return max(_SIGNS, key=evenness)


def _sizes(text: str, start: int, sign: str) -> Iterator[int]:
    """Count the cells of each record, up to one that cannot be read."""
    try:
        yield from (len(row.cells) for row in _records(text, start, sign, Path()))
    except ContentError:
        return


def _rectangle(text: str, rows: list[TableRow], place: Path) -> list[TableRow]:
    """Give each row a cell for each column of the header.

    Raises:
        ContentError: a row has more cells than the header, or lacks one that the other rows have.
    """
    columns = len(rows[0].cells)
    silent = [sum(len(row.cells) <= n or not row.cells[n].text for row in rows) for n in range(columns)]
    fitted = []
    for row in rows:
        cells = list(row.cells)
        while len(cells) > columns and not cells[-1].text:
            cells.pop()
        missing = range(len(cells), columns)
        if len(cells) > columns or any(silent[column] < 2 for column in missing):
            line = text.count("\n", 0, row.span.start) + 1
            problem = (
                f"the row has {len(cells)} cells, the header has {columns}. "
                "Put quotation marks around a cell that holds the sign between the cells"
            )
            raise ContentError(problem, path=place, line=line)
        cells += [TableCell("", Span(row.span.end, row.span.end))] * len(missing)
        fitted.append(TableRow(tuple(cells), row.span))
    return fitted


# Workbooks


def _open_workbook(data: bytes, place: Path, *, values: bool) -> "Workbook":
    import warnings

    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of charts and styles that it does not keep
            return load_workbook(BytesIO(data), data_only=values)
    except Exception as error:  # openpyxl lets through whatever its XML and its packages raise
        problem = f"cannot be read as .xlsx ({type(error).__name__}). Open it in a spreadsheet program and save it anew"
        raise ContentError(problem, path=place) from error


class _SheetCopy:
    """One sheet on its way into the text."""

    def __init__(self, sheet: "Worksheet", formulas: "Worksheet", text: ConvertedText, place: Path) -> None:
        self.sheet, self.formulas, self.text, self.place = sheet, formulas, text, place
        self.skipped: list[Skipped] = []
        self.merged = {
            (row, column): (area.min_row, area.min_col)
            for area in sheet.merged_cells.ranges
            for row in range(area.min_row, min(area.max_row, sheet.max_row) + 1)
            for column in range(area.min_col, min(area.max_col, sheet.max_column) + 1)
        }
        self.written: dict[tuple[int, int], TableCell] = {}
        """Cells that reach over others, by where they begin."""

    def blocks(self) -> list[Block]:
        """Write the sheet, and give what it says."""
        if self.sheet.sheet_state != "visible":
            self._skip(f"hidden sheet “{self.sheet.title}”")
            return []
        if self.sheet.max_row * self.sheet.max_column > _MOST_CELLS:
            problem = f"the sheet “{self.sheet.title}” takes up {self.sheet.dimensions}"
            raise ContentError(f"{problem}. Delete its empty rows and columns", path=self.place)
        columns = self._columns()
        if not columns:
            return []
        heading = Heading(1, self.sheet.title, self.text.add(self.sheet.title))
        self.text.add("\n\n")
        rows = {number: row for number in range(1, self.sheet.max_row + 1) if (row := self._row(number, columns))}
        self.text.add("\n")
        above, table, below = _parted(rows)
        check_size(len(columns), len(table) - 1, self.place, 1)
        blocks, skipped = _blocks(table) if table else ([], [])
        self.skipped += skipped
        return [heading, *_notes(above), *blocks, *_notes(below)]

    def _columns(self) -> list[int]:
        """Give the columns that hold something and are shown."""
        from openpyxl.utils import get_column_letter

        widths = self.sheet.column_dimensions.values()
        hidden = {column for width in widths if width.hidden for column in _reach(width)}
        filled = {cell.column for cells in self.sheet.iter_rows() for cell in cells if cell.value is not None}
        for column in sorted(filled & hidden):
            self._skip(f"hidden column {get_column_letter(column)} of “{self.sheet.title}”")
        return sorted(filled - hidden)

    def _row(self, number: int, columns: list[int]) -> TableRow | None:
        """Write a row; none where it is hidden or says nothing of its own."""
        shown = [self._shown(number, column) for column in columns]
        if not any(shown):
            return None
        if self.sheet.row_dimensions[number].hidden:
            self._skip(f"hidden row of “{self.sheet.title}”")
            return None
        cells, own = [], []
        for place, (column, words) in enumerate(zip(columns, shown, strict=True)):
            if place:
                self.text.add("\t")
            corner = self.merged.get((number, column))
            if corner in self.written:
                cells.append(self.written[corner])
                continue
            cell = TableCell(words, self.text.add(words))
            if corner:
                self.written[corner] = cell
            cells.append(cell)
            own += [cell.span] if words else []
        self.text.add("\n")
        return row_of(cells, own) if own else None

    def _shown(self, row: int, column: int) -> str:
        """Give what a reader sees in a cell; nothing in one that another reaches over."""
        cell = self.sheet.cell(row, column)
        if cell.value is None:
            if self.formulas.cell(row, column).data_type == "f":
                self._skip("formula without a value, which the program that wrote it did not compute")
            return ""
        if cell.data_type == "e":
            self._skip(f"error {cell.value}")
            return ""
        words, is_understood = show_value(cell.value, str(cell.number_format))
        if not is_understood:
            self._skip(f"number format {cell.number_format}")
        return words.strip()

    def _skip(self, what: str) -> None:
        self.skipped.append(Skipped(what, Span(self.text.end, self.text.end)))


def _reach(width: "ColumnDimension") -> range:
    """Give the columns that a width of a sheet is for."""
    return range(width.min or 0, (width.max or 0) + 1)


def _parted(rows: dict[int, TableRow]) -> tuple[list[TableRow], list[TableRow], list[TableRow]]:
    """Part the notes above and, after an empty row, below a table from the table."""
    numbers = list(rows)
    told = [place for place, number in enumerate(numbers) if not _says_one_thing(rows[number])]
    if not told:
        return [], list(rows.values()), []
    first, last = told[0], told[-1]
    while last + 1 < len(numbers) and numbers[last + 1] == numbers[last] + 1:
        last += 1
    listed = list(rows.values())
    return listed[:first], listed[first : last + 1], listed[last + 1 :]


def _says_one_thing(row: TableRow) -> bool:
    return len({cell.span for cell in row.cells if cell.text}) == 1


def _notes(rows: Sequence[TableRow]) -> list[Paragraph]:
    return [Paragraph(next(cell.span for cell in row.cells if cell.text)) for row in rows]
