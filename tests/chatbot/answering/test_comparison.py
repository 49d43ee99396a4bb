"""Rows of a table as an answer: the cell that was asked for, cells side by side, and what is empty or in doubt."""

from collections.abc import Sequence

import pytest

from chatbot.answering.comparison import answer_from_rows, is_in_doubt
from chatbot.answering.quotations import Quotations
from tests.chatbot.conftest import Page, PageOf

BIKES = """\
# Bikes

## Feature by feature

| Feature | Falcon | Heron | Notes |
|---|---|---|---|
| Weight | 11.4 kg | **13.2 kg** | with pedals |
| Gears | 3 in the hub | 8 on a derailleur | |
| Made by | Nordhaven Works | | |
| Colours | red \\| blue | [green](https://heron.example) | |
"""


def say(page: Page, typed: str, *titles: str) -> tuple[str, Quotations]:
    quotations = Quotations(page.texts)
    rows = [page.candidate(typed, title) for title in titles]
    return answer_from_rows(page.question(typed), rows, quotations), quotations


def quotes(quotations: Quotations) -> list[str]:
    return [citation.quote for citation in quotations.citations]


def heads(text: str) -> Sequence[str]:
    return [cell.strip() for cell in text.splitlines()[0].strip("|").split("|")]


def test_one_entity_and_one_factor_give_that_cell_with_both_names(page_of: PageOf) -> None:
    text, quotations = say(page_of(BIKES), "How many gears has the Heron?", "Gears")

    assert text == "**Gears – Heron**: 8 on a derailleur [1]"
    assert quotes(quotations) == ["8 on a derailleur"]


def test_two_entities_stand_side_by_side(page_of: PageOf) -> None:
    text, quotations = say(page_of(BIKES), "Gears of the Heron and the Falcon", "Gears")

    assert text == ("| Feature | Falcon | Heron |\n|---|---|---|\n| Gears | 3 in the hub [1] | 8 on a derailleur [2] |")
    assert quotes(quotations) == ["3 in the hub", "8 on a derailleur"]


def test_where_no_entity_is_named_none_is_dropped(page_of: PageOf) -> None:
    text, quotations = say(page_of(BIKES), "How many gears?", "Gears")

    assert heads(text) == ["Feature", "Falcon", "Heron"]
    assert quotes(quotations) == ["3 in the hub", "8 on a derailleur"]


def test_the_entity_may_be_meant_by_what_its_cell_says(page_of: PageOf) -> None:
    text, _ = say(page_of(BIKES), "Which has a derailleur?", "Gears")

    assert text == "**Gears – Heron**: 8 on a derailleur [1]"


def test_who_asks_for_both_gets_both_whatever_one_of_them_says(page_of: PageOf) -> None:
    text, _ = say(page_of(BIKES), "derailleur gears: what do the two have?", "Gears")

    assert heads(text) == ["Feature", "Falcon", "Heron"]


def test_a_cell_that_alone_has_a_telling_word_goes_along_with_what_is_named(page_of: PageOf) -> None:
    text, _ = say(page_of(BIKES), "Gears of the Falcon, and those with a derailleur", "Gears")

    assert heads(text) == ["Feature", "Falcon", "Heron"]


def test_a_part_of_a_name_is_enough(page_of: PageOf) -> None:
    page = page_of(
        "# P\n\n| Key | Apollo Client | React Router | React Query |\n|---|---|---|---|\n| Cache | a | b | c |\n"
    )

    text, _ = say(page, "cache, apollo against the router", "Cache")

    assert heads(text) == ["Key", "Apollo Client", "React Router"]


def test_a_remark_goes_along_with_the_cell(page_of: PageOf) -> None:
    text, quotations = say(page_of(BIKES), "What does the Heron weigh?", "Weight")

    assert heads(text) == ["Feature", "Heron", "Notes"]
    assert quotes(quotations) == ["**13.2 kg**", "with pedals"]


def test_a_remark_of_any_of_the_rows_is_shown(page_of: PageOf) -> None:
    text, quotations = say(page_of(BIKES), "gears and weight of the Heron", "Gears", "Weight")

    assert heads(text) == ["Feature", "Heron", "Notes"]
    assert quotes(quotations) == ["**13.2 kg**", "with pedals", "8 on a derailleur"]


def test_rows_stand_in_the_order_of_the_page_whatever_is_surest(page_of: PageOf) -> None:
    text, _ = say(page_of(BIKES), "made by whom, gears: Falcon, Heron", "Made by", "Gears")

    assert [line.split("|")[1].strip() for line in text.splitlines()[2:]] == ["Gears", "Made by"]


def test_an_empty_cell_is_said_to_be_empty(page_of: PageOf) -> None:
    text, quotations = say(page_of(BIKES), "Who are Heron and Falcon made by?", "Made by")

    assert text.splitlines()[2] == "| Made by | Nordhaven Works [1] | not stated |"
    assert quotes(quotations) == ["Nordhaven Works"]


def test_marks_and_bars_in_a_cell_stay_as_the_owner_wrote_them(page_of: PageOf) -> None:
    text, quotations = say(page_of(BIKES), "colours of Falcon and Heron", "Colours")

    assert text.splitlines()[2] == "| Colours | red \\| blue [1] | [green](https://heron.example) [2] |"
    assert quotes(quotations) == ["red \\| blue", "[green](https://heron.example)"]


def test_a_bar_in_a_name_does_not_part_cells(page_of: PageOf) -> None:
    page = page_of("# P\n\n| Key | A \\| B | C |\n|---|---|---|\n| on \\| off | 1 | 2 |\n")

    text, _ = say(page, "on off for both", "on | off")

    assert text == "| Key | A \\| B | C |\n|---|---|---|\n| on \\| off | 1 [1] | 2 [2] |"


def test_a_footnote_in_a_name_does_not_look_like_a_citation(page_of: PageOf) -> None:
    page = page_of("# P\n\n| Key [9] | A [2] | C |\n|---|---|---|\n| Price [7] | 10 | 20 |\n")

    text, quotations = say(page, "price of both", "Price [7]")

    assert text == "| Key | A | C |\n|---|---|---|\n| Price | 10 [1] | 20 [2] |"
    assert quotes(quotations) == ["10", "20"]


def test_two_columns_of_one_name_are_both_given(page_of: PageOf) -> None:
    page = page_of("# P\n\n| Ward | Hours | Hours | Beds |\n|---|---|---|---|\n| North | 9 to 12 | 14 to 18 | 30 |\n")

    text, quotations = say(page, "Hours of the North ward", "North")

    assert quotes(quotations) == ["9 to 12", "14 to 18"]
    assert heads(text) == ["Ward", "Hours", "Hours"]


@pytest.mark.parametrize("column", ["Notes", "Details", "Explanation"])
def test_a_table_of_remarks_alone_is_answered_from(page_of: PageOf, column: str) -> None:
    page = page_of(f"# P\n\n| Option | {column} |\n|---|---|\n| verbose | prints every step |\n")

    text, quotations = say(page, "what does verbose do", "verbose")

    assert text == f"**verbose – {column}**: prints every step [1]"
    assert quotes(quotations) == ["prints every step"]


def test_a_table_of_one_column_is_answered_from(page_of: PageOf) -> None:
    page = page_of("# P\n\n| Supported |\n|---|\n| Debian 12 |\n| Fedora 40 |\n")

    text, quotations = say(page, "is debian 12 supported", "Debian 12")

    assert text == "- Debian 12 [1]"
    assert quotes(quotations) == ["Debian 12"]


def test_every_citation_stands_in_the_row_of_its_line(page_of: PageOf) -> None:
    page = page_of(BIKES)

    _, quotations = say(page, "weight and gears of both", "Weight", "Gears")

    assert [c.source.first_line for c in quotations.citations] == [7, 7, 7, 8, 8]
    assert [c.source.last_line for c in quotations.citations] == [7, 7, 7, 8, 8]
    assert all(c.source.heading == ("Bikes", "Feature by feature") for c in quotations.citations)


def test_a_row_that_lost_a_value_is_in_doubt_and_its_neighbours_are_not(page_of: PageOf) -> None:
    rows = "\n".join(f"| Feature {number} | {number} m | {number + 1} m |" for number in range(1, 6))
    page = page_of(f"# P\n\n| Feature | Falcon | Heron |\n|---|---|---|\n| Made by | Nordhaven | |\n{rows}\n")

    assert is_in_doubt(page.passage("Made by"))
    assert not is_in_doubt(page.passage("Feature 1"))


def test_prose_is_never_in_doubt(page_of: PageOf) -> None:
    assert not is_in_doubt(page_of("# P\n\nOne sentence.\n").passage("P"))


def test_cells_of_several_lines_stand_one_below_the_other(page_of: PageOf) -> None:
    page = page_of('Feature,Falcon,Heron\nGears,"3, all\nin the hub",8 | a derailleur\n', "bikes.csv")
    text, quotations = say(page, "Gears of the Heron and the Falcon", "Gears")

    assert text == "**Gears – Falcon**: 3, all\nin the hub [1]\n\n**Gears – Heron**: 8 | a derailleur [2]"
    assert quotes(quotations) == ["3, all\nin the hub", "8 | a derailleur"]


def test_one_cell_for_two_columns_is_said_of_both_and_cited_once(page_of: PageOf) -> None:
    source = (
        "<table><tr><th>Feature<th>Falcon<th>Heron<tr><th>Gears<td colspan=2>a hub<tr><th>Bell<td>no<td>yes</table>"
    )
    text, quotations = say(page_of(source, "bikes.html"), "Gears of the Heron and the Falcon", "Gears")

    assert text.splitlines()[-1] == "| Gears | a hub [1] | a hub [1] |"
    assert quotes(quotations) == ["a hub"]
