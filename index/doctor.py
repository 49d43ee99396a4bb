"""What is wrong with content and its index, each with its cure: what opening checks, and what it has no time for.

Changes nothing. Knows nothing of questions, chats or settings.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from index.build import doubts_of
from index.chunking import CHUNKING_VERSION, split_document
from index.contents import IndexContents
from index.encoder import Encoder
from index.errors import EncoderMismatchError, IndexBusyError, IndexingError
from index.generations import Generation, build_lock, earlier_generation, leftovers, open_current
from index.manifest import EncoderInfo, changed_files
from index.readers import list_sources, read_folder

State = Literal["fine", "note", "fault"]
"""A fault keeps answers from being right or from being there; a note does not."""

FREE_BYTES = 50_000_000
"""Less room than that, and the next build may find the disk full."""

TOLERANCE = 1e-3
"""By how much a number of a vector may differ when it is computed again: other batches differ by 1e-6 at most."""

_PROBED = 5
"""Texts that are encoded again, the longest among them."""


@dataclass(frozen=True)
class Diagnosis:
    """What one check found."""

    subject: str
    """What was looked at."""

    state: State

    says: str
    """What is so; where it should not be, with its place and its cure."""

    def __str__(self) -> str:
        mark = {"fine": "ok", "note": "note", "fault": "FAULT"}[self.state]
        return f"{mark:<6}{self.subject}: {self.says}"


def examine(knowledge: Path, folder: Path, encoder: Encoder) -> Iterator[Diagnosis]:
    """Look at the content in *knowledge* and at its index in *folder*, which should answer with *encoder*."""
    yield from _content(knowledge)
    yield from _index(knowledge, folder, encoder)
    yield from _way_back(folder)
    yield from _room(folder)


def _content(knowledge: Path) -> Iterator[Diagnosis]:
    try:
        documents, _ = read_folder(knowledge)
    except IndexingError as error:
        yield Diagnosis("content", "fault", str(error))
        return
    passages = [passage for document in documents for passage in split_document(document)]
    if not passages:
        says = f"{knowledge}: nothing to answer from. Write a heading and a paragraph under it"
        yield Diagnosis("content", "fault", says)
        return
    yield Diagnosis("content", "fine", f"{len(documents)} documents, {len(passages)} passages")
    for doubt in doubts_of(passages):
        yield Diagnosis("content", "note", f"{doubt}. Edit the row, then: faqsimile build")


def _index(knowledge: Path, folder: Path, encoder: Encoder) -> Iterator[Diagnosis]:
    try:
        generation = open_current(folder)
        contents = IndexContents.from_artefacts(
            generation.artefacts, manifest=generation.manifest, place=generation.folder
        )
    except IndexingError as error:
        yield Diagnosis("index", "fault", str(error))
        return
    size = sum(map(len, generation.artefacts.values()))
    yield Diagnosis("index", "fine", f"{generation.name}, every checksum right, {size / 1e6:.1f} MB")
    yield _encoder(folder, generation, contents, encoder)
    yield _freshness(knowledge, generation)


def _encoder(folder: Path, generation: Generation, contents: IndexContents, encoder: Encoder) -> Diagnosis:
    """Compare the encoder with the one that the index was built with: by its name, then by what it computes."""
    built_with = generation.manifest.encoder
    if not EncoderInfo.of(encoder).gives_same_vectors_as(built_with):
        return Diagnosis("encoder", "fault", str(EncoderMismatchError(folder, built_with.name, encoder.name)))
    longest_first = sorted(range(len(contents.views)), key=lambda number: -len(contents.views[number].text))
    probed = longest_first[:1] + longest_first[-_PROBED + 1 :]
    again = encoder.encode([contents.views[number].text for number in probed])
    farthest = max(
        float(np.abs(encoding.vector - contents.vectors[number]).max())
        for number, encoding in zip(probed, again, strict=True)
    )
    if farthest > TOLERANCE:
        says = f"{encoder.name} gives other vectors than the index has (by {farthest:.2g}). "
        return Diagnosis("encoder", "fault", f"{says}Build the index again with: faqsimile build --fresh")
    return Diagnosis("encoder", "fine", f"{encoder.name} gives the vectors that the index has")


def _freshness(knowledge: Path, generation: Generation) -> Diagnosis:
    try:
        changes = changed_files(generation.manifest, list_sources(knowledge))
    except IndexingError as error:
        return Diagnosis("freshness", "fault", str(error))
    if changes:
        return Diagnosis("freshness", "fault", f"{changes}. Rebuild with: faqsimile build")
    if generation.manifest.chunking != CHUNKING_VERSION:
        return Diagnosis("freshness", "fault", "An older version cut the content. Rebuild with: faqsimile build")
    return Diagnosis("freshness", "fine", "built from the content as it is")


def _way_back(folder: Path) -> Iterator[Diagnosis]:
    try:
        earlier = earlier_generation(folder)
    except IndexingError as error:
        yield Diagnosis("way back", "note", str(error))
        return
    yield Diagnosis("way back", "fine", f"{earlier} can be gone back to with: faqsimile rollback")


def _room(folder: Path) -> Iterator[Diagnosis]:
    """Look at what a build needs: the lock, the right to write, room on the disk."""
    if not folder.is_dir():
        return
    yield _try_lock(folder)
    if left := leftovers(folder):
        cure = "The next one sweeps it away: faqsimile build"
        yield Diagnosis("leftovers", "note", f"{folder}: a build was killed and left {', '.join(left)}. {cure}")
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        says = f"{folder}: {free / 1e6:.0f} MB are free. Make room, or name another folder with --index"
        yield Diagnosis("disk", "fault", says)


def _try_lock(folder: Path) -> Diagnosis:
    try:
        with build_lock(folder, timeout=0):
            return Diagnosis("writing", "fine", f"{folder} can be written")
    except IndexBusyError as error:
        return Diagnosis("writing", "note", str(error))
    except IndexingError as error:
        return Diagnosis("writing", "fault", str(error))
