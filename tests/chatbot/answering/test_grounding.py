"""No answer goes out whose words or marks cannot be proved."""

import pytest

from chatbot.answering.grounding import GroundingError, check_grounding
from chatbot.answers import Answer, Citation
from index import Source

TEXTS = {"page.md": "Price: 12 euros. See [7] for prices. Prices rise.", "other.md": "Free of charge."}


def cite(number: int, quote: str, path: str = "page.md", *, shift: int = 0) -> Citation:
    start = TEXTS[path].index(quote) + shift
    return Citation(number, quote, Source(path, (), 1, 1, start, start + len(quote)))


def check(text: str, *citations: Citation) -> None:
    check_grounding(Answer("?", "answered", text, citations, confidence=0.9), TEXTS)


def test_what_stands_in_the_content_and_is_marked_goes_out() -> None:
    price, free = cite(1, "Price: 12 euros."), cite(2, "Free of charge.", "other.md")

    check("Price: 12 euros. [1]\n\nFree of charge. [2]", price, free)


def test_words_that_do_not_stand_at_their_offsets_do_not_go_out() -> None:
    with pytest.raises(GroundingError, match=r"citation 1 does not stand at page\.md:1"):
        check("12 euros [1]", cite(1, "12 euros", shift=1))


def test_a_citation_whose_words_are_not_said_does_not_go_out() -> None:
    with pytest.raises(GroundingError, match="does not hold the words of citation 1"):
        check("It costs twelve euros. [1]", cite(1, "12 euros"))


def test_a_citation_without_its_mark_does_not_go_out() -> None:
    with pytest.raises(GroundingError, match="citation 2 is not marked"):
        check("12 euros [1], Prices rise.", cite(1, "12 euros"), cite(2, "Prices rise."))


def test_a_mark_without_its_citation_does_not_go_out() -> None:
    with pytest.raises(GroundingError, match=r"marks citations that it does not have: \[2, 3\]"):
        check("12 euros [1] [2] [3]", cite(1, "12 euros"))


def test_what_looks_like_a_mark_in_the_owners_words_is_the_owners() -> None:
    check("See [7] for prices. [1]", cite(1, "See [7] for prices."))


def test_a_short_quote_does_not_break_up_a_long_one() -> None:
    check("See [1], See [7] for prices. [2]", cite(1, "See"), cite(2, "See [7] for prices."))


def test_a_quote_that_is_a_figure_breaks_up_no_mark() -> None:
    figures = {f"{number}.md": str(number) for number in range(1, 11)}
    citations = [Citation(int(words), words, Source(path, (), 1, 1, 0, len(words))) for path, words in figures.items()]
    text = "\n".join(f"{citation.quote} [{citation.number}]" for citation in citations)

    check_grounding(Answer("?", "answered", text, tuple(citations), confidence=0.9), figures)
