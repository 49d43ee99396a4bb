"""A passage is examined against a question by what was learned from questions with and without an answer.

Late interaction (ColBERT, Khattab and Zaharia 2020) with two things learned: how much each word of a question matters,
judged by the word's own vector in its sentence, and from what similarity on it counts as met. The weights lie in
examiner.safetensors, written by benchmarks/calibrate.py. Knows nothing about verdicts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from chatbot.evidence import Candidate
from chatbot.questions import Question
from index import CONTEXT, Encoding, SearchIndex

Floats = NDArray[np.float32]

MOST_QUESTION_WORDS = 28
MOST_WORDS = 128
"""Of a passage: those above it first, then those of the sentences that support the question best."""

MOST_CONTEXT_WORDS = 32
MOST_SENTENCES = 13

TERM_FEATURES = 9
"""What is known of each word of a question beside its vector, see `_describe_words`."""

MEASURES = 9
"""What the examination of a passage comes down to, see `Examiner.measures`."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A question and one passage, ready to be examined."""

    words: Floats
    """Shape (question words, dimension): each word of the question in its context."""

    described: Floats
    """Shape (question words, TERM_FEATURES)."""

    question: Floats
    """Shape (dimension,): the question as a whole."""

    passage: Floats
    """Shape (passage words, dimension)."""

    part: NDArray[np.int64]
    """Shape (passage words,): the number of the sentence or cell, from 1; 0 for words of titles and headings."""

    same: NDArray[np.bool_]
    """Shape (question words, passage words): whether both are the same word, whatever its ending."""


def prepare_sheet(question: Question, encoding: Encoding, candidate: Candidate, index: SearchIndex) -> Sheet:
    """Put together what is compared of *question* and the passage of *candidate*."""
    kept = index.words_of(candidate.hit.number)
    seen = {start: number for number, (start, _) in enumerate(encoding.words)}
    chosen = [number for number, word in enumerate(question.words) if word.start in seen][:MOST_QUESTION_WORDS]
    vectors = encoding.word_vectors[[seen[question.words[number].start] for number in chosen]]
    context = [number for number, part in enumerate(kept.sentences) if part == CONTEXT][:MOST_CONTEXT_WORDS]
    numbers, parts = list(context), [0] * len(context)
    of_part = np.asarray(kept.sentences)
    for sentence in np.argsort(-candidate.read_coverage, kind="stable")[:MOST_SENTENCES]:
        of_sentence = np.flatnonzero(of_part == sentence)[: MOST_WORDS - len(numbers)]
        numbers += of_sentence.tolist()
        parts += [max(parts, default=0) + 1] * len(of_sentence)
    stems = [kept.stems[number] for number in numbers]
    return Sheet(
        words=vectors.astype(np.float32).reshape(len(chosen), -1),
        described=_describe_words(question, candidate, index)[chosen],
        question=encoding.vector,
        passage=kept.vectors[numbers].astype(np.float32),
        part=np.array(parts, dtype=np.int64),
        same=np.array(
            [[question.words[number].stem == stem for stem in stems] for number in chosen], dtype=bool
        ).reshape(len(chosen), len(numbers)),
    )


def _describe_words(question: Question, candidate: Candidate, index: SearchIndex) -> Floats:
    """Say of each word how rare it is, whether the content knows it, how well the passage supports it, and whether the
    turn itself says it."""
    rows = np.zeros((len(question.words), TERM_FEATURES), dtype=np.float32)
    number = -1
    for place, (word, term) in enumerate(zip(question.words, question.terms, strict=True)):
        if term is None:
            continue
        number += 1
        rows[place] = (
            1.0,
            term.weight / 5,
            term.known,
            term.is_name,
            term.is_telling_figure,
            index.rarity(word.stem),
            candidate.support[number],
            candidate.exact[number],
            term.is_new,
        )
    return rows


class Examiner:
    """Gives each passage two figures: how it ranks among others, and how sure it is that it answers.

    Several networks that learned the same from different beginnings, of which each is wrong in its own way: the mean
    of what they say tells answerable from unanswerable better than any of them.
    """

    def __init__(self, weights: Mapping[str, Floats], features: Sequence[str]) -> None:
        """Take *weights* as benchmarks/examiner.py names them, and the names of the *features* that they go with.

        The first axis of every weight counts the networks.
        """
        self.weights = weights
        self.features = tuple(features)

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """Give the one that comes along."""
        from safetensors import safe_open

        with safe_open(str(files("chatbot").joinpath("examiner.safetensors")), framework="np") as stored:
            weights = {name: stored.get_tensor(name).astype(np.float32) for name in stored.keys()}  # noqa: SIM118
            return cls(weights, stored.metadata()["features"].split())

    def examine(self, sheet: Sheet, features: Mapping[str, float]) -> dict[str, float]:
        """Give how the passage ranks and how sure it is that it answers, as features: a fifth of the log-odds.

        Args:
            sheet: the question and the passage.
            features: what else was measured of them, by name.

        Raises:
            KeyError: a feature is missing.
        """
        hand = np.array([features[name] for name in self.features], dtype=np.float32)
        standard = np.clip((hand - self.weights["mean"]) / self.weights["spread"], -4.0, 4.0)
        rows = np.concatenate([self.measures(sheet), standard], axis=1)[:, None, :]
        rank, sure = self._linear("head", rows).mean(axis=(0, 1))
        return {"examined_rank": float(rank) / 5, "examined_sure": float(sure) / 5}

    def measures(self, sheet: Sheet) -> Floats:
        """Give what the comparison word by word comes down to, shape (networks, MEASURES)."""
        turned = sheet.words + self._linear("turn.out", self._linear("turn.in", sheet.words[None]))
        turned /= np.maximum(np.linalg.norm(turned, axis=2, keepdims=True), 1e-12)
        similar = turned @ sheet.passage.T + self._number("same", 2) * sheet.same
        first_of_part = np.flatnonzero(np.diff(sheet.part, prepend=0))
        context = similar[:, :, sheet.part == 0].max(axis=2, initial=-1.0)
        parts = np.maximum.reduceat(similar, first_of_part, axis=2) if len(first_of_part) else similar[:, :, :0]
        parts = np.maximum(parts, self._number("context", 2) * context[:, :, None])
        best = np.maximum(context, parts.max(axis=2, initial=-1.0))
        matters, steep, bar, missed = self._judge_words(sheet)
        met = _sigmoid(steep[:, :, None] * (parts - bar[:, :, None]))
        met_anywhere = _sigmoid(steep * (best - bar))
        total = matters.sum(axis=1) + 1e-3
        read = np.einsum("mn,mnp->mp", matters, met) / total[:, None]
        unmet = missed * (1.0 - met_anywhere)
        unmet_by_part = np.einsum("mn,mnp->mp", missed, 1.0 - met)
        sharpness = np.clip(self._number("sharpness", 1), 1.0, 20.0)
        share = np.exp(sharpness * (read - read.max(axis=1, keepdims=True, initial=0.0)))
        share /= share.sum(axis=1, keepdims=True) + 1e-6
        columns = [
            read.max(axis=1, initial=0.0),
            (matters * met_anywhere).sum(axis=1) / total,
            unmet.sum(axis=1),
            unmet.max(axis=1, initial=0.0),
            np.minimum(unmet_by_part.min(axis=1, initial=20.0), 10.0),
            (share * self._kind_match(sheet, first_of_part)).sum(axis=1),
            total / 5,
            missed.sum(axis=1) / 5,
            np.full(len(total), len(sheet.words) / 10),
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def _judge_words(self, sheet: Sheet) -> tuple[Floats, Floats, Floats, Floats]:
        """Give for each word how much it matters, how steeply and from where it counts as met, and its price unmet."""
        of_word = self._linear("word", sheet.words[None])
        of_question = np.broadcast_to(self._linear("whole", sheet.question[None, None]), of_word.shape)
        described = np.broadcast_to(sheet.described, (len(of_word), *sheet.described.shape))
        hidden = _gelu(self._linear("judge.in", np.concatenate([of_word, of_question, described], axis=2)))
        judged = self._linear("judge.out", hidden)
        matters, steep, bar, missed = (judged[:, :, number] for number in range(4))
        return _softplus(matters - 1), 6.0 + 8.0 * _sigmoid(steep), 0.2 + 0.6 * _sigmoid(bar), _softplus(missed - 1)

    def _kind_match(self, sheet: Sheet, first_of_part: NDArray[np.int64]) -> Floats:
        """Say how well each sentence is of the kind that the question waits for, shape (networks, sentences)."""
        if not len(first_of_part):
            return np.zeros((len(self.weights["same"]), 0), dtype=np.float32)
        lengths = np.diff(np.append(first_of_part, len(sheet.part)))
        sums: Floats = np.add.reduceat(sheet.passage, first_of_part, axis=0)
        means = (sums / lengths[:, None]).astype(np.float32)
        sentences = self._linear("kind.sentence", means[None])
        match: Floats = (sentences * self._linear("kind.question", sheet.question[None, None])).sum(axis=2)
        return match

    def _number(self, name: str, more_axes: int) -> Floats:
        return self.weights[name].reshape(-1, *[1] * more_axes)

    def _linear(self, name: str, rows: Floats) -> Floats:
        product: Floats = rows @ self.weights[f"{name}.weight"].transpose(0, 2, 1)
        return product + self.weights[f"{name}.bias"][:, None] if f"{name}.bias" in self.weights else product


def _sigmoid(values: Floats) -> Floats:
    result: Floats = (1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0)))).astype(np.float32)
    return result


def _softplus(values: Floats) -> Floats:
    result: Floats = np.logaddexp(0.0, values)
    return result


def _gelu(values: Floats) -> Floats:
    """Smooth the rectifier (Hendrycks and Gimpel 2016), in the form with a hyperbolic tangent."""
    inner = 0.7978845608 * (values + 0.044715 * values**3)
    result: Floats = (0.5 * values * (1.0 + np.tanh(inner))).astype(np.float32)
    return result
