"""Measure the product's own ranking and confidence on public sets, beside plain baselines of the same encoder.

    python -m benchmarks.public_sets --data FOLDER [--only NAME ...] [--cache FOLDER] [--limit N]

FOLDER holds the sets as JSON lines. Each is written out as Markdown, as an owner would write it, built into an index
and asked through `find_evidence` with the shipped calibration. What comes out is a Markdown table.
Nothing here is fitted on the questions that are counted. Knows nothing of how candidates are measured.
"""

import argparse
import hashlib
import json
import re
import sys
import tempfile
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from chatbot.confidence import Calibration
from chatbot.names import names_of
from chatbot.retrieval import find_evidence
from index import Encoder, Encoding, IndexingError, Passage, SearchIndex, SentenceEncoder, build_index

Floats = NDArray[np.float32]
Item = TypeVar("Item")
Row = tuple[str, ...]
"""Of the table: set, questions, figure, ours, the baselines and what is published."""

HEADER: Row = ("set", "questions", "figure", "ours", "cosine", "another cosine", "BM25", "to beat")

OUTSIDE = "NO_NODES_DETECTED"
"""What HINT3 calls a message that none of the shop's answers fits."""

FOLDS = 10
"""Parts that the utterances of HINT3 are cut into, each asked of the others, to set the threshold."""

NEIGHBOURS = 10
"""Candidates of the baselines; the product tests as many."""

# A set becomes content, and content an index.


@dataclass(frozen=True)
class Entry:
    """One heading of an owner's page, and what stands below it."""

    id: str
    """What the set calls it; entries that share an id are ways to ask for the same."""

    title: str
    """The question, or what else stands in the heading."""

    text: str

    page: str = ""
    """The title of the page that it stands on; empty where there is none."""


def to_markdown(entries: Sequence[Entry]) -> tuple[str, list[int]]:
    """Write *entries* into one file, and say on which line, from 1, each of them begins."""
    lines: list[str] = []
    first_lines = []
    for page, of_page in groupby(entries, key=lambda entry: entry.page):
        lines += [f"# {_as_words(page)}", ""] if page else []
        for entry in of_page:
            first_lines.append(len(lines) + 1)
            lines += [f"## {_as_words(entry.title)}", "", *map(_as_line, entry.text.splitlines()), ""]
    return "\n".join(lines), first_lines


def _as_line(line: str) -> str:
    """Give *line* so that it begins no block; a list stays a list."""
    words = " ".join(line.split())
    mark = next((mark for mark in ("- ", "* ", "+ ") if words.startswith(mark)), "")
    return mark + _as_words(words.removeprefix(mark))


def _as_words(text: str) -> str:
    """Give *text* on one line in which Markdown sees no heading, table, code, tag, template or marked question."""
    words = re.sub(r"(?<!\\)(?=[|`<{]|#+$)", r"\\", " ".join(text.split()))
    words = re.sub(r"^((?:Q|Question|A|Ans|Answer)\s?\d{0,4}\s?)(?=[:.)])", r"\1\\", words)
    return f"\\{words}" if words.startswith(tuple("#>=~:-+*_![/?")) else words


class Collection:
    """Entries in an index of their own, asked as a visitor would ask."""

    def __init__(self, index: SearchIndex, entries: Sequence[Entry], first_lines: Sequence[int]) -> None:
        """Hold *entries*, which begin on *first_lines* of the one file that *index* was built from."""
        self.index = index
        self._names = names_of(index)
        self._entries = entries
        self._first_lines = first_lines

    @classmethod
    def build(cls, entries: Sequence[Entry], folder: Path, encoder: Encoder) -> "Collection":
        """Build an index of *entries* in *folder*, unless it is there from another run."""
        knowledge = folder / "knowledge"
        knowledge.mkdir(parents=True, exist_ok=True)
        text, first_lines = to_markdown(entries)
        (knowledge / "entries.md").write_text(text, encoding="utf-8")
        return cls(_open_or_build(knowledge, folder / "index", encoder), entries, first_lines)

    def find(self, question: str) -> list["Found"]:
        """Give the entries of the passages that may answer *question*, best first."""
        evidence = find_evidence(question, self.index, self._names, Calibration.shipped(self.index.encoder.name))
        return [
            Found(self.entry_of(judged.candidate.hit.passage).id, judged.rank, judged.confidence)
            for judged in evidence.candidates
        ]

    def search(self, text: str, k: int) -> list[str]:
        """Give the *k* entries whose passages are the best hits for *text*, best first; nothing is judged."""
        hits = self.index.search(text, k=4 * k)
        return list(dict.fromkeys(self.entry_of(hit.passage).id for hit in hits))[:k]

    def entry_of(self, passage: Passage) -> Entry:
        """Give the entry under whose heading *passage* stands."""
        return self._entries[bisect_right(self._first_lines, passage.source.first_line) - 1]


@dataclass(frozen=True)
class Found:
    """The entry of one candidate, as the product judged that."""

    id: str
    rank: float
    confidence: float


def _open_or_build(knowledge: Path, folder: Path, encoder: Encoder) -> SearchIndex:
    with suppress(IndexingError):  # missing, or of another format or encoder: then it is built
        index = SearchIndex.open(folder, encoder)
        if not index.is_stale(knowledge):
            return index
    build_index(knowledge, folder, encoder)
    return SearchIndex.open(folder, encoder)


class RememberingEncoder:
    """Encodes each text once; obeys Encoder. For short texts that come again and again: questions, utterances."""

    def __init__(self, encoder: Encoder) -> None:
        """Remember what *encoder* gives."""
        self._encoder = encoder
        self._known: dict[str, Encoding] = {}
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.max_tokens = encoder.dimension, encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text."""
        return self._encoder.count_tokens(texts)

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> list[Encoding]:
        """Encode *texts* in order, those that are new all at once."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new, progress=progress), strict=True))
        return [self._known[text] for text in texts]


@dataclass(frozen=True)
class Workshop:
    """What every set is measured with."""

    data: Path
    cache: Path
    encoder: RememberingEncoder
    """For questions and utterances."""

    plain: Encoder
    """The same, but it forgets: for whole passages, of which every word would be remembered."""

    limit: int | None = None
    """At most so many questions a set, over the entries that they ask after; None for all."""

    def read(self, file: str) -> list[dict[str, Any]]:
        """Read a file of JSON lines."""
        return [json.loads(line) for line in (self.data / file).read_text(encoding="utf-8").splitlines()]

    def some(self, items: Sequence[Item]) -> Sequence[Item]:
        """Give at most as many of *items* as there may be, spread over all of them."""
        if self.limit is None or len(items) <= self.limit:
            return items
        return [items[number * len(items) // self.limit] for number in range(self.limit)]

    def folder(self, name: str) -> Path:
        """Give the place of one index; slices have their own."""
        return self.cache / (name if self.limit is None else f"{name}-{self.limit}")

    def short_vectors(self, texts: Sequence[str]) -> Floats:
        """Encode questions or utterances, shape (texts, dimension)."""
        return np.stack([encoding.vector for encoding in self.encoder.encode(texts)])

    def long_vectors(self, texts: Sequence[str], name: str) -> Floats:
        """Encode passages, as far as the encoder sees, and keep the vectors beside the index *name*."""
        kept = self.folder(name) / "plain.npz"
        key = hashlib.sha256(json.dumps([self.plain.fingerprint, *texts]).encode()).hexdigest()
        if kept.is_file():
            with np.load(kept) as arrays:
                if str(arrays["key"]) == key:
                    return np.asarray(arrays["vectors"], dtype=np.float32)
        vectors = np.stack([encoding.vector for encoding in self.plain.encode(texts)])
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, key=np.array(key), vectors=vectors)
        return vectors


# Which entry comes first: FeedbackQA and Quebec.


@dataclass(frozen=True)
class Ranking:
    """How far up the right entry stands."""

    first: float
    """The share of questions for which it comes first (P@1)."""

    first_three: float
    """The share for which it is among the first three (P@3 in the sense of a hit)."""

    reciprocal: float
    """The mean of one over its place, 0 beyond the tenth (MRR@10)."""

    @classmethod
    def of(cls, places: Sequence[int | None]) -> "Ranking":
        """Count *places*, from 1; None where the right entry is not among the first ten."""
        numbers = np.array([np.inf if place is None else place for place in places])
        return cls(float((numbers == 1).mean()), float((numbers <= 3).mean()), float((1 / numbers).mean()))


@dataclass(frozen=True)
class RankingFigures:
    """How one FAQ is searched."""

    name: str
    questions: int
    ours: Ranking
    cosine: Ranking
    """Of the question and the entry's title with its text."""

    larger_cosine: Ranking
    """The larger of that one and the cosine of the title alone."""

    bm25: Ranking
    to_beat: str = ""

    def rows(self) -> Iterator[Row]:
        """Give the rows of the table."""
        ways = (self.ours, self.cosine, self.larger_cosine, self.bm25)
        yield _row(self.name, self.questions, "P@1", *(way.first for way in ways), to_beat=self.to_beat)
        yield _row(self.name, self.questions, "P@3", *(way.first_three for way in ways))
        yield _row(self.name, self.questions, "MRR@10", *(way.reciprocal for way in ways))


def measure_feedbackqa(shop: Workshop, split: str = "valid") -> RankingFigures:
    """Ask the questions of FeedbackQA (Li et al. 2022) over all 2,364 passages of four health agencies."""
    entries = [_faq_entry(item) for item in shop.read("feedbackqa/corpus.jsonl")]
    queries = shop.read(f"feedbackqa/queries.{split}.jsonl")
    return _measure_ranking(
        f"feedbackqa {split}", "feedbackqa", entries, queries, shop, to_beat=".597 GritLM-7B (test)"
    )


def measure_quebec(shop: Workshop, split: str = "valid") -> RankingFigures:
    """Ask paraphrased questions over 313 FAQs of a government."""
    entries = [_faq_entry(item) for item in shop.read("quebec_faq/corpus.apr.jsonl")]
    queries = shop.read(f"quebec_faq/queries.{split}.jsonl")
    return _measure_ranking(f"quebec_faq {split}", "quebec_faq", entries, queries, shop)


def _faq_entry(item: Mapping[str, Any]) -> Entry:
    # A passage without a heading of its own stands right under the title of its page.
    return Entry(item["id"], item["question"].strip() or item["title"], item["answer"], item["title"])


def _measure_ranking(
    title: str, name: str, entries: Sequence[Entry], queries: Sequence[Any], shop: Workshop, *, to_beat: str = ""
) -> RankingFigures:
    queries = shop.some(queries)
    if shop.limit is not None:
        wanted = {id_ for query in queries for id_ in query["relevant_ids"]}
        entries = [entry for entry in entries if entry.id in wanted]
    questions = [query["query"] for query in queries]
    relevant = [frozenset(query["relevant_ids"]) for query in queries]
    asked = shop.short_vectors(questions)
    collection = Collection.build(entries, shop.folder(name), shop.plain)
    ours = [[found.id for found in collection.find(question)] for question in questions]
    wholes = [f"{entry.title}\n{entry.text}" for entry in entries]
    whole = asked @ shop.long_vectors(wholes, name).T
    alone = asked @ shop.short_vectors([entry.title for entry in entries]).T
    ids = [entry.id for entry in entries]
    return RankingFigures(
        title,
        len(questions),
        _rank(ours, relevant),
        _rank(_best_ten(whole, ids), relevant),
        _rank(_best_ten(np.maximum(whole, alone), ids), relevant),
        _rank(_best_ten(_bm25_scores(questions, wholes), ids), relevant),
        to_beat,
    )


def _rank(ranked: Sequence[Sequence[str]], relevant: Sequence[frozenset[str]]) -> Ranking:
    """Find the first relevant entry of each question; an entry with several passages has the place of its best."""
    return Ranking.of(
        [
            next((place for place, id_ in enumerate(dict.fromkeys(ids), 1) if id_ in wanted), None)
            for ids, wanted in zip(ranked, relevant, strict=True)
        ]
    )


def _best_ten(scores: Floats, ids: Sequence[str]) -> list[list[str]]:
    return [[ids[number] for number in np.argsort(-row, kind="stable")[:NEIGHBOURS]] for row in scores]


def _bm25_scores(questions: Sequence[str], texts: Sequence[str]) -> Floats:
    """Score by words as they stand, without English stop words: BM25 out of the box."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", return_ids=False, show_progress=False), show_progress=False)
    asked = bm25s.tokenize(questions, stopwords="en", return_ids=False, show_progress=False)
    scores = [index.get_scores(words) if words else np.zeros(len(texts)) for words in asked]
    return np.asarray(scores, dtype=np.float32)


# Which intent a message has, and whether it has one: HINT3 and BANKING77-OOS.


@dataclass(frozen=True)
class Guess:
    """What a message is taken for, and how sure that is."""

    intent: str
    sure: float


Neighbours = Sequence[tuple[str, float]]
"""The candidates of a message: the intent of each, and how sure it is."""

FindAll = Callable[[Sequence[str]], list[Neighbours]]
"""Gives the candidates of messages."""

Teach = Callable[[Sequence[Entry]], FindAll]
"""Makes utterances of known intent searchable."""


def settle(neighbours: Neighbours) -> Guess:
    """Take the utterances of an intent for ways to ask one question, and let them speak together.

    The intent is the one that the candidates are surest of in all. It is as sure as its best utterance, times the
    share that its utterances have in what all the candidates are sure of: a candidate beside which others stand for
    something else is a guess.
    """
    by_intent: dict[str, list[float]] = defaultdict(list)
    for intent, sure in neighbours:
        by_intent[intent].append(max(sure, 0.0))
    if not by_intent:
        return Guess("", 0.0)
    best = max(by_intent, key=lambda intent: sum(by_intent[intent]))
    total = sum(map(sum, by_intent.values()))
    return Guess(best, max(by_intent[best]) * sum(by_intent[best]) / max(total, 1e-9))


def settle_by_first(neighbours: Neighbours) -> Guess:
    """Believe the first candidate."""
    return Guess(*neighbours[0]) if neighbours else Guess("", 0.0)


Settle = Callable[[Neighbours], Guess]


@dataclass(frozen=True)
class Sorting:
    """How well messages are told apart."""

    auroc: float
    """The chance that a message with an intent is surer than one without."""

    accuracy: float
    """The share that is given its intent, or rightly none."""

    known: float
    """The share of those with an intent that are given it."""

    threshold: float
    """How sure a guess must be; set by the training utterances alone."""

    @classmethod
    def of(cls, guesses: Sequence[Guess], truth: Sequence[str], threshold: float) -> "Sorting":
        """Count *guesses* against *truth*, which is OUTSIDE for a message without an intent."""
        given = [guess.intent if guess.sure >= threshold else OUTSIDE for guess in guesses]
        right = np.array([intent == true for intent, true in zip(given, truth, strict=True)])
        inside = np.array([true != OUTSIDE for true in truth])
        sure = np.array([guess.sure for guess in guesses])
        return cls(auroc(sure[inside], sure[~inside]), float(right.mean()), float(right[inside].mean()), threshold)


@dataclass(frozen=True)
class IntentFigures:
    """How the messages of a chat are sorted."""

    name: str
    questions: int
    ours: Sorting
    ours_first: Sorting
    """If the first candidate is believed, and the others are not asked."""

    cosine: Sorting
    """Of the nearest utterance."""

    cosine_settled: Sorting
    """Of the ten nearest, settled as ours are."""

    def rows(self) -> Iterator[Row]:
        """Give the rows of the table."""
        together, first = (self.ours, self.cosine, self.cosine_settled), (self.ours_first, self.cosine)
        yield _row(self.name, self.questions, "AUROC", *(way.auroc for way in together), to_beat=".88")
        yield _row(self.name, self.questions, "AUROC, first candidate", *(way.auroc for way in first))
        yield _row(self.name, self.questions, "accuracy", *(way.accuracy for way in together), to_beat=".748 published")
        yield _row(self.name, self.questions, "accuracy, first candidate", *(way.accuracy for way in first))
        yield _row(self.name, self.questions, "right in scope", *(way.known for way in together))
        yield _row(self.name, self.questions, "threshold", *(way.threshold for way in together))


def measure_hint3(shop: Workshop, version: str = "v1") -> IntentFigures:
    """Ask real messages to a shop's bot (Arora et al. 2020) over its training utterances."""
    utterances = [_utterance(item) for item in shop.some(shop.read(f"hint3/{version}/curekart.train.jsonl"))]
    messages = shop.some(shop.read(f"hint3/{version}/curekart.test.jsonl"))
    texts, truth = [item["text"] for item in messages], [item["label"] for item in messages]

    def sort(teach: Teach, *ways: Settle) -> Iterator[Sorting]:
        inside, outside = _held_out(utterances, teach)
        asked = teach(utterances)(texts)
        for settle_one in ways:
            threshold = best_threshold(
                [(settle_one(found), entry.id) for entry, found in inside], [settle_one(found) for found in outside]
            )
            yield Sorting.of([settle_one(found) for found in asked], truth, threshold)

    shop.encoder.encode([*texts, *(entry.title for entry in utterances)])
    ours, ours_first = sort(lambda known: _taught(known, None, shop), settle, settle_by_first)
    cosine, cosine_settled = sort(lambda known: _nearest(known, shop), settle_by_first, settle)
    return IntentFigures(f"hint3 curekart {version}", len(texts), ours, ours_first, cosine, cosine_settled)


def _utterance(item: Mapping[str, Any]) -> Entry:
    """Make an utterance a heading, below which the intent stands in words."""
    return Entry(item["label"], item["text"], item["label"].replace("_", " ").capitalize() + ".")


def _taught(utterances: Sequence[Entry], folder: Path | None, shop: Workshop) -> FindAll:
    """Build an index of *utterances*, in *folder* if it is to be kept."""
    with tempfile.TemporaryDirectory() as passing:
        collection = Collection.build(utterances, folder or Path(passing), shop.encoder)
    return lambda texts: [[(found.id, found.confidence) for found in collection.find(text)] for text in texts]


def _nearest(utterances: Sequence[Entry], shop: Workshop) -> FindAll:
    """Find utterances by plain cosine."""
    known = shop.short_vectors([entry.title for entry in utterances])

    def find_all(texts: Sequence[str]) -> list[Neighbours]:
        cosines = shop.short_vectors(texts) @ known.T
        nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
        return [
            [(utterances[number].id, float(row[number])) for number in numbers]
            for row, numbers in zip(cosines, nearest, strict=True)
        ]

    return find_all


def _held_out(utterances: Sequence[Entry], teach: Teach) -> tuple[list[tuple[Entry, Neighbours]], list[Neighbours]]:
    """Ask every utterance twice: where others of its intent are known, and where its intent is not."""
    inside: list[tuple[Entry, Neighbours]] = []
    for fold in range(FOLDS):
        held = utterances[fold::FOLDS]
        find_all = teach([entry for number, entry in enumerate(utterances) if number % FOLDS != fold])
        inside += zip(held, find_all([entry.title for entry in held]), strict=True)
    outside: list[Neighbours] = []
    for intent in dict.fromkeys(entry.id for entry in utterances):
        find_all = teach([entry for entry in utterances if entry.id != intent])
        outside += find_all([entry.title for entry in utterances if entry.id == intent])
    return inside, outside


def best_threshold(inside: Sequence[tuple[Guess, str]], outside: Sequence[Guess]) -> float:
    """Give the threshold that does best if every second message has no intent.

    Args:
        inside: guesses about messages with an intent, and that intent.
        outside: guesses about messages without one.
    """
    right = np.array([guess.intent == intent for guess, intent in inside])
    sure = np.array([guess.sure for guess, _ in inside])
    others = np.array([guess.sure for guess in outside])
    steps = np.unique(np.concatenate([sure, others]))
    scores = np.array([(right & (sure >= step)).mean() + (others < step).mean() for step in steps])
    return float(np.median(steps[scores >= scores.max() - 1e-9]))


@dataclass(frozen=True)
class ScopeFigures:
    """How well questions that an FAQ does not answer are told from those that it does."""

    questions: int
    near: tuple[float, float, float]
    """AUROC against questions of the same business: ours, of the nearest utterance's cosine, of the ten nearest."""

    far: tuple[float, float, float]
    """The same against questions about anything."""

    def rows(self) -> Iterator[Row]:
        """Give the rows of the table."""
        yield _row("banking77_oos valid", self.questions, "AUROC, near", *self.near)
        yield _row("banking77_oos valid", self.questions, "AUROC, far", *self.far)


def measure_banking(shop: Workshop) -> ScopeFigures:
    """Ask a bank's customers' questions (Zhang et al. 2022) over the utterances of 50 intents."""
    items = shop.read("banking77_oos/banking77_oos.jsonl")
    known = [item for item in items if item["split"] == "train" and item["label"] != "oos"]
    utterances = [_utterance(item) for item in shop.some(known)]
    asked = shop.some([item for item in items if item["split"] == "valid"])
    texts = [item["text"] for item in asked]
    kinds = np.array([item.get("kind", "inside") for item in asked])
    shop.encoder.encode([*texts, *(entry.title for entry in utterances)])
    ours = _taught(utterances, shop.folder("banking77_oos"), shop)(texts)
    cosine = _nearest(utterances, shop)(texts)
    ways = [
        np.array([settle_one(found).sure for found in neighbours])
        for settle_one, neighbours in ((settle, ours), (settle_by_first, cosine), (settle, cosine))
    ]

    def against(kind: str) -> tuple[float, float, float]:
        first, second, third = (auroc(way[kinds == "inside"], way[kinds == kind]) for way in ways)
        return first, second, third

    return ScopeFigures(len(texts), against("id-oos"), against("ood-oos"))


# Whether a page answers a question: SQuAD 2.0.


@dataclass(frozen=True)
class AnswerabilityFigures:
    """How well questions that an article answers are told from those that only look so."""

    questions: int
    ours: float
    cosine_passage: float
    """Of the question and the very passage that it was asked about."""

    cosine_article: float
    """Of the question and the nearest passage of the article."""

    def rows(self) -> Iterator[Row]:
        """Give the row of the table."""
        figures = (self.ours, self.cosine_article, self.cosine_passage)
        yield _row("squad2", self.questions, "AUROC", *figures, to_beat=".64 cosine")


def measure_squad(shop: Workshop) -> AnswerabilityFigures:
    """Ask about each of eight articles (Rajpurkar et al. 2018) over an index of that article."""
    passages = shop.read("squad2/passages.jsonl")
    questions = shop.some(shop.read("squad2/questions.jsonl"))
    wanted = {question["title"] for question in questions}
    asked = shop.short_vectors([question["question"] for question in questions])
    sure, of_passage, of_article = (np.zeros(len(questions)) for _ in range(3))
    for title in dict.fromkeys(passage["title"] for passage in passages if passage["title"] in wanted):
        own = [passage for passage in passages if passage["title"] == title]
        numbers = [number for number, question in enumerate(questions) if question["title"] == title]
        article = Entry(title, title.replace("_", " "), "\n\n".join(passage["text"] for passage in own))
        name = f"squad2/{re.sub(r'[^A-Za-z0-9]+', '-', title)}"
        collection = Collection.build([article], shop.folder(name), shop.plain)
        cosines = asked[numbers] @ shop.long_vectors([passage["text"] for passage in own], name).T
        places = {passage["id"]: place for place, passage in enumerate(own)}
        for number, row in zip(numbers, cosines, strict=True):
            found = collection.find(questions[number]["question"])
            sure[number] = found[0].confidence if found else 0.0
            of_article[number], of_passage[number] = row.max(), row[places[questions[number]["passage_id"]]]
    answerable = np.array([not question["is_impossible"] for question in questions])
    ours, passage, article_ = (auroc(way[answerable], way[~answerable]) for way in (sure, of_passage, of_article))
    return AnswerabilityFigures(len(questions), ours, passage, article_)


# Figures become a table.


def auroc(inside: Sequence[float] | NDArray[Any], outside: Sequence[float] | NDArray[Any]) -> float:
    """Give the chance that one of *inside* lies above one of *outside*, a tie counting half; NaN where one is empty."""
    if not len(inside) or not len(outside):
        return float("nan")
    values = np.sort(outside)
    below = np.searchsorted(values, inside, "left") + np.searchsorted(values, inside, "right")
    return float(below.mean()) / (2 * len(values))


def _row(name: str, questions: int, figure: str, *values: float, to_beat: str = "") -> Row:
    cells = [f"{value:.3f}".removeprefix("0") for value in values]
    return (name, f"{questions:,}", figure, *cells, *[""] * (4 - len(cells)), to_beat)


class Figures(Protocol):
    """What a set comes to."""

    def rows(self) -> Iterator[Row]:
        """Give its rows of the table."""


MEASURES: Mapping[str, Callable[[Workshop], Figures]] = {
    "feedbackqa": measure_feedbackqa,
    "quebec_faq": measure_quebec,
    "hint3_v1": lambda shop: measure_hint3(shop, "v1"),
    "hint3_v2": lambda shop: measure_hint3(shop, "v2"),
    "squad2": measure_squad,
    "banking77_oos": measure_banking,
}

LEGEND = """
*Ours*: `find_evidence` with the shipped calibration, the candidates in its order, its confidence.
*Cosine*: all-MiniLM-L6-v2, of the question and an entry's title with its text; of a message and the nearest utterance;
of a question and the nearest passage of the article.
*Another cosine*: the larger of that one and the title's own; the ten nearest utterances, settled as ours are; of a
question and the very passage that it was asked about, which no search knows.
P@3 counts a question whose entry is among the first three."""


def main() -> None:
    """Read the command line, measure one set after the other and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), metavar="NAME")
    parser.add_argument("--cache", type=Path, help="keep the indexes there, so that another run builds none")
    parser.add_argument("--limit", type=int, help="ask so many questions over their own entries: a try, not a figure")
    options = parser.parse_args()
    encoder = SentenceEncoder()
    print(f"| {' | '.join(HEADER)} |\n|{'---|' * len(HEADER)}")
    with tempfile.TemporaryDirectory() as passing:
        for name in options.only:
            shop = Workshop(
                options.data, options.cache or Path(passing), RememberingEncoder(encoder), encoder, options.limit
            )
            begin = time.perf_counter()
            for row in MEASURES[name](shop).rows():
                print(f"| {' | '.join(row)} |", flush=True)
            print(f"{name}: {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    print(LEGEND)


if __name__ == "__main__":
    main()
