"""What holds for the passages of any document."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import split_document
from index.errors import ContentError
from index.passages import Cell, Passage, Sentence
from index.readers import read_document, read_folder
from index.readers.document import Document, Paragraph, Table

DOCUMENTS = Path(__file__).parents[2] / "documents"
BROKEN = {"ragged-row.md", "missing-cell.md", "bad-front-matter.md", "latin-1.md"}

LINES = st.sampled_from(
    "# Title|## Is it so?|### Deep|Words here.|More words, e.g. these. And others!|- item one. Two.|  - nested|1. first"
    "|> quoted|```|~~~|    code|---|***||||Setext|===|**Can I?**|**Can I?** Yes.|Q: What?|A: That.|<details>|</details>"
    '|<summary>Why?</summary>|<p>html <b>bold</b></p>|<Note>|</Note>|:::tip Title|:::|!!! note "T"|    inside|/// tip'
    "|///|[^1]: a note|[a]: http://x|![i](x.png)|{% if x %}|{{ y }}|import a from 'b'|\ufeff|\u2028line\x0bsep"
    "|é 漢字。文！|\ttab|`a. B`|<!-- c|-->|# |> # Q?|> - x|-|*".split("|")
)
TABLES = st.sampled_from(
    [
        "| a | b |\n|---|---|\n| 1 | `x|y` |\n| 2 | |",
        "a | b\n-|-\n1 | 2",
        "> | a | b |\n> |---|---|\n> | 1 | 2 |",
    ]
)
TEXTS = st.lists(st.one_of(LINES, LINES, LINES, TABLES), max_size=25).map("\n".join)


def read_or_refuse(text: str, path: str) -> Document | None:
    """Read *text*, or give nothing where it is refused with its place."""
    try:
        return read_document(text, path)
    except ContentError as error:
        if not str(error).startswith(f"{path}:"):
            raise
        return None


def check(document: Document, passages: list[Passage]) -> None:
    text = document.text
    for passage in passages:
        source = passage.source
        assert text[source.start : source.end] == passage.text
        assert passage.text.strip()
        assert source.first_line == text.count("\n", 0, source.start) + 1
        assert source.last_line == text.count("\n", 0, source.end) + 1
        parts: tuple[Sentence | Cell, ...] = (*passage.sentences, *passage.cells)
        assert parts
        assert all(text[part.start : part.end] == part.text for part in parts)
        own = sorted({(part.start, part.end) for part in parts if part.start >= source.start})
        assert all(source.start <= start <= end <= source.end for start, end in own)
        assert all(first[1] <= second[0] for first, second in pairwise(own))
        # Only a cell that reaches down from a row above stands elsewhere.
        assert all(isinstance(part, Cell) and part.text for part in parts if part.start < source.start)
        numbers = [sentence.paragraph for sentence in passage.sentences]
        assert numbers == sorted(numbers)
        assert sorted(set(numbers)) == list(range(len(set(numbers))))
    assert all(first.source.end <= second.source.start for first, second in pairwise(passages))
    check_nothing_is_lost(document, passages)


def check_nothing_is_lost(document: Document, passages: list[Passage]) -> None:
    """Every word of a paragraph stands in a sentence of exactly one passage, every cell in exactly one row."""
    quoted = Counter[int]()
    for passage in passages:
        for sentence in passage.sentences:
            quoted.update(range(sentence.start, sentence.end))
    for block in document.blocks:
        if isinstance(block, Paragraph):
            inside = range(block.span.start, block.span.end)
            assert all(quoted[place] == 1 for place in inside if not document.text[place].isspace())
        if isinstance(block, Table):
            found = {cell.start for passage in passages for cell in passage.cells if cell.text}
            wanted = {cell.span.start for row in block.rows for cell in row.cells[1:] if cell.text}
            assert wanted <= found


@given(TEXTS)
@settings(deadline=None, max_examples=200)
def test_passages_of_any_markdown_stand_in_the_file_and_lose_nothing(text: str) -> None:
    for path in ("a.md", "a.mdx"):
        document = read_document(text, path)
        check(document, split_document(document))


@given(TEXTS)
@settings(deadline=None, max_examples=200)
def test_passages_of_any_text_stand_in_the_file_and_lose_nothing(text: str) -> None:
    document = read_or_refuse(text, "a.txt")  # refused where a table stands right under another one
    if document:
        check(document, split_document(document))


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_characters_are_read_or_refused_with_a_place(text: str) -> None:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for path in ("a.md", "a.txt"):
        document = read_or_refuse(text, path)
        if document:
            check(document, split_document(document))


@pytest.mark.parametrize(
    "path", sorted(path for path in DOCUMENTS.iterdir() if path.is_file() and path.name not in BROKEN), ids=str
)
def test_passages_of_every_sample_stand_in_the_file(path: Path) -> None:
    for document in read_folder(path)[0]:
        check(document, split_document(document))


def test_passages_of_every_public_page_stand_in_the_file(shared: Path) -> None:
    documents, _ = read_folder(shared / "pages")

    assert len(documents) >= 12
    for document in documents:
        check(document, split_document(document))


def test_the_published_page_gives_nine_rows_four_questions_and_every_section(shared: Path) -> None:
    documents, _ = read_folder(shared / "pages" / "tensorflow-vs-pytorch.txt")
    passages = split_document(documents[0])
    rows = [passage for passage in passages if passage.kind == "row"]
    questions = [passage for passage in passages if passage.kind == "question"]

    assert len(rows) == 9
    assert sum(bool(cell.text) for row in rows for cell in row.cells) == 17
    assert [row.title for row in rows if any(cell.doubt for cell in row.cells)] == ["Backed by"]
    assert len(questions) == 4
    assert [len(question.sentences) for question in questions] == [4, 3, 3, 3]
    lines = documents[0].text.split("\n")
    assert all(question.text == lines[question.source.first_line - 1] for question in questions)
    assert [passage.title for passage in passages if passage.kind == "section"] == [
        "When TensorFlow is the better pick",
        "When PyTorch is the better pick",
        "The bottom line",
        "TensorFlow vs PyTorch — FAQs",
    ]


def test_no_public_table_but_the_damaged_one_is_in_doubt(shared: Path) -> None:
    documents, _ = read_folder(shared / "pages")
    doubtful = {
        (document.path, passage.title)
        for document in documents
        for passage in split_document(document)
        if any(cell.doubt for cell in passage.cells)
    }

    assert doubtful == {("tensorflow-vs-pytorch.txt", "Backed by")}
