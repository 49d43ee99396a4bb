"""A typed question as it is looked up: what is taken off, whose words it is put into, which of them matter."""

from itertools import pairwise

import pytest

from chatbot.errors import QuestionError
from chatbot.questions import QUESTION_LIMIT, Names, clean, find_names, rarity, read_question
from index import split_words

NAMES = Names(
    vocabulary=frozenset(
        word.stem for word in split_words("the Heron weighs 13 kg and costs less than a Grey Falcon derailleur bicycle")
    ),
    spellings=("bicycle", "costs", "derailleur", "falcon", "grey", "heron", "weighs"),
    entities=("Heron", "Grey Falcon", "Grey Falcon Lite"),
    aliases={"Grey Falcon": ("GF", "grey bird", "the grey one"), "Heron": ("HR-2",)},
)


def read(typed: str) -> str:
    return read_question(typed, NAMES).text


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  What  does it\tcost?\r\n", "What does it cost?"),
        ("What\u200b does\u200d it cost?\ufeff", "What does it cost?"),
        ("\u202eWhat does it cost?\u202c", "What does it cost?"),
        ("What does\x00 it co\x07st?\x1b", "What does it cost?"),
        ("What\x0bdoes\x0cit\x85cost?", "What does it cost?"),
        ("Ｗｈａｔ does it cost？", "What does it cost?"),
        ("What does \ud800it cost?", "What does it cost?"),
        ("con\ufb01rm", "confirm"),
        ("Was kostet die Ausfu\u0308hrung?", "Was kostet die Ausführung?"),
        ("كم السعر؟", "كم السعر؟"),
        ("🚲?", "🚲?"),
    ],
)
def test_what_cannot_be_seen_is_taken_off(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@pytest.mark.parametrize("typed", ["", " ", "\n\t\r", "\x00\x1b", "\u200b\u200c\ufeff", "\ud800", "\u2028\u2029\u3000"])
def test_a_question_of_which_nothing_can_be_seen_is_empty(typed: str) -> None:
    with pytest.raises(QuestionError, match=r"empty\. Type a few words"):
        clean(typed)


def test_the_longest_question_is_taken_whole() -> None:
    assert clean("why " * 249 + "now?") == ("why " * 249 + "now?")
    assert len("why " * 249 + "now?") == QUESTION_LIMIT


def test_a_longer_question_is_refused_with_both_numbers() -> None:
    with pytest.raises(QuestionError, match=r"1,001 characters, the limit is 1,000\. Shorten it"):
        clean("x" * 1_001)


def test_a_question_that_grows_when_it_is_folded_is_measured_by_what_it_becomes() -> None:
    with pytest.raises(QuestionError, match=r"18,000 characters"):
        clean("\ufdfa" * 1_000)


def test_what_is_far_too_long_is_refused_even_when_nothing_of_it_can_be_seen() -> None:
    with pytest.raises(QuestionError, match=r"5,000,000 characters"):
        clean("\u200b" * 5_000_000)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("What does the GF cost?", "What does the Grey Falcon cost?"),
        ("what does the gf cost", "what does the Grey Falcon cost"),
        ("How heavy is the grey bird?", "How heavy is the Grey Falcon?"),
        ("Is the HR-2 heavier?", "Is the Heron heavier?"),
        ("Is the grey falcon heavier?", "Is the grey falcon heavier?"),
        ("GF or HR-2?", "Grey Falcon or Heron?"),
        ("What is a GFX card?", "What is a GFX card?"),
        ("What is agf?", "What is agf?"),
    ],
)
def test_other_names_become_the_names_of_the_content(typed: str, understood: str) -> None:
    assert read(typed) == understood


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Does it have a derailer?", "Does it have a derailleur?"),
        ("How does the weather feel?", "How does the weather feel?"),
        ("What about Cicely?", "What about Cicely?"),
        ("Is there a herom?", "Is there a heron?"),
        ("hern", "hern"),
    ],
)
def test_only_a_slip_of_the_pen_is_put_right(typed: str, understood: str) -> None:
    assert read(typed) == understood


def test_the_words_that_need_support_are_those_that_carry_a_subject() -> None:
    question = read_question("How much does the Heron's derailleur cost in Oslo, and is it 13 kg or 2.5?", NAMES)

    assert [term.text for term in question.weighed] == ["Heron's", "derailleur", "cost", "Oslo", "13", "kg", "2.5"]
    assert len(question.terms) == len(question.words)


def test_a_term_tells_whether_the_content_uses_the_word_in_any_inflection() -> None:
    question = read_question("Do two Herons cost more than the weighing of 13 ducks?", NAMES)

    known = {term.text: term.known for term in question.weighed}
    assert known == {"two": False, "Herons": True, "cost": True, "weighing": True, "13": True, "ducks": False}


def test_names_are_told_from_other_words() -> None:
    question = read_question(
        "Which gears did Orell really sell for the iPhone, and does the Heron come with ONNX?", NAMES
    )

    assert {term.text for term in question.weighed if term.is_name} == {"Orell", "iPhone", "Heron", "ONNX"}


def test_in_a_text_that_shouts_there_are_no_names() -> None:
    question = read_question("WHICH GEARS DID ORELL SELL?", NAMES)

    assert [term.text for term in question.weighed if term.is_name] == []


def test_a_figure_that_is_seldom_said_in_vain_is_told_from_a_small_number() -> None:
    question = read_question("Did the 2 Herons cost 899 euros in 2021, with version 2.5 of the app?", NAMES)

    assert [term.text for term in question.weighed if term.is_telling_figure] == ["899", "2021", "2.5"]


def test_the_first_word_is_no_name_for_its_capital() -> None:
    (term, *_) = read_question("Gears of the heron", NAMES).weighed

    assert (term.text, term.is_name) == ("Gears", False)


def test_a_question_of_function_words_has_nothing_to_weigh() -> None:
    assert read_question("What is it to you?", NAMES).weighed == []


def test_what_has_no_words_has_no_terms() -> None:
    question = read_question("🚲 ?!", NAMES)

    assert (question.words, question.terms, question.text) == ((), (), "🚲 ?!")


def test_what_was_typed_is_kept_beside_what_was_understood() -> None:
    question = read_question("  what does the GF cost", NAMES)

    assert (question.typed, question.text) == ("  what does the GF cost", "what does the Grey Falcon cost")


def test_entities_come_in_the_order_of_the_question() -> None:
    assert read_question("Is the GF heavier than two herons?", NAMES).entities == ("Grey Falcon", "Heron")


def test_a_name_inside_a_longer_one_is_not_mentioned() -> None:
    assert find_names("Is the Grey Falcon Lite sold?", NAMES.entities) == ["Grey Falcon Lite"]
    assert find_names("Grey Falcon Lite or Grey Falcon?", NAMES.entities) == ["Grey Falcon Lite", "Grey Falcon"]


@pytest.mark.parametrize("text", ["Is the falcon grey?", "the greyish falcon", "Heronry", ""])
def test_a_part_of_a_name_is_not_the_name(text: str) -> None:
    assert find_names(text, NAMES.entities) == []


def test_a_name_without_a_word_is_never_mentioned() -> None:
    assert find_names("What about — and ❌?", ["—", "❌", ""]) == []


def test_the_rarer_a_word_the_more_it_weighs() -> None:
    weights = [rarity(word) for word in ("time", "river", "derailleur", "qwzxv")]

    assert all(common < rare for common, rare in pairwise(weights[:3]))
    assert weights[2] <= weights[3]
    assert all(0.3 <= weight <= 5.0 for weight in weights)


def test_a_question_that_grew_by_what_it_carries_is_still_read() -> None:
    assert len(read_question("weighs " * 200, NAMES).weighed) == 200
