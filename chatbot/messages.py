"""A message with several questions is cut into them, and their answers are put together in its order.

Knows nothing about content, nor how one question is answered.
"""

import re
from collections.abc import Sequence

from chatbot.answers import Answer
from chatbot.manners import small_talk
from chatbot.questions import BEGINS_A_QUESTION, is_grammar
from index import split_words

MOST_QUESTIONS = 4
"""Of one message; a longer list is not a message, and what comes later is asked together with the last."""

_END = re.compile(r"(?<=\?)\s+(?=\S)")
_BEGINS_A_QUESTION = re.compile(
    r"(?:(?:and|also|but|or|so|then|plus|next|finally|secondly|second|besides|\d[.)])[\s,:]+)*"
    rf"(?:{BEGINS_A_QUESTION}|shall)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(?:and|also|plus|but)\b", re.IGNORECASE)
_ORDINALS = ("first", "second", "third", "fourth")


def split_message(text: str) -> list[str]:
    """Give the questions in a message, in its order; the whole message where it is one question.

    A question mark parts two questions where each says what it is about: "Is it the manufacturer?" only goes on with
    the question before, and "Vitest or Jest?" explains it.
    """
    parts: list[str] = []
    for piece in _END.split(text):
        if small_talk(piece, title=""):
            continue
        starts = not parts or (_BEGINS_A_QUESTION.match(piece) and piece.rstrip().endswith("?") and _has_subject(piece))
        if starts and len(parts) < MOST_QUESTIONS and (not parts or parts[-1].endswith("?")):
            parts.append(piece)
        else:
            parts[-1] += f" {piece}"
    return parts if len(parts) > 1 and _BEGINS_A_QUESTION.match(parts[0]) else [text]


def _has_subject(text: str) -> bool:
    needed = 1 if _GOES_ON.match(text) else 2
    return sum(not is_grammar(word.text) for word in split_words(text)) >= needed


def join_answers(typed: str, answers: Sequence[Answer]) -> Answer:
    """Put together what was said to each question of a message.

    Args:
        typed: the whole message.
        answers: in the order of its questions; the citations of all of them are numbered through.
    """
    answered = [answer for answer in answers if answer.verdict == "answered"]
    offers = [offer for answer in answers for offer in answer.suggestions]
    interpretation = " ".join(answer.interpretation for answer in answers)
    suggestions = tuple(dict.fromkeys(offers))
    texts = [answer.text if answer in answered else _refusal(number, answer) for number, answer in enumerate(answers)]
    return Answer(
        question=typed,
        verdict="answered" if answered else "not_covered",
        text="\n\n".join(texts),
        citations=tuple(citation for answer in answered for citation in answer.citations),
        # The whole is right only if its weakest part is.
        confidence=min(answer.confidence for answer in answered or answers),
        interpretation=interpretation,
        reason="" if answered else "; ".join(dict.fromkeys(map(_reason, answers))),
        suggestions=suggestions,
    )


def _refusal(number: int, answer: Answer) -> str:
    return f"The content does not answer the {_ORDINALS[number]} question: {_reason(answer)}."


def _reason(answer: Answer) -> str:
    return answer.reason or "it may mean several things"
