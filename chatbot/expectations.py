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
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|dozen|hundred|thousand|million|half|twice|once|several|"
    r"no|none|every|each|free)\b",
    re.IGNORECASE,
)
_A_PRICE = re.compile(
    r"[$€£₹]|\b(?:usd|eur|euros?|dollars?|rupees?|lakhs?|cents?|pounds?|free|charge|paid|price|cost|fee)\b",
    re.IGNORECASE,
)
_ASKS_WHEN = re.compile(
    r"\bwhen (?:is|was|will|does|do|did|are|were)\b|\b(?:since|until|till|by|from) when\b|"
    r"\b(?:what|which) (?:year|date|time|day|month)\b",
    re.IGNORECASE,
)
_A_TIME = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|mondays?|tuesdays?|"
    r"wednesdays?|thursdays?|fridays?|saturdays?|sundays?|days?|weeks?|months?|years?|hours?|minutes?|mornings?|"
    r"afternoons?|evenings?|nights?|noon|midnight|daily|weekly|monthly|yearly|spring|summer|autumn|winter|"
    r"when|whenever|until|once|after|before|while|during|always|never|if|as soon as|today|tomorrow|now|soon)\b",
    re.IGNORECASE,
)
_ASKS_A_SIZE = re.compile(
    r"\b(?:max(?:imum)?|min(?:imum)?|largest|smallest|biggest|size|limit|capacity|quota|how (?:big|large))\b|"
    r"\bin (?:kilo|mega|giga)?(?:bytes|seconds|minutes|hours|metres|meters|kilometres|kilograms?|percent)\b",
    re.IGNORECASE,
)
_ASKS_A_VERSION = re.compile(r"\b(?:versions?|releases?)\b", re.IGNORECASE)
_A_VERSION = re.compile(
    r"\bv?\d+(?:\.(?:\d+|x))+|\b(?:versions?|releases?|[a-z]{2,}\.?(?:js)?)\s?v?\d+\b|\b\d+(?:\.\d+)*\+?(?: (?:or|and) "
    r"(?:later|newer|above|up|higher)| onwards?)",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    r"\bwho(?:se|m)?\b|\b(?:which|what) (?:company|organi[sz]ation|person|people|team|author|vendor|firm|group)\b|"
    r"\b(?:author|creator|founder|maintainer|inventor|owner|director|manager)s?\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"(?<=[a-z,;(] )[A-Z][a-z]+|\b(?:by|from) [A-Z]|\b(?:[Tt]eams?|[Cc]ompan(?:y|ies)|[Cc]ommunit(?:y|ies)|[Aa]uthors?|"
    r"[Mm]aintain\w*|[Cc]reators?|[Dd]evelopers?|[Oo]wners?|[Ss]taff|[Ww]e|[Uu]sers?|[Ee]very(?:one|body)|[Aa]ny(?:one|body)|"
    r"[Nn]obody|[Oo]nly|[Pp]eople|[Pp]ersons?|[Mm]embers?|[Dd]octor|[Nn]urse|[Yy]ou)\b"
)
_ASKS_HOW_TO = re.compile(
    r"\bhow (?:do|can|should|would|could|might|must|does) (?:i|we|you|one|they|someone)\b|\bhow to\b|"
    r"\b(?:commands?|steps?|syntax)\b|\bcode (?:for|to)\b",
    re.IGNORECASE,
)
_AN_INSTRUCTION = re.compile(
    r"`[^`]+`|::|\b(?:us(?:e|ing)|run|call|set|add|install|open|click|choose|select|enable|disable|pass|write|create|"
    r"configure|change|remove|delete|send|fill|apply|enter|type|press|go to|ask|bring|take|put|import|by \w+ing|"
    r"(?:you|we|one) (?:can|should|must|may|need|have))\b",
    re.IGNORECASE,
)
_ASKS_WHY = re.compile(r"\bwhy\b|\breasons?\b|\bhow come\b", re.IGNORECASE)
_A_REASON = re.compile(
    r"\b(?:because|since|so that|as|due|reasons?|therefore|thus|so|in order|to avoid|otherwise|for|means?|makes?|"
    r"allows?|lets?|would|helps?|needs?|than|to)\b",
    re.IGNORECASE,
)
_ASKS_TO_COMPARE = re.compile(
    r"\b(?:both|each|every|either|all|two|side by side|compared?|comparison|differ\w*|versus|vs)\b", re.IGNORECASE
)
_QUESTION_WORD = re.compile(r"\b(?:how many|how much|how long|what|which|who|whose|when|where)\b", re.IGNORECASE)


def asks_to_compare(question: Question) -> bool:
    """Tell whether *question* asks for more than one side."""
    return bool(_ASKS_TO_COMPARE.search(question.text))


def lacks_number(question: Question, text: str) -> bool:
    """Tell whether *question* asks how many or how much, and *text* names no number."""
    return bool(_ASKS_HOW_MANY.search(question.asked)) and not _A_NUMBER.search(text)


def lacks_price(question: Question, text: str) -> bool:
    """Tell whether *question* asks what something costs or pays, and *text* speaks of no money."""
    return bool(_ASKS_A_PRICE.search(question.asked)) and not _A_PRICE.search(text)


def lacks_time(question: Question, text: str) -> bool:
    """Tell whether *question* asks when something is, and *text* names no time or condition."""
    return bool(_ASKS_WHEN.search(question.asked)) and not _A_TIME.search(text)


def lacks_size(question: Question, text: str) -> bool:
    """Tell whether *question* asks for a size or a limit, and *text* names no number."""
    return bool(_ASKS_A_SIZE.search(question.asked)) and not _A_NUMBER.search(text)


def lacks_version(question: Question, text: str) -> bool:
    """Tell whether *question* asks for a version, and *text* names none."""
    return bool(_ASKS_A_VERSION.search(question.asked)) and not _A_VERSION.search(text)


def lacks_somebody(question: Question, text: str) -> bool:
    """Tell whether *question* asks who, and *text* names nobody."""
    return bool(_ASKS_WHO.search(question.asked)) and not _SOMEBODY.search(text)


def lacks_instruction(question: Question, text: str) -> bool:
    """Tell whether *question* asks how to do something, and *text* tells nobody to do anything."""
    return bool(_ASKS_HOW_TO.search(question.asked)) and not _AN_INSTRUCTION.search(text)


def lacks_reason(question: Question, text: str) -> bool:
    """Tell whether *question* asks why, and *text* gives no reason."""
    return bool(_ASKS_WHY.search(question.asked)) and not _A_REASON.search(text)


STRICT = (lacks_number, lacks_price, lacks_time, lacks_size, lacks_version, lacks_somebody)
"""Of the above those that a single word tells: a sentence has a number, or it has none."""


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
