from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import Word, fold, search_terms, split_words, stem


def texts(text: str) -> list[str]:
    return [word.text for word in split_words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Is PyTorch easier to learn?", ["Is", "PyTorch", "easier", "to", "learn"]),
        ("~60-65%, with ~5% left", ["60", "65", "with", "5", "left"]),
        ("version 3.11 of 1,024.5 files", ["version", "3.11", "of", "1,024.5", "files"]),
        ("C++, C# and utf8", ["C++", "C#", "and", "utf8"]),
        ("don't use Pune’s band", ["don't", "use", "Pune’s", "band"]),
        ("'quoted' (and bracketed).", ["quoted", "and", "bracketed"]),
        ("node_modules and __init__", ["node", "modules", "and", "init"]),
        ("4-6 weeks", ["4", "6", "weeks"]),
        ("Zürich, naïve Ångström", ["Zürich", "naïve", "Ångström"]),
        ("Zu\u0308rich, Caf\u0301e's", ["Zu\u0308rich", "Caf\u0301e's"]),
        ("ИИ и 日本語", ["ИИ", "и", "日本語"]),
        ("हिन्दी में।", ["हिन्दी", "में"]),
        ("✅ — … |", []),
        ("", []),
    ],
)
def test_a_text_falls_into_words_as_a_reader_sees_them(text: str, words: list[str]) -> None:
    assert texts(text) == words


def test_a_word_knows_where_it_stands() -> None:
    assert split_words("Learn PyTorch.") == [Word("Learn", 0, 5), Word("PyTorch", 6, 13)]


@given(st.text())
def test_words_stand_in_the_text_in_order_and_do_not_overlap(text: str) -> None:
    words = split_words(text)

    assert all(text[word.start : word.end] == word.text != "" for word in words)
    assert all(before.end <= after.start for before, after in pairwise(words))


@given(st.text())
def test_no_letter_and_no_digit_is_lost(text: str) -> None:
    inside = {place for word in split_words(text) for place in range(word.start, word.end)}

    assert [letter for place, letter in enumerate(text) if letter.isalnum() and place not in inside] == []


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("framework", "Frameworks"),
        ("learning", "learns"),
        ("Pune's", "Pune"),
        ("Pune’s", "PUNE"),
        ("Ångström", "angstrom"),
        ("café", "cafes"),
        ("café", "cafe\u0301"),
        ("ﬁne-tuning", "fine-tuning"),
        ("don’t", "dont"),
    ],
)
def test_forms_of_one_word_share_a_stem(word: str, other: str) -> None:
    assert stem(word) == stem(other)


@pytest.mark.parametrize(
    ("word", "other"), [("PyTorch", "TensorFlow"), ("C++", "C#"), ("C", "C++"), ("2025", "2026"), ("3.1", "31")]
)
def test_different_names_keep_different_stems(word: str, other: str) -> None:
    assert stem(word) != stem(other)


def test_folding_takes_off_case_accents_and_compatibility_forms() -> None:
    assert fold("ﬁ ＡＢＣ É ß İ ’") == "fi abc e ss i '"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("define-by-run", "definebyrun"),
        ("node_modules", "nodemodules"),
        ("TF.js", "TFjs"),
        ("fine‑tuning", "finetuning"),
        ("TCP/IP", "tcpip"),
    ],
)
def test_a_name_in_several_parts_is_also_found_as_one(written: str, asked: str) -> None:
    assert stem(asked) in search_terms(f"See {written}, please.")
    assert set(map(stem, texts(written))) <= set(search_terms(written))


def test_parts_of_different_names_are_not_joined() -> None:
    assert search_terms("One framework, one page. Two words") == [
        *("one", "framework", "one", "page", "two", "word"),
    ]


@pytest.mark.parametrize("text", ["", "?!", "✅ — …"])
def test_a_text_without_words_has_no_terms(text: str) -> None:
    assert search_terms(text) == []
