"""What kind of answer a question waits for, and the words that say so.

Knows nothing about passages but their text.
"""

import re

from chatbot.questions import Question

_ASKS_HOW_MANY = re.compile(
    r"\bhow (?:many|much|long|far|old|big|large|tall|fast|often|soon|late|early|high|deep|wide|heavy)\b"
    r"|\bwhat (?:share|percentage|percent|proportion|amount)\b|\bwhat\b[^?]{0,30}\bnumber\b",
    re.IGNORECASE,
)
_ASKS_A_PRICE = re.compile(
    r"\b(?:costs?|prices?|pricing|fees?|salary|earn|pay|paid|charges?|expensive|cheap|cheaper|rent|lakhs?|euros?|dollars?)\b",
    re.IGNORECASE,
)
_A_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|half|twice|once|several|"
    r"no|none|every|each|free)\b",
    re.IGNORECASE,
)
_A_PRICE = re.compile(
    r"[$€£₹]|\b(?:usd|eur|euros?|dollars?|rupees?|lakhs?|cents?|pounds?|free|charge|paid|price|cost|fee)\b",
    re.IGNORECASE,
)
_ASKS_WHEN = re.compile(
    r"\bwhen (?:is|was|will|does|do|did|are|were)\b|\b(?:what|which) (?:year|date|time|day|month)\b", re.IGNORECASE
)
_A_TIME = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|mondays?|tuesdays?|"
    r"wednesdays?|thursdays?|fridays?|saturdays?|sundays?|days?|weeks?|months?|years?|hours?|minutes?|mornings?|"
    r"afternoons?|evenings?|nights?|noon|midnight|daily|weekly|monthly|yearly|spring|summer|autumn|winter|"
    r"when|whenever|until|once|after|before|while|during|always|never|if|as soon as|today|tomorrow|now|soon)\b",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(r"\b(?:how many|how much|how long|what|which|who|whose|when|where)\b", re.IGNORECASE)


def lacks_number(question: Question, text: str) -> bool:
    """Tell whether *question* asks how many or how much, and *text* names no number."""
    return bool(_ASKS_HOW_MANY.search(question.text)) and not _A_NUMBER.search(text)


def lacks_price(question: Question, text: str) -> bool:
    """Tell whether *question* asks what something costs or pays, and *text* speaks of no money."""
    return bool(_ASKS_A_PRICE.search(question.text)) and not _A_PRICE.search(text)


def lacks_time(question: Question, text: str) -> bool:
    """Tell whether *question* asks when something is, and *text* names no time or condition."""
    return bool(_ASKS_WHEN.search(question.text)) and not _A_TIME.search(text)


def asked_after(question: Question) -> list[int]:
    """Give the numbers of the terms that follow the question word, two at most: in "which share of …" it is "share"."""
    found = _QUESTION_WORD.search(question.text)
    numbers: list[int] = []
    term_number = -1
    for word, term in zip(question.words, question.terms, strict=True):
        term_number += term is not None
        if not found or word.start < found.end():
            continue
        if term is not None:
            numbers.append(term_number)
        elif numbers:
            break
    return numbers[:2]
