"""The doctor names each fault, and how to cure it."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import Diagnosis, build_index, examine
from index.encoder import Encoding
from index.generations import build_lock
from index.vector_store import VectorStore
from tests.conftest import WordEncoder

PAGE = """\
# Juniper Bikes

| Factor | City bike | Racing bike |
|---|---|---|
| Weight | 17 kg | 8 kg |
| Price | 900 euros | 2,400 euros |
| Gears | 7 | 22 |
| Brakes | Drum | Disc |
| Frame | Steel | Carbon |

## When is the workshop open?

From Tuesday to Saturday.
"""


class Place:
    """Content that was edited once, and its index of two generations."""

    def __init__(self, root: Path) -> None:
        self.knowledge, self.folder = root / "knowledge", root / ".index"
        self.page = self.knowledge / "bikes.md"
        self.encoder: WordEncoder = WordEncoder()
        self.knowledge.mkdir()
        for text in (PAGE.replace("17 kg", "16 kg"), PAGE):
            self.page.write_text(text, encoding="utf-8")
            build_index(self.knowledge, self.folder, self.encoder)

    @property
    def pointer(self) -> Path:
        return self.folder / "CURRENT"

    @property
    def current(self) -> Path:
        return self.folder / self.pointer.read_text(encoding="ascii").split()[0]

    @property
    def earlier(self) -> Path:
        return min(self.folder.glob("gen-*"))

    def examine(self) -> list[Diagnosis]:
        return list(examine(self.knowledge, self.folder, self.encoder))

    def wrong(self) -> list[Diagnosis]:
        return [finding for finding in self.examine() if finding.state != "fine"]

    def rewrite(self, name: str, data: bytes) -> None:
        """Change an artefact and every checksum above it, as only someone who knows them all would."""
        (self.current / name).write_bytes(data)
        manifest = self.current / "manifest.json"
        record = json.loads(manifest.read_bytes())
        for artefact in record["artefacts"]:
            if artefact["name"] == name:
                artefact |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        self._point_to(record)

    def rewrite_manifest(self, **changes: Any) -> None:
        self._point_to(json.loads((self.current / "manifest.json").read_bytes()) | changes)

    def _point_to(self, record: dict[str, Any]) -> None:
        data = (json.dumps(record, indent=2, sort_keys=True) + "\n").encode("ascii")
        (self.current / "manifest.json").write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        named = self.current.rename(self.folder / f"{self.current.name[:-8]}{digest[:8]}")
        self.pointer.write_text(f"{named.name} {digest}\n", encoding="ascii")


class NoisyEncoder(WordEncoder):
    """Says that it is the encoder that the index was built with, and computes something else."""

    def encode(self, texts: Sequence[str], **options: Any) -> list[Encoding]:
        found = super().encode(texts, **options)
        return [dataclasses.replace(one, vector=np.roll(one.vector, 1)) for one in found]


class OtherEncoder(WordEncoder):
    """Another encoder of the same dimension."""

    name = "other-encoder"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_finds_nothing_where_nothing_is_wrong(place: Place) -> None:
    assert [(finding.subject, finding.state) for finding in place.examine()] == [
        ("content", "fine"),
        ("index", "fine"),
        ("encoder", "fine"),
        ("freshness", "fine"),
        ("way back", "fine"),
        ("writing", "fine"),
    ]


def test_changes_nothing(place: Place) -> None:
    def everything() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}

    before = everything()
    place.examine()

    assert everything() == before


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def add_a_byte(place: Place) -> None:
    path = place.current / "views.jsonl"
    path.write_bytes(path.read_bytes() + b"x")


def zeroed(place: Place) -> None:
    vectors = VectorStore.from_bytes((place.current / "vectors.faiss").read_bytes(), "x").vectors()
    good = (place.current / "vectors.faiss").read_bytes()
    place.rewrite("vectors.faiss", good[: -4 * vectors.shape[1]] + bytes(4 * vectors.shape[1]))


def swap_quote(place: Place) -> None:
    place.rewrite("documents.jsonl", (place.current / "documents.jsonl").read_bytes().replace(b"17 kg", b"71 kg"))


def other_artefact(place: Place) -> None:
    (place.current / "passages.jsonl").write_bytes((place.earlier / "passages.jsonl").read_bytes())


def with_encoder(encoder: type[WordEncoder]) -> Callable[[Place], None]:
    def change(place: Place) -> None:
        place.encoder = encoder()

    return change


def clear_content(place: Place) -> None:
    place.page.unlink()


def pipe(place: Place) -> None:
    (place.current / "views.jsonl").unlink()
    os.mkfifo(place.current / "views.jsonl")


FRESH = "faqsimile build --fresh"
FAULTS: dict[str, tuple[Callable[[Place], Any], str, str, str]] = {
    "no index": (lambda it: it.pointer.unlink(), "index", "No index in ", "faqsimile build"),
    "a pointer to nothing": (lambda it: it.pointer.write_text("gen"), "index", "does not name a generation", FRESH),
    "a generation gone": (lambda it: it.current.rename(it.folder / "moved"), "index", "which is missing", FRESH),
    "a manifest gone": (
        lambda it: (it.current / "manifest.json").unlink(),
        "index",
        "manifest.json: is missing",
        FRESH,
    ),
    "a manifest changed": (lambda it: flip(it.current / "manifest.json"), "index", "manifest.json: is not", FRESH),
    "an older format": (lambda it: it.rewrite_manifest(format=0), "index", "has format 0", "faqsimile build"),
    "a file gone": (lambda it: (it.current / "vectors.faiss").unlink(), "index", "vectors.faiss: is missing", FRESH),
    "a file cut off": (lambda it: os.truncate(it.current / "words.npy", 9), "index", "words.npy: is shorter", FRESH),
    "a bit flipped": (lambda it: flip(it.current / "vectors.faiss"), "index", "vectors.faiss: is not what", FRESH),
    "bytes added": (add_a_byte, "index", "views.jsonl: is longer than", FRESH),
    "a file of another generation": (other_artefact, "index", "passages.jsonl: is not what the build wrote", FRESH),
    "a pipe in place of a file": (pipe, "index", "views.jsonl: is not a file", FRESH),
    "a vector of zeros with every checksum right": (zeroed, "index", "has length 0 instead of 1", FRESH),
    "a quote changed with every checksum right": (swap_quote, "index", "bikes.md does not have", FRESH),
    "another encoder": (with_encoder(OtherEncoder), "encoder", "was built with the encoder word-encoder", "--encoder"),
    "an encoder that computes otherwise": (with_encoder(NoisyEncoder), "encoder", "gives other vectors", FRESH),
    "content that was edited": (lambda it: it.page.write_text("# A\n\nB.\n"), "freshness", "Edited since", "build"),
    "content that was added": (
        lambda it: (it.knowledge / "b.md").write_text("# A\n\nB."),
        "freshness",
        "Added",
        "build",
    ),
    "content that is gone": (clear_content, "content", "knowledge: ", "."),
    "content that is no text": (lambda it: it.page.write_bytes(b"# A\n\n\xff\n"), "content", "bikes.md", "UTF-8"),
    "content that says nothing": (lambda it: it.page.write_text("\n"), "content", "nothing to answer from", "Write a"),
    "a value in the wrong column": (
        lambda it: it.page.write_text(PAGE.replace("| 17 kg | 8 kg |", "| 8 kg | |")),
        "content",
        "bikes.md:5: row “Weight”, column “City bike”",
        "Edit the row",
    ),
    "what a killed build left": (
        lambda it: (it.folder / ".tmp-0123456789abcdef").mkdir(),
        "leftovers",
        "left .tmp-0123456789abcdef",
        "faqsimile build",
    ),
    "an earlier generation that is damaged": (
        lambda it: flip(it.earlier / "vectors.faiss"),
        "way back",
        "no earlier generation",
        "faqsimile build",
    ),
    "a file in place of the index": (
        lambda it: (it.folder.rename(it.folder.parent / "moved"), it.folder.write_text("x")),
        "index",
        "No index in ",
        "faqsimile build",
    ),
}


@pytest.mark.parametrize(("spoil", "subject", "says", "cure"), FAULTS.values(), ids=FAULTS)
def test_names_the_fault_and_its_cure(
    place: Place, spoil: Callable[[Place], Any], subject: str, says: str, cure: str
) -> None:
    spoil(place)
    wrong = [finding for finding in place.wrong() if finding.subject == subject]

    assert any(says in finding.says and cure in finding.says for finding in wrong), place.examine()


def test_names_a_build_that_is_at_work(place: Place) -> None:
    import threading

    started, done = threading.Event(), threading.Event()

    def build() -> None:
        with build_lock(place.folder):
            started.set()
            done.wait(30)

    worker = threading.Thread(target=build)
    worker.start()
    started.wait(30)
    wrong = place.wrong()
    done.set()
    worker.join()

    assert [(finding.subject, finding.state) for finding in wrong] == [("writing", "note")]
    assert wrong[0].says.endswith("another build is at work there. Wait for it, then try again")


def test_names_a_full_disk(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.doctor.FREE_BYTES", 1 << 62)

    assert [finding.subject for finding in place.wrong()] == ["disk"]
    assert place.wrong()[0].says.endswith("Make room, or name another folder with --index")


def test_what_a_build_cures_is_no_longer_found(place: Place) -> None:
    for name in ("no index", "a bit flipped", "a vector of zeros with every checksum right", "content that was edited"):
        FAULTS[name][0](place)
        build_index(place.knowledge, place.folder, place.encoder, fresh=True)

        assert [finding for finding in place.wrong() if finding.state == "fault"] == []
