import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index import plain_text
from index.chunking import split_document
from index.errors import ContentError
from index.passages import Passage
from index.readers import read_document
from index.readers.document import Heading, Table
from tests.index.readers.outlines import outline, read, tables

ROOT = Path(__file__).parents[3]


def test_of_a_page_there_is_what_it_says() -> None:
    assert [entry for entry in outline(read("kites.html")) if entry[0] not in ("table", "break")] == [
        ("h7", "Do you ship to Spain?"),
        ("prose", "We do, <b>gladly</b>."),
        ("h1", "Kite <em>questions</em>"),
        ("prose", "All about kites &amp; <b>reels</b>,<br>\n   in short."),
        ("prose", "Written by flyers."),
        ("h2", "Is a kite's tail needed &amp; why?"),
        ("prose", "It steadies the kite."),
        ("code", '<pre><code class="language-sh">\nmeasure --tail\n\nmeasure --line\n</code></pre>'),
        ("item", "silk"),
        ("item", "paper"),
        ("item1", "never wet"),
        ("quote", "Higher!"),
        ("quote", "A flyer"),
        ("h7", "How high?"),
        ("h11", "By law"),
        ("prose", "Up to 30 metres."),
        ("prose", "After the fold."),
        ("h7", "Reel"),
        ("prose", "Holds the line."),
        ("h7", "Wax?"),
        ("prose", "Now and then."),
        ("h7", "Returns"),
        ("prose", "Within 30 days."),
        ("h7", "Can I fly at night?"),
        ("prose", "With a lamp."),
        ("h7", "And in rain?"),
        ("prose", "Land at once."),
        ("prose", "Prices"),
        ("prose", "On request"),
    ]


def test_a_title_is_what_a_browser_shows() -> None:
    titles = [block.title for block in read("kites.html").blocks if isinstance(block, Heading)]

    assert titles[1:3] == ["Kite questions", "Is a kite's tail needed & why?"]


def test_a_question_ends_where_the_part_ends_that_answers_it() -> None:
    passages = {passage.title: passage for passage in split_document(read("kites.html"))}

    assert [sentence.text for sentence in passages["How high?"].sentences] == ["Up to 30 metres."]
    assert passages["How high?"].kind == passages["Reel"].kind == passages["Returns"].kind == "question"
    assert "After the fold." not in passages["How high?"].text
    assert passages["Do you ship to Spain?"].text == "We do, <b>gladly</b>."


def test_a_cell_over_several_columns_or_rows_is_in_all_of_them_and_stands_once() -> None:
    document = read("kites.html")
    assert tables(document) == [
        [
            ["Kite", "Price Child", "Price Adult"],
            ["Delta", "20", "35, or <i>ask</i>"],
            ["Box", "25", "35, or <i>ask</i>"],
        ],
        [["Kite", "Price Child", "Price Adult"], ["Sled", "free", "free"], ["Tail", "Yes", ""]],
    ]

    delta, box = (passage for passage in split_document(document) if passage.title in ("Delta", "Box"))

    assert delta.cells[1].start == box.cells[1].start < box.source.start


def test_what_is_left_out_is_reported_with_its_place() -> None:
    document = read("kites.html")

    assert [(part.what, document.line_at(part.span.start)) for part in document.skipped] == [
        ("style sheet", 7),
        ("question for search engines, written with escapes", 11),
        ("menu", 20),
        ("cookie banner", 23),
        ("script", 29),
        ("button", 51),
        ("picture without words in a table", 62),
        ("form", 64),
        ("footer", 65),
    ]


def test_the_page_says_its_language_and_its_date_and_its_title_where_no_heading_does() -> None:
    assert read("kites.html").front_matter.language == "en-GB"
    assert read("kites.html").front_matter.updated == "2026-03-01"
    assert read("kites.html").front_matter.title == ""
    assert read_document("<title>Kites</title><p>Words.", "a.html").front_matter.title == "Kites"


def test_only_the_main_part_is_read_where_there_is_one() -> None:
    document = read_document("<body><p>Our other pages.</p><div><main><p>Words.</p></main></div><p>News.</p>", "a.html")

    assert outline(document) == [("prose", "Words.")]
    assert {part.what for part in document.skipped} == {"what stands outside of the main part"}
    assert len(document.skipped) == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h2><button>Open me?</button></h2><p>a", [("h2", "Open me?"), ("prose", "a")]),
        ("<p>One<br><br>Two", [("prose", "One"), ("prose", "Two")]),
        ("<p><b>Bold</b> begins", [("prose", "<b>Bold</b> begins")]),
        ("<p>Q: Why?<br>A: So.", [("h7", "Why?"), ("prose", "So.")]),
        ("<p>Q1. Why?</p><p><b>A:</b> So.</p>", [("h7", "Why?"), ("prose", "So.")]),
        ("<form><h2>Wraps all</h2><input><p>a</form>", [("h2", "Wraps all"), ("prose", "a")]),
        ("a <!-- hidden --> b", [("prose", "a"), ("prose", "b")]),
        ("<p>a</nonsense>b", [("prose", "a</nonsense>b")]),
        ("\ufeff<p>a &lt;b&gt; c", [("prose", "a &lt;b&gt; c")]),
        ("<table role=presentation><tr><td><h1>T</h1><td>a</table>", [("h1", "T"), ("prose", "a")]),
        ("<p>a<hr>b", [("prose", "a"), ("break", ""), ("prose", "b")]),
        ("<template><p>a</template><svg><text>b</text></svg><noscript>c</noscript>", []),
        ("", []),
    ],
)
def test_what_pages_write_is_read_as_they_mean_it(source: str, expected: list[tuple[str, str]]) -> None:
    assert outline(read_document(source, "a.html")) == expected


def test_tables_without_a_header_get_one_where_the_first_row_reads_like_it() -> None:
    three = read_document("<table><tr><td>Fee<td>Old<td>Young<tr><td>Year<td>9<td>5</table>", "a.html")
    two = read_document("<table><tr><td>Weight<td>2 kg<tr><td>Height<td>1 m</table>", "a.html")
    bold = read_document("<table><tr><td><p><b>Name</b><td><b>Is</b><tr><td>Height<td>1 m</table>", "a.html")

    assert tables(three) == [[["Fee", "Old", "Young"], ["Year", "9", "5"]]]
    assert tables(two) == [[["", ""], ["Weight", "2 kg"], ["Height", "1 m"]]]
    assert tables(bold) == [[["Name", "Is"], ["Height", "1 m"]]]


def test_a_table_beyond_measure_is_refused_with_its_place() -> None:
    with pytest.raises(ContentError, match=r"a\.html:2: the table has 5,001 columns, the limit is 200\. Split it"):
        read_document("<p>a\n<table><tr><td>x<td colspan=999999>y<tr><td>z</table>", "a.html")


def test_words_between_the_cells_of_a_table_are_reported() -> None:
    document = read_document("<p>a<table>b<tr>c<td>d<td>e<td>f</tr>g<tr><td>h</table>", "a.html")

    assert document.text[document.skipped[0].span.start] == "b"
    assert {part.what for part in document.skipped} == {"words between the cells of a table"}


def test_elements_nested_beyond_measure_are_refused_with_their_place() -> None:
    with pytest.raises(ContentError, match=r"a\.html: elements are nested too deeply"):
        read_document("<div>" * 5_000 + "x", "a.html")


def comparable(passages: list[Passage]) -> list[object]:
    """Say what passages hold, whatever markup they are written in."""
    return [
        (
            passage.kind,
            plain_text(passage.title),
            tuple(map(plain_text, passage.source.heading)),
            [plain_text(sentence.text) for sentence in passage.sentences],
            [(cell.column, plain_text(cell.text), cell.doubt) for cell in passage.cells],
        )
        for passage in passages
    ]


def test_the_shipped_page_gives_the_same_passages_as_html() -> None:
    page = ROOT / "knowledge" / "tensorflow-vs-pytorch.md"
    markdown = re.sub(r"\A---\n.*?\n---\n", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    source = MarkdownIt("commonmark").enable("table").render(markdown)

    passages = split_document(read_document(source, "tensorflow-vs-pytorch.html"))

    assert len(passages) > 20
    assert comparable(passages) == comparable(split_document(read_document(markdown, "tensorflow-vs-pytorch.md")))


class Words(HTMLParser):
    """Collects the places of words between tags, by the standard library's own parser."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.places: list[int] = []
        self.starts = [0, *(place + 1 for place, letter in enumerate(text) if letter == "\n")]
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        line, column = self.getpos()
        start = self.starts[line - 1] + column
        self.places += [start + found.start() for found in re.finditer(r"\w+", data)]


def as_table(rows: list[list[str]]) -> str:
    cells = ["<th colspan=2>".join(row) for row in rows]
    return f"<table>{''.join(f'<tr><td>{row}' for row in cells)}</table>"


WORDS = (
    "words and more|a &amp; b|&lt;tag&gt; c|Is it?|x<br>y|<b>bold?</b> then|<em>soft</em>|<a href='u'>link</a>|"
    "<!-- note -->|<script>let a = 1</script>|<button>buy</button>|<nav>menu</nav>|<img alt='x'>|\n|  |é 漢字。"
).split("|")

PARTS = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
            st.sampled_from(
                "p div section h1 h2 h3 ul ol li blockquote details summary dl dt dd pre article footer form".split()
            ),
            st.lists(inner, max_size=4),
        ),
        st.lists(st.lists(inner, max_size=3), max_size=3).map(as_table),
    ),
    max_leaves=25,
)


@given(st.lists(PARTS, max_size=6).map("".join))
@settings(deadline=None, max_examples=300)
def test_every_word_of_any_page_is_in_one_block_or_reported(source: str) -> None:
    document = read_document(source, "a.html")
    spans = [block.span for block in document.blocks]

    assert all(first.end <= second.start for first, second in pairwise(spans))
    assert all(span.end <= len(source) for span in spans)
    covered = {
        place for span in (*spans, *(part.span for part in document.skipped)) for place in range(span.start, span.end)
    }
    headers = {
        place
        for block in document.blocks
        if isinstance(block, Table)
        for cell in (*block.header.cells, *(cell for row in block.rows for cell in row.cells))
        for place in range(cell.span.start, cell.span.end)
    }
    assert [place for place in Words(source).places if place not in covered | headers] == []
    for block in document.blocks:
        if isinstance(block, Table):
            assert all(source[cell.span.start : cell.span.end] == cell.text for row in block.rows for cell in row.cells)


@given(st.text(alphabet=st.sampled_from("<>/&;!-abptdr \n='\"hl1"), max_size=80))
@settings(deadline=None)
def test_any_characters_are_read(source: str) -> None:
    document = read_document(source, "a.html")

    assert all(first.span.end <= second.span.start for first, second in pairwise(document.blocks))


def test_questions_for_search_engines_are_read_wherever_they_stand_in_the_data() -> None:
    told = {"@graph": [{"@type": "Question", "name": "Is it?", "acceptedAnswer": [{"text": "It is."}]}]}
    document = read_document(f'<script type="application/ld+json">{json.dumps(told)}</script>', "a.html")

    assert outline(document) == [("h7", "Is it?"), ("prose", "It is."), ("break", "")]


def test_data_for_search_engines_that_is_damaged_is_reported() -> None:
    document = read_document('<script type="application/ld+json">{"a": </script><p>a', "a.html")

    assert [part.what for part in document.skipped] == ["data for search engines that is not JSON"]
