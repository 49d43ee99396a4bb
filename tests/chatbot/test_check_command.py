"""`faqsimile check`, as its users see it."""

import json
from pathlib import Path

import pytest

from chatbot import cli

GOOD = "# Bikes\n\nThe shop is open on weekdays.\n"
WARNED = f"{GOOD}\n## Repairs\n\nTODO: prices\n"
DAMAGED = f"{WARNED}\n| | City | Race |\n|---|---|---|\n| Gears | 7 |\n| Weight | 17 kg | 8 kg |\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder of content; the command runs in the folder around it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "knowledge").mkdir()
    return tmp_path / "knowledge"


def check(*arguments: str) -> int:
    """Run the command and give its exit code."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", *arguments])
    return int(caught.value.code or 0)


def test_content_in_order_has_exit_code_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bikes.md").write_text(GOOD, encoding="utf-8")

    assert check() == 0
    assert capsys.readouterr() == ("Nothing to report.\n", "")


def test_warnings_alone_have_exit_code_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bikes.md").write_text(WARNED, encoding="utf-8")

    assert check() == 0
    out, _ = capsys.readouterr()
    assert out.startswith("knowledge/bikes.md:7: warning: “TODO” stands where something else was to be written [placeh")
    assert out.endswith("\nFound 1 warning.\n")


def test_errors_have_exit_code_1_and_the_rest_is_told_as_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bikes.md").write_text(DAMAGED, encoding="utf-8")

    assert check(str(folder)) == 1
    out, err = capsys.readouterr()
    assert "knowledge/bikes.md:7: warning: " in out
    assert "knowledge/bikes.md:11: error: table row has 2 cells, the header has 3 [table-row-cells]\n" in out
    assert out.endswith("Found 1 error, 1 warning.\n")
    assert err == ""


@pytest.mark.parametrize("arguments", [["nowhere"], ["--format", "xml"], ["--no-such-option"]])
def test_wrong_use_has_exit_code_2(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert check(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert arguments[-1] in err


def test_a_folder_without_content_has_exit_code_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check() == 2
    assert capsys.readouterr().err.startswith("faqsimile: knowledge: the folder holds no content.")


def test_json_and_sarif_can_be_piped_into_a_program(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bikes.md").write_text(DAMAGED, encoding="utf-8")

    assert check("--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["counts"] == {"error": 1, "warning": 1, "note": 0}
    assert check("--format", "sarif") == 1
    assert len(json.loads(capsys.readouterr().out)["runs"][0]["results"]) == 2


def test_github_gets_commands_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bikes.md").write_text(DAMAGED, encoding="utf-8")

    assert check("--format", "github") == 1
    assert [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()] == ["::warning", "::error"]

    (folder / "bikes.md").write_text(GOOD, encoding="utf-8")

    assert check("--format", "github") == 0
    assert capsys.readouterr().out == ""
