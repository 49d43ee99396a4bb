"""The page fits anywhere: feedback and copying, a question in the address, a path below a site, a frame on a page."""

import http.client
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from chatbot.feedback import FeedbackFile
from tests.browser.conftest import Served, Watched, open_page, serve_small_bot, stopped
from tests.browser.small_bot import FUEL, MOW, NOISE, PASSAGES, SIGNS
from tests.browser.test_page import PHONE, ask, chips, words_of
from tests.browser.test_page_for_everyone import complaints_of_axe

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREFIX = "/help/faq"

SAID_IN_ANY_FRAME = ("Blocked autofocusing", "Failed to execute 'postMessage'")
"""What the browser warns of because gradio wants the focus, and tells the page around it how high it is."""


# Copying


def test_a_quote_is_copied_as_it_stands_in_the_file(context: "BrowserContext", served: Served) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.address)
    page = open_page(context, served.address, Watched())
    ask(page, SIGNS)
    page.locator("#sources .copy").click()
    page.locator("#said-aloud", has_text="Copied").wait_for(state="attached")

    assert page.evaluate("navigator.clipboard.readText()") == PASSAGES["signs"].text
    ask(page, MOW)
    chips(page).nth(1).click()
    page.locator("#sources .current .copy").click()
    page.locator("#sources .current .copy", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "In a drought, do not mow at all."


def test_without_https_a_quote_is_copied_all_the_same(context: "BrowserContext", served: Served) -> None:
    context.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
        "document.addEventListener('copy', () => { window.copied = document.activeElement.value; });"
    )
    page = open_page(context, served.address, Watched())
    ask(page, SIGNS)
    page.locator("#sources .copy").click()

    assert page.evaluate("window.copied") == PASSAGES["signs"].text
    assert page.evaluate("document.activeElement.className") == "copy"


# Feedback


def test_a_vote_and_a_word_reach_the_owner(page: "Page", book: FeedbackFile) -> None:
    ask(page, FUEL)
    ballot = page.locator("#chat .ballot").last
    ballot.locator(".down").click()
    ballot.locator("input").fill("I hoped for the oil.")
    ballot.locator("form button").click()
    ballot.locator(".thanks").wait_for()
    kept = book.read()[-1]

    assert (kept.question, kept.verdict, kept.vote, kept.words) == (FUEL, "not_covered", "down", "I hoped for the oil.")
    assert ballot.locator(".down").get_attribute("aria-pressed") == "true"
    ask(page, MOW)
    assert page.locator("#chat .ballot").first.locator(".thanks").is_visible()


def test_a_changed_mind_counts_once(page: "Page", book: FeedbackFile) -> None:
    before = len(book.read())
    ask(page, MOW)
    ballot = page.locator("#chat .ballot").last
    ballot.locator(".up").click()
    ballot.locator(".up[aria-pressed=true]").wait_for()
    ballot.locator(".down").click()
    ballot.locator(".down[aria-pressed=true]").wait_for()
    page.keyboard.press("Enter")
    ballot.locator(".thanks").wait_for()

    assert [kept.vote for kept in book.read()[before:]] == ["down"]
    assert ballot.locator(".up").get_attribute("aria-pressed") == "false"


def test_a_vote_that_did_not_arrive_is_said_to_be_lost(context: "BrowserContext", served: Served) -> None:
    page = open_page(context, served.address, Watched())
    ask(page, MOW)
    page.route("**/feedback", lambda route: route.abort())
    page.locator("#chat .vote.up").click()
    page.locator("#chat .problem").wait_for()

    assert page.locator("#chat .problem").inner_text() == "It could not be sent. Is the connection there?"
    assert page.locator("#chat .vote.up").get_attribute("aria-pressed") == "false"


# A question and colours in the address


def test_a_question_in_the_address_is_filled_in_and_not_sent(
    context: "BrowserContext", served: Served, watched: Watched
) -> None:
    page = open_page(context, f"{served.address}/?q=How%20often%20should%20I%20mow%3F&__theme=dark", watched)

    assert page.locator("#question textarea").input_value() == MOW
    assert page.locator("#chat .said").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 17, 29)"
    page.locator("#question textarea").press("Enter")
    page.locator("#chat .answer a.chip").first.wait_for()
    assert watched.complaints == []


def test_a_hostile_question_in_the_address_is_only_text(
    context: "BrowserContext", served: Served, watched: Watched
) -> None:
    page = open_page(context, f"{served.address}/?q=%3Cimg%20src=x%20onerror=alert(1)%3E" + "x" * 2000, watched)

    value = page.locator("#question textarea").input_value()
    assert value.startswith("<img src=x onerror=alert(1)>xxx")
    assert len(value) == 1000
    assert watched.complaints == []


# Below a path of a site


class _Stripping(BaseHTTPRequestHandler):
    """A proxy that serves the page below PREFIX and takes the prefix off, as such proxies are often set up."""

    target = ""

    def do_GET(self) -> None:
        if not self.path.startswith(f"{PREFIX}/"):
            # A browser asks any site for its icon, before it knows that a page has one of its own.
            self.send_response(204 if self.path == "/favicon.ico" else 404)
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        upstream = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=60)
        with suppress(ConnectionError, TimeoutError):
            upstream.request(self.command, self.path.removeprefix(PREFIX), body, dict(self.headers))
            reply = upstream.getresponse()
            self.send_response(reply.status)
            for name, value in reply.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            while piece := reply.read1(65_536):
                self.wfile.write(piece)
                self.wfile.flush()
        upstream.close()

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def below_a_path(tmp_path: Path) -> Iterator[str]:
    """Give the address of the page behind such a proxy."""
    with (
        stopped(serve_small_bot(tmp_path / "feedback.sqlite3", root_path=PREFIX)) as served,
        ThreadingHTTPServer(("127.0.0.1", 0), type("Proxy", (_Stripping,), {"target": served.address})) as proxy,
    ):
        proxy.daemon_threads = True
        Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_port}{PREFIX}"
        proxy.shutdown()


def test_everything_works_below_a_path_of_a_site(
    context: "BrowserContext", below_a_path: str, tmp_path: Path, watched: Watched
) -> None:
    outside: list[str] = []
    context.on("request", lambda request: outside.append(request.url) if below_a_path not in request.url else None)
    page = open_page(context, f"{below_a_path}/?q=Hello", watched)
    ask(page, NOISE)
    page.locator("#chat .vote.up").click()
    page.locator("#chat .vote.up[aria-pressed=true]").wait_for()
    with context.expect_page() as opening:
        page.locator("#sources .place").click()
    original = opening.value
    original.locator("mark").first.wait_for()

    assert original.url == f"{below_a_path}/source/garden-tools.md?lines=7-10#L7"
    assert [kept.vote for kept in FeedbackFile(tmp_path / "feedback.sqlite3").read()] == ["up"]
    assert [url for url in outside if not url.startswith(("data:", "blob:"))] == []
    assert watched.complaints == []


# In a frame


@pytest.mark.parametrize("context", [{}, PHONE], indirect=True, ids=["desktop", "phone"])
def test_the_widget_opens_the_chat_on_a_named_site(
    context: "BrowserContext", served: Served, own_site: str, watched: Watched
) -> None:
    page = context.new_page()
    watched.watch(page)
    page.goto(f"{own_site}/?{served.address}/widget.js")
    bubble = page.get_by_role("button", name="Ask a question")
    before = len(page.frames)
    assert complaints_of_axe(page) == []
    bubble.press("Enter")
    chat = page.frame_locator("iframe")
    chat.locator("#chat .example", has_text=MOW).click()
    chat.locator("#chat a.chip").first.click()
    chat.locator("#sources .card.current").wait_for()
    assert complaints_of_axe(page) == []
    page.keyboard.press("Escape")
    chat.locator("#t1-c1:focus").wait_for()
    page.keyboard.press("Escape")
    bubble.wait_for()

    assert before == 1
    assert page.locator("iframe").is_hidden()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "bubble"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    bubble.click()
    assert words_of(chat.locator("#chat .said")) == f"You asked: {MOW}"
    page.get_by_role("button", name="Close").click()
    bubble.wait_for()
    assert [said for said in watched.complaints if not said.startswith(SAID_IN_ANY_FRAME)] == []


def test_a_site_that_is_not_named_gets_no_frame(context: "BrowserContext", served: Served, other_site: str) -> None:
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{other_site}/?{served.address}/widget.js")
    page.get_by_role("button", name="Ask a question").click()
    page.wait_for_event("console", lambda message: "frame-ancestors" in message.text) if not said else None

    assert any("frame-ancestors" in line for line in said)
    assert page.frame_locator("iframe").locator("#chat").count() == 0
