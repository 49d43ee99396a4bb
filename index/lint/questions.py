"""What is wrong with the headings and questions of the content: nothing below them, or two answers to one question."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from index.chunking.questions import ends_as_question
from index.encoder import Encoder
from index.lint.findings import Finding
from index.lint.pages import Page, is_hidden_between, place_seen_from
from index.lint.text import images_without_words
from index.passages import Passage
from index.plaintext import plain_text
from index.readers.document import QUESTION_LINE_LEVEL, Block, Break, Heading, Paragraph
from index.words import fold, split_words

_CLOSE = 0.9
"""Two wordings of one question have a cosine of .97 and more, "to increase" and "to reduce my payment" .83."""

_EMPTY_WORDS = frozenset(
    "a an the my your our i we you me us one some any do does did can could should shall will would may might am is "
    "are was were be been have has had to of for in on at with by and please actually really exactly also just then "
    "there it's what's s".split()
)
"""What two wordings of the same question may differ in."""

_POINTING = frozenset("it its this that these those they them their he she here there".split())
_SELF_CONTAINED = 2
"""A question with fewer telling words leans on the heading above it."""

_IMAGE = re.compile(r"!\[|<img\b|\.\. (?:\|[^|\n]*\| )?(?:image|figure)::", re.IGNORECASE)


def check_headings(page: Page) -> Iterator[Finding]:
    """Find headings and questions with nothing below them."""
    blocks = page.document.blocks
    for number, block in enumerate(blocks):
        if isinstance(block, Heading) and not _has_body(block, blocks[number + 1 :]):
            end = blocks[number + 1].span.start if number + 1 < len(blocks) else len(page.document.text)
            yield from _bare(page, block, end, blocks[number + 1 : number + 2])
    yield from _question_at_the_end(page)


def _has_body(heading: Heading, below: Sequence[Block]) -> bool:
    for block in below:
        if isinstance(block, Heading):
            return block.level > heading.level
        if not isinstance(block, Break):
            return True
        if heading.level == QUESTION_LINE_LEVEL:
            return False
    return False


def _is_asked(heading: Heading) -> bool:
    """Say whether *heading* is a question by its mark or by how it is marked."""
    return heading.level == QUESTION_LINE_LEVEL or ends_as_question(heading.title)


def _bare(page: Page, heading: Heading, end: int, below: Sequence[Block]) -> Iterator[Finding]:
    image = _IMAGE.search(page.document.text, heading.span.end, end)
    if image:
        if image.start() in images_without_words(page):
            return  # Said of the image itself, wherever it stands.
        yield page.finding(
            "invisible-text",
            image.start(),
            f"below “{heading.title}” stands nothing but an image, whose words no question can find",
            "Say in text what the image shows",
        )
    elif is_hidden_between(page, _end_of_line(page, heading), _start_of_line(page, end)):
        return
    elif _is_asked(heading):
        yield page.finding(
            "question-without-answer",
            heading.span.start,
            f"nothing answers the question “{heading.title}”",
            "Write the answer right below it, or take the question out",
        )
    elif not _may_be_a_first_line(page, heading, below):
        yield page.finding(
            "heading-without-body",
            heading.span.start,
            f"nothing stands below the heading “{heading.title}”",
            "Write what it announces, make what follows its parts (one level deeper), or take it out",
        )


def _end_of_line(page: Page, heading: Heading) -> int:
    end = page.document.text.find("\n", heading.span.end)
    return len(page.document.text) if end < 0 else end


def _start_of_line(page: Page, offset: int) -> int:
    return max(page.document.text.rfind("\n", 0, offset) + 1, 0) if offset < len(page.document.text) else offset


def _may_be_a_first_line(page: Page, heading: Heading, below: Sequence[Block]) -> bool:
    """Say whether a line that nobody marked as a heading is the title of the page, or has a subtitle right below it."""
    if not page.document.path.lower().endswith(".txt") or not below or not isinstance(below[0], Heading):
        return False
    if heading is page.document.blocks[0]:
        return True
    return page.document.line_at(below[0].span.start) == page.document.line_at(heading.span.end) + 1


def _question_at_the_end(page: Page) -> Iterator[Finding]:
    """Find the last line of a text of questions that asks once more, where nothing could be taken for an answer."""
    blocks = page.document.blocks
    asked = [block for block in blocks if isinstance(block, Heading) and block.level == QUESTION_LINE_LEVEL]
    last = blocks[-1] if blocks else None
    if not page.document.path.lower().endswith(".txt") or len(asked) < 2 or not isinstance(last, Paragraph):
        return
    words = plain_text(page.document.text[last.span.start : last.span.end])
    blank_above = page.document.text[: last.span.start].endswith("\n\n")
    if last.style == "prose" and blank_above and words.endswith("?") and not re.search(r"[.!?]\s", words):
        yield page.finding(
            "question-without-answer",
            last.span.start,
            f"nothing answers the question “{words}”",
            "Write the answer right below it, or take the question out",
        )


@dataclass(frozen=True)
class _Asked:
    """A question of the content, as it is compared with others."""

    page: Page
    passage: Passage
    asks: tuple[str, ...]
    """The telling words, as stems, in order: "A or B" is not "B or A" where one goes before the other."""

    leans: bool
    """Whether it can be understood only under its heading."""

    @classmethod
    def of(cls, page: Page, passage: Passage) -> "_Asked":
        words = split_words(passage.title)
        telling = tuple(word.stem for word in words if fold(word.text) not in _EMPTY_WORDS)
        plain = [word for word in telling if word not in ("how", "what", "when", "where", "why", "who", "which")]
        pointing = any(fold(word.text) in _POINTING for word in words)
        return cls(page, passage, telling, pointing or len(plain) < _SELF_CONTAINED)

    @property
    def offset(self) -> int:
        """Say where the question stands, which is above its answer."""
        begun = self.passage.source.start
        asked = (
            block.span.start
            for block in self.page.document.blocks
            if isinstance(block, Heading) and block.title == self.passage.title and block.span.start < begun
        )
        return max(asked, default=begun)

    @property
    def answer(self) -> str:
        """Give what the answer says, for comparing."""
        return " ".join(word.stem for word in split_words(plain_text(self.passage.text)))


def check_duplicates(pages: Iterable[Page], encoder: Encoder) -> Iterator[Finding]:
    """Find questions that mean the same and are answered differently, on one page or on two."""
    families: dict[tuple[str, ...], list[_Asked]] = defaultdict(list)
    for page in pages:
        for passage in page.passages:
            if passage.kind == "question":
                asked = _Asked.of(page, passage)
                families[asked.asks].append(asked)
    for family in families.values():
        told: set[int] = set()
        for first, second in combinations(family, 2):
            if id(second) not in told and _mean_the_same(first, second, encoder):
                told.add(id(second))
                yield _duplicate(first, second)


def _mean_the_same(first: _Asked, second: _Asked, encoder: Encoder) -> bool:
    if not first.asks or first.answer == second.answer:
        return False
    if _above(first) != _above(second) and (first.leans or second.leans):
        return False
    one, other = encoder.encode([first.passage.title, second.passage.title])
    return float(one.vector @ other.vector) >= _CLOSE


def _above(asked: _Asked) -> tuple[str, ...]:
    return (asked.page.document.path, *asked.passage.source.heading[:-1])


def _duplicate(first: _Asked, second: _Asked) -> Finding:
    place = place_seen_from(second.page, first.page, first.offset)
    return second.page.finding(
        "duplicate-question",
        second.offset,
        f"“{second.passage.title}” means the same as “{first.passage.title}” ({place}), and the answers differ",
        "Keep one of the two, or say in each question what makes it different",
    )
