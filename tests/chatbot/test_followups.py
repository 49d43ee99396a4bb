"""What a question takes over from the turns before it, what it replaces, what it drops: examples, as a table.

Told of the likeliest reading, in words that it must and must not hold; how they are put together is not promised.
"""

from dataclasses import dataclass

import pytest

from chatbot.followups import Before, read_followup
from chatbot.questions import Names
from index import split_words

NAMES = Names(
    vocabulary=frozenset(
        word.stem
        for word in split_words(
            "Falcon Heron PyTorch TensorFlow weight weigh heavy gears guarantee frame years price learn steep "
            "production mobile backs share Pune postings child seat rent morning evening visit ward records copy"
        )
    ),
    spellings=("falcon", "guarantee", "heron", "pytorch", "tensorflow"),
    entities=("TensorFlow", "PyTorch", "Falcon", "Heron", "Morning", "Evening", "Price (€)", "Stock"),
    aliases={"TensorFlow": ("TF",), "PyTorch": ("Torch",), "Heron": ("HR-2",)},
)

STEEP = "How steep is TensorFlow to learn?"
PUNE = "What share of Pune postings want PyTorch?"
BOTH = "Who backs TensorFlow and PyTorch?"
SEAT = "Can I fit a child seat?"
VISIT = "When can I visit the maternity ward in the morning?"


@dataclass(frozen=True)
class Example:
    before: str
    typed: str

    holds: str
    """Words that the reading has to hold."""

    lacks: str = ""
    """Words that it must not hold."""


CARRIED = {
    "a pronoun takes the entity": Example(STEEP, "Who backs it?", "backs TensorFlow", "it"),
    "a possessive takes the entity": Example(STEEP, "What are its gears?", "TensorFlow gears", "its"),
    "both takes both": Example(BOTH, "How steep are they to learn?", "TensorFlow PyTorch learn"),
    "a fragment takes the entity": Example(STEEP, "and in production?", "TensorFlow production"),
    "what about takes the entity": Example(STEEP, "what about mobile?", "TensorFlow mobile"),
    "how about takes the entity": Example("What does the Falcon weigh?", "how about the guarantee", "Falcon guarantee"),
    "a bare factor takes the entity": Example("What does the Heron weigh?", "gears?", "Heron gears"),
    "a topic without an entity is carried": Example(SEAT, "and what does it cost?", "child seat cost"),
    "a bare why keeps the whole question": Example(SEAT, "why?", "child seat why"),
    "a bare why keeps the entity": Example(STEEP, "why?", "TensorFlow why"),
    "how long keeps the topic": Example("Where do I get my records?", "how long does it take?", "records long take"),
    "a new place keeps the topic": Example(SEAT, "and in Bangalore?", "seat Bangalore"),
}

REPLACED = {
    "the other entity takes the place": Example(STEEP, "and PyTorch?", "steep PyTorch learn", "TensorFlow"),
    "with what about": Example(STEEP, "What about PyTorch?", "steep PyTorch learn", "TensorFlow"),
    "with how about": Example(STEEP, "how about pytorch", "steep PyTorch learn", "TensorFlow"),
    "with the same for": Example(STEEP, "same for PyTorch", "steep PyTorch learn", "TensorFlow"),
    "as a bare name": Example(STEEP, "PyTorch?", "steep PyTorch learn", "TensorFlow"),
    "after a thank you": Example(STEEP, "ok thanks, and PyTorch?", "steep PyTorch learn", "TensorFlow thanks"),
    "by a name that the content never mentions": Example(STEEP, "and MXNet?", "steep learn MXNet", "TensorFlow"),
    "by its other name": Example(PUNE, "and TF?", "share Pune TensorFlow", "PyTorch"),
    "the column of a table": Example(VISIT, "and in the evening?", "visit maternity ward evening", "morning"),
    "two by one": Example(BOTH, "only PyTorch?", "PyTorch backs", "TensorFlow"),
    "two by one, after a word that ends like a connective": Example(
        "Are gears for Falcon or for Heron?", "and PyTorch?", "gears for PyTorch", "Falcon Heron f"
    ),
    "one by two": Example(STEEP, "and PyTorch and Falcon?", "steep learn PyTorch Falcon", "TensorFlow"),
    "by another with signs": Example("What is the price of the bell?", "and the stock?", "stock bell", "price"),
}

ALONE = {
    "a whole question": Example(STEEP, "What share of Pune postings want PyTorch?", PUNE),
    "a whole question that begins with and": Example(
        STEEP, "And who decides which guarantee the frame of a Heron has?", "guarantee frame Heron", "TensorFlow steep"
    ),
    "a question with an entity and a factor": Example(STEEP, "How heavy is the Falcon frame?", "heavy Falcon", "steep"),
    "the weather": Example(STEEP, "Will the weather in Mumbai be fine?", "weather Mumbai", "TensorFlow"),
    "never mind": Example(STEEP, "Never mind. Which guarantee has the frame?", "guarantee frame", "TensorFlow mind"),
    "another question": Example(STEEP, "Another question: what does it rent for?", "rent", "TensorFlow another"),
    "forget what it was about": Example(STEEP, "forget TensorFlow. which gears has it?", "gears", "TensorFlow forget"),
    "never mind that": Example(
        STEEP, "never mind that. which guarantee has the frame?", "guarantee frame", "mind that"
    ),
    "changing the subject": Example(STEEP, "changing the subject, how heavy is it?", "heavy", "TensorFlow subject"),
    "let us talk about": Example(STEEP, "let's talk about the guarantee instead", "guarantee", "TensorFlow talk"),
    "other topic": Example(STEEP, "ok, other topic: which gears are there?", "gears", "TensorFlow topic"),
    "forget it": Example(STEEP, "forget it, gears?", "gears", "TensorFlow"),
    "a word that begins like a connective": Example(STEEP, "Android support for child seats at night?", "Android"),
    "a longer word that begins like one": Example(STEEP, "Orders from abroad, do you ship overseas?", "Orders abroad"),
}


def words(text: str) -> list[str]:
    return [word.stem for word in split_words(text)]


def check(example: Example) -> None:
    reading = read_followup(example.typed, [Before(example.before)], NAMES)[0]

    said = words(reading.text)
    assert [word for word in words(example.holds) if word not in said] == [], reading
    assert [word for word in words(example.lacks) if word in said] == [], reading


@pytest.mark.parametrize("example", CARRIED.values(), ids=CARRIED)
def test_what_is_left_unsaid_is_carried(example: Example) -> None:
    check(example)
    assert read_followup(example.typed, [Before(example.before)], NAMES)[0].carried


@pytest.mark.parametrize("example", REPLACED.values(), ids=REPLACED)
def test_what_changes_is_replaced_and_the_rest_is_carried(example: Example) -> None:
    check(example)


@pytest.mark.parametrize("example", ALONE.values(), ids=ALONE)
def test_what_stands_alone_drops_what_was_before(example: Example) -> None:
    check(example)
    assert read_followup(example.typed, [Before(example.before)], NAMES)[0].carried == ()


@pytest.mark.parametrize(
    "typed", ["and PyTorch?", "why?", "Who backs it?", "the other one", PUNE, "🚲", "?", "never mind"]
)
def test_without_a_turn_before_there_is_nothing_to_carry(typed: str) -> None:
    (reading,) = read_followup(typed, [], NAMES)

    assert reading.carried == ()
    assert words(reading.text) == words(typed) or typed == "never mind"


def test_the_other_one_is_the_one_that_was_not_spoken_of() -> None:
    names = Names(NAMES.vocabulary, NAMES.spellings, ("TensorFlow", "PyTorch"), {})

    reading = read_followup("and the other one?", [Before(STEEP)], names)[0]

    assert {"steep", "learn", "pytorch"} <= set(words(reading.text))
    assert "tensorflow" not in words(reading.text)


def test_only_the_last_turn_counts_for_what_is_replaced() -> None:
    reading = read_followup("and PyTorch?", [Before("What does the Heron weigh?"), Before(STEEP)], NAMES)[0]

    assert {"steep", "pytorch"} <= set(words(reading.text))
    assert not {"heron", "weigh"} & set(words(reading.text))


@pytest.mark.parametrize("typed", sorted({example.typed for example in (CARRIED | REPLACED | ALONE).values()}))
def test_the_same_turns_are_always_read_the_same_way(typed: str) -> None:
    assert read_followup(typed, [Before(STEEP), Before(BOTH)], NAMES) == read_followup(
        typed, [Before(STEEP), Before(BOTH)], NAMES
    )


@pytest.mark.parametrize("typed", ["and", "or?", "but…", "also!", "what about", "…and?", "it", "\u202eit", "and 🚲?"])
def test_there_is_always_a_reading_with_something_in_it(typed: str) -> None:
    readings = read_followup(typed, [Before(STEEP)], NAMES)

    assert readings
    assert all(reading.text.strip() for reading in readings)


def test_a_name_with_a_backslash_is_a_name_like_any_other() -> None:
    names = Names(NAMES.vocabulary, NAMES.spellings, ("Drive C:\\1", "Drive D:\\g<2>"), {})

    reading = read_followup("and drive D:\\g<2>?", [Before("How large is drive C:\\1?")], names)[0]

    assert "How large is" in reading.text
