"""A comparison table becomes one passage a row, each cell with the name of its column.

A cell is in doubt where the row seems to have lost a value or a unit: then nobody can tell what it says of whom.
"""

import re
from collections import Counter

from index.chunking.places import source_of
from index.passages import Cell, Passage
from index.plaintext import plain_text
from index.readers.document import Document, Table, TableRow

_NOTES_COLUMN = re.compile(
    r"(?:notes?|remarks?|comments?|details?|description|more|see also|links?|sources?|references?)\b", re.I
)
_MOSTLY = 0.8
_ENOUGH_ROWS = 4
_NUMBER = re.compile(
    r"(?P<sign>[$€£¥₹]?)[~≈<>≤≥+-]{0,2}\s?(?P<number>\d[\d.,]*(?:\s?[-–]\s?\d[\d.,]*)?)\s?"
    r"(?P<unit>%|[$€£¥₹]|(?:ns|µs|ms|s|min|h|KB|MB|GB|TB|KiB|MiB|GiB|kg|g|km|m|cm|mm|fps|x)\b)?"
)
SHIFTED = "the row has fewer values than its neighbours, so this one may belong to another column"
NO_LABEL = "the row has no label, so it is not clear what this value is about"
_NO_UNIT = "the number has no {unit}, unlike its neighbours"


def split_table(document: Document, table: Table, heading: tuple[str, ...], title: str) -> list[Passage]:
    """Make a passage of every row that says something; *title* stands in where a row has no label."""
    names = [plain_text(cell.text) for cell in table.header.cells]
    entities = entity_columns(table, names)
    doubts = _Doubts(table, entities)
    passages = []
    for number, row in enumerate(table.rows):
        if not any(cell.text for cell in row.cells):
            continue
        cells = tuple(
            Cell(names[column], cell.text, cell.span.start, cell.span.end, doubts.about(number, column))
            for column, cell in enumerate(row.cells)
            if column
        )
        passages.append(
            Passage(
                kind="row",
                title=plain_text(row.cells[0].text) or title,
                text=document.text[row.span.start : row.span.end],
                source=source_of(document, heading, row.span.start, row.span.end),
                cells=cells,
                corner=names[0],
            )
        )
    return passages


def entity_columns(table: Table, names: list[str]) -> list[int]:
    """Give the columns that are compared: all but the labels and a column of notes."""
    columns = [column for column in range(1, len(names)) if not _NOTES_COLUMN.match(names[column])]
    return columns or list(range(1, len(names)))


class _Doubts:
    """What is suspicious about the cells of one table."""

    def __init__(self, table: Table, entities: list[int]) -> None:
        self.entities = entities
        self.rows = table.rows
        self.telling = [row for row in table.rows if any(row.cells[column].text for column in entities)]
        self.filled = {column: sum(bool(row.cells[column].text) for row in self.telling) for column in entities}
        self.numbers = [
            {column: _NUMBER.fullmatch(row.cells[column].text) for column in entities} for row in table.rows
        ]
        self.column_units = {column: Counter(_unit(row.get(column)) for row in self.numbers) for column in entities}
        self.column_sizes = {column: sum(bool(row.cells[column].text) for row in table.rows) for column in entities}

    def about(self, number: int, column: int) -> str:
        """Say why the cell may not mean what it seems to; empty where nothing is wrong."""
        row = self.rows[number]
        if column not in self.entities or not row.cells[column].text:
            return SHIFTED if column in self.entities and self._is_shifted(row) else ""
        if not row.cells[0].text:
            return NO_LABEL
        return SHIFTED if self._is_shifted(row) else self._lost_unit(number, column)

    def _is_shifted(self, row: TableRow) -> bool:
        """Say whether a value was lost and the others moved up: then the cells left empty stand at the end.

        An empty cell with values after it is in its place, and simply empty.
        """
        if len(self.entities) < 2 or row.cells[self.entities[-1]].text:
            return False
        if not any(row.cells[column].text for column in self.entities):
            return False
        others = len(self.telling) - 1
        return others >= _ENOUGH_ROWS and self.filled[self.entities[-1]] >= _MOSTLY * others

    def _lost_unit(self, number: int, column: int) -> str:
        """Find the unit that all neighbours in the row, or in the column, carry and this number does not."""
        found = self.numbers[number][column]
        if not found or _unit(found) or not found["number"].strip("0.,"):
            return ""
        beside = [_unit(self.numbers[number][other]) for other in self.entities if other != column]
        if len(beside) >= 2 and beside[0] and len(set(beside)) == 1:
            return _NO_UNIT.format(unit=beside[0])
        (unit, count), *_ = self.column_units[column].most_common(1)
        if unit and count >= _ENOUGH_ROWS and count == self.column_sizes[column] - 1:
            return _NO_UNIT.format(unit=unit)
        return ""


def _unit(number: re.Match[str] | None) -> str:
    return (number["unit"] or number["sign"] or "") if number else ""
