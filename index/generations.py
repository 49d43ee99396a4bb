"""Artefacts become a numbered generation on disk, and the current one comes back whole or not at all.

    .index/
        CURRENT                  "gen-000002-5f3a2b1c" and the SHA-256 of that generation's manifest
        gen-000002-5f3a2b1c/     manifest.json and the artefacts that it names
        gen-000001-90be77d4/     the generation before, kept as a way back
        .lock                    held while a build is at work
        .tmp-…                   what a build is writing; never read, swept away by the next build

A generation never changes once it has its name, and `CURRENT` is replaced in one step, so whoever reads sees the old
generation or the new one. Each step is on the disk before the next begins, so a power cut changes nothing in that.
Knows nothing about what the artefacts hold.
"""

import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock, Timeout

from index.errors import (
    IndexAccessError,
    IndexBusyError,
    IndexDamagedError,
    IndexingError,
    IndexMissingError,
    NoWayBackError,
)
from index.manifest import Artefact, Manifest

MANIFEST_NAME = "manifest.json"

_POINTER_NAME = "CURRENT"
_LOCK_NAME = ".lock"
_TEMPORARY = ".tmp-"
_GENERATION = re.compile(r"gen-(\d{6,})-([0-9a-f]{8})")
_POINTER = re.compile(rf"({_GENERATION.pattern}) ([0-9a-f]{{64}})\n")

_OPEN_ATTEMPTS = 10
"""How often a reader starts again because builds took its generation away; each time takes two whole builds."""


@dataclass(frozen=True, eq=False)
class Generation:
    """An index as one build wrote it, verified and wholly in memory: what happens on disk no longer matters."""

    name: str
    """Ends in the first digits of its manifest's SHA-256: two generations of different content never share a name."""

    folder: Path
    """Where it was read, to name in errors."""

    manifest: Manifest

    artefacts: Mapping[str, bytes]
    """The bytes of each artefact by its name; these are the bytes whose checksums were verified."""


@dataclass(frozen=True)
class Written:
    """What came of writing a generation."""

    name: str

    is_new: bool
    """False when the current generation already was what should be written, byte for byte, and was kept."""


@dataclass(frozen=True)
class _Pointer:
    name: str
    manifest_sha256: str

    def __str__(self) -> str:
        return f"{self.name} {self.manifest_sha256}\n"


def current_name(folder: Path) -> str | None:
    """Name the current generation, None where there is no index; one small read.

    Raises:
        IndexDamagedError: if `CURRENT` does not name a generation.
    """
    pointer = _read_pointer(folder)
    return pointer.name if pointer else None


def open_current(folder: Path) -> Generation:
    """Read the current generation of *folder* and verify every byte of it.

    Builds may go on meanwhile: if one swept the generation away, the one that took its place is read.

    Raises:
        IndexMissingError: if there is no index.
        FormatVersionError: if another version of this program wrote it.
        IndexDamagedError: if a file is missing or not what the build wrote.
        IndexBusyError: if generations were replaced faster than they could be read.
    """
    for _ in range(_OPEN_ATTEMPTS):
        pointer = _read_pointer(folder)
        if pointer is None:
            raise IndexMissingError(folder)
        try:
            with _explain(folder, "read"):
                return _read_generation(folder, pointer)
        except IndexDamagedError:
            if _read_pointer(folder) == pointer:
                raise
    raise IndexBusyError(folder)


def write_generation(
    folder: Path, artefacts: Mapping[str, bytes], manifest: Manifest, *, timeout: float = 10.0
) -> Written:
    """Make *artefacts* the current generation of *folder*: all of them or, whatever goes wrong, none.

    The generation before stays on disk, older ones and what killed builds left behind are removed.

    Args:
        manifest: its list of artefacts is filled in here.
        timeout: how many seconds to wait for another build.

    Raises:
        IndexBusyError: if another build holds the folder for longer than that.
        IndexingError: if the folder cannot be written.
        ValueError: if an artefact's name is not a plain file name, or is the manifest's.
    """
    if MANIFEST_NAME in artefacts:
        raise ValueError(f"an artefact cannot be named {MANIFEST_NAME}")
    contents = manifest.with_artefacts(artefacts).to_bytes()
    with build_lock(folder, timeout=timeout), _explain(folder, "written"):
        _sweep(folder)
        digest = hashlib.sha256(contents).hexdigest()
        current = _whole_current(folder)
        if current and current.manifest_sha256 == digest:
            return Written(current.name, is_new=False)
        pointer = _Pointer(f"gen-{_last_number(folder) + 1:06}-{digest[:8]}", digest)
        try:
            _add_generation(folder, pointer, {**artefacts, MANIFEST_NAME: contents})
            _point_to(folder, pointer)
        finally:
            _sweep(folder)
        return Written(pointer.name, is_new=True)


def go_back(folder: Path) -> str:
    """Make the generation before the current one the current one again, and give its name.

    Where `CURRENT` cannot be read, the newest generation that is whole is taken. The next build starts from the content
    as it is then; the generation that was left stays until that.

    Raises:
        IndexMissingError: if there is no index.
        NoWayBackError: if no earlier generation is whole.
        IndexBusyError: if a build is at work.
    """
    if not folder.is_dir():
        raise IndexMissingError(folder)
    with build_lock(folder), _explain(folder, "written"):
        pointer = _earlier_pointer(folder)
        _point_to(folder, pointer)
        return pointer.name


def earlier_generation(folder: Path) -> str:
    """Name the generation that `go_back` would take, every byte of which was read.

    Raises:
        IndexMissingError: if there is no index.
        NoWayBackError: if no earlier generation is whole.
    """
    if not folder.is_dir():
        raise IndexMissingError(folder)
    with _explain(folder, "read"):
        return _earlier_pointer(folder).name


def leftovers(folder: Path) -> list[str]:
    """Name what killed builds left in *folder*; a build that is at work now has something there, too."""
    with _explain(folder, "read"):
        return sorted(path.name for path in folder.iterdir() if path.name.startswith(_TEMPORARY))


@contextmanager
def build_lock(folder: Path, *, timeout: float = 10.0) -> Iterator[None]:
    """Keep other builds out of *folder*, which is made if need be; the holder may take the lock again inside.

    A whole build runs under it, or one that started earlier could finish later and put older content in place.
    A process that dies gives it back.

    Raises:
        IndexBusyError: if another build holds it for longer than *timeout* seconds.
        IndexingError: if the folder cannot be written.
    """
    with _explain(folder, "written"):
        _make_folder(folder)
        # One lock object for each path in the process is what lets its holder take it again.
        lock = FileLock(folder.resolve() / _LOCK_NAME, is_singleton=True)
        try:
            lock.acquire(timeout=timeout)
        except Timeout:
            raise IndexBusyError(folder) from None
    try:
        yield
    finally:
        lock.release()


def _read_pointer(folder: Path) -> _Pointer | None:
    path = folder / _POINTER_NAME
    with _explain(path, "read"):
        try:
            text = path.read_bytes().decode("ascii", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return None
    found = _POINTER.fullmatch(text)
    if not found or found[3] != found[4][:8]:
        raise IndexDamagedError(path, "does not name a generation")
    return _Pointer(found[1], found[4])


def _read_generation(folder: Path, pointer: _Pointer) -> Generation:
    place = folder / pointer.name
    manifest = _read_manifest(folder, pointer)
    artefacts = {artefact.name: _read_artefact(place, artefact) for artefact in manifest.artefacts}
    return Generation(pointer.name, place, manifest, MappingProxyType(artefacts))


def _read_manifest(folder: Path, pointer: _Pointer) -> Manifest:
    path = folder / pointer.name / MANIFEST_NAME
    if not path.parent.is_dir():
        raise IndexDamagedError(folder / _POINTER_NAME, f"names {pointer.name}, which is missing")
    data = _read_file(path)
    manifest = Manifest.from_bytes(data, path)  # first, for a manifest of another format to be called that
    if hashlib.sha256(data).hexdigest() != pointer.manifest_sha256:
        raise IndexDamagedError(path, f"is not the manifest that {_POINTER_NAME} names (its SHA-256 differs)")
    return manifest


def _read_artefact(place: Path, artefact: Artefact) -> bytes:
    path = place / artefact.name
    data = _read_file(path, artefact.size + 1)
    if len(data) != artefact.size:
        difference = "longer" if len(data) > artefact.size else "shorter"
        raise IndexDamagedError(path, f"is {difference} than the {artefact.size} bytes that the build wrote")
    if hashlib.sha256(data).hexdigest() != artefact.sha256:
        raise IndexDamagedError(path, "is not what the build wrote (its SHA-256 differs)")
    return data


def _read_file(path: Path, at_most: int = -1) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep the reader waiting for ever
            raise IndexDamagedError(path, "is not a file")
        with path.open("rb") as file:
            return file.read(at_most)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexDamagedError(path, "is missing") from error


def _earlier_pointer(folder: Path) -> _Pointer:
    try:
        current = current_name(folder)
    except IndexDamagedError:
        current = None
    for name in reversed(_generation_names(folder)):
        if current is None or _number(name) < _number(current):
            pointer = _pointer_to(folder, name)
            if pointer:
                return pointer
    raise NoWayBackError(folder)


def _pointer_to(folder: Path, name: str) -> _Pointer | None:
    """Give the pointer to a generation if it is whole."""
    try:
        pointer = _Pointer(name, hashlib.sha256(_read_file(folder / name / MANIFEST_NAME)).hexdigest())
        if not name.endswith(pointer.manifest_sha256[:8]):
            return None
        _check_generation(folder, pointer)
    except IndexingError:
        return None  # damaged or of another format: not a way back
    return pointer


def _whole_current(folder: Path) -> _Pointer | None:
    """Give the pointer to the current generation if there is one that could be opened."""
    try:
        pointer = _read_pointer(folder)
        if pointer:
            _check_generation(folder, pointer)
    except IndexingError:
        return None  # damaged or of another format: a new one takes its place
    return pointer


def _check_generation(folder: Path, pointer: _Pointer) -> None:
    """Read a generation back, holding no more than one artefact at a time."""
    for artefact in _read_manifest(folder, pointer).artefacts:
        _read_artefact(folder / pointer.name, artefact)


def _add_generation(folder: Path, pointer: _Pointer, files: Mapping[str, bytes]) -> None:
    """Put a generation beside the others, complete and on the disk before it gets its name."""
    place = _temporary(folder)
    place.mkdir()
    for name, data in files.items():
        _write_file(place / name, data)
    _flush_folder(place)
    place.rename(folder / pointer.name)
    _flush_folder(folder)
    _check_generation(folder, pointer)


def _point_to(folder: Path, pointer: _Pointer) -> None:
    place = _temporary(folder)
    _write_file(place, str(pointer).encode("ascii"))
    place.replace(folder / _POINTER_NAME)
    _flush_folder(folder)


def _sweep(folder: Path) -> None:
    """Remove all but the current generation, the one before it, and what is not ours.

    What cannot be removed, as on Windows a file that someone is reading, is left for the next build.
    """
    kept = _kept_names(folder)
    for path in folder.iterdir():
        if path.name.startswith(_TEMPORARY):
            _remove(path)
        elif _GENERATION.fullmatch(path.name) and path.name not in kept:
            with suppress(OSError):
                # Renamed first, so that a half-removed folder never looks like a generation.
                _remove(path.rename(_temporary(folder)))


def _kept_names(folder: Path) -> list[str]:
    """Name the current generation and the last one before it; all there are while `CURRENT` cannot be read."""
    names = _generation_names(folder)
    try:
        current = current_name(folder)
    except IndexDamagedError:
        return names
    return [name for name in names if _number(name) <= _number(current)][-2:] if current else []


def _generation_names(folder: Path) -> list[str]:
    return sorted((path.name for path in folder.iterdir() if _GENERATION.fullmatch(path.name)), key=_number)


def _number(name: str) -> int:
    return int(name.split("-")[1])


def _last_number(folder: Path) -> int:
    return max(map(_number, _generation_names(folder)), default=0)


def _temporary(folder: Path) -> Path:
    return folder / f"{_TEMPORARY}{secrets.token_hex(8)}"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _write_file(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    """Bring the names in *folder* to the disk."""
    if os.name == "nt":
        return  # Windows has no way to flush a folder
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explain(place: Path, verb: str) -> Iterator[None]:
    """Turn what the system says of a folder or file into a sentence with its cure."""
    try:
        yield
    except OSError as error:
        raise IndexAccessError(error.filename or place, verb, error.strerror or str(error)) from error
