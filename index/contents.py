"""What an index holds, as values and as the bytes of a generation's files.

Knows nothing about where the bytes are kept.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoding, Vectors
from index.errors import IndexDamagedError
from index.manifest import Manifest
from index.passages import Cell, Passage, Sentence, Source
from index.readers.document import Document, FrontMatter
from index.vector_store import VectorStore
from index.views import CONTEXT, View, ViewKey
from index.words import stem

DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
VIEWS = "views.jsonl"
VECTORS = "vectors.faiss"
WORD_VECTORS = "words.npy"

Places = tuple[tuple[int, int], ...]
"""Starts and ends of words in a view's text."""


@dataclass(frozen=True, eq=False)
class WordVectors:
    """The words of one passage, each in its context."""

    stems: tuple[str, ...]

    sentences: NDArray[np.int64]
    """Shape (words,): the number of the sentence or cell each stands in, or CONTEXT for titles and headings."""

    vectors: Vectors
    """Shape (words, dimension), rows of unit length."""


@dataclass(frozen=True, eq=False)
class ViewVectors:
    """What the encoder says of one view."""

    vector: Vectors
    """Shape (dimension,), of unit length."""

    words: Places

    word_vectors: NDArray[np.float16]
    """Shape (len(words), dimension)."""

    @classmethod
    def of(cls, view: View, encoding: Encoding) -> Self:
        """Keep all words where they are evidence, and none where the view is for finding only."""
        if view.pieces:
            return cls(encoding.vector, encoding.words, encoding.word_vectors.astype(np.float16))
        return cls(encoding.vector, (), np.zeros((0, len(encoding.vector)), dtype=np.float16))


@dataclass(frozen=True, eq=False)
class IndexContents:
    """Everything that a search needs, in memory."""

    documents: tuple[Document, ...]
    """Without their blocks: the texts that answers quote, and what their owner says about them."""

    passages: tuple[Passage, ...]

    views: tuple[View, ...]
    """Ordered by passage."""

    vectors: Vectors
    """Shape (views, dimension), rows of unit length."""

    words: tuple[Places, ...]
    """For each view, where its words stand; empty for views without pieces."""

    word_vectors: NDArray[np.float16]
    """Shape (all words of all views, dimension), in the order of `words`."""

    def words_of(self, passage: int) -> WordVectors:
        """Give the words of passage number *passage*, of all its views that keep them."""
        views = self._views_of.get(passage, [])
        rows = [row for view in views for row in range(self._first_word[view], self._first_word[view + 1])]
        stems = [stem(self.views[view].text[start:end]) for view in views for start, end in self.words[view]]
        sentences = [_sentence_at(self.views[view], start) for view in views for start, _ in self.words[view]]
        vectors = np.asarray(self.word_vectors[rows], dtype=np.float32)
        return WordVectors(tuple(stems), np.array(sentences, dtype=np.int64), vectors)

    def computed(self) -> dict[ViewKey, ViewVectors]:
        """Give what was computed for each view, so that a rebuild need not compute it again."""
        return {
            view.key: ViewVectors(
                self.vectors[number],
                self.words[number],
                self.word_vectors[self._first_word[number] : self._first_word[number + 1]],
            )
            for number, view in enumerate(self.views)
        }

    @classmethod
    def assemble(
        cls,
        documents: Iterable[Document],
        passages: Iterable[Passage],
        views: Iterable[View],
        computed: Mapping[ViewKey, ViewVectors],
    ) -> Self:
        """Put together what was read and what was computed for each of *views*."""
        views = tuple(views)
        kept = [computed[view.key] for view in views]
        return cls(
            tuple(documents),
            tuple(passages),
            views,
            np.stack([item.vector for item in kept]),
            tuple(item.words for item in kept),
            np.concatenate([item.word_vectors for item in kept]),
        )

    def to_artefacts(self) -> dict[str, bytes]:
        """Write everything as the files of a generation; the same contents give the same bytes."""
        documents = (
            {"path": item.path, "text": item.text, "converted": item.converted, **asdict(item.front_matter)}
            for item in self.documents
        )
        views = (asdict(view) | {"words": places} for view, places in zip(self.views, self.words, strict=True))
        return {
            DOCUMENTS: _to_lines(documents),
            PASSAGES: _to_lines(asdict(passage) for passage in self.passages),
            VIEWS: _to_lines(views),
            VECTORS: VectorStore(self.vectors).to_bytes(),
            WORD_VECTORS: _write_array(self.word_vectors),
        }

    @classmethod
    def from_artefacts(cls, artefacts: Mapping[str, bytes], *, manifest: Manifest, place: Path) -> Self:
        """Read what `to_artefacts` wrote.

        Args:
            artefacts: the verified bytes of each file by its name.
            manifest: what they must fit.
            place: the folder they come from, to name in errors.

        Raises:
            IndexDamagedError: a file is missing or does not hold what it should, or the files do not fit together.
        """
        try:
            documents = tuple(_document(item) for item in _from_lines(artefacts[DOCUMENTS]))
            passages = tuple(_passage(item) for item in _from_lines(artefacts[PASSAGES]))
            lines = _from_lines(artefacts[VIEWS])
            views = tuple(_view(item) for item in lines)
            words = tuple(tuple((start, end) for start, end in item["words"]) for item in lines)
            vectors = VectorStore.from_bytes(artefacts[VECTORS], place / VECTORS).vectors()
            contents = cls(documents, passages, views, vectors, words, _read_array(artefacts[WORD_VECTORS]))
            contents._check(manifest)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise IndexDamagedError(place, f"its files do not hold what they should ({error!r})") from error
        return contents

    def _check(self, manifest: Manifest) -> None:
        """Make sure that no part points to what another does not have, and that every quote stands in its document."""
        if (len(self.passages), len(self.views)) != (manifest.passages, manifest.views):
            raise ValueError(f"{len(self.passages)} passages and {len(self.views)} views, the manifest has others")
        if self.vectors.shape != (len(self.views), manifest.encoder.dimension):
            raise ValueError(f"vectors of shape {self.vectors.shape} for {len(self.views)} views")
        if self.word_vectors.shape != (self._first_word[-1], self.vectors.shape[1]):
            raise ValueError(f"word vectors of shape {self.word_vectors.shape} for {self._first_word[-1]} words")
        texts = {document.path: document.text for document in self.documents}
        for passage in self.passages:
            _check_passage(passage, texts.get(passage.source.path, ""))
        for view, words in zip(self.views, self.words, strict=True):
            _check_view(view, words, self.passages)

    @cached_property
    def _first_word(self) -> list[int]:
        return [0, *np.cumsum([len(places) for places in self.words]).tolist()]

    @cached_property
    def _views_of(self) -> dict[int, list[int]]:
        """Give the numbers of each passage's views that keep their words."""
        found: dict[int, list[int]] = {}
        for number, view in enumerate(self.views):
            if view.pieces:
                found.setdefault(view.passage, []).append(number)
        return found


def _check_passage(passage: Passage, text: str) -> None:
    parts: list[Sentence | Cell] = [*passage.sentences, *passage.cells]
    quotes = [(passage.text, passage.source.start, passage.source.end)]
    quotes += [(part.text, part.start, part.end) for part in parts]
    for quote, start, end in quotes:
        if start < 0 or text[start:end] != quote:
            raise ValueError(f"{passage.source.path} does not have {quote[:40]!r} from {start} to {end}")


def _check_view(view: View, words: Places, passages: Sequence[Passage]) -> None:
    if not 0 <= view.passage < len(passages):
        raise ValueError(f"a view of passage {view.passage}, there are {len(passages)}")
    parts = len(passages[view.passage].cells or passages[view.passage].sentences)
    if not all(CONTEXT <= number < parts for _, _, number in view.pieces):
        raise ValueError(f"a view of a sentence that passage {view.passage} does not have")
    if not all(0 <= place[0] <= place[1] <= len(view.text) for place in (*view.pieces, *words)):
        raise ValueError(f"words outside the view {view.text[:40]!r}")


def _sentence_at(view: View, offset: int) -> int:
    return next((sentence for start, end, sentence in view.pieces if start <= offset < end), CONTEXT)


def _to_lines(items: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n" for item in items).encode()


def _from_lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().split("\n") if line]


def _write_array(array: NDArray[np.float16]) -> bytes:
    data = io.BytesIO()
    np.save(data, array, allow_pickle=False)
    return data.getvalue()


def _read_array(data: bytes) -> NDArray[np.float16]:
    """Read what `_write_array` wrote, taking no more memory than *data* does, whatever its header says."""
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("word vectors of another format")
    shape, in_columns, kind = np.lib.format.read_array_header_1_0(file)
    if in_columns or kind != np.float16:
        raise ValueError(f"word vectors of kind {kind}")
    array = np.frombuffer(data, np.float16, offset=file.tell()).reshape(shape)
    if not np.isfinite(array).all():
        raise ValueError("a word vector with a value that is not a finite number")
    return array


def _view(item: dict[str, Any]) -> View:
    return View(item["passage"], item["text"], tuple((start, end, sentence) for start, end, sentence in item["pieces"]))


def _document(item: dict[str, Any]) -> Document:
    front_matter = FrontMatter(
        item["title"],
        {name: tuple(others) for name, others in item["aliases"].items()},
        item["language"],
        item["updated"],
    )
    return Document(item["path"], item["text"], (), front_matter, converted=item["converted"])


def _passage(item: dict[str, Any]) -> Passage:
    source = item["source"] | {"heading": tuple(item["source"]["heading"])}
    return Passage(
        **item
        | {
            "source": Source(**source),
            "sentences": tuple(Sentence(**sentence) for sentence in item["sentences"]),
            "cells": tuple(Cell(**cell) for cell in item["cells"]),
        }
    )
