"""Every quotation and every mark of an answer is checked against the owner's text before the answer goes out.

Knows nothing about how it was composed.
"""

import re
from collections.abc import Mapping

from chatbot.answers import Answer


class GroundingError(RuntimeError):
    """An answer would have said what the content does not say: a fault of this program, not of the content."""


def check_grounding(answer: Answer, texts: Mapping[str, str]) -> None:
    """Make sure that *answer* is made of the owner's words.

    Args:
        answer: about to go out.
        texts: every document's text by its path.

    Raises:
        GroundingError: a quotation does not stand where it says, is not in the answer, or is not marked there.
    """
    for citation in answer.citations:
        source = citation.source
        if texts[source.path][source.start : source.end] != citation.quote:
            raise GroundingError(f"citation {citation.number} does not stand at {source}")
        if citation.quote not in answer.text:
            raise GroundingError(f"the answer does not hold the words of citation {citation.number}")
        if f"[{citation.number}]" not in answer.text:
            raise GroundingError(f"citation {citation.number} is not marked in the answer")
    # The longest first: a short one may stand inside a long one, whose own words may look like a mark. Each with its
    # mark: "1" alone would be taken out of "[10]", too.
    rest = answer.text
    for citation in sorted(answer.citations, key=lambda citation: -len(citation.quote)):
        for gap in (" ", "\n\n", ""):
            rest = rest.replace(f"{citation.quote}{gap}[{citation.number}]", "")
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", rest)}
    known = {citation.number for citation in answer.citations}
    if numbers - known:
        raise GroundingError(f"the answer marks citations that it does not have: {sorted(numbers - known)}")
