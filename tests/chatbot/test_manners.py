"""Small talk gets a short reply of ours; whatever asks something of the content does not."""

import pytest

from chatbot.manners import small_talk
from chatbot.questions import clean

TITLE = "Folding bikes"


def reply(typed: str) -> str | None:
    return small_talk(clean(typed), title=TITLE)


@pytest.mark.parametrize(
    "typed", ["hi", "Hello!", "HEY THERE", "Good morning.", "namaste 🙏", "How are you today?", "What's up?"]
)
def test_a_greeting_is_returned_with_what_can_be_asked(typed: str) -> None:
    assert reply(typed) == "Hello! Ask me anything about Folding bikes."


@pytest.mark.parametrize(
    "typed",
    ["thanks", "Thank you!", "thank you very much", "Thank you so much for your help!", "ok, thanks", "many thanks :)"],
)
def test_thanks_are_answered(typed: str) -> None:
    assert reply(typed) == "You are welcome."


@pytest.mark.parametrize("typed", ["bye", "Good-bye!", "See you later.", "good night", "That's all"])
def test_a_farewell_is_answered(typed: str) -> None:
    assert reply(typed) == "Goodbye!"


@pytest.mark.parametrize("typed", ["ok", "Got it.", "I see", "perfect 👍", "nice"])
def test_a_nod_is_answered(typed: str) -> None:
    assert reply(typed) == "Good. Ask on when you like."


@pytest.mark.parametrize("typed", ["Who are you?", "are you a bot", "What's your name?", "Am I talking to a human?"])
def test_who_asks_what_answers_is_told_that_it_is_a_program(typed: str) -> None:
    assert (reply(typed) or "").startswith("I am a program that answers about Folding bikes")


@pytest.mark.parametrize("typed", ["help", "What can you do?", "what can I ask you", "how does this work"])
def test_who_asks_for_help_is_told_what_can_be_asked(typed: str) -> None:
    assert (reply(typed) or "").startswith("I answer about Folding bikes")


@pytest.mark.parametrize(
    "typed",
    [
        "hi, what does the Falcon weigh?",
        "thanks. And the Heron?",
        "ok but what does it weigh",
        "Is it good?",
        "good gears",
        "What is a hello wave?",
        "help me choose a bike",
        "Who are you made by, Orell?",
        "How many gears?",
        "13",
        "ok 谷歌的份额是多少",
        "как дела? hi",
        "hello 2",
        "🚲",
        "?",
    ],
)
def test_whatever_asks_something_of_the_content_is_no_small_talk(typed: str) -> None:
    assert reply(typed) is None


def test_a_title_stands_in_the_reply_as_it_is() -> None:
    assert small_talk("hello", title="Braces {0} and {title}") == "Hello! Ask me anything about Braces {0} and {title}."
