"""A piece of Markdown, or of reStructuredText, becomes the words that a reader sees.

For titles, for comparing and for encoding; what is quoted stays as the owner wrote it.
"""

import html
import re

_FENCED = re.compile(
    r"^[ \t>]*+(`{3,}+|~{3,}+)[^\n]*+\n(.*?)(?:^[ \t>]*+\1[`~]*+[ \t]*+$|\Z)", re.MULTILINE | re.DOTALL
)
_CODE_OR_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|`+")
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,80}\]|<sup>\s{0,3}[\d*†‡,]{1,9}\s{0,3}</sup>", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<(?:br|hr|p|/p|li|/li|tr|td|th|div|/div)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|caption|center|cite|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|i|img|ins|"
    r"kbd|label|mark|nobr|ol|picture|pre|q|s|samp|section|small|source|span|strike|strong|sub|summary|sup|table|tbody|tfoot|"
    r"thead|time|tt|u|ul|var|video|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# The text of a link or image holds no bracket; an image inside a link is undone first, then the link around it.
_LINK = re.compile(
    r"!?\[([^\[\]]*)\](?:\((?:[^()\s]|\([^()]{0,500}\)){0,2000}(?:\s[^()]{0,500})?\)|\[[^\[\]]{0,200}\])"
)
_BARE_BRACKETS = re.compile(r"(?<![\w\])])!?\[([^\[\]]*[^\W\d_][^\[\]]*)\](?![\w(\[:])")
_LINE_MARK = re.compile(r"^[ \t]{0,12}(?:>[ \t>]{0,20}|(?:[-*+][ \t]{1,4}))", re.MULTILINE)
_HEADING_MARK = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]{1,8}(?=\S)", re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{(?::[^{}\n]{0,200}|[#.][^{}\n]{0,200})\}")
_STRONG = re.compile(r"(\*\*|~~)(?=\S)((?:(?!\1).){1,1500})(?<=\S)\1", re.DOTALL)
_STRONG_LINES = re.compile(r"(?<!\w)__(?=[^\s_])((?:(?!__).){1,1500})(?<=[^\s_])__(?!\w)", re.DOTALL)
_STAR = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]{0,1000}[^\s*])\*(?![\w*])")
_UNDERSCORE = re.compile(r"(?<![\w])_(?=[^\s_])([^_]{0,1000}[^\s_])_(?!\w)")
_LOOSE_STRONG = re.compile(r"(?<!\S)\*\*(?=\w)|(?<=[\w.!?:;,)])\*\*(?!\S)")
# What reStructuredText has and Markdown has not: roles, links in backticks, the marks of directives, targets, "::".
_ROLE = re.compile(r"(?<![\w`:]):[a-z][\w.+-]{0,40}(?::[\w.+-]{1,40}){0,3}:`(?!`)([^`]{1,1000})`(?!`)", re.IGNORECASE)
_ROLE_LINK = re.compile(r"(?<![\w`:])`(?!`)([^`]{1,1000})`__?(?!\w)")
_ROLE_TARGET = re.compile(r"\s{0,9}<[^<>]+>$")
_EXPLICIT_MARK = re.compile(
    r"^[ \t]{0,40}(?:\.\. (?:_[^\n]*|[a-z][\w:-]{0,60}::)|::[ \t]*$)", re.MULTILINE | re.IGNORECASE
)
# What HTML says without showing it, where it begins another line, and its tags.
_HIDDEN_HTML = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template|svg|nav|form|footer|button)\b.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_HTML_CODE = re.compile(r"<pre\b[^<>]*>\n?(.*?)(?:</pre\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_HTML_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|caption|dd|details|div|dl|dt|fig\w+|h[1-6]|header|hr|li|main|ol|p|section|"
    r"summary|table|tbody|tfoot|thead|tr|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_HTML_LINE_BREAK = re.compile(r"\s*<br\b[^<>]*>\s*", re.IGNORECASE)
_HTML_CELL = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
_HTML_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SHIELDED = re.compile("\ue000(\\d+)\ue001")


def plain_text(markup: str) -> str:
    """Give the words of *markup* without its marks, on one line."""
    kept: list[str] = []
    text = _without_roles(markup.replace("\ue000", "").replace("\ue001", "").lstrip("\ufeff"))
    text = _shield_code(text, kept)
    text = _COMMENT.sub(" ", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _FOOTNOTE_MARK.sub("", text)
    text = _TAG.sub("", _LINE_BREAK.sub(" ", text))
    text = _HEADING_MARK.sub("", _LINE_MARK.sub("", text))
    text = _ATTRIBUTES.sub("", text)
    text = _without_emphasis(_without_links(text))
    text = _SHIELDED.sub(lambda mark: kept[int(mark.group(1))], html.unescape(text))
    return " ".join(text.split())


def html_paragraphs(markup: str) -> list[tuple[str, bool]]:
    """Give what a browser shows of a piece of HTML, a paragraph each, and whether it is a code sample."""
    pieces = _HTML_CODE.split(_HIDDEN_HTML.sub("", markup))
    found: list[tuple[str, bool]] = []
    for number, piece in enumerate(pieces):
        if number % 2:
            found.append((html.unescape(_HTML_TAG.sub("", piece)).rstrip(), True))
            continue
        for paragraph in _HTML_BLOCK.split(piece):
            lines = _HTML_LINE_BREAK.split(_HTML_CELL.sub(" ", paragraph))
            words = "\n".join(" ".join(html.unescape(_HTML_TAG.sub("", line)).split()) for line in lines).strip()
            found.append((words, False))
    return [(words, is_code) for words, is_code in found if words.strip()]


def _without_roles(text: str) -> str:
    if "::" in text or ".. _" in text:
        text = _EXPLICIT_MARK.sub("", text)
    if "`_" in text or ":`" in text:
        text = _ROLE_LINK.sub(lambda link: _text_of_role(link[1]), text)
        text = _ROLE.sub(lambda role: _text_of_role(role[1]), text)
    return text


def _text_of_role(words: str) -> str:
    text = _ROLE_TARGET.sub("", words)
    if text == words and words.startswith("~"):
        return words.rpartition(".")[2].lstrip("~")
    return text.lstrip("!") or words.strip("<>")


def _shield_code(text: str, kept: list[str]) -> str:
    """Put code and escaped characters aside, so that their stars and underscores stay."""

    def shield(words: str) -> str:
        kept.append(words)
        return f"\ue000{len(kept) - 1}\ue001"

    text = _FENCED.sub(lambda fence: shield(fence.group(2)), text) if "```" in text or "~~~" in text else text
    marks = list(_CODE_OR_ESCAPE.finditer(text))
    last = {mark.group(): number for number, mark in enumerate(marks) if not mark.group(1)}
    parts, position, opened = [], 0, None
    for number, mark in enumerate(marks):
        if opened is not None:
            if mark.group() == opened.group():
                parts.append(shield(text[opened.end() : mark.start()].strip()))
                position, opened = mark.end(), None
        elif mark.group(1):
            parts += [text[position : mark.start()], shield(mark.group(1))]
            position = mark.end()
        elif last[mark.group()] > number:
            parts.append(text[position : mark.start()])
            opened = mark
    return "".join((*parts, text[position:]))


def _without_links(text: str) -> str:
    if "[" not in text:
        return text
    for _ in range(3):
        text, count = _LINK.subn(r"\1", text)
        if not count:
            break
    return _BARE_BRACKETS.sub(r"\1", text)


def _without_emphasis(text: str) -> str:
    if "*" in text or "~" in text:
        text = _STRONG.sub(r"\2", text)
        text = _STAR.sub(r"\1", _STRONG.sub(r"\2", text))
        text = _LOOSE_STRONG.sub("", text)
    if "_" in text:
        text = _UNDERSCORE.sub(r"\1", _STRONG_LINES.sub(r"\1", text))
    return text
