"""Forty nasty strings as content, question, title, table cell and offer: no script runs, nothing is loaded."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Served, Watched, free_port, serve, stopped
from tests.browser.nasty_bot import CELLS, DOCUMENTS, MARKDOWN, PLAIN, TABLE, TITLE
from tests.browser.nasty_strings import AS_MARKDOWN, NASTY

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Dialog, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORBIDDEN = "script, img, iframe, svg, video, object, form, input, details, link, style, meta, base, math, del, .katex"
"""What none of the strings may have become inside an answer, a card or a question; folded cards aside."""


@pytest.fixture(scope="module")
def nasty() -> Iterator[Served]:
    """Give the page with the nasty bot."""
    port = free_port()
    with stopped(serve("tests.browser.nasty_bot", str(port), port=port)) as served:
        yield served


@pytest.fixture
def page(context: "BrowserContext", nasty: Served, watched: Watched) -> "Iterator[Page]":
    """Give the page; after the test no script has run, nothing has left the machine and nothing has failed."""
    page = context.new_page()
    ran: list[str] = []

    def note(dialog: "Dialog") -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    watched.watch(page)
    page.goto(nasty.address)
    page.locator("#chat .example").first.wait_for()
    yield page
    assert ran == []
    assert watched.outward == []
    assert watched.complaints == []


def ask(page: "Page", question: str) -> None:
    from playwright.sync_api import expect

    before = page.locator("#chat .said").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#question textarea")).to_have_value("")
    if before < 20:
        expect(page.locator("#chat .said")).to_have_count(before + 1)


def flat(text: str) -> str:
    return " ".join(text.split())


def marked_letters(page: "Page", places: str = "#sources .card") -> list[str]:
    """Give what is marked in each of *places*, without spaces: a mark ends where an owner's emphasis begins."""
    join = "places => places.map(place => [...place.querySelectorAll('mark')].map(mark => mark.textContent).join(''))"
    return ["".join(text.split()) for text in page.locator(places).evaluate_all(join)]


def test_the_title_the_topics_and_the_offers_stay_what_they_are(page: "Page") -> None:
    assert flat(page.title()) == flat(TITLE)
    assert flat(page.locator("h1").inner_text()) == flat(TITLE)
    assert [flat(text) for text in page.locator("#chat .example").all_inner_texts()] == list(map(flat, NASTY[:4]))
    assert [flat(text) for text in page.locator("#sources h3").all_inner_texts()] == list(map(flat, NASTY[:3]))
    assert page.locator(f"#heading :is({FORBIDDEN}), #sources :is({FORBIDDEN})").count() == 0


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (PLAIN, list(NASTY)),
        (MARKDOWN, [f"Said: {AS_MARKDOWN.get(place, nasty)}" for place, nasty in enumerate(NASTY)]),
    ],
    ids=["plain text", "Markdown"],
)
def test_quoted_content_is_what_stands_in_the_file(page: "Page", path: str, shown: list[str]) -> None:
    ask(page, path)
    cards = page.locator("#sources .card")

    answer = flat(page.locator("#chat .answer").inner_text())
    expected = " ".join(f"{flat(text)} Source {number}" for number, text in enumerate(shown, start=1))
    assert answer.removeprefix("Answer: ") == expected
    assert [flat(text) for text in cards.locator(".quote").all_inner_texts()] == list(map(flat, shown))
    assert marked_letters(page) == ["".join(text.split()) for text in shown]
    assert [flat(text) for text in cards.locator("h3").all_inner_texts()] == list(map(flat, NASTY))
    assert page.locator(".raw").all_text_contents() == DOCUMENTS[path].split("\n\n")
    assert page.locator(f".answer :is({FORBIDDEN}), .card :is({FORBIDDEN})").count() == 0


def test_a_quoted_cell_is_what_stands_in_the_file(page: "Page") -> None:
    ask(page, TABLE)
    shown = [flat(AS_MARKDOWN.get(place, nasty)) for place, nasty in enumerate(NASTY)]

    rows = [flat(text) for text in page.locator("#chat .answer tbody tr").all_inner_texts()]
    assert rows == [f"{place} {text} Source {place + 1}" for place, text in enumerate(shown)]
    assert marked_letters(page, "#sources tbody tr") == ["".join(text.split()) for text in shown]
    assert page.locator(".raw").all_text_contents() == CELLS
    assert page.locator(f".answer :is({FORBIDDEN}), .card :is({FORBIDDEN})").count() == 0


def test_a_question_stays_what_was_typed_and_so_does_what_is_said_of_it(page: "Page") -> None:
    for number, nasty in enumerate(NASTY):
        ask(page, nasty)

        said, answer = page.locator("#chat .said").last, page.locator("#chat .answer").last
        assert flat(said.inner_text()) == f"You asked: {flat(nasty)}"
        assert f"Understood as: Meant: {flat(nasty)} Ask it literally" in flat(answer.inner_text())
        assert f"it never mentions “{flat(nasty)}”" in flat(answer.locator(".refusal").inner_text())
        offered = [flat(text) for text in page.locator("#chat .options .option:visible").all_inner_texts()]
        turns = min(number, 20)
        assert offered == [flat(f"{offer} {turns}") for offer in NASTY[turns % 40 :][:3]]
    assert page.locator(f"#chat :is(.said, .answer, .options) :is({FORBIDDEN})").count() == 0


def test_the_numbered_lines_are_those_of_the_file(page: "Page", nasty: Served) -> None:
    for link, (path, text) in zip(page.locator("#sources h3 a").all(), DOCUMENTS.items(), strict=True):
        original = page.context.new_page()
        original.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        original.goto(f"{nasty.address}/{link.get_attribute('href')}?lines=1-3#L1")

        lines = text.split("\n")
        for number in range(1, len(lines) + 1):
            shown = original.locator(f"#L{number}")
            if path != TABLE or number > 2:
                assert shown.text_content() == lines[number - 1], (path, number)
        assert original.locator("mark").all_text_contents() == lines[:3]
        original.close()
