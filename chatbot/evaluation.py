"""The owner's own questions, asked after an edit: Checks and a bot become a Report.

Knows nothing of terminals, settings or how an answer is found.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chatbot.answers import Answer
from chatbot.checks import EXPECTATIONS, Case, Checks, ChecksError, Expectation, load_cases
from chatbot.errors import QuestionError

__all__ = ["Case", "CaseResult", "Checks", "ChecksError", "Report", "evaluate", "find_problems", "load_cases", "says"]


@dataclass(frozen=True)
class CaseResult:
    """What became of one case."""

    case: Case

    answer: Answer | None
    """To the last turn; None where the question was not even accepted."""

    problems: tuple[str, ...]
    """What is wrong, in words for the owner; none where it is right."""

    @property
    def right(self) -> bool:
        """Say whether the answer is what the owner wants."""
        return not self.problems


@dataclass(frozen=True)
class Report:
    """How many of the owner's questions come out right, and what was said to the others."""

    results: tuple[CaseResult, ...]
    bars: dict[Expectation, float]
    """In percent."""

    path: str = ""
    """The file that the cases come from."""

    @property
    def passed(self) -> bool:
        """Say whether enough of each list came out right; an empty list is fine."""
        return all(self.share(expectation) >= self.bars[expectation] - 1e-9 for expectation in EXPECTATIONS)

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """Give the cases that came out wrong, in the order of the file."""
        return tuple(result for result in self.results if not result.right)

    def count(self, expectation: Expectation, kind: str | None = None) -> tuple[int, int]:
        """Count how many cases are right, out of how many; those of one *kind* only where it is given."""
        chosen = [
            result.right
            for result in self.results
            if result.case.expectation == expectation and kind in (None, result.case.kind)
        ]
        return sum(chosen), len(chosen)

    def share(self, expectation: Expectation) -> float:
        """Give the share that is right, in percent; 100 where there is no such case."""
        right, total = self.count(expectation)
        return 100.0 * right / total if total else 100.0

    def __str__(self) -> str:
        return "\n\n".join(filter(None, (_summary(self), *(_failure(self, result) for result in self.failures))))


class Talk(Protocol):
    """A conversation, as far as a case needs one."""

    def ask(self, question: str, /) -> Answer:
        """Answer *question* in the light of what was asked before."""
        ...


class Bot(Protocol):
    """Whatever can be asked: a Chatbot, or the same chatbot behind another door."""

    def conversation(self) -> Talk:
        """Start a conversation in which nothing was asked yet."""
        ...


def evaluate(bot: Bot, checks: Checks, *, progress: Callable[[int, int], None] | None = None) -> Report:
    """Ask *bot* every question of *checks*, each in a conversation of its own.

    Args:
        progress: told after each case how many are done, and how many there are.
    """
    results = []
    for case in checks:
        results.append(_try_case(bot, case))
        if progress:
            progress(len(results), len(checks))
    return Report(tuple(results), checks.bars, checks.path)


def _try_case(bot: Bot, case: Case) -> CaseResult:
    talk = bot.conversation()
    *earlier, last = case.turns
    try:
        for turn in earlier:
            talk.ask(turn)
        answer = talk.ask(last)
    except QuestionError as error:
        return CaseResult(case, None, (f"the question was not accepted: {error}",))
    return CaseResult(case, answer, find_problems(case, answer))


def find_problems(case: Case, answer: Answer) -> tuple[str, ...]:
    """Say what is wrong with *answer*; nothing where it is what the owner wants."""
    return _refusal_problems(case, answer) if case.expectation == "must_refuse" else _answer_problems(case, answer)


def says(text: str, fact: str) -> bool:
    """Say whether *fact* stands in *text* as whole words: "5%" not in "65%", "no" not in "know", "3" not in "3.5".

    Capitals, white space, emphasis and code marks do not matter.
    """
    return bool(_fact_pattern(fact).search(_folded(text)))


def _answer_problems(case: Case, answer: Answer) -> tuple[str, ...]:
    if answer.verdict != "answered":
        return (f"expected an answer, the verdict is {answer.verdict}",)
    lacking = [f"does not say {fact!r}" for fact in case.say if not _answer_says(answer, fact)]
    if case.say_any and not any(_answer_says(answer, fact) for fact in case.say_any):
        lacking.append(f"says none of {', '.join(map(repr, case.say_any))}")
    return (*lacking, *(f"says {words!r}, which it must never" for words in case.never if _answer_says(answer, words)))


def _refusal_problems(case: Case, answer: Answer) -> tuple[str, ...]:
    if answer.verdict != "not_covered":
        return (f"expected a refusal, the verdict is {answer.verdict}",)
    if case.missing and case.missing.casefold() not in answer.reason.casefold():
        return (f"the reason does not name {case.missing!r}: {answer.reason}",)
    return ()


def _answer_says(answer: Answer, fact: str) -> bool:
    # The marks [1], [2] ... are ours: a page that says "1" nowhere must not seem to say it.
    text = re.sub(r"\[\d+\]", " ", answer.text)
    return any(says(part, fact) for part in (text, *(citation.quote for citation in answer.citations)))


# Digits and the letters of scripts that put spaces between words; in other scripts a fact may stand inside a run.
_WORD = "[0-9A-Za-z\u00c0-\u058f]"


def _fact_pattern(fact: str) -> re.Pattern[str]:
    folded = _folded(fact)
    before = rf"(?<!{_WORD})" if re.match(_WORD, folded) else ""
    after = rf"(?!{_WORD})" if re.match(_WORD, folded[-1:]) else ""
    if folded[:1].isdigit():
        before += r"(?<![0-9][.,])"
    if folded[-1:].isdigit():
        after += r"(?![.,][0-9])"
    return re.compile(f"{before}{re.escape(folded)}{after}")


def _folded(text: str) -> str:
    """Take off what a reader of the page does not see: capitals, line breaks, emphasis and code marks."""
    return " ".join(re.sub(r"[*`]", "", text).casefold().split())


def _summary(report: Report) -> str:
    rows = [("", "right", "of", "share", "bar")]
    for expectation in EXPECTATIONS:
        right, total = report.count(expectation)
        if total:
            bar = f"{report.bars[expectation]:g} %"
            rows.append((expectation, str(right), str(total), _percent(right, total), bar))
            rows.extend(_kind_rows(report, expectation))
    verdict = "Passed." if report.passed else "Below the bar."
    return f"{_columns(rows)}\n\n{verdict}"


def _kind_rows(report: Report, expectation: Expectation) -> list[tuple[str, str, str, str, str]]:
    kinds = dict.fromkeys(result.case.kind for result in report.results if result.case.expectation == expectation)
    counted = ((kind, *report.count(expectation, kind)) for kind in kinds if kind)
    return [(f"  {kind}", str(right), str(total), _percent(right, total), "") for kind, right, total in counted]


def _columns(rows: list[tuple[str, str, str, str, str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for label, *counts in rows:
        aligned = (count.rjust(width) for count, width in zip(counts, widths[1:], strict=True))
        lines.append("  ".join((label.ljust(widths[0]), *aligned)).rstrip())
    return "\n".join(lines)


def _percent(right: int, total: int) -> str:
    """Round down, so that a share below its bar never looks as if it had reached it."""
    return f"{100 * right // total} %"


def _failure(report: Report, result: CaseResult) -> str:
    case, answer = result.case, result.answer
    place = f"{report.path}:{case.line}: " if report.path and case.line else ""
    lines = [f"{place}{' → '.join(case.turns)}", *(f"  {problem}" for problem in result.problems)]
    if answer is not None and answer.text.strip():
        said = " ".join(answer.text.split())
        lines.append(f"  it said: {said if len(said) <= 300 else said[:299] + '…'}")
    if answer is not None and answer.interpretation and answer.interpretation != case.turns[-1]:
        lines.append(f"  understood as: {answer.interpretation}")
    return "\n".join(lines)
