"""When a short question is given back as several to choose from."""

import pytest

from chatbot.clarification import CLOSE, MOST_CHOICES, readings_to_choose_from
from tests.chatbot.conftest import PageOf

SHOP = """\
# Shop

## Guarantee on frames

Ten years.

## Guarantee on batteries

Two years.

## Guarantee on paint

None.

## Guarantee of delivery

Within a week.

## Guarantee of it

Of everything.

## Bell

Brass.
"""

FRAMES, BATTERIES, PAINT, DELIVERY = (
    "Guarantee on frames",
    "Guarantee on batteries",
    "Guarantee on paint",
    "Guarantee of delivery",
)


def choices(page_of: PageOf, typed: str, sure: dict[str, float]) -> tuple[str, ...]:
    return readings_to_choose_from(page_of(SHOP).evidence(typed, sure), 0.5)


def test_a_word_that_begins_several_titles_may_mean_each_of_them(page_of: PageOf) -> None:
    assert choices(page_of, "guarantee?", {FRAMES: 0.8, BATTERIES: 0.78}) == (
        "Guarantee on frames?",
        "Guarantee on batteries?",
    )


def test_a_few_are_enough_to_choose_from(page_of: PageOf) -> None:
    close = dict.fromkeys((FRAMES, BATTERIES, PAINT, DELIVERY), 0.8)

    assert len(choices(page_of, "guarantee", close)) == MOST_CHOICES


@pytest.mark.parametrize(
    ("typed", "sure"),
    [
        pytest.param("guarantee on frames", {FRAMES: 0.8, BATTERIES: 0.78}, id="the title itself"),
        pytest.param("guarantee", {FRAMES: 0.8, BATTERIES: 0.8 * CLOSE - 0.01}, id="one is far better"),
        pytest.param("guarantee", {FRAMES: 0.8, BATTERIES: 0.45}, id="the other is not sure"),
        pytest.param("guarantee", {FRAMES: 0.45, BATTERIES: 0.44}, id="none is sure"),
        pytest.param("guarantee", {"Bell": 0.9, FRAMES: 0.8, BATTERIES: 0.8}, id="another passage is first"),
        pytest.param("How long is your guarantee worth something?", {FRAMES: 0.8, BATTERIES: 0.8}, id="a whole one"),
        pytest.param("what is it", {FRAMES: 0.8, BATTERIES: 0.8}, id="nothing to look up"),
        pytest.param("guarantee", {}, id="nothing found"),
        pytest.param("guarantee of it", {"Guarantee of it": 0.8, FRAMES: 0.8}, id="the title itself, of grammar"),
    ],
)
def test_otherwise_there_is_nothing_to_choose(page_of: PageOf, typed: str, sure: dict[str, float]) -> None:
    assert choices(page_of, typed, sure) == ()
