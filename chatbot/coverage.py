"""What the content covers: its documents with their titles, dates and topics, for whoever has not asked yet."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index import Passage, SearchIndex

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Topic:
    """A heading below the title of a document."""

    name: str

    line: int
    """Where its first passage stands."""


@dataclass(frozen=True)
class Part:
    """One document of the content."""

    path: str
    title: str
    language: str
    """A BCP 47 tag such as "en-GB"; empty where the owner names none."""

    updated: str
    """As the owner writes it; empty where the owner does not say."""

    topics: tuple[Topic, ...]
    """In reading order."""


@dataclass(frozen=True)
class Coverage:
    """All documents of the content."""

    parts: tuple[Part, ...]

    @property
    def language(self) -> str:
        """Give the language of the content, if all that is said about it agrees."""
        return _agreed(part.language for part in self.parts)

    @property
    def updated(self) -> str:
        """Give the date of the content, if all that is said about it agrees."""
        return _agreed(part.updated for part in self.parts)


def coverage_of(index: SearchIndex) -> Coverage:
    """Say what *index* covers."""
    by_path: dict[str, list[Passage]] = {path: [] for path in index.documents}
    for passage in index.passages:
        by_path[passage.source.path].append(passage)
    parts = []
    for path, passages in by_path.items():
        about = index.documents[path].front_matter
        title, topics = _title_and_topics(passages)
        language = about.language if _LANGUAGE_TAG.fullmatch(about.language) else ""
        parts.append(Part(path, about.title or title or path, language, about.updated, topics))
    return Coverage(tuple(parts))


def _title_and_topics(passages: Iterable[Passage]) -> tuple[str, tuple[Topic, ...]]:
    """Take the one heading above all others for the title, and those right below it for the topics."""
    placed = [(passage.source.heading, passage.source.first_line) for passage in passages if passage.source.heading]
    outermost = dict.fromkeys(heading[0] for heading, _ in placed)
    title = next(iter(outermost), "")
    depth = 1 if len(outermost) == 1 else 0
    lines: dict[str, int] = {}
    for heading, line in sorted(placed, key=_by_line):
        if len(heading) > depth:
            lines.setdefault(heading[depth], line)
    return title, tuple(Topic(name, line) for name, line in lines.items())


def _by_line(placed: tuple[tuple[str, ...], int]) -> int:
    return placed[1]


def _agreed(values: Iterable[str]) -> str:
    said: Mapping[str, None] = dict.fromkeys(value for value in values if value)
    return next(iter(said)) if len(said) == 1 else ""
