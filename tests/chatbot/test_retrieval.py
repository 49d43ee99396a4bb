"""What the content has for a question, the best first."""

from pathlib import Path

import pytest

from chatbot.confidence import Calibration, LinearModel
from chatbot.names import names_of
from chatbot.retrieval import CANDIDATES, CHANCE_OF_ANOTHER, CHANCE_OF_THE_CELL, Evidence, find_evidence
from index import Encoder, SearchIndex, build_index
from tests.chatbot.conftest import Page, PageOf

BIKES = """\
---
title: Bikes
aliases: {Heron: [HR-2]}
---

# Bikes

## Is the Heron light?

No, not at all.

## Are spare parts easy to get?

Yes, within two days.

## Side by side

| Feature | Falcon | Heron | Notes |
|---|---|---|---|
| Gears | three | eight | in the hub |
"""


def find(page: Page, typed: str) -> Evidence:
    return find_evidence(typed, page.index, page.names, Calibration.shipped(page.index.encoder.name))


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("Is the Heron light?", "Is the Heron light?"),
        ("is the HR-2 light", "Is the Heron light?"),
        ("Are spare parts easy to get?", "Are spare parts easy to get?"),
        ("How many gears has the Falcon?", "Gears"),
    ],
)
def test_what_answers_comes_first(page_of: PageOf, typed: str, title: str) -> None:
    assert find(page_of(BIKES), typed).candidates[0].candidate.hit.passage.title == title


def test_the_best_comes_first_and_tells_how_sure_the_whole_is(page_of: PageOf) -> None:
    evidence = find(page_of(BIKES), "Is the Heron light?")

    ranks = [item.rank for item in evidence.candidates]
    assert ranks == sorted(ranks, reverse=True)
    assert evidence.confidence == evidence.candidates[0].confidence


@pytest.mark.parametrize("typed", ["what is it", "🚲", "?!"])
def test_a_question_without_a_word_to_look_up_finds_nothing(page_of: PageOf, typed: str) -> None:
    assert find(page_of(BIKES), typed).candidates == ()


def test_no_passage_is_judged_twice(page_of: PageOf) -> None:
    evidence = find(page_of(BIKES), "gears of the Heron")

    titles = [item.candidate.hit.passage.title for item in evidence.candidates]
    assert sorted(titles) == ["Are spare parts easy to get?", "Gears", "Is the Heron light?"]


def test_of_a_large_page_only_the_best_are_judged(page_of: PageOf) -> None:
    page = page_of("# P\n\n" + "\n\n".join(f"## Part {number}\n\nGear number {number}." for number in range(40)))

    evidence = find(page, "Gear number 7")

    assert len(evidence.candidates) == CANDIDATES
    assert evidence.candidates[0].candidate.hit.passage.title == "Part 7"


def test_the_same_question_finds_the_same(page_of: PageOf) -> None:
    page = page_of(BIKES)

    once, again = (
        [(item.candidate.hit.number, item.confidence) for item in find(page, "gears and parts").candidates]
        for _ in range(2)
    )

    assert once == again


def test_passages_that_say_the_same_keep_the_order_of_the_page(page_of: PageOf) -> None:
    page = page_of("# P\n\n## Bell\n\nThe bell is brass.\n\n## Bell\n\nThe bell is brass.\n")

    evidence = find(page, "What is the bell made of?")

    assert [item.candidate.hit.number for item in evidence.candidates] == [0, 1]


def test_evidence_of_nothing_is_not_sure_at_all(page_of: PageOf) -> None:
    assert Evidence(page_of(BIKES).question("gears"), ()).confidence == 0.0


def test_the_names_are_those_of_columns_and_of_the_front_matter(page_of: PageOf) -> None:
    names = page_of(BIKES).names

    assert names.entities[:2] == ("Falcon", "Heron")
    assert dict(names.aliases) == {"Heron": ("HR-2",)}
    assert {"falcon", "heron", "gear"} <= names.vocabulary


def test_other_names_of_one_thing_are_collected_from_all_pages(page_of: PageOf) -> None:
    page_of(BIKES, "bikes.md")

    names = page_of("---\naliases: {Heron: [grey one], Falcon: [FL]}\n---\n\n# More\n\nMore of it.\n", "more.md").names

    assert dict(names.aliases) == {"Heron": ("HR-2", "grey one"), "Falcon": ("FL",)}


PLACES = """\
# Jobs

Firms in Pune hire most. Our office in Pune opened in 2026, and Pune Traders came first.

## What share of Pune postings wants Python?

About 60 % of Pune postings in 2026 want Python.
"""


@pytest.mark.parametrize(
    "typed", ["What share of Mumbai postings wants Python?", "What share of Pune postings wanted Python in 2019?"]
)
def test_another_place_or_year_in_the_passage_is_not_the_one_that_was_asked_about(
    real_encoder: Encoder, tmp_path: Path, typed: str
) -> None:
    (tmp_path / "jobs.md").write_text(PLACES, encoding="utf-8")
    build_index(tmp_path, tmp_path / ".index", real_encoder)
    index = SearchIndex.open(tmp_path / ".index", real_encoder)
    always_sure = Calibration(None, LinearModel(0.0, {}), LinearModel(9.0, {}), LinearModel(9.0, {}), 0.5)

    asked, another = (
        find_evidence(question, index, names_of(index), always_sure)
        for question in ("What share of Pune postings wants Python?", typed)
    )

    assert asked.confidence > 0.99
    assert another.confidence == CHANCE_OF_ANOTHER


HOURS = """\
# Library

## Opening hours

| Day | Main house | Harbour branch |
|---|---|---|
| Monday | closed | 14:00 to 18:00 |
| Tuesday | 10:00 to 19:00 | |
"""


@pytest.mark.parametrize(
    ("typed", "is_named"),
    [
        ("When is the main house open on Monday?", True),
        ("Is the main house open on Mondays for dogs?", False),
        ("When is the main house open?", False),
        ("When is it open on Monday?", False),
        ("When is the harbour branch open on Tuesday?", False),
    ],
)
def test_who_names_row_and_column_and_nothing_else_is_answered_by_the_cell(
    page_of: PageOf, typed: str, *, is_named: bool
) -> None:
    page = page_of(HOURS)
    never_sure = Calibration(None, LinearModel(0.0, {}), LinearModel(-9.0, {}), LinearModel(-9.0, {}), 0.5)

    confidences = [item.confidence for item in find_evidence(typed, page.index, page.names, never_sure).candidates]

    assert (max(confidences) == CHANCE_OF_THE_CELL) == is_named
