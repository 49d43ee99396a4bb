"""What is wrong with the figures in the prose: a percent sign that was lost, the same thing said with two figures."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from index.lint.findings import Finding
from index.lint.pages import Page, place_seen_from
from index.lint.units import is_unit
from index.passages import Passage
from index.words import fold, split_words, stem

_PERCENT = r"(?:%|percent\b|per\s+cent\b)"
_SHARE = re.compile(
    rf"(?<![\w.,$€£¥₹])[~≈]?(?P<number>\d+(?:[.,]\d+)?(?:\s?[-–]\s?\d+(?:[.,]\d+)?)?)\s?(?P<unit>{_PERCENT})?"
    r"\s+of\s+(?P<phrase>[^\W\d_][\w'’-]*\s+[^\W\d_][\w'’-]*)"
)
_FIGURE = re.compile(
    r"(?<![\w.,/-])(?P<about>[~≈])?(?P<sign>[$€£¥₹])?\s?(?P<low>\d+(?:[.,]\d+)*)(?:\s?(?:[-–]|to|or)\s?(?P<high>\d+(?:[.,]\d+)*))?"
    rf"(?:\s?(?P<unit>{_PERCENT}|[$€£¥₹])|[\s-]?(?P<noun>[^\W\d_]{{1,20}}))?(?![\w/])"
)
_DETERMINERS = frozenset(
    "the a an our your their my his her its these those this that them us you which whom all".split()
)
_BETWEEN = frozenset(
    "a an the is are be was were will yes no about around roughly approximately usually only just".split()
)
"""What two wordings of the same statement may differ in."""

_BOUNDS = frozenset(
    "than least most over under below above up to from until till before after by every another".split()
)
_ABOUT = frozenset("about around roughly approximately nearly almost some circa ca".split())
_POINTING = frozenset("it its this that these those they their he she we you i here there both".split())
_CONDITIONS = frozenset("if when unless for with without except only where while until once but".split())
_LABELS = frozenset(
    "step version chapter section page line bus tram room level phase part figure table row no number nr grade class "
    "type model series season episode week day year hall gate door floor flat python windows release".split()
)
"""A number after one of these is a name and no quantity."""

_LEAST_ALIKE = 3
"""Telling words, the unit among them, that two statements under one heading have to share."""

_LEAST_APART = 4
"""The same under two headings, neither of which the words name."""

_MOST_FIGURES = 20
"""A sentence with more is a list or a formula, and states nothing about one of them."""

_TOLERANCE = 0.2
"""Between two figures of which one is said to be rough."""


def check_shares(page: Page) -> Iterator[Finding]:
    """Find numbers that are counted "of" the same things as a percentage elsewhere, without the percent sign."""
    found = list(_SHARE.finditer(page.visible))
    shares = defaultdict[tuple[str, ...], list[re.Match[str]]](list)
    for share in found:
        if share["unit"]:
            shares[_phrase(share)].append(share)
    for share in found:
        other = next(iter(shares[_phrase(share)]), None)
        if share["unit"] or other is None or fold(share["phrase"].split()[0]) in _DETERMINERS:
            continue
        line = page.document.line_at(other.start())
        yield page.finding(
            "lost-unit",
            share.start("number"),
            f"“{_on_one_line(share)}” has no %, unlike “{_on_one_line(other)}” on line {line}",
            "Add the % to the number, or say what it counts",
        )


def _phrase(share: re.Match[str]) -> tuple[str, ...]:
    return tuple(word.stem for word in split_words(share["phrase"]))


def _on_one_line(found: re.Match[str]) -> str:
    return " ".join(found.group().split())


@dataclass(frozen=True)
class _Statement:
    """A sentence with one of its figures taken out."""

    page: Page
    passage: Passage
    start: int
    """Where the figure stands."""

    words: tuple[str, ...]
    """The telling stems around the figure, other figures included, in order."""

    figure: str
    """As it is written, with its unit."""

    low: float
    high: float
    is_rough: bool
    is_general: bool
    """Whether it says of itself what it speaks of, without the heading above it."""

    @property
    def path(self) -> tuple[str, ...]:
        """Say under which headings it stands."""
        return (self.page.document.path, *self.passage.source.heading)

    def contradicts(self, other: "_Statement") -> bool:
        """Say whether both cannot be true of the same thing."""
        if self.is_rough or other.is_rough:
            return self.low > other.high * (1 + _TOLERANCE) or other.low > self.high * (1 + _TOLERANCE)
        return self.low > other.high or other.low > self.high


def check_contradictions(pages: Iterable[Page]) -> Iterator[Finding]:
    """Find statements that are the same but for one figure, and speak of the same thing as far as can be seen."""
    alike = defaultdict[tuple[str, ...], list[_Statement]](list)
    for page in pages:
        for statement in _statements(page):
            alike[statement.words].append(statement)
    pairs = [
        (first, second)
        for statements in alike.values()
        for first, second in combinations(statements, 2)
        if first.contradicts(second) and _speak_of_the_same(first, second)
    ]
    between = defaultdict[tuple[object, ...], int](int)
    for first, second in pairs:
        between[first.path, second.path] += first.path != second.path
    told: set[tuple[str, int]] = set()
    for first, second in pairs:
        place = (second.page.document.path, second.start)
        # Two sections that differ in figure after figure speak of two things.
        if between[first.path, second.path] <= 1 and place not in told:
            told.add(place)
            yield _contradiction(first, second)


def _contradiction(first: _Statement, second: _Statement) -> Finding:
    place = place_seen_from(second.page, first.page, first.start)
    return second.page.finding(
        "contradicting-figures",
        second.start,
        f"“{second.figure}” here, “{first.figure}” in the same statement on {place}",
        "Make the figures agree, or say in each sentence what makes it different",
    )


def _speak_of_the_same(first: _Statement, second: _Statement) -> bool:
    if first.passage is second.passage:
        return False  # Steps one after the other: "Bake for 20 minutes. … Bake for 5 minutes."
    if first.path == second.path:
        return len(first.words) >= _LEAST_ALIKE
    if not (first.is_general and second.is_general):
        return False
    names = _own_words(first, second) | _own_words(second, first)
    return len(first.words) >= (_LEAST_ALIKE if names & set(first.words) else _LEAST_APART)


def _own_words(statement: _Statement, other: _Statement) -> set[str]:
    """Give the words of a statement's nearest heading that the other's headings lack."""
    words = {word.stem for word in split_words(" ".join(statement.path[-1:]))}
    return words - {word.stem for word in split_words(" ".join(other.path[1:]))}


def _statements(page: Page) -> Iterator[_Statement]:
    for passage, sentence in page.sentences():
        words = page.visible[sentence.start : sentence.end]
        main = _main_clause(words)
        clauses = [words] if main is None else [words, main]
        for clause in clauses:
            figures = list(_FIGURE.finditer(clause))
            for figure in figures if len(figures) <= _MOST_FIGURES else ():
                if statement := _statement(page, passage, sentence.start, clause, figure):
                    yield statement


def _main_clause(words: str) -> str | None:
    """Give what a sentence says first, where the rest neither limits it nor brings other figures."""
    begun = re.match(r"\s*(?:yes|no)\s*[,—–-]\s*", words, re.IGNORECASE)
    start = begun.end() if begun else 0
    joint = re.compile(r",?\s+and\s+|;\s").search(words, start)
    if not joint:
        return " " * start + words[start:] if start else None
    rest = words[joint.end() :]
    if re.search(r"\d", rest) or {fold(word.text) for word in split_words(rest)[:1]} & _CONDITIONS:
        return None
    return " " * start + words[start : joint.start()]


def _statement(page: Page, passage: Passage, offset: int, clause: str, figure: re.Match[str]) -> _Statement | None:
    before = [fold(word.text) for word in split_words(clause[: figure.start()])]
    after = clause[figure.end() :]
    unit = _unit(figure, before)
    if not unit or not before or before[-1] in _BOUNDS | _LABELS or set(before) & _CONDITIONS:
        return None
    others = [*before, *(fold(word.text) for word in split_words(after))]
    words = tuple(stem(word) for word in others if word not in _BETWEEN | _ABOUT)
    first = next((word for word in before if word not in _BETWEEN | _ABOUT), "")
    determined = re.match(r"\s*(?:the|an?|each|every)\s", clause, re.IGNORECASE)
    is_command = len(before) > 1 and before[1] in _DETERMINERS and not determined
    low, high = _value(figure["low"]), _value(figure["high"] or figure["low"])
    return _Statement(
        page,
        passage,
        offset + figure.start("low"),
        (*words, unit),
        " ".join(figure.group().split()),
        low,
        max(low, high),
        bool(figure["about"]) or before[-1] in _ABOUT,
        not is_command and first not in _POINTING and not set(others) & _POINTING,
    )


def _unit(figure: re.Match[str], before: list[str]) -> str:
    """Name what is counted, empty where the number may be a name."""
    noun = fold(figure["noun"] or "")
    if figure["sign"] or figure["unit"]:
        return "%" if (figure["unit"] or "").startswith(("%", "per")) else figure["sign"] or figure["unit"]
    if is_unit(noun):
        return stem(noun)
    is_counted = noun.endswith("s") and len(noun) > 3 and bool(before)
    return stem(noun) if is_counted and not before[-1][:1].isdigit() else ""


def _value(number: str) -> float:
    """Read a number, in which a mark before three digits parts thousands and any other is the decimal point."""
    whole = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", number)
    parts = re.split(r"[.,]", whole)
    return float("".join(parts[:-1]) + "." + parts[-1]) if len(parts) > 1 else float(whole)
