"""What is wrong with the words: placeholders left standing, names spelled in two ways, dates that have passed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from index.lint.findings import Finding
from index.lint.pages import Page

_PLACEHOLDERS = (
    re.compile(r"(?<![\w.])(?:TODO|FIXME)(?=\s*:|\s*\()|(?:(?<=\n)|^)[ \t>|*-]*(?:TODO|FIXME)\b(?!-)"),
    re.compile(r"(?<![\w-])(?:TBD|T\.B\.D\.)(?![\w-])|(?<![\w-])(?:TBA|TBC)(?=[ \t]*(?:[.,;)|]|$))", re.MULTILINE),
    re.compile(r"\blorem\s+ipsum\b", re.IGNORECASE),
    re.compile(r"(?<![\w.])(?:x{3,}|X{4,})(?![\w-])"),
    re.compile(r"\[\s*(?:please\s+)?(?:insert|fill\s+in|enter|add)\s[^\[\]\n]{1,60}\](?![\[(:])", re.IGNORECASE),
    re.compile(r"\binsert\s+(?:\w+\s+){1,4}here\b(?!\s+(?:and|or|if|to|when)\b)", re.IGNORECASE),
    re.compile(r"\[\s*your\s[^\[\]\n]{1,40}\](?![\[(:])", re.IGNORECASE),
    re.compile(r"\{\{[^{}\n]*\}\}|\{%[^%{}\n]*%\}"),
)
_NAMED_INSERTION = re.compile(r"<\s*(?:insert|your|add)\s[^<>\n]{1,60}>", re.IGNORECASE)

_NAME = re.compile(r"(?<![\w./@#:_\\$-])[^\W\d_]+\d*(?![\w/@_\\(=]|\.\w|:/)")
_INNER_CAPITAL = re.compile(r"[^\W\d_]*[a-z][A-Z][^\W\d_]*")
_TWO_WORDS = re.compile(r"(?<![\w./@#_-])([A-Z][a-z]+)[ -]([A-Z][a-z]+)(?![\w/@_]|\.\w)")
_PARTS = re.compile(r"[A-Z][a-z]+")

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}-(?P<number>\d\d?)(?:-(?P<day>\d\d?))?(?!\d)",
        rf"(?:(?P<day>\d\d?)(?:st|nd|rd|th)?\.?\s+)?{_MONTH},?\s+{_YEAR}(?!\d)",
        rf"{_MONTH}\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)",
        rf"(?P<number>\d\d?)[/.]{_YEAR}(?!\d)",
        rf"(?P<day>\d\d?)\.\s?(?P<number>\d\d?)\.\s?{_YEAR}(?!\d)",
        rf"{_YEAR}(?![\d.\w])",
    )
)
_SAYS_ITS_AGE = re.compile(
    r"\b(?:as\s+(?:of|at|on)|(?:last\s+|was\s+)?(?:updated|reviewed|revised|checked|verified)(?:\s+(?:on|in|at))?|"
    r"status|valid\s+as\s+of|state)\s*:?\s+(?=\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
_LONGEST_DATE = 24
_QUOTED = re.compile(r"[\"“‘'`]\s*$")


def check_placeholders(page: Page) -> Iterator[Finding]:
    """Find words that were to be replaced, where a visitor would see them; one finding a line."""
    told: set[int] = set()
    text = page.visible
    for start, words in sorted(_placeholders(page, text)):
        line = page.document.line_at(start)
        if line not in told:
            told.add(line)
            yield page.finding(
                "placeholder",
                start,
                f"“{words}” stands where something else was to be written",
                "Write it, or take the sentence out; what is for you alone may stand between <!-- and -->",
            )


def _placeholders(page: Page, text: str) -> Iterator[tuple[int, str]]:
    for pattern in _PLACEHOLDERS:
        for found in pattern.finditer(text):
            words = found.group().strip(" \t\n>|*-")
            if words and not _QUOTED.search(text[: found.start()][-3:]):
                yield found.start() + found.group().index(words), " ".join(words.split())
    for span in page.spoken:
        # Elsewhere what stands in pointed brackets is a tag.
        for found in _NAMED_INSERTION.finditer(page.document.text, span.start, span.end):
            if not page.document.text[: found.start()].endswith("`"):
                yield found.start(), found.group()


def check_spellings(pages: Iterable[Page]) -> Iterator[Finding]:
    """Find names with a capital inside, such as PyTorch, that are also written in another way."""
    pages = list(pages)
    places: dict[str, dict[str, list[tuple[Page, int]]]] = defaultdict(lambda: defaultdict(list))
    for page in pages:
        for found in _NAME.finditer(page.visible):
            places[found.group().casefold()][found.group()].append((page, found.start()))
        for found in _TWO_WORDS.finditer(page.visible):
            places[(found[1] + found[2]).casefold()][found.group()].append((page, found.start()))
    words = "\n".join(page.visible for page in pages)
    for spellings in places.values():
        yield from _other_spellings({name: found for name, found in spellings.items() if not name.isupper()}, words)


def _other_spellings(spellings: dict[str, list[tuple[Page, int]]], words: str) -> Iterator[Finding]:
    names = [name for name in spellings if _INNER_CAPITAL.fullmatch(name)]
    counts = {name: len(found) for name, found in spellings.items() if _is_the_same_name(name, names, words)}
    if not names or len(counts) < 2:
        return
    # Nobody types a capital inside a word by accident, so "GitHub" is right even where "Github" is more frequent.
    usual = max(counts, key=lambda name: (name in names or _is_two_words(name), counts[name], name))
    for name in counts.keys() - {usual}:
        # What is written small more often than not is a word ("dataframe") or a command ("pathspec").
        if name.islower() and counts[name] >= counts[usual]:
            continue
        by_page: dict[str, list[tuple[Page, int]]] = defaultdict(list)
        for page, start in spellings[name]:
            by_page[page.document.path].append((page, start))
        for (page, start), *others in by_page.values():
            more = f" ({len(others) + 1} times on this page)" if others else ""
            yield page.finding(
                "two-spellings",
                start,
                f"“{name}” here{more}, “{usual}” elsewhere",
                "Write it in one way; what else visitors may type goes under aliases at the top of the page",
            )


def _is_two_words(name: str) -> bool:
    return " " in name or "-" in name


def _is_the_same_name(name: str, names: list[str], words: str) -> bool:
    """Say whether *name* can be a spelling of one of *names*: two words must be its parts, and no ordinary words."""
    if not _is_two_words(name):
        return True
    parts = re.split("[ -]", name)
    is_made_of_them = any(_PARTS.findall(other) == parts for other in names)
    return is_made_of_them and re.search(rf"\b{'[ -]'.join(parts).lower()}", words) is None


def check_dates(page: Page, today: date, months: int) -> Iterator[Finding]:
    """Find dates by which the content says that it is older than *months*."""
    for start, words in _dates_of_the_page(page):
        found = read_date(words)
        if found and _months_between(found, today) >= months:
            yield page.finding(
                "stale-date",
                start,
                f"the content says of itself that it is from {words.strip()}",
                "Check that it still holds, then write the date of today; or take the date out",
            )


def _dates_of_the_page(page: Page) -> Iterator[tuple[int, str]]:
    updated = page.document.front_matter.updated
    if updated:
        top = re.search(rf"^:?(?:updated|date)\s*:.*?({re.escape(updated)})", page.document.text, re.M | re.I)
        yield (top.start(1) if top else 0), updated
    for found in _SAYS_ITS_AGE.finditer(page.visible):
        words = page.visible[found.end() : found.end() + _LONGEST_DATE]
        date_there = next((match for pattern in _DATES if (match := pattern.match(words))), None)
        if date_there:
            yield found.start(), date_there.group()


def read_date(words: str) -> date | None:
    """Read a date as people write it; of a month or a year alone, its last day, in favour of the owner."""
    for pattern in _DATES:
        if found := pattern.match(words.strip()):
            parts = {"day": None, "month": None, "number": None, **found.groupdict()}
            return _date(parts["year"] or "", parts["month"], parts["number"], parts["day"])
    return None


def _date(year: str, month: str | None, number: str | None, day: str | None) -> date | None:
    named = next((place for place, name in enumerate(_MONTHS, 1) if month and name.startswith(month.lower())), 0)
    which = named or int(number or 12)
    try:
        return date(int(year), which, min(int(day), 28) if day else 28)
    except ValueError:
        return None  # A thirteenth month is no date, and whoever wrote it meant something else.


def _months_between(before: date, after: date) -> int:
    return (after.year - before.year) * 12 + after.month - before.month - (after.day < before.day)
