"""A passage is tested against a question: which words of the question does it support, and how well.

Knows nothing about what is said in the end. The idea of late interaction is ColBERT's (Khattab and Zaharia 2020),
here with the word vectors of the sentence encoder itself and each word weighed by its rarity.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chatbot.questions import Question, Term
from index import CONTEXT, Encoding, Hit, SearchIndex

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A passage, and how far it supports each word of a question."""

    hit: Hit

    context: Floats
    """Shape (terms,): the best support of each term in the passage's title and headings, from 0 to 1."""

    sentences: Floats
    """Shape (sentences or cells, terms): the best support of each term in each sentence, from 0 to 1."""

    weights: Floats
    """Shape (terms,): how much each term matters: the rarer in English and in the content, the more.
    Sums to 1, or there is none."""

    exact: NDArray[np.bool_]
    """Shape (terms,): whether the passage, its title or its headings use the very word."""

    in_place: tuple[str, ...] = ()
    """Shape (terms,): the stem of the passage's word that comes nearest to each term."""

    @cached_property
    def support(self) -> Floats:
        """Give the best support of each term anywhere in the passage, shape (terms,)."""
        if not len(self.sentences):
            return self.context
        best: Floats = np.maximum(self.context, self.sentences.max(axis=0))
        return best

    @cached_property
    def coverage(self) -> float:
        """Give how much of the question the passage supports, from 0 to 1."""
        return float(self.support @ self.weights)

    @cached_property
    def sentence_coverage(self) -> Floats:
        """Give how much of the question each sentence supports on its own, shape (sentences,)."""
        covered: Floats = self.sentences @ self.weights
        return covered

    @cached_property
    def read_coverage(self) -> Floats:
        """Give how much of the question each sentence supports, read under the passage's title, shape (sentences,)."""
        covered: Floats = np.maximum(self.sentences, self.context) @ self.weights
        return covered

    @cached_property
    def best_sentence_coverage(self) -> float:
        """Give how much of the question its best sentence supports, read under the passage's title."""
        if not len(self.sentences):
            return float(self.context @ self.weights)
        return float(self.read_coverage.max())

    @cached_property
    def best_text(self) -> str:
        """Give the sentences that support the question nearly as well as the best one does; of a row, all of it."""
        passage = self.hit.passage
        if not passage.sentences:
            return passage.text
        read = self.read_coverage
        chosen = (
            sentence for sentence, value in zip(passage.sentences, read, strict=True) if value >= 0.8 * read.max()
        )
        return "\n".join(sentence.text for sentence in chosen)

    @cached_property
    def weakest_pair(self) -> float:
        """Give the mean support of the two least supported terms, in the sentence that has them best."""
        if not self.sentences.size:
            return 0.3
        # A little less than a sentence's own words, or every sentence under a telling title would be as good.
        read = np.sort(np.maximum(self.sentences, 0.9 * self.context), axis=1)
        return float(read[:, :2].mean(axis=1).max())


def weigh_passage(question: Question, encoding: Encoding, hit: Hit, index: SearchIndex) -> Candidate:
    """Find what *hit*'s passage has for each term of *question*.

    Args:
        question: what was asked.
        encoding: of the question's text.
        hit: the passage to test.
        index: where its words are kept.
    """
    kept = index.words_of(hit.number)
    terms, vectors = _term_vectors(question, encoding)
    similar = np.clip(vectors @ kept.vectors.T, 0.0, 1.0) if len(kept.stems) else np.zeros((len(terms), 0))
    same = np.array([[term.stem == stem for stem in kept.stems] for term in terms], dtype=bool).reshape(similar.shape)
    support = np.where(same, 1.0, similar).astype(np.float32)
    parts = len(hit.passage.cells or hit.passage.sentences)
    headings = index.context_stems(hit.number)
    in_headings = np.array([term.stem in headings for term in terms], dtype=bool)
    context = np.maximum(_best(support[:, kept.sentences == CONTEXT]), in_headings.astype(np.float32))
    sentences = [_best(support[:, kept.sentences == number]) for number in range(parts)]
    weights = np.array([term.weight * (0.15 + index.rarity(term.stem)) for term in terms], dtype=np.float32)
    return Candidate(
        hit,
        context,
        np.stack(sentences) if sentences else np.zeros((0, len(terms)), dtype=np.float32),
        weights / max(float(weights.sum()), 1e-9),
        same.any(axis=1) | in_headings,
        tuple(kept.stems[number] for number in support.argmax(axis=1)) if len(kept.stems) else (),
    )


def _term_vectors(question: Question, encoding: Encoding) -> tuple[list[Term], Floats]:
    """Give the terms and their vectors; one that the encoder does not see has a vector of zeros."""
    seen = dict(zip((start for start, _ in encoding.words), encoding.word_vectors, strict=True))
    unseen = np.zeros(len(encoding.vector), dtype=np.float32)
    pairs = [
        (term, seen.get(word.start, unseen)) for word, term in zip(question.words, question.terms, strict=True) if term
    ]
    vectors = np.stack([vector for _, vector in pairs]) if pairs else np.zeros((0, len(unseen)), dtype=np.float32)
    return [term for term, _ in pairs], vectors


def _best(support: Floats) -> Floats:
    best: Floats = support.max(axis=1) if support.shape[1] else np.zeros(len(support), dtype=np.float32)
    return best
