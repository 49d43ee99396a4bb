import numpy as np
import pytest

from index.chunking import split_document
from index.lexical import LexicalIndex, searchable_text
from index.passages import Passage
from index.readers import read_document
from index.words import stem

PAGE = """# Lamps

## Do you ship abroad?

Yes, [we do](https://shop.example/postage). It takes **five** days.

## Which lamp is the brightest?

The lamp of type Alpha, of all our lamps.

## Who wrote node_modules support?

We did, in C++.

| Factor | Alpha | Beta |
|---|---|---|
| Price | 10 € | 12 € |
"""


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    return split_document(read_document(PAGE, "lamps.md"))


@pytest.fixture(scope="module")
def lexical(passages: list[Passage]) -> LexicalIndex:
    return LexicalIndex(passages)


def best(lexical: LexicalIndex, question: str) -> int:
    return int(lexical.scores(question).argmax())


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many days does shipping take?", 0),
        ("brightest", 1),
        ("the brightness of lamps", 1),
        ("C++", 2),
        ("nodemodules", 2),
        ("Price of Beta?", 3),
        ("Factor", 3),
        ("POSTAGE, PRÍCE", 3),
    ],
)
def test_the_passage_that_shares_most_words_comes_first(lexical: LexicalIndex, question: str, number: int) -> None:
    assert best(lexical, question) == number


def test_scores_are_those_of_bm25(lexical: LexicalIndex, passages: list[Passage]) -> None:
    # Lucene's variant, k1 = 1.5 and b = 0.75, worked out by hand for a word that two of four passages have.
    lengths = [len(lexical_terms) for lexical_terms in lexical._terms]
    frequencies = [terms.count("alpha") for terms in lexical._terms]
    rarity = np.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    share = [f / (f + 1.5 * (0.25 + 0.75 * n * 4 / sum(lengths))) for f, n in zip(frequencies, lengths, strict=True)]

    assert frequencies == [0, 1, 0, 1]
    assert lexical.scores("Alpha") == pytest.approx(rarity * np.array(share), abs=1e-6)


def test_what_shares_no_word_scores_nothing(lexical: LexicalIndex) -> None:
    assert lexical.scores("kangaroo").tolist() == [0, 0, 0, 0]
    assert lexical.scores("").tolist() == [0, 0, 0, 0]
    assert lexical.scores("?!…").tolist() == [0, 0, 0, 0]
    assert lexical.scores("brightest")[[0, 2, 3]].tolist() == [0, 0, 0]


def test_a_word_that_the_content_does_not_use_changes_no_score(lexical: LexicalIndex) -> None:
    assert lexical.scores("brightest kangaroo lamp").tolist() == lexical.scores("brightest lamp").tolist()


def test_marks_and_addresses_of_links_are_no_words(lexical: LexicalIndex, passages: list[Passage]) -> None:
    assert searchable_text(passages[0]).endswith("Yes, we do. It takes five days.\n")
    assert {"postage", "http"} & lexical.vocabulary == set()


def test_knows_every_word_of_the_content_by_stem_and_spelling(lexical: LexicalIndex) -> None:
    assert {stem(word) for word in ("Lamps", "ship", "brightest", "Alpha", "Factor", "C++")} <= lexical.vocabulary
    assert lexical.spellings[:4] == ("10", "12", "abroad", "all")
    assert {"lamp", "lamps", "node", "modules"} <= set(lexical.spellings)


def test_a_word_is_rarer_the_fewer_passages_have_it(lexical: LexicalIndex) -> None:
    everywhere, twice, once, never = (lexical.rarity(stem(word)) for word in ("lamps", "Alpha", "ship", "kangaroo"))

    assert 0 < everywhere < twice < once < never == 1


def test_content_without_a_word_has_no_scores() -> None:
    passages = split_document(read_document("| ✅ | – |\n|---|---|\n| ✅ | – |\n", "marks.md"))

    assert LexicalIndex(passages).scores("any word").tolist() == [0] * len(passages)
    assert LexicalIndex([]).scores("any word").tolist() == []
