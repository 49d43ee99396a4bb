import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.errors import IndexDamagedError
from index.vector_store import Vectors, VectorStore

REPOSITORY = Path(__file__).parent.parent.parent


def unit_rows(rows: int, dimension: int = 16, seed: int = 1) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_a_row_is_closest_to_itself_with_score_one() -> None:
    vectors = unit_rows(50)

    scores, ids = VectorStore(vectors).search(vectors, 1)

    assert ids[:, 0].tolist() == list(range(50))
    np.testing.assert_allclose(scores[:, 0], 1.0, atol=1e-6)


def test_finds_what_comparing_with_every_row_finds() -> None:
    vectors, queries = unit_rows(200), unit_rows(30, seed=2)

    scores, ids = VectorStore(vectors).search(queries, 7)

    every = queries @ vectors.T
    expected = np.argsort(-every, axis=1)[:, :7]
    assert ids.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, np.take_along_axis(every, expected, axis=1), atol=1e-6)


def test_gives_only_real_rows_however_many_are_asked_for() -> None:
    scores, ids = VectorStore(unit_rows(3)).search(unit_rows(2, seed=2), 10)

    assert scores.shape == ids.shape == (2, 3)
    assert [sorted(line) for line in ids.tolist()] == [[0, 1, 2], [0, 1, 2]]


def test_an_empty_store_finds_nothing() -> None:
    store = VectorStore(np.empty((0, 16), np.float32))

    scores, ids = store.search(unit_rows(2), 5)

    assert len(store) == 0
    assert scores.shape == ids.shape == (2, 0)


def test_no_queries_find_nothing() -> None:
    scores, ids = VectorStore(unit_rows(3)).search(np.empty((0, 16), np.float32), 2)

    assert scores.shape == ids.shape == (0, 2)


def test_gives_its_rows_back_unchanged() -> None:
    vectors = unit_rows(20)

    store = VectorStore(vectors)

    assert (len(store), store.dimension) == (20, 16)
    assert store.vectors().tobytes() == vectors.tobytes()


def test_keeps_its_rows_when_the_array_it_was_made_from_changes() -> None:
    vectors = unit_rows(20)
    before = vectors.copy()
    store = VectorStore(vectors)

    vectors[:] = 0
    store.vectors()[:] = 0

    assert store.vectors().tobytes() == before.tobytes()


def test_takes_rows_that_are_not_contiguous() -> None:
    vectors = np.asfortranarray(unit_rows(20))

    assert VectorStore(vectors[::2]).vectors().tolist() == vectors[::2].tolist()


def run_python(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout


def long_row(vectors: Vectors) -> Vectors:
    vectors[3] *= 1.01
    return vectors


def filled(value: float) -> Callable[[Vectors], Vectors]:
    def fill(vectors: Vectors) -> Vectors:
        vectors[3, 5] = value
        return vectors

    return fill


def zero_row(vectors: Vectors) -> Vectors:
    vectors[3] = 0
    return vectors


WRONG_VECTORS = {
    "float64": (lambda vectors: vectors.astype(np.float64), "must be a float32 array, not float64"),
    "a list": (lambda vectors: vectors.tolist(), "must be a float32 array, not list"),
    "one dimension": (lambda vectors: vectors[0], r"must have the shape \(rows, dimension\), not \(16,\)"),
    "no dimension": (lambda vectors: vectors[:, :0], r"must have the shape \(rows, dimension\), not \(5, 0\)"),
    "not a number": (filled(np.nan), "vector 3 has a value that is not a finite number"),
    "infinite": (filled(-np.inf), "vector 3 has a value that is not a finite number"),
    "beyond float32 when squared": (filled(1e30), "vector 3 has length inf instead of 1"),
    "too long": (long_row, "vector 3 has length 1.01 instead of 1"),
    "zero": (zero_row, "vector 3 has length 0 instead of 1"),
}


@pytest.mark.parametrize(("spoil", "message"), WRONG_VECTORS.values(), ids=WRONG_VECTORS.keys())
def test_refuses_vectors_it_could_not_compare(spoil: Callable[[Vectors], Vectors], message: str) -> None:
    store = VectorStore(unit_rows(5))

    with pytest.raises(ValueError, match=message):
        VectorStore(spoil(unit_rows(5)))
    with pytest.raises(ValueError, match=message):
        store.search(spoil(unit_rows(5)), 1)


def test_refuses_queries_of_another_dimension() -> None:
    with pytest.raises(ValueError, match="queries have dimension 10, the store has 16"):
        VectorStore(unit_rows(5)).search(unit_rows(1, dimension=10), 1)


@pytest.mark.parametrize("k", [0, -1])
def test_refuses_to_find_less_than_one(k: int) -> None:
    with pytest.raises(ValueError, match=f"k must be at least 1, not {k}"):
        VectorStore(unit_rows(5)).search(unit_rows(1), k)


def test_refuses_as_much_when_python_drops_assertions() -> None:
    script = """
import numpy as np
from index.vector_store import VectorStore
store = VectorStore(np.eye(16, dtype=np.float32))
for wrong in (np.eye(10, dtype=np.float32), np.full((1, 16), np.nan, np.float32), np.eye(16)):
    try:
        print(store.search(wrong, 3))
    except ValueError:
        print("refused")
"""
    printed = run_python("-O", "-c", script)

    assert printed.split() == ["refused"] * 3


def test_comes_back_from_its_bytes_as_it_was() -> None:
    vectors, queries = unit_rows(40), unit_rows(5, seed=2)
    store = VectorStore(vectors)

    again = VectorStore.from_bytes(store.to_bytes(), "vectors.faiss")

    assert again.vectors().tobytes() == vectors.tobytes()
    assert [part.tolist() for part in again.search(queries, 4)] == [part.tolist() for part in store.search(queries, 4)]


def test_an_empty_store_comes_back_from_its_bytes() -> None:
    data = VectorStore(np.empty((0, 16), np.float32)).to_bytes()

    again = VectorStore.from_bytes(data, "vectors.faiss")

    assert (len(again), again.dimension) == (0, 16)


def test_equal_rows_give_equal_bytes() -> None:
    assert VectorStore(unit_rows(40)).to_bytes() == VectorStore(unit_rows(40)).to_bytes()


def serialized(index: faiss.Index, vectors: Vectors | None = None) -> bytes:
    if vectors is not None:
        index.train(vectors)
        index.add(vectors)
    return faiss.serialize_index(index).tobytes()


GOOD = VectorStore(unit_rows(40)).to_bytes()
SIZE_OFFSET = len(GOOD) - 4 * 40 * 16 - 8
"""Where the header says how many values follow."""

FOREIGN_BYTES = {
    "nothing": (b"", "is not a vector index"),
    "text": (b"not an index at all, but long enough to look like one", "is not a vector index"),
    "cut short": (GOOD[:-1], "is not a vector index"),
    "a header alone": (GOOD[:40], "is not a vector index"),
    "bytes left over": (GOOD + b"\0", "has 2606 bytes, its 40 vectors take 2605"),
    "900 GB announced": (
        GOOD[:SIZE_OFFSET] + (225 * 10**9).to_bytes(8, "little") + GOOD[SIZE_OFFSET + 8 :],
        "is not a vector index",
    ),
    "a zeroed row": (GOOD[:-64] + bytes(64), "vector 39 has length 0 instead of 1"),
    "not a number": (GOOD[:-4] + np.float32(np.nan).tobytes(), "vector 39 has a value that is not a finite number"),
    "another metric": (serialized(faiss.IndexFlatL2(16), unit_rows(40)), r"another kind .* \(IndexFlatL2\)"),
    "another kind": (
        serialized(faiss.IndexScalarQuantizer(16, faiss.ScalarQuantizer.QT_fp16), unit_rows(40)),
        r"another kind .* \(IndexScalarQuantizer\)",
    ),
    "wrapped": (
        serialized(faiss.IndexIDMap2(faiss.IndexFlatIP(16))),
        r"another kind .* \(IndexIDMap2\)",
    ),
    "no dimension": (serialized(faiss.IndexFlatIP(0)), "its vectors have dimension 0"),
}


@pytest.mark.parametrize(("data", "problem"), FOREIGN_BYTES.values(), ids=FOREIGN_BYTES.keys())
def test_refuses_bytes_that_are_not_a_store_and_names_the_file(data: bytes, problem: str) -> None:
    with pytest.raises(IndexDamagedError, match=f"^gen-000001/vectors.faiss: .*{problem}.* faqsimile build --fresh$"):
        VectorStore.from_bytes(data, "gen-000001/vectors.faiss")


def test_no_damage_to_a_header_gives_another_store() -> None:
    random = np.random.default_rng(3)
    taken = 0
    for _ in range(1000):
        data = bytearray(GOOD)
        data[random.integers(SIZE_OFFSET + 8)] ^= 1 << random.integers(8)
        try:
            store = VectorStore.from_bytes(bytes(data), "vectors.faiss")
        except IndexDamagedError:
            continue
        taken += 1
        assert store.vectors().tobytes() == unit_rows(40).tobytes()

    assert taken < 1000  # some fields of the header say nothing about the rows


COUNT_THREADS = """
import os, sys
import numpy as np
import faiss
from index.vector_store import VectorStore
vectors = np.random.default_rng(1).standard_normal((20_000, 32)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
faiss.omp_set_num_threads(4)
before = len(os.listdir("/proc/self/task"))
if "bare" in sys.argv:
    index = faiss.IndexFlatIP(32)
    index.add(vectors)
    index.search(vectors[:200], 10)
else:
    VectorStore.from_bytes(VectorStore(vectors).to_bytes(), "vectors.faiss").search(vectors[:200], 10)
print(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts threads in /proc")
@pytest.mark.parametrize(("how", "starts_threads"), [("bare", True), ("wrapped", False)])
def test_starts_no_threads_where_faiss_by_itself_would(how: str, starts_threads: bool) -> None:
    printed = run_python("-c", COUNT_THREADS, how)

    assert (int(printed) > 0) is starts_threads


@pytest.mark.parametrize("first", ["faiss", "torch"])
def test_leaves_the_encoder_its_threads(first: str) -> None:
    script = f"""
import {first}
import torch
torch.set_num_threads(2)
import numpy as np
from index.vector_store import VectorStore
VectorStore(np.eye(16, dtype=np.float32)).search(np.eye(16, dtype=np.float32), 3)
print(torch.get_num_threads())
"""
    printed = run_python("-c", script)

    assert printed.split() == ["2"]
