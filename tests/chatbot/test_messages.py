"""A message with several questions: where one ends, and how their answers go together."""

import pytest

from chatbot.answers import Answer, Citation
from chatbot.messages import MOST_QUESTIONS, join_answers, split_message
from index import Source

ALONE = {
    "one question": "What does the Heron weigh?",
    "a question after a story": "I ride to work every day. What does the Heron weigh?",
    "two clauses": "What does the Heron weigh and what does it cost?",
    "an elaboration": "Which one is lighter? Falcon or Heron?",
    "a guess at the answer": "Why must no child ride on the Bison? Is it the manufacturer?",
    "a remark": "Is TensorFlow from Facebook? Somebody in my office says so.",
    "shouting": "!!!!! ANSWER ME NOW ????? >>>> WHICH GEARS HAS THE HERON",
    "a word of thanks": "What does the Heron weigh? Thanks!",
    "a greeting": "Hello, are you there? What does the Heron weigh?",
    "nothing but marks": "??? ??",
}


@pytest.mark.parametrize("message", ALONE.values(), ids=ALONE)
def test_one_question_stays_whole(message: str) -> None:
    assert split_message(message) == [message]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "What does the Heron weigh? And does it have mudguards too?",
            ["What does the Heron weigh?", "And does it have mudguards too?"],
        ),
        (
            "How many gears has the Falcon? What does it cost in spring? Thank you!",
            ["How many gears has the Falcon?", "What does it cost in spring?"],
        ),
        (
            "Can I rent a child seat? How much is a lock per day? Really? Who repairs a flat tyre?",
            ["Can I rent a child seat?", "How much is a lock per day? Really?", "Who repairs a flat tyre?"],
        ),
    ],
)
def test_several_questions_are_parted(message: str, parts: list[str]) -> None:
    assert split_message(message) == parts


def test_of_a_long_list_the_last_part_takes_the_rest() -> None:
    message = " ".join(f"What does part number {number} cost?" for number in range(9))

    parts = split_message(message)

    assert len(parts) == MOST_QUESTIONS
    assert " ".join(parts) == message


def answered(number: int, quote: str, *, confidence: float, offers: tuple[str, ...] = ()) -> Answer:
    citation = Citation(number, quote, Source("a.md", (), 1, 1, 0, len(quote)))
    text = f"{quote} [{number}]"
    return Answer(quote, "answered", text, (citation,), confidence, interpretation=f"{quote}?", suggestions=offers)


def refused(reason: str) -> Answer:
    text = f"The content does not answer this: {reason}."
    return Answer("Does it fly?", "not_covered", text, confidence=0.1, interpretation="Does it fly?", reason=reason)


def test_answers_go_together_in_the_order_of_the_questions() -> None:
    first, second = answered(1, "13 kg", confidence=0.9), answered(2, "899 euros", confidence=0.6)

    joined = join_answers("both?", [first, second])

    assert joined.text == "13 kg [1]\n\n899 euros [2]"
    assert joined.citations == (*first.citations, *second.citations)
    assert joined.question == "both?"
    assert joined.interpretation == "13 kg? 899 euros?"
    assert joined.confidence == 0.6


def test_what_is_not_answered_is_said_by_its_place() -> None:
    joined = join_answers("?", [answered(1, "13 kg", confidence=0.9), refused("it never mentions “fly”")])

    assert joined.verdict == "answered"
    assert joined.text == "13 kg [1]\n\nThe content does not answer the second question: it never mentions “fly”."


def test_where_nothing_is_answered_the_whole_is_refused() -> None:
    joined = join_answers("?", [refused("it never mentions “fly”"), refused("it never mentions “swim”")])

    assert joined.verdict == "not_covered"
    assert joined.reason == "it never mentions “fly”; it never mentions “swim”"
    assert joined.citations == ()


def test_offers_are_given_once() -> None:
    one = answered(1, "13 kg", confidence=0.9, offers=("A?", "B?"))
    other = answered(2, "899 euros", confidence=0.9, offers=("B?", "C?", "D?"))

    assert join_answers("?", [one, other]).suggestions == ("A?", "B?", "C?", "D?")
