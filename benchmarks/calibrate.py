"""Fit what judges candidates, and from when on the first of them is the answer; write it into the package.

    python -m benchmarks.calibrate --set FILE FOLDER [...] [--unseen FILE FOLDER [...]] [--whole FILE FOLDER] [--write]

Each set is a file of questions and the folder of its pages. Every figure printed is for pages that the fit never saw:
of a set, each page by a fit without it; of an unseen set, by the fit of all sets, which is the one that is written.
--whole FILE FOLDER asks the whole chatbot the questions of a set, each page with a calibration that never saw it.
"""

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from benchmarks.answers import Outcome, ask_all, report
from benchmarks.examiner import Lesson, train, write_examiner
from benchmarks.question_sets import Case, load_cases, passage_text
from chatbot.confidence import (
    DECISION_FEATURES,
    EXAMINED_DECISION_FEATURES,
    EXAMINED_FOLLOWED_FEATURES,
    EXAMINED_RANKING_FEATURES,
    FOLLOWED_FEATURES,
    RANKING_FEATURES,
    Calibration,
    Features,
    LinearModel,
)
from chatbot.evidence import Candidate
from chatbot.examiner import Examiner, Sheet
from chatbot.followups import Before, read_followup
from chatbot.likeness import WordLikeness
from chatbot.names import names_of
from chatbot.questions import Names, read_question
from chatbot.retrieval import weigh_candidates
from index import DEFAULT_ENCODER, ContentError, SearchIndex, SentenceEncoder, Source, build_index

THRESHOLD = 0.5
"""The confidence is calibrated: from here on, an answer is more likely right than not."""

CHANGES = 6
"""Every so many of the questions is asked again after another, see `changes_of_topic`."""

FOLDS = 5
"""Parts that the pages are dealt into; each is judged by an examiner that learned from the others."""


@dataclass(frozen=True)
class Example:
    """One question, or one reading of a follow-up, with all its candidates."""

    case: Case
    features: list[Features]
    sheets: list[Sheet]

    holds: list[bool]
    """Whether each candidate holds the facts that the answer needs."""

    @property
    def carries(self) -> bool:
        """Tell whether some of the question comes from the turns before."""
        return bool(self.features[0]["carries"])

    @property
    def lesson(self) -> Lesson:
        """Give it as the examiner learns from it."""
        return Lesson(self.sheets, self.features, self.holds)

    def examined_by(self, examiner: Examiner) -> "Example":
        """Give it with what *examiner* finds."""
        pairs = zip(self.features, self.sheets, strict=True)
        return replace(self, features=[{**row, **examiner.examine(sheet, row)} for row, sheet in pairs])

    def first(self, ranking: LinearModel) -> int:
        """Give the number of the candidate that *ranking* puts first."""
        return int(np.argmax([ranking.chance(row) for row in self.features]))


def measure_cases(cases: Sequence[Case], encoder: SentenceEncoder) -> list[Example]:
    """Measure the candidates of every case, each page in an index of its own; of follow-ups, those of each reading."""
    by_page = defaultdict(list)
    for case in cases:
        if case.answerable is not None:
            by_page[case.page].append(case)
    examples = []
    for page, of_page in by_page.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                build_index(page, Path(folder), encoder)
            except ContentError as error:
                print(f"left out: {error}")
                continue
            index = SearchIndex.open(Path(folder), encoder)
        names = names_of(index)
        for case in of_page:
            examples += _measure_case(case, index, names)
        for case in changes_of_topic(of_page):
            examples += _measure_case(case, index, names)
    return examples


def _measure_case(case: Case, index: SearchIndex, names: Names) -> Iterator[Example]:
    likeness = WordLikeness(index.encoder)
    before: list[Before] = []
    kept: list[Source] = []
    for turn in case.turns[:-1]:
        # No fit may have its say in what it is fitted on, so the best hit stands for what was answered.
        reading = read_followup(turn, before, names, likeness)[0]
        passages = [hit.passage for hit in index.search(reading.text, k=1)]
        before.append(Before(reading.text, *(passage.title for passage in passages)))
        kept = [passage.source for passage in passages]
    readings = read_followup(case.turns[-1], before, names, likeness)
    # What needs the turns before is no example of a question that stands alone.
    for reading in readings if len(case.turns) == 1 else [reading for reading in readings if reading.carried]:
        question = read_question(reading.text, names, added=reading.added if reading.carried else "")
        if found := weigh_candidates(question, index, kept):
            features, sheets = [item.features for item in found], [item.sheet for item in found]
            yield Example(case, features, sheets, _holds(case, [item.candidate for item in found]))


def changes_of_topic(cases: Sequence[Case]) -> Iterator[Case]:
    """Give some questions of one turn after another one that has nothing to do with them.

    What is carried must make nothing answerable by accident.
    """
    alone = [case for case in cases if len(case.turns) == 1]
    answered = [case for case in alone if case.answerable]
    for number, case in enumerate(alone):
        other = answered[number % len(answered)] if answered else case
        if number % CHANGES == 0 and other is not case:
            yield replace(case, kind="change", turns=(*other.turns, *case.turns))


def _holds(case: Case, candidates: Sequence[Candidate]) -> list[bool]:
    """Tell which candidates hold all the facts; where none does, which hold some of them."""
    if not case.answerable:
        return [False] * len(candidates)
    texts = [passage_text(candidate.hit.passage) for candidate in candidates]
    whole = [case.is_met_by(text) for text in texts]
    return whole if any(whole) else [case.is_met_in_part_by(text) for text in texts]


@dataclass(frozen=True)
class Fold:
    """Pages that were left out, and the examiner that learned from all others."""

    pages: frozenset[Path]
    examiner: Examiner


def train_left_out(examples: Sequence[Example]) -> list[Fold]:
    """Train an examiner for each part of the pages, on the other parts."""
    groups = [str(example.case.page) for example in examples]
    folds = GroupKFold(min(FOLDS, len(set(groups))), shuffle=True, random_state=1)
    return [
        Fold(
            frozenset(examples[number].case.page for number in left),
            train([examples[number].lesson for number in others]),
        )
        for others, left in folds.split(examples, groups=groups)
    ]


def examine_left_out(examples: Sequence[Example], folds: Sequence[Fold]) -> list[Example]:
    """Let each example be examined by what learned from other pages only."""
    examiners = {page: fold.examiner for fold in folds for page in fold.pages}
    return [example.examined_by(examiners[example.case.page]) for example in examples]


def calibrate_left_out(examined: Sequence[Example], folds: Sequence[Fold]) -> Iterator[tuple[Fold, Calibration]]:
    """Give each part of the pages the calibration that saw nothing of it."""
    for fold in folds:
        others = [example for example in examined if example.case.page not in fold.pages]
        yield fold, fit(others, fold.examiner)


def fit(examples: Sequence[Example], examiner: Examiner | None) -> Calibration:
    """Fit the ranking on what is answerable and stands alone, then the decisions on what it puts first.

    Args:
        examples: to learn from; they hold what an examiner found, if it is to have its say.
        examiner: that one.
    """
    ranking_features = EXAMINED_RANKING_FEATURES if examiner else RANKING_FEATURES
    decision_features = EXAMINED_DECISION_FEATURES if examiner else DECISION_FEATURES
    followed_features = EXAMINED_FOLLOWED_FEATURES if examiner else FOLLOWED_FEATURES
    alone = [example for example in examples if not example.carries]
    carrying = [example for example in examples if example.carries]
    ranking = fit_ranking([example for example in alone if any(example.holds)], ranking_features)
    decision = fit_decision(alone, ranking, decision_features)
    followed = fit_decision(carrying, ranking, followed_features)
    return Calibration(examiner, ranking, decision, followed, THRESHOLD)


def fit_ranking(examples: Sequence[Example], names: Sequence[str]) -> LinearModel:
    """Fit what tells the right candidates of a question from its wrong ones."""
    rows = [row for example in examples for row in example.features]
    holds = [value for example in examples for value in example.holds]
    shares = [
        weight * _candidate_weights(np.array(example.holds))
        for example, weight in zip(examples, page_weights(examples), strict=True)
    ]
    return _fit_linear(rows, holds, names, weights=np.concatenate(shares), strength=0.1)


def fit_decision(examples: Sequence[Example], ranking: LinearModel, names: Sequence[str]) -> LinearModel:
    """Fit what tells from the candidate that *ranking* puts first whether it answers."""
    first = [example.first(ranking) for example in examples]
    rows = [example.features[number] for example, number in zip(examples, first, strict=True)]
    holds = [example.holds[number] for example, number in zip(examples, first, strict=True)]
    return _fit_linear(rows, holds, names, weights=page_weights(examples), strength=0.3)


def page_weights(examples: Sequence[Example]) -> np.ndarray:
    """Give each example its weight, 1 on average: every page weighs the same, for pages are what must be generalised
    over, and those with many questions would speak loudest."""
    sizes = Counter(example.case.page for example in examples)
    return np.array([len(examples) / len(sizes) / sizes[example.case.page] for example in examples])


def _fit_linear(
    rows: Sequence[Features], truth: Sequence[bool], names: Sequence[str], *, weights: np.ndarray, strength: float
) -> LinearModel:
    table = np.array([[row[name] for name in names] for row in rows])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=strength, max_iter=5_000).fit(scaler.transform(table), truth, sample_weight=weights)
    slopes = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - slopes @ scaler.mean_)
    return LinearModel(
        round(intercept, 4), {name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)}
    )


def _candidate_weights(holds: np.ndarray) -> np.ndarray:
    """Let the right candidates and the wrong ones of a question weigh alike; wrong ones by their place."""
    places = 1.0 / (1.0 + np.arange(len(holds)))
    wrong = np.where(holds, 0.0, places)
    return holds / max(holds.sum(), 1) + wrong / max(wrong.sum(), 1e-9)


@dataclass(frozen=True)
class Left:
    """How a case came out whose page was left out of the fit."""

    case: Case
    confidence: float
    is_right: bool
    """Whether the first candidate holds the facts."""


def judge(examples: Sequence[Example], calibration: Calibration) -> list[Left]:
    """Judge the questions that stand alone among *examples*, which were examined already."""
    first = [(example, example.first(calibration.ranking)) for example in examples if not example.carries]
    return [
        Left(example.case, calibration.sureness(example.features[number]), example.holds[number])
        for example, number in first
    ]


def judge_left_out(examined: Sequence[Example], folds: Sequence[Fold]) -> list[Left]:
    """Judge every question that stands alone by a fit that never saw its page."""
    return [
        left
        for fold, calibration in calibrate_left_out(examined, folds)
        for left in judge([example for example in examined if example.case.page in fold.pages], calibration)
    ]


def _right(answerable: Sequence[Left]) -> float:
    return sum(item.is_right and item.confidence >= THRESHOLD for item in answerable) / max(len(answerable), 1)


def _refused(others: Sequence[Left]) -> float:
    return sum(item.confidence < THRESHOLD for item in others) / max(len(others), 1)


def describe(outcomes: Sequence[Left]) -> str:
    """Say how good the fit is on pages that it never saw."""
    truth = np.array([bool(item.case.answerable) for item in outcomes])
    sure = np.array([item.confidence for item in outcomes])
    answerable = [item for item in outcomes if item.case.answerable]
    others = [item for item in outcomes if not item.case.answerable]
    first = sum(item.is_right for item in answerable) / max(len(answerable), 1)
    right, refused = _right(answerable), _refused(others)
    auroc = roc_auc_score(truth, sure) if truth.any() and not truth.all() else float("nan")
    overall = (right * len(answerable) + refused * len(others)) / len(outcomes)
    return (
        f"{len(outcomes):4} cases  AUROC {auroc:.3f}  right first {first:.1%}  "
        f"right {right:.1%}  refused {refused:.1%}  overall {overall:.1%}"
    )


def main() -> None:
    """Read the command line, fit, print what it is worth, and write it if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="sets", nargs=2, type=Path, action="append", required=True)
    parser.add_argument("--unseen", nargs=2, type=Path, action="append", default=[])
    parser.add_argument("--whole", nargs=2, type=Path, action="append", default=[])
    parser.add_argument("--wrong", action="store_true", help="print every case of --whole that went wrong")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    encoder = SentenceEncoder()
    measured = measure_cases(_load(options.sets), encoder)
    folds = train_left_out(measured)
    examined = examine_left_out(measured, folds)
    _print(judge_left_out(examined, folds))
    examiner = train([example.lesson for example in measured])
    if options.unseen:
        unseen = [example.examined_by(examiner) for example in measure_cases(_load(options.unseen), encoder)]
        _print(judge(unseen, fit(examined, examiner)))
    if options.write:
        write(examiner, examined)
    if options.whole:
        report(list(ask_left_out(_load(options.whole), examined, folds, encoder)), wrong=options.wrong)


def ask_left_out(
    cases: Sequence[Case], examined: Sequence[Example], folds: Sequence[Fold], encoder: SentenceEncoder
) -> Iterator[Outcome]:
    """Ask the whole chatbot, follow-ups and all, each page with the calibration that saw nothing of it."""
    for fold, calibration in calibrate_left_out(examined, folds):
        yield from ask_all([case for case in cases if case.page in fold.pages], encoder, calibration)


def _load(sets: Sequence[Sequence[Path]]) -> list[Case]:
    return [case for questions, pages in sets for case in load_cases(questions, pages)]


def _print(outcomes: Sequence[Left]) -> None:
    for page in sorted({item.case.page for item in outcomes}):
        print(f"{page.name:60}", describe([item for item in outcomes if item.case.page == page]))
    print(f"{'all':60}", describe(outcomes))


def write(examiner: Examiner, examined: Sequence[Example]) -> None:
    """Write calibration.json and examiner.safetensors into the package."""
    package = Path(str(files("chatbot")))
    fitted = {"examined": fit(examined, examiner), "measured": fit(examined, None)}
    record = {"encoder": DEFAULT_ENCODER, **{name: _as_record(calibration) for name, calibration in fitted.items()}}
    (package / "calibration.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    write_examiner(examiner, package / "examiner.safetensors")


def _as_record(calibration: Calibration) -> dict[str, object]:
    models = {name: asdict(getattr(calibration, name)) for name in ("ranking", "decision", "followed")}
    return {**models, "threshold": calibration.threshold}


if __name__ == "__main__":
    main()
