"""An HTML page becomes a Document: what it says, without the page around it.

justhtml builds the tree as a browser does and says where each word stands; what is quoted is the source, inline
tags and entities included. Menus, forms, scripts and the like are left out and reported, and so is all that stands
outside of `<main>` where there is one. Nothing is loaded, and nothing that the page holds is run.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ContentError
from index.plaintext import plain_text
from index.readers.document import (
    QUESTION_LINE_LEVEL,
    Block,
    Break,
    Document,
    FrontMatter,
    Heading,
    Paragraph,
    ParagraphStyle,
    Skipped,
    Span,
    TableCell,
)
from index.readers.grids import Grid, SpannedCell, blocks_of_rows

if TYPE_CHECKING:
    from justhtml.dom import Node, Text

    AnyNode = Node | Text

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr picture q rp rt ruby s "
    "samp small source span strike strong sub sup time tt u var wbr".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BOLD = frozenset({"b", "strong"})
_UNSEEN = {
    "script": "script",
    "style": "style sheet",
    "noscript": "what stands in for a script",
    "template": "template",
    "svg": "drawing",
    "iframe": "page inside the page",
    "canvas": "drawing",
    "object": "page inside the page",
    "audio": "recording",
    "video": "recording",
    "nav": "menu",
    "dialog": "dialog",
    "select": "form",
    "textarea": "form",
    "input": "form",
    "datalist": "form",
}
_UNSEEN_ROLES = {
    "navigation": "menu",
    "menu": "menu",
    "menubar": "menu",
    "toolbar": "menu",
    "search": "form",
    "contentinfo": "footer",
    "dialog": "dialog",
    "alertdialog": "dialog",
}
_COOKIE_BANNER = re.compile(
    r"(?:cookie|consent|gdpr)s?[-_]?(?:banner|bar|notice|consent|popup|pop-up|modal|message|overlay|law|box|dialog)|"
    r"\b(?:onetrust|cookiebot|cc-window|usercentrics)",
    re.IGNORECASE,
)
_MENU = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|skip-?link|skip-?to-?content|navbar|site-?nav)(?:$|[\s_-])", re.IGNORECASE
)
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_CLOSING = re.compile(rf"</({'|'.join(sorted(_INLINE))})\s*>", re.IGNORECASE)
_OPENING = re.compile(rf"<({'|'.join(sorted(_INLINE))})(?:\s[^<>]*)?>\Z", re.IGNORECASE)
_LONGEST_TAG = 500
_END_OF_CODE = re.compile(r"</(?:pre|listing|xmp)\s*>", re.IGNORECASE)
_QUESTION_MARK = re.compile(r"(?:Q|Question)\s?\d{0,4}\s?[:.)]\s*")
_ANSWER_MARK = re.compile(r"(?:A|Ans|Answer)\s?\d{0,4}\s?[:.)]\s*")
_MARKED_QUESTION = re.compile(r">\s*(?:Q|Question)\s?\d{0,4}\s?[:.)]")
_DATES = frozenset({"article:modified_time", "last-modified", "dcterms.modified", "date.modified", "og:updated_time"})
_ALT = re.compile(r"""\b(?:alt|aria-label|title)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_LONGEST_NAME = 60
"""Letters that the name of a column has at most, where nothing but its place shows that it is one."""

_AROUND_CELLS = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
_PARTS_OF_TABLES = _AROUND_CELLS | {"caption", "colgroup", "col", "td", "th"}
_BETWEEN_CELLS = "words between the cells of a table"
_MOST_SPANNED = 5_000


def read_html(text: str, path: str, place: Path) -> Document:
    """Read *text*, the HTML of the file at *place*, which citations call *path*."""
    from justhtml import JustHTML

    mark = int(text.startswith("\ufeff"))
    tree = JustHTML(text[mark:], sanitize=False, track_node_locations=True).root
    walk = _Walk(text, _Places(text, mark, tree), place)
    try:
        walk.read(tree)
    except RecursionError as error:
        raise ContentError("elements are nested too deeply. Take some of them out", path=place) from error
    blocks, beside = _in_order(walk.blocks)
    moved = (Skipped(_BETWEEN_CELLS, span) for span in walk.places.moved.values())
    skipped = sorted((*walk.skipped, *beside, *moved), key=lambda part: part.span.start)
    return Document(path, text, tuple(blocks), _front_matter(tree), tuple(skipped))


@dataclass(frozen=True)
class _Piece:
    """A run of words without a tag in it."""

    span: Span
    words: str
    """As a browser shows them."""

    is_bold: bool = False


class _Places:
    """Where the words of a tree stand in its source."""

    def __init__(self, text: str, mark: int, tree: "Node") -> None:
        self.text, self.mark = text, mark
        self.moved: dict[int, Span] = {}
        self.known = {node.origin_offset for node in _nodes(tree) if node.origin_offset is not None}

    def start(self, node: "AnyNode") -> int:
        """Give where a node begins; 0 for one that the source does not write."""
        return (node.origin_offset or 0) + self.mark

    def whole(self, node: "AnyNode") -> Span:
        """Give where all of the words of *node* stand, the spaces around them included.

        The parser says where they begin. They end at the next tag, unless that is one that it passed over.
        """
        start = end = self.start(node)
        if node.parent is not None and node.parent.name in ("script", "style"):
            return Span(start, start + len(_data(node)))
        missing = len(_data(node))
        while True:
            tag = _MARKUP.search(self.text, end)
            stop = tag.start() if tag else len(self.text)
            missing -= len(unescape(self.text[end:stop]))
            close = self.text.find(">", stop) if tag else -1
            if missing <= 0 or close < 0 or stop - self.mark in self.known:
                if _data(node)[-missing:].strip():
                    self._keep_moved(missing, start, stop)
                return Span(start, stop)
            end = close + 1

    def _keep_moved(self, missing: int, start: int, end: int) -> None:
        """Keep where words stand that a browser takes out of a table and puts behind those from *start* to *end*.

        Args:
            missing: how many letters they are; counted with the words of cells between them, if there are such.
        """
        begun = -1
        while missing > 0 and (close := self.text.find(">", end)) >= 0:
            tag = _MARKUP.search(self.text, close + 1)
            end = tag.start() if tag else len(self.text)
            piece = self.text[close + 1 : end]
            missing -= len(unescape(piece))
            if piece.strip():
                begun = close + 1 if begun < 0 else begun
                self.moved[start] = Span(begun, end)

    def words(self, node: "AnyNode") -> Span | None:
        """Give where the words of *node* stand; nothing where it has none."""
        if not _data(node).strip():
            return None
        span = self.whole(node)
        source = self.text[span.start : span.end]
        start = span.start + len(source) - len(source.lstrip())
        return Span(start, start + len(source.strip()))


class _Walk:
    """One pass over the tree, which remembers in what it stands."""

    def __init__(self, text: str, places: _Places, place: Path) -> None:
        self.text, self.places, self.place = text, places, place
        self.blocks: list[Block] = []
        self.skipped: list[Skipped] = []
        self.run: list[_Piece] = []
        self.breaks = 0
        self.lists = self.quotes = self.answers = self.bold = self.parts = self.questions = 0
        self.heading = 0
        """The level of the heading that the words belong to; 0 outside of headings."""

        self.asked_in_list = False
        self.has_question_marks = _MARKED_QUESTION.search(text) is not None
        self.data: list[Text] = []
        """The scripts that hold no program but what the page says, for search engines."""

    def read(self, tree: "Node") -> None:
        """Read a whole page: its main part if it has one."""
        mains = [node for node in _nodes(tree) if node.name == "main" or _attribute(node, "role") == "main"]
        if mains:
            self._read_main(tree, set(map(id, mains)), {id(above) for main in mains for above in _above(main)})
        else:
            self._children(tree)
        self._flush()
        for data in self.data:
            self._search_engine_data(data)

    def _read_main(self, node: "Node", mains: set[int], around: set[int]) -> None:
        for child in node.children or ():
            if id(child) in mains:
                self._block(child)
            elif id(child) in around or child.name == "head":
                self._read_main(child, mains, around)
            elif not (child.name in ("script", "style") and self._is_skipped(child)):
                self._skip(child, _reason(child) or "what stands outside of the main part")

    # What comes one after the other

    def _children(self, node: "AnyNode") -> None:
        for child in node.children or ():
            if child.name == "#text":
                self._words(child)
            elif child.name == "#comment":
                self._comment(child)
            elif not child.name.startswith(("#", "!")):
                self._element(child)

    def _words(self, node: "AnyNode") -> None:
        if span := self.places.words(node):
            self.breaks = 0
            self.run.append(_Piece(span, " ".join(_data(node).split()), self.bold > 0))

    def _comment(self, node: "AnyNode") -> None:
        if any(map(str.isalnum, _data(node))) and node.origin_offset is not None:
            start = self.places.start(node)
            end = self.text.find("-->", start)
            self._flush()
            self.skipped.append(Skipped("comment", Span(start, end + 3 if end >= 0 else len(self.text))))

    def _element(self, node: "Node") -> None:
        name = node.name
        if self._is_skipped(node):
            return
        if "schema.org/Question" in _attribute(node, "itemtype"):
            self._question_item(node)
        elif name == "button" or (_attribute(node, "itemprop") == "name" and self.questions > self.answers):
            self._title(node, QUESTION_LINE_LEVEL)
        elif _attribute(node, "itemprop") in ("acceptedAnswer", "suggestedAnswer"):
            self._answer(node)
        elif name in _INLINE:
            self._inline(node)
        elif name in _HEADINGS:
            self._title(node, _HEADINGS[name] + QUESTION_LINE_LEVEL * (self.answers > 0))
        elif name == "title":
            return  # stands on the tab, not on the page
        elif handle := _HANDLERS.get(name):
            handle(self, node)
        else:
            self._block(node)

    def _is_skipped(self, node: "AnyNode") -> bool:
        """Leave a part of the page out that says nothing of its matter, and say whether that was one."""
        if node.name == "script" and _attribute(node, "type").lower().startswith("application/ld+json"):
            self.data += (child for child in node.children or () if child.name == "#text")
            return True
        if node.name == "button" and (self.heading or _text_of(node).rstrip().endswith("?")):
            return False
        reason = _reason(node)
        if node.name in ("ul", "ol") and not self.parts and _is_inside(node, "header"):
            reason = "menu"
        if reason:
            self._skip(node, reason)
        return bool(reason)

    def _skip(self, node: "AnyNode", reason: str) -> None:
        texts = [node] if node.name == "#text" else [each for each in _nodes(node) if each.name == "#text"]
        spans = [span for each in texts if (span := self.places.words(each))]
        if spans and any(map(str.isalnum, "".join(_data(each) for each in texts))):
            self._flush()
            first, last = min(span.start for span in spans), max(span.end for span in spans)
            self.skipped.append(Skipped(reason, Span(first, last)))

    def _inline(self, node: "Node") -> None:
        if node.name == "a" and not any(map(str.isalnum, _text_of(node))):
            return  # the sign beside a heading that links to it
        self.bold += node.name in _BOLD
        self._children(node)
        self.bold -= node.name in _BOLD

    def _block(self, node: "AnyNode") -> None:
        self._flush()
        part = node.name in ("main", "article", "section")
        self.parts += part
        self._children(node)
        self._flush()
        self.parts -= part

    def _line_break(self, node: "Node") -> None:
        self.breaks += bool(self.run)
        if self.breaks > 1 or self.has_question_marks:
            self._flush()

    def _rule(self, node: "Node") -> None:
        self._flush()
        start = self.places.start(node)
        self.blocks.append(Break(Span(start, start)))

    # Titles, questions and answers

    def _title(self, node: "Node", level: int) -> None:
        if self.heading:
            self._children(node)
            return
        self._flush()
        self.heading = level
        self._children(node)
        self._flush()
        self.heading = 0

    @contextmanager
    def _in_answer(self) -> Iterator[None]:
        self._flush()
        self.answers += 1
        yield
        self._flush()
        self.answers -= 1

    def _answer(self, node: "Node") -> None:
        with self._in_answer():
            self._children(node)

    def _end_of_answer(self) -> None:
        self._flush()
        end = max((block.span.end for block in self.blocks[-1:]), default=0)
        self.blocks.append(Break(Span(end, end)))

    def _question_item(self, node: "Node") -> None:
        self._flush()
        self.questions += 1
        self._children(node)
        self.questions -= 1
        self._end_of_answer()

    def _details(self, node: "Node") -> None:
        self._flush()
        for child in node.children or ():
            if child.name == "summary":
                self._title(child, QUESTION_LINE_LEVEL)
        with self._in_answer():
            for child in node.children or ():
                if child.name == "#text":
                    self._words(child)
                elif child.name not in ("summary", "#comment"):
                    self._element(child)
        self._end_of_answer()

    def _term(self, node: "Node") -> None:
        self._title(node, QUESTION_LINE_LEVEL)

    def _terms(self, node: "Node") -> None:
        self._block(node)
        self._end_of_answer()

    # Paragraphs

    def _list(self, node: "Node") -> None:
        self._flush()
        self.lists += 1
        self._children(node)
        self._flush()
        self.lists -= 1
        if not self.lists and self.asked_in_list:
            self.asked_in_list = False
            self._end_of_answer()

    def _quotation(self, node: "Node") -> None:
        self._flush()
        self.quotes += 1
        self._children(node)
        self._flush()
        self.quotes -= 1

    def _code(self, node: "Node") -> None:
        self._flush()
        texts = [self.places.whole(each) for each in _nodes(node) if each.name == "#text"]
        if _text_of(node).strip():
            closing = _END_OF_CODE.search(self.text, texts[-1].end)
            end = closing.end() if closing else texts[-1].end
            self.blocks.append(Paragraph(Span(self.places.start(node), end), "code", max(self.lists - 1, 0)))

    def _flush(self) -> None:
        """End the paragraph or title whose words are being collected."""
        pieces, self.run, self.breaks = self.run, [], 0
        if not any(map(str.isalnum, _joined(pieces))):
            return
        if self.heading:
            self.blocks.append(_heading(pieces, self.heading, self.text))
            return
        style: ParagraphStyle = "quote" if self.quotes else "item" if self.lists else "prose"
        if style != "quote":
            pieces = self._marked_question(pieces)
        if pieces:
            self.blocks.append(Paragraph(_span(pieces, self.text), style, max(self.lists - 1, 0)))

    def _marked_question(self, pieces: list[_Piece]) -> list[_Piece]:
        """Take off a question in bold letters or after "Q:", and the mark of an answer."""
        if self.has_question_marks:
            if asked := _after_mark(pieces, _QUESTION_MARK, self.text):
                self._ask(asked)
                return []
            return _after_mark(pieces, _ANSWER_MARK, self.text) or pieces
        bold = next((number for number, piece in enumerate(pieces) if not piece.is_bold), len(pieces))
        if bold and _joined(pieces[:bold]).endswith("?"):
            self._ask(pieces[:bold])
            return pieces[bold:]
        return pieces

    def _ask(self, pieces: list[_Piece]) -> None:
        self.blocks.append(_heading(pieces, QUESTION_LINE_LEVEL, self.text))
        self.asked_in_list = self.asked_in_list or self.lists > 0

    # Tables

    def _table(self, node: "Node") -> None:
        self._flush()
        inside = [each for each in _nodes(node) if each is not node]
        is_layout = _attribute(node, "role") in ("presentation", "none") or any(
            each.name in ("table", *_HEADINGS, "form") for each in inside
        )
        rows = [each for each in inside if each.name == "tr"]
        if is_layout or not rows:
            self._children(node)
            self._flush()
            return
        for each in inside:
            if each.name == "caption":
                self._block(each)
            elif each.parent is not None and each.parent.name in _AROUND_CELLS and each.name not in _PARTS_OF_TABLES:
                self._beside_cells(each)
        cells = [[each for each in row.children or () if each.name in ("td", "th")] for row in rows]
        grid = Grid([[self._cell(cell) for cell in row] for row in cells], self.place, self._line(node))
        head = next((n for n, row in enumerate(rows) if not _is_header(row)), len(rows) - 1)
        if not head and not any(each.name == "th" for each in inside) and _names_columns(grid):
            head = 1
        told = [row for row in grid.rows() if row]
        above = sum(row is not None for row in grid.rows()[:head])
        self.blocks += blocks_of_rows(told, above)

    def _beside_cells(self, node: "AnyNode") -> None:
        """Report what stands between cells: a comment or a script."""
        if node.name == "#comment":
            self._comment(node)
        elif node.name != "#text":
            self._is_skipped(node)

    def _line(self, node: "Node") -> int:
        return self.text.count("\n", 0, self.places.start(node)) + 1

    def _cell(self, node: "AnyNode") -> SpannedCell:
        kept, self.run, inner = self.run, [], len(self.blocks)
        self._children(node)
        self._flush()
        self.run = kept
        blocks, self.blocks = self.blocks[inner:], self.blocks[:inner]
        spans = [block.span for block in blocks if not isinstance(block, Break)]
        span = Span(spans[0].start, spans[-1].end) if spans else self._words_of_picture(node)
        start = self.places.start(node)
        across, down = _number(node, "colspan"), _number(node, "rowspan")
        if span is None:
            return SpannedCell(TableCell("", Span(start, start)), across, down)
        return SpannedCell(TableCell(self.text[span.start : span.end], span), across, down)

    def _words_of_picture(self, node: "AnyNode") -> Span | None:
        """Give the words that stand in for a picture, such as a tick, where a cell has no others."""
        for each in _nodes(node):
            if each is node or each.name.startswith("#") or each.origin_offset is None:
                continue
            start = self.places.start(each)
            tag = self.text[start : self.text.find(">", start)]
            found = next((found for found in _ALT.finditer(tag) if (found[1] or found[2] or "").strip()), None)
            if found:
                number = 1 if found[1] else 2
                return Span(start + found.start(number), start + found.end(number))
        if any(each.name in ("img", "svg", "i") for each in _nodes(node)):
            start = self.places.start(node)
            self.skipped.append(Skipped("picture without words in a table", Span(start, start)))
        return None

    # What the page tells search engines

    def _search_engine_data(self, node: "Text") -> None:
        """Give the questions that a page has for search engines and does not show, where they stand unescaped."""
        whole = self.places.whole(node)
        try:
            told = list(_told_questions(json.loads(_data(node))))
        except (ValueError, RecursionError):
            self.skipped.append(Skipped("data for search engines that is not JSON", whole))
            return
        shown = {_bare(block.title) for block in self.blocks if isinstance(block, Heading)}
        place = whole.start
        for question, answer in told:
            if _bare(unescape(question)) in shown:
                continue
            asked = self.text.find(f'"{question}"', place, whole.end) + 1
            answered = self.text.find(f'"{answer}"', asked, whole.end) + 1 if asked else 0
            if not answered:
                self.skipped.append(Skipped("question for search engines, written with escapes", Span(place, place)))
                continue
            place = answered + len(answer)
            self.blocks += [
                Heading(QUESTION_LINE_LEVEL, plain_text(question), Span(asked, asked + len(question))),
                Paragraph(Span(answered, place)),
                Break(Span(place, place)),
            ]


_HANDLERS: Mapping[str, Callable[[_Walk, Any], None]] = {
    "br": _Walk._line_break,
    "hr": _Walk._rule,
    "ul": _Walk._list,
    "ol": _Walk._list,
    "menu": _Walk._list,
    "dl": _Walk._terms,
    "dt": _Walk._term,
    "dd": _Walk._answer,
    "details": _Walk._details,
    "blockquote": _Walk._quotation,
    "pre": _Walk._code,
    "table": _Walk._table,
}


def _is_header(row: "AnyNode") -> bool:
    cells = [each for each in row.children or () if each.name in ("td", "th")]
    if row.parent is not None and row.parent.name == "thead":
        return True
    return bool(cells) and all(cell.name == "th" or _is_bold(cell) for cell in cells) and len(cells) > 1


def _names_columns(grid: Grid) -> bool:
    """Say whether the first row of a table without a header reads like one: a short name in each of many columns."""
    cells = [spanned.cell.text for spanned in grid.own[0]]
    return (
        grid.columns > 2 and len(grid.own) > 1 and all(cells[1:]) and all(len(cell) < _LONGEST_NAME for cell in cells)
    )


def _is_bold(cell: "AnyNode") -> bool:
    told = [each for each in _nodes(cell) if each.name == "#text" and _data(each).strip()]
    return bool(told) and all(any(above.name in _BOLD for above in _above(each)) for each in told)


def _number(node: "AnyNode", name: str) -> int:
    value = _attribute(node, name).strip()
    return min(max(int(value), 1), _MOST_SPANNED) if value.isascii() and value.isdigit() and len(value) < 8 else 1


# What is asked of a tree


def _nodes(node: "AnyNode") -> "Iterator[AnyNode]":
    """Give a node and all below it, in the order of the page."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if each.name != "#text":
            waiting += reversed(each.children or ())


def _above(node: "AnyNode") -> "Iterator[AnyNode]":
    while node.parent is not None:
        node = node.parent
        yield node


def _is_inside(node: "AnyNode", name: str) -> bool:
    return any(above.name == name for above in _above(node))


def _attribute(node: "AnyNode", name: str) -> str:
    attributes: Mapping[str, str | None] = getattr(node, "attrs", None) or {}
    return attributes.get(name) or ""


def _data(node: "AnyNode") -> str:
    """Give the words of a text or a comment."""
    return node.data if isinstance(node.data, str) else ""


def _text_of(node: "AnyNode") -> str:
    return "".join(_data(each) for each in _nodes(node) if each.name == "#text")


def _reason(node: "AnyNode") -> str:
    """Say why a part of the page is left out; empty where it is not."""
    if node.name.startswith("#"):
        return ""
    if found := _UNSEEN.get(node.name) or _UNSEEN_ROLES.get(_attribute(node, "role").lower()):
        return found
    if node.name == "button":
        return "button"
    if node.name == "form" and not any(each.name in _HEADINGS for each in _nodes(node)):
        return "form"
    if node.name == "footer" and not _is_inside(node, "blockquote"):
        return "footer"
    if node.name == "header" and not any(each.name == "h1" for each in _nodes(node)):
        return "" if any(above.name in ("main", "article", "section") for above in _above(node)) else "page header"
    names = f"{_attribute(node, 'id')} {_attribute(node, 'class')}"
    if names == " " or node.name in _HEADINGS:
        return ""
    return "cookie banner" if _COOKIE_BANNER.search(names) else "menu" if _MENU.search(names) else ""


def _front_matter(tree: "Node") -> FrontMatter:
    title = language = updated = ""
    has_heading = False
    for node in _nodes(tree):
        if node.name == "title" and not title and _is_inside(node, "head"):
            title = " ".join(_text_of(node).split())
        elif node.name == "html":
            language = _attribute(node, "lang")
        elif node.name == "meta" and (_attribute(node, "name") or _attribute(node, "property")).lower() in _DATES:
            updated = _attribute(node, "content")
        has_heading = has_heading or node.name == "h1"
    return FrontMatter(title="" if has_heading else title, language=language, updated=updated)


def _told_questions(data: Any) -> Iterator[tuple[str, str]]:
    """Find the questions with their answers in what a page tells search engines."""
    if isinstance(data, list):
        for item in data:
            yield from _told_questions(item)
    elif isinstance(data, dict):
        answer = data.get("acceptedAnswer")
        answer = answer[0] if isinstance(answer, list) and answer else answer
        if data.get("@type") in ("Question", ["Question"]) and isinstance(answer, dict):
            name, text = data.get("name"), answer.get("text")
            if isinstance(name, str) and isinstance(text, str) and name.strip() and text.strip():
                yield name, text
        else:
            for item in data.values():
                yield from _told_questions(item)


# Pieces


def _joined(pieces: Sequence[_Piece]) -> str:
    return " ".join(piece.words for piece in pieces)


def _span(pieces: Sequence[_Piece], text: str) -> Span:
    """Give where the pieces stand, with the tags at their ends that belong to tags between them."""
    start, end = pieces[0].span.start, pieces[-1].span.end
    while (closing := _CLOSING.match(text, end)) and _opened(text[start:end], closing[1]) > 0:
        end = closing.end()
    while (opening := _OPENING.search(text, max(0, start - _LONGEST_TAG), start)) and (
        _opened(text[start:end], opening[1]) < 0
    ):
        start = opening.start()
    return Span(start, end)


def _opened(source: str, tag: str) -> int:
    """Count the tags of a kind that *source* opens and does not close; below zero, those that it only closes."""
    return sum(-1 if found[0][1] == "/" else 1 for found in re.finditer(rf"</?{tag}\b", source, re.IGNORECASE))


def _heading(pieces: Sequence[_Piece], level: int, text: str) -> Heading:
    return Heading(level, _joined(pieces), _span(pieces, text))


def _after_mark(pieces: list[_Piece], mark: re.Pattern[str], text: str) -> list[_Piece]:
    """Give the pieces without the mark that they begin with; none where they do not begin with one."""
    first = pieces[0]
    found = mark.match(text, first.span.start, first.span.end)
    if not found:
        return []
    if found.end() == first.span.end:
        return pieces[1:]
    shorter = replace(first, span=Span(found.end(), first.span.end), words=mark.sub("", first.words, count=1))
    return [shorter, *pieces[1:]]


def _bare(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


def _in_order(blocks: list[Block]) -> tuple[list[Block], list[Skipped]]:
    """Give the blocks as they stand in the source, and as skipped what a browser moves out of a table."""
    kept: list[Block] = []
    beside: list[Skipped] = []
    for block in sorted(blocks, key=lambda block: block.span.start):
        if kept and block.span.start < kept[-1].span.end:
            beside.append(Skipped(_BETWEEN_CELLS, block.span))
        else:
            kept.append(block)
    return kept, beside
