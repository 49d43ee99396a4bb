import pytest

from index.errors import ContentError
from index.readers import read_document, read_folder
from index.readers.document import Table
from tests.index.readers.outlines import DOCUMENTS, outline


def test_a_text_that_was_wrapped_by_hand_is_joined_and_its_unmarked_structure_found() -> None:
    document = read_folder(DOCUMENTS / "wrapped.txt")[0][0]

    assert outline(document) == [
        ("h1", "THE RIVER CLUB"),
        ("h2", "Membership"),
        (
            "prose",
            "The club is open to everyone who can swim fifty metres and who is at\n"
            "least ten years old. Juniors need the consent of a parent.",
        ),
        ("h7", "How much does it cost?"),
        ("prose", "Adults pay 80 euros a year. Juniors pay 30 euros a year, and the\nfirst month is free."),
        ("prose", "What to bring:"),
        ("item", "a towel"),
        ("item", "dry clothes,\n  also in summer"),
        ("item", "patience"),
        ("h7", "Is there parking?"),
        ("prose", "Yes, behind the boat house."),
        ("break", "--------"),
        ("prose", "Monday  9-17"),
        ("prose", "Tuesday 9-17"),
        ("prose", "Sunday  closed"),
    ]


def test_a_text_with_a_paragraph_a_line_needs_no_blank_lines() -> None:
    document = read_folder(DOCUMENTS / "compact.txt")[0][0]

    assert outline(document) == [
        ("h1", "Prices"),
        ("table", "Plan | Month | Year\n--- | --- | ---\nSmall | 5 | 50\nLarge | 9 | 90"),
        ("h7", "Which one do most people take?"),
        ("prose", "The small one, by far."),
        ("h1", "Contact"),
        ("prose", "Call us."),
    ]


def test_a_framed_table_needs_no_dashes() -> None:
    table = read_document("| a | b |\n| 1 | 2 |\n| 3 | 4 |\n", "a.txt").blocks[0]

    assert isinstance(table, Table)
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["1", "2"], ["3", "4"]]


def test_a_ragged_row_is_an_error_with_its_place() -> None:
    with pytest.raises(ContentError, match=r"a\.txt:4: table row has 3 cells, the header has 2"):
        read_document("Prices\n| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", "a.txt")


def test_headings_may_be_underlined_numbered_or_marked() -> None:
    text = "Guide\n=====\n\nStart\n-----\n\nDo it.\n\n1.2 Details\n\nMore.\n\n### Deep\n\nEnd.\n"

    assert [line for line in outline(read_document(text, "a.txt")) if line[0] != "prose"] == [
        ("h1", "Guide"),
        ("h2", "Start"),
        ("h2", "1.2 Details"),
        ("h3", "Deep"),
    ]


def test_a_byte_order_mark_is_counted_but_spoils_nothing() -> None:
    document = read_document("\ufeffTea\n\nGreen tea is not fermented.\n", "a.txt")

    assert outline(document) == [("h1", "Tea"), ("prose", "Green tea is not fermented.")]


def test_a_last_line_that_nothing_follows_is_no_heading() -> None:
    assert outline(read_document("Some words here.\nThe end\n", "a.txt"))[-1] == ("prose", "The end")
