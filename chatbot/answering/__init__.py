"""Evidence becomes an Answer: the owner's own words with their places, or what the content does not say.

Knows nothing about conversations.
"""

import re
from collections.abc import Mapping, Sequence

from chatbot.answering.comparison import answer_from_rows, is_in_doubt, says_too_little
from chatbot.answering.extractive import answer_from_prose
from chatbot.answering.grounding import check_grounding
from chatbot.answering.quotations import Quotations
from chatbot.answers import Answer
from chatbot.questions import Question, Term
from chatbot.retrieval import Evidence, Judged, names_the_cell
from chatbot.suggestions import nearest_questions
from index import Passage

MOST_PASSAGES = 3
"""An answer quotes from at most so many passages; more is a page, not an answer."""

NEARLY_AS_GOOD = 0.4
"""Another passage goes along when its rank is at least such a share of the first one's."""

MOST_NAMED = 3
"""A refusal names at most so many words that are missing."""

SUPPORTED = 0.6
"""From this support on a word of the question counts as met."""

_WHOLE_WORD = re.compile(r"\w(?:[\w.+#'’-]*[\w+#])?")


def compose(
    typed: str, evidence: Evidence, texts: Mapping[str, str], *, threshold: float, first_number: int = 1
) -> Answer:
    """Say what *evidence* holds, or that the content does not answer.

    Args:
        typed: the question as it was typed.
        evidence: what was found for it.
        texts: every document's text by its path.
        threshold: the confidence from which an answer is given.
        first_number: of its citations.
    """
    if not evidence.candidates or evidence.confidence < threshold:
        return _refuse(typed, evidence, _missing(evidence), evidence.confidence)
    chosen = _choose(evidence, threshold)
    # What is sure and yet says nothing leaves the chance of the others.
    left = max((item.confidence for item in evidence.candidates if item.confidence < threshold), default=0.0)
    if not chosen:
        title = evidence.candidates[0].candidate.hit.passage.title
        return _refuse(typed, evidence, f"the row “{title}” has only a mark there, and does not say more", left)
    if is_in_doubt(chosen[0].candidate.hit.passage):
        return _refuse(typed, evidence, _unclear(chosen[0].candidate.hit.passage), left)
    quotations = Quotations(texts, first_number=first_number)
    text = _say(chosen, evidence, quotations)
    if not quotations.citations:
        reason = f"what the row “{chosen[0].candidate.hit.passage.title}” has there is empty"
        return _refuse(typed, evidence, reason, left)
    answer = Answer(
        question=typed,
        verdict="answered",
        text=text,
        citations=quotations.citations,
        confidence=round(chosen[0].confidence, 4),
        interpretation=evidence.question.text,
        suggestions=nearest_questions(evidence, without=[item.candidate.hit.passage for item in chosen]),
    )
    check_grounding(answer, texts)
    return answer


def _choose(evidence: Evidence, threshold: float) -> list[Judged]:
    """Choose the surest candidate that says enough and those that go along with it, the surest first; maybe none."""
    sure = [item for item in evidence.candidates[1:] if item.confidence >= threshold]
    telling = [
        item
        for item in (evidence.candidates[0], *sure)
        if item.candidate.hit.passage.kind != "row" or not says_too_little(evidence.question, item.candidate)
    ]
    if not telling:
        return []
    surest, *others = telling
    passage = surest.candidate.hit.passage
    if names_the_cell(evidence.question, surest.candidate):
        return [surest]
    along = [
        item
        for item in others
        if item.rank >= NEARLY_AS_GOOD * surest.rank
        and (passage.kind != "row" or _same_table(item.candidate.hit.passage, passage))
        and not is_in_doubt(item.candidate.hit.passage)
    ]
    return [surest, *along[: MOST_PASSAGES - 1]]


def _same_table(one: Passage, other: Passage) -> bool:
    return (
        other.kind == one.kind == "row"
        and (one.source.path, one.source.heading, one.corner) == (other.source.path, other.source.heading, other.corner)
        and [cell.column for cell in one.cells] == [cell.column for cell in other.cells]
    )


def _say(chosen: Sequence[Judged], evidence: Evidence, quotations: Quotations) -> str:
    """Put the parts together: rows of one table as one table, everything else part by part."""
    parts: list[str] = []
    left = [item.candidate for item in chosen]
    while left:
        first = left[0]
        if first.hit.passage.kind == "row":
            together = [item for item in left if _same_table(item.hit.passage, first.hit.passage)]
            parts.append(answer_from_rows(evidence.question, together, quotations))
        else:
            together = [first]
            parts.append(answer_from_prose(evidence.question, first, quotations))
        left = [item for item in left if item not in together]
    return "\n\n".join(parts)


def _refuse(typed: str, evidence: Evidence, reason: str, confidence: float) -> Answer:
    return Answer(
        question=typed,
        verdict="not_covered",
        text=f"The content does not answer this: {reason}.",
        confidence=round(confidence, 4),
        interpretation=evidence.question.text,
        reason=reason,
        suggestions=nearest_questions(evidence),
    )


def _missing(evidence: Evidence) -> str:
    """Name the part of the question that the content never mentions."""
    terms = evidence.question.weighed
    if not terms:
        return "there is no word in it to look up"
    unknown = sorted((term for term in terms if not term.known), key=lambda term: -term.weight)[:MOST_NAMED]
    if unknown:
        return f"it never mentions {_listed(evidence.question, [term for term in terms if term in unknown])}"
    if evidence.candidates and terms:
        support = evidence.candidates[0].candidate.support
        unmet = [term for term, value in zip(terms, support, strict=True) if value < SUPPORTED]
        if unmet and len(unmet) < len(terms):
            return f"it says nothing about {_listed(evidence.question, unmet[:MOST_NAMED])} in this connection"
    return "it has nothing that says so"


def _unclear(passage: Passage) -> str:
    doubt = next(cell.doubt for cell in passage.cells if cell.doubt)
    place = f"{passage.source.path}, line {passage.source.first_line}"
    return f"the row “{passage.title}” is unclear in the source ({place}: {doubt})"


def _listed(question: Question, terms: Sequence[Term]) -> str:
    """Name *terms* as they were typed, whole: "scikit-learn" and not "scikit"."""
    typed = [
        next(
            whole.group() for whole in _WHOLE_WORD.finditer(question.text) if whole.start() <= word.start < whole.end()
        )
        for word, term in zip(question.words, question.terms, strict=True)
        if term and term in terms
    ]
    quoted = [f"“{whole}”" for whole in dict.fromkeys(typed)]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
