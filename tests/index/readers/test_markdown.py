import pytest

from index.errors import ContentError
from index.readers import read_document
from index.readers.document import Document, Heading, Table
from tests.index.readers.outlines import outline, read


def cells(document: Document) -> list[list[str]]:
    return [
        [cell.text for cell in row.cells] for block in document.blocks if isinstance(block, Table) for row in block.rows
    ]


def test_front_matter_gives_title_names_language_and_date_as_written() -> None:
    front_matter = read("front-matter.md").front_matter

    assert front_matter.title == "Phone plans"
    assert front_matter.aliases == {"Basic plan": ("basic", "starter"), "Family plan": ("family", "household")}
    assert front_matter.language == "en"
    assert front_matter.updated == "2026-03-01"


def test_aliases_may_be_a_list_of_lists() -> None:
    document = read_document("---\naliases: [[TensorFlow, TF, tf], [PyTorch, torch]]\n---\n", "a.md")

    assert document.front_matter.aliases == {"TensorFlow": ("TF", "tf"), "PyTorch": ("torch",)}


def test_other_addresses_of_a_page_are_not_names() -> None:
    assert read_document("---\naliases: [/old/page]\n---\n", "a.md").front_matter.aliases == {}


def test_front_matter_that_is_not_yaml_is_an_error_with_its_line() -> None:
    with pytest.raises(ContentError, match=r"bad-front-matter\.md:2: the front matter is not YAML .*Put quotes"):
        read("bad-front-matter.md")


def test_dashes_at_the_top_that_hold_no_mapping_are_no_front_matter() -> None:
    document = read_document("---\nJust a sentence.\n---\n", "a.md")

    assert ("h2", "Just a sentence.") in outline(document)


def test_a_byte_order_mark_is_counted_but_spoils_nothing() -> None:
    document = read("byte-order-mark.md")

    assert document.text[0] == "\ufeff"
    assert outline(document) == [("h1", "Tea"), ("prose", "Green tea is not fermented.")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# One #\n", "One"),
        ("One\n===\n", "One"),
        ("## `x` in [C#](u) {#id}\n", "x in C#"),
        ("### What's on? {: #what }\n", "What's on?"),
        ("> # Quoted\n", "Quoted"),
    ],
)
def test_a_heading_gives_its_words_without_marks(text: str, title: str) -> None:
    heading = read_document(text, "a.md").blocks[0]

    assert isinstance(heading, Heading)
    assert heading.title == title


def test_a_row_with_a_cell_too_many_is_an_error_with_its_place() -> None:
    with pytest.raises(ContentError, match=r"ragged-row\.md:6: table row has 4 cells, the header has 3\. "):
        read("ragged-row.md")


def test_a_row_that_lost_a_cell_is_an_error_with_its_place() -> None:
    with pytest.raises(ContentError, match=r"missing-cell\.md:6: table row has 2 cells, the header has 3\. "):
        read("missing-cell.md")


def test_a_header_that_its_dashes_do_not_fit_is_an_error() -> None:
    with pytest.raises(
        ContentError, match=r"a\.md:2: the line under the table's header has 2 columns, the header has 3"
    ):
        read_document("| a | b | c |\n|---|---|\n| 1 | 2 | 3 |\n", "a.md")


def test_notes_that_several_rows_leave_off_are_empty_cells() -> None:
    assert cells(read("notes-left-off.md")) == [
        ["Weight", "2 kg", "1 kg", "empty"],
        ["Colour", "red", "grey", ""],
        ["Price", "90", "40", ""],
    ]


def test_bars_inside_code_and_escaped_bars_part_no_cells() -> None:
    document = read("bars-in-code.md")

    assert cells(document) == [["Count lines", "`ls | wc -l`", r"a \| b"], ["List", "`ls`", ""]]


def test_a_table_ends_where_a_line_has_no_bar() -> None:
    document = read_document("| a | b |\n|---|---|\n| 1 | 2 |\nAs of May.\n", "a.md")

    assert cells(document) == [["1", "2"]]
    assert outline(document)[1] == ("prose", "As of May.")


def test_a_table_in_a_quotation_keeps_its_places() -> None:
    document = read_document("> | a | b |\n> |---|---|\n> | 1 | 2 |\n", "a.md")

    assert cells(document) == [["1", "2"]]
    assert outline(document) == [("table", "| a | b |\n> |---|---|\n> | 1 | 2 |")]


@pytest.mark.parametrize(
    ("header", "rows", "problem"),
    [
        ("|" + " a |" * 201, 1, "201 columns, the limit is 200"),
        ("| a | b |", 5001, "5,001 rows, the limit is 5,000"),
    ],
)
def test_a_table_over_the_limit_is_refused_with_the_limit_named(header: str, rows: int, problem: str) -> None:
    text = f"{header}\n{'|---' * (header.count('|') - 1)}|\n" + "| x | y |\n" * rows

    with pytest.raises(ContentError, match=problem):
        read_document(text, "a.md")


def test_what_is_markup_and_not_prose_is_left_out() -> None:
    document = read("markup.mdx")

    assert outline(document) == [
        ("h1", "Delivery"),
        ("prose", "Good to know"),
        ("prose", "We deliver on Sundays.[^1]"),
        ("prose", "Orders over 50 kg take longer."),
        ("prose", "Not on islands."),
    ]


def test_admonitions_quotations_lists_and_code_keep_their_words() -> None:
    assert outline(read("admonitions.md")) == [
        ("h1", "Garden"),
        ("prose", "Before you dig"),
        ("prose", "Call the utility company."),
        ("prose", "It is free."),
        ("prose", "Do not dig in frost."),
        ("quote", "A garden is never finished,\n> says the proverb."),
        ("prose", "Water in the morning"),
        ("prose", "Leaves dry faster."),
        ("item", "Tools"),
        ("item1", "a spade"),
        ("item1", "with a long handle"),
        ("item", "Gloves"),
        ("code", "```text\n# not a heading\n| not | a table |\n```"),
    ]


def test_template_tags_are_left_out_and_the_html_around_them_stays_whole() -> None:
    text = "<ul>\n{% for x in y %}\n      <li>{{ x }}</li>\n{% endfor %}\n</ul>\n\n{% include a.html %}\nSee [x](y).\n"

    assert outline(read_document(text, "a.md")) == [("prose", "See [x](y).")]


def test_questions_that_fold_or_stand_in_bold_are_headings_until_their_part_ends() -> None:
    assert outline(read("folded-questions.md")) == [
        ("h1", "Help"),
        ("prose", "Write to us at any time."),
        ("h7", "Can I pay by card?"),
        ("prose", "Yes, with **any** card."),
        ("break", ""),
        ("prose", "Show the fine print"),
        ("prose", "Terms apply."),
        ("break", ""),
        ("prose", "We close at six."),
        ("h7", "Do you ship abroad?"),
        ("prose", "Only within Europe."),
        ("h7", "Where is my parcel?"),
        ("prose", "Ask the courier."),
        ("break", "---"),
        ("prose", "Call us for the rest."),
        ("h7", "Is there a warranty?"),
        ("item", "Two years."),
        ("h7", "Can I return it?"),
        ("item", "Within 30 days."),
        ("break", ""),
        ("prose", "Thanks for reading."),
    ]


def test_lines_marked_q_and_a_are_questions_and_answers() -> None:
    assert outline(read("question-marks.md")) == [
        ("h1", "Bikes"),
        ("h7", "Do you rent bikes?"),
        ("prose", "Yes, by the hour.\nAlso by the day."),
        ("h7", "Do you rent helmets?"),
        ("prose", "They are free."),
    ]


def test_a_page_that_labels_its_questions_and_answers_is_understood() -> None:
    text = (
        "__Question__\n\nIs it free?\n\n__Answer__\n\nYes.\n\n---\n\n__Issue__\n\nIt is slow\n\n__Solution__\n\nWait.\n"
    )

    assert [line for line in outline(read_document(text, "a.md")) if line[0] != "break"] == [
        ("h7", "Is it free?"),
        ("prose", "Yes."),
        ("h7", "It is slow"),
        ("prose", "Wait."),
    ]


@pytest.mark.parametrize(
    "sign", ["![[", "`", "[", "**a ", "{{", "{%", "<![", "> ", "- ", "&", "<!--", "|", "[^1]: a\n"]
)
def test_pathological_markdown_is_read_in_bounded_time(sign: str) -> None:
    document = read_document(sign * (30_000 // len(sign)), "a.md")

    assert all(0 <= block.span.start <= block.span.end <= len(document.text) for block in document.blocks)
