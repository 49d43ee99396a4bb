"""Going back to the generation before."""

from pathlib import Path

import pytest

from index import IndexMissingError, NoWayBackError, SearchIndex, build_index, current_name, go_back
from tests.conftest import WordEncoder

OPEN, SHUT = "# Workshop\n\nOpen on Monday.\n", "# Workshop\n\nShut on Monday.\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    return folder / "page.md"


@pytest.fixture
def folder(page: Path, encoder: WordEncoder) -> Path:
    """Give an index that was built twice: open first, then shut."""
    folder = page.parent.parent / ".index"
    for text in (OPEN, SHUT):
        build(page, folder, text, encoder)
    return folder


def build(page: Path, folder: Path, text: str, encoder: WordEncoder) -> None:
    page.write_text(text, encoding="utf-8")
    build_index(page.parent, folder, encoder)


def said(folder: Path, encoder: WordEncoder) -> str:
    return SearchIndex.open(folder, encoder).passages[0].text


def test_answers_come_from_the_generation_before(folder: Path, encoder: WordEncoder) -> None:
    before = said(folder, encoder)
    name = go_back(folder)

    assert (before, said(folder, encoder)) == ("Shut on Monday.", "Open on Monday.")
    assert name == current_name(folder)


def test_there_is_one_way_back_and_then_none(folder: Path, encoder: WordEncoder) -> None:
    go_back(folder)

    with pytest.raises(NoWayBackError, match="Put the content back as it was, then build it with: faqsimile build"):
        go_back(folder)
    assert said(folder, encoder) == "Open on Monday."


def test_the_next_build_takes_the_content_as_it_is(folder: Path, page: Path, encoder: WordEncoder) -> None:
    go_back(folder)
    build_index(page.parent, folder, encoder)

    assert said(folder, encoder) == "Shut on Monday."
    go_back(folder)
    assert said(folder, encoder) == "Open on Monday."


def test_a_damaged_generation_is_no_way_back(folder: Path, encoder: WordEncoder) -> None:
    earlier = min(folder.glob("gen-*")) / "passages.jsonl"
    earlier.write_bytes(earlier.read_bytes() + b" ")
    current = current_name(folder)

    with pytest.raises(NoWayBackError):
        go_back(folder)
    assert current_name(folder) == current


def test_where_the_pointer_is_damaged_the_newest_whole_generation_is_taken(folder: Path, encoder: WordEncoder) -> None:
    (folder / "CURRENT").write_text("nonsense", encoding="ascii")
    go_back(folder)

    assert said(folder, encoder) == "Shut on Monday."


def test_where_there_is_no_index_there_is_none_to_go_back_from(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        go_back(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
