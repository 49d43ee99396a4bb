"""A question and the turns before it become readings: questions that stand alone.

A pure function of its arguments. Knows nothing about evidence: which reading holds is for the evidence to say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chatbot.questions import FUNCTION_WORDS, Names, clean, find_names, in_own_names, name_places
from index import split_words

_OPENING = re.compile(
    r"(?:(?:ok|okay|alright|thanks|thank you|cool|great|good|fine|sure|yes|and|but|or|so|also|then|well|hmm|right|now)"
    r"(?!\w)[\s,.!:;-]+)*"
    r"(?:(?:what|how) about|(?:the )?same(?: question)? for|what of|versus|vs|compared to|and|or|also|but|only)?(?!\w)",
    re.IGNORECASE,
)
_FRESH_START = re.compile(
    r"\b(?:never ?mind|forget(?: about)?(?: it| that)?|moving on|chang(?:e of|ing) (?:the )?(?:topic|subject)|"
    r"(?:different|another|new|other) (?:question|topic|thing|subject)|something else|anyway|back to|"
    r"(?:let['’]?s|let us) talk about)\b",
    re.IGNORECASE,
)
_LEFT_BEHIND = re.compile(r"[^.:;!?,]{0,40}[.:;!,]\s+(?=\S+\s+\S)")
"""What is named only to be left: "that." in "never mind that. Which …"."""

_POINTING = frozenset(
    "it its they them their theirs that this those these there both former latter same either".split()
)
_POINTING_PHRASE = re.compile(
    r"\b(?:the (?:other|first|second|last|former|latter)(?: one)?|that one|this one)\b", re.IGNORECASE
)
_ASKS_ON = frozenset("why how when since really because long much many example examples else more".split())

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


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed, as a question that stands alone."""

    text: str

    carried: tuple[str, ...] = ()
    """What came from the turns before; empty where the question stands alone as typed."""

    added: str = ""
    """What the question itself brings; it has to be supported in its own right."""


def read_followup(typed: str, before: Sequence[str], names: Names) -> list[Reading]:
    """Give the readings of *typed*, the likeliest first; never none.

    Args:
        typed: the question as it was typed.
        before: the stand-alone questions of the turns before, the latest last.
        names: the content's own.
    """
    text = clean(typed)
    alone = Reading(text, added=text)
    if not before or _FRESH_START.search(text):
        return [Reading(_without_fresh_start(text), added=text)]
    opening = _OPENING.match(text)
    leads = bool(opening and opening.group().strip())
    rest = text[opening.end() :].strip(" ,.!:;-") if opening and leads else text
    need = _need_of_context(rest, leads=leads, names=names)
    if need == "none":
        return [alone]
    carried = _carry(rest or text, before[-1], names)
    if need == "perhaps" or (leads and _is_a_topic(rest, before[-1], names)):
        return [alone, *carried] if len(_content_words(rest)) >= 2 else carried
    return [*carried, alone] if not carried or len(_content_words(rest)) >= 2 else carried


def _without_fresh_start(text: str) -> str:
    found = _FRESH_START.search(text)
    after = text[found.end() :].lstrip(" ,.!:;-") if found else ""
    left = _LEFT_BEHIND.match(after)
    if left and len(_content_words(left.group())) <= MOST_WORDS_LEFT_BEHIND:
        after = after[left.end() :]
    return after if _content_words(after) else text


def _need_of_context(text: str, *, leads: bool, names: Names) -> Literal["none", "perhaps", "plain"]:
    """Say how much *text* leans on the turn before: it points back, opens like a continuation, or is a fragment."""
    words = {word.text.casefold() for word in split_words(_EMPTY_IT.sub(" ", text))}
    content = _content_words(text)
    named = find_names(text, names.all_names)
    if _POINTING_PHRASE.search(text):
        return "plain"
    if _POINTING & words:
        return "plain" if not named else "perhaps"
    if leads:
        return "plain" if len(content) <= 3 else "none"
    if len(content) <= 1:
        return "plain" if len(split_words(text)) <= 4 else "perhaps"
    asks_on = bool(_ASKS_ON & {word.text.casefold() for word in split_words(text)[:2]})
    return "perhaps" if len(content) <= 2 and asks_on and not named else "none"


def _is_a_topic(text: str, before: str, names: Names) -> bool:
    """Tell whether *text* may be a topic of its own, and the turn before names nothing that it could be about."""
    words = {word.text.casefold() for word in split_words(text)}
    return len(_content_words(text)) >= 2 and not words & _POINTING and not find_names(before, names.all_names)


def _content_words(text: str) -> list[str]:
    return [word.text for word in split_words(text) if word.text.casefold() not in FUNCTION_WORDS]


def _carry(text: str, before: str, names: Names) -> list[Reading]:
    """Put together what *text* brings and what it leaves unsaid."""
    old = _spoken_of(before, names)
    text = _name_the_other(in_own_names(text, names), old, names)
    new = find_names(text, names.all_names) or _unknown_name(text, names)
    others = _without(text, new)
    readings: list[Reading] = []
    if new and old and not others:
        readings.append(Reading(_swap(before, old, new), tuple(_without(before, old).split()), " ".join(new)))
    if old and not new:
        readings.append(Reading(_resolve_pointing(text, old, names), tuple(old), text))
    if new and not others and not old:
        readings.append(Reading(f"{before} {text}", (before,), text))
    if not new or others:
        readings.append(Reading(f"{_shortened(before)}: {text}", (before,), text))
    return readings


def _spoken_of(before: str, names: Names) -> list[str]:
    """Give what *before* is about: what it names of what is compared, else the first other name in it."""
    compared = find_names(before, (*names.entities, *names.aliases))
    return compared or find_names(before, names.all_names)[:1]


def _unknown_name(text: str, names: Names) -> list[str]:
    """Give the words of a fragment that names something which the content never mentions: "and MXNet?"."""
    words = split_words(text)
    if not words or len(words) > 2 or any(word.text.casefold() in FUNCTION_WORDS for word in words):
        return []
    unknown = all(word.stem not in names.vocabulary for word in words)
    return [text[words[0].start : words[-1].end]] if unknown else []


def _shortened(before: str) -> str:
    """Give as much of what is carried as a question's length allows: a chain of follow-ups must not grow for ever."""
    words = before.rstrip("?!. ").split()
    return " ".join(words[:MOST_CARRIED_WORDS])


def _name_the_other(text: str, old: Sequence[str], names: Names) -> str:
    """Put the one name that was not spoken of in the place of "the other one"."""
    tables = [table for table in names.compared or (names.entities,) if set(old) & set(table)]
    others = list(dict.fromkeys(name for table in tables for name in table if name not in old))
    if len(others) != 1:
        return text
    return re.sub(r"\bthe other(?: one)?\b", lambda _: others[0], text, count=1, flags=re.IGNORECASE)


def _swap(before: str, old: Sequence[str], new: Sequence[str]) -> str:
    """Put the new names in the place of the first of the old ones, and take the other old ones out."""
    places = name_places(before, old)
    swapped = before
    for number in range(len(places) - 1, -1, -1):
        name, start, end = places[number]
        if number == 0:
            swapped = swapped[:start] + " and ".join(new) + swapped[end:]
        elif name not in new:
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
        if word.text.casefold() not in FUNCTION_WORDS and not any(start <= word.start < end for _, start, end in places)
    ]
    return " ".join(rest)
