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
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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


def serve_small_bot(book: Path, *embed_on: str) -> Served:
    """Start the page with the small bot, its feedback in *book*, and wait until it answers."""
    port = free_port()
    return serve("tests.browser.small_bot", str(port), str(book), *embed_on, port=port)


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
def served() -> Iterator[Served]:
    """Give the page, served for the whole session."""
    served = serve_small_bot()
    yield served
    served.stop()
    if served.process.stdout:
        served.process.stdout.close()


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


@pytest.fixture
def page(context: "BrowserContext", served: Served, watched: Watched) -> "Iterator[Page]":
    """Give the page, open and ready; after the test, nothing may have left the machine and nothing may have failed."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    watched.watch(page)
    page.goto(served.address)
    expect(page.locator("#chat .example")).to_have_count(4)
    expect(page.locator("#question textarea")).to_be_visible()
    yield page
    assert watched.outward == []
    assert watched.complaints == []
