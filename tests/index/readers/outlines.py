"""What tests of the readers share: a sample document read, and told in words that a test can compare."""

from pathlib import Path

from index.readers import read_folder
from index.readers.document import Break, Document, Heading, Paragraph, Table

DOCUMENTS = Path(__file__).parents[2] / "documents"


def read(name: str) -> Document:
    documents, _ = read_folder(DOCUMENTS / name)
    return documents[0]


def outline(document: Document) -> list[tuple[str, str]]:
    """Name each block and give its words as they stand in the file."""
    return [(kind(block), document.text[block.span.start : block.span.end]) for block in document.blocks]


def kind(block: object) -> str:
    if isinstance(block, Heading):
        return f"h{block.level}"
    if isinstance(block, Paragraph):
        return f"{block.style}{block.depth or ''}"
    return "break" if isinstance(block, Break) else "table"


def tables(document: Document) -> list[list[list[str]]]:
    """Give the cells of each table, its header first."""
    return [
        [[cell.text for cell in row.cells] for row in (block.header, *block.rows)]
        for block in document.blocks
        if isinstance(block, Table)
    ]


def outline_but_tables(document: Document) -> list[tuple[str, str]]:
    """Name each block but tables, an item whatever its depth, and give its words as they stand in the text."""
    return [
        (
            f"h{block.level}" if isinstance(block, Heading) else getattr(block, "style", ""),
            document.text[block.span.start : block.span.end],
        )
        for block in document.blocks
        if not isinstance(block, Table)
    ]


def tables_in_place(document: Document) -> list[list[list[str]]]:
    """Give the cells of each table, its header first, each found at its place in the text."""
    return [
        [[document.text[cell.span.start : cell.span.end] for cell in row.cells] for row in (block.header, *block.rows)]
        for block in document.blocks
        if isinstance(block, Table)
    ]
