"""Evidence becomes an answer or a refusal: what is said, what goes along, what is never said."""

import pytest

from chatbot.answering import compose
from chatbot.answers import Answer
from tests.chatbot.conftest import Page, PageOf

BIKES = """\
# Bikes

The bell of every bike is brass.

## Falcon or Heron

| Feature | Falcon | Heron |
|---|---|---|
| Made by | Nordhaven | |
| Weight | 11 kg | 13 kg |
| Gears | 3 | 8 |
| Size | 58 cm | 66 cm |
| Rider | 105 kg | 120 kg |
| Guarantee | 5 years | 10 years |
| Lamp | ✅ | :x: |

## Questions

### Can I fit a child seat?

Yes, on the Heron.

### Are spare parts easy to get?

Yes, within two days.
"""


@pytest.fixture
def page(page_of: PageOf) -> Page:
    return page_of(BIKES)


def say(page: Page, typed: str, *, threshold: float = 0.5, **sure: float) -> Answer:
    evidence = page.evidence(typed, {title.replace("_", " "): confidence for title, confidence in sure.items()})
    return compose(typed, evidence, page.texts, threshold=threshold)


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def test_what_is_sure_enough_is_answered_with_its_proof(page: Page) -> None:
    answer = say(page, "What is the bell made of?", Bikes=0.9)

    assert (answer.verdict, answer.text) == ("answered", "The bell of every bike is brass. [1]")
    assert quotes(answer) == ["The bell of every bike is brass."]
    assert (answer.confidence, answer.reason) == (0.9, "")


def test_the_threshold_itself_is_sure_enough(page: Page) -> None:
    assert say(page, "bell?", Bikes=0.5).verdict == "answered"
    assert say(page, "bell?", Bikes=0.499).verdict == "not_covered"


def test_what_is_not_sure_enough_is_refused_without_a_citation(page: Page) -> None:
    answer = say(page, "What is the bell made of?", Bikes=0.3)

    assert (answer.verdict, answer.citations, answer.confidence) == ("not_covered", (), 0.3)
    assert "brass" not in answer.text


def test_no_candidate_is_a_refusal(page: Page) -> None:
    answer = say(page, "What is the bell made of?")

    assert (answer.verdict, answer.confidence) == ("not_covered", 0.0)


def test_a_refusal_names_what_the_content_never_mentions(page: Page) -> None:
    answer = say(page, "What does the Heron cost in Mumbai?", Weight=0.2)

    assert answer.reason == "it never mentions “cost” or “Mumbai”"
    assert answer.text == "The content does not answer this: it never mentions “cost” or “Mumbai”."


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("Is scikit-learn better than C++?", "“scikit-learn” or “C++”"),
        ("Is the <b>zorgle</b> or the [quux](http://quux.example) brass?", "“zorgle” or “quux”"),
        ("Is the **zorgle** brass?", "“zorgle”"),
        ("Is smart art brass?", "“smart” or “art”"),
    ],
)
def test_what_is_missing_is_named_in_whole_words_without_markup(page: Page, typed: str, named: str) -> None:
    reason = say(page, typed, Weight=0.2).reason

    assert all(part in reason for part in named.split(" or "))
    assert not set("<>[]*") & set(reason)


def test_a_refusal_names_what_goes_unsupported_where_every_word_is_known(page: Page) -> None:
    answer = say(page, "Is the Heron made of brass?", Weight=0.2)

    assert answer.verdict == "not_covered"
    assert "“brass”" in answer.reason
    assert "“Heron”" not in answer.reason


@pytest.mark.parametrize("typed", ["what is it?", "🚲", "?!"])
def test_a_question_without_a_word_to_look_up_is_told_so(page: Page, typed: str) -> None:
    assert say(page, typed, Weight=0.2).reason == "there is no word in it to look up"


def test_a_refusal_offers_what_the_content_answers(page: Page) -> None:
    answer = say(page, "child seat for twins?", **{"Can I fit a child seat?": 0.3, "Weight": 0.1, "Made by": 0.2})

    assert answer.suggestions[0] == "Can I fit a child seat?"
    assert "Weight: Falcon or Heron?" in answer.suggestions


def test_a_row_that_lost_a_value_is_refused_with_its_place(page: Page) -> None:
    answer = say(page, "Who is the Falcon made by?", Made_by=0.9, Weight=0.6)

    assert answer.verdict == "not_covered"
    assert "the row “Made by” is unclear in the source (page.md, line 9" in answer.reason
    assert "Nordhaven" not in answer.text


def test_a_row_in_doubt_does_not_go_along_with_a_sound_one(page: Page) -> None:
    answer = say(page, "Falcon: weight, made by", Weight=0.9, Made_by=0.9)

    assert quotes(answer) == ["11 kg"]


def test_an_empty_cell_alone_is_said_to_be_empty_and_never_filled(page_of: PageOf) -> None:
    page = page_of("# P\n\n| Feature | Falcon | Heron |\n|---|---|---|\n| Bell | brass | |\n| Lamp | | red |\n")

    answer = say(page, "Which bell has the Heron?", Bell=0.9)

    assert answer.verdict == "not_covered"
    assert "brass" not in answer.text
    assert "“Bell”" in answer.reason
    assert "empty" in answer.reason


def test_rows_of_one_table_become_one_table(page: Page) -> None:
    answer = say(page, "Weight and gears of both", Weight=0.9, Gears=0.85)

    assert answer.text.splitlines() == [
        "| Feature | Falcon | Heron |",
        "|---|---|---|",
        "| Weight | 11 kg [1] | 13 kg [2] |",
        "| Gears | 3 [3] | 8 [4] |",
    ]


def test_what_is_much_less_sure_does_not_go_along(page: Page) -> None:
    assert quotes(say(page, "Heron: weight, gears", threshold=0.2, Weight=0.9, Gears=0.3)) == ["13 kg"]


@pytest.mark.parametrize("typed", ["How do I turn on the Falcon's lamp?", "What is the lamp of the Falcon made of?"])
def test_a_mark_in_a_cell_answers_no_more_than_yes_or_no(page: Page, typed: str) -> None:
    answer = say(page, typed, Lamp=0.9, Size=0.2)

    assert answer.verdict == "not_covered"
    assert answer.reason == "the row “Lamp” has only a mark there, and does not say more"
    assert answer.confidence == 0.2, "the chance of the others"


@pytest.mark.parametrize("typed", ["Has the Falcon a lamp?", "lamp, Falcon", "How do both compare: lamp?"])
def test_a_mark_answers_yes_or_no(page: Page, typed: str) -> None:
    assert "✅" in quotes(say(page, typed, Lamp=0.9))


def test_where_a_mark_says_too_little_the_next_that_is_sure_answers(page: Page) -> None:
    answer = say(page, "How do I get a lamp for the Falcon?", Lamp=0.9, **{"Are_spare_parts_easy_to_get?": 0.8})

    assert quotes(answer) == ["Yes, within two days."]
    assert answer.confidence == 0.8


def test_what_is_below_the_threshold_does_not_go_along(page: Page) -> None:
    assert quotes(say(page, "Heron: weight, gears", Weight=0.51, Gears=0.49)) == ["13 kg"]


def test_an_answer_is_not_a_page(page: Page) -> None:
    sure = {"Weight": 0.9, "Gears": 0.9, "Size": 0.9, "Rider": 0.9, "Guarantee": 0.9}

    assert len(quotes(say(page, "Heron?", **sure))) <= 3


def test_what_was_said_is_not_offered_again(page: Page) -> None:
    seat, parts = "Can I fit a child seat?", "Are spare parts easy to get?"

    answer = say(page, "Does a child seat fit?", **{seat: 0.9, parts: 0.1})

    assert answer.suggestions == (parts,)


def test_an_answer_keeps_what_was_typed_and_what_was_understood(page_of: PageOf) -> None:
    page = page_of("---\ntitle: Bikes\naliases: {Heron: [HR-2]}\n---\n\n# Bikes\n\nThe Heron has a bell.\n")

    answer = say(page, "  does the HR-2 have a bell", Bikes=0.9)

    assert (answer.question, answer.interpretation) == ("  does the HR-2 have a bell", "does the Heron have a bell")


def test_the_same_evidence_gives_the_same_answer(page: Page) -> None:
    sure = {"Weight": 0.7, "Gears": 0.7, "Size": 0.7}

    assert say(page, "Heron?", **sure) == say(page, "Heron?", **sure)
