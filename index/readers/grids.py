"""Rows of cells, however a format writes them, become blocks: tables, and between them what is no row of cells.

Knows nothing of any format.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from index.readers.document import Block, Paragraph, Span, Table, TableCell, TableRow
from index.readers.pipe_tables import check_size


@dataclass(frozen=True)
class SpannedCell:
    """A cell, and over how many columns and rows it reaches."""

    cell: TableCell
    across: int
    down: int


class Grid:
    """The cells of a table, each in every place that it reaches over."""

    def __init__(self, rows: Sequence[Sequence[SpannedCell]], place: Path, line: int) -> None:
        self.own = rows
        self.places: dict[tuple[int, int], TableCell] = {}
        self.columns = 0
        for number, row in enumerate(rows):
            column = 0
            for spanned in row:
                while (number, column) in self.places:
                    column += 1
                self.columns = max(self.columns, column + spanned.across)
                check_size(self.columns, len(rows) - 1, place, line)
                for below in range(number, min(number + spanned.down, len(rows))):
                    for beside in range(column, column + spanned.across):
                        self.places.setdefault((below, beside), spanned.cell)
                column += spanned.across

    def rows(self) -> list[TableRow | None]:
        """Give the rows; none for one that has nothing of its own."""
        found: list[TableRow | None] = []
        for number, row in enumerate(self.own):
            own = [spanned.cell.span for spanned in row if spanned.cell.text]
            if not own:
                found.append(None)
                continue
            nothing = TableCell("", Span(own[-1].end, own[-1].end))
            cells = [self.places.get((number, column), nothing) for column in range(self.columns)]
            found.append(row_of(cells, own))
        return found


def row_of(cells: Sequence[TableCell], own: Sequence[Span]) -> TableRow:
    """Make a row that stands from the first to the last of the spans that are its *own*, empty cells inside of it."""
    span = Span(own[0].start, own[-1].end)
    places = (min(max(cell.span.start, span.start), span.end) for cell in cells)
    inside = (
        cell if cell.text else TableCell("", Span(place, place)) for cell, place in zip(cells, places, strict=True)
    )
    return TableRow(tuple(inside), span)


def blocks_of_rows(rows: Sequence[TableRow], head: int) -> Iterator[Block]:
    """Give *rows*, of as many cells each, as tables whose columns the first *head* rows name.

    A row that is one cell over all columns is a paragraph, and so is every cell of a table with a single column.
    """
    body = rows[head:]
    if not rows or len(rows[0].cells) < 2 or all(map(is_wide, body)):
        yield from (Paragraph(span) for span in _spans(rows))
        return
    header = _joined(rows[:head]) or _nameless(len(rows[0].cells), body[0].span.start)
    begun: int | None = header.span.start
    for wide, group in groupby(body, key=is_wide):
        part = tuple(group)
        if wide:
            yield from (Paragraph(row.cells[0].span) for row in part)
        else:
            yield Table(header, part, Span(part[0].span.start if begun is None else begun, part[-1].span.end))
        begun = None


def is_wide(row: TableRow) -> bool:
    """Say whether one cell reaches over all columns."""
    return len(row.cells) > 1 and len({cell.span for cell in row.cells}) == 1 and bool(row.cells[0].text)


def _spans(rows: Sequence[TableRow]) -> list[Span]:
    spans = {cell.span for row in rows for cell in row.cells if cell.text}
    return sorted(spans, key=lambda span: span.start)


def _nameless(columns: int, place: int) -> TableRow:
    """Give the header of a table that has none."""
    nothing = Span(place, place)
    return TableRow((TableCell("", nothing),) * columns, nothing)


def _joined(rows: Sequence[TableRow]) -> TableRow | None:
    """Make one header of several rows: "Price" over "Child" becomes "Price Child"."""
    if len(rows) < 2:
        return rows[0] if rows else None
    span = Span(rows[0].span.start, rows[-1].span.end)
    names = []
    for cells in zip(*(row.cells for row in rows), strict=True):
        words = dict.fromkeys((cell.text, cell.span) for cell in cells if cell.text)
        names.append(TableCell(" ".join(text for text, _ in words), span))
    return TableRow(tuple(names), span)
