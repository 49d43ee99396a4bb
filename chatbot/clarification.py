"""Evidence becomes the readings to choose from, where a question of a word or two may mean several things.

Knows nothing about conversations; whether the content answers what is offered is for others to find out.
"""

from chatbot.retrieval import Evidence, Judged
from chatbot.suggestions import question_of
from index import split_words

MOST_TERMS = 2
"""With more words that carry a subject, a question says what it means."""

MOST_CHOICES = 3

CLOSE = 0.8
"""A candidate lies close to the first when its rank is at least such a share of the first one's."""


def readings_to_choose_from(evidence: Evidence, threshold: float) -> tuple[str, ...]:
    """Give the questions that *evidence* may answer, where there are several that differ in meaning; else none.

    Args:
        evidence: what was found.
        threshold: the confidence from which an answer is given.
    """
    asked = {term.stem for term in evidence.question.weighed}
    if not 1 <= len(asked) <= MOST_TERMS:
        return ()
    first = evidence.candidates[0] if evidence.candidates else None
    close = [
        item
        for item in evidence.candidates
        if first and item.confidence >= threshold and item.rank >= CLOSE * first.rank and asked < _title_stems(item)
    ]
    choices = tuple(dict.fromkeys(choice for item in close if (choice := question_of(item.candidate.hit.passage))))
    if first not in close or len(choices) < 2 or _bare(evidence.question.text) in map(_bare, choices):
        # Whoever has chosen is not asked again.
        return ()
    return choices[:MOST_CHOICES]


def _bare(text: str) -> str:
    return " ".join(word.text.casefold() for word in split_words(text))


def _title_stems(item: Judged) -> set[str]:
    """Give the words of a passage's title; where all that was asked is among them, the title says what it may mean."""
    return {word.stem for word in split_words(item.candidate.hit.passage.title)}
