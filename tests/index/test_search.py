from pathlib import Path

import numpy as np
import pytest

from index.build import build_index
from index.encoder import SentenceEncoder
from index.errors import EncoderError, EncoderMismatchError, IndexMissingError
from index.search import LEXICAL_WEIGHT, Hit, SearchIndex
from tests.conftest import WordEncoder

LAMPS = """# Lamps

## Do you ship abroad?

Yes, we do. It takes five days.

## Which lamp is the brightest?

The lamp of type Alpha. Its light reaches twenty metres.

## Comparison

| Factor | Alpha | Beta |
|---|---|---|
| Price | 10 € | 12 € |
| Colour | green | red |
"""

BIKES = """---
title: Bicycle shop
---

# Repairs

We mend every bicycle within two days. Bring it on Mondays.
"""


@pytest.fixture
def folder(tmp_path: Path, encoder: WordEncoder) -> Path:
    content = tmp_path / "content"
    content.mkdir()
    (content / "lamps.md").write_text(LAMPS, encoding="utf-8")
    (content / "bikes.md").write_text(BIKES, encoding="utf-8")
    build_index(content, tmp_path / ".index", encoder)
    return tmp_path / ".index"


@pytest.fixture
def index(folder: Path, encoder: WordEncoder) -> SearchIndex:
    return SearchIndex.open(folder, encoder)


def titles(hits: list[Hit]) -> list[str]:
    return [hit.passage.title for hit in hits]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Do you ship abroad?", "Do you ship abroad?"),
        ("How many days does shipping take?", "Do you ship abroad?"),
        ("brightest lamp", "Which lamp is the brightest?"),
        ("how many metres does the light reach", "Which lamp is the brightest?"),
        ("price of Beta", "Price"),
        ("Is Beta red?", "Colour"),
        ("mend bicycles on Monday", "Repairs"),
    ],
)
def test_the_passage_that_answers_comes_first(index: SearchIndex, question: str, title: str) -> None:
    assert titles(index.search(question))[0] == title


def test_a_passage_is_found_by_its_title_with_a_cosine_of_1(index: SearchIndex) -> None:
    for number, passage in enumerate(index.passages):
        hit = index.search(passage.title)[0]

        assert (hit.number, hit.passage) == (number, passage)
        assert hit.dense == hit.dense_title == pytest.approx(1.0, abs=1e-5)
        assert hit.lexical == 1.0


def test_a_passage_is_found_by_each_of_its_sentences_with_a_cosine_of_1(index: SearchIndex) -> None:
    for passage in index.passages:
        for sentence in passage.sentences:
            hit = index.search(sentence.text)[0]

            assert hit.passage == passage
            assert hit.dense_sentence == pytest.approx(1.0, abs=1e-5)


def test_a_score_is_the_cosine_and_a_share_of_the_words_in_common(index: SearchIndex) -> None:
    for hit in index.search("Which lamp is green?"):
        assert hit.score == pytest.approx(hit.dense + LEXICAL_WEIGHT * hit.lexical)
        assert -1 <= hit.dense_title <= hit.dense <= 1.00001
        assert hit.dense_sentence <= hit.dense
        assert 0 <= hit.lexical <= 1


def test_hits_come_best_first_and_no_more_than_asked_for(index: SearchIndex) -> None:
    hits = index.search("Which lamp is green?", k=100)

    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert sorted(hit.number for hit in hits) == list(range(5))
    assert index.search("Which lamp is green?", k=2) == hits[:2]


def test_standing_is_how_far_a_passage_lies_above_the_others(index: SearchIndex) -> None:
    hits = index.search("mend bicycles on Monday", k=5)

    assert sum(hit.standing for hit in hits) == pytest.approx(0, abs=1e-4)
    assert np.std([hit.standing for hit in hits]) == pytest.approx(1, abs=1e-4)
    assert hits[0].standing > 1.5


def test_the_same_question_gives_the_same_hits_to_the_last_bit(folder: Path, index: SearchIndex) -> None:
    assert index.search("Which lamp is green?") == SearchIndex.open(folder, WordEncoder()).search(
        "Which lamp is green?"
    )


def test_what_ties_comes_in_reading_order(tmp_path: Path, encoder: WordEncoder) -> None:
    for name in ("c.md", "a.md", "b.md"):
        (tmp_path / name).write_text("## Do you ship abroad?\n\nYes, we do.\n", encoding="utf-8")
    build_index(tmp_path, tmp_path / ".index", encoder)
    hits = SearchIndex.open(tmp_path / ".index", encoder).search("shipping abroad")

    assert len({hit.score for hit in hits}) == 1
    assert [hit.passage.source.path for hit in hits] == ["a.md", "b.md", "c.md"]


def test_an_encoding_gives_the_hits_of_its_text(index: SearchIndex, encoder: WordEncoder) -> None:
    (encoding,) = encoder.encode(["Is Beta red?"])
    before = list(encoder.encoded)

    assert index.search(encoding, "Is Beta red?", k=3) == index.search("Is Beta red?", k=3)
    assert encoder.encoded == [*before, "Is Beta red?"]


@pytest.mark.parametrize("question", ["", " ", "?!…", "✅", "kangaroo", "x" * 5000])
def test_any_question_gets_hits(index: SearchIndex, question: str) -> None:
    hits = index.search(question)

    assert len(hits) == 5
    assert all(np.isfinite([hit.score, hit.standing]).all() for hit in hits)


def test_knows_the_documents_that_it_was_built_from(index: SearchIndex) -> None:
    assert {path: document.text for path, document in index.documents.items()} == {"bikes.md": BIKES, "lamps.md": LAMPS}
    assert index.documents["bikes.md"].front_matter.title == "Bicycle shop"
    for passage in index.passages:
        text = index.documents[passage.source.path].text
        assert text[passage.source.start : passage.source.end] == passage.text


def test_knows_what_stands_above_a_passage(index: SearchIndex) -> None:
    numbers = {passage.title: number for number, passage in enumerate(index.passages)}

    assert index.context_stems(numbers["Repairs"]) == {"bicycl", "shop", "repair"}
    assert {"lamp", "comparison", "price"} <= index.context_stems(numbers["Price"])
    assert "green" not in index.context_stems(numbers["Colour"])


def test_gives_the_words_of_a_passage_as_evidence(index: SearchIndex) -> None:
    numbers = {passage.title: number for number, passage in enumerate(index.passages)}
    words = index.words_of(numbers["Colour"])

    assert dict(zip(words.stems, words.sentences.tolist(), strict=True))["red"] == 1
    assert words.vectors.shape == (len(words.stems), 256)


def test_knows_every_word_of_the_content(index: SearchIndex) -> None:
    assert {"bicycl", "alpha", "c"} & index.vocabulary == {"bicycl", "alpha"}
    assert {"bicycle", "repairs", "colour"} <= set(index.spellings)
    assert index.rarity("kangaroo") == 1.0
    assert index.rarity("bicycl") < 1.0


def test_is_stale_once_the_content_differs(tmp_path: Path, index: SearchIndex) -> None:
    lamps = tmp_path / "content" / "lamps.md"

    assert not index.is_stale(tmp_path / "content")
    lamps.write_text(LAMPS.replace("five", "six"), encoding="utf-8")
    assert index.is_stale(tmp_path / "content")
    lamps.write_text(LAMPS, encoding="utf-8")
    assert not index.is_stale(tmp_path / "content")
    lamps.unlink()
    assert index.is_stale(tmp_path / "content")


def test_files_that_are_no_content_do_not_make_it_stale(tmp_path: Path, index: SearchIndex) -> None:
    for name in ("checks.yaml", "README.md", ".hidden.md", "photo.png"):
        (tmp_path / "content" / name).write_bytes(b"words")

    assert not index.is_stale(tmp_path / "content")


def test_where_there_is_no_index_the_command_that_makes_one_is_named(tmp_path: Path, encoder: WordEncoder) -> None:
    with pytest.raises(IndexMissingError, match=r"^No index in .*nowhere\. Build it with: faqsimile build$"):
        SearchIndex.open(tmp_path / "nowhere", encoder)


class OtherEncoder(WordEncoder):
    """Another encoder, by its name and its vectors."""

    name = "other-encoder"


def test_another_encoder_is_refused_with_the_command_that_cures_it(folder: Path) -> None:
    with pytest.raises(
        EncoderMismatchError,
        match=r"the index was built with the encoder word-encoder, not other-encoder\. "
        r"Build it again with: faqsimile build --encoder other-encoder$",
    ):
        SearchIndex.open(folder, OtherEncoder())


def test_without_an_encoder_the_one_that_built_it_is_loaded_by_its_name(folder: Path) -> None:
    encoder = OtherEncoder()
    encoder.name = "/no/such/encoder"
    build_index(folder.parent / "content", folder, encoder)

    with pytest.raises(EncoderError, match=r"^/no/such/encoder: not a folder with an encoder"):
        SearchIndex.open(folder)


@pytest.mark.model
def test_finds_with_the_real_encoder_what_no_word_gives_away(tmp_path: Path, real_encoder: SentenceEncoder) -> None:
    (tmp_path / "lamps.md").write_text(LAMPS, encoding="utf-8")
    build_index(tmp_path, tmp_path / ".index", real_encoder)
    index = SearchIndex.open(tmp_path / ".index", real_encoder)

    assert index.search("Can I order from overseas?")[0].passage.title == "Do you ship abroad?"
    assert index.search("How much money is it?")[0].passage.title == "Price"
    assert index.search("Do you ship abroad?")[0].dense == pytest.approx(1.0, abs=1e-5)
