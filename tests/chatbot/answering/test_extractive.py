"""Prose as an answer: which sentences are quoted, what goes along with them, and that nothing is changed."""

from chatbot.answering.extractive import MOST_SENTENCES, WHOLE_ANSWER, answer_from_prose
from chatbot.answering.quotations import Quotations
from tests.chatbot.conftest import Page, PageOf


def say(page: Page, typed: str, title: str) -> tuple[str, list[str]]:
    quotations = Quotations(page.texts)
    text = answer_from_prose(page.question(typed), page.candidate(typed, title), quotations)
    return text, [citation.quote for citation in quotations.citations]


def test_an_answer_that_the_owner_cut_is_given_whole(page_of: PageOf) -> None:
    page = page_of("# P\n\n## Is it light?\n\nNo, not at all.\nThe frame is steel.\n\nIt has **no** motor.\n")

    text, quotes = say(page, "Does it have a motor?", "Is it light?")

    assert quotes == ["No, not at all.\nThe frame is steel.\n\nIt has **no** motor."]
    assert text == f"{quotes[0]} [1]"


def test_of_a_long_answer_the_first_sentence_goes_along(page_of: PageOf) -> None:
    filler = " ".join(f"Filler number {number} tells of wind and weather in many words." for number in range(20))
    page = page_of(f"# P\n\n## Is it light?\n\nNo, not at all. {filler} The bell is brass.\n")
    assert len(page.passage("Is it light?").text) > WHOLE_ANSWER

    text, quotes = say(page, "What is the bell made of?", "Is it light?")

    assert quotes == ["No, not at all.", "The bell is brass."]
    assert text == "No, not at all. [1]\n\nThe bell is brass. [2]"


def test_of_prose_only_the_sentence_that_answers_is_quoted(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe frame is steel. The bell is brass. The saddle is leather.\n")

    assert say(page, "What is the bell made of?", "Bikes") == ("The bell is brass. [1]", ["The bell is brass."])


def test_where_a_question_is_put_in_other_words_the_whole_paragraph_is_quoted(page_of: PageOf) -> None:
    filler = "\n\n".join(f"Part {number} speaks of wheels, spokes, tyres and chains." for number in range(20))
    page = page_of(f"# Bikes\n\nThe bell is made in Turin. Brass it is.\n\n{filler}\n")

    _, quotes = say(page, "Which alloy do you choose for the bell?", "Bikes")

    assert quotes == ["The bell is made in Turin. Brass it is."]


def test_sentences_that_follow_one_another_are_one_quote(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe bell is brass. The bell rings. The saddle is leather. The bell is loud.\n")

    _, quotes = say(page, "bell", "Bikes")

    assert quotes == ["The bell is brass. The bell rings.", "The bell is loud."]


def test_quotes_stand_in_reading_order_whichever_answers_best(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe bell came from Turin. The saddle is leather. The brass bell from Turin rings.\n")

    _, quotes = say(page, "brass bell Turin", "Bikes")

    assert quotes[-1] == "The brass bell from Turin rings."
    assert quotes == sorted(quotes, key=page.texts["page.md"].index)


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe saddle is leather. The bell is from Turin. It is brass. The frame is steel.\n")

    _, quotes = say(page, "what is brass", "Bikes")

    assert quotes == ["The bell is from Turin. It is brass."]


def test_a_sentence_at_the_beginning_of_a_paragraph_leans_on_nothing(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe saddle is leather.\n\nIt is brass that bells are made of.\n")

    _, quotes = say(page, "brass bells", "Bikes")

    assert quotes == ["It is brass that bells are made of."]


def test_a_paragraph_that_goes_on_about_it_brings_the_one_before_along(page_of: PageOf) -> None:
    page = page_of(
        "# Bikes\n\nThe saddle is old.\n\nThe bell is from Turin.\n\nIt rings in brass.\n\nFrames are steel.\n"
    )

    _, quotes = say(page, "rings brass", "Bikes")

    assert quotes == ["The bell is from Turin.\n\nIt rings in brass."]


def test_what_leads_to_a_list_brings_the_list_along(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe saddle is leather.\n\nThe bell comes in three metals:\n\n- brass\n- steel\n- tin\n")

    text, quotes = say(page, "In which metals does the bell come?", "Bikes")

    assert quotes == ["The bell comes in three metals:\n\n- brass\n- steel\n- tin"]
    assert text == f"{quotes[0]} [1]"


def test_an_item_alone_stays_an_item(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nMore of it.\n\n- The saddle is old.\n- The bell is brass.\n- The frame is steel.\n")

    text, quotes = say(page, "brass bell", "Bikes")

    assert quotes == ["The bell is brass."]
    assert text == "- The bell is brass. [1]"


def test_a_mark_after_code_stands_on_a_line_of_its_own(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe saddle is leather.\n\nRing the bell so:\n\n```sh\nring --bell\n```\n")

    text, quotes = say(page, "how to ring the bell", "Bikes")

    assert quotes == ["Ring the bell so:\n\n```sh\nring --bell\n```"]
    assert text.endswith("```\n\n[1]")


def test_an_answer_from_prose_is_never_the_whole_page(page_of: PageOf) -> None:
    sentences = [f"Bell {number} is brass." if number % 2 else f"Saddle {number} is leather." for number in range(30)]
    page = page_of(f"# Bikes\n\n{' '.join(sentences)}\n")

    _, quotes = say(page, "Which bell is brass?", "Bikes")

    assert 1 <= len(quotes) <= MOST_SENTENCES
    assert all(quote.startswith("Bell") for quote in quotes)


def test_markup_stays_as_the_owner_wrote_it(page_of: PageOf) -> None:
    sentence = "The **bell** of [Turin](https://turin.example) costs `9 < 10` &euro;."
    page = page_of(f"# Bikes\n\nThe saddle is leather. {sentence}\n")

    assert say(page, "bell of Turin", "Bikes") == (f"{sentence} [1]", [sentence])


def test_a_question_that_nothing_supports_still_gives_whole_sentences(page_of: PageOf) -> None:
    page = page_of("# Bikes\n\nThe frame is steel. The bell is brass.\n")

    text, quotes = say(page, "what is it", "Bikes")

    assert quotes
    assert all(quote in page.texts["page.md"] and quote.endswith(".") for quote in quotes)
    assert text.endswith(f"[{len(quotes)}]")


FEES = "\n\n".join(
    [
        "# Fees",
        *(f"Members of the club row on the lake in boat number {letter} of the club." for letter in "ABCDEFGHIJ"),
        "The fee is due in spring.",
        "A refund reaches the account within 12 days.",
    ]
)


def test_where_a_number_is_asked_for_the_best_sentence_with_one_goes_along(page_of: PageOf) -> None:
    page = page_of(FEES)

    _, without_number = say(page, "When is the fee of the club due?", "Fees")
    _, with_number = say(page, "How many boats of the club row on the lake?", "Fees")

    assert not any("12 days" in quote for quote in without_number)
    assert any("12 days" in quote for quote in with_number)
