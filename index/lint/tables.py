"""What is wrong with the tables of a page: rows that lost a cell, cells without a value, numbers without their unit.

Which rows are in doubt is decided where tables are cut into passages; here the owner is told.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from index.chunking.tables import NO_LABEL, SHIFTED, entity_columns
from index.lint.findings import Finding
from index.lint.pages import Page
from index.lint.units import is_unit
from index.passages import Passage
from index.plaintext import plain_text
from index.readers.document import Span, Table, TableRow
from index.readers.pipe_tables import cut_cells
from index.words import stem

_QUANTITY = re.compile(
    r"(?P<sign>[$€£¥₹]?)\s?[~≈<>≤≥±+-]{0,2}\s?(?P<number>\d[\d.,]*(?:\s?[-–]\s?\d[\d.,]*)?)"
    r"\s?(?P<unit>%|[$€£¥₹]|°?[^\W\d_]+)?(?:\s(?:a|an|per)\s\w+|/\w+)?"
)
_NEIGHBOURS = 3
"""So many other rows have to agree before one of them counts as an exception."""

_MOSTLY_FULL = 0.9
_FEW = 5
"""More rows with the same fault are said once."""

_GROUPS = 2
"""So many rows with nothing but a label are titles of groups; a single one has lost its values."""


def check_tables(page: Page) -> Iterator[Finding]:
    """Look at every table of *page*."""
    rows = {passage.source.start: passage for passage in page.passages if passage.kind == "row"}
    for table in page.tables:
        columns = [plain_text(cell.text) for cell in table.header.cells]
        damaged = list(_damaged_rows(page, table, columns, rows))
        known = {finding.line for finding in damaged}
        yield from damaged
        for finding in (*_empty_cells(page, table, columns), *_lost_units(page, table, columns, rows)):
            if finding.line not in known:
                yield finding


def _damaged_rows(page: Page, table: Table, columns: list[str], rows: Mapping[int, Passage]) -> Iterator[Finding]:
    short = {row.span: missing for row in table.rows if (missing := _cells_left_off(page, columns, row, table))}
    for row in table.rows:
        if row.span in short:
            if len(short) <= _FEW or row.span == next(iter(short)):
                yield _short_row(page, row, columns, short)
            continue
        doubts = {cell.doubt for cell in rows[row.span.start].cells} if row.span.start in rows else set()
        if SHIFTED in doubts:
            yield page.finding(
                "table-row-cells",
                row.span.start,
                f"the row {_name(row)} has nothing under “{columns[-1]}”, "
                "so its values may stand under the wrong column",
                "Put each value under its own column, and say “none” or “unknown” where there is none",
            )
        elif NO_LABEL in doubts:
            yield page.finding(
                "table-row-cells",
                row.span.start,
                "the row has no label, so it is not clear what its values are about",
                "Say in the first cell what the row compares",
                severity="warning",
            )


def _short_row(page: Page, row: TableRow, columns: list[str], short: Mapping[Span, int]) -> Finding:
    missing = short[row.span]
    others = f", and so do {len(short) - 1} more rows" if len(short) > _FEW else ""
    return page.finding(
        "table-row-cells",
        row.span.start,
        f"the row {_name(row)} leaves off its last {'cell' if missing == 1 else f'{missing} cells'}{others}; "
        "nobody can say which value is missing",
        f"Give it {len(columns)} cells, as the header has",
        severity="warning",
    )


def _cells_left_off(page: Page, columns: list[str], row: TableRow, table: Table) -> int:
    """Count the cells that a row between bars lacks at its end, notes aside."""
    words = page.document.text[row.span.start : row.span.end]
    if "|" not in words or "\n" in words or row.span.end != row.cells[-1].span.end or row.cells[-1].text:
        return 0
    missing = len(columns) - len(cut_cells(words))
    compared = entity_columns(table, columns)
    return missing if missing > 0 and any(len(columns) - missing <= column for column in compared) else 0


def _empty_cells(page: Page, table: Table, columns: list[str]) -> Iterator[Finding]:
    """Find the few empty cells of a table that is otherwise full."""
    compared = entity_columns(table, columns)
    telling = [row for row in table.rows if any(row.cells[column].text for column in compared)]
    silent = [row for row in table.rows if row not in telling and row.cells[0].text]
    filled = sum(bool(row.cells[column].text) for row in telling for column in compared)
    if len(telling) < _GROUPS or not _is_nearly_full(filled, len(telling) * len(compared)):
        return
    for column in compared:
        empty = [row for row in telling if not row.cells[column].text]
        if len(empty) == 1 and len(telling) > _GROUPS:
            yield page.finding(
                "empty-cell",
                empty[0].cells[column].span.start or empty[0].span.start,
                f"the row {_name(empty[0])} says nothing under “{columns[column]}”, where every other row does",
                "Write the value, or say “none” or “unknown”",
            )
    if len(silent) == 1 and len(telling) > _GROUPS and not silent[0].cells[0].text.startswith(("*", "_", "<")):
        yield page.finding(
            "empty-cell",
            silent[0].span.start,
            f"the row {_name(silent[0])} has no values",
            "Write them, or take the row out",
        )


def _is_nearly_full(filled: int, cells: int) -> bool:
    return cells - filled <= 1 or filled >= _MOSTLY_FULL * cells


def _lost_units(page: Page, table: Table, columns: list[str], rows: Mapping[int, Passage]) -> Iterator[Finding]:
    compared = entity_columns(table, columns)
    for number, row in enumerate(table.rows):
        passage = rows.get(row.span.start)
        for column in compared:
            cell = row.cells[column]
            in_doubt = passage is not None and passage.cells[column - 1].doubt not in ("", SHIFTED, NO_LABEL)
            # Where the row, or the column, has bare numbers beside this one, they count something that needs no unit.
            unit = "" if _has_bare(row, column, compared) else _unit_above(table, number, column)
            unit = unit or ("" if _has_bare_above(table, number, column) else _unit_beside(row, column, compared))
            if cell.text and (in_doubt or unit):
                example = unit or _unit_in(passage, column)
                yield page.finding(
                    "lost-unit",
                    cell.span.start,
                    f"“{cell.text}” in the row {_name(row)}, column “{columns[column]}”, "
                    f"has no {example}, unlike its neighbours",
                    f"Add {example} to the number, or say what it counts",
                )


def _has_bare(row: TableRow, column: int, compared: list[int]) -> bool:
    return any(_is_bare(row.cells[other].text) for other in compared if other != column)


def _has_bare_above(table: Table, number: int, column: int) -> bool:
    return any(_is_bare(row.cells[column].text) for place, row in enumerate(table.rows) if place != number)


def _unit_in(passage: Passage | None, column: int) -> str:
    """Name the unit that the doubt about a cell names."""
    doubt = passage.cells[column - 1].doubt if passage else ""
    return doubt.partition(" has no ")[2].partition(",")[0] or "unit"


def _unit_beside(row: TableRow, column: int, compared: list[int]) -> str:
    """Give the unit that every other cell of the row has, where this one is a bare number."""
    beside = [row.cells[other].text for other in compared if other != column]
    unit = _shared_unit(row.cells[column].text, [text for text in beside if text])
    # One neighbour alone may say something else altogether: "9 September" beside room 12.
    return unit if len(beside) > 1 or is_unit(unit) else ""


def _unit_above(table: Table, number: int, column: int) -> str:
    """Give the unit that every other cell of the column has, where this one is a bare number."""
    others = [row.cells[column].text for place, row in enumerate(table.rows) if place != number]
    filled = [text for text in others if text]
    return _shared_unit(table.rows[number].cells[column].text, filled) if len(filled) >= _NEIGHBOURS else ""


def _is_bare(text: str) -> bool:
    return re.fullmatch(r"[~≈]?\d[\d.,]*", plain_text(text)) is not None


def _shared_unit(text: str, others: list[str]) -> str:
    bare = _QUANTITY.fullmatch(plain_text(text))
    if bare is None or bare["unit"] or bare["sign"] or not bare["number"].strip("0.,") or not others:
        return ""
    found = [_QUANTITY.fullmatch(plain_text(other)) for other in others]
    units = [(quantity["unit"] or quantity["sign"]) if quantity else "" for quantity in found]
    if not all(units) or len({stem(unit) or unit for unit in units}) != 1:
        return ""
    return Counter(units).most_common(1)[0][0]


def _name(row: TableRow) -> str:
    return f"“{plain_text(row.cells[0].text)}”"
