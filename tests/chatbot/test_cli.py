"""The command line, as its users see it: what it prints, where, and with which exit code."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import index.__main__
from chatbot import cli
from index import Encoder

PAGE = """\
# Juniper Bikes

| Factor | City bike | Racing bike |
|---|---|---|
| Weight | 17 kg | 8 kg |
| Price | 900 euros | 2,400 euros |
| Gears | 7 | 22 |
| Brakes | Drum | Disc |
| Frame | Steel | Carbon |

## Questions

### When is the workshop open?

The workshop is open from Tuesday to Saturday.

### Do you repair electric bikes?

Yes, except for batteries.
"""

CHECKS = """\
must_answer:
  - ask: When is the workshop open?
    say: ["Tuesday to Saturday"]
must_refuse:
  - ask: Who won the chess championship in 1972?
"""


@dataclass
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line here, without a process of its own."""

    def run(*arguments: str | Path, typed: str = "") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as caught:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(int(caught.value.code or 0), out, err)

    return run


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a small folder of content; commands run in the folder around it."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "bikes.md").write_text(PAGE, encoding="utf-8")
    (folder / "checks.yaml").write_text(CHECKS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


COMMANDS = ["chat", "ask", "build", "check", "test", "init", "mcp", "doctor", "rollback"]


def test_help_names_every_command(run: Run) -> None:
    outcome = run("--help")

    assert outcome.code == 0
    assert [command for command in COMMANDS if not re.search(rf"^  {command} ", outcome.out, re.MULTILINE)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    outcome = run(command, "--help")

    assert outcome.code == 0
    assert f"Usage: faqsimile {command}" in outcome.out or f" {command} [OPTIONS]" in outcome.out


def test_tells_its_version(run: Run) -> None:
    outcome = run("--version")

    assert outcome.code == 0
    assert re.fullmatch(r"faqsimile (\d+\.\d+\.\d+\S*|\(a checkout that is not installed\))\n", outcome.out)


@pytest.mark.parametrize("arguments", [["chatt"], ["ask"], ["chat", "--port", "none"], ["chat", "--port", "0"]])
def test_wrong_use_has_exit_code_2_and_names_help(run: Run, arguments: list[str]) -> None:
    outcome = run(*arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert "--help" in outcome.err


def test_init_gives_a_folder_and_the_next_command(run: Run, tmp_path: Path) -> None:
    outcome = run("init", tmp_path / "mine")

    assert outcome.code == 0
    assert (tmp_path / "mine" / "knowledge" / "example.md").is_file()
    assert outcome.out.endswith(f"Try it with: faqsimile chat {tmp_path / 'mine' / 'knowledge'}\n")


def test_init_never_writes_over_what_is_there(run: Run, pages: Path, tmp_path: Path) -> None:
    run("init", tmp_path)

    outcome = run("init", tmp_path)

    assert outcome.code == 2
    assert "is there already" in outcome.err
    assert (pages / "bikes.md").read_text(encoding="utf-8") == PAGE


@pytest.mark.parametrize("command", [["chat"], ["build"], ["test"], ["ask", "What?", "--knowledge"]])
def test_a_folder_that_is_not_there_is_one_line(run: Run, tmp_path: Path, command: list[str]) -> None:
    missing = tmp_path / "nowhere"

    outcome = run(*command, missing)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"faqsimile: There is no folder {missing}. Name the folder of your content, or start one: faqsimile init DIR\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_bad_setting_is_one_line(run: Run, pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_PORT", "many")

    outcome = run("chat")

    assert outcome.code == 2
    assert outcome.err == (
        "faqsimile: FAQSIMILE_PORT=many is not a port, a whole number from 1 to 65535. "
        "Set it like this: FAQSIMILE_PORT=7860\n"
    )


def test_an_unknown_setting_is_one_line_and_no_error(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_PROT", "80")

    outcome = run("test", tmp_path, "--checks", tmp_path / "none.yaml")

    assert outcome.err.splitlines()[0] == "faqsimile: FAQSIMILE_PROT is no setting. Did you mean FAQSIMILE_PORT?"
    assert outcome.err.count("FAQSIMILE_PROT") == 1


def test_content_that_says_nothing_leaves_no_index_behind(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "knowledge"
    empty.mkdir()

    outcome = run("build", empty)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"faqsimile: {empty}: ")
    assert outcome.err.count("\n") == 1
    assert not [file for file in tmp_path.rglob("*") if file.suffix in (".faiss", ".npy", ".json", ".jsonl")]


def test_checks_that_are_not_there_are_one_line(run: Run, pages: Path) -> None:
    (pages / "checks.yaml").unlink()

    outcome = run("test")

    assert outcome.code == 2
    assert outcome.err.startswith(f"faqsimile: {Path('knowledge') / 'checks.yaml'}: there is no such file.")
    assert outcome.err.count("\n") == 1


def test_where_there_is_no_index_there_is_nothing_to_go_back_from(run: Run, pages: Path) -> None:
    outcome = run("rollback")

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "faqsimile: No index in .index. Build it with: faqsimile build\n"
    assert not (pages.parent / ".index").exists()


@pytest.mark.usefixtures("real_encoder")
class TestWithTheRealEncoder:
    """Commands that read content."""

    def test_build_says_what_was_read_encoded_and_known_before(self, run: Run, pages: Path) -> None:
        first = run("build")
        second = run("build")

        assert (first.code, second.code) == (0, 0)
        assert re.match(r"Read 1 document: 7 passages, \d+ views\.\nEncoded [1-9]\d* views, reused \d+\.\n", first.out)
        assert re.match(r"Read 1 document: 7 passages, (\d+) views\.\nEncoded 0 views, reused \1\.\n", second.out)
        assert first.out.endswith("The index is in .index.\n")
        assert (pages.parent / ".index").is_dir()

    def test_build_points_at_doubtful_content_by_file_and_line(self, run: Run, pages: Path) -> None:
        (pages / "bikes.md").write_text(PAGE.replace("| 17 kg | 8 kg |", "| 8 kg | |"), encoding="utf-8")

        outcome = run("build")

        assert outcome.code == 0
        assert re.search(r"^bikes\.md:5: .*Weight.*City bike", outcome.out, re.MULTILINE)

    def test_rollback_goes_back_to_the_index_before(self, run: Run, pages: Path) -> None:
        run("build")
        (pages / "bikes.md").write_text(PAGE.replace("Tuesday", "Monday"), encoding="utf-8")
        run("build")
        outcome = run("rollback")

        assert outcome.code == 0
        assert re.fullmatch(
            r"\.index: gen-000001-[0-9a-f]{8} is current again\. The next build takes the content as it is then\.\n",
            outcome.out,
        )

    def test_ask_prints_the_answer_and_where_it_stands(self, run: Run, pages: Path) -> None:
        outcome = run("ask", "When is the workshop open?")

        assert outcome.code == 0
        assert "The workshop is open from Tuesday to Saturday. [1]" in outcome.out
        assert "[1] bikes.md:15 › Juniper Bikes › Questions › When is the workshop open?" in outcome.out

    def test_ask_says_what_the_content_never_mentions(self, run: Run, pages: Path) -> None:
        outcome = run("ask", "Who won the chess championship in 1972?")

        assert outcome.code == 0
        assert "[1]" not in outcome.out

    def test_ask_gives_json_with_offsets_that_hold(self, run: Run, pages: Path) -> None:
        outcome = run("ask", "--json", "Do you repair electric bikes?")

        answer = json.loads(outcome.out)
        assert answer["verdict"] == "answered"
        for citation in answer["citations"]:
            assert PAGE[citation["source"]["start"] : citation["source"]["end"]] == citation["quote"]

    def test_ask_reads_the_question_from_standard_input(self, run: Run, pages: Path) -> None:
        outcome = run("ask", "-", typed="When is the workshop open?\n")

        assert outcome.code == 0
        assert "The workshop is open from Tuesday to Saturday. [1]" in outcome.out

    def test_the_same_question_gets_the_same_answer_byte_for_byte(self, run: Run, pages: Path) -> None:
        first, second = (run("ask", "--json", "When is the workshop open?") for _ in range(2))

        assert (first.code, second.code) == (0, 0)
        assert first.out == second.out

    @pytest.mark.parametrize("question", ["", "   ", "w" * 1001])
    def test_a_question_that_cannot_be_asked_is_one_line(self, run: Run, pages: Path, question: str) -> None:
        outcome = run("ask", question)

        assert (outcome.code, outcome.out) == (2, "")
        assert re.search(r"(^|\n)faqsimile: The question .+\n$", outcome.err)

    def test_checks_that_pass_have_exit_code_0(self, run: Run, pages: Path) -> None:
        outcome = run("test")

        assert (outcome.code, "Passed." in outcome.out) == (0, True)

    def test_checks_below_their_bar_have_exit_code_1(self, run: Run, pages: Path) -> None:
        wrong = CHECKS.replace("Tuesday to Saturday", "Sunday")
        (pages / "wrong.yaml").write_text(wrong, encoding="utf-8")

        outcome = run("test", "--checks", pages / "wrong.yaml")

        assert outcome.code == 1
        assert "Below the bar." in outcome.out
        assert "wrong.yaml:2: When is the workshop open?" in outcome.out

    def test_the_starter_passes_its_own_checks(self, run: Run, tmp_path: Path) -> None:
        run("init", tmp_path)

        assert run("test", tmp_path / "knowledge").code == 0

    def test_python_m_index_builds_the_same_index(self, run: Run, pages: Path, real_encoder: Encoder) -> None:
        run("build", "--index", "one")

        assert index.__main__.main(["knowledge", "--index", "two"]) == 0
        vectors = [sorted(Path(place).rglob("*.faiss")) for place in ("one", "two")]
        assert [file.read_bytes() for file in vectors[0]] == [file.read_bytes() for file in vectors[1]]


def test_python_m_index_tells_errors_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "knowledge").mkdir()

    assert index.__main__.main([str(tmp_path / "knowledge")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("module", "usage"), [("chatbot", "chat [OPTIONS]"), ("index", "python -m index")])
def test_both_packages_are_commands(module: str, usage: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent.parent,
        check=True,
    )

    assert usage in done.stdout


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)

    with cli.shown_progress() as progress:
        for second in range(12):
            now = 100.0 + second
            progress("Encoding", second, 12)

    assert capsys.readouterr().err == "Encoding: 1 of 12\nEncoding: 6 of 12\nEncoding: 11 of 12\n"


@pytest.mark.skipif(not shutil.which("script"), reason="no script command to make a terminal with")
def test_progress_is_a_bar_on_a_terminal() -> None:
    program = (
        "import time; from chatbot.cli import shown_progress\n"
        "with shown_progress() as progress:\n"
        "    for second in range(4): progress('Encoding', second, 4); time.sleep(0.5)"
    )
    done = subprocess.run(
        ["script", "-qec", f'{sys.executable} -c "{program}"', "/dev/null"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        check=True,
    )

    assert "Encoding" in done.stdout
    assert "━" in done.stdout
