"""Ask every question of a file through the public interface, page by page, and count what is right and what refused.

    python -m benchmarks.answers --questions FILE [FILE ...] --pages FOLDER [--wrong] [--peers]

FILE is JSON lines or an owner's checks.yaml (see question_sets.py), FOLDER holds the pages that it asks about.
Each page gets an index of its own, as an owner's would. With --peers, the usual pipelines answer the same questions in
the same run (see baselines.py), each at the threshold that turns out best for it.
"""

import argparse
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.question_sets import Case, load_cases, passage_text
from chatbot import Answer, Chatbot, QuestionError
from chatbot.confidence import Calibration
from chatbot.retrieval import CANDIDATES
from index import ContentError, Encoder, SentenceEncoder


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    case: Case
    answer: Answer | None
    """None where the question was turned away as empty."""

    seconds: float

    bare_seconds: float
    """What the encoder alone takes for the question, right after."""

    is_found: bool | None = None
    """Whether a candidate holds the facts; None where there is nothing to find, or other turns come before."""

    is_supposed_right: bool = False
    """Whether what is surest holds the facts: said if it was said, else what would have been."""

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


def ask_all(cases: Sequence[Case], encoder: Encoder, calibration: Calibration | None = None) -> Iterator[Outcome]:
    """Ask every case, each page's from an index of its own; with the shipped calibration, or another."""
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
            bot.calibration = calibration or bot.calibration
            bot.ask("Is everything loaded?")
            for case in of_page:
                yield _ask(bot, case)


def _ask(bot: Chatbot, case: Case) -> Outcome:
    conversation = bot.conversation()
    try:
        for turn in case.turns[:-1]:
            conversation.ask(turn)
        begin = time.perf_counter()
        answer = conversation.ask(case.turns[-1])
        seconds = time.perf_counter() - begin
    except QuestionError:
        return Outcome(case, None, 0.0, 0.0)
    begin = time.perf_counter()
    bot.encoder.encode([case.turns[-1]])
    bare_seconds = time.perf_counter() - begin
    return Outcome(case, answer, seconds, bare_seconds, _is_found(bot, case), _is_supposed_right(bot, case, answer))


def _is_found(bot: Chatbot, case: Case) -> bool | None:
    """Tell whether the candidates for a question that stands alone hold its facts, together."""
    if len(case.turns) > 1 or not case.answerable:
        return None
    return case.is_held_by("\n".join(passage_text(hit.passage) for hit in bot.search(case.turns[-1], k=CANDIDATES)))


def _is_supposed_right(bot: Chatbot, case: Case, answer: Answer) -> bool:
    """Tell whether the answer is right, or would be if it had been given."""
    if not case.answerable or not answer.interpretation:
        return False
    calibration = bot.calibration
    bot.calibration = replace(calibration, threshold=0.0)
    try:
        given = answer if answer.verdict == "answered" else bot.ask(answer.interpretation)
    finally:
        bot.calibration = calibration
    return case.is_met_by("\n".join([given.text, *(citation.quote for citation in given.citations)]))


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
    found = [outcome.is_found for outcome in outcomes if outcome.is_found is not None]
    print(f"facts in the {CANDIDATES} candidates  {sum(found) / max(len(found), 1):.1%}")
    judged = [outcome for outcome in outcomes if outcome.case.answerable is not None and outcome.answer]
    confidence = np.array([outcome.answer.confidence for outcome in judged if outcome.answer])
    truth = np.array([bool(outcome.case.answerable) for outcome in judged])
    if truth.any() and not truth.all():
        print(f"AUROC              {roc_auc_score(truth, confidence):.3f}")
    right = np.array([outcome.is_supposed_right for outcome in judged])
    print(f"calibration error  {calibration_error(confidence, right):.3f}")
    print_times("ask", [outcome.seconds for outcome in outcomes])
    print_times("bare encoder", [outcome.bare_seconds for outcome in outcomes])
    if wrong:
        for outcome in outcomes:
            if not outcome.is_right:
                _print_wrong(outcome)


def calibration_error(confidence: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Give the expected calibration error: how far confidence and share of truths lie apart, bin by bin.

    Args:
        confidence: shape (questions,), from 0 to 1.
        truth: shape (questions,), whether each came true.
        bins: of equal width (Naeini, Cooper and Hauskrecht 2015).
    """
    numbers = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(float(confidence[numbers == number].mean() - truth[numbers == number].mean())) * (numbers == number).mean()
        for number in range(bins)
        if (numbers == number).any()
    ]
    return float(sum(gaps))


def print_times(name: str, seconds: Sequence[float]) -> None:
    """Print the median and the 99th percentile."""
    middle, late = np.percentile(seconds, [50, 99]) * 1e3
    print(f"{name:14} p50, p99  {middle:.1f} ms, {late:.1f} ms")


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
    parser.add_argument(
        "--peers", action="store_true", help="ask the usual pipelines, too (dependency group benchmarks)"
    )
    options = parser.parse_args()
    cases = [case for file in options.questions for case in load_cases(file, options.pages)]
    report(list(ask_all(cases, SentenceEncoder())), wrong=options.wrong)
    if options.peers:
        from benchmarks import baselines

        baselines.report(cases)


if __name__ == "__main__":
    main()
