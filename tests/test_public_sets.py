"""The benchmark of public sets: what it writes is what it reads, and its figures are what they are called."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks.public_sets import (
    OUTSIDE,
    Collection,
    Entry,
    Guess,
    Ranking,
    RememberingEncoder,
    Sorting,
    Workshop,
    auroc,
    best_threshold,
    measure_banking,
    measure_hint3,
    measure_quebec,
    measure_squad,
    settle,
    to_markdown,
)
from index import SearchIndex, build_index, split_words
from tests.conftest import WordEncoder

TROUBLE = [
    "# A heading",
    "A line that is underlined\n---",
    "Name | Price\n--- | ---\nTea | 2",
    "| Name | Price |\n|---|\n| Tea | 2 | 3 |",
    "```\nnever closed",
    "~~~ also open",
    "<!-- hidden",
    "<details><summary>Is it open?</summary>",
    "Q: Is this a question?\nA: It is not.",
    "**Is this one?** No.",
    "!!! note",
    "::: tip",
    "/// tip",
    '??? "folded"',
    "{% if open %}",
    "[TOC]",
    "    indented like code",
    "> a quotation",
    "1. one\n2. two",
    "Ends in marks ##",
]


def built(entries: list[Entry], folder: Path) -> tuple[Collection, SearchIndex]:
    """Write *entries* out, and give them with the passages that were made of them."""
    text, first_lines = to_markdown(entries)
    (folder / "knowledge").mkdir()
    (folder / "knowledge" / "entries.md").write_text(text, encoding="utf-8")
    build_index(folder / "knowledge", folder / "index", WordEncoder())
    index = SearchIndex.open(folder / "index", WordEncoder())
    return Collection(index, entries, first_lines), index


@pytest.mark.parametrize("page", ["", "# The page"])
@pytest.mark.parametrize("trouble", TROUBLE)
def test_an_entry_keeps_its_words_and_its_neighbours_theirs(trouble: str, page: str, tmp_path: Path) -> None:
    collection, index = built(
        [
            Entry("before", "What stands before?", "Some words.", page),
            Entry("trouble", "What is the trouble?", trouble, page),
            Entry("after", "What stands after?", "Other words.", page),
        ],
        tmp_path,
    )

    assert [collection.entry_of(passage).id for passage in index.passages] == ["before", "trouble", "after"]
    assert [passage.title for passage in index.passages] == [
        "What stands before?",
        "What is the trouble?",
        "What stands after?",
    ]
    assert [word.text for word in split_words(index.passages[1].text)] == [word.text for word in split_words(trouble)]


def test_a_heading_keeps_its_words(tmp_path: Path) -> None:
    titles = ["#1 of C# | F#", "- is it <b>so</b>?", "Q: why `this`?", "== {0} #"]

    collection, index = built([Entry(title, title, "So.") for title in titles], tmp_path)

    assert [passage.title for passage in index.passages] == titles
    assert [collection.entry_of(passage).id for passage in index.passages] == titles


def test_a_collection_is_built_once(tmp_path: Path) -> None:
    entries = [Entry("a", "What is tea?", "A drink."), Entry("b", "What is bread?", "Food.")]
    Collection.build(entries, tmp_path, WordEncoder())
    second = WordEncoder()

    Collection.build(entries, tmp_path, second)

    assert second.encoded == []


def test_remembers_what_it_encoded() -> None:
    small = WordEncoder()
    encoder = RememberingEncoder(small)

    first = encoder.encode(["tea", "bread", "tea"])
    second = encoder.encode(["bread"])

    assert small.encoded == ["tea", "bread"]
    assert first[1] is second[0]
    assert first[0] is first[2]


def test_places_become_shares() -> None:
    assert Ranking.of([1, 2, None, 4]) == Ranking(0.25, 0.5, (1 + 1 / 2 + 1 / 4) / 4)


def test_auroc_is_the_chance_to_stand_above() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.1], [0.2]) == 0.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.5, 0.1], [0.5]) == 0.5


def test_utterances_of_one_intent_speak_together() -> None:
    assert settle([]) == Guess("", 0.0)
    assert settle([("tea", 0.5), ("tea", 0.25)]) == Guess("tea", 0.5)
    assert settle([("tea", 0.5), ("bread", 0.4), ("bread", 0.1), ("bread", 0.25)]) == Guess("bread", 0.4 * 0.75 / 1.25)


def test_the_threshold_parts_what_is_right_from_what_has_no_intent() -> None:
    inside = [(Guess("tea", 0.9), "tea"), (Guess("tea", 0.7), "tea"), (Guess("tea", 0.3), "bread")]

    assert best_threshold(inside, [Guess("tea", 0.6), Guess("bread", 0.2)]) == 0.7


def test_a_message_without_an_intent_is_right_when_it_is_given_none() -> None:
    guesses = [Guess("tea", 0.9), Guess("tea", 0.4), Guess("tea", 0.8), Guess("bread", 0.1)]

    sorting = Sorting.of(guesses, ["tea", "tea", "bread", OUTSIDE], 0.5)

    assert sorting == Sorting(auroc=1.0, accuracy=0.5, known=1 / 3, threshold=0.5)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    small = WordEncoder()
    return Workshop(tmp_path / "data", tmp_path / "cache", RememberingEncoder(small), small)


def write_lines(file: Path, items: Sequence[Mapping[str, object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(map(json.dumps, items)), encoding="utf-8")


def test_ranks_an_faq(shop: Workshop) -> None:
    subjects = ("passport", "tax", "school", "winter tyre")
    write_lines(
        shop.data / "quebec_faq" / "corpus.apr.jsonl",
        [
            {"id": s, "question": f"Where is the {s} office?", "answer": f"In {s} street.", "title": "Offices"}
            for s in subjects
        ],
    )
    write_lines(
        shop.data / "quebec_faq" / "queries.valid.jsonl",
        [{"query": f"which street has the {s} office", "relevant_ids": [s]} for s in subjects],
    )

    figures = measure_quebec(shop)

    assert (figures.questions, figures.ours, figures.cosine) == (4, Ranking(1, 1, 1), Ranking(1, 1, 1))
    assert [row[:4] for row in figures.rows()] == [
        ("quebec_faq valid", "4", "P@1", "1.000"),
        ("quebec_faq valid", "4", "P@3", "1.000"),
        ("quebec_faq valid", "4", "MRR@10", "1.000"),
    ]


SAID = {"REFUND": ["refund my money", "money refund please"], "DELIVERY": ["deliver my parcel", "parcel delivery day"]}


def test_sorts_messages(shop: Workshop) -> None:
    train = [{"text": text, "label": label} for label, texts in SAID.items() for text in texts * 5]
    test = [{"text": "my money refund", "label": "REFUND"}, {"text": "sing louder", "label": OUTSIDE}]
    write_lines(shop.data / "hint3" / "v1" / "curekart.train.jsonl", train)
    write_lines(shop.data / "hint3" / "v1" / "curekart.test.jsonl", test)

    figures = measure_hint3(shop)

    assert (figures.ours.auroc, figures.cosine.auroc) == (1.0, 1.0)
    assert figures.cosine.accuracy == 1.0


def test_tells_what_an_faq_does_not_answer(shop: Workshop) -> None:
    train = [{"text": text, "label": label, "split": "train"} for label, texts in SAID.items() for text in texts]
    valid = [
        {"text": "refund money", "label": "REFUND", "split": "valid"},
        {"text": "parcel insurance", "label": "oos", "kind": "id-oos", "split": "valid"},
        {"text": "sing louder", "label": "oos", "kind": "ood-oos", "split": "valid"},
    ]
    write_lines(shop.data / "banking77_oos" / "banking77_oos.jsonl", [*train, *valid])

    figures = measure_banking(shop)

    assert figures.far == (1.0, 1.0, 1.0)


def test_tells_what_an_article_does_not_answer(shop: Workshop) -> None:
    write_lines(
        shop.data / "squad2" / "passages.jsonl",
        [
            {"id": "p0", "title": "Tea", "text": "Tea is brewed hot."},
            {"id": "p1", "title": "Tea", "text": "It is old."},
        ],
    )
    write_lines(
        shop.data / "squad2" / "questions.jsonl",
        [
            {"title": "Tea", "passage_id": "p0", "question": "How is tea brewed?", "is_impossible": False},
            {"title": "Tea", "passage_id": "p1", "question": "Who owns Jupiter?", "is_impossible": True},
        ],
    )

    figures = measure_squad(shop)

    assert (figures.questions, figures.ours, figures.cosine_article, figures.cosine_passage) == (2, 1.0, 1.0, 1.0)
