"""The page for everyone: every state in light and dark, on desks and phones; by keyboard; without motion or colours."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Served, Watched, open_page
from tests.browser.small_bot import FUEL, MODELS, MOW, NOISE, SERVICE, START
from tests.browser.test_page import PHONE, ask

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LARGE: "ViewportSize" = {"width": 1280, "height": 800}
SMALL: "ViewportSize" = {"width": 390, "height": 844}


def complaints_of_axe(page: "Page") -> list[str]:
    """Give what axe-core has against the page as it is, each with the element it is about."""
    violations = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in violations for node in one["nodes"]]


def open_source(page: "Page") -> None:
    ask(page, MOW)
    page.locator("#chat .answer").last.locator("a.chip").first.click()


def give_feedback(page: "Page") -> None:
    ask(page, MOW)
    page.locator("#chat .ballot").last.locator(".down").click()
    page.locator("#chat .ballot input").wait_for()


def understand(page: "Page") -> None:
    ask(page, MOW)
    ask(page, "and how often?")


STATES: dict[str, Callable[["Page"], None]] = {
    "empty": lambda page: None,
    "answer": lambda page: ask(page, MOW),
    "code": lambda page: ask(page, START),
    "source open": open_source,
    "comparison": lambda page: ask(page, NOISE),
    "many columns": lambda page: ask(page, MODELS),
    "clarify": lambda page: ask(page, SERVICE),
    "understood": understand,
    "refusal": lambda page: ask(page, FUEL),
    "feedback": give_feedback,
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_colours_at_any_width(page: "Page", state: str) -> None:
    STATES[state](page)

    found = {}
    for size in (LARGE, SMALL):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.locator("body.dark" if scheme == "dark" else "body:not(.dark)").wait_for()
            found[f"{size['width']} {scheme}"] = complaints_of_axe(page)
    page.emulate_media(color_scheme="light")
    assert {where: what for where, what in found.items() if what} == {}


def test_the_numbered_lines_are_for_everyone_too(page: "Page") -> None:
    ask(page, MOW)
    with page.context.expect_page() as opening:
        page.locator("#sources .place").click()
    original = opening.value
    original.wait_for_load_state()

    for scheme in ("light", "dark"):
        original.emulate_media(color_scheme=scheme)
        assert complaints_of_axe(original) == []
    for width in (320, 1280):
        original.set_viewport_size({"width": width, "height": 800})
        assert original.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert original.locator("#L23").is_visible()
    assert original.locator("mark").all_inner_texts() == [original.locator("#L23").inner_text()]
    assert original.locator("html").get_attribute("lang") == "en-GB"
    original.get_by_role("link", name="Back to the chat").click()
    original.locator("#chat .example").first.wait_for()
    original.close()


def test_the_page_is_in_the_language_of_the_content(page: "Page") -> None:
    ask(page, MOW)

    assert page.locator("html").get_attribute("lang") == "en-GB"


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_everything_to_tap_is_large_enough(page: "Page") -> None:
    understand(page)
    give_feedback(page)
    small = _too_small(page.locator("#chat").locator("a.chip, button, input"))
    small += _too_small(page.locator("#question button, #renew"))
    page.locator("#t1-c1").click()
    page.locator("#sources .current").wait_for()
    small += _too_small(page.locator("#sources").locator("a.place, a.back, button, summary"))

    assert small == []


def _too_small(targets: "Locator") -> list[str]:
    boxes = [(target.inner_text(), target.bounding_box()) for target in targets.all() if target.is_visible()]
    assert boxes
    return [f"{words} {box}" for words, box in boxes if box and min(box["height"], box["width"]) < 24]


# By keyboard


def press_until(page: "Page", key: str, selector: str, most: int = 60) -> None:
    """Press *key* until what *selector* names has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is out of reach of the keyboard")


def test_by_keyboard_an_example_is_asked_and_judged(page: "Page") -> None:
    press_until(page, "Shift+Tab", "#chat .example:nth-of-type(2)")
    page.keyboard.press("Enter")
    page.locator("#chat .answer").wait_for()
    page.locator("#question textarea").focus()
    press_until(page, "Shift+Tab", ".vote.down")
    page.keyboard.press("Space")
    page.locator("#chat .ballot input:focus").wait_for()
    page.keyboard.type("Which month?")
    page.keyboard.press("Enter")
    page.locator("#chat .thanks").wait_for()

    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_by_keyboard_readings_are_chosen_and_questions_taken_literally(page: "Page") -> None:
    ask(page, SERVICE)
    press_until(page, "Shift+Tab", "#chat .option:last-child")
    press_until(page, "Shift+Tab", "#chat .option:first-child", most=2)
    page.keyboard.press("Enter")
    page.locator("#chat .answer a.chip").wait_for()
    ask(page, MOW)
    ask(page, "and how often?")
    press_until(page, "Shift+Tab", ".literally")
    page.keyboard.press("Enter")
    page.locator("#chat .refusal").wait_for()
    press_until(page, "Shift+Tab", "#renew")
    page.keyboard.press("Enter")
    page.locator("#chat .example").first.wait_for()


def test_what_has_the_focus_is_outlined(page: "Page") -> None:
    ask(page, MOW)
    outlines = {}
    for target in (".vote.up", "a.chip", "#renew"):
        press_until(page, "Shift+Tab", target)
        outlines[target] = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert set(outlines.values()) == {"solid"}, outlines


# Without motion, without colours of our own


def test_motion_is_left_out_where_it_is_not_wanted(page: "Page") -> None:
    ask(page, MOW)
    page.set_viewport_size(SMALL)
    still = page.evaluate("getComputedStyle(document.querySelector('#proof')).transitionDuration")
    page.emulate_media(reduced_motion="no-preference")
    moving = page.evaluate("getComputedStyle(document.querySelector('#proof')).transitionDuration")
    page.emulate_media(reduced_motion="reduce")

    assert still == "0s"
    assert "0.2s" in moving


def test_in_forced_colours_borders_tell_apart_what_colours_did(page: "Page") -> None:
    open_source(page)
    page.emulate_media(forced_colors="active")
    borders = {
        place: page.locator(place).first.evaluate("it => getComputedStyle(it).borderTopStyle")
        for place in ("a.chip", "#sources .badge", "#sources mark", "#chat .said", ".vote.up", "#sources .card")
    }
    hot = page.locator("#sources mark.hot").first.evaluate("it => getComputedStyle(it).outlineStyle")
    page.emulate_media(forced_colors="none")

    assert set(borders.values()) == {"solid"}, borders
    assert hot == "solid"


# Calm and light


def test_the_first_visit_is_small_and_nothing_jumps(
    context: "BrowserContext", served: Served, watched: Watched
) -> None:
    context.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(one => window.shift += one.value))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    sizes: list[int] = []
    context.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page = open_page(context, served.address, watched)
    page.locator("#question textarea:focus").wait_for()
    loaded = len(sizes), sum(sizes)
    ask(page, MOW)
    ask(page, NOISE)

    assert loaded[0] <= 65
    assert loaded[1] <= 350_000
    assert page.evaluate("window.shift") <= 0.1
    assert watched.outward == []
    assert watched.complaints == []
