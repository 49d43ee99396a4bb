"""Rows of cells, however a format writes them, become blocks: tables, and between them what is no row of cells.

Knows nothing of any format.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from index.readers.document import Block, Paragraph, Span, Table, TableCell, TableRow


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
