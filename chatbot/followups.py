"""A question and the turns before it become readings: questions that stand alone.

A pure function of its arguments. Knows nothing about evidence: which reading holds is for the evidence to say.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chatbot.questions import (
    AUXILIARIES,
    BEGINS_A_QUESTION,
    Names,
    clean,
    find_names,
    in_own_names,
    is_grammar,
    name_places,
    rarity,
)
from index import split_words

Likeness = Callable[[str, str], tuple[int, int] | None]
"""Takes a question and a fragment; gives the start and end of the word of the question that the fragment is most like,
and None where it is like none."""

_LINKS = (
    r"(?:ok|okay|alright|thanks|thank you|thx|ty|cool|great|good|fine|sure|yes|no|nope|and|but|or|so|also|then|well|"
    r"hm+|right|now|oops|sorry|wait|actually)"
)
_OPENING = re.compile(
    rf"(?:{_LINKS}(?!\w)[\s,.!:;-]+)*"
    r"(?:(?:what|how) about|i (?:meant|mean)|make that|"
    r"(?:the )?same(?: question)? for|what of|versus|vs|compared to|and|or|also|but|only)?(?!\w)",
    re.IGNORECASE,
)
_FRESH_START = re.compile(
    rf"(?:{_LINKS}(?!\w)[\s,.!:;-]+)*"
    r"(?:never ?mind|nvm|forget(?: about)?(?: it| that)?|moving on|chang(?:e of|ing) (?:the )?(?:topic|subject)|"
    r"(?:a )?(?:different|another|new|other) (?:question|topic|thing|subject)|something else|anyway|back to|"
    r"(?:let['’]?s|let us) talk about)(?!\w)",
    re.IGNORECASE,
)
_LEFT_BEHIND = re.compile(r"[^.:;!?,]{0,40}[.:;!,]\s+(?=\S+\s+\S)")
"""What is named only to be left: "that." in "never mind that. Which …"."""

_POINTING = frozenset(
    "it its they them their theirs that this those these there both former latter same either".split()
)
_OPEN = frozenset("it its they them their theirs".split())
_THE_OTHER = re.compile(
    r"\bthe other(?: \w+)?(?=\s*(?:[?.!,]|$))|\bthe other(?: one)?\b|\bits (?:rival|competitor|counterpart|opponent)\b",
    re.IGNORECASE,
)
_POINTING_PHRASE = re.compile(
    rf"{_THE_OTHER.pattern}|\b(?:the (?:first|second|third|last|former|latter)(?: one)?|that one|this one)\b|"
    r"\b(?:set|get|buy|use|make|have|need|want|find|build|create|install|add) (?:one|some)\b(?! of)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(rf"(?:{BEGINS_A_QUESTION})\b", re.IGNORECASE)
"""How a question begins that is no fragment."""

_VERBS = frozenset((*AUXILIARIES, "had"))
_SPEAKER = re.compile(r"\b(?:i|you|we|your|my|our)\b", re.IGNORECASE)

_CONNECTIVE = re.compile(r"\s*(?:,|\band\b|\bor\b|\bvs\b\.?|\bversus\b)\s*$", re.IGNORECASE)
_EMPTY_IT = re.compile(
    r"\b(?:is|was|will|would|does|did|can|could)(?:n['’]t)? it (?=(?:be |take |make |\w+ (?:to|that|if|when)\b))"
    r"|\bit(?:['’]s| is| takes| would be)(?= \w+ (?:to|that|if)\b)",
    re.IGNORECASE,
)
"""An "it" that points to nothing: "Is it hard to find …"."""

_PRONOUN = re.compile(r"\b(?:it|they|them|this|that|both)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)

MOST_WORDS_LEFT_BEHIND = 2
"""With more, it is a question of its own."""

MOST_CARRIED_WORDS = 30
"""Of the question before; what comes later in a long one is seldom its subject."""

MOST_WORDS_OF_A_FRAGMENT = 4
"""With more words that carry a subject, a question that neither points back nor goes on stands alone."""

MOST_WORDS_IN_PLACE = 2
"""A fragment of so many words that carry a subject may take the place of a word of the question before."""

RARE = 4.0
"""From this rarity on, a word of one's own tables is a name by itself: "Vaultine"."""


@dataclass(frozen=True)
class Before:
    """A turn before, as far as the next one may lean on it."""

    question: str
    """As it was understood: a question that stands alone."""

    topic: str = ""
    """The title of the passage that answered it; empty where none did."""


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed, as a question that stands alone."""

    text: str

    carried: tuple[str, ...] = ()
    """What came from the turns before; empty where the question stands alone as typed."""

    added: str = ""
    """What the question itself brings; it has to be supported in its own right."""


def read_followup(
    typed: str, before: Sequence[Before], names: Names, likeness: Likeness = lambda question, fragment: None
) -> list[Reading]:
    """Give the readings of *typed*, the likeliest first; never none.

    Args:
        typed: the question as it was typed.
        before: the turns before, the latest last.
        names: the content's own.
        likeness: tells what a fragment may take the place of; asked where no name of the content does.
    """
    text = clean(typed)
    if not before or _FRESH_START.match(text):
        fresh = _without_fresh_start(text)
        return [Reading(fresh, added=fresh)]
    opening = _OPENING.match(text)
    leads = bool(opening and opening.group().strip())
    rest = text[opening.end() :].strip(" ,.!:;-") if opening and leads else text
    need = _need_of_context(rest, before[-1].question, leads=leads, names=names)
    alone = Reading(text, added=text)
    if need == "none":
        return [alone]
    carried = _carry(rest or text, before[-1], names, likeness)
    if need == "perhaps":
        return [alone, *carried]
    return [*carried, alone] if len(_content_words(rest)) >= 2 or not carried else carried


def _without_fresh_start(text: str) -> str:
    found = _FRESH_START.match(text)
    after = text[found.end() :].lstrip(" ,.!:;-") if found else ""
    left = _LEFT_BEHIND.match(after)
    if left and len(_content_words(left.group())) <= MOST_WORDS_LEFT_BEHIND:
        after = after[left.end() :]
    return after if _content_words(after) else text


def _need_of_context(text: str, before: str, *, leads: bool, names: Names) -> Literal["none", "perhaps", "plain"]:
    """Say how much *text* leans on the turn before: it points back, opens like a continuation, or is a fragment."""
    content = _content_words(text)
    named = _find(text, names)
    if _POINTING_PHRASE.search(text):
        return "plain"
    if _points(text):
        things = [name for name in named if _is_thing(name, names)]
        is_named = bool(_counterparts(things, _things(_find(before, names), names), names))
        # An "it" that pointed to nothing before points to nothing now: it is what the page is about.
        is_open = not leads and _is_open(text) and _is_open(before)
        return "perhaps" if is_open or (is_named and _without(text, things)) else "plain"
    if leads and _CLAUSE.match(text) and len(content) >= 2:
        return "perhaps"
    if leads:
        return "plain" if len(content) <= 3 else "none"
    if len(content) <= 1:
        return "plain" if len(split_words(text)) <= 4 and not (content and _SPEAKER.search(text)) else "perhaps"
    if named and _counterparts(named, _find(before, names), names) and len(content) <= MOST_WORDS_IN_PLACE:
        return "plain"
    return "perhaps" if len(content) <= MOST_WORDS_OF_A_FRAGMENT and not find_names(text, names.all_names) else "none"


def _content_words(text: str) -> list[str]:
    return [word.text for word in split_words(text) if not is_grammar(word.text)]


def _find(text: str, names: Names) -> list[str]:
    """Give what *text* names of the content's names and of the labels of its tables."""
    return find_names(text, names.names_and_labels)


def _counterparts(new: Sequence[str], old: Sequence[str], names: Names) -> list[tuple[str, str]]:
    """Give each of the *new* names with the old ones that stand beside it in a table.

    What stands in no table is the counterpart of what looks like a name, if it does so itself.
    """
    series = [{name.casefold() for name in one} for one in _series(names)]

    def is_outside(name: str) -> bool:
        return not any(name.casefold() in one for one in series)

    return [
        (name, other)
        for name in new
        for other in old
        if other not in new
        and (
            any(name.casefold() in one and other.casefold() in one for one in series)
            or (is_outside(name) and _looks_like_a_name(name, names) and _looks_like_a_name(other, names))
        )
    ]


def _series(names: Names) -> tuple[tuple[str, ...], ...]:
    """Give the names that stand beside each other: at the heads of a table's columns, or of its rows."""
    return (*names.compared, *names.labels) or (names.entities,)


def _carry(text: str, turn: Before, names: Names, likeness: Likeness) -> list[Reading]:
    """Put together what *text* brings and what it leaves unsaid."""
    before = turn.question
    old = _find(before, names)
    text = _name_the_other(in_own_names(text, names), old, names)
    new = _find(text, names) or _unknown_name(text, names)
    others = _without(_POINTING_PHRASE.sub(" ", text), new)
    subject = [] if _is_open(before) else _things(old, names)
    is_factor = bool(subject) and _names_a_factor(text, names)
    readings: list[Reading] = []
    if new and not others and (left := _replaced_by(new, old, names)):
        readings.append(Reading(_swap(before, left, new), tuple(_without(before, left).split()), " ".join(new)))
    elif not _points(text) and not is_factor and (place := _place_of_its_like(text, before, likeness)):
        fragment = _core(text, before)
        kept = before[: place[0]] + before[place[1] :]
        swapped = before[: place[0]] + fragment + before[place[1] :]
        readings.append(Reading(swapped, tuple(_content_words(kept)), fragment))
    if subject and not _counterparts(new, subject, names) and (_points(text) or is_factor):
        readings.append(Reading(_resolve_pointing(text, subject, names), tuple(subject), text))
    if not new or others or not readings:
        readings.append(Reading(f"{_shortened(before)}: {text}", (before,), text))
    if turn.topic and _content_words(turn.topic) and not _is_said_in(turn.topic, readings):
        # What was answered says better than its question what the talk is about.
        readings.append(Reading(f"{_shortened(turn.topic)}: {text}", (turn.topic,), text))
    return readings


def _points(text: str) -> bool:
    """Tell whether *text* has a word that points to what was spoken of."""
    return not _POINTING.isdisjoint(_pointing_words(text))


def _is_open(text: str) -> bool:
    """Tell whether *text* has an "it" or a "they" that nothing before it explained."""
    return not _OPEN.isdisjoint(_pointing_words(text))


def _pointing_words(text: str) -> Iterator[str]:
    """Give the words of *text* among which those are that point, without an "it" that points to nothing."""
    return (word.text.casefold() for word in split_words(_EMPTY_IT.sub(" ", text)))


def _replaced_by(new: Sequence[str], old: Sequence[str], names: Names) -> list[str]:
    """Give those of the *old* names whose place the *new* ones take: what they are compared with.

    A name that the content never mentions takes the place of the first thing that was spoken of.
    """
    compared = {other for _, other in _counterparts(new, old, names)}
    is_unknown = all(word.stem not in names.vocabulary for name in new for word in split_words(name))
    if compared:
        # "only PyTorch?" after a question about both takes the place of both.
        return [name for name in old if name in compared or name in new]
    return _things(old, names)[:1] if is_unknown else []


def _place_of_its_like(text: str, before: str, likeness: Likeness) -> tuple[int, int] | None:
    """Give the place of the word in *before* that a fragment takes: "magazines" that of "books"."""
    if not 1 <= len(_content_words(text)) <= MOST_WORDS_IN_PLACE or not _is_fragment(text):
        return None
    return likeness(before, _core(text, before))


def _is_fragment(text: str) -> bool:
    return not any(word.text.casefold() in _VERBS for word in split_words(text))


def _core(text: str, before: str) -> str:
    """Give *text* from its first word that carries a subject and is new to its last."""
    told = {word.stem for word in split_words(before)}
    subjects = [word for word in split_words(text) if not is_grammar(word.text)]
    words = [word for word in subjects if word.stem not in told] or subjects
    return text[words[0].start : words[-1].end] if words else text


def _things(old: Sequence[str], names: Names) -> list[str]:
    """Give those of the *old* names that are names by their looks, else those of what is compared, else the first.

    In "What is the climb of Beacon Ridge?" it is the ridge that "it" points to.
    """
    looks = [name for name in old if _looks_like_a_name(name, names)]
    compared = [name for name in old if name in names.entities or name in names.aliases]
    return looks or compared or list(old[:1])


def _is_thing(name: str, names: Names) -> bool:
    return _looks_like_a_name(name, names) or name in names.aliases


def _looks_like_a_name(name: str, names: Names) -> bool:
    words = split_words(name.partition("(")[0])
    capitals = [word.text[:1].isupper() for word in words]
    inner = any(letter.isupper() for word in words for letter in word.text[1:])
    is_rare = any(rarity(word.text) >= RARE for word in words)
    # The label of a row begins with a capital whatever it is: "Sharding".
    return inner or (len(words) > 1 and all(capitals)) or (is_rare and name in (*names.entities, *names.topics))


def _names_a_factor(text: str, names: Names) -> bool:
    """Tell whether a fragment is what a table or a heading is about, so that it needs but a thing to be asked of."""
    words = {word.stem for word in split_words(text) if not is_grammar(word.text)}
    return _is_fragment(text) and bool(words) and words <= names.title_stems


def _is_said_in(topic: str, readings: Sequence[Reading]) -> bool:
    told = {word.stem for word in split_words(topic)}
    return any(told <= {word.stem for word in split_words(reading.text)} for reading in readings)


def _unknown_name(text: str, names: Names) -> list[str]:
    """Give the words of a fragment that names something which the content never mentions: "and MXNet?"."""
    words = split_words(text)
    if not words or len(words) > 2 or any(is_grammar(word.text) for word in words):
        return []
    unknown = all(word.stem not in names.vocabulary for word in words)
    return [text[words[0].start : words[-1].end]] if unknown else []


def _shortened(before: str) -> str:
    """Give as much of what is carried as a question's length allows: a chain of follow-ups must not grow for ever."""
    words = before.rstrip("?!. ").split()
    return " ".join(words[:MOST_CARRIED_WORDS])


def _name_the_other(text: str, old: Sequence[str], names: Names) -> str:
    """Put the one name that was not spoken of in the place of "the other one"."""
    series = [one for one in _series(names) if set(_things(old, names)) & set(one)]
    others = list(dict.fromkeys(name for one in series for name in one if name not in old))
    if len(others) != 1:
        return text
    return _THE_OTHER.sub(lambda _: others[0], text, count=1)


def _swap(before: str, old: Sequence[str], new: Sequence[str]) -> str:
    """Put the new names in the place of the first of the old ones, and take the other old ones out."""
    places = name_places(before, old)
    swapped = before
    for number in range(len(places) - 1, -1, -1):
        _, start, end = places[number]
        if number == 0:
            swapped = swapped[:start] + " and ".join(new) + swapped[end:]
        else:
            kept = _CONNECTIVE.sub("", swapped[:start])
            swapped = kept + swapped[end:]
    return swapped


def _resolve_pointing(text: str, old: Sequence[str], names: Names) -> str:
    """Say the names that a pronoun points to; add them where nothing points."""
    says_both = re.search(r"\bboth\b", text, re.IGNORECASE)
    subject = " and ".join(names.entities if says_both and len(old) < 2 and len(names.entities) == 2 else old)
    pointed, count = _PRONOUN.subn(lambda _: subject, text, count=1)
    if not count:
        pointed, count = _POSSESSIVE.subn(lambda _: f"{subject}'s", text, count=1)
    return pointed if count else f"{text.rstrip('?')} {subject}?"


def _without(text: str, names: Sequence[str]) -> str:
    """Give what else *text* says, in words that carry a subject."""
    places = name_places(text, names)
    rest = [
        word.text
        for word in split_words(text)
        if not is_grammar(word.text) and not any(start <= word.start < end for _, start, end in places)
    ]
    return " ".join(rest)
