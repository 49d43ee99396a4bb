"""What an index was built from, by which encoder, and what each of its files must be.

Knows nothing about folders, nor about what the artefacts hold.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Self

from index.errors import FormatVersionError, IndexDamagedError
from index.readers import SourceFile

if TYPE_CHECKING:
    from index.encoder import Encoder  # brings numpy, which nothing here needs

FORMAT_VERSION = 2
"""Raised whenever an older program could no longer read what a newer one writes, or the other way round."""

METRIC = "inner product"
"""How vectors are compared."""

_NAMED_AT_MOST = 5
"""How many files of a kind a sentence names before it only counts them."""


@dataclass(frozen=True)
class EncoderInfo:
    """Which encoder an index belongs to."""

    name: str
    """As a person would ask for it."""

    fingerprint: str
    """Tells it from any other whose vectors differ: a SHA-256 in hexadecimal."""

    dimension: int

    max_tokens: int

    def __post_init__(self) -> None:
        _check_sha256(self.fingerprint)
        if self.dimension < 1 or self.max_tokens < 1:
            raise ValueError(f"not an encoder: dimension {self.dimension}, {self.max_tokens} tokens")

    @classmethod
    def of(cls, encoder: "Encoder") -> Self:
        """Describe *encoder*."""
        return cls(encoder.name, encoder.fingerprint, encoder.dimension, encoder.max_tokens)

    def gives_same_vectors_as(self, other: "EncoderInfo") -> bool:
        """Tell whether vectors of the two may be compared; what each is called does not matter."""
        return replace(self, name=other.name) == other


@dataclass(frozen=True)
class Artefact:
    """A file of the index, as the build wrote it."""

    name: str
    """A plain file name, without folders."""

    sha256: str

    size: int
    """In bytes."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            raise ValueError(f"not a plain file name: {self.name!r}")
        _check_sha256(self.sha256)
        _check_size(self.size)

    @classmethod
    def of(cls, name: str, data: bytes) -> Self:
        """Describe *data*, to be kept under *name*."""
        return cls(name, hashlib.sha256(data).hexdigest(), len(data))


@dataclass(frozen=True)
class Manifest:
    """All that must match before an index may answer.

    Holds no date and nothing of the machine, so the same content gives the same manifest, byte for byte.
    """

    encoder: EncoderInfo

    chunking: int
    """Version of the rules that cut documents into passages."""

    passages: int

    views: int
    """How many vectors there are; each passage has one or more."""

    sources: tuple[SourceFile, ...]
    """The content files, sorted by path."""

    artefacts: tuple[Artefact, ...] = ()
    """The files of the index, sorted by name; filled in when they are written."""

    metric: str = METRIC

    format: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", tuple(sorted(self.sources, key=lambda source: source.path)))
        object.__setattr__(self, "artefacts", tuple(sorted(self.artefacts, key=lambda artefact: artefact.name)))
        _check_distinct("source", [source.path for source in self.sources])
        _check_distinct("artefact", [artefact.name for artefact in self.artefacts])
        for source in self.sources:
            _check_source(source)
        if min(self.chunking, self.passages, self.views) < 0:
            raise ValueError(f"negative count: {self.chunking}, {self.passages}, {self.views}")
        if self.metric != METRIC:
            raise ValueError(f"metric {self.metric!r} instead of {METRIC!r}")
        if self.format != FORMAT_VERSION:
            raise ValueError(f"format {self.format} instead of {FORMAT_VERSION}")

    def with_artefacts(self, artefacts: Mapping[str, bytes]) -> Self:
        """Name *artefacts* as the files of the index."""
        return replace(self, artefacts=tuple(Artefact.of(name, data) for name, data in artefacts.items()))

    def to_bytes(self) -> bytes:
        """Write the manifest as JSON; equal manifests give equal bytes."""
        # ASCII only: a file name that is not Unicode (a lone surrogate in Python) can be written and read back.
        return (json.dumps(asdict(self), indent=2, sort_keys=True) + "\n").encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes, source: Path | str) -> Self:
        """Read what `to_bytes` wrote; *source* is the file to name when it is anything else.

        Raises:
            FormatVersionError: if it has another format, whatever else may be wrong with it.
            IndexDamagedError: if a field is missing, unknown or impossible, or a byte differs from how it is written.
        """
        record = _load_json(data, source)
        found = record.get("format") if isinstance(record, dict) else None
        if type(found) is int and found != FORMAT_VERSION:
            raise FormatVersionError(source, found, FORMAT_VERSION)
        try:
            manifest = cls._from_record(record)
        except ValueError as error:
            raise IndexDamagedError(source, str(error)) from error
        if manifest.to_bytes() != data:
            raise IndexDamagedError(source, "is not written the way a build writes it")
        return manifest

    @classmethod
    def _from_record(cls, record: object) -> Self:
        fields = _fields(
            record,
            "the manifest",
            encoder=dict,
            chunking=int,
            passages=int,
            views=int,
            sources=list,
            artefacts=list,
            metric=str,
            format=int,
        )
        encoder = _fields(fields.pop("encoder"), "encoder", name=str, fingerprint=str, dimension=int, max_tokens=int)
        sources = [_fields(item, "a source", path=str, sha256=str, size=int) for item in fields.pop("sources")]
        artefacts = [_fields(item, "an artefact", name=str, sha256=str, size=int) for item in fields.pop("artefacts")]
        return cls(
            encoder=EncoderInfo(**encoder),
            sources=tuple(SourceFile(**item) for item in sources),
            artefacts=tuple(Artefact(**item) for item in artefacts),
            **fields,
        )


@dataclass(frozen=True)
class SourceChanges:
    """How the content differs from what an index was built from; false when it does not."""

    added: tuple[str, ...] = ()

    edited: tuple[str, ...] = ()

    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.edited or self.removed)

    def __str__(self) -> str:
        """Say it in a sentence without its full stop: "Edited since the last build: frameworks.md"."""
        kinds = {"edited": self.edited, "added": self.added, "removed": self.removed}
        parts = [
            f"{kind} since the last build: {_name_some(paths)}" if number == 0 else f"{kind}: {_name_some(paths)}"
            for number, (kind, paths) in enumerate((kind, paths) for kind, paths in kinds.items() if paths)
        ]
        sentence = "; ".join(parts) or "no change since the last build"
        return sentence[0].upper() + sentence[1:]


def changed_files(manifest: Manifest, sources_now: Iterable[SourceFile]) -> SourceChanges:
    """Compare the content as it is with what the index was built from."""
    built = {source.path: source.sha256 for source in manifest.sources}
    now = {source.path: source.sha256 for source in sources_now}
    return SourceChanges(
        added=tuple(sorted(now.keys() - built.keys())),
        edited=tuple(sorted(path for path in now.keys() & built.keys() if now[path] != built[path])),
        removed=tuple(sorted(built.keys() - now.keys())),
    )


def is_stale(manifest: Manifest, sources_now: Iterable[SourceFile], *, encoder: EncoderInfo, chunking: int) -> bool:
    """Tell whether a build from *sources_now* would give another index."""
    return (
        bool(changed_files(manifest, sources_now))
        or not manifest.encoder.gives_same_vectors_as(encoder)
        or manifest.chunking != chunking
    )


def _name_some(paths: tuple[str, ...]) -> str:
    more = len(paths) - _NAMED_AT_MOST
    return ", ".join(paths[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _load_json(data: bytes, source: Path | str) -> object:
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise IndexDamagedError(source, f"is not JSON ({error})") from error


def _fields(record: object, what: str, **kinds: type) -> dict[str, Any]:
    """Give the fields of a JSON object that has exactly those named, each of the kind named."""
    if not isinstance(record, dict):
        raise ValueError(f"{what} is not an object")
    for problem, names in (("has no", kinds.keys() - record.keys()), ("has an unknown", record.keys() - kinds.keys())):
        if names:
            raise ValueError(f"{what} {problem} field {min(names)!r}")
    for name, kind in kinds.items():
        if type(record[name]) is not kind:  # true is an int to isinstance
            raise ValueError(f"field {name!r} of {what} is of the wrong kind")
    return record


def _check_distinct(what: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise ValueError(f"the same {what} is named twice")


def _check_source(source: SourceFile) -> None:
    path = PurePosixPath(source.path)
    if not path.parts or path.is_absolute() or ".." in path.parts:
        raise ValueError(f"not a path inside the content folder: {source.path!r}")
    _check_sha256(source.sha256)
    _check_size(source.size)


def _check_sha256(text: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError(f"not a SHA-256: {text!r}")


def _check_size(size: int) -> None:
    if size < 0:
        raise ValueError(f"negative size: {size}")
