import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from index.build import build_index
from index.contents import DOCUMENTS, PASSAGES, VECTORS, VIEWS, WORD_VECTORS, IndexContents
from index.errors import IndexDamagedError
from index.generations import Generation, open_current
from index.vector_store import VectorStore
from index.views import CONTEXT
from index.words import stem
from tests.conftest import WordEncoder

PAGE = """---
title: Lamp shop
aliases: {LED: [light-emitting diode, diode]}
language: en
updated: 2026-03
---

# Lamp shop

We sell lamps. **Every** lamp is tested.

## Do you ship to Zürich?

Yes, we do. It takes five days…

| Factor | Alpha | Beta |
|---|---|---|
| Price | 10 € | **12** € |
| Colour | | red |
"""


@pytest.fixture
def generation(tmp_path: Path, encoder: WordEncoder) -> Generation:
    """Give what a build of a small page writes."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "lamps.md").write_text(PAGE, encoding="utf-8")
    build_index(tmp_path / "content", tmp_path / ".index", encoder)
    return open_current(tmp_path / ".index")


def read(generation: Generation, **changed: bytes) -> IndexContents:
    """Read *generation*, with other bytes where *changed* names an artefact without its suffix."""
    artefacts = {name: changed.get(name.partition(".")[0], data) for name, data in generation.artefacts.items()}
    return IndexContents.from_artefacts(artefacts, manifest=generation.manifest, place=Path(".index/gen"))


def test_comes_back_as_it_was_with_equal_bytes(generation: Generation) -> None:
    contents = read(generation)
    again = IndexContents.from_artefacts(contents.to_artefacts(), manifest=generation.manifest, place=Path())

    assert contents.to_artefacts() == again.to_artefacts() == generation.artefacts
    assert again.documents == contents.documents
    assert again.passages == contents.passages
    assert again.views == contents.views
    assert again.words == contents.words
    assert np.array_equal(again.vectors, contents.vectors)
    assert np.array_equal(again.word_vectors, contents.word_vectors)


def test_keeps_what_the_owner_wrote_and_says_about_it(generation: Generation) -> None:
    (document,) = read(generation).documents

    assert document.path == "lamps.md"
    assert document.text == PAGE
    assert document.front_matter.title == "Lamp shop"
    assert document.front_matter.aliases == {"LED": ("light-emitting diode", "diode")}
    assert (document.front_matter.language, document.front_matter.updated) == ("en", "2026-03")


def test_keeps_passages_to_the_last_field(generation: Generation) -> None:
    section, question, price, colour = read(generation).passages

    assert section.sentences[1].text == "**Every** lamp is tested."
    assert (question.kind, question.source.heading) == ("question", ("Lamp shop", "Do you ship to Zürich?"))
    assert (price.cells[1].column, price.cells[1].text, price.corner) == ("Beta", "**12** €", "Factor")
    assert colour.cells[0].text == ""
    assert PAGE[question.source.start : question.source.end] == question.text == "Yes, we do. It takes five days…"


def test_is_written_in_the_files_that_the_manifest_names_without_any_of_python(generation: Generation) -> None:
    assert set(generation.artefacts) == {DOCUMENTS, PASSAGES, VIEWS, VECTORS, WORD_VECTORS}
    for name in (DOCUMENTS, PASSAGES, VIEWS):
        assert all(isinstance(json.loads(line), dict) for line in generation.artefacts[name].splitlines())
    assert b"Z\xc3\xbcrich" in generation.artefacts[PASSAGES]


def test_gives_the_words_of_a_passage_with_their_sentence_and_vector(
    generation: Generation, encoder: WordEncoder
) -> None:
    words = read(generation).words_of(1)

    said = "Lamp shop. Do you ship to Zürich?. Yes, we do. It takes five days"
    assert words.stems == tuple(map(stem, said.replace(".", "").replace(",", "").replace("?", "").split()))
    assert words.sentences.tolist() == [CONTEXT] * 7 + [0] * 3 + [1] * 4
    (zürich,) = encoder.encode(["Zürich"])
    assert words.vectors.dtype == np.float32
    assert words.vectors[6] @ zürich.vector == pytest.approx(1.0, abs=1e-3)


def test_gives_the_words_of_a_row_with_the_number_of_their_cell(generation: Generation) -> None:
    words = read(generation).words_of(3)

    assert list(zip(words.stems, words.sentences.tolist(), strict=True)) == [
        ("lamp", CONTEXT),
        ("shop", CONTEXT),
        ("do", CONTEXT),
        ("you", CONTEXT),
        ("ship", CONTEXT),
        ("to", CONTEXT),
        ("zurich", CONTEXT),
        ("colour", CONTEXT),
        ("beta", 1),
        ("red", 1),
    ]


def test_remembers_what_was_computed_for_each_view(generation: Generation, encoder: WordEncoder) -> None:
    contents = read(generation)
    computed = contents.computed()

    assert set(computed) == {view.key for view in contents.views}
    for view in contents.views:
        (encoding,) = encoder.encode([view.text])
        assert np.array_equal(computed[view.key].vector, encoding.vector)
        assert computed[view.key].words == (encoding.words if view.pieces else ())
        assert len(computed[view.key].word_vectors) == len(computed[view.key].words)


def edited(data: bytes, **fields: object) -> bytes:
    """Give JSON lines with other *fields* in the first."""
    first, *rest = data.decode().split("\n")
    return "\n".join([json.dumps(json.loads(first) | fields), *rest]).encode()


def without(data: bytes, field: str) -> bytes:
    first, *rest = data.decode().split("\n")
    return "\n".join(
        [json.dumps({name: value for name, value in json.loads(first).items() if name != field}), *rest]
    ).encode()


def header(shape: str, kind: str = "<f2") -> bytes:
    """Give the start of a file of word vectors that announces *shape*."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


DAMAGE: dict[str, Callable[[Generation], dict[str, bytes]]] = {
    "no JSON": lambda it: {"passages": b"{"},
    "not UTF-8": lambda it: {"documents": b"\xff"},
    "deep JSON": lambda it: {"documents": b"[" * 100_000},
    "lines that are no objects": lambda it: {"views": b"[]\n" * it.manifest.views},
    "a document without text": lambda it: {"documents": without(it.artefacts[DOCUMENTS], "text")},
    "aliases that are a list": lambda it: {"documents": edited(it.artefacts[DOCUMENTS], aliases=[])},
    "another text than was cut": lambda it: {"documents": edited(it.artefacts[DOCUMENTS], text="x" + PAGE)},
    "no documents": lambda it: {"documents": b""},
    "a field that nobody knows": lambda it: {"passages": edited(it.artefacts[PASSAGES], mood="good")},
    "a passage without source": lambda it: {"passages": without(it.artefacts[PASSAGES], "source")},
    "a passage of other words": lambda it: {"passages": edited(it.artefacts[PASSAGES], text="We sell shoes.")},
    "a passage that lost a sentence": lambda it: {"passages": edited(it.artefacts[PASSAGES], sentences=[])},
    "a passage less": lambda it: {"passages": b"".join(it.artefacts[PASSAGES].splitlines(keepends=True)[1:])},
    "a view less": lambda it: {"views": b"".join(it.artefacts[VIEWS].splitlines(keepends=True)[1:])},
    "a view of no passage": lambda it: {"views": edited(it.artefacts[VIEWS], passage=4)},
    "a view of the passage before the first": lambda it: {"views": edited(it.artefacts[VIEWS], passage=-1)},
    "a piece outside its view": lambda it: {"views": edited(it.artefacts[VIEWS], pieces=[[0, 9999, 0]])},
    "a word outside its view": lambda it: {"views": edited(it.artefacts[VIEWS], text="", pieces=[])},
    "a word that is no pair": lambda it: {"views": edited(it.artefacts[VIEWS], words=["abc"])},
    "words without vectors": lambda it: {"views": edited(it.artefacts[VIEWS], words=[])},
    "no vectors": lambda it: {"vectors": b""},
    "a vector less": lambda it: {"vectors": VectorStore(read(it).vectors[1:]).to_bytes()},
    "no word vectors": lambda it: {"words": b""},
    "half of the word vectors": lambda it: {"words": it.artefacts[WORD_VECTORS][:2000]},
    "word vectors and more": lambda it: {"words": it.artefacts[WORD_VECTORS] + b"\0\0"},
    "word vectors that a pickle hides in": lambda it: {"words": header("(1,)", "|O") + b"\x80\x04N."},
    "word vectors of 900 GB": lambda it: {"words": header("(450000000000, 1)") + b"\0\0"},
    "word vectors that are no numbers": lambda it: {"words": it.artefacts[WORD_VECTORS][:-2] + b"\xff\xff"},
    "an archive of word vectors": lambda it: {"words": b"PK\x03\x04" + bytes(100)},
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_does_not_hold_or_fit_is_called_damaged(generation: Generation, damage: str) -> None:
    with pytest.raises(IndexDamagedError, match=r"^\.index/gen.*faqsimile build --fresh$") as raised:
        read(generation, **DAMAGE[damage](generation))

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", [DOCUMENTS, PASSAGES, VIEWS, VECTORS, WORD_VECTORS])
def test_a_file_that_the_manifest_forgot_is_called_damaged(generation: Generation, name: str) -> None:
    artefacts = {other: data for other, data in generation.artefacts.items() if other != name}

    with pytest.raises(IndexDamagedError, match=name):
        IndexContents.from_artefacts(artefacts, manifest=generation.manifest, place=Path())


def test_contents_of_another_manifest_are_called_damaged(generation: Generation) -> None:
    for other in (replace(generation.manifest, passages=99), replace(generation.manifest, views=99)):
        with pytest.raises(IndexDamagedError, match="the manifest has others"):
            IndexContents.from_artefacts(generation.artefacts, manifest=other, place=Path())


def test_vectors_of_another_dimension_are_called_damaged(generation: Generation) -> None:
    other = replace(generation.manifest, encoder=replace(generation.manifest.encoder, dimension=384))

    with pytest.raises(IndexDamagedError, match="vectors of shape"):
        IndexContents.from_artefacts(generation.artefacts, manifest=other, place=Path())


@pytest.mark.parametrize("seed", range(40))
def test_random_bytes_in_a_file_are_read_or_called_damaged(generation: Generation, seed: int) -> None:
    random = Random(seed)
    name = random.choice(sorted(generation.artefacts))
    data = bytearray(generation.artefacts[name])
    for _ in range(random.randint(1, 3)):
        start = random.randrange(len(data))
        data[start : start + random.randint(0, 9)] = random.randbytes(random.randint(0, 9))
    changed = {**generation.artefacts, name: bytes(data)}

    try:
        contents = IndexContents.from_artefacts(changed, manifest=generation.manifest, place=Path())
    except IndexDamagedError:
        return
    assert len(contents.passages) == generation.manifest.passages
    assert contents.words_of(0).vectors.shape[1] == generation.manifest.encoder.dimension


def test_a_file_of_the_index_that_changed_on_disk_is_found_by_its_checksum(
    generation: Generation, tmp_path: Path
) -> None:
    for name in generation.artefacts:
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / ".index", copy)
        file = copy / generation.name / name
        file.write_bytes(file.read_bytes()[:-3] + b"abc")

        with pytest.raises(IndexDamagedError, match=name):
            open_current(copy)
        shutil.rmtree(copy)
