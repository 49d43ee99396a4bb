"""A question becomes hits: the passages of a built index that are worth a closer look, best first.

Knows nothing about confidence: a score here orders passages, it does not say whether one answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.chunking import CHUNKING_VERSION
from index.contents import IndexContents, WordVectors
from index.encoder import Encoder, Encoding, SentenceEncoder, Vectors
from index.errors import EncoderMismatchError
from index.generations import open_current
from index.lexical import LexicalIndex
from index.manifest import EncoderInfo, Manifest, is_stale
from index.passages import Passage
from index.readers import list_sources
from index.readers.document import Document
from index.vector_store import VectorStore
from index.words import search_terms

LEXICAL_WEIGHT = 0.25
"""Of BM25, normalised by the question's best, beside the largest cosine of a passage's views. Between 0.2 and 0.3 it
beat dense search alone on every set tried; equal weights hurt short FAQs."""


@dataclass(frozen=True)
class Hit:
    """A passage that is worth a closer look."""

    number: int
    """Of the passage in the index."""

    passage: Passage

    score: float
    """`dense` plus a share of `lexical`: for ordering only."""

    dense: float
    """The largest cosine between the question and a view of the passage, from -1 to 1."""

    dense_title: float
    """The cosine of the question and the passage's title alone; `dense` where a passage has no such view."""

    dense_sentence: float
    """The largest cosine of the question and one sentence or cell alone; `dense` where there is but one."""

    lexical: float
    """BM25 as a share of the question's best, from 0 to 1."""

    standing: float
    """How many standard deviations `dense` lies above the mean of all passages: a cosine that every passage of a
    page reaches says nothing about one of them."""


class SearchIndex:
    """A built index, ready to be searched; never changes once it is made."""

    def __init__(self, contents: IndexContents, encoder: Encoder, *, manifest: Manifest, generation: str) -> None:
        self.encoder = encoder
        self.generation = generation
        self._manifest = manifest
        self.passages: tuple[Passage, ...] = contents.passages
        self.documents: dict[str, Document] = {document.path: document for document in contents.documents}
        self._contents = contents
        self._store = VectorStore(contents.vectors)
        self._passage_of_view = np.array([view.passage for view in contents.views], dtype=np.int64)
        alone = np.array([not view.pieces for view in contents.views], dtype=bool)
        of_title = np.array([view.text == self.passages[view.passage].title for view in contents.views], dtype=bool)
        self._title_views, self._sentence_views = alone & of_title, alone & ~of_title
        self._lexical = LexicalIndex(self.passages)

    @classmethod
    def open(cls, folder: Path, encoder: Encoder | None = None) -> Self:
        """Open the current generation of the index in *folder*.

        Args:
            folder: where `build_index` wrote.
            encoder: must be the one that the index was built with; by default it is loaded by its name.

        Raises:
            IndexMissingError, IndexDamagedError, FormatVersionError, EncoderMismatchError, EncoderError
        """
        generation = open_current(folder)
        built_with = generation.manifest.encoder
        encoder = encoder or SentenceEncoder(built_with.name)
        if not EncoderInfo.of(encoder).gives_same_vectors_as(built_with):
            raise EncoderMismatchError(folder, built_with.name, encoder.name)
        contents = IndexContents.from_artefacts(
            generation.artefacts, manifest=generation.manifest, place=generation.folder
        )
        return cls(contents, encoder, manifest=generation.manifest, generation=generation.name)

    def is_stale(self, knowledge: Path) -> bool:
        """Tell whether a build from *knowledge*, as it is now, would give another index."""
        return is_stale(
            self._manifest,
            list_sources(knowledge),
            encoder=EncoderInfo.of(self.encoder),
            chunking=CHUNKING_VERSION,
        )

    def search(self, question: Encoding | str, text: str = "", *, k: int = 10) -> list[Hit]:
        """Give the *k* passages most worth a closer look, best first.

        Args:
            question: its text, or its encoding where the caller has it already.
            text: the question's text; needed with an encoding only.
            k: at most so many.
        """
        if isinstance(question, str):
            text = question
            (question,) = self.encoder.encode([text])
        if not self.passages:
            return []
        dense, titles, sentences = self._dense_scores(question.vector)
        lexical = self._lexical.scores(text)
        lexical = lexical / max(float(lexical.max()), 1e-9)
        scores = dense + LEXICAL_WEIGHT * lexical
        # Ties fall to the passage that stands first, so that the same question always gives the same hits.
        best = np.lexsort((np.arange(len(scores)), -scores))[:k]
        standing = (dense - dense.mean()) / max(float(dense.std()), 0.02)
        return [
            Hit(
                int(number),
                self.passages[number],
                float(scores[number]),
                float(dense[number]),
                float(titles[number]),
                float(sentences[number]),
                float(lexical[number]),
                float(standing[number]),
            )
            for number in best
        ]

    def words_of(self, passage: int) -> WordVectors:
        """Give the vectors of the words of passage number *passage*: the evidence that it can be tested by."""
        return self._contents.words_of(passage)

    def context_stems(self, passage: int) -> frozenset[str]:
        """Give the stems of what stands above passage number *passage*: its title, headings, columns, document."""
        return self._context_stems[passage]

    @cached_property
    def _context_stems(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(search_terms(" \n ".join(self._context(passage)))) for passage in self.passages)

    def _context(self, passage: Passage) -> Iterator[str]:
        yield self.documents[passage.source.path].front_matter.title
        yield from passage.source.heading
        yield passage.title

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Give every stem that the content uses, its titles and headings included."""
        return self._lexical.vocabulary

    def rarity(self, stem: str) -> float:
        """Say how rare *stem* is in the content: from about 0, when every passage has it, to 1, when none has."""
        return self._lexical.rarity(stem)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Give every word that the content uses as it is written, without case."""
        return self._lexical.spellings

    def _dense_scores(self, vector: Vectors) -> tuple[Vectors, Vectors, Vectors]:
        """Give each passage the largest cosine of its views, of its title, and of its sentences."""
        scores, numbers = self._store.search(vector[None], k=len(self._store))
        cosines = np.empty(len(self._store), dtype=np.float32)
        cosines[numbers[0]] = scores[0]
        best = self._largest(cosines, np.ones(len(cosines), dtype=bool))
        titles, sentences = (self._largest(cosines, views) for views in (self._title_views, self._sentence_views))
        return best, np.where(titles < -1, best, titles), np.where(sentences < -1, best, sentences)

    def _largest(self, cosines: Vectors, chosen: NDArray[np.bool_]) -> Vectors:
        """Give each passage the largest of the chosen views' cosines, -2 where it has none."""
        largest = np.full(len(self.passages), -2.0, dtype=np.float32)
        np.maximum.at(largest, self._passage_of_view[chosen], cosines[chosen])
        return largest
