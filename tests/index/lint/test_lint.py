"""What `lint_folder` promises, on pages of all kinds."""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.chunking import split_document
from index.encoder import SentenceEncoder
from index.errors import ContentError
from index.lint import Finding, RuleName, lint_folder
from index.passages import Passage
from index.readers import read_document
from tests.conftest import WordEncoder

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "tests" / "documents" / "pages"
TODAY = date(2026, 11, 25)

Lint = Callable[..., list[Finding]]


@pytest.fixture
def lint(tmp_path: Path, encoder: WordEncoder) -> Lint:
    """Write files, given by name with "_" for the dot, and lint the folder."""

    def lint(**files: str) -> list[Finding]:
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
        return list(lint_folder(tmp_path, encoder, today=TODAY))

    return lint


def told(findings: list[Finding]) -> list[str]:
    return [f"{finding.path}:{finding.line} {finding.rule}" for finding in findings]


TABLE = "| | A | B |\n|---|---|---|\n| one | 1 | 2 |\n"


def test_findings_come_in_the_order_of_files_and_lines(lint: Lint) -> None:
    findings = lint(b_md="# B\n\nTODO: write\n\n## C\n", a_md="# A\n\nSee [this](that.md).\n\nTBD\n")

    assert told(findings) == [
        "a.md:3 broken-link",
        "a.md:5 placeholder",
        "b.md:3 placeholder",
        "b.md:5 heading-without-body",
    ]


def test_a_damaged_row_hides_neither_the_next_one_nor_anything_else(lint: Lint) -> None:
    findings = lint(a_md=f"# A\n\n{TABLE}| two | 1 |\n| three | 1 | 2 | 3 |\n| four | 5 | 6 |\n\nTODO: more\n")

    assert told(findings) == ["a.md:6 table-row-cells", "a.md:7 table-row-cells", "a.md:10 placeholder"]
    assert findings[0].message == "table row has 2 cells, the header has 3"
    assert findings[0].severity == "error"


def test_a_file_that_cannot_be_read_does_not_hide_the_others(lint: Lint, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"caf\xe9")

    findings = lint(a_md="# A\n\nTODO: write\n", c_md="# C\n\nTODO: write\n")

    assert told(findings) == ["a.md:3 placeholder", "b.txt:1 encoding", "c.md:3 placeholder"]
    assert findings[1].severity == "error"
    assert findings[1].cure == "Save the file as UTF-8"


def test_a_table_that_is_short_throughout_is_said_once(lint: Lint) -> None:
    findings = lint(a_md=f"# A\n\n{TABLE}" + "| x |\n" * 200)

    assert told(findings) == ["a.md:6 table-row-cells"]
    assert "199 more rows" in findings[0].message


def test_a_table_that_is_nothing_but_damage_is_given_up(lint: Lint) -> None:
    findings = lint(a_md=f"# A\n\n{TABLE}" + "| x | y | z | too many |\n" * 200)

    assert told(findings) == [f"a.md:{line} table-row-cells" for line in range(6, 56)]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_in_the_folder_is_a_finding(lint: Lint, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.md").symlink_to(tmp_path / "a.md")

    findings = lint(a_md="# A\n\nWords.\n")

    assert [(finding.path, finding.line, finding.rule, finding.severity) for finding in findings] == [
        ("sub/b.md", 1, "unreadable", "error")
    ]


def test_a_folder_that_is_not_there_or_empty_is_no_finding(tmp_path: Path, encoder: WordEncoder) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ContentError):
            lint_folder(folder, encoder)


def test_content_in_order_loads_no_encoder(lint: Lint) -> None:
    class Unusable(WordEncoder):
        def encode(self, *_: object, **__: object) -> list:  # type: ignore[type-arg]
            raise AssertionError("not needed")

    assert list(lint_folder(ROOT / "knowledge", Unusable(), today=TODAY)) == []


@pytest.mark.parametrize(
    ("written", "is_old"),
    [
        ("2024-11-25", True),
        ("2024-11-26", False),
        ("November 2024", False),
        ("October 2024", True),
        ("3 October 2024", True),
        ("October 3, 2024", True),
        ("2024", False),
        ("2023", True),
        ("10/2024", True),
        ("03.10.2024", True),
        ("2031-01-01", False),
        ("2024-13-01", False),
        ("spring", False),
    ],
)
def test_a_date_is_old_from_24_months_on(lint: Lint, written: str, is_old: bool) -> None:
    assert told(lint(a_md=f"---\nupdated: {written}\n---\n# A\n\nWords.\n")) == ["a.md:2 stale-date"] * is_old


def test_what_counts_as_old_can_be_chosen(tmp_path: Path, encoder: WordEncoder) -> None:
    (tmp_path / "a.md").write_text("# A\n\nAs of May 2026, all is well.\n", encoding="utf-8")

    assert lint_folder(tmp_path, encoder, today=TODAY) == ()
    assert [finding.rule for finding in lint_folder(tmp_path, encoder, today=TODAY, months=5)] == ["stale-date"]


def test_the_page_that_ships_is_in_order(real_encoder: SentenceEncoder) -> None:
    assert lint_folder(ROOT / "knowledge", real_encoder, today=TODAY) == ()


def test_the_starter_is_in_order(real_encoder: SentenceEncoder) -> None:
    assert lint_folder(ROOT / "chatbot" / "starter" / "knowledge", real_encoder, today=TODAY) == ()


def test_pages_of_other_writers_have_the_two_gaps_that_they_were_given(real_encoder: SentenceEncoder) -> None:
    assert told(list(lint_folder(PAGES, real_encoder, today=TODAY))) == [
        "bicycle-shop.md:51 empty-cell",
        "password-managers.md:24 table-row-cells",
    ]


def test_both_defects_of_the_published_page_are_found_and_nothing_else(
    shared: Path, real_encoder: SentenceEncoder
) -> None:
    findings = lint_folder(shared / "pages" / "tensorflow-vs-pytorch.txt", real_encoder, today=TODAY)

    assert [(finding.line, finding.rule) for finding in findings] == [(5, "table-row-cells"), (30, "lost-unit")]


def test_real_pages_have_few_findings_and_no_error_but_one(shared: Path, real_encoder: SentenceEncoder) -> None:
    findings = lint_folder(shared / "pages", real_encoder, today=TODAY)

    assert [finding.path for finding in findings if finding.severity == "error"] == ["tensorflow-vs-pytorch.txt"]
    assert len(findings) <= 15


def a_cell_emptied(text: str) -> str:
    """Empty the first cell of the last row of the largest table in which every row is full."""
    tables: dict[str, list[Passage]] = defaultdict(list)
    for passage in split_document(read_document(text, "a.md")):
        if passage.kind == "row":
            tables[f"{passage.source.heading}{[cell.column for cell in passage.cells]}"].append(passage)
    full = [rows for rows in tables.values() if all(cell.text for row in rows for cell in row.cells)]
    if not full:
        return text
    cell = max(full, key=len)[-1].cells[0]
    return text[: cell.start] + text[cell.end :]


def questions_of(text: str) -> list[Passage]:
    return [passage for passage in split_document(read_document(text, "a.md")) if passage.kind == "question"]


def an_answer_deleted(text: str) -> str:
    for passage in questions_of(text)[-1:]:
        text = text[: passage.source.start] + text[passage.source.end :]
    return text


def a_question_repeated(text: str) -> str:
    """Ask a question that needs no heading above it once more, at the end, with another answer."""
    titles = [passage.title for passage in questions_of(text) if len(passage.title.split()) > 5]
    return f"{text.rstrip()}\n\n## {titles[0]}\n\nNobody knows, to be frank.\n" if titles else text


def a_link_broken(text: str) -> str:
    return f"{text.rstrip()}\n\nMore is [here](another-page.md) and [there](#no-such-heading).\n"


def a_letter_hidden(text: str) -> str:
    return re.sub(r"(\n\n\w+ \w)(\w)", "\\1\u200b\\2", text, count=1)


def letters_damaged(text: str) -> str:
    return (
        f"{text.rstrip()}\n\nThat’s the café’s own “recipe”.\n".encode()
        .decode("cp1252", errors="replace")
        .replace("\ufffd", "")
    )


SEEDS: dict[str, tuple[Callable[[str], str], set[RuleName]]] = {
    "a cell emptied": (a_cell_emptied, {"empty-cell", "table-row-cells"}),
    "an answer deleted": (an_answer_deleted, {"question-without-answer"}),
    "a question repeated": (a_question_repeated, {"duplicate-question"}),
    "a link broken": (a_link_broken, {"broken-link", "broken-anchor"}),
    "a letter hidden": (a_letter_hidden, {"encoding"}),
    "letters damaged": (letters_damaged, {"encoding"}),
}


SEEDED = [
    pytest.param(page, spoiled, rules, id=f"{page.stem}: {seed}")
    for page in sorted(PAGES.glob("*.md"))
    for seed, (spoil, rules) in SEEDS.items()
    if (spoiled := spoil(page.read_text(encoding="utf-8"))) != page.read_text(encoding="utf-8")
]


def test_most_defects_can_be_seeded_into_most_pages() -> None:
    assert len(SEEDED) >= 32


@pytest.mark.parametrize(("page", "spoiled", "rules"), SEEDED)
def test_a_defect_seeded_into_another_writer_s_page_is_found(
    tmp_path: Path, real_encoder: SentenceEncoder, page: Path, spoiled: str, rules: set[RuleName]
) -> None:
    (tmp_path / page.name).write_text(spoiled, encoding="utf-8")

    before = Counter(finding.rule for finding in lint_folder(page, real_encoder, today=TODAY))
    after = Counter(finding.rule for finding in lint_folder(tmp_path, real_encoder, today=TODAY))

    assert (after - before).keys() & rules
    assert (after - before).keys() <= rules


LINES = st.sampled_from(
    """\
# Title|## Is it so?|### Deep|Setext|===|---|**Can I?**|Q: What?|A: That.|<details>|</details>|<summary>Why?</summary>
Words here, 5 of Pune jobs.|50% of Pune jobs.|- item one. It takes 3 days.|It takes 5 days.|```|~~~|    code|***
<img src=x>|![](x.png)|[a](b.md#c)|[a](#title)|[a]()|[a]: b.md|<a href='x.md'>|`x <y.md>`_|.. image:: x.png|   :alt: y
:doc:`z`|{{ y }}|{% if x %}|TODO: x|TBD|xxx|insert the name here|[your name]|GitHub and Github|Hugging Face HuggingFace
As of 2019, yes.|Last updated: 99/2020|updated: 2000|<!-- c|-->|[insert|]|(((|[[[|&amp;|Donâ€™t|é 漢字。文！
$5 - 6$ of|1.2.3.4 of a b|²³ of x y|۵ days of x y|100-200% of x y
\ufeff|tab\there|word\u200bword\u200d|\x0c\x00|\ufffd""".replace("\n", "|").split("|")
)
TABLES = st.sampled_from(
    [
        "| a | b |\n|---|---|\n| 1 | `x|y` |\n| 2 | |\n| 3 kg | 4 kg |\n| 5 kg | 6 |",
        "a | b\n-|-\n1 | 2 | 3",
        "| a | b |\n|---|\n| 1 | 2 |",
        "> | a | b |\n> |---|---|\n> | 1 |",
        "| a |\n| b | c |\n| d |",
        "+---+---+\n| a | b |\n+===+===+\n| 1 |   |\n+---+---+",
    ]
)
TEXTS = st.lists(st.one_of(LINES, LINES, LINES, TABLES), max_size=30).map("\n".join)


@given(text=st.one_of(TEXTS, st.text(max_size=200)), suffix=st.sampled_from([".md", ".mdx", ".txt", ".rst"]))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_never_raises_and_always_names_a_line_that_is_there(tmp_path: Path, text: str, suffix: str) -> None:
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / f"a{suffix}").write_bytes(text.encode("utf-8", errors="surrogatepass"))

    findings = lint_folder(tmp_path, WordEncoder(), today=TODAY)

    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= finding.line <= lines for finding in findings)
    assert list(findings) == sorted(findings, key=lambda finding: finding.place)
    assert findings == lint_folder(tmp_path, WordEncoder(), today=TODAY)
