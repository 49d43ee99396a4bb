"""Fit how candidates are ranked and when the first of them is given as the answer; write calibration.json.

    python -m benchmarks.calibrate --set FILE FOLDER [--set FILE FOLDER ...] [--write]

Each set is a file of questions and the folder of its pages. Every figure printed is for pages that the fit never saw.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from benchmarks.question_sets import Case, load_cases
from chatbot.confidence import DECISION_FEATURES, RANKING_FEATURES, Calibration, Features, LinearModel
from chatbot.evidence import Candidate
from chatbot.retrieval import find_evidence, names_of
from index import SearchIndex, SentenceEncoder, build_index

NOTHING = LinearModel(0.0, {})
WITHOUT = Calibration(NOTHING, NOTHING, 0.5)
"""Ranks nothing, so that the candidates come as the search found them."""


@dataclass(frozen=True)
class Example:
    """One question with all its candidates."""

    case: Case
    features: list[Features]

    holds: list[bool]
    """Whether each candidate holds the facts that the answer needs."""

    def first(self, ranking: LinearModel) -> int:
        """Give the number of the candidate that *ranking* puts first."""
        return int(np.argmax([ranking.chance(row) for row in self.features]))


def measure_cases(cases: Sequence[Case], encoder: SentenceEncoder) -> list[Example]:
    """Measure the candidates of every case of one turn, each page in an index of its own."""
    by_page = defaultdict(list)
    for case in cases:
        if len(case.turns) == 1 and case.answerable is not None:
            by_page[case.page].append(case)
    examples = []
    for page, of_page in by_page.items():
        with tempfile.TemporaryDirectory() as folder:
            build_index(page, Path(folder), encoder)
            index = SearchIndex.open(Path(folder), encoder)
        names = names_of(index)
        for case in of_page:
            found = find_evidence(case.turns[0], index, names, WITHOUT).candidates
            if found:
                holds = _holds(case, [item.candidate for item in found])
                examples.append(Example(case, [item.features for item in found], holds))
    return examples


def _holds(case: Case, candidates: Sequence[Candidate]) -> list[bool]:
    """Tell which candidates hold all the facts; where none does, which hold some of them."""
    if not case.answerable:
        return [False] * len(candidates)
    texts = [_text(candidate) for candidate in candidates]
    whole = [case.is_met_by(text) for text in texts]
    return whole if any(whole) else [case.is_met_in_part_by(text) for text in texts]


def _text(candidate: Candidate) -> str:
    passage = candidate.hit.passage
    return " ".join([passage.title, *(cell.column for cell in passage.cells), passage.text])


def fit(examples: Sequence[Example]) -> Calibration:
    """Fit the ranking on what is answerable, then the decision on what it puts first."""
    ranking = fit_ranking([example for example in examples if any(example.holds)])
    first = [(example, example.first(ranking)) for example in examples]
    rows = [example.features[number] for example, number in first]
    decision = _fit_linear(rows, [example.holds[number] for example, number in first], DECISION_FEATURES, strength=0.3)
    return Calibration(ranking, decision, 0.5)


def fit_ranking(examples: Sequence[Example]) -> LinearModel:
    """Fit what tells the right candidates of a question from its wrong ones; each question weighs the same."""
    rows = [row for example in examples for row in example.features]
    holds = [value for example in examples for value in example.holds]
    weights = np.concatenate([_candidate_weights(np.array(example.holds)) for example in examples])
    return _fit_linear(rows, holds, RANKING_FEATURES, weights=weights)


def _fit_linear(
    rows: Sequence[Features],
    truth: Sequence[bool],
    names: Sequence[str],
    *,
    weights: np.ndarray | None = None,
    strength: float = 1.0,
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


def leave_pages_out(examples: Sequence[Example]) -> list[Left]:
    """Judge every case by a fit that never saw its page."""
    groups = [str(example.case.page) for example in examples]
    outcomes = []
    for train, test in GroupKFold(len(set(groups))).split(examples, groups=groups):
        calibration = fit([examples[number] for number in train])
        for number in test:
            example = examples[number]
            first = example.first(calibration.ranking)
            sure = calibration.decision.chance(example.features[first])
            outcomes.append(Left(example.case, sure, example.holds[first]))
    return outcomes


def best_threshold(outcomes: Sequence[Left]) -> float:
    """Give the threshold that does best if every second question has no answer on the page."""
    answerable = [item for item in outcomes if item.case.answerable]
    others = [item for item in outcomes if not item.case.answerable]
    steps = np.linspace(0.02, 0.98, 97)
    scores = [_right(answerable, step) + _refused(others, step) for step in steps]
    return float(np.median(steps[np.array(scores) == max(scores)]))


def _right(answerable: Sequence[Left], threshold: float) -> float:
    return sum(item.is_right and item.confidence >= threshold for item in answerable) / max(len(answerable), 1)


def _refused(others: Sequence[Left], threshold: float) -> float:
    return sum(item.confidence < threshold for item in others) / max(len(others), 1)


def describe(outcomes: Sequence[Left], threshold: float) -> str:
    """Say how good the fit is on pages that it never saw."""
    truth = np.array([bool(item.case.answerable) for item in outcomes])
    sure = np.array([item.confidence for item in outcomes])
    answerable = [item for item in outcomes if item.case.answerable]
    others = [item for item in outcomes if not item.case.answerable]
    first = sum(item.is_right for item in answerable) / max(len(answerable), 1)
    right, refused = _right(answerable, threshold), _refused(others, threshold)
    auroc = roc_auc_score(truth, sure) if truth.any() and not truth.all() else float("nan")
    overall = (right * len(answerable) + refused * len(others)) / len(outcomes)
    return (
        f"{len(outcomes):4} cases  AUROC {auroc:.3f}  right first {first:.1%}  "
        f"at {threshold:.2f}: right {right:.1%}  refused {refused:.1%}  overall {overall:.1%}"
    )


def main() -> None:
    """Read the command line, fit, print what it is worth, and write it if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="sets", nargs=2, type=Path, action="append", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    encoder = SentenceEncoder()
    cases = [case for questions, pages in options.sets for case in load_cases(questions, pages)]
    examples = measure_cases(cases, encoder)
    outcomes = leave_pages_out(examples)
    threshold = best_threshold(outcomes)
    for page in sorted({item.case.page for item in outcomes}):
        print(f"{page.name:60}", describe([item for item in outcomes if item.case.page == page], threshold))
    print(f"{'all':60}", describe(outcomes, threshold))
    if options.write:
        write(fit(examples), threshold)


def write(calibration: Calibration, threshold: float) -> None:
    """Write calibration.json into the package."""
    target = Path(str(files("chatbot"))) / "calibration.json"
    record = asdict(calibration) | {"threshold": round(threshold, 2)}
    target.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
