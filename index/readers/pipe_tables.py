"""Lines of text with bars between the cells become a Table, with the exact place of every cell.

A Markdown parser pads short rows, drops cells that are too many and cuts code at its bars; here nothing is lost unseen.

Which rows are an error: one with more cells than the header has columns, unless the cells too many are empty; and one
with fewer, unless it is short only in columns that another row, too, leaves out or empty (a column of notes, say).
A row without a cell that every other row has may have lost any of its cells, and nobody can say which.
"""

import re
from pathlib import Path

from index.errors import ContentError
from index.readers.document import Span, Table, TableCell, TableRow

MAX_ROWS = 5_000
MAX_COLUMNS = 200

DELIMITER_ROW = re.compile(r"[ \t]*[-:|][-:| \t]*")
"""The line under the header, such as |---|:-:|; matched whole, and it needs a bar and a dash besides."""

_MARKS = re.compile(r"\\.|`+|\|", re.DOTALL)

RowLine = tuple[int, int, str]
"""The number of a line from 1, the offset of its first character that belongs to the row, and the row itself."""


def is_delimiter_row(line: str) -> bool:
    """Say whether *line* is the one that stands between a header and its rows."""
    return "-" in line and "|" in line and DELIMITER_ROW.fullmatch(line) is not None


def cut_cells(row: str) -> list[tuple[int, int]]:
    """Give where each cell of *row* begins and ends; bars that are escaped or inside code do not part cells."""
    return _between(row, _bars(row, in_code=False))


def read_table(header: RowLine, rows: list[RowLine], place: Path) -> Table:
    """Make a table of its lines, the one between header and rows left out."""
    head = _row(header, cut_cells(header[2]))
    columns = len(head.cells)
    check_size(columns, len(rows), place, header[0])
    cut = [_cut_to(line, columns) for line in rows]
    optional = _columns_left_out([cells for _, cells in cut], columns)
    table_rows = []
    for line, cells in cut:
        if len(cells) > columns or any(column not in optional for column in range(len(cells), columns)):
            raise ContentError(_ragged(len(cells), columns), path=place, line=line[0])
        table_rows.append(_padded(_row(line, cells), columns))
    last = table_rows[-1] if table_rows else head
    return Table(head, tuple(table_rows), Span(head.span.start, last.span.end))


def check_size(columns: int, rows: int, place: Path, line: int) -> None:
    """Refuse a table that nobody could read, before time is spent on it."""
    if columns > MAX_COLUMNS:
        raise ContentError(
            f"the table has {columns:,} columns, the limit is {MAX_COLUMNS}. Split it", path=place, line=line
        )
    if rows > MAX_ROWS:
        raise ContentError(f"the table has {rows:,} rows, the limit is {MAX_ROWS:,}. Split it", path=place, line=line)


def _ragged(cells: int, columns: int) -> str:
    noun = "cell" if cells == 1 else "cells"
    return (
        f"table row has {cells} {noun}, the header has {columns}. Give it a cell for each column, an empty one as | |"
    )


def _bars(row: str, *, in_code: bool) -> list[int]:
    """Find the bars that part cells; with *in_code* also those inside code, as GitHub does."""
    marks = list(_MARKS.finditer(row))
    last_run = {mark.group(): number for number, mark in enumerate(marks) if mark.group()[0] == "`"}
    bars, open_run = [], ""
    for number, mark in enumerate(marks):
        sign = mark.group()
        if sign[0] == "`" and not in_code:
            if sign == open_run:
                open_run = ""
            elif not open_run and last_run[sign] > number:
                open_run = sign
        elif sign == "|" and not open_run:
            bars.append(mark.start())
    return bars


def _between(row: str, bars: list[int]) -> list[tuple[int, int]]:
    starts = [0, *(bar + 1 for bar in bars)]
    ends = [*bars, len(row)]
    pieces = list(zip(starts, ends, strict=True))
    if bars and not row[: bars[0]].strip():
        pieces = pieces[1:]
    if bars and not row[bars[-1] + 1 :].strip():
        pieces = pieces[:-1]
    return [_trimmed(row, start, end) for start, end in pieces]


def _trimmed(row: str, start: int, end: int) -> tuple[int, int]:
    words = row[start:end]
    if not words.strip():
        return min(start + 1, end), min(start + 1, end)
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip())


def _cut_to(line: RowLine, columns: int) -> tuple[RowLine, list[tuple[int, int]]]:
    """Cut a row; where code with bare bars leaves the wrong number of cells, cut at those bars as well if that fits."""
    cells = cut_cells(line[2])
    if len(cells) < columns:
        everywhere = _between(line[2], _bars(line[2], in_code=True))
        if len(everywhere) == columns:
            return line, everywhere
    while len(cells) > columns and cells[-1][0] == cells[-1][1]:
        cells = cells[:-1]
    return line, cells


def _columns_left_out(rows: list[list[tuple[int, int]]], columns: int) -> set[int]:
    """Give the columns in which at least two rows say nothing."""
    silent = [0] * columns
    for cells in rows:
        for column in range(columns):
            silent[column] += column >= len(cells) or cells[column][0] == cells[column][1]
    return {column for column, count in enumerate(silent) if count > 1}


def _row(line: RowLine, cells: list[tuple[int, int]]) -> TableRow:
    _, offset, row = line
    words = tuple(TableCell(row[start:end], Span(offset + start, offset + end)) for start, end in cells)
    return TableRow(words, Span(offset, offset + len(row)))


def _padded(row: TableRow, columns: int) -> TableRow:
    """Add the empty cells that the owner left off at the end."""
    missing = columns - len(row.cells)
    nothing = TableCell("", Span(row.span.end, row.span.end))
    return TableRow((*row.cells, *(nothing for _ in range(missing))), row.span) if missing else row
