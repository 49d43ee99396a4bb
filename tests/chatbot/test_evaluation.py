"""The owner's questions: what counts as right, how a conversation is judged, how the report reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from chatbot.answers import Answer, Citation
from chatbot.checks import Case, Checks, Expectation
from chatbot.errors import QuestionError
from chatbot.evaluation import Report, evaluate, find_problems, says
from index import Source


def answered(text: str, *quotes: str) -> Answer:
    citations = tuple(
        Citation(number, quote, Source("page.md", (), 1, 1, 0, len(quote))) for number, quote in enumerate(quotes, 1)
    )
    return Answer("?", "answered", text, citations, confidence=0.9)


def refused(reason: str) -> Answer:
    return Answer("?", "not_covered", "The page does not say.", reason=reason)


def must_answer(*turns: str, say: tuple[str, ...] = (), never: tuple[str, ...] = (), kind: str = "") -> Case:
    return Case(turns, "must_answer", say=say, never=never, kind=kind)


def must_refuse(*turns: str, missing: str = "") -> Case:
    return Case(turns, "must_refuse", missing=missing)


@dataclass
class ScriptedTalk:
    """Answers from a table of what was asked in this conversation so far."""

    answers: Mapping[tuple[str, ...], Answer]
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str, /) -> Answer:
        if len(question) > 1000:
            raise QuestionError("the question is too long")
        self.asked.append(question)
        return self.answers.get(tuple(self.asked), refused("the page never mentions it"))


@dataclass(frozen=True)
class ScriptedBot:
    answers: Mapping[tuple[str, ...], Answer]

    def conversation(self) -> ScriptedTalk:
        return ScriptedTalk(self.answers)


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("4-6 weeks", "needs **4-6\n   Weeks** to adapt"),
        ("~5%", "only ~5% of postings"),
        ("Google", "Google's orbit"),
        ("str(shop)", "its text with `str(shop)`"),
        ("three days", "in three days."),
        ("3.10", "Python 3.10."),
        ("三天", "需要三天内"),
        ("❌", "| ❌ |"),
    ],
)
def test_a_fact_stands_in_a_text_whatever_its_capitals_spaces_and_marks(fact: str, text: str) -> None:
    assert says(text, fact)


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("5%", "~65% of postings"),
        ("no", "as you know"),
        ("3", "Python 3.10"),
        ("10", "3.10"),
        ("000", "410,000 dates"),
        ("month", "six months"),
        ("élan", "éélan"),
    ],
)
def test_a_fact_does_not_stand_inside_another_word_or_number(fact: str, text: str) -> None:
    assert not says(text, fact)


def test_a_fact_may_stand_in_a_quote_instead_of_the_text() -> None:
    answer = answered("It is Google.", "Google", "backed by Meta")

    assert find_problems(must_answer("who?", say=("meta",)), answer) == ()


def test_the_number_of_a_citation_is_no_fact() -> None:
    answer = answered("One visitor [1]", "One visitor")

    assert find_problems(must_answer("how many?", say=("1",)), answer) == ("does not say '1'",)


def test_every_fact_that_is_lacking_is_named() -> None:
    case = Case(("who?",), "must_answer", say=("Google", "Meta"), say_any=("Linux", "BSD"), never=("Oracle",))

    assert find_problems(case, answered("Google and Oracle [1]", "Google")) == (
        "does not say 'Meta'",
        "says none of 'Linux', 'BSD'",
        "says 'Oracle', which it must never",
    )


def test_one_of_the_alternatives_is_enough() -> None:
    case = Case(("who?",), "must_answer", say_any=("Linux", "BSD"))

    assert find_problems(case, answered("BSD [1]", "BSD")) == ()


def test_a_refusal_is_no_answer_and_an_answer_no_refusal() -> None:
    assert find_problems(must_answer("who?", say=("x",)), refused("nothing about it")) == (
        "expected an answer, the verdict is not_covered",
    )
    assert find_problems(must_refuse("who?"), answered("x [1]", "x")) == (
        "expected a refusal, the verdict is answered",
    )


def test_a_question_back_is_neither() -> None:
    back = Answer("?", "clarify", "Which one?", suggestions=("this?", "that?"))

    assert find_problems(must_answer("who?", say=("x",)), back) == ("expected an answer, the verdict is clarify",)
    assert find_problems(must_refuse("who?"), back) == ("expected a refusal, the verdict is clarify",)


def test_a_refusal_has_to_name_what_is_missing() -> None:
    case = must_refuse("and in Mumbai?", missing="mumbai")

    assert find_problems(case, refused("the page never mentions Mumbai")) == ()
    assert find_problems(case, refused("too far off")) == ("the reason does not name 'mumbai': too far off",)


def test_the_last_turn_of_a_fresh_conversation_is_judged() -> None:
    bot = ScriptedBot(
        {
            ("TensorFlow?",): answered("Steeper [1]", "Steeper"),
            ("TensorFlow?", "and PyTorch?"): answered("Gentler [1]", "Gentler"),
        }
    )
    checks = Checks(
        (
            must_answer("TensorFlow?", "and PyTorch?", say=("Gentler",)),
            must_answer("TensorFlow?", say=("Steeper",)),
            must_refuse("and PyTorch?"),
        )
    )

    report = evaluate(bot, checks)

    assert [result.right for result in report.results] == [True, True, True]
    assert report.passed


def test_a_question_that_is_not_accepted_is_a_failed_case() -> None:
    report = evaluate(ScriptedBot({}), Checks((must_refuse("a" * 1001),)))

    (failure,) = report.failures
    assert failure.answer is None
    assert failure.problems == ("the question was not accepted: the question is too long",)


def test_progress_is_told_after_each_case() -> None:
    told: list[tuple[int, int]] = []

    evaluate(ScriptedBot({}), Checks((must_refuse("a"), must_refuse("b"))), progress=lambda *step: told.append(step))

    assert told == [(1, 2), (2, 2)]


def report_of(right: int, total: int, bar: float, expectation: Expectation = "must_refuse") -> Report:
    yes: dict[tuple[str, ...], Answer] = {(f"q{number}",): answered("x [1]", "x") for number in range(right, total)}
    cases = tuple(must_refuse(f"q{number}") for number in range(total))
    return evaluate(ScriptedBot(yes), Checks(cases, {"must_answer": 95.0, expectation: bar}))


@pytest.mark.parametrize(
    ("right", "total", "bar", "passed"), [(19, 20, 95, True), (18, 20, 95, False), (0, 1, 0, True)]
)
def test_the_bar_decides_whether_the_report_passes(right: int, total: int, bar: float, passed: bool) -> None:
    assert report_of(right, total, bar).passed is passed


def test_a_list_without_cases_passes() -> None:
    assert report_of(1, 1, 90).share("must_answer") == 100.0


def test_a_share_below_its_bar_never_looks_as_if_it_had_reached_it() -> None:
    report = report_of(94, 99, 95)

    assert not report.passed
    assert " 94 %  95 %" in str(report)


def test_the_report_reads_as_a_table_and_the_failures() -> None:
    bot = ScriptedBot(
        {
            ("who?",): answered("Google [1]", "Google"),
            ("where?",): Answer(
                "?", "answered", "Here [1]", answered("", "Here").citations, interpretation="where is it?"
            ),
        }
    )
    checks = Checks(
        (
            Case(("who?",), "must_answer", say=("Google",), kind="cell", line=3),
            Case(("hello", "where?"), "must_answer", say=("There",), kind="faq", line=4),
            Case(("why?",), "must_refuse", line=7),
            Case(("where?",), "must_refuse", missing="there", line=9),
        ),
        path="knowledge/checks.yaml",
    )

    assert str(evaluate(bot, checks)) == (
        "             right  of  share   bar\n"
        "must_answer      1   2   50 %  95 %\n"
        "  cell           1   1  100 %\n"
        "  faq            0   1    0 %\n"
        "must_refuse      1   2   50 %  90 %\n"
        "\n"
        "Below the bar.\n"
        "\n"
        "knowledge/checks.yaml:4: hello → where?\n"
        "  expected an answer, the verdict is not_covered\n"
        "  it said: The page does not say.\n"
        "\n"
        "knowledge/checks.yaml:9: where?\n"
        "  expected a refusal, the verdict is answered\n"
        "  it said: Here [1]\n"
        "  understood as: where is it?"
    )
