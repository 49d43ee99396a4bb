"""A paragraph is cut into sentences, each with its exact place.

No cut inside code, links, brackets or a short stretch of bold, nor after abbreviations. In doubt, two sentences stay
one: a quotation that says a little more is better than one that breaks off.
"""

import re
from bisect import bisect_right
from collections import defaultdict

from index.readers.document import Span

MAX_WORDS = 180
"""So much text fits into the 256 tokens that the encoder sees."""

_MAX_LETTERS = 2_000
_LONGEST_BRACKET = 400
_LONGEST_BOLD = 400
_STOP = re.compile(r"[.!?…]{1,20}[\"'”’»)\]*_`~]{0,8}(?=\s|$|<br)|[。！？]{1,8}[」』”’）]{0,4}")
_MARKS = re.compile(r"`+|\]\(|[\[\]()]|\*\*|<[a-zA-Z/][^<>]{0,300}>")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘*_/]{1,40}$")
_OPENING = re.compile(r"[\s\"'“‘«(\[*_`~>#-]*")
_CLAUSE_END = re.compile(r"[;:,—–]\s")
_SPACE = re.compile(r"\s+")

# Never the end of a sentence.
_ABBREVIATIONS = frozenset(
    "e.g i.e eg ie vs cf approx ca dr mr mrs ms prof st fig figs nos vol pp p sec eq ed eds viz resp incl excl est min "
    "max dept univ esp ref refs ch z.b d.h bzw ggf u.a".split()
)
# The end of a sentence only when what follows can hardly be anything but a beginning.
_SOMETIMES = frozenset("inc ltd corp co llc plc etc u.s u.k u.n a.m p.m al jr sr ph.d e.u".split())
_STARTERS = frozenset(
    "the this that these those it its a an in on at if when while for we you they he she i our your their there here "
    "as to however but and so then with by from after before since because although though no not yes use see".split()
)


def cut_sentences(text: str, start: int, end: int) -> list[Span]:
    """Give where the sentences of ``text[start:end]`` stand; none is longer than the encoder can see."""
    words = text[start:end]
    shields = _shielded(words)
    spans: list[Span] = []
    begun = 0
    for stop in _STOP.finditer(words):
        if _ends_sentence(words, begun, stop) and not _is_inside(shields, stop.end()):
            spans += _fitting(words, begun, stop.end(), start)
            begun = stop.end()
    return [*spans, *_fitting(words, begun, len(words), start)]


def _ends_sentence(words: str, begun: int, stop: re.Match[str]) -> bool:
    sign = stop.group()
    if sign[0] in "。！？":
        return True
    opening = _OPENING.match(words, stop.end())
    next_at = opening.end() if opening else stop.end()
    if next_at >= len(words):
        return True
    next_letter = words[next_at]
    before = _LAST_WORD.search(words[max(begun, stop.start() - 41) : stop.start()])
    last = before.group() if before else ""
    if sign[0] != "." or sign.startswith(".."):
        return not next_letter.islower()
    return _full_stop_ends(
        last, words[next_at : next_at + 30], at_beginning=words[begun : stop.start()].strip() == last
    )


def _full_stop_ends(last: str, following: str, *, at_beginning: bool) -> bool:
    """Say whether the stop between the word *last* and *following* is the end of a sentence."""
    word = last.lower()
    next_word = re.split(r"[^\w']", following, maxsplit=1)[0]
    if word in _ABBREVIATIONS or (word == "no" and following[0].isdigit()):
        return False
    if at_beginning and (last.isdigit() or (len(last) == 1 and last.isalpha())):
        return False  # The number of an item: "1. Install it."
    starts = next_word.lower() in _STARTERS and next_word[:1].isupper()
    if word in _SOMETIMES or (len(last) == 1 and last.isalpha() and last.isupper()):
        return starts
    if following[0].islower():
        return len(word) >= 4 and word.isalpha() and word.islower()
    return True


def _shielded(words: str) -> list[tuple[int, int]]:
    """Give the stretches inside which no sentence ends, in order and joined where they overlap."""
    marks = list(_MARKS.finditer(words))
    runs: dict[str, list[int]] = defaultdict(list)
    for mark in marks:
        if mark.group()[0] == "`":
            runs[mark.group()].append(mark.start())
    found: list[tuple[int, int]] = []
    brackets: list[tuple[str, int]] = []
    bold, hidden = -1, -1
    for mark in marks:
        sign, place = mark.group(), mark.start()
        if place < hidden:
            continue
        if sign[0] == "`":
            later = runs[sign][bisect_right(runs[sign], place) :][:1]
            if later:
                hidden = later[0] + len(sign)
                found.append((place, hidden))
        elif sign[0] == "<":
            found.append((place, mark.end()))
        elif sign == "**":
            if bold >= 0 and not words[place - 1].isspace():
                if place - bold <= _LONGEST_BOLD:
                    found.append((bold, mark.end()))
                bold = -1
            elif mark.end() < len(words) and not words[mark.end()].isspace():
                bold = place
        elif sign in "[(":
            brackets.append((sign, place))
        elif sign == "](":
            opened = brackets.pop()[1] if brackets and brackets[-1][0] == "[" else place
            brackets.append(("(", opened))
        elif brackets and brackets[-1][0] == ("[" if sign == "]" else "("):
            opened = brackets.pop()[1]
            if mark.end() - opened <= _LONGEST_BRACKET:
                found.append((opened, mark.end()))
    return _joined(sorted(found))


def _joined(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _is_inside(stretches: list[tuple[int, int]], place: int) -> bool:
    at = bisect_right(stretches, (place, -1)) - 1
    return at >= 0 and stretches[at][0] < place < stretches[at][1]


def _fitting(words: str, begun: int, ended: int, offset: int) -> list[Span]:
    """Give ``words[begun:ended]`` as one span, or as several where it is longer than the encoder can see."""
    sentence = words[begun:ended]
    begun += len(sentence) - len(sentence.lstrip())
    ended = begun + len(sentence.strip())
    spans = []
    while ended - begun > _MAX_LETTERS or len(words[begun:ended].split(maxsplit=MAX_WORDS)) > MAX_WORDS:
        cut = _last_cut(words, begun, ended)
        piece = words[begun:cut].rstrip()
        spans.append(Span(offset + begun, offset + begun + len(piece)))
        begun = cut + len(words[cut:ended]) - len(words[cut:ended].lstrip()) if cut < ended else ended
    return [*spans, Span(offset + begun, offset + ended)] if begun < ended else spans


def _last_cut(words: str, begun: int, ended: int) -> int:
    """Give the best place to cut a sentence that is too long: after a clause, else after a word, else anywhere."""
    window = words[begun : min(ended, begun + _MAX_LETTERS)]
    spaces = [space.start() for space in _SPACE.finditer(window)][:MAX_WORDS]
    if not spaces:
        return begun + len(window)
    clauses = [clause.start() + 1 for clause in _CLAUSE_END.finditer(window, spaces[len(spaces) // 2], spaces[-1] + 1)]
    return begun + (clauses[-1] if clauses else spaces[-1])
