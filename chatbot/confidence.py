"""What was measured of a candidate becomes its rank, and the chance that it answers the question.

Knows nothing about passages' words. The coefficients stand in calibration.json, written by benchmarks/calibrate.py.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np

from chatbot import expectations
from chatbot.evidence import Candidate
from chatbot.examiner import Examiner
from chatbot.questions import Question
from index import Source

Features = Mapping[str, float]
"""What is measured of a candidate, by name; each about 0 to 1."""

WEAK = 0.3
"""A word that the content never mentions and that a passage supports less than this is most likely not its subject."""

MATTERS = 1.5
"""A rarer word than this, on the scale of `rarity`, is part of what is asked about."""

RANKING_FEATURES: tuple[str, ...] = (
    "dense",  # the largest cosine of a view
    "dense_title",  # the cosine of the title alone
    "dense_sentence",  # the largest cosine of a sentence or cell alone
    "standing",  # how far the largest cosine lies above the mean of all passages
    "lexical",  # BM25 as a share of the best
    "coverage",  # how much of the question the passage supports
    "sentence_coverage",  # how much its best sentence supports, read under the title
    "exact",  # how much of the question it has in the very words
    "elsewhere",  # how much of the question other passages support better
    "unknown",  # how much of the question the content never mentions and the passage does not support
    "is_row",  # whether it is a row of a table
    "names_column",  # whether it is one, and the question names a column of it
    "names_columns",  # whether the question names several, or asks to compare
)
"""What decides which candidate comes first."""

DECISION_FEATURES: tuple[str, ...] = (
    *(name for name in RANKING_FEATURES if name != "dense_title"),
    "worst_unknown",  # the same as `unknown` for the worst single word
    "unknown_names",  # how much of the question are names that the content never mentions
    "has_unknown_name",  # whether there is one
    "lacks_figure",  # whether a year, version or other telling figure of the question is not in the passage
    "unknown_terms",  # how many words the content never mentions
    "weak_terms",  # how many of them the passage hardly supports
    "weak_share",  # how much of the question those are
    "unknown_support",  # how well the passage supports what the content never mentions
    "inexact_support",  # how well it supports what it does not have in the very words
    "inexact_gap",  # how much is missing there in all
    "weakest",  # the support of the least supported word that matters
    "weakest_pair",  # of the two least supported words, in the sentence that has them best
    "asked_after",  # the support of what follows the question word
    "lacks_number",  # whether a number is asked for and the best sentences have none
    "lacks_price",  # whether a price is asked for and they speak of no money
    "lacks_time",  # whether it is asked when something is and they name no time
    "lacks_size",  # whether a size or limit is asked for and they have no number
    "lacks_version",  # whether a version is asked for and they name none
    "lacks_somebody",  # whether it is asked who and they name nobody
    "lacks_instruction",  # whether it is asked how to do something and they do not tell
    "lacks_reason",  # whether it is asked why and they give no reason
    "terms",  # how many words carry the question
    "few_terms",  # near 1 for questions of hardly any
)
"""What decides whether the first candidate answers."""

FOLLOWED_FEATURES: tuple[str, ...] = (
    *DECISION_FEATURES,
    "is_kept",  # whether the answer before quoted it
    "few_new",  # near 1 where the turn itself says hardly anything
    "new_gap",  # how much of what the turn itself says the passage does not support
    "new_weakest_gap",  # the same for the least supported word of it that matters
    "new_unknown_gap",  # for the least supported word of it that the content never mentions
)
"""What decides it where some of the question comes from the turns before."""

EXAMINED_RANKING_FEATURES = (*RANKING_FEATURES, "examined_rank")
EXAMINED_DECISION_FEATURES = (*DECISION_FEATURES, "examined_sure")
EXAMINED_FOLLOWED_FEATURES = (*FOLLOWED_FEATURES, "examined_sure")
"""The same where an examiner has its say; what it says is described in examiner.py."""


@dataclass(frozen=True)
class LinearModel:
    """A weighted sum of features, as log-odds."""

    intercept: float
    coefficients: Mapping[str, float]

    def chance(self, features: Features) -> float:
        """Give the chance, from 0 to 1, that belongs to *features* (logistic regression).

        Raises:
            KeyError: a feature is missing.
        """
        log_odds = self.intercept + sum(weight * features[name] for name, weight in self.coefficients.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))


@dataclass(frozen=True)
class Calibration:
    """How candidates are ranked, and from when on the first of them is given as the answer."""

    examiner: Examiner | None
    """Reads each candidate beside the question, and both models take what it finds; None for encoders whose word
    vectors it did not learn from."""

    ranking: LinearModel
    """The chance that a candidate is the right one, if the content answers the question at all."""

    decision: LinearModel
    """The chance that the first candidate answers a question that stands alone."""

    followed: LinearModel
    """The same for one that carries something from the turns before: that must not speak for what is new."""

    threshold: float
    """The confidence from which an answer is given; below it, more is gained by refusing."""

    def sureness(self, features: Features) -> float:
        """Give the chance, from 0 to 1, that a candidate with *features* answers, if it comes first."""
        return (self.followed if features["carries"] else self.decision).chance(features)

    @property
    def fingerprint(self) -> str:
        """Tell one calibration from another."""
        models = [asdict(model) for model in (self.ranking, self.decision, self.followed)]
        fitted = json.dumps([models, self.threshold], sort_keys=True)
        return hashlib.sha256(fitted.encode()).hexdigest()[:16]

    @classmethod
    @cache
    def shipped(cls, encoder: str) -> Self:
        """Give the calibration that comes along for the encoder of that name."""
        record = json.loads(files("chatbot").joinpath("calibration.json").read_text(encoding="utf-8"))
        examiner = Examiner.shipped() if encoder == record["encoder"] else None
        fitted = record["examined" if examiner else "measured"]
        ranking, decision, followed = (LinearModel(**fitted[name]) for name in ("ranking", "decision", "followed"))
        return cls(examiner, ranking, decision, followed, fitted["threshold"])


def measure(question: Question, candidates: Sequence[Candidate], kept: Sequence[Source] = ()) -> list[dict[str, float]]:
    """Measure each of *candidates*, alone and beside the others.

    Args:
        question: what was asked.
        candidates: the passages that were tested against it.
        kept: what the answer before quoted.
    """
    if not candidates:
        return []
    best = np.max([candidate.support for candidate in candidates], axis=0)
    return [
        _measure_one(question, candidate, best)
        | _measure_new(question, candidate)
        | {"is_kept": float(any(candidate.hit.passage.source.holds(source) for source in kept))}
        for candidate in candidates
    ]


def _measure_new(question: Question, candidate: Candidate) -> dict[str, float]:
    """Measure how far the passage supports what a follow-up itself says: what it carries must not speak for that."""
    terms, gaps = question.weighed, 1.0 - candidate.support
    new = np.array([term.is_new for term in terms], dtype=bool)
    if new.all():
        return dict.fromkeys(("carries", "few_new", "new_gap", "new_weakest_gap", "new_unknown_gap"), 0.0)
    matters = new & np.array([term.weight >= MATTERS for term in terms], dtype=bool)
    unknown = new & np.array([not term.known for term in terms], dtype=bool)
    weights = candidate.weights * new
    return {
        "carries": 1.0,
        "few_new": 1.0 / (1.0 + int(new.sum())),
        "new_gap": float(weights @ gaps / max(float(weights.sum()), 1e-9)),
        "new_weakest_gap": float(gaps[matters].max(initial=0.0)),
        "new_unknown_gap": float(gaps[unknown].max(initial=0.0)),
    }


def _measure_one(question: Question, candidate: Candidate, best: np.ndarray) -> dict[str, float]:
    terms = question.weighed
    hit, weights, support = candidate.hit, candidate.weights, candidate.support
    rarity = np.array([term.weight for term in terms], dtype=np.float32)
    share = rarity / max(float(rarity.sum()), 1e-9)
    unknown = np.array([not term.known for term in terms], dtype=bool)
    names = unknown & np.array([term.is_name for term in terms], dtype=bool)
    figures = np.array([term.is_telling_figure for term in terms], dtype=bool)
    weak = unknown & (support < WEAK)
    inexact = ~candidate.exact
    matters = rarity >= MATTERS
    asked = expectations.asked_after(question)
    gaps = 1.0 - support
    columns = {cell.column for cell in hit.passage.cells}
    mentioned = columns.intersection(question.entities)
    text = candidate.best_text
    return {
        "dense": hit.dense,
        "dense_title": hit.dense_title,
        "dense_sentence": hit.dense_sentence,
        "standing": hit.standing / 5.0,
        "lexical": hit.lexical,
        "coverage": candidate.coverage,
        "sentence_coverage": candidate.best_sentence_coverage,
        "exact": float(weights[candidate.exact].sum()),
        "elsewhere": float(weights @ (best - support)),
        "unknown": float((weights * gaps)[unknown].sum()),
        "is_row": float(bool(columns)),
        "names_column": float(bool(mentioned)),
        "names_columns": float(len(mentioned) > 1 or bool(columns and expectations.asks_to_compare(question))),
        "worst_unknown": float((share * gaps)[unknown].max(initial=0.0)),
        "unknown_names": float(share[names].sum()),
        "has_unknown_name": float(names.any()),
        "lacks_figure": float((figures & inexact).any()),
        "unknown_terms": min(int(unknown.sum()), 5) / 5,
        "weak_terms": min(int(weak.sum()), 4) / 4,
        "weak_share": float(share[weak].sum()),
        "unknown_support": float(support[unknown].mean()) if unknown.any() else 0.6,
        "inexact_support": float(support[inexact].mean()) if inexact.any() else 0.7,
        "inexact_gap": float((rarity * gaps)[inexact].sum()) / 5,
        "weakest": float(support[matters].min(initial=1.0)) if matters.any() else 0.5,
        "weakest_pair": candidate.weakest_pair,
        "asked_after": float(support[asked].min()) if asked else 0.8,
        "lacks_number": float(expectations.lacks_number(question, text)),
        "lacks_price": float(expectations.lacks_price(question, text)),
        "lacks_time": float(expectations.lacks_time(question, text)),
        "lacks_size": float(expectations.lacks_size(question, text)),
        "lacks_version": float(expectations.lacks_version(question, text)),
        "lacks_somebody": float(expectations.lacks_somebody(question, text)),
        "lacks_instruction": float(expectations.lacks_instruction(question, text)),
        "lacks_reason": float(expectations.lacks_reason(question, text)),
        "terms": min(len(terms), 10) / 10,
        "few_terms": 1.0 / (1.0 + len(terms)),
    }
