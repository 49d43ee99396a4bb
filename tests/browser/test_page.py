"""The page in a real browser, with a bot that follows a script."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import REPOSITORY, Served, Watched, free_port, serve, serve_small_bot, stopped
from tests.browser.small_bot import FUEL, MODELS, MOW, NOISE, PASSAGES, SERVICE, SIGNS, START, WEIGHT, SmallBot

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def ask(page: "Page", question: str) -> None:
    """Type a question, press Enter and wait for its answer."""
    before = page.locator("#chat .answer").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    wait_for_answers(page, before + 1)


def wait_for_answers(page: "Page", count: int) -> None:
    from playwright.sync_api import expect

    expect(page.locator("#chat .answer")).to_have_count(count)
    expect(page.locator("#question textarea")).to_have_value("")


def chips(page: "Page") -> "Locator":
    return page.locator("#chat .answer").last.locator("a.chip")


def options(page: "Page") -> "Locator":
    return page.locator("#chat .options .option:visible")


def sideways(page: "Page") -> int:
    """Give by how many pixels the page, the chat or the panel can be scrolled sideways."""
    return int(
        page.evaluate(
            "() => Math.max(...['html', '#chat .panel-wrap', '#proof'].map(it => document.querySelector(it))"
            ".map(it => it.scrollWidth - it.clientWidth))"
        )
    )


def words_of(where: "Locator") -> str:
    """Give what stands on the screen, with every run of spaces as one."""
    return " ".join(where.inner_text().split())


# First screen


def test_says_what_it_is_and_offers_questions(page: "Page") -> None:
    examples = page.locator("#chat .example").all_inner_texts()

    assert page.title() == "Lawn mowers"
    assert page.locator("h1").inner_text() == "Lawn mowers"
    assert examples == list(SmallBot().examples())
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_an_example_is_asked_by_a_click(page: "Page") -> None:
    page.locator("#chat .example", has_text=MOW).click()
    wait_for_answers(page, 1)

    assert words_of(page.locator("#chat .said")).endswith(MOW)
    assert "Once a week from April to June" in words_of(page.locator("#chat .answer"))


# Answer and sources


def test_a_chip_opens_and_focuses_its_card_with_the_quoted_words_marked(page: "Page") -> None:
    ask(page, MOW)
    chips(page).nth(1).click()

    card = page.locator("#sources .card:focus")
    assert card.locator("h3").inner_text() == MOW
    assert card.locator(".trail").inner_text() == "Lawn mowers › Questions people ask"
    assert words_of(card.locator(".place")) == "Read it in garden-tools.md:23"
    assert card.locator("mark").all_inner_texts() == [
        "Once a week from April to June, then every ten days.",
        "In a drought, do not mow at all.",
    ]
    assert card.locator("mark.hot").all_inner_texts() == ["In a drought, do not mow at all."]
    assert words_of(card.locator(".quote")) == PASSAGES["mow"].text


@pytest.mark.parametrize("way", ["link", "escape"])
def test_from_a_card_the_focus_goes_back_to_the_chip_it_came_from(page: "Page", way: str) -> None:
    ask(page, MOW)
    chips(page).nth(1).click()
    if way == "link":
        page.locator("#sources .card:focus .back").click()
    else:
        page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.id") == "t1-c2"


def test_a_chip_of_an_older_answer_opens_its_card(page: "Page") -> None:
    ask(page, MOW)
    ask(page, WEIGHT)
    page.locator("#t1-c1").click()

    card = page.locator("#sources .card:focus")
    assert card.locator("h3").inner_text() == MOW
    assert card.is_visible()


def test_a_cell_is_shown_in_its_table_and_marked(page: "Page") -> None:
    ask(page, WEIGHT)
    chips(page).first.click()

    card = page.locator("#sources .card:focus")
    assert card.locator("th").all_inner_texts() == ["Weight", "Cutting width", "Battery", "Price"]
    assert card.locator("caption").inner_text() == "Model: Lark 32"
    assert card.locator("mark").all_inner_texts() == ["11 kg"]


def test_a_comparison_stands_side_by_side_and_says_what_is_not_stated(page: "Page") -> None:
    ask(page, NOISE)

    table = page.locator("#chat .answer table")
    assert table.locator("thead th").all_inner_texts() == ["Factor", "Electric", "Petrol"]
    assert words_of(table.locator("tbody tr").nth(1)) == (
        "Running cost a year ~€12-15 for electricity Source 3 ~€60-80 for fuel, oil and spark plugs Source 4"
    )
    assert "not stated" in table.locator("tbody tr").nth(3).inner_text()
    assert page.locator("#sources .card").count() == 1
    assert words_of(page.locator("#sources .place")) == "Read it in garden-tools.md:7-10"


def test_lists_and_code_are_drawn_as_such(page: "Page") -> None:
    ask(page, START)

    answer = page.locator("#chat .answer")
    assert answer.locator("li").count() == 3
    assert answer.locator("em").inner_text() == "smoothly"
    assert answer.locator("pre").inner_text().rstrip() == "open-valve --slowly\n\nwait 60   # seconds"


# Refusal, clarification, interpretation


def test_a_refusal_says_why_and_its_nearest_question_is_asked_by_a_click(page: "Page") -> None:
    ask(page, FUEL)
    refusal = words_of(page.locator("#chat .refusal"))
    offered = options(page).all_inner_texts()
    options(page).first.click()
    wait_for_answers(page, 2)

    assert refusal == "The content does not answer this: it never mentions “need”."
    assert [offer.strip() for offer in offered] == [MOW, START, NOISE]
    assert chips(page).count() == 2


def test_a_refusal_leaves_the_sources_of_earlier_answers(page: "Page") -> None:
    ask(page, MOW)
    ask(page, FUEL)

    assert page.locator("#sources > * .hint").inner_text().startswith("Nothing is quoted in this answer")
    assert page.locator("#sources .earlier").count() == 1


def test_a_tie_is_put_to_the_visitor_as_buttons(page: "Page") -> None:
    ask(page, SERVICE)
    options(page).first.click()
    wait_for_answers(page, 2)

    assert page.locator("#chat .said").last.inner_text().endswith("Service of electric mowers")
    assert page.locator("#chat .answer").last.locator("strong").inner_text() == "once a year"


def test_a_follow_up_shows_how_it_was_understood_and_can_be_asked_literally(page: "Page") -> None:
    ask(page, MOW)
    ask(page, "and how often?")
    understood = words_of(page.locator("#chat .understood").last)
    page.locator("#chat .literally").last.click()
    wait_for_answers(page, 3)

    assert understood == "Understood as: How often should I mow with a petrol mower? Ask it literally"
    assert page.locator("#chat .refusal").count() == 1
    assert page.locator("#chat .literally:visible").count() == 0


def test_thanks_get_a_reply_and_no_source(page: "Page") -> None:
    ask(page, "Thanks")

    assert "You are welcome." in page.locator("#chat .answer").inner_text()
    assert page.locator("#sources .card").count() == 0


# Bad questions


def test_a_question_that_is_too_long_gets_a_line_and_stays_in_the_box(page: "Page") -> None:
    box = page.locator("#question textarea")
    assert box.get_attribute("maxlength") == "1000"
    box.evaluate("it => it.removeAttribute('maxlength')")
    box.fill("x" * 1001)
    page.keyboard.press("Enter")

    alert = page.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text() == "The question has 1,001 characters; at most 1,000 can be read. Shorten it"
    assert box.input_value() == "x" * 1001
    assert page.locator("#chat .answer").count() == 0


def test_a_question_after_a_bad_one_takes_the_line_away(page: "Page") -> None:
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    ask(page, MOW)

    assert page.get_by_role("alert").count() == 0


# Visitors


def test_a_new_conversation_forgets_the_old_one(page: "Page") -> None:
    from playwright.sync_api import expect

    ask(page, MOW)
    page.locator("#renew").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    expect(page.locator("#chat .example")).to_have_count(4)
    assert page.locator("#sources .card").count() == 0
    ask(page, "and how often?")

    assert page.locator("#chat .refusal").count() == 1


def test_two_visitors_do_not_share_a_conversation(page: "Page", context: "BrowserContext", served: Served) -> None:
    ask(page, MOW)
    other = context.new_page()
    other.goto(served.address)
    ask(other, "and how often?")

    assert other.locator("#chat .answer").count() == 1
    assert other.locator("#chat .refusal").count() == 1


def test_nothing_of_a_visitor_is_kept_in_the_browser(page: "Page") -> None:
    ask(page, MOW)

    assert page.context.cookies() == []
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert MOW not in kept
    assert "mow" not in kept.lower()


# Letter for letter


def test_quotes_are_letter_for_letter_on_the_screen(page: "Page") -> None:
    ask(page, SIGNS)
    expected = PASSAGES["signs"].text
    for markup, drawn in (
        ("\\*twice\\*", "*twice*"),
        ("&amp;", "&"),
        ("![a picture](http://tracker.example/p.png)", "a picture"),
        ("[the guide](https://example.org/guide)", "the guide"),
        ("[the shed](shed.md)", "the shed"),
    ):
        expected = expected.replace(markup, drawn)

    answer, card = page.locator("#chat .answer"), page.locator("#sources .quote")
    assert words_of(card) == expected
    assert expected in words_of(answer)
    for where in (answer, card):
        assert where.locator("del, s, img, b, .katex").count() == 0
        assert where.locator("a.link").get_attribute("href") == "https://example.org/guide"


# Fit


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_on_a_phone_cells_stand_below_their_factor_and_nothing_runs_off(page: "Page") -> None:
    ask(page, NOISE)

    row = page.locator("#chat .answer tbody tr").first
    label, left, right = (row.locator(":scope > *").nth(place).bounding_box() for place in range(3))
    assert label is not None
    assert left is not None
    assert right is not None
    assert label["y"] + label["height"] <= left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    assert right["x"] + right["width"] <= 390
    assert sideways(page) == 0


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_on_a_phone_many_columns_are_named_cell_by_cell(page: "Page") -> None:
    ask(page, MODELS)

    row = page.locator("#chat .answer tbody tr").first
    assert " ".join(row.locator(".column:visible").all_inner_texts()) == "Weight Cutting width Battery Price"
    assert page.locator("#chat .answer thead").is_hidden()
    assert sideways(page) == 0


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_on_a_phone_a_chip_opens_a_sheet_that_closes_again(page: "Page") -> None:
    from playwright.sync_api import expect

    ask(page, MOW)
    card = page.locator("#sources .card")
    expect(card).to_be_hidden()
    chips(page).first.click()
    expect(card).to_be_visible()
    page.get_by_role("button", name="Close").click()

    expect(card).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "t1-c1"


def test_nothing_scrolls_sideways_at_any_width(page: "Page") -> None:
    for question in (NOISE, MODELS, START, SIGNS, WEIGHT, FUEL):
        ask(page, question)

    overflow = {}
    for width in (320, 360, 768, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        overflow[width] = sideways(page)
    assert set(overflow.values()) == {0}, overflow


# Keyboard and screen readers


def test_the_keyboard_alone_asks_reads_the_source_and_comes_back(page: "Page") -> None:
    page.keyboard.type(MOW)
    page.keyboard.press("Enter")
    wait_for_answers(page, 1)
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.id") == "t1-c2":
            break
    page.keyboard.press("Enter")
    on_card = page.evaluate("document.activeElement.className")
    on_links = []
    for _ in range(3):
        page.keyboard.press("Tab")
        on_links.append(page.evaluate("document.activeElement.className"))
    page.keyboard.press("Enter")

    assert on_card.split() == ["card", "current"]
    assert on_links == ["place", "copy", "back"]
    assert page.evaluate("document.activeElement.id") == "t1-c2"


def test_the_chat_is_read_out_as_it_grows_and_no_message_twice(page: "Page") -> None:
    ask(page, MOW)

    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    assert log.locator("[aria-label]").count() == 0
    assert "You asked: How often should I mow?" in words_of(log)
    assert page.get_by_role("link", name="Source 1").get_attribute("href") == "#t1-s1"


# Serving


def test_it_says_where_it_is_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    served = serve_small_bot(tmp_path / "feedback.sqlite3")
    code = served.stop()
    rest = served.process.communicate()[0]

    assert served.announced.strip().endswith(f"{served.address}/  (stop with Ctrl-C)")
    assert code == 0
    assert rest.strip() == ""


def test_the_visitors_process_holds_the_chat_and_nothing_else(served: Served) -> None:
    for path in ("/gradio_api/info", "/gradio_api/runs", "/monitoring/summary", "/gradio_api/file=/etc/passwd"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(served.address + path, timeout=20)
        assert refused.value.code == 404
        refused.value.close()


def test_every_reply_forbids_the_browser_to_call_elsewhere(served: Served) -> None:
    with urllib.request.urlopen(f"{served.address}/healthz", timeout=20) as reply:
        assert reply.read() == b"ok"
        assert reply.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_page_runs_under_a_policy_that_names_each_of_its_scripts(
    context: "BrowserContext", served: Served, watched: Watched
) -> None:
    page = context.new_page()
    watched.watch(page)
    reply = page.goto(served.address)
    ask(page, MOW)
    complaints = list(watched.complaints)
    page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        " document.body.append(script); }"
    )

    assert reply
    assert re.search(r"script-src 'self'( 'sha256-[A-Za-z0-9+/=]{44}')+;", reply.headers["content-security-policy"])
    assert complaints == []
    assert page.evaluate("window.ran") is None
    assert "violates the following Content Security Policy directive" in watched.complaints[-1]


def test_a_visit_leaves_nothing_in_the_browser(page: "Page", context: "BrowserContext") -> None:
    ask(page, MOW)
    ask(page, WEIGHT)

    assert page.evaluate("[{...localStorage}, {...sessionStorage}]") == [{}, {}]
    assert page.evaluate("indexedDB.databases()") == []
    assert context.cookies() == []


@pytest.fixture
def real(knowledge: Path) -> Iterator[Served]:
    """Give the chat over a copy of the shipped content, started as `python -m chatbot` starts it."""
    port = free_port()
    with stopped(serve("chatbot", str(knowledge), "--no-open", "--port", str(port), port=port)) as served:
        yield served


@pytest.mark.model
def test_a_visitor_of_the_shipped_page_sees_an_edit_without_a_restart(
    context: "BrowserContext", real: Served, knowledge: Path, watched: Watched
) -> None:
    page = context.new_page()
    watched.watch(page)
    page.goto(real.address)
    page.locator("#chat .example").first.wait_for()

    ask(page, "Does JAX matter for Pune ML jobs?")
    assert "Hardly at all." in page.locator("#chat .answer").last.inner_text()
    ask(page, "What share of Mumbai ML postings want PyTorch?")
    assert "Mumbai" in page.locator("#chat .answer").last.inner_text()
    assert chips(page).count() == 0

    content = knowledge / "tensorflow-vs-pytorch.md"
    content.write_text(
        content.read_text(encoding="utf-8").replace("Hardly at all.", "Next to never."), encoding="utf-8"
    )
    subprocess.run([sys.executable, "-m", "index", str(knowledge)], cwd=REPOSITORY, check=True, capture_output=True)

    ask(page, "Does JAX matter for Pune ML jobs?")
    assert "Next to never." in page.locator("#chat .answer").last.inner_text()
    assert "Hardly at all." in page.locator("#chat .answer").first.inner_text()
    assert watched.outward == []
    assert watched.complaints == []
