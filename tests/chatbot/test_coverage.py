"""What the first screen says the content covers."""

from pathlib import Path

import pytest

from chatbot.coverage import Coverage, Topic, coverage_of
from index import SearchIndex, build_index
from tests.conftest import WordEncoder


def covered(folder: Path, **documents: str) -> Coverage:
    """Say what *documents* cover once they are indexed."""
    knowledge = folder / "knowledge"
    knowledge.mkdir()
    for name, text in documents.items():
        (knowledge / f"{name}.md").write_text(text, encoding="utf-8")
    encoder = WordEncoder()
    build_index(knowledge, folder / ".index", encoder)
    return coverage_of(SearchIndex.open(folder / ".index", encoder))


MOWERS = (
    "---\ntitle: All about mowers\nlanguage: en-GB\nupdated: 3 March 2026\n---\n\n# Lawn mowers\n\nThey cut.\n\n"
    "## Noise\n\nLoud.\n\n### At night\n\nLouder.\n\n## Price\n\nDear.\n"
)


def test_a_document_has_a_title_a_date_a_language_and_topics(tmp_path: Path) -> None:
    [part] = covered(tmp_path, mowers=MOWERS).parts

    assert (part.path, part.title, part.language, part.updated) == (
        "mowers.md",
        "All about mowers",
        "en-GB",
        "3 March 2026",
    )
    assert part.topics == (Topic("Noise", 13), Topic("Price", 21))


def test_without_front_matter_the_first_heading_is_the_title(tmp_path: Path) -> None:
    coverage = covered(tmp_path, a="# Rakes\n\nThey rake.\n\n## Wide ones\n\nRake more.\n", b="Nothing but a line.\n")

    assert [part.title for part in coverage.parts] == ["Rakes", "b.md"]
    assert [[topic.name for topic in part.topics] for part in coverage.parts] == [["Wide ones"], []]


def test_without_one_heading_above_all_others_each_is_a_topic(tmp_path: Path) -> None:
    [part] = covered(tmp_path, tools="# Rakes\n\nThey rake.\n\n# Hoes\n\nThey hoe.\n").parts

    assert [topic.name for topic in part.topics] == ["Rakes", "Hoes"]


@pytest.mark.parametrize(
    ("second", "language", "updated"),
    [
        ("language: en-GB\nupdated: 3 March 2026", "en-GB", "3 March 2026"),
        ("title: No date", "en-GB", "3 March 2026"),
        ("language: de\nupdated: 2025", "", ""),
        ('language: "><script>"', "en-GB", "3 March 2026"),
    ],
)
def test_language_and_date_are_said_of_all_where_they_agree(
    tmp_path: Path, second: str, language: str, updated: str
) -> None:
    coverage = covered(tmp_path, mowers=MOWERS, second=f"---\n{second}\n---\n\n# Second\n\nText.\n")

    assert (coverage.language, coverage.updated) == (language, updated)
