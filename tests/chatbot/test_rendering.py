"""What answers look like on the page and in a terminal, without a browser."""

import html
import re
from collections.abc import Sequence

import pytest

from chatbot.answers import Answer, Citation
from chatbot.rendering import as_plain_text, draw_answer, draw_question, draw_sources
from index import Cell, Passage, Source

NASTY = [
    "~30-35% of listings and ~60-65% of others",
    "$5 * 3 = $15, $$x$$ and \\(y\\)",
    "snake_case_name and a_b * c_d",
    "2 < 3 > 1 & AT&T",
    "\"quoted\" and 'single'",
    "<img src=x onerror=alert(1)>",
    "<b>bold?</b> <script>alert(1)</script>",
    "[1] and [2] stand in the file",
    "a | b",
    "%%%LATEX_BLOCK_0%%%",
    "item 1. is no list, nor is 2) one",
    "https://example.org/a_b_c",
    "\ue000 a private letter 1\ue001",
]

SAFE_TAGS = {
    "a", "bdi", "blockquote", "br", "button", "caption", "code", "div", "em", "h3", "hr", "li", "mark", "ol", "p",
    "pre", "q", "s", "section", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def source(text: str, quote: str, *, path: str = "page.md", heading: tuple[str, ...] = ("Page", "Part")) -> Source:
    start = text.index(quote)
    first = text.count("\n", 0, start) + 1
    return Source(path, heading, first, first + quote.count("\n"), start, start + len(quote))


def prose(text: str, *, path: str = "page.md") -> Passage:
    """Give a passage that is its whole document."""
    return Passage("section", "Part", text, source(text, text, path=path))


def answer_with(passage: Passage, *quotes: str, text: str = "") -> Answer:
    """Answer with *quotes* of a passage, each followed by its mark."""
    offset = passage.source.start
    citations = tuple(
        Citation(number, quote, _moved(source(passage.text, quote, path=passage.source.path), offset))
        for number, quote in enumerate(quotes, start=1)
    )
    said = text or "\n\n".join(f"{citation.quote} [{citation.number}]" for citation in citations)
    return Answer("How?", "answered", said, citations, 0.9, "How?")


def _moved(place: Source, offset: int) -> Source:
    return Source(
        place.path, place.heading, place.first_line, place.last_line, place.start + offset, place.end + offset
    )


def card(passage: Passage, *quotes: str) -> str:
    return draw_sources(answer_with(passage, *quotes), [passage] * len(quotes), turn=1)


def marked(drawn: str) -> list[str]:
    """Give what stands in each `<mark>`."""
    return [_visible(found) for found in re.findall(r"<mark[^>]*>(.*?)</mark>", drawn)]


def _visible(drawn: str) -> str:
    """Give what a reader sees, with every run of spaces as one."""
    without_hidden = re.sub(r'<span class="(?:sr|column)">.*?</span>', "", drawn)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", without_hidden)).split())


def _body(drawn: str) -> str:
    """Give what a card shows of the passage."""
    found = re.search(r'<div class="quote">(.*)</div><p class="foot">', drawn)
    assert found
    return _visible(found[1])


ROW_TEXT = "| Noise | About **65 dB** | About 95 dB |"


def row(*cells: tuple[str, str, str], title: str = "Noise", text: str = ROW_TEXT, start: int = 0) -> Passage:
    """Give a row from (column, text, doubt)."""
    built, place = [], text.index("|", 1)
    for column, words, doubt in cells:
        begin = text.index(words, place) if words else place + 1
        built.append(Cell(column, words, start + begin, start + begin + len(words), doubt))
        place = text.index("|", begin + len(words))
    return Passage("row", title, text, _moved(source(text, text), start), cells=tuple(built), corner="Factor")


NOISE = row(("Electric", "About **65 dB**", ""), ("Petrol", "About 95 dB", ""))


# The answer


def test_a_mark_becomes_a_chip_that_names_its_source() -> None:
    drawn = draw_answer(answer_with(prose("Once a week. More in May."), "Once a week."), turn=3)

    assert _visible(drawn) == "Once a week. 1"
    assert 'id="t3-c1" href="#t3-s1"' in drawn
    assert 'title="page.md:1 › Page › Part"' in drawn
    assert '<span class="sr">Source </span>1</a>' in drawn


def test_a_chip_that_stands_twice_has_one_name_only() -> None:
    passage = prose("Once a week.")
    drawn = draw_answer(answer_with(passage, "Once a week.", text="Once a week. [1]\n\nOnce a week. [1]"), turn=1)

    assert drawn.count("href=") == 2
    assert drawn.count("id=") == 1


@pytest.mark.parametrize("nasty", NASTY)
def test_a_quote_reads_letter_for_letter_as_in_the_file(nasty: str) -> None:
    passage = prose(nasty)

    reads = nasty.replace("\\(", "(").replace("\\)", ")")
    assert _visible(draw_answer(answer_with(passage, nasty), turn=1)) == f"{reads} 1"
    assert _body(card(passage, nasty)) == reads
    assert marked(card(passage, nasty)) == [reads]


@pytest.mark.parametrize("nasty", [*NASTY, "*stars* and `ticks` and # hash", "- dash"])
def test_a_quote_from_a_text_file_is_never_read_as_markdown(nasty: str) -> None:
    passage = prose(nasty, path="page.txt")

    assert _visible(draw_answer(answer_with(passage, nasty), turn=1)) == f"{nasty} 1"
    assert _body(card(passage, nasty)) == nasty


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_is_drawn_but_what_is_known_to_be_harmless(nasty: str) -> None:
    passage = prose(nasty)
    refusal = Answer(nasty, "not_covered", f"The content does not answer this: {nasty}.", reason=nasty)
    for drawn in (
        draw_question(nasty),
        draw_answer(answer_with(passage, nasty), turn=1),
        draw_answer(refusal, turn=1),
        card(passage, nasty),
    ):
        assert set(re.findall(r"</?([a-z0-9]+)", drawn)) <= SAFE_TAGS
        assert not re.search(r"<[^>]*\b(?:on\w+|style|src)=", drawn)


@pytest.mark.parametrize("begins", ["2026. ", "- ", "+ ", "* ", "# ", "> ", "1) "])
def test_a_sentence_that_begins_like_a_list_stays_a_sentence(begins: str) -> None:
    passage = prose(f"It came in\n{begins}Then more.")
    drawn = draw_answer(answer_with(passage, f"{begins}Then more."), turn=1)

    assert _visible(drawn) == f"{begins}Then more. 1"
    assert not re.search(r"<(?:li|h1|blockquote)", drawn)


def test_a_number_in_brackets_inside_a_quote_is_the_owners() -> None:
    drawn = draw_answer(answer_with(prose("See [1] for more."), "See [1] for more."), turn=1)

    assert _visible(drawn) == "See [1] for more. 1"
    assert drawn.count('class="chip"') == 1


def test_markdown_of_the_owner_becomes_what_it_means() -> None:
    text = "Do *this*, **now**:\n\n- one\n- two `x`\n\n```sh\na\n\nb\n```"
    drawn = draw_answer(answer_with(prose(text), text, text=f"{text}\n\n[1]"), turn=1)

    assert "<em>this</em>" in drawn
    assert "<strong>now</strong>" in drawn
    assert "<li>one</li>" in drawn
    assert "a&#10;&#10;b" in drawn
    assert "\n" not in drawn


def test_pictures_are_named_and_never_loaded() -> None:
    drawn = draw_answer(answer_with(prose("![a *big* dog](http://e.example/d.png)"), "![a *big* dog]("), turn=1)
    whole = card(prose("![a *big* dog](http://e.example/d.png)"), "![a *big* dog](http://e.example/d.png)")

    assert "<img" not in drawn + whole
    assert "e.example" not in re.sub(r'<span class="raw.*?</span>', "", whole)
    assert _body(whole) == "a big dog"


def test_only_links_to_the_web_and_to_mail_are_links() -> None:
    text = "[a](https://e.example/) [b](mailto:x@e.example) [c](other.md) [d](javascript:alert(1)) [e](//e.example)"
    drawn = card(prose(text), text)

    assert re.findall(r'class="link" href="([^"]*)"', drawn) == ["https://e.example/", "mailto:x@e.example"]
    assert _body(drawn) == "a b c [d](javascript:alert(1)) e"


def test_line_breaks_and_comments_of_html_do_what_they_mean() -> None:
    drawn = card(prose("one<br>two<br/>three <!-- note - to self -->four <i>five</i>"), "one<br>two")

    assert _body(drawn) == "one two three four <i>five</i>"
    assert drawn.count("<br>") + drawn.count("<br />") == 2


def test_a_comparison_says_what_heads_what_and_what_is_empty() -> None:
    text = "| Factor | Electric | Petrol |\n|---|---|---|\n| Noise | About **65 dB** [1] | not stated |"
    drawn = draw_answer(answer_with(prose(ROW_TEXT), "About **65 dB**", text=text), turn=1)

    assert '<th scope="col">Electric</th>' in drawn
    assert '<th scope="row">Noise</th>' in drawn
    assert '<td><span class="column">Electric</span>About <strong>65 dB</strong>' in drawn
    assert '<td><span class="column">Petrol</span><span class="empty">not stated</span></td>' in drawn


def test_another_reading_of_the_question_is_shown_and_can_be_declined() -> None:
    passage = prose("Gentler.")
    citation = Citation(1, "Gentler.", passage.source)
    drawn = draw_answer(
        Answer("and <PyTorch>?", "answered", "Gentler. [1]", (citation,), 0.9, "How steep is <PyTorch>?"), turn=1
    )

    assert "Understood as: <q>How steep is &lt;PyTorch&gt;?</q>" in drawn
    assert '<button class="literally" type="button">Ask it literally</button>' in drawn


@pytest.mark.parametrize("asked", ["how steep is pytorch", "How steep is PyTorch ?!"])
def test_the_same_question_in_other_signs_is_no_other_reading(asked: str) -> None:
    passage = prose("Gentler.")
    citation = Citation(1, "Gentler.", passage.source)
    answer = Answer(asked, "answered", "Gentler. [1]", (citation,), 0.9, "How steep is PyTorch?")

    assert "Understood as" not in draw_answer(answer, turn=1)
    assert "Understood as" not in as_plain_text(answer)


def test_a_refusal_says_its_reason_once() -> None:
    told = Answer("q", "not_covered", "Not answered: it never mentions “Mumbai”.", reason="it never mentions “Mumbai”")
    apart = Answer("q", "not_covered", "Not answered.", reason="It never mentions “Mumbai”.")

    for answer in (told, apart):
        assert _visible(draw_answer(answer, turn=1)).count("Mumbai") == 1
        assert as_plain_text(answer).count("Mumbai") == 1


def test_what_the_visitor_typed_is_kept_with_its_lines() -> None:
    assert "<bdi>a &lt;b&gt;<br>c</bdi>" in draw_question("a <b>\nc")


# The sources


def test_a_card_names_the_place_and_marks_the_quoted_words() -> None:
    text = "Once a week. Never more than a third. In a drought, not at all."
    drawn = card(prose(text), "Once a week.", "In a drought, not at all.")

    assert _body(drawn) == text
    assert marked(drawn) == ["Once a week.", "In a drought, not at all."]
    assert '<a class="place" href="source/page.md?lines=1#L1"><span class="sr">Read it in </span>page.md:1</a>' in drawn
    assert '<p class="trail">Page</p><h3>Part</h3>' in drawn
    assert drawn.count('class="card"') == 1
    assert re.findall(r'id="([^"]*)"', drawn) == ["t1-s1", "t1-s2"]


def test_a_card_links_to_all_its_lines_and_copies_the_letters_of_the_file() -> None:
    drawn = card(
        prose("First **bold** line.\nAnother <b>.\n\nLast &amp; least."), "First **bold** line.", "Last &amp; least."
    )

    assert 'href="source/page.md?lines=1,4#L1"' in drawn
    assert "page.md:1, 4</a>" in drawn
    assert '<span class="raw m1">First **bold** line.</span><span class="raw m2">Last &amp;amp; least.</span>' in drawn


def test_a_vote_is_asked_for_only_with_a_ticket() -> None:
    answer = answer_with(prose("Once a week."), "Once a week.")

    assert '<p class="ballot" id="ballot-T1">' in draw_answer(answer, turn=1, ticket="T1")
    assert "ballot" not in draw_answer(answer, turn=1)


def test_readings_to_choose_from_are_no_refusal() -> None:
    drawn = draw_answer(Answer("Service?", "clarify", "Which one?", suggestions=("A", "B")), turn=1)

    assert '<div class="choice"><p><bdi>Which one?</bdi></p></div>' in drawn


@pytest.mark.parametrize("cell", ["# heading", "[a]: http://e.example 'title'", "1. one", "- two", "> said"])
def test_a_cell_that_looks_like_a_block_is_marked_whole(cell: str) -> None:
    assert marked(card(row(("Said", cell, ""), text=f"| Noise | {cell} |"), cell)) == [cell]


def test_words_that_stand_twice_are_marked_where_they_were_quoted() -> None:
    text = "Yes. It is so. Yes. It is not."
    passage = prose(text)
    second = text.index("Yes.", 3)
    citation = Citation(1, "Yes.", Source("page.md", ("Page", "Part"), 1, 1, second, second + 4))
    drawn = draw_sources(Answer("q", "answered", "Yes. [1]", (citation,), 0.9, "q"), [passage], turn=1)

    assert 'It is so. <mark class="m1">Yes.</mark>' in drawn


@pytest.mark.parametrize(
    ("text", "quote", "seen"),
    [
        ("**Note.** More.", "**Note.**", ["Note."]),
        ("A **bold. Then** more.", "Then** more.", ["Then", "more."]),
        ("**One. Two.** Three.", "**One.", ["One."]),
        ("Call `f(x)` once. Not twice.", "Call `f(x)` once.", ["Call", "f(x)", "once."]),
        ("[The guide](https://e.example). More.", "[The guide](https://e.example).", ["The guide", "."]),
        ("First line\nsecond line. End.", "First line\nsecond line.", ["First line second line."]),
        ("Then:\n\n- one;\n- two.\n\nEnd.", "Then:\n\n- one;\n- two.", ["Then:", "one;", "two."]),
        ("Run:\n\n```sh\na && b\n```", "```sh\na && b\n```", ["a && b"]),
        ("A &amp; B. C &lt; D.", "A &amp; B.", ["A & B."]),
        ("Costs ~5%. ✓", "✓", ["✓"]),
    ],
)
def test_words_are_marked_through_markup(text: str, quote: str, seen: Sequence[str]) -> None:
    drawn = card(prose(text), quote)

    assert marked(drawn) == list(seen)
    without_marks = re.sub(r"</?mark[^>]*>", "", drawn)
    assert _body(without_marks) == _body(drawn)


def test_the_quoted_cell_is_marked_in_its_row() -> None:
    drawn = draw_sources(answer_with(NOISE, "About **65 dB**"), [NOISE], turn=1)

    assert '<thead><tr><th scope="col">Factor</th><th scope="col">Electric</th>' in drawn
    assert '<th scope="row">Noise</th>' in drawn
    assert "".join(marked(drawn)) == "About65 dB"
    assert "<td>About 95 dB</td>" in drawn


def test_rows_of_one_table_share_a_card() -> None:
    cost = row(("Electric", "~€12", ""), ("Petrol", "", ""), title="Cost", text="| Cost | ~€12 | |", start=100)
    citations = (
        Citation(1, "About 95 dB", _moved(source(ROW_TEXT, "About 95 dB"), 0)),
        Citation(2, "~€12", _moved(source(cost.text, "~€12"), 100)),
    )
    drawn = draw_sources(Answer("q", "answered", "x [1] [2]", citations, 0.9, "q"), [NOISE, cost], turn=1)

    assert drawn.count('class="card"') == 1
    assert drawn.count("<thead>") == 1
    assert re.findall(r'<th scope="row">(.*?)</th>', drawn) == ["Noise", "Cost"]
    assert '<mark class="m2">~€12</mark>' in drawn
    assert '<span class="empty">not stated</span>' in drawn


def test_a_row_with_many_columns_is_written_downwards() -> None:
    text = "| Lark | 11 kg | 32 cm | €249 |"
    lark = row(("Weight", "11 kg", ""), ("Width", "32 cm", ""), ("Price", "€249", ""), title="Lark", text=text)
    drawn = draw_sources(answer_with(lark, "32 cm"), [lark], turn=1)

    assert "<caption>Factor: Lark</caption>" in drawn
    assert re.findall(r'<th scope="row">(.*?)</th>', drawn) == ["Weight", "Width", "Price"]
    assert marked(drawn) == ["32 cm"]


def test_a_whole_row_that_is_quoted_is_marked_whole() -> None:
    assert (
        " ".join(marked(draw_sources(answer_with(NOISE, ROW_TEXT), [NOISE], turn=1))) == "Noise About 65 dB About 95 dB"
    )


def test_a_doubtful_cell_says_so() -> None:
    doubtful = row(("Electric", "About **65 dB**", "one value is missing in this row"), ("Petrol", "About 95 dB", ""))
    drawn = draw_sources(answer_with(doubtful, "About 95 dB"), [doubtful], turn=1)

    assert '<p class="doubt">Electric: one value is missing in this row</p>' in drawn


def test_an_answer_without_citations_has_no_cards() -> None:
    assert draw_sources(Answer("hi", "chitchat", "Hello!"), [], turn=1) == ""


# The terminal


def test_a_terminal_gets_the_answer_and_where_it_stands() -> None:
    answer = answer_with(prose("First.\nOnce a week. Twice in May."), "Once a week.", "Twice in May.")

    assert as_plain_text(answer) == (
        "Once a week. [1]\n\nTwice in May. [2]\n\n[1] page.md:2 › Page › Part\n[2] page.md:2 › Page › Part"
    )


def test_a_terminal_gets_a_table_line_by_line() -> None:
    text = (
        "In short:\n\n| Factor | Electric | Petrol |\n|---|---|---|\n| Noise | About **65 dB** [1] | |\n\nThat is all."
    )

    assert as_plain_text(answer_with(NOISE, "About **65 dB**", text=text)).startswith(
        "In short:\n\nNoise\n  Electric: About **65 dB** [1]\n  Petrol: not stated\n\nThat is all.\n\n[1] page.md:1"
    )


def test_a_terminal_gets_a_refusal_with_what_can_be_asked() -> None:
    refusal = Answer("q", "not_covered", "Not answered: no.", reason="no", suggestions=("How often?", "How loud?"))

    assert as_plain_text(refusal) == "Not answered: no.\n\nWhat the content does answer:\n  How often?\n  How loud?"


def test_a_terminal_gets_no_byte_that_it_would_obey() -> None:
    answer = answer_with(prose("red \x1b[31m and \x07 bell"), "red \x1b[31m and \x07 bell")

    assert as_plain_text(answer).startswith("red \ufffd[31m and \ufffd bell [1]")
