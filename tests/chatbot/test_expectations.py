"""What kind of answer a question waits for, told by its words; and whether a text has something of that kind."""

import pytest

from chatbot import expectations
from tests.chatbot.conftest import PageOf

CASES = {
    "lacks_number": ("How many gears has it?", "It has gears in the hub.", "It has 3 gears."),
    "lacks_price": ("What does a bell cost?", "The bell is brass.", "The bell is 4 €."),
    "lacks_time": ("When was the shop founded?", "The shop is in Turin.", "The shop has stood since 1931."),
    "lacks_size": ("What is the maximum load of the carrier?", "The carrier is steel.", "The carrier bears 25 kg."),
    "lacks_version": ("Which version of Python does it need?", "It runs on Python.", "It runs on Python 3.9 or later."),
    "lacks_somebody": ("Which company makes the frame?", "The frame is steel.", "The frame comes from Nordhaven."),
    "lacks_instruction": ("How do I turn on the lamp?", "The lamp is bright.", "Press the knob."),
    "lacks_reason": ("Why is the frame steel?", "Steel frame.", "Steel, because it can be mended."),
}


@pytest.mark.parametrize("name", CASES)
def test_a_text_without_the_kind_that_is_asked_for_lacks_it(name: str, page_of: PageOf) -> None:
    typed, without, _ = CASES[name]

    assert getattr(expectations, name)(page_of("# P\n\nText.\n").question(typed), without)


@pytest.mark.parametrize("name", CASES)
def test_a_text_that_has_it_lacks_nothing(name: str, page_of: PageOf) -> None:
    typed, _, having = CASES[name]

    assert not getattr(expectations, name)(page_of("# P\n\nText.\n").question(typed), having)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lacking_where_another_kind_is_asked_for(name: str, page_of: PageOf) -> None:
    question = page_of("# P\n\nText.\n").question("Is the saddle leather?")

    assert not getattr(expectations, name)(question, CASES[name][1])
