import csv
import datetime
import io
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from index import plain_text
from index.chunking import split_document
from index.errors import ContentError
from index.readers import read_document, read_folder
from index.readers.number_formats import show_value
from tests.index.readers.outlines import DOCUMENTS, read
from tests.index.readers.outlines import outline_but_tables as outline
from tests.index.readers.outlines import tables_in_place as tables

ROOT = Path(__file__).parents[3]


# Separated values


def test_a_sheet_of_questions_gives_a_question_and_its_answer_a_row() -> None:
    assert outline(read("boat-club-questions.csv")) == [
        ("h2", "Joining"),
        ("h7", "How do I join?"),
        ("prose", "Write to the secretary, please.\n\nEnclose a photo."),
        ("h7", 'What is a ""guest""?'),
        ("prose", 'Who rows with a ""member"".'),
        ("h2", "Boats"),
        ("h7", "May I bring a dog?"),
        ("prose", "Only on a lead."),
    ]


def test_doubled_quotation_marks_are_quoted_as_they_stand_and_single_in_titles() -> None:
    passages = split_document(read("boat-club-questions.csv"))

    assert passages[1].title == 'What is a "guest"?'
    assert passages[1].text == 'Who rows with a ""member"".'


def test_what_a_sheet_of_questions_has_besides_is_reported_with_its_place() -> None:
    document = read("boat-club-questions.csv")

    assert [(part.what, document.line_at(part.span.start)) for part in document.skipped] == [
        ("column “Tags”", 1),
        ("question without an answer", 7),
        ("answer without a question", 8),
    ]


@pytest.mark.parametrize(
    "text",
    ["answer,Question:\nYes.,Is it?\n", "Q\tA\nIs it?\tYes.\n", "Is it?;Yes.\n", "id|FAQ|Response\n1|Is it?|Yes.\n"],
)
def test_the_columns_are_found_by_their_names_in_any_case_and_order(text: str) -> None:
    (passage,) = split_document(read_document(text, "a.csv"))

    assert (passage.kind, passage.title, passage.text) == ("question", "Is it?", "Yes.")


def test_any_other_sheet_is_a_comparison() -> None:
    document = read("boat-club-fees.csv")

    assert tables(document) == [
        [
            ["Fee", "Adult", "Junior"],
            ["Year", "120,00 €", "60,00 €"],
            ["Day", "8,00 €; or 7,00 € by card", "4,00 €"],
            ["Locker", "free", ""],
            ["Key", "", "free"],
        ]
    ]
    assert [part.what for part in document.skipped] == ["sign that parts the cells"]
    assert tables(read("boat-club-fees.tsv")) == [
        [["Fee", "Adult", "Junior"], ["Year", "120 €", "60 €"], ["Day", "8 €", "4 €"]]
    ]


def test_a_single_column_is_a_list_of_paragraphs() -> None:
    assert outline(read_document("Rules\nNo dogs.\n", "a.csv")) == [("prose", "Rules"), ("prose", "No dogs.")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2,3\n", "a.csv:2: the row has 3 cells, the header has 2. Put quotation marks around"),
        ("a,b,c\n1,2,3\n4,5\n", "a.csv:3: the row has 2 cells, the header has 3. Put quotation marks around"),
        ('a,b\n1,2\n3,"4\n', "a.csv:3: a cell begins with a quotation mark that does not end it. Write those"),
        ('a,b\n"1" x,2\n', "a.csv:2: a cell begins with a quotation mark that does not end it. Write those"),
        ("a,b\n" + "1,2\n" * 5_001, "a.csv:1: the table has 5,001 rows, the limit is 5,000. Split it"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_an_error_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ContentError, match=re.escape(problem)):
        read_document(text, "a.csv")


def test_a_sheet_that_is_not_utf8_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a;b\nPreis;5 €\n".encode("cp1252"))

    with pytest.raises(ContentError, match=r"a\.csv:2: not UTF-8: byte 12 is 0x80\. Save the file as UTF-8"):
        read_folder(tmp_path / "a.csv")


def test_an_empty_sheet_says_nothing() -> None:
    assert read_document("", "a.csv").blocks == read_document("\ufeff\n,\n", "a.csv").blocks == ()


def test_a_sheet_of_five_thousand_questions_is_read_row_by_row() -> None:
    rows = "".join(f'"What is no. {number}, then?","It is ""{number}""."\n' for number in range(5_000))

    passages = split_document(read_document(f"Question,Answer\n{rows}", "a.csv"))

    assert len(passages) == 5_000
    assert (passages[-1].title, passages[-1].text) == ("What is no. 4999, then?", 'It is ""4999"".')


CELLS = st.text(st.sampled_from('ab ,;"\n\té?'), max_size=8)


@given(st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6)))
@settings(deadline=None, max_examples=300)
def test_every_cell_is_what_the_standard_library_reads_there(rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
        [["One", "Two", "Three", "Four"][: len(rows[0])], *rows] if rows else []
    )
    document = read_document(file.getvalue(), "a.csv")

    found = [[cell.replace('""', '"') for cell in row] for table in tables(document) for row in table]
    told = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(file.getvalue()))]
    assert found == [row for row in told if any(row)] or not any(any(row) for row in told[1:])
    assert all(first.span.end <= second.span.start for first, second in pairwise(document.blocks))


@given(st.text(alphabet=st.sampled_from('ab,;"\n\t? é'), max_size=60))
@settings(deadline=None, max_examples=300)
def test_every_word_of_any_sheet_is_in_one_block_or_reported_or_refused(text: str) -> None:
    try:
        document = read_document(text, "a.csv")
    except ContentError as error:
        assert str(error).startswith("a.csv:")  # noqa: PT017
        return
    told = [*(block.span for block in document.blocks), *(part.span for part in document.skipped)]
    covered = {place for span in told for place in range(span.start, span.end)}
    assert [found.group() for found in re.finditer(r"\w+", text) if found.start() not in covered] == []


def test_the_table_of_the_shipped_page_gives_the_same_rows_as_a_sheet() -> None:
    page = (ROOT / "knowledge" / "tensorflow-vs-pytorch.md").read_text(encoding="utf-8")
    markdown = [passage for passage in split_document(read_document(page, "a.md")) if passage.kind == "row"]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([markdown[0].corner, *(cell.column for cell in markdown[0].cells)])
    writer.writerows([[row.title, *(plain_text(cell.text) for cell in row.cells)] for row in markdown])

    rows = split_document(read_document(file.getvalue(), "a.csv"))

    assert len(rows) == 9
    assert [(row.title, row.corner, [(cell.column, cell.text, cell.doubt) for cell in row.cells]) for row in rows] == [
        (row.title, row.corner, [(cell.column, plain_text(cell.text), cell.doubt) for cell in row.cells])
        for row in markdown
    ]


# Workbooks


def test_a_workbook_is_read_as_it_is_shown() -> None:
    document = read("boat-club.xlsx")

    assert document.converted
    assert outline(document) == [
        ("h1", "Fees"),
        ("prose", "Fees of 2026"),
        ("prose", "* Ask for the rest at the desk."),
        ("h1", "Questions"),
        ("h2", "Joining"),
        ("h7", "How do I join?"),
        ("prose", "Write to the secretary.\nEnclose a photo."),
        ("prose", "A form lies at the desk."),
        ("h2", "Boats"),
        ("h7", "May I bring a dog?"),
        ("prose", "Only on a lead."),
    ]
    assert tables(document) == [
        [
            ["Fee", "Adult", "Junior"],
            ["Year", "120.00 €", "60.50 €"],
            ["Share of members", "76%", "24.4%"],
            ["Since", "1 March 2019", "2021-11-15"],
            ["Discount", "(5.00)", "(2.50)"],
            ["Locker", "free", "free"],
            ["Total", "", ""],
        ]
    ]


def test_what_a_workbook_hides_or_does_not_know_is_reported() -> None:
    assert [part.what for part in read("boat-club.xlsx").skipped] == [
        "hidden column E of “Fees”",
        "formula without a value, which the program that wrote it did not compute",
        "hidden sheet “Drafts”",
    ]


def test_one_question_over_several_rows_has_all_of_their_answers() -> None:
    passages = [passage for passage in split_document(read("boat-club.xlsx")) if passage.kind == "question"]

    assert [len(passage.sentences) for passage in passages] == [3, 1]
    assert str(passages[0].source).startswith("the converted text of boat-club.xlsx:16-18 › Questions › Joining › How")


def saved(workbook: Workbook, place: Path) -> Path:
    workbook.save(place)
    return place


def test_a_sheet_that_reaches_beyond_measure_is_refused(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active["A1"] = "x"  # type: ignore[index]
    workbook.active["XFD900000"] = "y"  # type: ignore[index]

    with pytest.raises(ContentError, match=r"a\.xlsx: the sheet “Sheet” takes up A1:XFD900000\. Delete its empty rows"):
        read_folder(saved(workbook, tmp_path / "a.xlsx"))


def test_errors_and_hidden_rows_are_reported(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["Plan", "Price"], ["Basic", "#REF!"], ["Secret", 5], ["Pro", 9]):
        sheet.append(row)
    sheet["B2"].data_type = "e"
    sheet.row_dimensions[3].hidden = True

    document = read_folder(saved(workbook, tmp_path / "a.xlsx"))[0][0]

    assert tables(document) == [[["Plan", "Price"], ["Basic", ""], ["Pro", "9"]]]
    assert [part.what for part in document.skipped] == ["error #REF!", "hidden row of “Sheet”"]


@pytest.mark.parametrize("data", [b"", b"Question,Answer\n", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 with a password"])
def test_what_is_no_workbook_is_an_error_with_its_cure(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)

    with pytest.raises(ContentError, match=r"a\.xlsx: is no \.xlsx file, or one with a password\. Save it anew"):
        read_folder(tmp_path / "a.xlsx")


def test_a_package_that_holds_no_workbook_is_an_error_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes((DOCUMENTS / "boat-club.docx").read_bytes())

    with pytest.raises(ContentError, match=r"a\.xlsx: cannot be read as \.xlsx \(\w+\)\. Open it in a spreadsheet"):
        read_folder(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (5, "General", "5"),
        (5.0, "General", "5"),
        (0.1 + 0.2, "General", "0.3"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.5, '"$"#,##0', "$1,235"),
        (0.125, "0%", "13%"),
        (0.125, "0.0##%", "12.5%"),
        (-3, "0;(0)", "(3)"),
        (0, '0;-0;"none"', "none"),
        (1500000, '0.0,,"M"', "1.5M"),
        (7, "000", "007"),
        (5, "[$€-407] 0.00", "€ 5.00"),
        (5, "[Red]0 \\k\\g", "5 kg"),
        (True, "General", "TRUE"),
        (datetime.datetime(2026, 3, 1, 14, 5), "yyyy-mm-dd hh:mm", "2026-03-01 14:05"),
        (datetime.datetime(2026, 3, 1, 14, 5), "h:mm AM/PM", "2:05 PM"),
        (datetime.datetime(2026, 3, 1), "mm-dd-yy", "2026-03-01"),
        (datetime.datetime(2026, 3, 1), "dddd, d mmm yy", "Sunday, 1 Mar 26"),
        (datetime.time(9, 30), "h:mm", "9:30"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
        ("=text", "@", "=text"),
    ],
)
def test_a_value_is_written_as_its_reader_sees_it(value: object, number_format: str, shown: str) -> None:
    assert show_value(value, number_format) == (shown, True)


def test_a_number_format_that_is_not_understood_shows_the_plain_value_and_says_so() -> None:
    assert show_value(0.5, "# ?/?") == ("0.5", False)
    assert show_value(15000, "0.00E+00") == ("15000", False)
