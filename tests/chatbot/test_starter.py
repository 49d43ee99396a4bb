"""The example that `faqsimile init` copies."""

from pathlib import Path

import pytest

from chatbot.checks import load_cases
from chatbot.starter import STARTER_FILES, StarterError, copy_starter


def test_copies_a_page_and_its_checks_into_a_folder_that_did_not_exist(tmp_path: Path) -> None:
    folder = tmp_path / "sites" / "mine"

    written = copy_starter(folder)

    assert written == [folder / "knowledge" / "example.md", folder / "knowledge" / "checks.yaml"]
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(written)
    assert "# Juniper Lane Pottery" in written[0].read_text(encoding="utf-8")


def test_what_it_copies_are_all_the_files_that_ship() -> None:
    import chatbot.starter

    shipped = Path(chatbot.starter.__file__).parent
    found = {path.relative_to(shipped).as_posix() for path in (shipped / "knowledge").rglob("*") if path.is_file()}

    assert found == set(STARTER_FILES)


def test_the_checks_it_copies_can_be_loaded(tmp_path: Path) -> None:
    checks = load_cases(copy_starter(tmp_path)[1])

    assert {case.expectation for case in checks} == {"must_answer", "must_refuse"}


@pytest.mark.parametrize("name", STARTER_FILES)
def test_overwrites_nothing_and_then_writes_nothing(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")

    with pytest.raises(StarterError) as caught:
        copy_starter(tmp_path)

    assert str(caught.value) == (
        f"{mine}: is there already, and nothing is overwritten. Choose another folder with: faqsimile init FOLDER"
    )
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_leaves_the_other_files_of_a_folder_alone(tmp_path: Path) -> None:
    other = tmp_path / "knowledge" / "prices.md"
    other.parent.mkdir()
    other.write_text("# Prices\n", encoding="utf-8")

    copy_starter(tmp_path)

    assert other.read_text(encoding="utf-8") == "# Prices\n"


def test_says_so_when_a_file_stands_where_the_folder_should(tmp_path: Path) -> None:
    blocked = tmp_path / "notes"
    blocked.write_text("a file", encoding="utf-8")

    with pytest.raises(StarterError, match=r"notes.*Choose another folder with: faqsimile init FOLDER"):
        copy_starter(blocked)
