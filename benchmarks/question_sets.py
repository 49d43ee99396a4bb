"""Files of questions over pages become cases, whatever format they have.

Two formats: JSON lines (page, kind, turns, answered, must, must_not; patterns are regular expressions), and the
`checks.yaml` of owners (must_answer, must_refuse), about the page of the same name, else about the whole folder.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.checks import load_cases as load_checks
from index import Passage


@dataclass(frozen=True)
class Case:
    """One question, or a conversation whose last turn counts, and what its answer must hold."""

    name: str
    page: Path
    """One file, or a folder of content."""

    kind: str
    turns: tuple[str, ...]

    answerable: bool | None
    """None where neither an answer nor a refusal is wrong, only what the answer may not hold."""

    must: tuple[str, ...] = ()
    """Regular expressions, all of which the answer with its quotations has to match."""

    must_not: tuple[str, ...] = ()

    def is_met_by(self, text: str) -> bool:
        """Tell whether *text* holds everything that it must, and nothing that it must not."""
        flat = " ".join(text.split())
        return all(_found(pattern, flat) for pattern in self.must) and not self.is_spoilt_by(flat)

    def is_held_by(self, text: str) -> bool:
        """Tell whether *text* holds everything that the answer must, whatever else it holds."""
        flat = " ".join(text.split())
        return all(_found(pattern, flat) for pattern in self.must)

    def is_met_in_part_by(self, text: str) -> bool:
        """Tell whether *text* holds some of what it must."""
        flat = " ".join(text.split())
        return any(_found(pattern, flat) for pattern in self.must)

    def is_spoilt_by(self, text: str) -> bool:
        """Tell whether *text* holds something that it must not."""
        flat = " ".join(text.split())
        return any(_found(pattern, flat) for pattern in self.must_not)


def passage_text(passage: Passage) -> str:
    """Give all that an answer may show of a passage."""
    return " ".join([passage.title, *(cell.column for cell in passage.cells), passage.text])


def load_cases(questions: Path, pages: Path) -> list[Case]:
    """Read the cases of one file, about pages in the folder *pages*."""
    read = _from_lines if questions.suffix == ".jsonl" else _from_checks
    return list(read(questions, pages))


def _from_lines(questions: Path, pages: Path) -> Iterator[Case]:
    for line in questions.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        yield Case(
            item["id"],
            pages / item["page"],
            item["kind"],
            tuple(item["turns"]),
            item["answered"],
            tuple(item["must"]),
            tuple(item["must_not"]),
        )


def _from_checks(questions: Path, pages: Path) -> Iterator[Case]:
    page = next((path for path in sorted(pages.iterdir()) if path.stem == questions.stem and path != questions), pages)
    for number, check in enumerate(load_checks(questions), 1):
        answerable = check.expectation == "must_answer"
        must = [*map(_as_pattern, check.say), "|".join(map(_as_pattern, check.say_any))]
        yield Case(
            f"{questions.stem}-{number}",
            page,
            check.kind if answerable or check.kind.endswith("-oos") else f"{check.kind}-oos",
            check.turns,
            answerable,
            tuple(filter(None, must)),
            tuple(map(_as_pattern, check.never)),
        )


def _as_pattern(text: str) -> str:
    return r"[\s*_`]+".join(re.escape(word) for word in text.split())


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
