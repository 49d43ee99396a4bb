from pathlib import Path

import pytest

from index.chunking import split_document
from index.chunking.questions import ends_as_question, is_question
from index.passages import Passage
from index.readers import read_folder
from index.readers.document import Heading, Span

DOCUMENTS = Path(__file__).parents[2] / "documents"


def passages(name: str) -> list[Passage]:
    documents, _ = read_folder(DOCUMENTS / name)
    return split_document(documents[0])


def test_a_nested_question_makes_its_own_passage_and_other_headings_stay_in_the_answer() -> None:
    found = [(passage.kind, passage.title, passage.text) for passage in passages("nested-questions.md")]

    assert found == [
        ("question", "How do I start?", "Make an account.\n\n### On a phone\n\nUse the app."),
        ("question", "What if I have no phone?", "Use a browser."),
        ("section", "On paper", "Post the form."),
        ("question", "How to stop", "Close the account."),
        ("section", "Opening hours", "Nine to five."),
    ]


def test_the_question_stands_at_the_end_of_the_heading_path() -> None:
    nested = passages("nested-questions.md")[1]

    assert nested.source.heading == ("FAQ", "How do I start?", "What if I have no phone?")


def test_a_table_in_an_answer_becomes_rows_under_the_question() -> None:
    found = [(passage.kind, passage.source.heading[-1], passage.text) for passage in passages("table-in-answer.md")]

    assert found == [
        ("question", "Which plan suits me?", "Compare them here:"),
        ("row", "Which plan suits me?", "| Price | 5 | 9 |"),
        ("section", "Which plan suits me?", "Most people take the small one."),
    ]


def test_answers_to_questions_that_are_no_headings_end_where_their_part_ends() -> None:
    found = {passage.title: passage.text for passage in passages("folded-questions.md") if passage.kind == "question"}

    assert found == {
        "Can I pay by card?": "Yes, with **any** card.",
        "Do you ship abroad?": "Only within Europe.",
        "Where is my parcel?": "Ask the courier.",
        "Is there a warranty?": "Two years.",
        "Can I return it?": "Within 30 days.",
    }


@pytest.mark.parametrize(
    "title", ["Is it free?", 'What is "preview"?', "It broke. What now? (Windows)", "¿Qué es?", "何ですか？"]
)
def test_a_question_mark_makes_a_question(title: str) -> None:
    assert is_question(Heading(2, title, Span(0, 1)), (), [])


@pytest.mark.parametrize(
    "title", ["How to stop", "I want to leave", "Can I pay later", "Why it is slow", "What about cats"]
)
def test_words_that_begin_questions_make_one_only_among_questions(title: str) -> None:
    heading = Heading(2, title, Span(0, 1))

    assert is_question(heading, ("FAQ",), [heading])
    assert not is_question(heading, ("Guide",), [heading])


@pytest.mark.parametrize(
    "title", ["When PyTorch is the better pick", "Opening hours", "Do not press", "What's new here is gone"]
)
def test_statements_are_no_questions(title: str) -> None:
    heading = Heading(2, title, Span(0, 1))

    assert not is_question(heading, ("Guide",), [heading])
    assert not ends_as_question(title)
