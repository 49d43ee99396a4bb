"""Which questions are offered: those that the content answers, in its own words."""

from chatbot.suggestions import nearest_questions, question_of, questions_of
from tests.chatbot.conftest import PageOf

BIKES = """\
# Bikes

The bell is brass.

## How the gears work: an overview.

They work well.

## Is it light?

No.

## Falcon or Heron

| Feature | Falcon | Heron | Notes |
|---|---|---|---|
| Weight | 11 kg | 13 kg | bare |
| Bell | brass | | |
| Does it float? | no | no | |
| Colour | | | any |

## Four of them

| Feature | A | B | C | D |
|---|---|---|---|---|
| Size | 1 | 2 | 3 | 4 |
"""


def test_a_question_of_the_page_is_offered_as_it_stands(page_of: PageOf) -> None:
    assert question_of(page_of(BIKES).passage("Is it light?")) == "Is it light?"


def test_a_section_is_offered_by_its_heading(page_of: PageOf) -> None:
    page = page_of(BIKES)

    assert question_of(page.passage("Bikes")) == "Bikes?"
    assert question_of(page.passage("How the gears work: an overview.")) == "How the gears work: an overview?"


def test_a_row_is_offered_with_what_it_compares(page_of: PageOf) -> None:
    page = page_of(BIKES)

    assert question_of(page.passage("Weight")) == "Weight: Falcon or Heron?"
    assert question_of(page.passage("Does it float?")) == "Does it float?"
    assert question_of(page.passage("Size")) == "Size?"


def test_an_empty_cell_is_not_offered(page_of: PageOf) -> None:
    page = page_of(BIKES)

    assert question_of(page.passage("Bell")) == "Bell: Falcon?"
    assert question_of(page.passage("Colour")) == ""


def test_a_row_in_doubt_is_not_offered(page_of: PageOf) -> None:
    rows = "\n".join(f"| Feature {number} | {number} m | {number + 1} m |" for number in range(1, 6))
    page = page_of(f"# P\n\n| Feature | Falcon | Heron |\n|---|---|---|\n| Who made it? | Nordhaven | |\n{rows}\n")

    assert question_of(page.passage("Who made it?")) == ""


def test_no_question_is_offered_twice(page_of: PageOf) -> None:
    page = page_of("# P\n\n## Bell\n\nBrass.\n\n## Bell\n\nSteel.\n")

    assert questions_of(page.index.passages) == ["Bell?"]


def test_the_nearest_come_first(page_of: PageOf) -> None:
    page = page_of(BIKES)
    sure = dict.fromkeys(("Size", "Bikes", "Weight", "Is it light?", "Bell"), 0.1)

    offers = nearest_questions(page.evidence("weight of the Heron in Oslo", sure))

    assert offers[0] == "Weight: Falcon or Heron?"
    assert len(offers) == len(set(offers)) == len(sure)


def test_what_was_asked_or_said_already_is_not_offered(page_of: PageOf) -> None:
    page = page_of(BIKES)
    evidence = page.evidence("is it light?", {"Is it light?": 0.2, "Weight": 0.1, "Size": 0.1})

    assert nearest_questions(evidence, without=[page.passage("Weight")]) == ("Size?",)


def test_a_heading_that_gives_nothing_to_look_up_is_not_offered(page_of: PageOf) -> None:
    page = page_of("# Trails\n\n## Getting there\n\nBy bus.\n\n## What is it?\n\nA trail.\n\n## 🚲\n\nBy bike.\n")

    assert questions_of(page.index.passages) == []
