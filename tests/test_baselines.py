"""The usual pipelines that the benchmarks compare with: each is asked fairly and counted as our own answers are."""

from math import inf
from pathlib import Path

import pytest

from benchmarks.baselines import BaselineOutcome, best_threshold, describe, glue, open_bm25, run_baseline
from benchmarks.question_sets import Case

CHUNKS = [
    "The library opens at nine on weekdays.",
    "A lost card costs five euros.",
    "Books are lent for four weeks.",
]


def case(answerable: bool | None, *turns: str, page: Path = Path("page.md")) -> Case:
    kind = "faq" if answerable else "near-oos"
    must, must_not = (("five",) if answerable else ()), (("secret",) if answerable is None else ())
    return Case("a case", page, kind, turns or ("What does a lost card cost?",), answerable, must, must_not)


def outcome(answerable: bool | None, text: str, score: float) -> BaselineOutcome:
    return BaselineOutcome(case(answerable), text, score, 0.002)


def test_bm25_finds_the_right_chunk() -> None:
    with open_bm25(CHUNKS) as search:
        found = search("What does a lost card cost?", 3)

    assert [item.text for item in found] == [CHUNKS[1]]


def test_bm25_finds_nothing_where_no_word_is_shared() -> None:
    with open_bm25(CHUNKS) as search:
        assert search("zebra", 3) == []


def test_asks_a_page_for_the_last_turn(tmp_path: Path) -> None:
    pytest.importorskip("langchain_text_splitters")
    page = tmp_path / "page.md"
    page.write_text("\n\n".join(chunk + " More on it elsewhere." * 30 for chunk in CHUNKS), encoding="utf-8")

    (found,) = run_baseline("BM25", [case(True, "When do you open?", "and a lost card?", page=page)])
    (three,) = run_baseline("BM25, top 3", [case(True, "Books and weekdays and a lost card", page=page)])

    assert found.text.startswith(CHUNKS[1])
    assert found.is_right(found.score)
    assert [three.text.count(chunk) for chunk in CHUNKS] == [1, 1, 1]


def test_glued_turns_are_one_question() -> None:
    assert glue(case(True, "and the card?", "a lost one")).turns == ("and the card? a lost one",)


@pytest.mark.parametrize(
    ("answerable", "text", "given", "refused"),
    [
        (True, "It costs five euros.", True, False),
        (True, "It costs nothing.", False, False),
        (False, "It costs five euros.", False, True),
        (None, "The secret is out.", False, True),
        (None, "It costs nothing.", True, True),
    ],
)
def test_an_answer_is_right_or_rightly_refused(answerable: bool | None, text: str, given: bool, refused: bool) -> None:
    found = outcome(answerable, text, 0.5)

    assert (found.is_right(0.5), found.is_right(0.51)) == (given, refused)


def test_the_threshold_is_the_score_that_is_best_in_hindsight() -> None:
    outcomes = [
        outcome(True, "five", 0.9),
        outcome(False, "", 0.8),
        outcome(True, "five", 0.7),
        outcome(True, "five", 0.6),
        outcome(True, "nothing", 0.5),
        outcome(False, "", 0.4),
    ]

    assert best_threshold(outcomes) == 0.6
    # Right 3 of 4, refused 1 of 2, in all 4 of 6; wrong is the one given at .8; 5 of 8 pairs are in order.
    expected = "| BM25 | 75.0 % | 50.0 % | 50.0 % | 66.7 % | 16.7 % | 0.625 | 2.0, 2.0 ms | 0.600 |"
    assert describe("BM25", outcomes) == expected


def test_of_equal_thresholds_the_one_that_gives_fewest_answers_is_best() -> None:
    assert best_threshold([outcome(True, "five", 0.9), outcome(True, "nothing", 0.5)]) == 0.9


def test_no_answer_is_given_where_each_would_be_wrong() -> None:
    assert best_threshold([outcome(True, "nothing", 0.9), outcome(False, "", 0.8)]) == inf
