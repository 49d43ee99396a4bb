"""A question becomes Evidence: the passages that may answer it, each with what supports it and how sure that is.

Knows nothing about what is said in the end.
"""

from dataclasses import dataclass

from chatbot.confidence import Calibration, Features, measure
from chatbot.evidence import Candidate, weigh_passage
from chatbot.questions import Names, Question, read_question
from index import SearchIndex, split_words

CANDIDATES = 10
"""Passages that are tested against a question; the right one is among them nearly always."""


@dataclass(frozen=True, eq=False)
class Judged:
    """A candidate, and how sure it is that it answers the question."""

    candidate: Candidate

    features: Features
    """What was measured of it."""

    rank: float
    """The chance, from 0 to 1, that it is the right one if the content answers the question at all."""

    confidence: float
    """The chance, from 0 to 1, that it answers the question, for the candidate that ranks first."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the content has for a question."""

    question: Question

    candidates: tuple[Judged, ...]
    """The highest rank first."""

    @property
    def confidence(self) -> float:
        """Give how sure it is that the content answers the question, from 0 to 1."""
        return self.candidates[0].confidence if self.candidates else 0.0


def names_of(index: SearchIndex) -> Names:
    """Collect the words and names that the content uses."""
    entities = {cell.column: None for passage in index.passages for cell in passage.cells if cell.column}
    aliases: dict[str, tuple[str, ...]] = {}
    for document in index.documents.values():
        for name, others in document.front_matter.aliases.items():
            aliases[name] = (*aliases.get(name, ()), *others)
    return Names(index.vocabulary, index.spellings, tuple(entities), aliases)


def find_evidence(
    typed: str, index: SearchIndex, names: Names, calibration: Calibration, *, added: str = ""
) -> Evidence:
    """Find the passages that may answer *typed*, and judge each by what supports it.

    Args:
        typed: a question that stands alone.
        index: where to look.
        names: the words and names that the content uses.
        calibration: how candidates are ranked and judged.
        added: what a follow-up itself said, where *typed* carries more. No confidence is higher than the support of
            a word of it that the content never mentions: what was carried must not speak for what is new.
    """
    question = read_question(typed, names)
    if not question.weighed:
        return Evidence(question, ())
    encoding = index.encoder.encode([question.text])[0]
    hits = index.search(encoding, question.text, k=CANDIDATES)
    candidates = [weigh_passage(question, encoding, hit, index) for hit in hits]
    features = measure(question, candidates)
    judged = [
        Judged(
            candidate,
            row,
            calibration.ranking.chance(row),
            min(calibration.decision.chance(row), _support_of_new(question, candidate, added)),
        )
        for candidate, row in zip(candidates, features, strict=True)
    ]
    # Ties fall to the better hit, so that the same question always gives the same answer.
    return Evidence(question, tuple(sorted(judged, key=lambda item: -item.rank)))


def _support_of_new(question: Question, candidate: Candidate, added: str) -> float:
    """Give the support of the least supported word of *added* that the content never mentions; 1 where it knows all."""
    new = {word.stem for word in split_words(added)}
    unknown = [
        float(value)
        for term, value in zip(question.weighed, candidate.support, strict=True)
        if term.stem in new and not term.known
    ]
    return min(unknown, default=1.0)
