"""Spans of the owner's text as numbered citations."""

import pytest

from chatbot.answering.quotations import Quotations
from index import Cell, Passage, Source
from tests.chatbot.conftest import Page, PageOf

TEXT = """\
# Bikes

## Weight

The Falcon is light.
The Heron
is not.

It weighs 🚲 13 kg.
"""


@pytest.fixture
def page(page_of: PageOf) -> Page:
    return page_of(TEXT)


def test_a_quote_stands_letter_for_letter_at_its_offsets(page: Page) -> None:
    start = TEXT.index("The Heron")

    citation = Quotations(page.texts).quote(page.passage("Weight"), start, start + len("The Heron\nis not."))

    assert citation.quote == "The Heron\nis not."
    assert TEXT[citation.source.start : citation.source.end] == citation.quote


def test_a_quote_knows_its_lines_and_headings(page: Page) -> None:
    start = TEXT.index("The Heron")

    source = Quotations(page.texts).quote(page.passage("Weight"), start, start + len("The Heron\nis not.")).source

    assert (source.path, source.heading, source.first_line, source.last_line) == (
        "page.md",
        ("Bikes", "Weight"),
        6,
        7,
    )


def test_offsets_count_characters_even_after_an_emoji(page: Page) -> None:
    start = TEXT.index("13 kg")

    citation = Quotations(page.texts).quote(page.passage("Weight"), start, start + 5)

    assert (citation.quote, citation.source.first_line) == ("13 kg", 9)


def test_citations_are_numbered_in_the_order_of_their_first_use(page: Page) -> None:
    quotations, passage = Quotations(page.texts), page.passage("Weight")
    second, first = TEXT.index("The Heron"), TEXT.index("The Falcon")

    quotations.quote(passage, second, second + 9)
    quotations.quote(passage, first, first + 10)

    assert [(c.number, c.quote) for c in quotations.citations] == [(1, "The Heron"), (2, "The Falcon")]


def test_the_same_words_are_cited_once(page: Page) -> None:
    quotations, passage = Quotations(page.texts), page.passage("Weight")
    start = TEXT.index("The Falcon")

    once = quotations.quote(passage, start, start + 10)
    again = quotations.quote(passage, start, start + 10)

    assert once is again
    assert quotations.citations == (once,)


def test_before_anything_is_quoted_there_is_no_citation(page: Page) -> None:
    assert Quotations(page.texts).citations == ()


@pytest.mark.parametrize(("start", "end"), [(0, 7), (19, 19), (25, 24), (19, 10_000), (-5, 20)])
def test_words_outside_of_the_passage_cannot_be_quoted(page: Page, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="outside of"):
        Quotations(page.texts).quote(page.passage("Weight"), start, end)


def test_a_cell_that_reaches_down_from_a_row_above_is_quoted_where_it_stands() -> None:
    text = "Day\n20\tboth\nYear\n25\n"
    row = Passage(
        "row",
        "Year",
        "Year\n25",
        Source("a.xlsx", (), 3, 4, 12, 19),
        cells=(Cell("Adult", "both", 7, 11),),
        corner="Fee",
    )

    citation = Quotations({"a.xlsx": text}).quote(row, 7, 11)

    assert citation.quote == "both"
    assert (citation.source.first_line, citation.source.last_line) == (2, 2)
