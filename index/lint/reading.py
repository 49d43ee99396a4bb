"""A folder of content becomes Pages, and findings about what cannot be read.

A row that the reader refuses is stood in for, so that one damaged row does not hide what else there is to find.
"""

from pathlib import Path

from index.errors import ContentError
from index.lint.findings import RULES, Finding, RuleName
from index.lint.pages import Page
from index.readers import is_converted, list_sources, read_document, read_file, read_text
from index.readers.document import Document
from index.readers.pipe_tables import cut_cells, is_delimiter_row

_MOST_ROWS = 50
"""So many damaged rows are reported of one file; a file with more is not a table that was damaged here and there."""

_STAND_IN = "–"


def read_pages(knowledge: Path) -> tuple[list[Page], list[Finding]]:
    """Read every content file below *knowledge*, or *knowledge* itself if it is a file.

    Raises:
        ContentError: there is no such folder, or it holds no content.
    """
    root = knowledge.parent if knowledge.is_file() else knowledge
    try:
        sources = list_sources(knowledge)
    except ContentError as error:
        if Path(error.path) == knowledge:
            raise
        return [], [_unreadable(error, Path(error.path).relative_to(root).as_posix())]
    pages, findings = [], []
    for source in sources:
        document, problems = _read(root / source.path, source.path)
        findings += problems
        if document:
            pages.append(Page(document, root / source.path, root))
    return pages, findings


def _read(place: Path, path: str) -> tuple[Document | None, list[Finding]]:
    findings: list[Finding] = []
    try:
        if is_converted(path):
            return read_file(place, path), findings
        text = read_text(place)
    except ContentError as error:
        return None, [_unreadable(error, path)]
    while True:
        try:
            return read_document(text, path, place), findings
        except ContentError as error:
            mended = _mended(text, error.line or 0)
            findings.append(_unreadable(error, path, "table-row-cells" if mended else None))
            if mended is None or mended == text or len(findings) >= _MOST_ROWS:
                return None, findings
            text = mended


def _unreadable(error: ContentError, path: str, rule: RuleName | None = None) -> Finding:
    """Make a finding of what a reader says, whose last sentence is the cure."""
    place = f"{error.path}:{error.line}" if error.line else f"{error.path}"
    message, _, cure = str(error).removeprefix(f"{place}: ").rpartition(". ")
    if rule is None:
        rule = "encoding" if isinstance(error.__cause__, UnicodeDecodeError) else "unreadable"
    return Finding(rule, RULES["unreadable"].severity, path, error.line or 1, message, cure)


def _mended(text: str, line: int) -> str | None:
    """Put a row of the right width in the place of the one on *line*; None where no row of a table stands there."""
    lines = text.split("\n")
    if not 0 < line <= len(lines) or "|" not in lines[line - 1]:
        return None
    row = lines[line - 1]
    mark = row[: len(row) - len(row.lstrip(" \t>"))]
    is_delimiter = is_delimiter_row(row.strip(" \t>"))
    header = line - 2 if is_delimiter else _header_above(lines, line - 1)
    cells = len(cut_cells(lines[header].strip(" \t>")))
    lines[line - 1] = f"{mark}|" + f"{'---' if is_delimiter else _STAND_IN}|" * cells
    return "\n".join(lines)


def _header_above(lines: list[str], number: int) -> int:
    """Give the number of the line that heads the table to which line *number* belongs, both from 0."""
    while number > 0 and "|" in lines[number - 1]:
        number -= 1
        if is_delimiter_row(lines[number].strip(" \t>")):
            return number - 1
    return number
