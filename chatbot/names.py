"""A built index becomes the Names that its content uses: what it compares, what has other names, what is called so.

Knows nothing about questions.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from chatbot.questions import Names, is_grammar
from index import Passage, SearchIndex, plain_text, split_words, stem

REMARKS = frozenset({"note", "notes", "remark", "remarks", "comment", "comments", "details", "explanation"})
"""Columns that say something about the others; they go along with any cell of their row."""

_BREAK = re.compile(r"[.!?:;|•(\[\"“\n]")
"""What a capital may follow without making a name."""

_PARTS = re.compile(r"[A-Z][a-z]+")
SHORTEST_PART = 5
"""In letters; a shorter one means too many things."""

_POSSESSIVE = re.compile(r"['’]s$")

MOST_WORDS_OF_A_TOPIC = 3
"""Of a longer run of capitals, as in a title, nobody speaks as of a thing."""


def names_of(index: SearchIndex) -> Names:
    """Collect the words and names that the content uses."""
    entities = {cell.column: None for passage in index.passages for cell in passage.cells if cell.column}
    aliases: dict[str, tuple[str, ...]] = {}
    for document in index.documents.values():
        for name, others in document.front_matter.aliases.items():
            aliases[name] = (*aliases.get(name, ()), *others)
    for name in entities:
        if found := _short_forms(name, index):
            aliases[name] = (*aliases.get(name, ()), *found)
    topics = tuple(name for name in _topics(index.passages) if name not in entities)
    rows = (passage.cells for passage in index.passages if passage.kind == "row")
    compared = dict.fromkeys(tuple(cell.column for cell in cells if not is_remark(cell.column)) for cells in rows)
    labels: dict[tuple[object, ...], list[str]] = {}
    for passage in index.passages:
        if passage.kind == "row":
            table = (
                passage.source.path,
                passage.source.heading,
                passage.corner,
                *(cell.column for cell in passage.cells),
            )
            labels.setdefault(table, []).append(passage.title)
    return Names(
        index.vocabulary,
        index.spellings,
        tuple(entities),
        aliases,
        topics,
        tuple(compared),
        tuple(tuple(dict.fromkeys(of_table)) for of_table in labels.values()),
        tuple(dict.fromkeys(passage.title for passage in index.passages)),
    )


def _short_forms(name: str, index: SearchIndex) -> list[str]:
    """Give how people shorten a name of two parts in one word: TensorFlow is TF where the content says so, too,
    and PyTorch is torch where the content means nothing else by it."""
    parts = _PARTS.findall(name)
    if len(parts) < 2 or "".join(parts) != name:
        return []
    initials, last = "".join(part[0] for part in parts), parts[-1]
    short = [initials] if initials.casefold() in index.spellings else []
    is_free = len(last) >= SHORTEST_PART and stem(last) not in index.vocabulary
    return [*short, *([last] if is_free else [])]


def is_remark(column: str) -> bool:
    """Tell whether a column says something about the others, and is not one of what is compared."""
    return column.casefold() in REMARKS


def _topics(passages: Iterable[Passage]) -> list[str]:
    """Give what the content writes with a capital inside sentences, at least twice as often as without."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for text in _texts(passages):
        for name, is_name in _words(text):
            key = " ".join(word.stem for word in split_words(name))
            (capital if is_name else small)[key] += 1
            if is_name:
                spelled.setdefault(key, name)
    return [spelled[key] for key in capital if capital[key] >= 2 * max(small[key], 1) or not small[key]]


def _texts(passages: Iterable[Passage]) -> Iterator[str]:
    for passage in passages:
        yield from (plain_text(sentence.text) for sentence in passage.sentences if sentence.style != "code")
        yield from (plain_text(cell.text) for cell in passage.cells)


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Give each word, or run of capital words, and whether its capital makes it a name."""
    words = split_words(text)
    run: list[str] = []
    for number, word in enumerate(words):
        gap = text[words[number - 1].end : word.start] if number else "."
        begins = not number or bool(_BREAK.search(gap))
        has_capital = word.text[0].isupper() or any(letter.isupper() for letter in word.text[1:])
        is_name = (
            has_capital
            and len(word.text) > 1
            and not is_grammar(word.text)
            and (not begins or any(letter.isupper() for letter in word.text[1:]))
        )
        if is_name and (not run or gap == " ") and len(run) < MOST_WORDS_OF_A_TOPIC:
            run.append(_POSSESSIVE.sub("", word.text))
            continue
        if run:
            yield " ".join(run), True
        run = [_POSSESSIVE.sub("", word.text)] if is_name else []
        if not is_name and not has_capital:
            yield word.text, False
    if run:
        yield " ".join(run), True
