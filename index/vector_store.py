"""Unit vectors become an exact search by inner product, and bytes that can be kept on disk.

Knows nothing about passages, views or files. The only module that imports faiss.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError

Vectors = NDArray[np.float32]
Scores = NDArray[np.float32]
Ids = NDArray[np.int64]

_TOLERANCE = 1e-3
"""How far from 1 the length of a unit vector may lie: float32 sums of a thousand terms stay well inside."""


class VectorStore:
    """Vectors of unit length, found by their inner product with a question's vector."""

    def __init__(self, vectors: Vectors) -> None:
        """Hold *vectors*, one a row; a row is known by its number from 0.

        Raises:
            ValueError: if they are not float32 in two dimensions, or a row is not finite and of unit length.
        """
        _check_unit_rows(vectors)
        with _faiss_on_one_thread() as faiss:
            self._index = faiss.IndexFlatIP(vectors.shape[1])
            self._index.add(np.ascontiguousarray(vectors))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Give the length of every row."""
        return int(self._index.d)

    def vectors(self) -> Vectors:
        """Give the rows back as they were handed in, as a copy of shape (len, dimension)."""
        return _rows(self._index)

    def search(self, queries: Vectors, k: int) -> tuple[Scores, Ids]:
        """Find the *k* rows closest to each query, best first: their scores and their numbers.

        Both answers have a line for each query and as many columns as there are rows to give, at most *k*.

        Raises:
            ValueError: if the queries could not be rows of this store, or *k* is less than 1.
        """
        _check_unit_rows(queries)
        if queries.shape[1] != self.dimension:
            raise ValueError(f"queries have dimension {queries.shape[1]}, the store has {self.dimension}")
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        found = min(k, len(self))  # asked for more, faiss fills up with id -1, which would be the last passage
        if not found or not len(queries):
            return np.empty((len(queries), found), np.float32), np.empty((len(queries), found), np.int64)
        with _faiss_on_one_thread():
            scores, ids = self._index.search(np.ascontiguousarray(queries), found)
        return scores, ids

    def to_bytes(self) -> bytes:
        """Write the store down; the same rows give the same bytes."""
        with _faiss_on_one_thread() as faiss:
            return _serialize(faiss, self._index)

    @classmethod
    def from_bytes(cls, data: bytes, source: Path | str) -> Self:
        """Read a store that `to_bytes` wrote; *source* is the file to name when it cannot be one.

        A checksum says that these are the bytes that were written. This says that they are a store,
        whoever wrote them: faiss alone takes zeroed rows, foreign metrics and bytes left over at the end.

        Raises:
            IndexDamagedError: if anything in *data* is not as `to_bytes` writes it.
        """
        index = _read_flat_index(data, source)
        try:
            _check_unit_rows(_rows(index))
        except ValueError as error:
            raise IndexDamagedError(source, str(error)) from error
        store = cls.__new__(cls)
        store._index = index
        return store


@contextmanager
def _faiss_on_one_thread() -> Iterator[Any]:
    """Import faiss, and keep it to one thread: stores are small, and a process forked after two were at work hangs.

    The number of threads has to be set in each thread that calls faiss. It is put back, because where faiss and torch
    share one OpenMP it counts for both, and the encoder would lose its threads.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield faiss
    finally:
        faiss.omp_set_num_threads(before)


def _serialize(faiss: Any, index: Any) -> bytes:
    data: bytes = faiss.serialize_index(index).tobytes()
    return data


def _rows(index: Any) -> Vectors:
    rows: Vectors = index.reconstruct_n(0, index.ntotal)
    return rows


def _read_flat_index(data: bytes, source: Path | str) -> Any:
    with _faiss_on_one_thread() as faiss:
        # A header of 152 bytes can announce 900 GB. The limit counts every element as four bytes, so this is the
        # smallest one that lets all of *data* through.
        faiss.set_deserialization_vector_byte_limit(4 * len(data) + 4)
        try:
            index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        except Exception as error:  # RuntimeError, MemoryError, AssertionError …: faiss promises none of them
            raise IndexDamagedError(source, "is not a vector index") from error
        if type(index) is not faiss.IndexFlatIP or index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise IndexDamagedError(source, f"holds another kind of vector index ({type(index).__name__})")
        if index.d <= 0:
            raise IndexDamagedError(source, f"its vectors have dimension {index.d}")
        # Whatever else the header says, it must be what an index of this size is written as.
        header = _serialize(faiss, faiss.IndexFlatIP(index.d))
        expected = len(header) + 4 * index.d * index.ntotal
        if len(data) != expected:
            raise IndexDamagedError(source, f"has {len(data)} bytes, its {index.ntotal} vectors take {expected}")
        return index


def _check_unit_rows(vectors: Any) -> None:
    if not isinstance(vectors, np.ndarray) or vectors.dtype != np.float32:
        raise ValueError(f"vectors must be a float32 array, not {getattr(vectors, 'dtype', type(vectors).__name__)}")
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        raise ValueError(f"vectors must have the shape (rows, dimension), not {vectors.shape}")
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        raise ValueError(f"vector {int(np.argmin(finite))} has a value that is not a finite number")
    with np.errstate(over="ignore"):  # a length beyond float32 is infinite, and not 1
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    unit = np.abs(lengths - 1) <= _TOLERANCE
    if not unit.all():
        row = int(np.argmin(unit))
        raise ValueError(f"vector {row} has length {lengths[row]:.6g} instead of 1")
