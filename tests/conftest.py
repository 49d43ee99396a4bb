"""What every test may ask for: a small encoder, the real one, a copy of the shipped content, the public data.

For annotations, tests import the small encoder's type: `from tests.conftest import WordEncoder`.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import numpy as np
import pytest
import snowballstemmer

from index.encoder import Encoder, Encoding, Vectors

REPOSITORY = Path(__file__).parent.parent
SHARED = REPOSITORY.parent / "shared"

MARKED_BY = {"real_encoder": "model", "shared": "shared", "chromium": "browser"}
"""The marker of a test that asks for a fixture."""

NEEDED_IN_CI = {"model", "shared", "browser"}
"""Markers of tests that a person may skip for want of a model, data or a browser, and CI may not."""

FUNCTION_WORDS = frozenset(
    "a an and are as at be but by can do does for from how i if in is it its of on or should that the this to was what "
    "when where which who why will with you your".split()
)


class WordEncoder:
    """A bag of stemmed words: each word has its own direction, whatever stands around it. Obeys Encoder."""

    name = "word-encoder"
    dimension = 256
    max_tokens = 256

    def __init__(self) -> None:
        self.encoded: list[str] = []
        """Every text that was ever encoded, in order: what tests of rebuilding count."""

        self._stemmer = snowballstemmer.stemmer("english")
        self._directions: dict[str, Vectors] = {}

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.name} {self.dimension} {self.max_tokens}".encode()).hexdigest()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_words(text)) for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> list[Encoding]:
        encodings = []
        for text in texts:
            self.encoded.append(text)
            encodings.append(self._encode(text))
            if progress is not None:
                progress(1)
        return encodings

    def _encode(self, text: str) -> Encoding:
        places = _words(text)[: self.max_tokens]
        words = [text[start:end].lower() for start, end in places]
        word_vectors = np.stack([self._direction(word) for word in words]) if words else np.empty((0, self.dimension))
        weights = np.array([0.1 if word in FUNCTION_WORDS else 1.0 for word in words], dtype=np.float32)
        vector = weights @ word_vectors if words else self._direction("")
        return Encoding(
            vector=(vector / np.linalg.norm(vector)).astype(np.float32),
            words=tuple(places),
            word_vectors=word_vectors.astype(np.float32),
        )

    def _direction(self, word: str) -> Vectors:
        stem = self._stemmer.stemWord(word)
        if stem not in self._directions:
            seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8])
            direction = np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
            self._directions[stem] = direction / np.linalg.norm(direction)
        return self._directions[stem]


def _words(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"\w+", text)]


@pytest.fixture
def encoder() -> WordEncoder:
    """Give a fresh small encoder: no model, the same vectors every time, and a list of what it encoded."""
    return WordEncoder()


@pytest.fixture(scope="session")
def real_encoder() -> Encoder:
    """Give the encoder that ships; tests that ask for it are marked `model`."""
    from index import SentenceEncoder

    return SentenceEncoder()


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """Give a copy of the shipped content that a test may edit."""
    copy = tmp_path / "knowledge"
    shutil.copytree(REPOSITORY / "knowledge", copy)
    return copy


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of public data beside the checkout; tests that ask for it are marked `shared`."""
    if not SHARED.is_dir():
        pytest.skip(f"no public data in {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.startswith("FAQSIMILE_"):
            monkeypatch.delenv(name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they ask for, so that no marker is forgotten."""
    for item in items:
        for fixture in MARKED_BY.keys() & getattr(item, "fixturenames", ()):
            item.add_marker(MARKED_BY[fixture])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, let a test fail that was skipped for want of what CI must have."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        needs = sorted(NEEDED_IN_CI & {marker.name for marker in item.iter_markers()})
        if needs:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where {' and '.join(needs)} must be there: {reason}"
    return report
