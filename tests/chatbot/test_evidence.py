"""What a passage has for each word of a question."""

import numpy as np
import pytest

from chatbot.evidence import Candidate, weigh_passage
from chatbot.questions import Question
from index import Hit
from tests.chatbot.conftest import Page, PageOf

BIKES = """\
# Folding bikes

## Bells and saddles

The bell is brass. The saddle is leather from Turin.

## Falcon or Heron

| Feature | Falcon | Heron |
|---|---|---|
| Gears | three in the hub | eight on a derailleur |
"""


@pytest.fixture
def page(page_of: PageOf) -> Page:
    return page_of(BIKES)


def support(page: Page, typed: str, title: str) -> dict[str, float]:
    candidate = page.candidate(typed, title)
    return {
        term.text: round(float(value), 4)
        for term, value in zip(page.question(typed).weighed, candidate.support, strict=True)
    }


def test_a_word_that_the_passage_uses_is_supported_in_full(page: Page) -> None:
    assert support(page, "Is the bell of brass?", "Bells and saddles") == {"bell": 1.0, "brass": 1.0}


def test_an_inflection_supports_a_word_in_full(page: Page) -> None:
    assert support(page, "brass saddle, leathers", "Bells and saddles")["leathers"] == 1.0


def test_a_word_that_nothing_resembles_is_hardly_supported(page: Page) -> None:
    found = support(page, "Is the bell insured?", "Bells and saddles")

    assert found["bell"] == 1.0
    assert found["insured"] < 0.5


def test_a_word_of_the_headings_is_supported_wherever_the_passage_stands_below(page: Page) -> None:
    assert support(page, "folding gears", "Gears") == {"folding": 1.0, "gears": 1.0}


def test_each_sentence_is_tested_alone(page: Page) -> None:
    candidate = page.candidate("brass Turin", "Bells and saddles")

    assert candidate.sentences[:, 0].argmax() == 0
    assert candidate.sentences[:, 1].argmax() == 1
    assert candidate.coverage > candidate.best_sentence_coverage


def test_each_cell_of_a_row_is_tested_alone(page: Page) -> None:
    candidate = page.candidate("derailleur", "Gears")

    assert candidate.sentence_coverage.shape == (2,)
    assert candidate.sentence_coverage[1] > candidate.sentence_coverage[0]


def test_a_cell_is_read_with_the_name_of_its_column(page: Page) -> None:
    candidate = page.candidate("Heron", "Gears")

    assert candidate.sentence_coverage[1] == pytest.approx(1.0)
    assert candidate.sentence_coverage[0] < 0.5


def test_a_word_counts_as_exact_only_where_the_very_word_is_used(page: Page) -> None:
    typed = "brass bell insured folding"
    terms = [term.text for term in page.question(typed).weighed]

    exact = dict(zip(terms, page.candidate(typed, "Bells and saddles").exact.tolist(), strict=True))

    assert exact == {"brass": True, "bell": True, "insured": False, "folding": True}


@pytest.mark.parametrize("typed", ["bell", "brass bell from Oslo", "Is the Falcon insured in 2021?"])
def test_everything_is_between_nothing_and_all(page: Page, typed: str) -> None:
    for passage in page.index.passages:
        candidate = page.candidate(typed, passage.title)
        measured = (candidate.support, candidate.sentence_coverage, candidate.context, candidate.sentences)
        assert all(((values >= 0) & (values <= 1 + 1e-6)).all() for values in measured)
        assert 0 <= candidate.best_sentence_coverage <= candidate.coverage + 1e-6
        assert candidate.weights.sum() == pytest.approx(1.0)


def test_the_rarer_word_weighs_more(page: Page) -> None:
    candidate = page.candidate("time derailleur", "Gears")

    assert candidate.weights[1] > candidate.weights[0]


@pytest.mark.parametrize("typed", ["what is it", "is it for you"])
def test_a_question_of_function_words_is_supported_by_nothing(page: Page, typed: str) -> None:
    candidate = page.candidate(typed, "Gears")

    assert (candidate.coverage, candidate.best_sentence_coverage, candidate.support.shape) == (0.0, 0.0, (0,))
    assert candidate.sentence_coverage.tolist() == [0.0, 0.0]


def test_a_word_beyond_what_the_encoder_sees_counts_by_its_letters_alone(page: Page) -> None:
    typed = f"{'hub ' * 300}brass quux"

    candidate = page.candidate(typed, "Bells and saddles")

    assert candidate.support[-2:].tolist() == [1.0, 0.0]


def test_a_passage_is_weighed_alike_wherever_it_stands_among_the_hits(page: Page) -> None:
    question: Question = page.question("brass bell")
    encoding = page.index.encoder.encode([question.text])[0]
    hits: list[Hit] = page.index.search(encoding, question.text, k=5)

    weighed: list[Candidate] = [weigh_passage(question, encoding, hit, page.index) for hit in reversed(hits)]

    again = [weigh_passage(question, encoding, hit, page.index) for hit in hits]
    assert all(
        np.array_equal(one.sentences, other.sentences) for one, other in zip(reversed(weighed), again, strict=True)
    )
