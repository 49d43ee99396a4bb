"""What is wrong with the characters of a page, and what on it no question can find."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from index.chunking.sentences import cut_sentences
from index.encoder import Encoder
from index.lint.findings import Finding
from index.lint.pages import Page
from index.plaintext import plain_text
from index.readers.document import Heading, Paragraph, Table

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_REPLACED = re.compile("\ufffd")
_LATIN = r"[A-Za-z\u00c0-\u024f\d]"
_UNSEEN = re.compile(
    # Joiners are letters of their own in Persian or Hindi, and glue in emoji; between Latin letters they are litter.
    rf"[\u200b\u2060\u180e\u202a-\u202e\u2066-\u2069]|(?<!^)\ufeff|(?<={_LATIN})[\u200c\u200d\u00ad](?={_LATIN})"
)
_FRAME = 2
"""Tokens that the encoder puts around every text."""

_IMAGE_ALONE = re.compile(r"(?m)^[ \t>|]*(?:[-*+] )?!\[\s*\]\([^()\n]*\)[ \t|]*$")
_TAG_ALONE = re.compile(r"(?m)^[ \t>|]*<img\b(?![^<>]*\balt\s*=)[^<>]*>(?:</img>)?[ \t|]*$", re.IGNORECASE)
_RST_IMAGE = re.compile(r"(?m)^([ \t]*)\.\. image::.*+\n?+(?:\1[ \t]+:(?!alt:).*+\n?+)*+(?!\1[ \t]+:alt:)")
_BUTTON = re.compile(r"badge|shields\.io|:target:", re.IGNORECASE)
"""What is in the address of a status badge, and in an image that is a link."""


def check_characters(page: Page) -> Iterator[Finding]:
    """Find damaged and unseen characters; of each kind, the first place and how many lines more there are."""
    if page.document.text.startswith("\ufeff"):
        yield page.finding(
            "encoding",
            0,
            "the file begins with a byte order mark, which some programs show as stray characters",
            "Save the file as UTF-8 without a byte order mark",
            severity="note",
        )
    kinds = (
        (_REPLACED, "a character was lost and replaced by U+FFFD (�)", "Type the character again"),
        (_CONTROL, "a control character ({code}) stands here, which nobody sees", "Delete it"),
        (_UNSEEN, "an unseen character ({code}) stands here; a word with it in is not found", "Delete it"),
    )
    for pattern, message, cure in kinds:
        places = [found.start() for found in pattern.finditer(page.document.text) if not page.is_code(found.start())]
        if places:
            code = f"U+{ord(page.document.text[places[0]]):04X}"
            yield page.finding("encoding", places[0], message.format(code=code) + _more(page, places), cure)
    yield from _check_mojibake(page)


def _check_mojibake(page: Page) -> Iterator[Finding]:
    """Find letters that were decoded as if they had been written in another encoding, such as â€™ for ’."""
    if page.document.text.isascii():
        return
    from ftfy import fix_encoding
    from ftfy.badness import BADNESS_RE, is_bad

    places, example = [], ""
    start = 0
    for line in page.document.text.split("\n"):
        if not line.isascii() and is_bad(line) and not page.is_code(start):
            mended = fix_encoding(line)
            damaged = BADNESS_RE.search(line)
            if damaged and mended != line and "\ufffd" not in mended:
                places.append(start + damaged.start())
                example = example or _difference(line, mended)
        start += len(line) + 1
    if places:
        yield page.finding(
            "encoding",
            places[0],
            f"letters are damaged, because the file was once read in another encoding{_more(page, places)}",
            f"Here it must have been {example}",
        )


def _difference(line: str, mended: str) -> str:
    """Show the word with the first damaged letters before and after."""
    pairs = zip(line.split(), mended.split(), strict=False)
    return next((f"“{after}” and not “{before}”" for before, after in pairs if before != after), f"“{mended}”")


def _more(page: Page, places: list[int]) -> str:
    lines = len({page.document.line_at(place) for place in places}) - 1
    return f", and on {lines} more {'line' if lines == 1 else 'lines'}" if lines else ""


def check_visibility(page: Page, encoder: Encoder) -> Iterator[Finding]:
    """Find sentences and cells longer than the encoder sees, and images that stand for text without saying what."""
    yield from _too_long(page, encoder)
    sections = [block.span.start for block in page.document.blocks if isinstance(block, Heading)]
    told: set[int] = set()
    for start in images_without_words(page):
        section = bisect_right(sections, start)
        if section not in told and not page.is_code(start):
            told.add(section)
            yield page.finding(
                "invisible-text",
                start,
                "an image stands here without a word about what it shows, so no question can find it",
                "Describe it in its alternative text, or say in prose what it shows",
            )


def images_without_words(page: Page) -> Iterator[int]:
    """Say where images stand alone that have no alternative text, badges and buttons aside."""
    text = page.document.text
    patterns = (_RST_IMAGE,) if page.document.path.lower().endswith(".rst") else (_IMAGE_ALONE, _TAG_ALONE)
    for pattern in patterns:
        for image in pattern.finditer(text):
            if not _BUTTON.search(image.group()):
                yield image.start() + len(image.group()) - len(image.group().lstrip())


def _too_long(page: Page, encoder: Encoder) -> Iterator[Finding]:
    limit = encoder.max_tokens - _FRAME
    for what, start, words in _units(page):
        # A token has one letter at least, so most need no counting.
        if len(words) > limit and (tokens := encoder.count_tokens([words])[0]) > limit:
            yield page.finding(
                "invisible-text",
                start,
                f"this {what} has {tokens} tokens, and the search sees no more than {limit} of one at a time",
                f"Make several {what}s of it",
            )


def _units(page: Page) -> Iterator[tuple[str, int, str]]:
    """Give each sentence as its owner ended it, and each cell: what it is, where it stands, its words."""
    text = page.document.text
    for block in page.document.blocks:
        if isinstance(block, Table):
            for row in (block.header, *block.rows):
                yield from (("cell", cell.span.start, plain_text(cell.text)) for cell in row.cells)
        elif isinstance(block, Paragraph) and block.style != "code":
            start = block.span.start
            # Cut where a sentence ends, and besides where it grows too long.
            for sentence in cut_sentences(text, block.span.start, block.span.end):
                if sentence.end == block.span.end or _is_ended(text[sentence.start : sentence.end]):
                    yield "sentence", start, plain_text(text[start : sentence.end])
                    start = sentence.end + 1


def _is_ended(words: str) -> bool:
    return words.rstrip("\"'”’»)]*_` ").endswith((".", "!", "?", "…", "。", "！", "？"))
