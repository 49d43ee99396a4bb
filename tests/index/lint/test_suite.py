"""The rules, measured: small files with seeded defects, and twins of them that are in order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
import yaml

from index.encoder import Encoder, SentenceEncoder
from index.lint import RULES, Finding, lint_folder

FILES = Path(__file__).parents[2] / "documents" / "lint"
TODAY = date(2026, 11, 25)

Place = tuple[str, int, str]
"""File, line and rule."""


def expected() -> dict[str, list[Place]]:
    """Read what has to be found, file by file."""
    table: dict[str, list[str]] = yaml.safe_load((FILES / "expected.yaml").read_text(encoding="utf-8"))
    return {file: [(file, int(line), rule) for line, rule in map(str.split, lines)] for file, lines in table.items()}


EXPECTED = expected()
CASES = sorted({file.partition("/")[0] for file in EXPECTED})
"""Each is linted alone: a file, or a folder of files that belong together."""


@dataclass(frozen=True)
class Outcome:
    """What was to be found and what was found."""

    wanted: frozenset[Place]
    found: frozenset[Place]

    @property
    def precision(self) -> float:
        return len(self.wanted & self.found) / len(self.found)

    @property
    def recall(self) -> float:
        return len(self.wanted & self.found) / len(self.wanted)


@cache
def lint_all(encoder: Encoder) -> Outcome:
    found = {place for case in CASES for place in _found(case, encoder)}
    return Outcome(frozenset(place for places in EXPECTED.values() for place in places), frozenset(found))


def _found(case: str, encoder: Encoder) -> Iterator[Place]:
    for finding in lint_folder(FILES / case, encoder, today=TODAY):
        path = finding.path if (FILES / case).is_file() else f"{case}/{finding.path}"
        yield path, finding.line, finding.rule


def test_every_file_is_in_the_table_and_the_other_way_round() -> None:
    there = {path.relative_to(FILES).as_posix() for path in FILES.rglob("*") if path.suffix in (".md", ".txt", ".rst")}

    assert there == EXPECTED.keys()


def test_the_suite_is_wide() -> None:
    seeded = Counter(rule for places in EXPECTED.values() for _, _, rule in places)

    assert len(EXPECTED) >= 60
    assert sum(not places for places in EXPECTED.values()) >= 20
    assert min(seeded[rule] for rule in RULES) >= 3
    assert {PurePosixPath(file).suffix for file, places in EXPECTED.items() if places} == {".md", ".txt", ".rst"}


def test_nearly_everything_that_was_seeded_is_found(real_encoder: SentenceEncoder) -> None:
    outcome = lint_all(real_encoder)

    assert outcome.recall >= 0.95, sorted(outcome.wanted - outcome.found)


def test_nearly_nothing_else_is_found(real_encoder: SentenceEncoder) -> None:
    outcome = lint_all(real_encoder)

    assert outcome.precision >= 0.95, sorted(outcome.found - outcome.wanted)


@pytest.mark.parametrize("file", [file for file, places in EXPECTED.items() if not places and "/" not in file])
def test_a_twin_that_is_in_order_has_no_finding(real_encoder: SentenceEncoder, file: str) -> None:
    assert [place for place in lint_all(real_encoder).found if place[0] == file] == []


def test_findings_of_the_suite_say_what_and_how(real_encoder: SentenceEncoder) -> None:
    findings: list[Finding] = [finding for case in CASES for finding in lint_folder(FILES / case, real_encoder)]

    for finding in findings:
        assert finding.message
        assert finding.message[-1] not in ".!"
        assert finding.cure[0].isupper()
        assert finding.cure[-1] not in ".!"
        assert "\n" not in finding.message + finding.cure
