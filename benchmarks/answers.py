"""Ask every question of a file through the public interface, page by page, and count what is right and what refused.

    python -m benchmarks.answers --questions FILE [FILE ...] --pages FOLDER [--wrong]

FILE is JSON lines or an owner's checks.yaml (see question_sets.py), FOLDER holds the pages that it asks about.
Each page gets an index of its own, as an owner's would.
"""

import argparse
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.question_sets import Case, load_cases
from chatbot import Answer, Chatbot, QuestionError
from index import ContentError, Encoder, SentenceEncoder


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    case: Case
    answer: Answer | None
    """None where the question was turned away as empty."""

    seconds: float

    @property
    def said(self) -> str:
        """Give the answer with all its quotations."""
        if self.answer is None:
            return ""
        return "\n".join([self.answer.text, *(citation.quote for citation in self.answer.citations)])

    @property
    def is_answered(self) -> bool:
        """Tell whether something was stated."""
        return self.answer is not None and self.answer.verdict == "answered"

    @property
    def is_right(self) -> bool:
        """Tell whether the answer holds the facts, or was rightly refused."""
        if self.case.answerable is None:
            return not self.case.is_spoilt_by(self.said)
        if self.case.answerable:
            return self.is_answered and self.case.is_met_by(self.said)
        return not self.is_answered


def ask_all(cases: Sequence[Case], encoder: Encoder) -> Iterator[Outcome]:
    """Ask every case, each page's from an index of its own."""
    by_page: dict[Path, list[Case]] = defaultdict(list)
    for case in cases:
        by_page[case.page].append(case)
    for page, of_page in by_page.items():
        with tempfile.TemporaryDirectory() as folder:
            knowledge = Path(folder) / "knowledge"
            if page.is_dir():
                shutil.copytree(page, knowledge)
            else:
                knowledge.mkdir()
                shutil.copy(page, knowledge)
            try:
                bot = Chatbot.open(knowledge, encoder=encoder)
            except ContentError as error:
                print(f"left out: {error}")
                continue
            for case in of_page:
                yield _ask(bot, case)


def _ask(bot: Chatbot, case: Case) -> Outcome:
    conversation = bot.conversation()
    try:
        for turn in case.turns[:-1]:
            conversation.ask(turn)
        begin = time.perf_counter()
        answer = conversation.ask(case.turns[-1])
        return Outcome(case, answer, time.perf_counter() - begin)
    except QuestionError:
        return Outcome(case, None, 0.0)


def report(outcomes: Sequence[Outcome], *, wrong: bool) -> None:
    """Print shares by kind and by page, then what the confidence is worth."""
    _print_shares("kind", outcomes, lambda outcome: outcome.case.kind)
    _print_shares("page", outcomes, lambda outcome: outcome.case.page.name)
    answerable = [outcome for outcome in outcomes if outcome.case.answerable]
    refusable = [outcome for outcome in outcomes if outcome.case.answerable is False]
    given = [outcome for outcome in outcomes if outcome.is_answered and not outcome.is_right]
    print(f"right              {_share(answerable)}")
    print(f"refused            {_share(refusable)}")
    print(f"overall            {_share(outcomes)}")
    print(f"wrong answers      {len(given) / len(outcomes):.1%}")
    judged = [outcome for outcome in outcomes if outcome.case.answerable is not None and outcome.answer]
    confidence = np.array([outcome.answer.confidence for outcome in judged if outcome.answer])
    truth = np.array([bool(outcome.case.answerable) for outcome in judged])
    if truth.any() and not truth.all():
        print(f"AUROC              {roc_auc_score(truth, confidence):.3f}")
    seconds = sorted(outcome.seconds for outcome in outcomes)
    print(f"ask p50, p99       {np.percentile(seconds, 50) * 1e3:.0f} ms, {np.percentile(seconds, 99) * 1e3:.0f} ms")
    if wrong:
        for outcome in outcomes:
            if not outcome.is_right:
                _print_wrong(outcome)


def _print_shares(what: str, outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> None:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[key(outcome)].append(outcome)
    for name, group in sorted(groups.items()):
        print(f"{what} {name:58} {_share(group)}")


def _share(outcomes: Sequence[Outcome]) -> str:
    right = sum(outcome.is_right for outcome in outcomes)
    return f"{right / max(len(outcomes), 1):6.1%}  ({right} of {len(outcomes)})"


def _print_wrong(outcome: Outcome) -> None:
    case, answer = outcome.case, outcome.answer
    print(f"\n{case.name} [{case.kind}] {' / '.join(case.turns)}")
    print(f"   wanted: {' & '.join(case.must) if case.answerable else 'refusal'}")
    if answer:
        said = " ".join(answer.text.split())
        print(f"   {answer.verdict} {answer.confidence:.2f} ({answer.interpretation}): {said[:300]}")


def main() -> None:
    """Read the command line and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--wrong", action="store_true", help="print every case that went wrong")
    options = parser.parse_args()
    cases = [case for file in options.questions for case in load_cases(file, options.pages)]
    report(list(ask_all(cases, SentenceEncoder())), wrong=options.wrong)


if __name__ == "__main__":
    main()
