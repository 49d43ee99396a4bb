"""A question becomes Evidence: the passages that may answer it, each with what supports it and how sure that is.

Knows nothing about what is said in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from chatbot import expectations
from chatbot.confidence import Calibration, Features, measure
from chatbot.evidence import Candidate, weigh_passage
from chatbot.examiner import Sheet, prepare_sheet
from chatbot.questions import Names, Question, is_grammar, is_year, read_question
from index import Encoding, SearchIndex, Source, split_words

CHANCE_OF_ANOTHER = 0.25
"""No confidence is higher where the passage speaks of another place or year than the one that was asked about, or has
nothing of the kind that a bare "how much?" or "since when?" asks for."""

CHANCE_OF_THE_CELL = 0.9
"""No confidence is lower where the question names the row and the column and the passage has all its words: 33 of 35
such questions of ours and of others are answered by the cell."""

CANDIDATES = 8
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


def find_evidence(
    typed: str,
    index: SearchIndex,
    names: Names,
    calibration: Calibration,
    *,
    added: str = "",
    kept: Sequence[Source] = (),
) -> Evidence:
    """Find the passages that may answer *typed*, and judge each by what supports it.

    Args:
        typed: a question that stands alone.
        index: where to look.
        names: the words and names that the content uses.
        calibration: how candidates are ranked and judged.
        added: what a follow-up itself said, where *typed* carries more.
        kept: what the answer before quoted.
    """
    question = read_question(typed, names, added=added)
    judged = []
    for weighed in weigh_candidates(question, index, kept):
        features = weighed.features
        if calibration.examiner:
            features = features | calibration.examiner.examine(weighed.sheet, features)
        sure = calibration.sureness(features)
        if names_the_cell(question, weighed.candidate):
            sure = max(sure, CHANCE_OF_THE_CELL)
        if _says_nothing_of_it(question, weighed.candidate) or _has_another_in_place(
            question, weighed.candidate, names
        ):
            sure = min(sure, CHANCE_OF_ANOTHER)
        judged.append(Judged(weighed.candidate, features, calibration.ranking.chance(features), sure))
    # Ties fall to the better hit, so that the same question always gives the same answer.
    return Evidence(question, tuple(sorted(judged, key=lambda item: -item.rank)))


@dataclass(frozen=True, eq=False)
class Weighed:
    """A candidate and all that is measured of it before it is judged."""

    question: Question
    encoding: Encoding
    candidate: Candidate
    features: dict[str, float]
    index: SearchIndex

    @cached_property
    def sheet(self) -> Sheet:
        """Give what an examiner reads."""
        return prepare_sheet(self.question, self.encoding, self.candidate, self.index)


def weigh_candidates(question: Question, index: SearchIndex, kept: Sequence[Source] = ()) -> list[Weighed]:
    """Find the passages that may answer *question* and measure each, the best hit first; none for an empty question.

    Args:
        question: what was asked.
        index: where to look.
        kept: what the answer before quoted.
    """
    if not question.weighed:
        return []
    encoding = index.encoder.encode([question.text])[0]
    hits = index.search(encoding, question.text, k=CANDIDATES)
    candidates = [weigh_passage(question, encoding, hit, index) for hit in hits]
    return [
        Weighed(question, encoding, candidate, features, index)
        for candidate, features in zip(candidates, measure(question, candidates, kept), strict=True)
    ]


def names_the_cell(question: Question, candidate: Candidate) -> bool:
    """Tell whether *question* names a row and a column of a table, and asks for nothing that is not there."""
    passage = candidate.hit.passage
    asked = {word.stem for word in question.words}
    label = {word.stem for word in split_words(passage.title) if not is_grammar(word.text)}
    columns = {cell.column for cell in passage.cells if cell.text}
    return bool(label and label <= asked and columns.intersection(question.entities) and candidate.exact.all())


def _says_nothing_of_it(question: Question, candidate: Candidate) -> bool:
    """Tell whether a follow-up asks for a kind of fact and nothing else ("how much?"), and there is none."""
    carries_all = bool(question.weighed) and not any(term.is_new for term in question.weighed)
    text = candidate.hit.passage.text
    return carries_all and any(lacks(question, text) for lacks in expectations.STRICT)


def _has_another_in_place(question: Question, candidate: Candidate, names: Names) -> bool:
    """Tell whether the passage has another name or year in the place of one that it lacks: Pune, and not Mumbai."""
    asked = {word.stem for word in question.words}
    for term, exact, found in zip(question.weighed, candidate.exact, candidate.in_place, strict=False):
        if exact or found in asked:
            continue
        if term.is_name and not term.known and found in names.name_stems:
            return True
        if term.is_year and is_year(found):
            return True
    return False
