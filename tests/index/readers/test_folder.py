import hashlib
import os
from pathlib import Path

import pytest

from index.errors import ContentError
from index.readers import list_sources, read_folder, read_text

DOCUMENTS = Path(__file__).parents[2] / "documents"


def test_reads_every_content_file_sorted_by_path(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.txt", "b/z.md", "b.markdown", "checks.yaml", "README.md", ".hidden.md"):
        (tmp_path / name).write_text("Words.\n", encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.md").write_text("Words.\n", encoding="utf-8")

    documents, sources = read_folder(tmp_path)

    assert [document.path for document in documents] == ["b.markdown", "b/z.md", "c.txt"]
    assert sources == list_sources(tmp_path)
    assert sources[0].sha256 == hashlib.sha256(b"Words.\n").hexdigest()
    assert sources[0].size == 7


def test_reads_a_single_file_that_is_named_itself(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# Title\n", encoding="utf-8")

    documents, _ = read_folder(page)

    assert [document.path for document in documents] == ["README.md"]


def test_a_missing_folder_is_an_error_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"nowhere: there is no such folder.*faqsimile init"):
        read_folder(tmp_path / "nowhere")


def test_a_folder_without_content_is_an_error_that_names_the_suffixes(tmp_path: Path) -> None:
    (tmp_path / "checks.yaml").write_text("[]", encoding="utf-8")

    with pytest.raises(ContentError, match=r"holds no content.*\.md"):
        read_folder(tmp_path)


def test_a_file_of_another_kind_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.exe").write_bytes(b"MZ")

    with pytest.raises(ContentError, match="not a kind of file"):
        read_folder(tmp_path / "page.exe")


def test_a_file_that_is_not_utf8_is_an_error_with_byte_and_line() -> None:
    with pytest.raises(ContentError, match=r"latin-1\.md:1: not UTF-8: byte 5 is 0xe9\. Save the file as UTF-8"):
        read_text(DOCUMENTS / "latin-1.md")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no links")
def test_links_are_refused_and_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n", encoding="utf-8")
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "page.md").symlink_to(secret)

    with pytest.raises(ContentError, match=r"page\.md: is a link"):
        read_folder(folder)

    (folder / "page.md").unlink()
    (folder / "more").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(ContentError, match=r"more: is a link"):
        read_folder(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_at_once_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.md")

    with pytest.raises(ContentError, match="is not a regular file"):
        read_folder(tmp_path)


def test_a_file_over_the_limit_is_refused_with_the_limit_named(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(b"a" * 10_000_001)

    with pytest.raises(ContentError, match=r"has 10\.0 MB, the limit is 10 MB"):
        list_sources(tmp_path)


def test_line_ends_become_newlines_and_nothing_else_changes() -> None:
    text = read_text(DOCUMENTS / "windows-lines.md")

    assert text == "# Tea\n\nGreen tea\nis not fermented.\n\n- one\n- two\n"
    assert text == (DOCUMENTS / "windows-lines.md").read_text(encoding="utf-8")
