"""Passages become questions that the content answers, to offer after an answer, a refusal, or at the start.

Knows nothing about pages: only which questions to offer, and in which order.
"""

from collections.abc import Iterable, Sequence

from chatbot.answering.comparison import is_in_doubt
from chatbot.names import is_remark
from chatbot.questions import TELLING, is_grammar, rarity
from chatbot.retrieval import Evidence
from index import Passage, split_words


def nearest_questions(evidence: Evidence, *, without: Sequence[Passage] = ()) -> tuple[str, ...]:
    """Give questions that the content may answer, those nearest to what was asked first."""
    hits = sorted((item.candidate.hit for item in evidence.candidates), key=lambda hit: -hit.score)
    passages = [hit.passage for hit in hits if hit.passage not in without]
    asked = evidence.question.text.casefold()
    return tuple(offer for offer in questions_of(passages) if offer.casefold() != asked)


def questions_of(passages: Iterable[Passage]) -> list[str]:
    """Give the question that each of *passages* answers, without repeating one."""
    return list(dict.fromkeys(offer for passage in passages if (offer := question_of(passage))))


def question_of(passage: Passage) -> str:
    """Put the question that *passage* answers, in the content's own words; empty where none suggests itself."""
    if all(is_grammar(word.text) for word in split_words(passage.title)):
        # "Getting there" says enough below the name of a place, and nothing to look up when it is asked.
        return ""
    if passage.kind == "question":
        return passage.title
    if passage.kind == "section" and not _names_its_subject(passage):
        return ""
    compared = [cell.column for cell in passage.cells if cell.text and not is_remark(cell.column)]
    if passage.kind == "row" and (is_in_doubt(passage) or not compared):
        return ""
    title = passage.title.rstrip(" .:!…")
    if title.endswith("?"):
        return title
    return f"{title}: {' or '.join(compared)}?" if 1 <= len(compared) <= 3 else f"{title}?"


def _names_its_subject(passage: Passage) -> bool:
    """Tell whether a heading says what to ask about: it has a telling word, or one that its text takes up again.

    "The bottom line" and "The short answer" have neither.
    """
    told = {word.stem for word in split_words(passage.text)}
    return any(
        word.stem in told or rarity(word.text) > TELLING
        for word in split_words(passage.title)
        if not is_grammar(word.text)
    )
