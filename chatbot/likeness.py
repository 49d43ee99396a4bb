"""Which word of a question a fragment is most like: "magazines" is like "books" in "How long may I keep books?".

By the word vectors of the sentence encoder, each word in its own text. Knows nothing about what is done with it.
"""

import numpy as np

from chatbot.questions import is_grammar
from index import Encoder, Encoding

LIKE = 0.22
"""A word is like another from this cosine on; words of one question that have nothing in common lie near 0."""

LEAD = 0.04
"""By so much it must be more like the fragment than any other word of the question, those beside it aside."""


class WordLikeness:
    """Finds what a fragment may take the place of; obeys `followups.Likeness`."""

    def __init__(self, encoder: Encoder) -> None:
        """Compare by the word vectors of *encoder*."""
        self._encoder = encoder

    def __call__(self, question: str, fragment: str) -> tuple[int, int] | None:
        """Give the start and end of the word of *question* that *fragment* is most like; None where it is like none."""
        of_question, of_fragment = self._encoder.encode([question, fragment])
        words, vectors = _subjects(question, of_question)
        _, wanted = _subjects(fragment, of_fragment)
        if not words or not len(wanted):
            return None
        likeness = (vectors @ wanted.T).max(axis=1)
        best = int(likeness.argmax())
        others = np.delete(likeness, [number for number in (best - 1, best, best + 1) if 0 <= number < len(words)])
        if likeness[best] < LIKE or likeness[best] - others.max(initial=-1.0) < LEAD:
            return None
        return words[best]


def _subjects(text: str, encoding: Encoding) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Give the places of the words that carry a subject, and their vectors of length 1, shape (words, dimension)."""
    chosen = [number for number, (start, end) in enumerate(encoding.words) if not is_grammar(text[start:end])]
    vectors = encoding.word_vectors[chosen].astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return [encoding.words[number] for number in chosen], vectors / np.maximum(lengths, 1e-9)
