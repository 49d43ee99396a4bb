"""A passage of prose becomes an answer: the sentences that answer, in reading order, letter for letter.

Knows nothing about tables.
"""

import re
from collections.abc import Iterator

import numpy as np

from chatbot import expectations
from chatbot.answering.quotations import Quotations
from chatbot.evidence import Candidate, Floats
from chatbot.questions import Question
from index import Passage

WHOLE_ANSWER = 700
"""Up to so many characters the owner's answer to a question is given whole: the owner has cut it already."""

WHOLE_PASSAGE = 1_200
"""Up to so many characters the owner's answer to a question is given whole where no sentence speaks for itself."""

SPEAKS_FOR_ITSELF = 0.85
"""A sentence that supports so much of the question, in its own words, needs nothing around it."""

CARRIED = 0.25
"""What comes from the turns before counts so much beside what is new, when sentences are chosen."""

MOST_SENTENCES = 5
"""An answer chosen from a longer text has at most so many sentences; a code sample or a list counts as one."""

NEAR_BEST = 0.75
"""A sentence goes along when it supports the question at least so well, as a share of what the best one does."""

_LEANS_ON_THE_ONE_BEFORE = re.compile(
    r"(?:it|its|this|that|these|those|they|their|them|he|she|but|however|also|then|so|and|or|both|instead|otherwise|"
    r"therefore|in addition|for example|examples|in other words|in this case|in that case|similarly|likewise|yet|such|"
    r"the \w+ \w* ?in question|(?:the|an?) \w+ of (?:such|these|those))\b",
    re.IGNORECASE,
)

_GOES_ON_ABOUT_IT = re.compile(r"(?:it|they|he|she)\b(?! (?:is|was|takes)\b[^.]* (?:that|to)\b)", re.IGNORECASE)
"""What points back even from the beginning of a paragraph."""


def answer_from_prose(question: Question, candidate: Candidate, quotations: Quotations) -> str:
    """Say what a passage has for *question*, which it was tested against, in Markdown."""
    passage = candidate.hit.passage
    if passage.kind == "question" and len(passage.text) <= WHOLE_ANSWER:
        chosen = list(range(len(passage.sentences)))
    else:
        chosen = sorted(_choose(question, candidate))
    return "\n\n".join(_quoted(passage, first, last, quotations) for first, last in _runs(chosen))


def _choose(question: Question, candidate: Candidate) -> set[int]:
    """Choose the sentences that support the question best, and what they need to be understood."""
    passage = candidate.hit.passage
    coverage = _coverage(question, candidate)
    ranked = sorted(range(len(coverage)), key=lambda number: (-coverage[number], number))
    chosen: set[int] = set()
    for number in ranked:
        if coverage[number] < NEAR_BEST * coverage[ranked[0]] and chosen:
            break
        grown = chosen | _with_neighbours(passage, number)
        if chosen and len(_counted(passage, grown)) > MOST_SENTENCES:
            break
        chosen = grown
    if coverage.max(initial=0.0) < SPEAKS_FOR_ITSELF:
        chosen |= _around(passage, chosen)
    if passage.kind == "question":
        # The first sentence of an answer is its yes or no.
        chosen.add(0)
    return chosen | _of_the_kind_asked_for(question, candidate, chosen)


def _coverage(question: Question, candidate: Candidate) -> Floats:
    """Give how much of the question each sentence supports, shape (sentences,); of a follow-up, of what is new."""
    new = np.array([term.is_new for term in question.weighed], dtype=bool)
    if new.all() or not (candidate.weights * new).any():
        return candidate.sentence_coverage
    weights = candidate.weights * np.where(new, 1.0, CARRIED)
    covered: Floats = candidate.sentences @ (weights / weights.sum())
    return covered


def _of_the_kind_asked_for(question: Question, candidate: Candidate, chosen: set[int]) -> set[int]:
    """Give the best sentence with a number, a price, a name where one is asked for and the chosen ones have none."""
    sentences = candidate.hit.passage.sentences
    told = "\n".join(sentences[number].text for number in sorted(chosen))
    for lacks in expectations.STRICT:
        if lacks(question, told):
            has = [number for number, sentence in enumerate(sentences) if not lacks(question, sentence.text)]
            best = max(has, key=lambda number: candidate.sentence_coverage[number], default=None)
            return set() if best is None else _with_neighbours(candidate.hit.passage, best)
    return set()


def _with_neighbours(passage: Passage, number: int) -> set[int]:
    """Add what a sentence leans on, what leans on it, and the list or the code sample that it leads to."""
    sentences = passage.sentences
    chosen = {number}
    while number > 0 and _leans(passage, number):
        number -= 1
        chosen.add(number)
    last = max(chosen)
    while last + 1 < len(sentences) and sentences[last + 1].style == "prose" and _leans(passage, last + 1):
        last += 1
        chosen.add(last)
    if sentences[last].text.rstrip("*_ ").endswith(":"):
        following = last + 1
        while following < len(sentences) and sentences[following].style in ("item", "code", "quote"):
            chosen.add(following)
            following += 1
    return chosen


def _around(passage: Passage, chosen: set[int]) -> set[int]:
    """Give the rest of the paragraphs that the chosen sentences stand in, or of a short passage, all of it.

    Where the question is put in other words, what it means is often said by the sentences together.
    """
    if len(passage.text) <= (WHOLE_PASSAGE if passage.kind == "question" else WHOLE_ANSWER):
        return set(range(len(passage.sentences)))
    paragraphs = {passage.sentences[number].paragraph for number in chosen}
    around = {number for number, sentence in enumerate(passage.sentences) if sentence.paragraph in paragraphs}
    return around if sum(len(passage.sentences[number].text) for number in around) <= WHOLE_PASSAGE else set()


def _leans(passage: Passage, number: int) -> bool:
    """Tell whether a sentence is hard to understand without the one before."""
    sentence, before = passage.sentences[number], passage.sentences[number - 1]
    if sentence.style == "code":
        return before.style != "code"
    if sentence.style == "item" and before.style == "item" and sentence.paragraph != before.paragraph:
        return False
    if sentence.style == "item" and before.text.rstrip("*_ ").endswith(":"):
        return True
    bare = sentence.text.lstrip("*_`")
    if sentence.paragraph != before.paragraph:
        return sentence.style == before.style == "prose" and bool(_GOES_ON_ABOUT_IT.match(bare))
    return bool(_LEANS_ON_THE_ONE_BEFORE.match(bare))


def _counted(passage: Passage, chosen: set[int]) -> set[tuple[str, int]]:
    """Count a list as one, for it is read as one."""
    return {
        (passage.sentences[number].style, number if passage.sentences[number].style == "prose" else 0)
        for number in chosen
    }


def _runs(chosen: list[int]) -> Iterator[tuple[int, int]]:
    """Join numbers that follow one another into first and last."""
    for number in chosen:
        if number - 1 not in chosen:
            first = number
        if number + 1 not in chosen:
            yield first, number


def _quoted(passage: Passage, first: int, last: int, quotations: Quotations) -> str:
    citation = quotations.quote(passage, passage.sentences[first].start, passage.sentences[last].end)
    start = "- " if passage.sentences[first].style == "item" else ""
    # What ends in a code sample or a list needs a line of its own for the mark, or it would become part of it.
    gap = "\n\n" if passage.sentences[last].style == "code" else " "
    return f"{start}{citation.quote}{gap}[{citation.number}]"
