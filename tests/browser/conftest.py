"""A headless Chromium, the page served with the small bot, and what every test of the page forbids."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from chatbot.feedback import FeedbackFile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

REPOSITORY = Path(__file__).parent.parent.parent
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE = 20_000
"""In milliseconds: a busy machine needs more than Playwright's five seconds."""


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """Give a headless Chromium: the one installed, else one installed now, else skip."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    with playwright.sync_playwright() as driver:
        found = _installed() or _install(Path(driver.chromium.executable_path))
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        playwright.expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


def _installed() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def _install(own: Path) -> str:
    """Install a Chromium, from the system's packages where we may, else Playwright's own at *own*."""
    if own.exists():
        return str(own)
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        ways.insert(0, ["apt-get", "install", "-y", "--no-install-recommends", "chromium"])
    said = ""
    for way in ways:
        try:
            done = subprocess.run(way, capture_output=True, text=True, timeout=600, check=False)
            said = (done.stderr or done.stdout).strip()
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
        if found := _installed() or (str(own) if own.exists() else None):
            return found
    pytest.skip(f"no Chromium, and none could be installed: {said[-200:]}")


@dataclass
class Served:
    """The page, served by another process as `faqsimile chat` serves it."""

    address: str
    process: "subprocess.Popen[str]"
    announced: str = ""
    """The line it printed when it was ready."""

    def stop(self) -> int:
        """Press Ctrl-C and give the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve_small_bot(book: Path, *embed_on: str, root_path: str = "") -> Served:
    """Start the page with the small bot, its feedback in *book*, and wait until it answers."""
    port = free_port()
    return serve("tests.browser.small_bot", str(port), str(book), root_path, *embed_on, port=port)


def serve(module: str, *arguments: str, port: int) -> Served:
    """Run *module* as a program that serves the page on *port*, and wait until it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    served = Served(f"http://127.0.0.1:{port}", process)
    assert process.stdout is not None
    served.announced = process.stdout.readline()
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{served.address}/healthz", timeout=5).close()
            return served
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the page does not answer")


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> FeedbackFile:
    """Give what visitors of the page say about its answers."""
    return FeedbackFile(tmp_path_factory.mktemp("feedback") / "feedback.sqlite3")


@pytest.fixture(scope="session")
def served(book: FeedbackFile, own_site: str) -> Iterator[Served]:
    """Give the page, served for the whole session, with feedback, and allowed in frames of the owner's site."""
    with stopped(serve_small_bot(book.path, own_site)) as served:
        yield served


@contextmanager
def stopped(served: Served) -> Iterator[Served]:
    """Give what is served, and stop it at the end."""
    try:
        yield served
    finally:
        served.stop()
        if served.process.stdout:
            served.process.stdout.close()


@pytest.fixture(scope="session")
def own_site() -> Iterator[str]:
    """Give the origin of a site of the owner's: any page of it takes the widget from the address after its `?`."""
    with _site() as origin:
        yield origin


@pytest.fixture(scope="session")
def other_site() -> Iterator[str]:
    """Give the origin of such a site that is not the owner's."""
    with _site() as origin:
        yield origin


class _WithWidget(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        script = self.path.partition("?")[2]
        page = f'<title>Shop</title><main><h1>Shop</h1></main><script src="{script}" async></script>'
        self.wfile.write(f'<!doctype html><html lang="en">{page}</html>'.encode())

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def _site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _WithWidget) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass
class Watched:
    """What must never happen while a page is open."""

    outward: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: "Page") -> None:
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda said: self._complain(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.outward.append(url)

    def _complain(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def context(request: pytest.FixtureRequest, chromium: "Browser") -> "Iterator[BrowserContext]":
    """Give a fresh visitor: a desktop in light colours unless the test is parametrised with other options."""
    options = {"viewport": {"width": 1280, "height": 800}, **getattr(request, "param", {})}
    context = chromium.new_context(locale="en-US", reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(2 * PATIENCE)
    yield context
    context.close()


@dataclass
class Opened:
    """The page, open in a desktop's browser for the whole session: each test begins a new conversation in it."""

    page: "Page"
    watched: Watched

    def renew(self) -> None:
        self.page.set_viewport_size({"width": 1280, "height": 800})
        if self.page.get_by_role("alert").count():
            self.page.reload()
        elif self.page.locator("#renew").is_visible():
            self.page.locator("#renew").click()
        ready(self.page)
        self.page.locator("#question textarea").fill("")
        self.page.locator("#question textarea").focus()


def ready(page: "Page") -> None:
    """Wait for the first screen."""
    from playwright.sync_api import expect

    expect(page.locator("#chat .example")).to_have_count(4)
    expect(page.locator("#chat .answer")).to_have_count(0)
    expect(page.locator("#question textarea")).to_be_visible()


def open_page(context: "BrowserContext", address: str, watched: Watched) -> "Page":
    """Open the page as a new visitor and wait for the first screen."""
    page = context.new_page()
    watched.watch(page)
    page.goto(address)
    ready(page)
    return page


@pytest.fixture(scope="session")
def opened(chromium: "Browser", served: Served) -> Iterator[Opened]:
    """Give the page that most tests share, because opening it takes longer than most of them."""
    context = chromium.new_context(locale="en-US", reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    watched = Watched()
    yield Opened(open_page(context, served.address, watched), watched)
    context.close()


@pytest.fixture
def page(
    request: pytest.FixtureRequest, context: "BrowserContext", served: Served, watched: Watched
) -> "Iterator[Page]":
    """Give the page, ready for a first question; after the test, nothing may have left the machine or failed.

    A visitor with other options than most (a test that parametrises `context`) opens a page of their own.
    """
    if "context" in getattr(getattr(request.node, "callspec", None), "indices", {}):
        page, seen = open_page(context, served.address, watched), watched
    else:
        opened: Opened = request.getfixturevalue("opened")
        opened.renew()
        page, seen = opened.page, opened.watched
    yield page
    outward, complaints = seen.outward.copy(), seen.complaints.copy()
    seen.outward.clear()
    seen.complaints.clear()
    assert outward == []
    assert complaints == []
