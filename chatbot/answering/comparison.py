"""Rows of a comparison table become an answer: the cell that was asked for, or cells side by side.

Knows nothing about prose.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from chatbot.answering.quotations import Quotations
from chatbot.evidence import Candidate
from chatbot.expectations import asks_to_compare
from chatbot.names import is_remark
from chatbot.questions import TELLING, Question, find_names
from index import Cell, Passage, plain_text

NOT_STATED = "not stated"
"""What stands in place of an empty cell, one of the few words that are ours."""

_ASKS_FOR_MORE = re.compile(
    r"(?:^|[,;:.] )\s*(?:(?:and|so|but) )?(?:how|why|when|where|who|whose|"
    r"what (?:is|are|was|does|do|did|makes?|kind|sort))\b",
    re.IGNORECASE,
)
"""A question that yes and no do not answer, unless it asks to compare."""

_SHORT_CODE = re.compile(r":[a-z][a-z0-9_+-]*:", re.IGNORECASE)
"""An emoji by its name, as in ":white_check_mark:"."""

_BARE_BAR = re.compile(r"(?<!\\)\|")
_MARK = re.compile(r"\s*\[\d+\]")
"""A footnote of the owner's, which would look like a citation."""


def answer_from_rows(question: Question, rows: Sequence[Candidate], quotations: Quotations) -> str:
    """Say what *rows* of one table have for *question*, in Markdown.

    Args:
        question: what was asked.
        rows: of one table, the surest first.
        quotations: where the cells are cited.
    """
    columns = _columns_asked_for(question, rows)
    passages = sorted((row.hit.passage for row in rows), key=lambda passage: passage.source.start)
    if not columns:
        return "\n".join(f"- {_quoted_label(passage, quotations)}" for passage in passages)
    if len(passages) == 1 and len(columns) == 1:
        return _one_cell(passages[0], passages[0].cells[columns[0]], quotations)
    if any(_breaks_a_row(passage.cells[number].text) for passage in passages for number in columns):
        cells = ((passage, passage.cells[number]) for passage in passages for number in columns)
        return "\n\n".join(_one_cell(passage, cell, quotations) for passage, cell in cells)
    return _side_by_side(passages, columns, quotations)


def _breaks_a_row(words: str) -> bool:
    """Tell whether a row of a Markdown table cannot hold *words*: several lines, or a bar that would part cells."""
    return "\n" in words or _BARE_BAR.search(words) is not None


def is_in_doubt(passage: Passage) -> bool:
    """Tell whether a row cannot be taken at its word."""
    return any(cell.doubt for cell in passage.cells)


def says_too_little(question: Question, row: Candidate) -> bool:
    """Tell whether all that a row has for *question* are marks, such as ticks, and more than yes or no is asked for."""
    cells = [row.hit.passage.cells[number] for number in _columns_asked_for(question, [row])]
    said = " ".join(_SHORT_CODE.sub("", plain_text(cell.text)) for cell in cells)
    if not cells or any(map(str.isalnum, said)) or asks_to_compare(question):
        return False
    return bool(_ASKS_FOR_MORE.search(question.text))


def _columns_asked_for(question: Question, rows: Sequence[Candidate]) -> list[int]:
    """Choose the columns that the question names; all of them where it names none, or means none.

    Columns go by their number: two may share a name.
    """
    cells = rows[0].hit.passage.cells
    compared = [number for number, cell in enumerate(cells) if not is_remark(cell.column)]
    mentioned = find_names(question.text, [cells[number].column for number in compared])
    named = [number for number in compared if cells[number].column in mentioned]
    if named:
        named += [number for number in compared if number not in named and _is_spoken_of(question, rows, number)]
    elif not asks_to_compare(question):
        named = _column_meant(rows[0], compared)
    filled = {number for row in rows for number, cell in enumerate(row.hit.passage.cells) if cell.text}
    remarks = filled.difference(compared)
    return sorted({*(named or compared), *remarks})


def _is_spoken_of(question: Question, rows: Sequence[Candidate], number: int) -> bool:
    """Tell whether a cell alone has a telling word of the question: "Zilliz Cloud" in the column of Milvus."""
    telling = np.array([term.weight > TELLING for term in question.weighed], dtype=bool)
    for row in rows:
        elsewhere = np.delete(row.sentences, number, axis=0).max(axis=0, initial=0.0)
        own = (row.sentences[number] >= 1.0) & (elsewhere < 1.0) & (row.context < 1.0)
        if (own & telling).any():
            return True
    return False


def _column_meant(row: Candidate, compared: Sequence[int]) -> list[int]:
    """Give the one column whose cell supports the question much better than the others do, if there is one.

    What the row's own name says already speaks for none of its cells.
    """
    if len(compared) < 2:
        return []
    telling = row.weights * (row.context < 1.0)
    coverage = {number: float(row.sentences[number] @ telling) for number in compared}
    best, second, *_ = sorted(coverage, key=lambda number: -coverage[number])
    return [best] if coverage[best] - coverage[second] > 0.15 else []


def _one_cell(passage: Passage, cell: Cell, quotations: Quotations) -> str:
    heads = [_name(head) for head in (passage.title, cell.column) if head]
    return f"**{' – '.join(heads)}**: {_quoted(passage, cell, quotations)}"


def _side_by_side(passages: Sequence[Passage], columns: Sequence[int], quotations: Quotations) -> str:
    heads = [plain_text(passages[0].corner) or " ", *(passages[0].cells[number].column for number in columns)]
    lines = [_line(map(_name, heads)), "|---" * len(heads) + "|"]
    for passage in passages:
        cells = (_quoted(passage, passage.cells[number], quotations) for number in columns)
        lines.append(_line([_name(passage.title), *cells]))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _name(head: str) -> str:
    """Give the name of a row or column without what would not be its own in an answer: a mark like ours, a bare bar."""
    return _MARK.sub("", head).replace("|", "\\|")


def _quoted(passage: Passage, cell: Cell, quotations: Quotations) -> str:
    if not cell.text:
        return NOT_STATED
    return f"{cell.text} [{quotations.quote(passage, cell.start, cell.end).number}]"


def _quoted_label(passage: Passage, quotations: Quotations) -> str:
    """Quote what a row of a single column says."""
    words = passage.text.strip("| \t")
    start = passage.source.start + passage.text.index(words)
    citation = quotations.quote(passage, start, start + len(words))
    return f"{citation.quote} [{citation.number}]"
