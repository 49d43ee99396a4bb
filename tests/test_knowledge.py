"""The pages and questions that ship, and those made for the tests, fit together."""

from pathlib import Path

import pytest

import chatbot.starter
from chatbot.checks import Case, load_cases
from chatbot.evaluation import says
from index.chunking import split_document
from index.readers import read_folder

ROOT = Path(__file__).parent.parent
STARTER = Path(chatbot.starter.__file__).parent / "knowledge"
PAGES = ROOT / "tests" / "documents" / "pages"
QUESTIONS = sorted((ROOT / "tests" / "questions").glob("*.yaml"))
SETS = [
    (ROOT / "knowledge" / "checks.yaml", ROOT / "knowledge" / "tensorflow-vs-pytorch.md"),
    (STARTER / "checks.yaml", STARTER / "example.md"),
    *((checks, PAGES / f"{checks.stem}.md") for checks in QUESTIONS),
]
CASES = [
    pytest.param(case, page, id=f"{checks.parent.parent.name}/{checks.stem}:{case.line}")
    for checks, page in SETS
    for case in load_cases(checks)
]


@pytest.mark.parametrize(("case", "page"), CASES)
def test_what_an_answer_has_to_say_stands_on_the_page(case: Case, page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert [fact for fact in (*case.say, *case.say_any) if not says(text, fact)] == []


@pytest.mark.parametrize(("case", "page"), CASES)
def test_what_a_refusal_names_stands_in_the_question_and_not_on_the_page(case: Case, page: Path) -> None:
    if case.missing:
        assert case.missing.casefold() in case.turns[-1].casefold()
        assert case.missing.casefold() not in page.read_text(encoding="utf-8").casefold()


def test_no_question_is_asked_twice() -> None:
    asked = [(page, case.turns) for checks, page in SETS for case in load_cases(checks)]

    assert len(set(asked)) == len(asked)


def test_the_shipped_page_has_nine_rows_and_four_questions() -> None:
    documents, _ = read_folder(ROOT / "knowledge")
    passages = [passage for document in documents for passage in split_document(document)]

    assert [passage.title for passage in passages if passage.kind == "row"] == [
        "Backed by (the company or foundation behind it)",
        "Share of Pune ML postings (2026)",
        "Best suited to",
        "Graph model",
        "Learning curve for beginners",
        "Tools for production deployment",
        "Mobile and edge deployment",
        "LLM and agentic AI ecosystem",
        "Effect on a fresher's salary in Pune",
    ]
    assert [passage.title for passage in passages if passage.kind == "question"] == [
        "Should a beginner learn TensorFlow and PyTorch at the same time?",
        "Does JAX help to get an ML job in Pune in 2026?",
        "Is HuggingFace a framework or a library?",
        "How much CUDA and GPU programming do ML jobs in Pune require?",
    ]
    assert all(cell.text and not cell.doubt for passage in passages for cell in passage.cells)


def test_the_shipped_checks_are_many_and_of_both_kinds() -> None:
    expectations = [case.expectation for case in load_cases(ROOT / "knowledge" / "checks.yaml")]

    assert expectations.count("must_answer") >= 50
    assert expectations.count("must_refuse") >= 30
