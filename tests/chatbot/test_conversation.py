"""What a conversation remembers, and what it hands on."""

import pytest

from chatbot.answers import Answer
from chatbot.conversation import REMEMBERED_TURNS, Conversation, Turn
from chatbot.errors import QuestionError


class Parrot:
    """Repeats the question and the ones before it; obeys Answerer."""

    def answer(self, question: str, turns: tuple[Turn, ...], *, literally: bool) -> Answer:
        if not question:
            raise QuestionError("The question is empty. Type a few words")
        before = [] if literally else [turn.question for turn in turns]
        return Answer(question, "chitchat", " < ".join([question, *reversed(before)]))


def test_a_question_is_asked_in_the_light_of_those_before() -> None:
    conversation = Conversation(Parrot())
    conversation.ask("one")
    conversation.ask("two")

    assert conversation.ask("three").text == "three < two < one"


def test_taken_literally_it_is_asked_alone_and_still_remembered() -> None:
    conversation = Conversation(Parrot())
    conversation.ask("one")

    assert conversation.ask("two", literally=True).text == "two"
    assert conversation.ask("three").text == "three < two < one"


def test_each_turn_is_a_question_with_its_answer() -> None:
    conversation = Conversation(Parrot())

    answer = conversation.ask("one")

    assert conversation.turns == (Turn("one", answer),)


def test_a_new_conversation_has_no_turns() -> None:
    assert Conversation(Parrot()).turns == ()


def test_two_conversations_do_not_hear_each_other() -> None:
    parrot = Parrot()
    one, other = Conversation(parrot), Conversation(parrot)
    one.ask("mine")

    assert other.ask("yours").text == "yours"


def test_a_conversation_goes_on_from_given_turns() -> None:
    earlier = Conversation(Parrot())
    earlier.ask("one")

    later = Conversation(Parrot(), earlier.turns)

    assert later.ask("two").text == "two < one"
    assert len(earlier.turns) == 1


def test_only_the_latest_turns_are_remembered() -> None:
    conversation = Conversation(Parrot())
    for number in range(REMEMBERED_TURNS + 5):
        conversation.ask(f"{number}")

    assert [turn.question for turn in conversation.turns] == [f"{number}" for number in range(5, REMEMBERED_TURNS + 5)]
    assert len(Conversation(Parrot(), (*conversation.turns, *conversation.turns)).turns) == REMEMBERED_TURNS


def test_a_question_that_was_not_accepted_is_not_remembered() -> None:
    conversation = Conversation(Parrot())
    conversation.ask("one")

    with pytest.raises(QuestionError):
        conversation.ask("")

    assert [turn.question for turn in conversation.turns] == ["one"]
