"""A question and everything below it become one passage, the answer kept whole.

A heading is a question when it ends in a question mark, when it was marked as one, or when it begins as questions do
and stands among other questions.
"""

import re

from index.readers.document import QUESTION_LINE_LEVEL, Heading

_AUXILIARY = (
    "is|are|am|was|were|do|does|did|can|could|should|shall|will|would|must|may|might|has|have|had|isn't|aren't|don't|doesn't|"
    "can't|won't|shouldn't|wouldn't"
)
_QUESTION_START = re.compile(
    rf"(?:(?:how|what|why|when|where|who|whom|whose|which)(?:'s|’s|\s+(?:{_AUXILIARY}|to|about|if|happens|else|many|"
    r"much|long|often|come|kind|sort|type|version|versions))\b|(?:why|how come)\b|"
    r"(?:is|are|am|was|were|does|did|do\s+(?:i|you|we|they)|can|could|should|shall|will|would|may|has|have\s+(?:i|you|we|they)|must)\s+\w|"
    r"i\s+(?:want|need|cannot|can't|can’t|can|have|am|get|do|don't|don’t|would)\b|i'm\b|i’m\b|i've\b|i’ve\b)",
    re.IGNORECASE,
)
_FAQ = re.compile(r"\bfaqs?\b|\bfrequently asked\b|\bquestions\b|\bq\s?(?:&|and|\+)\s?a\b", re.IGNORECASE)
_TRAILING = " \t\"'”’»)]*_.…"


def ends_as_question(title: str) -> bool:
    """Say whether *title* ends in a question mark, quotation marks and the like left aside."""
    return title.rstrip(_TRAILING).endswith(("?", "？", "؟"))


def is_question(heading: Heading, above: tuple[str, ...], siblings: list[Heading]) -> bool:
    """Say whether *heading* asks something; *above* are the titles above it, *siblings* its neighbours and itself."""
    if heading.level == QUESTION_LINE_LEVEL or ends_as_question(heading.title) or _has_question_inside(heading.title):
        return True
    return _QUESTION_START.match(heading.title) is not None and _is_among_questions(above, siblings)


def _has_question_inside(title: str) -> bool:
    """Find a question with a remark in brackets after it, such as "It broke. What now? (Windows)"."""
    return title.partition("? ")[2].startswith(("(", "["))


def _is_among_questions(above: tuple[str, ...], siblings: list[Heading]) -> bool:
    if any(_FAQ.search(title) for title in above):
        return True
    asking = sum(ends_as_question(sibling.title) for sibling in siblings)
    return asking >= 2 and 2 * asking >= len(siblings)
