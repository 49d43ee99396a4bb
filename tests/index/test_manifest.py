import json
import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FormatVersionError, IndexDamagedError
from index.manifest import Artefact, EncoderInfo, Manifest, SourceChanges, changed_files, is_stale
from index.readers import SourceFile

ENCODER = EncoderInfo(name="words", fingerprint="e" * 64, dimension=384, max_tokens=256)
FRAMEWORKS = SourceFile(path="frameworks.md", sha256="a" * 64, size=1200)
PRICES = SourceFile(path="more/prices.md", sha256="b" * 64, size=80)
MANIFEST = Manifest(
    encoder=ENCODER,
    chunking=3,
    passages=17,
    views=64,
    sources=(FRAMEWORKS, PRICES),
    artefacts=(Artefact.of("passages.jsonl", b"{}\n"), Artefact.of("vectors.faiss", b"IxFI")),
)


def test_comes_back_from_its_bytes_as_it_was() -> None:
    assert Manifest.from_bytes(MANIFEST.to_bytes(), "manifest.json") == MANIFEST


def test_reads_as_plain_json() -> None:
    record = json.loads(MANIFEST.to_bytes())

    assert record["format"] == 2
    assert record["metric"] == "inner product"
    assert record["encoder"] == {"name": "words", "fingerprint": "e" * 64, "dimension": 384, "max_tokens": 256}
    assert record["sources"][1] == {"path": "more/prices.md", "sha256": "b" * 64, "size": 80}
    assert record["artefacts"][0]["size"] == 3


def test_equal_manifests_give_equal_bytes_in_whatever_order_their_files_come() -> None:
    shuffled = replace(MANIFEST, sources=MANIFEST.sources[::-1], artefacts=MANIFEST.artefacts[::-1])

    assert shuffled.to_bytes() == MANIFEST.to_bytes()


def test_describes_artefacts_by_their_bytes() -> None:
    manifest = MANIFEST.with_artefacts({"b": b"", "a": b"abc"})

    assert manifest.artefacts == (
        Artefact("a", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3),
        Artefact("b", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0),
    )


paths = st.text(st.characters(exclude_characters="/\0"), min_size=1).filter(lambda path: path not in {".", ".."})


@given(paths, st.integers(min_value=0), st.text())
def test_any_file_name_and_encoder_name_survive(path: str, size: int, name: str) -> None:
    manifest = replace(MANIFEST, sources=(replace(PRICES, path=path, size=size),), encoder=replace(ENCODER, name=name))

    assert Manifest.from_bytes(manifest.to_bytes(), "manifest.json") == manifest


def test_a_file_name_that_is_not_unicode_survives() -> None:
    manifest = replace(MANIFEST, sources=(replace(PRICES, path=os.fsdecode(b"caf\xe9.md")),))

    assert Manifest.from_bytes(manifest.to_bytes(), "manifest.json") == manifest


def changed(**fields: Any) -> bytes:
    return written({**json.loads(MANIFEST.to_bytes()), **fields})


def written(record: object) -> bytes:
    return (json.dumps(record, indent=2, sort_keys=True) + "\n").encode()


def without(name: str) -> bytes:
    record = json.loads(MANIFEST.to_bytes())
    del record[name]
    return written(record)


SOURCE = {"path": "a.md", "sha256": "a" * 64, "size": 1}
ENCODER_RECORD = {"name": "words", "fingerprint": "e" * 64, "dimension": 384, "max_tokens": 256}

DAMAGED = {
    "nothing": (b"", "is not JSON"),
    "not UTF-8": (b"\xff" + MANIFEST.to_bytes(), "is not JSON"),
    "cut short": (MANIFEST.to_bytes()[:-10], "is not JSON"),
    "too deep": (b"[" * 100_000, "is not JSON"),
    "a list": (written([]), "the manifest is not an object"),
    "no format": (without("format"), "the manifest has no field 'format'"),
    "format is text": (changed(format="1"), "field 'format' of the manifest is of the wrong kind"),
    "format is true": (changed(format=True), "field 'format' of the manifest is of the wrong kind"),
    "no encoder": (without("encoder"), "the manifest has no field 'encoder'"),
    "unknown field": (changed(colour="red"), "the manifest has an unknown field 'colour'"),
    "unknown field within": (changed(encoder={**ENCODER_RECORD, "colour": 1}), "encoder has an unknown field 'colour'"),
    "views is a fraction": (changed(views=1.5), "field 'views' of the manifest is of the wrong kind"),
    "negative count": (changed(passages=-1), "negative count"),
    "another metric": (changed(metric="L2"), "metric 'L2' instead of 'inner product'"),
    "no dimension": (changed(encoder={**ENCODER_RECORD, "dimension": 0}), "not an encoder: dimension 0"),
    "short fingerprint": (changed(encoder={**ENCODER_RECORD, "fingerprint": "ee"}), "not a SHA-256: 'ee'"),
    "upper-case hash": (changed(sources=[{**SOURCE, "sha256": "A" * 64}]), "not a SHA-256: 'AAA"),
    "negative size": (changed(sources=[{**SOURCE, "size": -1}]), "negative size: -1"),
    "source outside": (changed(sources=[{**SOURCE, "path": "../a.md"}]), "not a path inside the content folder"),
    "absolute source": (changed(sources=[{**SOURCE, "path": "/a.md"}]), "not a path inside the content folder"),
    "source twice": (changed(sources=[SOURCE, SOURCE]), "the same source is named twice"),
    "source is text": (changed(sources=["a.md"]), "a source is not an object"),
    "artefact elsewhere": (
        changed(artefacts=[{"name": "../CURRENT", "sha256": "a" * 64, "size": 1}]),
        "not a plain file name: '../CURRENT'",
    ),
    "field named twice": (
        MANIFEST.to_bytes().replace(b'"views": 64', b'"views": 63,\n  "views": 64'),
        "is not written the way a build writes it",
    ),
    "bytes left over": (MANIFEST.to_bytes() + b"\n", "is not written the way a build writes it"),
}


@pytest.mark.parametrize(("data", "problem"), DAMAGED.values(), ids=DAMAGED.keys())
def test_refuses_what_no_build_wrote_and_names_the_file(data: bytes, problem: str) -> None:
    with pytest.raises(IndexDamagedError, match=r"faqsimile build --fresh$") as refusal:
        Manifest.from_bytes(data, "gen-000001/manifest.json")

    assert str(refusal.value).startswith("gen-000001/manifest.json: ")
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [changed(format=3), written({"format": 3}), changed(format=3, encoder="of a later kind", sources={})],
    ids=["alone", "nothing else", "nothing else as it was"],
)
def test_names_the_format_first_whatever_else_is_different(data: bytes) -> None:
    with pytest.raises(FormatVersionError) as refusal:
        Manifest.from_bytes(data, ".index/manifest.json")

    assert str(refusal.value) == (
        ".index/manifest.json: the index has format 3, this version reads format 2. "
        "Build it again with: faqsimile build"
    )


@given(st.binary())
def test_any_bytes_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(IndexDamagedError, match=r"^manifest\.json: "):
        Manifest.from_bytes(data, "manifest.json")


def test_unchanged_content_is_not_stale() -> None:
    assert not changed_files(MANIFEST, [PRICES, FRAMEWORKS])
    assert not is_stale(MANIFEST, [PRICES, FRAMEWORKS], encoder=ENCODER, chunking=3)


def test_says_which_files_were_edited_added_and_removed() -> None:
    now = [replace(FRAMEWORKS, sha256="c" * 64), replace(PRICES, path="prices.md")]

    changes = changed_files(MANIFEST, now)

    assert changes == SourceChanges(added=("prices.md",), edited=("frameworks.md",), removed=("more/prices.md",))
    assert str(changes) == "Edited since the last build: frameworks.md; added: prices.md; removed: more/prices.md"
    assert is_stale(MANIFEST, now, encoder=ENCODER, chunking=3)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (SourceChanges(edited=("frameworks.md",)), "Edited since the last build: frameworks.md"),
        (SourceChanges(removed=("a.md", "b.md")), "Removed since the last build: a.md, b.md"),
        (SourceChanges(added=tuple("abcdefg")), "Added since the last build: a, b, c, d, e and 2 more"),
        (SourceChanges(), "No change since the last build"),
    ],
)
def test_changes_read_as_a_sentence(changes: SourceChanges, sentence: str) -> None:
    assert str(changes) == sentence


@pytest.mark.parametrize(
    ("encoder", "chunking", "stale"),
    [
        (replace(ENCODER, name="the same under another name"), 3, False),
        (replace(ENCODER, fingerprint="f" * 64), 3, True),
        (replace(ENCODER, max_tokens=128), 3, True),
        (replace(ENCODER, dimension=768), 3, True),
        (ENCODER, 4, True),
    ],
)
def test_another_encoder_or_way_of_cutting_makes_it_stale(encoder: EncoderInfo, chunking: int, stale: bool) -> None:
    assert is_stale(MANIFEST, MANIFEST.sources, encoder=encoder, chunking=chunking) is stale
