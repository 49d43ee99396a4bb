"""Nothing of a passage is invisible: every word of it stands in a text that the encoder sees to its end."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import split_document
from index.encoder import Encoder
from index.passages import Cell, Passage, Sentence
from index.plaintext import plain_text
from index.readers import read_document
from index.views import CONTEXT, View, passage_views

LIMIT = 40


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Count as encoders do: long words fall into several tokens, and so do marks."""
    return [sum(-(-len(token) // 6) for token in re.findall(r"\w+|[^\w\s]", text)) for text in texts]


def passages_of(markdown: str) -> list[Passage]:
    return split_document(read_document(markdown, "page.md"))


def views_of(passage: Passage, limit: int = LIMIT) -> list[View]:
    return passage_views(7, passage, count=count_tokens, limit=limit)


def windows_of(passage: Passage, limit: int = LIMIT) -> list[View]:
    return [view for view in views_of(passage, limit) if view.pieces]


def texts_of(views: list[View]) -> list[str]:
    return [view.text for view in views]


def said(view: View, sentence: int) -> str:
    """Give what *view* says of *sentence*."""
    return " ".join(view.text[start:end] for start, end, number in view.pieces if number == sentence)


QUESTION = "# Shop\n\n## Do you ship abroad?\n\nYes, we do. It takes **five** days. Ask [us](mailto:us@shop.example)!\n"
TABLE = "# Lamps\n\n| Factor | Alpha | Beta |\n|---|---|---|\n| Price | 10 € | **12** € |\n| Colour | | red |\n"


def test_a_question_is_found_by_itself_by_its_answer_and_by_each_sentence() -> None:
    (passage,) = passages_of(QUESTION)

    assert texts_of(views_of(passage)) == [
        "Shop. Do you ship abroad?. Yes, we do. It takes five days. Ask us!",
        "Do you ship abroad?",
        "Yes, we do.",
        "It takes five days.",
        "Ask us!",
    ]


def test_a_window_tells_which_part_of_it_is_which_sentence() -> None:
    (passage,) = passages_of(QUESTION)
    (window,) = windows_of(passage)

    assert [(window.text[start:end], number) for start, end, number in window.pieces] == [
        ("Shop. Do you ship abroad?", CONTEXT),
        ("Yes, we do.", 0),
        ("It takes five days.", 1),
        ("Ask us!", 2),
    ]


def test_a_row_is_found_by_its_label_and_by_each_cell_under_its_column() -> None:
    price, colour = passages_of(TABLE)

    assert texts_of(views_of(price)) == [
        "Lamps. Price. Alpha: 10 € Beta: 12 €",
        "Price",
        "Price: Alpha: 10 €",
        "Price: Beta: 12 €",
    ]
    assert texts_of(views_of(colour)) == ["Lamps. Colour. Beta: red", "Colour"]
    assert windows_of(colour)[0].pieces[-1][2] == 1


def test_a_heading_inside_an_answer_stands_before_its_sentences() -> None:
    (passage,) = passages_of("## How do I install it?\n\nIt depends.\n\n### On *Windows*\n\nRun the setup.\n")
    (window,) = windows_of(passage)

    assert window.text == "How do I install it?. It depends. On Windows Run the setup."
    assert said(window, CONTEXT) == "How do I install it? On Windows"
    assert "On Windows" not in texts_of(views_of(passage))


def test_sentences_are_packed_until_the_encoder_would_see_no_more() -> None:
    sentences = [f"Sentence {number} says something." for number in range(20)]
    (passage,) = passages_of(f"# Long\n\n{' '.join(sentences)}\n")
    windows = windows_of(passage)

    assert [said(window, number) for window in windows for _, _, number in window.pieces[1:]] == sentences
    assert all(window.text.startswith("Long. Sentence") for window in windows)
    assert all(LIMIT - 10 <= tokens <= LIMIT - 2 for tokens in count_tokens(texts_of(windows[:-1])))


def test_a_sentence_longer_than_the_encoder_sees_is_cut_between_words() -> None:
    words = [f"word{number}" for number in range(100)]
    (passage,) = passages_of(f"# Title\n\nShort. {' '.join(words)}.\n")
    windows = windows_of(passage)

    assert max(count_tokens(texts_of(views_of(passage)))) <= LIMIT - 2
    assert " ".join(said(window, 1) for window in windows if said(window, 1)) == " ".join(words) + "."
    assert {number for window in windows for _, _, number in window.pieces} == {CONTEXT, 0, 1}


def test_a_word_longer_than_the_encoder_sees_is_cut_too() -> None:
    (passage,) = passages_of(f"# Title\n\n{'x' * 1000}\n")

    assert "".join(said(window, 0) for window in windows_of(passage)) == "x" * 1000
    assert max(count_tokens(texts_of(views_of(passage)))) <= LIMIT - 2


def test_a_title_longer_than_half_of_what_the_encoder_sees_leaves_room_for_the_text() -> None:
    words = [f"word{number}" for number in range(100)]
    (passage,) = passages_of(f"# {' '.join(words)}\n\nThe text.\n")
    windows = windows_of(passage)

    assert max(count_tokens(texts_of(views_of(passage)))) <= LIMIT - 2
    seen = [word for window in windows for word in said(window, CONTEXT).split()]
    assert list(dict.fromkeys(seen)) == words
    assert [said(window, 0) for window in windows if said(window, 0)] == ["The text."]


def test_outer_headings_give_way_before_the_title_does() -> None:
    outer = " ".join(["outer"] * 18)
    (passage,) = passages_of(f"# {outer}\n\n## Inner title\n\nThe text.\n")

    assert texts_of(windows_of(passage)) == ["Inner title. The text."]


def test_a_row_without_words_is_found_by_its_label() -> None:
    _, badge = passages_of(TABLE.replace("red", "![](red.svg)"))

    assert texts_of(views_of(badge)) == ["Lamps. Colour.", "Colour"]


def test_views_belong_to_their_passage_and_are_known_by_what_is_encoded() -> None:
    (passage,) = passages_of(QUESTION)
    elsewhere = passage_views(8, passage, count=count_tokens, limit=LIMIT)

    assert {view.passage for view in views_of(passage)} == {7}
    assert [view.key for view in elsewhere] == [view.key for view in views_of(passage)]


words = st.text("abcdefghij.,!?*_-` ", max_size=12)
prose = st.lists(words, max_size=80).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(title=prose, heading=prose, text=prose, limit=st.integers(8, 64))
def test_nothing_of_any_passage_is_invisible(title: str, heading: str, text: str, limit: int) -> None:
    for passage in passages_of(f"# {heading}\n\n## {title}\n\n{text}\n\n| a | {title} |\n|---|---|\n| b | {text} |\n"):
        views = views_of(passage, limit)
        windows = [view for view in views if view.pieces]
        parts: Sequence[Cell | Sentence] = passage.cells or passage.sentences

        assert all(tokens <= limit - 2 for tokens in count_tokens(texts_of(views)))
        assert all(0 <= start < end <= len(view.text) for view in views for start, end, _ in view.pieces)
        for number, part in enumerate(parts):
            shown = "".join(said(window, number) for window in windows).replace(" ", "")
            assert shown.removeprefix(getattr(part, "column", "").replace(" ", "") + ":") in (
                plain_text(part.text).replace(" ", ""),
                "",
            )
            assert shown or not plain_text(part.text)


@pytest.mark.parametrize("length", [1, 300, 2000])
def test_the_real_encoder_sees_every_word(real_encoder: Encoder, length: int) -> None:
    words = [f"Zwölf-{number} naïve_cells" for number in range(length)]
    passages = passages_of(f"# Page\n\n{QUESTION}\n\n{' '.join(words)}. Why?\n\n{TABLE}")

    for passage in passages:
        count, limit = real_encoder.count_tokens, real_encoder.max_tokens
        views = passage_views(0, passage, count=count, limit=limit)
        framed = real_encoder.count_tokens([view.text for view in views])
        assert max(framed) + 2 <= real_encoder.max_tokens
