"""A text becomes its words, as search and evidence compare them.

Knows nothing about passages, vectors or frequencies.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.english_stemmer import EnglishStemmer

_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963"
"""What stands on a letter without being one: accents written apart (macOS does that), signs of Hindi and Marathi."""

_LETTERS = rf"[^\W\d_]+(?:[{_MARKS}]+[^\W\d_]*)*"

_WORD = re.compile(rf"\d+(?:[.,]\d+)*|{_LETTERS}(?:['’]{_LETTERS})*\d*[+#]{{0,2}}|\w")
"""Figures with their decimals, words with their apostrophes, and names such as C++, C# or utf8."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text."""

    text: str
    """As it is written."""

    start: int
    end: int

    @property
    def stem(self) -> str:
        """Give what the word's inflections have in common."""
        return stem(self.text)


def split_words(text: str) -> list[Word]:
    """Cut *text* into words, in order; punctuation and underscores fall away."""
    return [Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(text) if found.group() != "_"]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Reduce *word* to its English stem (Porter2, through Snowball), without case, accents or possessive."""
    bare = fold(word)
    for ending in ("'s", "'"):
        bare = bare.removesuffix(ending)
    bare = bare.replace("'", "")
    stemmed: str = _stemmer().stemWord(bare)
    return stemmed


def fold(text: str) -> str:
    """Take case, accents and compatibility forms off *text*, for comparing only."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def search_terms(text: str) -> list[str]:
    """Give the stems of *text*, and beside them those of names written in several parts.

    "define-by-run" also counts as "definebyrun" and "node_modules" as "nodemodules", so that a name is found
    however its parts are joined.
    """
    words = split_words(text)
    return [*(word.stem for word in words), *(stem(name) for name in _joined_names(text, words))]


def _joined_names(text: str, words: list[Word]) -> Iterator[str]:
    parts: list[Word] = []
    for word, following in zip_longest(words, words[1:]):
        parts.append(word)
        if following is not None and text[word.end : following.start] in ("-", "_", ".", "/", "‑"):
            continue
        if len(parts) > 1:
            yield "".join(part.text for part in parts)
        parts = []


@cache
def _stemmer() -> "EnglishStemmer":
    from snowballstemmer.english_stemmer import EnglishStemmer

    return EnglishStemmer()
