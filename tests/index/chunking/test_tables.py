from pathlib import Path

from index.chunking import split_document
from index.passages import Passage
from index.readers import read_document, read_folder

DOCUMENTS = Path(__file__).parents[2] / "documents"


def rows(name: str) -> dict[str, Passage]:
    documents, _ = read_folder(DOCUMENTS / name)
    return {passage.title: passage for passage in split_document(documents[0]) if passage.kind == "row"}


def test_a_row_keeps_its_line_and_names_each_cell_by_its_column() -> None:
    row = rows("bars-in-code.md")["Count lines"]

    assert row.text == r"| Count lines | `ls | wc -l` | a \| b |"
    assert row.corner == "Task"
    assert [(cell.column, cell.text) for cell in row.cells] == [("Command", "`ls | wc -l`"), ("Escaped", r"a \| b")]
    assert row.source.heading == ("Shells",)
    assert (row.source.first_line, row.source.last_line) == (5, 5)


def test_a_row_that_lost_a_value_is_in_doubt_as_a_whole() -> None:
    table = rows("shifted-row.md")

    assert [bool(cell.doubt) for cell in table["Maker"].cells] == [True, True]
    assert "another column" in table["Maker"].cells[0].doubt
    assert not any(cell.doubt for name in ("Light", "Life", "Price", "Sold in") for cell in table[name].cells)


def test_an_empty_cell_before_a_filled_one_is_simply_empty() -> None:
    text = "| | A | B |\n|---|---|---|\n| 1 | | x |\n" + "".join(f"| {n} | x | y |\n" for n in range(2, 8))
    first = split_document(read_document(text, "a.md"))[0]

    assert [(cell.text, cell.doubt) for cell in first.cells] == [("", ""), ("x", "")]


def test_a_column_of_notes_may_be_empty() -> None:
    assert not any(cell.doubt for row in rows("notes-left-off.md").values() for cell in row.cells)


def test_a_number_whose_neighbours_all_have_a_unit_is_in_doubt() -> None:
    text = "| | A | B | C |\n|---|---|---|---|\n| Share | 30% | ~5 | 60% |\n"
    text += "| Major | 1 | 2 | 3 |\n| None | 0 | 5% | 6% |\n"
    share, major, none = split_document(read_document(text, "a.md"))

    assert [cell.doubt for cell in share.cells] == ["", "the number has no %, unlike its neighbours", ""]
    assert not any(cell.doubt for cell in (*major.cells, *none.cells))
