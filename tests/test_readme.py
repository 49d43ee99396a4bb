"""The README's Python blocks run, one after the other, and print what they say."""

import ast
import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ (faqsimile \w+|make \w+|python -m \w+)", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_readme_shows_python() -> None:
    assert len(BLOCKS) >= 2


@pytest.mark.usefixtures("real_encoder")
def test_readme_blocks_print_what_they_say(knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(knowledge.parent)
    names: dict[str, Any] = {}

    for block in BLOCKS:
        for code, expected in _steps(block):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(code, README.name, "exec"), names)
            if expected:
                _compare(printed.getvalue().rstrip().splitlines(), expected, code)


def _steps(block: str) -> list[tuple[str, list[str]]]:
    """Cut a block into statements, each with the output that stands below it: lines beginning with "# "."""
    lines = block.splitlines()
    steps = []
    for statement in ast.parse(block).body:
        end = statement.end_lineno or statement.lineno
        expected = []
        for line in lines[end:]:
            if not line.startswith("# "):
                break
            expected.append(line.removeprefix("# "))
        steps.append(("\n".join(lines[statement.lineno - 1 : end]), expected))
    return steps


def _compare(printed: list[str], expected: list[str], code: str) -> None:
    """Compare line by line; a line that ends in … up to there, and where it is the last, what follows is left out."""
    for line, wanted in zip(printed, expected, strict=False):
        if wanted.endswith("…"):
            assert line.startswith(wanted[:-1]), code
        else:
            assert line == wanted, code
    assert len(printed) == len(expected) or (len(printed) > len(expected) and expected[-1].endswith("…")), code


def test_readme_begins_with_the_two_commands() -> None:
    assert COMMANDS[:2] == ["make chat", "make test"]


def test_every_command_of_the_readme_is_there() -> None:
    from chatbot import cli

    known = {
        f"faqsimile {command.name or getattr(command.callback, '__name__', '')}"
        for command in cli.app.registered_commands
    }
    named = {command for command in COMMANDS if command.startswith("faqsimile")}

    assert named == known
