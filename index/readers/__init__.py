"""A folder of the owner's files becomes Documents: each file read once as bytes, hashed, decoded, handed to its reader.

A file that is no text goes to its reader as bytes; the reader converts it, and the index keeps the text that came out.

Nothing outside the folder is ever read: links and special files are refused. Knows nothing of passages.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import ContentError
from index.readers.asciidoc import read_asciidoc
from index.readers.document import Document
from index.readers.html import read_html
from index.readers.markdown import read_markdown
from index.readers.office import read_docx, read_pdf
from index.readers.restructuredtext import read_restructuredtext
from index.readers.spreadsheet import read_csv, read_tsv, read_xlsx
from index.readers.text import read_plain_text

__all__ = [
    "CONTENT_SUFFIXES",
    "SourceFile",
    "is_converted",
    "list_sources",
    "read_document",
    "read_file",
    "read_folder",
    "read_text",
]

Reader = Callable[[str, str, Path], Document]
"""Takes a file's text, its path as citations show it, and its place as errors show it."""

Converter = Callable[[bytes, str, Path], Document]
"""Takes the bytes of a file that is no text, and the same two."""

_READERS: dict[str, Reader] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".mdx": read_markdown,
    ".txt": read_plain_text,
    ".rst": read_restructuredtext,
    ".adoc": read_asciidoc,
    ".asciidoc": read_asciidoc,
    ".html": read_html,
    ".htm": read_html,
    ".csv": read_csv,
    ".tsv": read_tsv,
}

_CONVERTERS: dict[str, Converter] = {
    ".xlsx": read_xlsx,
    ".docx": read_docx,
    ".pdf": read_pdf,
}

CONTENT_SUFFIXES: tuple[str, ...] = (*_READERS, *_CONVERTERS)
"""What counts as content; every other file in the folder is left alone."""

MAX_FILE_SIZE = 10_000_000
"""Bytes. A larger file would take minutes to read and to encode."""


@dataclass(frozen=True)
class SourceFile:
    """A file that the content was read from, as the index remembers it."""

    path: str
    """Relative to the content folder, with forward slashes."""

    sha256: str
    """Of the file's bytes, in hexadecimal."""

    size: int
    """In bytes."""


def read_folder(knowledge: Path) -> tuple[list[Document], list[SourceFile]]:
    """Read every content file below *knowledge*, or *knowledge* itself if it is a file, sorted by path."""
    documents, sources = [], []
    for place, path in _content_files(knowledge):
        data = _read_bytes(place)
        sources.append(_source_file(path, data))
        documents.append(_read(data, path, place))
    return documents, sources


def list_sources(knowledge: Path) -> list[SourceFile]:
    """Say what `read_folder` would read, without reading more than the bytes."""
    return [_source_file(path, _read_bytes(place)) for place, path in _content_files(knowledge)]


def _read(data: bytes, path: str, place: Path) -> Document:
    convert = _CONVERTERS.get(Path(path).suffix.lower())
    return convert(data, path, place) if convert else read_document(_decode(data, place), path, place)


def is_converted(path: str) -> bool:
    """Tell whether a file of that name is no text and is converted into some."""
    return Path(path).suffix.lower() in _CONVERTERS


def read_file(place: Path, path: str) -> Document:
    """Read the file at *place*, which citations call *path*.

    Raises:
        ContentError: it cannot be read as it stands.
    """
    return _read(_read_bytes(place), path, place)


def read_document(text: str, path: str, place: Path | None = None) -> Document:
    """Read *text* by the rules of the format that the suffix of *path* names."""
    return _READERS[Path(path).suffix.lower()](text, path, place or Path(path))


def read_text(place: Path) -> str:
    """Give the text of one file, its line ends as "\\n"."""
    return _decode(_read_bytes(place), place)


def _source_file(path: str, data: bytes) -> SourceFile:
    return SourceFile(path, hashlib.sha256(data).hexdigest(), len(data))


def _content_files(knowledge: Path) -> list[tuple[Path, str]]:
    """List each content file and its path relative to *knowledge*."""
    if not knowledge.exists():
        raise ContentError(
            "there is no such folder. Make it, or start from an example with: faqsimile init", path=knowledge
        )
    if knowledge.is_file():
        if not _is_content(knowledge.name):
            raise ContentError(f"not a kind of file that can be read. Give one of: {_suffixes()}", path=knowledge)
        return [(knowledge, knowledge.name)]
    if not knowledge.is_dir():
        raise ContentError("neither a folder nor a file. Give the folder that holds the content", path=knowledge)
    found = sorted(
        ((path.relative_to(knowledge).as_posix(), path) for path in _walk(knowledge)), key=lambda pair: pair[0]
    )
    if not found:
        raise ContentError(
            f"the folder holds no content. Put a file into it that ends in {_suffixes()}", path=knowledge
        )
    return [(place, path) for path, place in found]


def _walk(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise ContentError(f"cannot be listed ({error.strerror}). Check its permissions", path=folder) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_symlink() and (_is_content(entry.name) or entry.is_dir()):
            raise ContentError("is a link, and links are not followed. Put the file itself here", path=entry)
        if entry.is_dir():
            yield from _walk(entry)
        elif _is_content(entry.name) and not _is_readme(entry.name):
            yield entry


def _is_content(name: str) -> bool:
    return name.lower().endswith(CONTENT_SUFFIXES)


def _is_readme(name: str) -> bool:
    """A README explains the folder to those who keep it; visitors do not ask about that."""
    return name.lower().partition(".")[0] == "readme"


def _suffixes() -> str:
    return ", ".join(CONTENT_SUFFIXES)


def _read_bytes(place: Path) -> bytes:
    # Refusing links when opening, and not only before, leaves no moment in which the file could be replaced by one.
    # Not blocking keeps a pipe without a writer from holding the build up for ever.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if place.is_symlink():
        raise ContentError("is a link, and links are not followed. Put the file itself here", path=place)
    try:
        descriptor = os.open(place, flags)
    except OSError as error:
        raise ContentError(
            f"cannot be read ({error.strerror}). Check the file and its permissions", path=place
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ContentError("is not a regular file. Put a file here, or take this out", path=place)
        data = file.read(MAX_FILE_SIZE + 1)
    if len(data) > MAX_FILE_SIZE:
        size = max(status.st_size, len(data)) / 1e6
        raise ContentError(f"has {size:.1f} MB, the limit is {MAX_FILE_SIZE / 1e6:.0f} MB. Split the file", path=place)
    return data


def _decode(data: bytes, place: Path) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"not UTF-8: byte {error.start} is 0x{data[error.start]:02x}. Save the file as UTF-8"
        raise ContentError(problem, path=place, line=line) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
