"""What is known of offers is kept whole, and forgotten with the index that it was found out about."""

from pathlib import Path

import pytest

from chatbot.offers import FILE, load_tried, save_tried, spread


def test_what_was_found_out_is_found_again(tmp_path: Path) -> None:
    save_tried(tmp_path, "gen-1", {"Is it light?": True, "Is it ü?": False})

    assert load_tried(tmp_path, "gen-1") == {"Is it light?": True, "Is it ü?": False}
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_of_another_index_nothing_is_known(tmp_path: Path) -> None:
    save_tried(tmp_path, "gen-1", {"Is it light?": True})

    assert load_tried(tmp_path, "gen-2") == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "gen-1"}', '{"key": "gen-1", "tried": 3}', "\ufffd"])
def test_what_cannot_be_read_is_as_good_as_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")

    assert load_tried(tmp_path, "gen-1") == {}


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    save_tried(tmp_path / "gone", "gen-1", {"Is it light?": True})

    assert load_tried(tmp_path / "gone", "gen-1") == {}


def test_every_group_has_its_turn() -> None:
    assert spread([["a", "b", "c"], ["d"], [], ["e", "a", "f"]]) == ["a", "d", "e", "b", "c", "f"]
