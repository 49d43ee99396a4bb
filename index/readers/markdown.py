"""A Markdown file becomes a Document: CommonMark with tables, front matter, admonitions, footnotes, HTML inside, MDX.

markdown-it finds the blocks and their lines; where the words stand in a line is found here, so that offsets are exact.
What is markup and not prose (imports, component tags, template tags, link definitions, comments) is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from index.errors import ContentError
from index.plaintext import plain_text
from index.readers.document import (
    QUESTION_LINE_LEVEL,
    Block,
    Break,
    Document,
    Heading,
    Paragraph,
    ParagraphStyle,
    Span,
)
from index.readers.front_matter import read_front_matter
from index.readers.pipe_tables import MAX_COLUMNS, check_size, cut_cells, is_delimiter_row, read_table

_TEMPLATE_TAG = re.compile(r"\{%[^%{]*%\}|\{\{[^{}]*\}\}|\{#[^#{]*#\}|\{/\*[^*{]*\*/\}")
_FENCE = re.compile(r"[\s>*+\-\d.)]*(`{3,}|~{3,})")
_COLONS = re.compile(r"\s*:{3,}\s*\{?([\w-]*)\}?\s*(.*)")
_SLASHES = re.compile(r"\s*/{3,}(?:\s+([\w-]+)\s*\|?\s*(.*)|\s*)")
_MARGIN = re.compile(r"""\s*(?:!!!|\?\?\?\+?)\s+[\w -]+(?:"([^"]*)")?\s*""")
_TAB = re.compile(r"""\s*===[!+]?\s+"([^"]*)"\s*""")
_MODULE_LINE = re.compile(
    r"""import\s.*\bfrom\s+['"]|import\s+['"]|export\s+(?:default|const|let|var|function|async|\{)"""
)
_COMPONENT_LINE = re.compile(r"\s*</?[A-Z][\w.]*(?:\s.*)?/?>\s*")
_FOOTNOTE = re.compile(r"\s{0,3}\[\^[^\]\s]+\]:\s+(?=\S)")
_ATTRIBUTE_LINE = re.compile(r"\s*(?:\{:[^}]*\}|\[TOC\]|\[\[_?TOC_?\]\]|\{:toc\})\s*", re.IGNORECASE)
_HEADING_ATTRIBUTES = re.compile(r"\s*\{\s?[:#.][^{}]*\}$")
_ALERT = re.compile(r"\[!\w+\][+-]?[ \t]*")
_ONLY_IMAGES = re.compile(r"!\[[^\[\]]*\](?:\([^()\s]*(?:\s[^()]*)?\)|\[[^\[\]]*\])?")
_BOLD_QUESTION = re.compile(r"(\*\*|__)(?=\S)([^*_\n][^*\n]{1,400}\?)\1(?=$|[\s:])")
_BOLD_LABEL = re.compile(r"(\*\*|__)(\w+):?\1:?")
_QUESTION_MARK = re.compile(r"(?:\*\*|__)?(?:Q|Question)\s?\d{0,4}\s?[:.)]\s?(?:\*\*|__)?\s*(?=\S)")
_ANSWER_MARK = re.compile(r"(?:\*\*|__)?(?:A|Ans|Answer)\s?\d{0,4}\s?[:.)]\s?(?:\*\*|__)?\s*(?=\S)")
_QUESTION_LABELS = frozenset({"question", "q", "issue", "problem"})
_ANSWER_LABELS = frozenset({"answer", "a", "solution", "resolution", "fix"})
_LABEL_LINE = re.compile(r"^(?:\*\*|__)(\w+):?(?:\*\*|__):?[ \t]*$", re.MULTILINE)


def read_markdown(text: str, path: str, place: Path) -> Document:
    """Read *text*, the Markdown of the file at *place*, which citations call *path*."""
    page = _Page(text, place)
    front_matter, taken = read_front_matter(page.lines, place)
    _hide_markup(page, taken, mdx=path.lower().endswith(".mdx"))
    tokens = _parser(path.lower().endswith(".mdx")).parse("\n".join(page.seen), {"place": place})
    titles = _titles_outside(page, tokens)
    blocks = sorted((*_Walk(page).read(tokens), *titles), key=lambda block: block.span.start)
    return Document(path, text, tuple(blocks), front_matter)


def _titles_outside(page: "_Page", tokens: list[Token]) -> list[Paragraph]:
    """Give the titles of admonitions, without those that only stand as examples in code or in a comment."""
    inside = {
        line
        for token in tokens
        if token.type in ("fence", "code_block", "html_block")
        for line in range(*_lines(token))
    }
    return [title for line, title in page.titles if line not in inside]


@dataclass
class _Page:
    """The lines of a file twice: as they stand, and as the parser is to see them.

    A line that the parser sees is blank, or ends as the owner's line does: only its beginning may differ.
    """

    text: str
    place: Path
    lines: list[str] = field(init=False)
    starts: list[int] = field(init=False)
    seen: list[str] = field(init=False)
    titles: list[tuple[int, Paragraph]] = field(default_factory=list)
    """The words on the mark that opens an admonition or a tab, each with its line."""

    footnotes: set[int] = field(default_factory=set)
    """The lines on which a footnote begins; the parser sees list items there."""

    def __post_init__(self) -> None:
        mark = self.text.startswith("\ufeff")
        self.lines = self.text[mark:].split("\n")
        self.starts = [mark + start for start in accumulate((len(line) + 1 for line in self.lines), initial=0)]
        self.seen = list(self.lines)

    def tail(self, line: int, words: str) -> int:
        """Give the offset of *words*, which are the end of *line* but for the spaces after them."""
        return self.starts[line] + len(self.lines[line].rstrip()) - len(words.rstrip())

    def end(self, line: int) -> int:
        return self.starts[line] + len(self.lines[line].rstrip())


def _hide_markup(page: _Page, first: int, *, mdx: bool) -> None:
    """Hide front matter, template tags, imports and admonition marks, and the indents that these ask for."""
    page.seen[:first] = [""] * first
    fence, margins, in_module, rows, columns = "", list[int](), False, 0, 0
    for number in range(first, len(page.lines)):
        line = page.lines[number]
        indent = len(line) - len(line.lstrip(" "))
        while line.strip() and margins and indent < margins[-1] + 4:
            margins.pop()
        body = line[4 * len(margins) :]
        page.seen[number] = body
        rows = rows + 1 if "|" in line and line.strip() else 0
        if not rows:
            columns = 0
        elif not fence and is_delimiter_row(line.strip("> \t")):
            rows, columns = 0, line.count("|")
        if columns:
            check_size(columns - 1, rows, page.place, number + 1)
        opening = _FENCE.match(body)
        if fence:
            if opening and opening.group(1).startswith(fence) and not body[opening.end() :].strip():
                fence = ""
            continue
        if opening:
            fence = "" if "`" in body[opening.end() :] else opening.group(1)
            continue
        in_module = bool(line.strip()) and (in_module or (_MODULE_LINE.match(line) is not None))
        if in_module:
            page.seen[number] = ""
            in_module = mdx  # Elsewhere the line under an import is prose.
        elif (margin := _MARGIN.fullmatch(body) or _TAB.fullmatch(body)) and not _is_underline(page, number):
            _keep_title(page, number, margin.group(1))
            page.seen[number] = ""
            if _is_indented_below(page, number, indent + 4):
                margins.append(indent)
        elif mark := _COLONS.fullmatch(body) or _SLASHES.fullmatch(body):
            _keep_title(page, number, (mark.group(2) or "").strip("[]"))
            page.seen[number] = ""
        elif _is_component(body) or _ATTRIBUTE_LINE.fullmatch(body):
            page.seen[number] = ""
        elif "{" in body and not _TEMPLATE_TAG.sub("", body).strip():
            # A comment keeps a block of HTML around it in one piece, which a blank line would not.
            page.seen[number] = f"{body[: len(body) - len(body.lstrip())]}<!---->"
        elif note := _FOOTNOTE.match(body):
            page.footnotes.add(number)
            page.seen[number] = f"- {body[note.end() :]}"


def _is_component(line: str) -> bool:
    """Say whether *line* is one component tag and nothing else, as in <Tabs items={[1]}>."""
    return _COMPONENT_LINE.fullmatch(line) is not None and line.count("<") == 1 + ("=<" in line)


def _keep_title(page: _Page, number: int, title: str | None) -> None:
    if title and any(letter.isalnum() for letter in title):
        start = page.starts[number] + page.lines[number].rindex(title)
        page.titles.append((number, Paragraph(Span(start, start + len(title)))))


def _is_underline(page: _Page, number: int) -> bool:
    return not page.lines[number].strip("= \t")


def _is_indented_below(page: _Page, number: int, indent: int) -> bool:
    for line in page.lines[number + 1 :]:
        if line.strip():
            return len(line) - len(line.lstrip(" ")) >= indent
    return False


@lru_cache(maxsize=2)
def _parser(mdx: bool) -> MarkdownIt:
    """Make a parser of blocks only: what stands inside a line is the business of `plain_text`."""
    parser = MarkdownIt("commonmark")
    parser.disable(["inline", "text_join"])
    parser.block.ruler.before("code", "pipe_table", _find_table, {"alt": ["paragraph", "reference"]})
    # MDX knows no indented code: an indent is how components are nested.
    return parser.disable("code") if mdx else parser


def _find_table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Find the lines of a table; its cells are cut later, from the owner's line. A line without a bar ends it."""
    if first + 2 > last or state.sCount[first + 1] < state.blkIndent or state.is_code_block(first):
        return False
    header, delimiter = _line(state, first), _line(state, first + 1)
    if "|" not in header or not is_delimiter_row(delimiter) or state.is_code_block(first + 1):
        return False
    columns, marks = len(cut_cells(header)), len(cut_cells(delimiter))
    if columns != marks:
        place = state.env["place"]
        if header.lstrip().startswith("|") and delimiter.lstrip().startswith("|"):
            problem = (
                f"the line under the table's header has {marks} columns, the header has {columns}. Make them equal"
            )
            raise ContentError(problem, path=place, line=first + 2)
        return False
    if columns > MAX_COLUMNS:
        check_size(columns, 0, state.env["place"], first + 1)
    if silent:
        return True
    end = first + 2
    interrupts = state.md.block.ruler.getRules("blockquote")
    while end < last and state.sCount[end] >= state.blkIndent and "|" in _line(state, end):
        if state.is_code_block(end) or any(rule(state, end, last, True) for rule in interrupts):
            break
        end += 1
    token = state.push("pipe_table", "", 0)
    token.map = [first, end]
    token.meta = {"rows": [_line(state, number) for number in range(first, end)]}
    state.line = end
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


class _Walk:
    """One pass over the tokens of a page, which remembers in what it stands."""

    def __init__(self, page: _Page) -> None:
        self.page = page
        self.lists = 0
        self.last_line = 0
        self.quotes: list[bool] = []
        """For each quotation around: whether it is an admonition (`> [!NOTE]`), which is the owner's own voice."""
        self.asked_in_list = False
        self.expects_question = False
        labels = {label.lower() for label in _LABEL_LINE.findall(page.text)}
        self.has_labels = bool(labels & _QUESTION_LABELS) and bool(labels & _ANSWER_LABELS)
        self.has_question_marks = (
            re.search(r"^[\s>*_#-]*(?:Q|Question)\s?\d{0,4}\s?[:.)]", page.text, re.MULTILINE) is not None
        )

    def read(self, tokens: list[Token]) -> Iterator[Block]:
        heading = 0
        for token in tokens:
            kind = token.type
            if kind == "heading_open":
                heading = int(token.tag[1:])
            elif kind == "inline":
                yield from self._heading(token, heading) if heading else self._paragraph(token)
                heading = 0
            elif kind in ("bullet_list_open", "ordered_list_open"):
                self.lists += 1
            elif kind in ("bullet_list_close", "ordered_list_close"):
                yield from self._close_list()
            elif kind == "blockquote_open":
                self.quotes.append(False)
            elif kind == "blockquote_close":
                self.quotes.pop()
            elif kind in ("fence", "code_block"):
                yield from self._code(token)
            elif kind == "html_block":
                yield from _read_html(self.page, token, self._style(), self._depth())
            elif kind == "pipe_table":
                yield self._table(token)
            elif kind == "hr":
                first, _ = _lines(token)
                yield Break(Span(self.page.starts[first], self.page.end(first)))
            self.last_line = token.map[1] if token.map else self.last_line

    def _style(self) -> ParagraphStyle:
        if self.quotes and not self.quotes[-1]:
            return "quote"
        return "item" if self.lists else "prose"

    def _depth(self) -> int:
        return max(self.lists - 1, 0)

    def _close_list(self) -> Iterator[Block]:
        self.lists -= 1
        if not self.lists and self.asked_in_list:
            self.asked_in_list = False
            end = self.page.starts[min(self.last_line, len(self.page.lines) - 1)]
            yield Break(Span(end, end))

    def _heading(self, token: Token, level: int) -> Iterator[Block]:
        first, _ = _lines(token)
        words = token.content.split("\n")
        if len(words) == 1:
            # After an ATX heading there may be closing marks, so the words are looked for and not counted from the end.
            start = self.page.starts[first] + self.page.lines[first].rindex(words[0]) if words[0] else 0
            end = start + len(words[0])
        else:
            start, end = self.page.tail(first, words[0]), self.page.end(first + len(words) - 1)
        slice_ = self.page.text[start:end]
        end -= len(slice_) - len(_HEADING_ATTRIBUTES.sub("", slice_).rstrip())
        title = plain_text(self.page.text[start:end])
        if title:
            yield Heading(level, title, Span(start, end))

    def _paragraph(self, token: Token) -> Iterator[Block]:
        first, _ = _lines(token)
        words = token.content.split("\n")
        if self.quotes and (alert := _ALERT.match(words[0])):
            self.quotes[-1] = True
            words[0] = words[0][alert.end() :]
            if not words[0]:
                first, words = first + 1, words[1:]
        if not words:
            return
        style, depth = self._style(), self._depth()
        if style == "item" and self.lists == 1 and first in self.page.footnotes:
            style, depth = "prose", 0
        if self.expects_question:
            self.expects_question = False
            span = Span(self.page.tail(first, words[0]), self.page.end(first + len(words) - 1))
            yield Heading(QUESTION_LINE_LEVEL, plain_text(self.page.text[span.start : span.end]), span)
            return
        if style != "quote" and self.has_labels and self.lists == 0 and len(words) == 1 and self._is_label(words[0]):
            return
        yield from self._questions(first, words, style, depth)

    def _is_label(self, line: str) -> bool:
        label = _BOLD_LABEL.fullmatch(line)
        word = label.group(2).lower() if label else ""
        self.expects_question = word in _QUESTION_LABELS
        return word in _QUESTION_LABELS | _ANSWER_LABELS

    def _questions(self, first: int, words: list[str], style: ParagraphStyle, depth: int) -> Iterator[Block]:
        """Give a paragraph, or the questions and answers that its lines are marked to be."""
        begun = 0
        for number, line in enumerate(words if style != "quote" else ()):
            start = self.page.tail(first + number, line)
            question, rest = self._question_in(line, is_first=number == 0)
            answer = _ANSWER_MARK.match(line) if self.has_question_marks else None
            if not question and not answer:
                continue
            yield from self._plain_paragraph(first, words, begun, number, style, depth)
            if question:
                self.asked_in_list = self.asked_in_list or self.lists > 0
                span = Span(start + question[0], start + question[1])
                yield Heading(QUESTION_LINE_LEVEL, plain_text(self.page.text[span.start : span.end]), span)
            elif answer:
                rest = line[answer.end() :]
            words[number] = rest
            begun = number if rest else number + 1
        yield from self._plain_paragraph(first, words, begun, len(words), style, depth)

    def _question_in(self, line: str, *, is_first: bool) -> tuple[tuple[int, int] | None, str]:
        """Find where a marked question stands in a line, and what follows it there."""
        if self.has_question_marks and (mark := _QUESTION_MARK.match(line)):
            words = line[mark.end() :].rstrip()
            closing = words.endswith(("**", "__"))
            return (mark.end(), mark.end() + len(words) - 2 * closing), ""
        if is_first and (bold := _BOLD_QUESTION.match(line)):
            return bold.span(2), line[bold.end() :].lstrip(": \t")
        return None, ""

    def _plain_paragraph(
        self, first: int, words: list[str], begun: int, ended: int, style: ParagraphStyle, depth: int
    ) -> Iterator[Paragraph]:
        if begun >= ended:
            return
        content = "\n".join(words[begun:ended])
        span = Span(self.page.tail(first + begun, words[begun]), self.page.end(first + ended - 1))
        if _is_prose(content):
            yield Paragraph(span, style, depth)

    def _code(self, token: Token) -> Iterator[Paragraph]:
        first, last = _lines(token)
        if not token.content.strip():
            return
        line = self.page.lines[first]
        start = self.page.starts[first] + (line.find(token.markup) if token.markup else len(line) - len(line.lstrip()))
        while last > first + 1 and not self.page.lines[last - 1].strip():
            last -= 1
        yield Paragraph(Span(start, self.page.end(last - 1)), "code", self._depth())

    def _table(self, token: Token) -> Block:
        first, _ = _lines(token)
        rows = [(first + n + 1, self.page.tail(first + n, row), row) for n, row in enumerate(token.meta["rows"])]
        return read_table(rows[0], rows[2:], self.page.place)


def _lines(token: Token) -> tuple[int, int]:
    if token.map is None:
        raise ValueError(f"the parser gave no lines for {token.type}")
    return token.map[0], token.map[1]


def _is_prose(content: str) -> bool:
    """Say whether a paragraph holds words, and not images, tags or template expressions alone."""
    if content[:1] not in "![<{&":
        return any(letter.isalnum() for letter in content)
    for _ in range(2):
        content = re.sub(r"\[\]\([^()]*\)|\[\]\[[^\[\]]*\]", "", _ONLY_IMAGES.sub("", content))
    return any(letter.isalnum() for letter in plain_text(_TEMPLATE_TAG.sub("", content)))


_INLINE_TAGS = frozenset(
    "a abbr b bdi bdo big br cite code data del dfn em font i img ins kbd label mark q s samp small span strike strong "
    "sub sup time tt u var wbr".split()
)
_SILENT_TAGS = frozenset({"script", "style", "table", "template", "svg", "noscript", "button", "select", "iframe"})


def _read_html(page: _Page, token: Token, style: ParagraphStyle, depth: int) -> list[Block]:
    """Give the words between the tags of a block of HTML."""
    first, _ = _lines(token)
    content = [line.rstrip() for line in token.content.split("\n")]
    reader = _HtmlReader(page, first, content, style, depth)
    # A comment that is never closed hides the rest, as in a browser.
    open_comment = token.content.find("<!--", token.content.rfind("-->") + 1)
    reader.feed(token.content if open_comment < 0 else token.content[:open_comment])
    reader.close()
    reader.flush()
    return reader.blocks


class _HtmlReader(HTMLParser):
    """Collects runs of words between block tags, with their places."""

    def __init__(self, page: _Page, first: int, content: list[str], style: ParagraphStyle, depth: int) -> None:
        super().__init__(convert_charrefs=False)
        self.page, self.first, self.content, self.style, self.depth = page, first, content, style, depth
        self.blocks: list[Block] = []
        self.run: list[int] = []
        self.block_tag = ""
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT_TAGS:
            self.flush()
            self.silent += 1
        elif tag not in _INLINE_TAGS:
            self.flush()
            self.block_tag = tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE_TAGS:
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT_TAGS:
            self.silent = max(self.silent - 1, 0)
        elif tag not in _INLINE_TAGS:
            self.flush()
            self.block_tag = ""
        if tag == "details":
            place = self._offset(0)
            self.blocks.append(Break(Span(place, place)))

    def handle_data(self, data: str) -> None:
        self._add(data)

    def handle_entityref(self, name: str) -> None:
        self._add(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._add(f"&#{name};")

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip what begins with <![ and is no declaration; the standard library would fail there."""
        return self.rawdata.find(">", i) + 1 or -1

    def _add(self, data: str) -> None:
        if self.silent or not data.strip():
            return
        lead = len(data) - len(data.lstrip())
        start, end = self._offset(lead, data), self._offset(len(data.rstrip()), data)
        self.run = [self.run[0] if self.run else start, end]

    def _offset(self, into: int, data: str = "") -> int:
        """Give the place of the character that stands *into* characters after where the parser is."""
        line, column = self.getpos()
        before = data[:into]
        down = before.count("\n")
        line += down - 1
        column = len(before) - before.rfind("\n") - 1 if down else column + into
        number = self.first + line
        return self.page.tail(number, self.content[line]) + column

    def flush(self) -> None:
        """End the run of words that is being collected."""
        if not self.run:
            return
        span = Span(self.run[0], min(self.run[1], len(self.page.text)))
        self.run = []
        words = self.page.text[span.start : span.end]
        title = plain_text(words)
        if not _is_prose(words) or not any(letter.isalnum() for letter in _TEMPLATE_TAG.sub("", title)):
            return
        if re.fullmatch(r"h[1-6]", self.block_tag):
            self.blocks.append(Heading(int(self.block_tag[1]), title, span))
        elif self.block_tag == "summary" and title.endswith("?"):
            self.blocks.append(Heading(QUESTION_LINE_LEVEL, title, span))
        else:
            self.blocks.append(Paragraph(span, self.style, self.depth))
