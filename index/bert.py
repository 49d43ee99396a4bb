"""A BERT on disk becomes hidden states and vectors, by torch alone.

Knows nothing about words. What it computes is what sentence-transformers computes, which takes three times as long to
import as to answer; so it serves only weights that it is known to get right, see docs/decisions/lean-encoder.md.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from index.encoder import Vectors


@dataclass(frozen=True)
class Tokens:
    """A text as a model reads it, as far as the model sees."""

    text: str

    ids: list[int]
    """With the two that frame the text."""

    places: list[tuple[int, int]]
    """Where each token starts and ends in the text, in characters."""


@dataclass(frozen=True)
class Reference:
    """What sentence-transformers makes of an encoder."""

    tokenizer_sha256: str
    """Of the file `tokenizer.json`."""

    canaries: Mapping[str, tuple[float, ...]]
    """Texts, and of the vector of each every 48th component."""

    stride: int = 48


REFERENCES = {
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db": Reference(
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        {
            "How steep is the learning curve?": (
                *(0.00652, -0.03973, -0.03559, -0.06983),
                *(-0.05665, 0.01443, 0.01141, 0.07886),
            ),
            "Zürich, São Paulo & 東京: 3.5 km/h?!": (
                *(0.12826, -0.00302, -0.00422, 0.07243),
                *(0.03484, 0.12233, -0.05586, -0.04830),
            ),
            "The café doesn't re-open before 07:30, and CONTRIBUTORS' tokenisation of “naïve” words "
            "(e.g. antidisestablishmentarianism) is unbelievably_odd.": (
                *(0.08793, 0.00086, -0.04145, 0.01077),
                *(0.00062, 0.07390, 0.11710, -0.01739),
            ),
        },
    )
}
"""By the SHA-256 of the weights: all-MiniLM-L6-v2. tests/index/test_bert.py computes them afresh."""

GROUP_TOKENS = 256
"""How many tokens one call computes: a dozen short texts, whose states still fit into a processor's cache."""

TOLERANCE = 1e-4
"""How far a component may be from its reference: rounding is 100 times finer, a wrong layer 100 times coarser."""

_PLAIN: dict[str, dict[str, Any]] = {
    "config.json": {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "is_decoder": False,
        "add_cross_attention": False,
    },
    "sentence_bert_config.json": {"do_lower_case": False},
    "tokenizer_config.json": {"do_lower_case": True, "strip_accents": None, "tokenize_chinese_chars": True},
    "1_Pooling/config.json": {
        "pooling_mode": "mean",
        "pooling_mode_mean_tokens": True,
        "pooling_mode_cls_token": False,
        "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False,
        "pooling_mode_weightedmean_tokens": False,
        "pooling_mode_lasttoken": False,
    },
}
"""What must hold of an encoder's settings: of those that are there, each has this value."""


class BertEncoder:
    """The network of a BERT: token ids become hidden states, in float32 on the CPU.

    Args:
        weights: named as in the file `model.safetensors` of a BertModel.
        config: what stands in its `config.json`.
        packed: whether oneDNN packs the weights once for this CPU, which not every build of torch can.
    """

    def __init__(self, weights: Mapping[str, "Tensor"], config: Mapping[str, Any], *, packed: bool) -> None:
        import torch

        def norm(name: str) -> _Norm:
            return _Norm(weights[f"{name}.weight"], weights[f"{name}.bias"], float(config["layer_norm_eps"]))

        def linear(*names: str) -> _Linear:
            weight = torch.cat([weights[f"{name}.weight"] for name in names])
            return _Linear(weight, torch.cat([weights[f"{name}.bias"] for name in names]), packed=packed)

        self.dimension = int(config["hidden_size"])
        self._heads = int(config["num_attention_heads"])
        self._words = weights["embeddings.word_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"]
        self._token_types = weights["embeddings.token_type_embeddings.weight"]
        self._norm = norm("embeddings.LayerNorm")
        self._layers = [
            _Layer(
                linear(*(f"{layer}.attention.self.{part}" for part in ("query", "key", "value"))),
                linear(f"{layer}.attention.output.dense"),
                norm(f"{layer}.attention.output.LayerNorm"),
                linear(f"{layer}.intermediate.dense"),
                linear(f"{layer}.output.dense"),
                norm(f"{layer}.output.LayerNorm"),
            )
            for layer in (f"encoder.layer.{number}" for number in range(config["num_hidden_layers"]))
        ]

    def hidden(
        self, ids: Sequence[Sequence[int]], token_types: Sequence[Sequence[int] | None] | None = None
    ) -> list["Tensor"]:
        """Give the last hidden states of each text, shape (tokens, dimension).

        Every sum is over one text alone, so the states have the same bits whatever is computed beside them. But the
        texts go through each layer one after the other, while its weights are at hand: several short ones are done in
        two thirds of the time.

        Args:
            ids: of each text, with whatever frames it.
            token_types: of each text, as many as there are ids; by default all are of the first type.
        """
        import torch

        types = [None] * len(ids) if token_types is None else token_types
        with torch.inference_mode():
            states = [self._embed(*text) for text in zip(ids, types, strict=True)]
            for layer in self._layers:
                seen = [self._attend(layer.attention(text)) for text in states]
                states = [
                    layer.attention_norm(layer.attention_output.add_to(*both))
                    for both in zip(states, seen, strict=True)
                ]
                wide = [layer.intermediate.gelu(text) for text in states]
                states = [layer.norm(layer.output.add_to(*both)) for both in zip(states, wide, strict=True)]
        return states

    def _embed(self, ids: Sequence[int], token_types: Sequence[int] | None) -> "Tensor":
        import torch

        types = self._token_types[0] if token_types is None else self._token_types[torch.tensor(token_types)]
        return self._norm(self._words[torch.tensor(ids)] + types + self._positions[: len(ids)])

    def _attend(self, states: "Tensor") -> "Tensor":
        from torch.nn.functional import scaled_dot_product_attention

        tokens = len(states)
        query, key, value = states.view(1, tokens, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        # No mask: nothing is padded, so every token may look at every other.
        return scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(tokens, -1)


class _Linear:
    """A linear layer, and what follows it in a BERT, done at once where oneDNN does it."""

    def __init__(self, weight: "Tensor", bias: "Tensor", *, packed: bool) -> None:
        import torch

        self._packed = packed
        # What torch's own compiler emits. Its stock layers call MKL, which is slower for few tokens, and on AMD always.
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, None) if packed else weight
        self._bias = bias

    def __call__(self, states: "Tensor") -> "Tensor":
        import torch

        if self._packed:
            return _tensor(torch.ops.mkldnn._linear_pointwise.default(states, self._weight, self._bias, "none", [], ""))
        return torch.nn.functional.linear(states, self._weight, self._bias)

    def gelu(self, states: "Tensor") -> "Tensor":
        import torch

        if self._packed:
            pointwise = torch.ops.mkldnn._linear_pointwise.default
            return _tensor(pointwise(states, self._weight, self._bias, "gelu", [], "none"))
        return torch.nn.functional.gelu(self(states))

    def add_to(self, other: "Tensor", states: "Tensor") -> "Tensor":
        import torch

        if self._packed:
            return _tensor(torch.ops.mkldnn._linear_pointwise.binary(states, other, self._weight, self._bias, "add"))
        return self(states) + other


def _tensor(found: Any) -> "Tensor":
    tensor: Tensor = found  # torch.ops has no types
    return tensor


@dataclass(frozen=True, eq=False)
class _Norm:
    weight: "Tensor"
    bias: "Tensor"
    epsilon: float

    def __call__(self, states: "Tensor") -> "Tensor":
        from torch.nn.functional import layer_norm

        return layer_norm(states, self.bias.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, eq=False)
class _Layer:
    attention: _Linear
    """Query, key and value at once."""

    attention_output: _Linear
    attention_norm: _Norm
    intermediate: _Linear
    output: _Linear
    norm: _Norm


class LeanModel:
    """A sentence encoder: a BERT, and the mean of its hidden states. Safe to share between threads."""

    def __init__(self, folder: Path, weights_sha256: str, *, packed: bool) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = _read_json(folder / "config.json")
        tokenizer = (folder / "tokenizer.json").read_bytes()
        self._tokenizer = Tokenizer.from_buffer(tokenizer)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._first, self._last = self._tokenizer.encode("").ids
        self.max_tokens = int(_read_json(folder / "sentence_bert_config.json")["max_seq_length"])
        self._network = BertEncoder(load_file(folder / "model.safetensors"), config, packed=packed)
        self.dimension = self._network.dimension
        read = [weights_sha256, hashlib.sha256(tokenizer).hexdigest(), self.max_tokens]
        read += [config["num_attention_heads"], config["layer_norm_eps"]]
        self.fingerprint = hashlib.sha256(json.dumps(["lean", *read]).encode()).hexdigest()
        """Not the reference's, whose vectors have other bits. Says nothing of packed weights: an index may move to
        another machine, as it always could, although another CPU rounds differently."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, the invisible ones too, without the two that frame it."""
        return [len(found.ids) for found in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        """Cut each text into tokens, as far as the encoder sees."""
        seen = self.max_tokens - 2
        return [
            Tokens(text, [self._first, *found.ids[:seen], self._last], [(0, 0), *found.offsets[:seen], (0, 0)])
            for text, found in zip(
                texts, self._tokenizer.encode_batch(list(texts), add_special_tokens=False), strict=True
            )
        ]

    def group(self, texts: Sequence[Tokens]) -> Iterator[list[int]]:
        """Give the numbers of texts to compute together: as many as have few enough tokens."""
        numbers: list[int] = []
        room = GROUP_TOKENS
        for number, tokens in enumerate(texts):
            if numbers and len(tokens.ids) > room:
                yield numbers
                numbers, room = [], GROUP_TOKENS
            numbers.append(number)
            room -= len(tokens.ids)
        yield numbers

    def compute(self, texts: Sequence[Tokens]) -> list[tuple["Vectors", "Vectors"]]:
        """Give the vector of each text, of any length, and the vectors of its tokens."""
        found = [states.numpy() for states in self._network.hidden([tokens.ids for tokens in texts])]
        return [(tokens.mean(axis=0), tokens) for tokens in found]

    def reproduces(self, reference: Reference) -> bool:
        """Tell whether the vectors of the canaries are what they should be."""
        for text, expected in reference.canaries.items():
            ((vector, _),) = self.compute(self.tokenize([text]))
            found = (vector / np.linalg.norm(vector))[:: reference.stride]
            if found.shape != np.shape(expected) or not np.allclose(found, expected, rtol=0, atol=TOLERANCE):
                return False
        return True


def load_lean_model(folder: Path, weights_sha256: str | None = None) -> LeanModel | None:
    """Give the encoder in *folder*, or nothing unless it is plain, known, and proves to give the vectors it should.

    Args:
        weights_sha256: of the file `model.safetensors`, where that is known already.
    """
    if not is_plain(folder):
        return None
    weights_sha256 = weights_sha256 or sha256_of(folder / "model.safetensors")
    reference = REFERENCES.get(weights_sha256)
    if not reference or sha256_of(folder / "tokenizer.json") != reference.tokenizer_sha256:
        return None
    for packed in (True, False):
        try:
            with one_thread():
                model = LeanModel(folder, weights_sha256, packed=packed)
                if model.reproduces(reference):
                    return model
        except (AttributeError, RuntimeError):  # no such operators in this torch, or not for this CPU
            continue
    return None


def is_plain(folder: Path) -> bool:
    """Tell whether *folder* holds a plain BERT whose hidden states are averaged, and nothing else that would matter."""
    try:
        modules = _read_json(folder / "modules.json")
        kinds = [module["type"].rpartition(".")[2] for module in modules]
        if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            return False
        if [module["path"] for module in modules[:2]] != ["", "1_Pooling"]:
            return False
        for file, expected in _PLAIN.items():
            found = _read_json(folder / file)
            if any(found.get(key, value) != value for key, value in expected.items()):
                return False
        seen = _read_json(folder / "sentence_bert_config.json")["max_seq_length"]
        if not 2 < seen <= _read_json(folder / "config.json")["max_position_embeddings"]:
            return False
        files = {file.name for file in folder.iterdir()}
        return {"model.safetensors", "tokenizer.json"} <= files and not files & {
            "adapter_config.json",
            "added_tokens.json",
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False  # whoever loads it says what is wrong


def sha256_of(file: Path) -> str:
    """Hash *file*."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread in here.

    Sums come out the same on any number of cores then; and where cores are busy, the threads of one sum mostly wait
    for each other.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)  # it holds for this thread, and for every thread that starts after it
