"""What docs/writing-content.md shows was really run: each page before, what `faqsimile check` says, each page after."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatbot import cli
from index import RULES

DOCUMENT = Path(__file__).parent.parent / "docs" / "writing-content.md"


@dataclass(frozen=True)
class Advice:
    """One section of the document that shows a page before and after."""

    title: str
    before: str
    told: str
    after: str


BLOCKS = re.compile(
    r"^```markdown before\n(.*?)^```\n\n```console\n(.*?)^```\n\n```markdown after\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def read_advice() -> list[Advice]:
    """Give each page before and after, under the nearest heading above it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    titles = [(found.start(), found[1]) for found in re.finditer(r"^## (.*)$", text, re.MULTILINE)]
    return [
        Advice(next(title for start, title in reversed(titles) if start < blocks.start()), *blocks.groups())
        for blocks in BLOCKS.finditer(text)
    ]


ADVICE = read_advice()


def check(page: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command on a folder of one page, and give what it prints."""
    (folder / "knowledge").mkdir(exist_ok=True)
    (folder / "knowledge" / "page.md").write_text(page, encoding="utf-8")
    with pytest.raises(SystemExit):
        cli.main(["check"])
    return capsys.readouterr().out


def test_every_rule_is_explained_and_shown() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert [rule for rule in RULES if f"`{rule}`" not in text] == []
    assert [rule for rule in RULES if not any(f"[{rule}]" in advice.told for advice in ADVICE)] == []
    assert len(ADVICE) == text.count("```markdown before") == text.count("```markdown after")


@pytest.mark.usefixtures("real_encoder")
@pytest.mark.parametrize("advice", ADVICE, ids=lambda advice: advice.title)
def test_check_says_what_the_document_shows(
    advice: Advice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert f"$ faqsimile check\n{check(advice.before, tmp_path, capsys)}" == advice.told
    assert check(advice.after, tmp_path, capsys) == "Nothing to report.\n"
