"""A typed question becomes a Question: cleaned, in the content's own names, its words weighed by their rarity.

Knows nothing about passages' vectors; asks the content only which words and names it uses.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache, partial

from chatbot.errors import QuestionError
from index import Word, split_words

QUESTION_LIMIT = 1_000
"""In characters. Tokenising is linear, but nothing that long is a question."""

FUNCTION_WORDS = frozenset(
    """a about above after again all also am an and any anybody anyone anything are as at be because been before being
    below between both but by can could d did do does doing don down during each either else ever every few for from
    further get gets getting give given go goes going got had has have having he her here hers him his how i if in into
    is it its itself just kind let like ll m made make makes many may me might mine more most much must my need no nor
    not now of off on once one only or other our out over own per please re s same shall she should so some somebody
    someone something sort still such t tell than that the their them then there these they thing things this those
    through to too under until up upon us use used using ve very want wants was way we were what when where whether
    which while who whom whose why will with within without would yes yet you your
    able actually already always anyhow anyway basically currently exactly even explain describe hello hey hi know
    maybe mean okay ok perhaps possible possibly quite really say says show simply tell thank thanks think though
    although wonder wondering compare compared compares comparing comparison versus vs
    whats hows wheres whos thats theres dont doesnt didnt isnt arent wasnt cant couldnt wont wouldnt shouldnt hasnt
    havent im ive youre theyre pls plz ca wo sha instead""".split()
)
"""Words that carry grammar rather than a subject; they need no support."""

MOST_WORDS_OF_A_NAME = 3
"""A longer head of a column is a phrase, of which no single word means the whole."""

TELLING = 2.3
"""A word rarer than this names a subject by itself; on the scale of `rarity`."""

_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]*>|\]\([^()\s]*\)|[{}]{2}[^{}]*[{}]{2}")
"""Tags, targets of links and templates that were pasted along: none of it is asked about."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}

_CONTRACTION = re.compile(r"(?:n['’]t|['’](?:s|re|ve|d|ll|m))$")

AUXILIARIES = "is are was were does do did can could will would should has have may must".split()
BEGINS_A_QUESTION = "|".join([*"what which who whom whose when where why how".split(), *AUXILIARIES])
"""The words that a question begins with, for a pattern."""


def is_grammar(word: str) -> bool:
    """Tell whether *word* carries grammar rather than a subject: "what", "what's", "doesn't"."""
    folded = word.casefold()
    return folded in FUNCTION_WORDS or _CONTRACTION.sub("", folded) in FUNCTION_WORDS


def is_year(word: str) -> bool:
    """Tell whether *word* may be a year: four digits, from 1000 to 2999."""
    return len(word) == 4 and word.isdecimal() and word[0] in "12"


@dataclass(frozen=True)
class Term:
    """A word of the question that the content has to support."""

    text: str
    stem: str

    weight: float
    """How much it matters, from 0.3 for the commonest to 5 for the rarest: the rarer, the more."""

    known: bool
    """Whether the content uses the word anywhere, in any inflection."""

    is_name: bool
    """Whether it is written as a name."""

    is_new: bool = True
    """Whether the turn itself says it; False for what it takes over from the turns before."""

    @property
    def is_year(self) -> bool:
        """Tell whether it may be a year."""
        return is_year(self.text)

    @property
    def is_telling_figure(self) -> bool:
        """Tell whether it is a year, a version or another figure of two digits or more."""
        return sum(letter.isdigit() for letter in self.text) >= 2


@dataclass(frozen=True)
class Question:
    """A question as it is looked up."""

    typed: str

    text: str
    """Cleaned, with the content's own names in place of their aliases and likely slips of the pen put right."""

    words: tuple[Word, ...]
    """Every word of `text`."""

    terms: tuple[Term | None, ...]
    """For each word the term it stands for, or None for a word that needs no support."""

    entities: tuple[str, ...]
    """The names at the heads of the content's tables that the question mentions, in its order."""

    asked: str = ""
    """The part of `text` that says what is wanted: all of it, but for what comes from the turns before."""

    @property
    def weighed(self) -> list[Term]:
        """Give the terms alone."""
        return [term for term in self.terms if term]


@dataclass(frozen=True)
class Names:
    """The words and names that the content uses."""

    vocabulary: frozenset[str]
    """Stems of all its words."""

    spellings: tuple[str, ...]
    """All its words as they are written, without case."""

    entities: tuple[str, ...]
    """What its comparison tables compare."""

    aliases: Mapping[str, tuple[str, ...]]
    """A name as the content writes it, and the others that mean the same."""

    topics: tuple[str, ...] = ()
    """What else it writes as names are written."""

    compared: tuple[tuple[str, ...], ...] = ()
    """What each of its tables compares with one another."""

    labels: tuple[tuple[str, ...], ...] = ()
    """What the rows of each of its tables are called."""

    titles: tuple[str, ...] = ()
    """What its passages are called: questions, headings, labels of rows."""

    @cached_property
    def title_stems(self) -> frozenset[str]:
        """Give the stems of all words in titles."""
        return frozenset(word.stem for title in self.titles for word in split_words(title))

    @cached_property
    def name_stems(self) -> frozenset[str]:
        """Give the stems of all words in names."""
        return frozenset(word.stem for name in self.all_names for word in split_words(name))

    @cached_property
    def all_names(self) -> list[str]:
        """Give every name that may be spoken of: what is compared, what has aliases, what is written as a name."""
        return list(dict.fromkeys((*self.entities, *self.aliases, *self.topics)))

    @cached_property
    def names_and_labels(self) -> list[str]:
        """Give the same and the labels of rows, which name what is spoken of as well."""
        return list(dict.fromkeys((*self.all_names, *(label for of_table in self.labels for label in of_table))))


def clean(typed: str) -> str:
    """Take off what cannot be seen and fold what only looks different.

    Raises:
        QuestionError: nothing is left, or too much.
    """
    # Before folding, so that no time is spent on what is far too long, and after, for one letter may become eighteen.
    text = _visible(typed) if len(typed) <= QUESTION_LIMIT else typed
    if len(text) > QUESTION_LIMIT:
        raise QuestionError(f"The question has {len(text):,} characters, the limit is {QUESTION_LIMIT:,}. Shorten it")
    if not text:
        raise QuestionError("The question is empty. Type a few words")
    return text


def _visible(typed: str) -> str:
    # A separator such as a line break is a control character, too, but it parts words.
    spaced = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFKC", typed))
    kept = "".join(letter for letter in spaced if unicodedata.category(letter) not in _INVISIBLE)
    return " ".join(kept.split())


def read_question(typed: str, names: Names, *, added: str = "") -> Question:
    """Clean *typed*, put it into the content's own names and weigh its words.

    Of any length: a follow-up grows by what it carries.

    Args:
        typed: a question that stands alone.
        names: the content's own.
        added: what the turn itself said, where *typed* carries more.
    """
    spelled: dict[str, str | None] = {}
    text = _as_looked_up(typed, names, spelled)
    asked = _as_looked_up(added, names, spelled) or text
    new = {word.stem for word in split_words(asked)}
    words = split_words(text)
    terms = tuple(_weigh(word, text, names, is_new=word.stem in new) for word in words)
    return Question(typed, text, tuple(words), terms, tuple(find_names(text, names.entities)), asked)


def _as_looked_up(typed: str, names: Names, spelled: dict[str, str | None]) -> str:
    return _spell(in_own_names(_without_markup(_visible(typed)), names), names, spelled)


def _without_markup(text: str) -> str:
    """Take out markup that says nothing, unless nothing would be left."""
    bare = " ".join(_MARKUP.sub(" ", text).split())
    return bare if any(letter.isalnum() for letter in bare) else text


def rarity(word: str) -> float:
    """Weigh *word* by how rarely English uses it (Zipf scale of wordfreq, Speer 2022)."""
    from wordfreq import zipf_frequency

    return min(5.0, max(0.3, 7.0 - max(zipf_frequency(word, "en", wordlist="small"), 2.0)))


def find_names(text: str, names: Iterable[str]) -> list[str]:
    """Give those of *names* that *text* mentions, in the order of their first mention."""
    return list(dict.fromkeys(name for name, _, _ in name_places(text, names)))


def name_places(text: str, names: Iterable[str], *, whole: bool = False) -> list[tuple[str, int, int]]:
    """Give each mention of one of *names* in *text* with its start and end, in reading order, the longer name first.

    Words are compared by their stems. What a name has in brackets need not be said: "SWR (Website)" is SWR.
    A word that only one of the names has stands for it, unless names have to be *whole*: "Apollo" is Apollo Client.
    """
    words = split_words(text)
    stems = [word.stem for word in words]
    wanted_stems = {name: _stems_of(name) for name in names}
    longest_first = sorted(wanted_stems, key=lambda name: -len(wanted_stems[name]))
    taken: set[int] = set()
    places = []
    for name in longest_first:
        wanted = wanted_stems[name]
        for first in range(len(words) - len(wanted) + 1):
            numbers = set(range(first, first + len(wanted)))
            if wanted and tuple(stems[first : first + len(wanted)]) == wanted and not numbers & taken:
                taken |= numbers
                places.append((name, words[first].start, words[first + len(wanted) - 1].end))
    short = {} if whole else _short_names(wanted_stems)
    places += [
        (short[word.stem], word.start, word.end)
        for number, word in enumerate(words)
        if number not in taken and word.stem in short
    ]
    return sorted(places, key=lambda place: place[1])


@lru_cache(maxsize=65_536)
def _stems_of(name: str) -> tuple[str, ...]:
    """Give the stems of a name of the content; the same names are looked for in every question."""
    return tuple(word.stem for word in split_words(name.partition("(")[0] or name))


def _short_names(wanted_stems: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Give the words that are enough to mean one of the names, each with that name: telling, and in no other name."""
    owners: dict[str, set[tuple[str, ...]]] = {}
    for wanted in wanted_stems.values():
        for stem in wanted:
            # "SWR" and "SWR (Website)" are one name.
            owners.setdefault(stem, set()).add(wanted)
    return {
        word.stem: name
        for name, wanted in wanted_stems.items()
        if 1 < len(wanted) <= MOST_WORDS_OF_A_NAME
        for word in split_words(name.partition("(")[0])
        if len(owners[word.stem]) == 1 and rarity(word.text) > TELLING and not word.text[0].isdigit()
    }


def in_own_names(text: str, names: Names) -> str:
    """Put the content's own names in the place of their aliases, where *text* does not have them already.

    Not where an alias begins another name of the content: TF is TensorFlow, and TF Lite is TF Lite.
    """
    longer = {topic.casefold() for topic in names.topics}

    def own(name: str, found: re.Match[str]) -> str:
        following = found.string[found.end() :].split(maxsplit=1)
        is_longer = bool(following) and f"{found[0]} {following[0].strip('?!.,;:')}".casefold() in longer
        return found[0] if is_longer else name

    for name, others in names.aliases.items():
        for other in sorted(others, key=len, reverse=True):
            if not name_places(text, [name], whole=True):
                alias = rf"(?<!\w){re.escape(other)}(?!\w)"
                text = re.sub(alias, partial(own, name), text, flags=re.IGNORECASE)
    return text


def _weigh(word: Word, text: str, names: Names, *, is_new: bool) -> Term | None:
    if is_grammar(word.text) or (len(word.text) == 1 and not word.text.isdigit()):
        return None
    known = word.stem in names.vocabulary
    return Term(word.text, word.stem, rarity(word.text), known, _is_name(word, text), is_new)


def _is_name(word: Word, text: str) -> bool:
    """Tell whether *word* is written as a name: its capital begins no sentence, and the text does not shout."""
    letters = [letter for letter in text if letter.isalpha()]
    if sum(letter.isupper() for letter in letters) > 0.4 * len(letters):
        return False
    if any(letter.isupper() for letter in word.text[1:]) and not word.text.isupper():
        return True
    begins = not text[: word.start].strip() or text[: word.start].rstrip()[-1] in ".!?:"
    if begins or not word.text[0].isupper():
        return False
    # A common word in capitals is stressed, a rare one is an abbreviation.
    return not word.text.isupper() or rarity(word.text) > 2.7


def _spell(text: str, names: Names, spelled: dict[str, str | None]) -> str:
    """Put right what neither English nor the content knows but what is a slip away from a word of the content.

    What was found for a word stands in *spelled*: to look for it takes time.
    """
    parts, last = [], 0
    for word in split_words(text):
        if word.text not in spelled:
            spelled[word.text] = _right_spelling(word, names)
        if right := spelled[word.text]:
            parts += [text[last : word.start], right]
            last = word.end
    return "".join([*parts, text[last:]])


def _right_spelling(word: Word, names: Names) -> str | None:
    if len(word.text) < 5 or not word.text.isalpha() or word.stem in names.vocabulary:
        return None
    if rarity(word.text) < 4.0:
        return None
    typed = word.text.casefold()
    # Few slips change the length by more, or the first letter and the last; comparing all words takes seconds.
    near = [
        right
        for right in names.spellings
        if abs(len(right) - len(typed)) <= 2 and (right[0] == typed[0] or right[-1] == typed[-1])
    ]
    close = get_close_matches(typed, near, n=1, cutoff=0.8)
    return close[0] if close else None
