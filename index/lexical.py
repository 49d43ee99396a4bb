"""Which passages share words with a question: BM25 over the passages' own words.

Knows nothing about vectors. The only module that imports bm25s.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from index.encoder import Vectors
from index.passages import Passage
from index.plaintext import plain_text
from index.words import search_terms, split_words

if TYPE_CHECKING:
    from bm25s import BM25


class LexicalIndex:
    """BM25 (Robertson and Zaragoza 2009; Lucene's variant) over the headings, titles and texts of passages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        texts = [searchable_text(passage) for passage in passages]
        self._terms = [search_terms(text) for text in texts]
        self.spellings = tuple(sorted({word.text.casefold() for text in texts for word in split_words(text)}))
        """Every word that the content uses, without case, in alphabetical order."""

    def scores(self, question: str) -> Vectors:
        """Give the score of every passage for *question*, shape (passages,); 0 where no word is shared."""
        known = [term for term in search_terms(question) if term in self.vocabulary]
        if not known:
            return np.zeros(len(self._terms), dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Give every stem that the content uses."""
        return frozenset(self._frequencies)

    def rarity(self, stem: str) -> float:
        """Say how rare *stem* is in the content: from about 0, when every passage has it, to 1, when none has."""
        passages = len(self._terms)
        return math.log((passages + 1) / (self._frequencies[stem] + 0.5)) / math.log(2 * passages + 2)

    @cached_property
    def _frequencies(self) -> Counter[str]:
        """Count the passages that have each stem."""
        return Counter(term for terms in self._terms for term in set(terms))

    @cached_property
    def _bm25(self) -> "BM25":
        from bm25s import BM25

        index = BM25(method="lucene")
        index.index(self._terms, show_progress=False)
        return index


def searchable_text(passage: Passage) -> str:
    """Join all words by which *passage* may be found: headings, title, text, names of columns."""
    columns = (cell.column for cell in passage.cells)
    return "\n".join((*passage.source.heading, passage.title, plain_text(passage.text), passage.corner, *columns))
