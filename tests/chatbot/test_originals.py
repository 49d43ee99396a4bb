"""An owner's file as numbered lines."""

import re

import pytest

from chatbot.coverage import Part
from chatbot.page.originals import MOST_LINES, draw_original, read_spans
from index import Passage, Sentence, Source
from tests.browser.small_bot import PATH, TEXT, SmallBot

PART = SmallBot.coverage.parts[0]


def lines_of(page: str) -> dict[int, str]:
    """Give the lines that *page* shows, by their numbers."""
    return {int(number): words for number, words in re.findall(r'<li id="L(\d+)"[^>]*><\w+>(.*?)</\w+></li>', page)}


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("29", {29}),
        ("29,32-33", {29, 32, 33}),
        ("", set()),
        ("29;drop", set()),
        ("-3", set()),
        ("9-1", set()),
        ("1" * 5000, set()),
        ("1,", set()),
    ],
)
def test_spans_are_read_strictly(written: str, lines: set[int]) -> None:
    assert read_spans(written) == lines


def test_a_span_from_an_address_cannot_fill_the_memory() -> None:
    assert len(read_spans("1-9999999")) <= MOST_LINES + 1


def test_lines_have_their_numbers_and_quoted_ones_are_marked() -> None:
    page = draw_original(PART, TEXT, SmallBot().passages_of(PATH), cited=frozenset({7, 23}))

    assert lines_of(page)[1] == "# Lawn mowers"
    assert lines_of(page)[23].startswith("Once a week from April to June")
    assert [int(number) for number in re.findall(r'<li id="L(\d+)"[^>]*><mark>', page)] == [7, 23]
    assert 'lang="en-GB"' in page
    assert "Updated 3 March 2026" in page


def test_what_no_answer_can_quote_is_left_out() -> None:
    text = "---\nnote: the boss is wrong\n---\n\n# Mowers\n\nThey cut.\n<!-- secret: sell it -->\n"
    start = text.index("They cut.")
    passage = Passage(
        "section",
        "Mowers",
        "They cut.\n<!-- secret: sell it -->",
        Source("m.md", ("Mowers",), 7, 8, start, len(text) - 1),
        (Sentence("They cut.", start, start + 9),),
    )
    page = draw_original(Part("m.md", "Mowers", "", "", ()), text, [passage])

    assert "boss" not in page
    assert "secret" not in page
    assert {number: words for number, words in lines_of(page).items() if words} == {
        1: "---", 3: "---", 5: "# Mowers", 7: "They cut.",
    }  # fmt: skip
    assert page.count("A line that no answer quotes") == 2


def test_a_long_file_is_shown_around_what_is_quoted() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 10_001))
    passage = Passage("section", "All", text, Source("long.txt", (), 1, 10_000, 0, len(text)))
    page = draw_original(Part("long.txt", "Long", "", "", ()), text, [passage], cited=frozenset({9_900}))

    assert sorted(lines_of(page)) == list(range(8_001, 10_001))
    assert "Lines 8001 to 10000 of 10000." in page


def test_nothing_in_a_file_is_markup() -> None:
    text = "<script>alert(1)</script> &amp; \x07"
    passage = Passage("section", "<b>", text, Source("<i>.txt", (), 1, 1, 0, len(text)))
    page = draw_original(Part("<i>.txt", "<b>", "", "<u>", ()), text, [passage])

    assert lines_of(page) == {1: "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; \ufffd"}
    assert not re.search(r"<(script|b|i|u)>", page)
