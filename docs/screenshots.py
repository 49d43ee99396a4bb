"""The pictures of the page in docs/screenshots/, taken of the content that ships.

    python docs/screenshots.py                    # of a chat that this starts
    python docs/screenshots.py --address URL      # of one that runs, with FAQSIMILE_FEEDBACK=true

Needs playwright, of the dependency group `dev`, and a Chromium.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "screenshots"
PORT = 7983

QUESTIONS = {
    "answer": "Does JAX matter for Pune ML jobs?",
    "comparison": "Which has the gentler learning curve, TensorFlow or PyTorch?",
    "refusal": "What share of Mumbai ML postings want PyTorch?",
}
DEVICES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}


def main() -> None:
    """Take every picture in light and dark, on a desktop and on a phone."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--address", help="of a chat that runs; default: start one")
    parser.add_argument("--into", type=Path, default=PICTURES)
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    with _served(arguments.address) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for device in DEVICES:
            for scheme in ("light", "dark"):
                _take_pictures(browser, address, device, scheme, arguments.into)


@contextmanager
def _served(address: str | None) -> Iterator[str]:
    if address:
        yield address
        return
    with TemporaryDirectory() as index:
        process = subprocess.Popen(
            [sys.executable, "-m", "chatbot", "knowledge", "--no-open", "--port", str(PORT), "--index", index],
            cwd=ROOT,
            env={**os.environ, "FAQSIMILE_FEEDBACK": "true"},
        )
        try:
            _wait_for(f"http://127.0.0.1:{PORT}/healthz", process)
            yield f"http://127.0.0.1:{PORT}"
        finally:
            process.terminate()
            process.wait()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The chat did not start; it says why above.")


def _take_pictures(browser: "Browser", address: str, device: str, scheme: str, into: Path) -> None:
    context = browser.new_context(
        **DEVICES[device], color_scheme=scheme, reduced_motion="reduce", locale="en-US", device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(address)
    page.locator("#chat .example").first.wait_for()
    _save(page, into / f"start-{device}-{scheme}.png")
    for name, question in QUESTIONS.items():
        _ask(page, question)
        _save(page, into / f"{name}-{device}-{scheme}.png")
        chips = page.locator("#chat .answer").last.locator("a.chip")
        if device == "phone" and chips.count():
            chips.first.click()
            _save(page, into / f"{name}-source-{device}-{scheme}.png")
            page.keyboard.press("Escape")
        page.locator("#renew").click()
        page.locator("#chat .example").first.wait_for()
    context.close()


def _ask(page: "Page", question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator("#chat .answer").wait_for()
    if page.viewport_size["width"] > 768 and page.locator("#chat a.chip").count():
        page.locator("#chat a.chip").first.click()


def _save(page: "Page", path: Path) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    page.screenshot(path=path, caret="hide")
    # A page has few colours, and a palette makes the file a third as large.
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
