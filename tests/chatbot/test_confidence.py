"""What was measured of a candidate as a chance between 0 and 1."""

import math
from collections.abc import Sequence

import pytest

from chatbot.confidence import DECISION_FEATURES, RANKING_FEATURES, Calibration, Features, LinearModel, measure
from index import DEFAULT_ENCODER
from tests.chatbot.conftest import Page, PageOf

BIKES = """\
# Bikes

The bell is brass. The saddle is leather.

## Is the Heron light?

No, not at all.

| Feature | Falcon | Heron |
|---|---|---|
| Gears | three in the hub | eight on a derailleur |
"""


@pytest.fixture
def page(page_of: PageOf) -> Page:
    return page_of(BIKES)


def measured(page: Page, typed: str) -> Sequence[Features]:
    titles = dict.fromkeys(passage.title for passage in page.index.passages)
    return measure(page.question(typed), [page.candidate(typed, title) for title in titles])


def test_a_chance_lies_between_0_and_1_however_large_the_features() -> None:
    model = LinearModel(0.0, {"a": 1.0})

    chances = [model.chance({"a": value}) for value in (-1e9, -1.0, 0.0, 1.0, 1e9)]

    assert chances == sorted(chances)
    assert 0.0 <= chances[0] < chances[1] < 0.5 == chances[2] < chances[3] < chances[4] <= 1.0


def test_odds_add_up() -> None:
    model = LinearModel(-1.0, {"a": 2.0, "b": -3.0})

    assert model.chance({"a": 1.0, "b": 0.5}) == pytest.approx(1 / (1 + math.exp(0.5)))


def test_a_feature_that_a_model_does_not_know_changes_nothing() -> None:
    model = LinearModel(0.0, {"a": 1.0})

    assert model.chance({"a": 1.0, "b": 9.0}) == model.chance({"a": 1.0})


def test_a_feature_that_was_not_measured_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="b"):
        LinearModel(0.0, {"a": 1.0, "b": 1.0}).chance({"a": 1.0})


def test_the_calibration_that_comes_along_uses_what_is_measured() -> None:
    shipped = Calibration.shipped("another-encoder")

    assert set(shipped.ranking.coefficients) <= set(RANKING_FEATURES)
    assert set(shipped.decision.coefficients) <= set(DECISION_FEATURES)
    assert 0.0 < shipped.threshold < 1.0


def test_an_examiner_has_its_say_for_the_encoder_that_it_learned_from_and_no_other() -> None:
    learned, other = Calibration.shipped(DEFAULT_ENCODER), Calibration.shipped("another-encoder")

    assert learned.examiner is not None
    assert {"examined_rank"} == set(learned.ranking.coefficients) - set(RANKING_FEATURES)
    assert {"examined_sure"} == set(learned.decision.coefficients) - set(DECISION_FEATURES)
    assert other.examiner is None


def test_the_calibration_that_comes_along_is_read_once() -> None:
    assert Calibration.shipped(DEFAULT_ENCODER) is Calibration.shipped(DEFAULT_ENCODER)


@pytest.mark.parametrize("typed", ["Is the Heron light?", "brass bell from Oslo", "how much in 2021", "what is it"])
def test_every_candidate_is_measured_in_full(page: Page, typed: str) -> None:
    rows = measured(page, typed)

    assert len(rows) == 3
    assert all(set(row) >= {*RANKING_FEATURES, *DECISION_FEATURES} for row in rows)
    assert all(math.isfinite(value) for row in rows for value in row.values())


def test_nothing_is_measured_of_nothing(page: Page) -> None:
    assert measure(page.question("Is the Heron light?"), []) == []


def test_what_answers_ranks_before_what_does_not(page: Page) -> None:
    ranking = Calibration.shipped("another-encoder").ranking
    typed = "Is the Heron light?"
    right, wrong = (page.candidate(typed, title) for title in ("Is the Heron light?", "Bikes"))

    chances = [ranking.chance(row) for row in measure(page.question(typed), [right, wrong])]

    assert chances[0] > chances[1]


def test_a_missing_name_makes_it_less_sure(page: Page) -> None:
    decision = Calibration.shipped("another-encoder").decision

    chances = [
        max(decision.chance(row) for row in measured(page, typed))
        for typed in ("Is the Heron light?", "Is the Heron light in Ouagadougou?")
    ]

    assert chances[0] > chances[1]
