"""A reStructuredText file becomes a Document: docutils' markup, and the directives that Sphinx and its themes add.

docutils finds the blocks and roughly their lines; where the words stand is found here, by the lines themselves, so that
offsets are exact. What stands inside a line (roles, links, emphasis) stays as it is written. Nothing that a file asks
for is done: no directive of docutils runs, so none can read a file, reach the network or register anything.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise
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
    Span,
    Table,
    TableCell,
    TableRow,
)
from index.readers.front_matter import read_front_matter
from index.readers.pipe_tables import check_size

if TYPE_CHECKING:
    from docutils import nodes
    from docutils.parsers.rst.states import Body, RSTState
    from docutils.statemachine import StringList

Line = tuple[int, str]
"""The number of a line from 0, and words on it."""

_DIRECTIVE = re.compile(r"\.\. +((?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*) ?::(?: +|$)")
_UNSEEN_MARK = re.compile(r'\.\. +(?:[_|](?! |$)|end of inclusion from ")')
"""A target or a substitution, whose words are shown elsewhere or nowhere, and a comment that docutils stumbles over."""

_OPTION = re.compile(r":([a-z][\w-]*):(?: +|$)")
_LITERAL_MARK = re.compile(r"(?<!\\)(?:\\\\)*::$")
_BOLD_QUESTION = re.compile(r"\*\*(?=\S)((?:[^*]|\*(?!\*)){1,400}\?)\*\*(?=$|[\s:])")
_SUBSTITUTIONS = re.compile(r"(?:\|(?!\s)[^|]+(?<!\s)\|_{0,2}\s*)+")
_ROLE = re.compile(r"(?<![\w`:]):[a-z][\w.+-]{0,40}(?::[\w.+-]{1,40}){0,3}:`(?!`)([^`]+)`(?!`)", re.IGNORECASE)
_LINK = re.compile(r"(?<![\w`:])`(?!`)([^`]+)`__?(?!\w)")
_TARGET = re.compile(r"\s*<[^<>]+>$")
_NOTE_MARK = re.compile(r"\s?\[(?:\d+|#\w*|\*)\]_(?!\w)")
_REFERENCE = re.compile(r"(?<!\w)((?:(?!_)\w){1,80}(?:[-._+:](?:(?!_)\w){1,80}){0,9})__?(?!\w)")
_CODE_WORDS = re.compile(r"(``.+?``)", re.DOTALL)
_BLANKS = {ord(letter): " " for letter in "\0\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
"""What other programs take for the end of a line, and the letter with which docutils fills tables."""

_EMPTY_LABEL = "\\"
"""How a row of a simple table begins whose first cell is empty."""

_TAB_WIDTH = 8
_MAX_LEVEL = QUESTION_LINE_LEVEL - 1
_SILENT = 5
"""Above the gravest of docutils' messages, so none is printed and none stops the reading."""

_ERROR = 3
"""From this level on, a message of docutils holds the only copy of the words that it is about."""

_CODE = frozenset(
    "code code-block sourcecode parsed-literal math doctest testcode testoutput prompt productionlist code-tab console "
    "ipython jupyter-execute literal".split()
)
_CODE_FROM_FIRST_LINE = frozenset({"parsed-literal", "math"})
_UNSEEN = frozenset(
    "image toctree include literalinclude raw contents sectnum section-numbering meta index highlight default-role "
    "role default-domain title target-notes currentmodule autosummary graphviz digraph graph inheritance-diagram "
    "mermaid uml plantuml plot tabularcolumns bibliography todo todolist testsetup testcleanup date unicode replace "
    "youtube video".split()
)
_UNNAMED = frozenset("figure container class rst-class cssclass only ifconfig grid tab-set tabs compound hlist".split())
"""What follows their names says how they look or when they are shown: no words for the reader."""

_NOTES = frozenset(
    "note tip hint important attention caution danger error warning seealso epigraph highlights pull-quote "
    "line-block glossary".split()
)
"""What follows their names is the first line of the content."""

_TITLES = frozenset("rubric centered admonition topic sidebar dropdown details collapse tab tab-item card".split())
"""What follows their names is a title, be it a single word."""

_VERSIONS = frozenset({"versionadded", "versionchanged", "versionremoved", "deprecated"})
_SETTINGS_OF_A_PAGE = frozenset(
    "title language lang updated date orphan tocdepth nocomments no-comments nosearch no-search slug tags".split()
)


def read_restructuredtext(text: str, path: str, place: Path) -> Document:
    """Read *text*, the reStructuredText of the file at *place*, which citations call *path*."""
    page = _Page(text)
    front_matter, taken = read_front_matter(page.lines, place)
    page.seen[:taken] = [""] * taken
    tree = _empty_tree(page)
    walk = _Walk(page, place)
    try:
        _parse(page, tree)
        blocks = tuple(walk.read(tree))
    except RecursionError as error:
        problem = "lists or quotations are nested too deeply. Indent them less"
        raise ContentError(problem, path=place, line=tree.current_line) from error
    return Document(path, text, blocks, front_matter if taken else walk.front_matter())


@dataclass
class _Page:
    """The lines of a file twice: as they stand, and as the parser is to see them, tabs as spaces."""

    text: str
    lines: list[str] = field(init=False)
    starts: list[int] = field(init=False)
    seen: list[str] = field(init=False)

    def __post_init__(self) -> None:
        mark = self.text.startswith("\ufeff")
        self.lines = self.text[mark:].split("\n")
        self.starts = [mark + start for start in accumulate((len(line) + 1 for line in self.lines), initial=0)]
        self.seen = [line.translate(_BLANKS).expandtabs(_TAB_WIDTH).rstrip() for line in self.lines]

    def offset(self, number: int, column: int) -> int:
        """Give the offset of the character that the parser sees at *column* of a line."""
        line = self.lines[number]
        if "\t" not in line:
            return self.starts[number] + column
        width = 0
        for place, letter in enumerate(line):
            if width >= column:
                return self.starts[number] + place
            width += _TAB_WIDTH - width % _TAB_WIDTH if letter == "\t" else 1
        return self.starts[number] + len(line)

    def find(self, words: Sequence[str], hint: int) -> list[Line]:
        """Find the lines that end as *words* do, the nearest to *hint*."""
        for number in self._from(hint):
            below = self.seen[number : number + len(words)]
            if len(below) == len(words) and all(map(str.endswith, below, words)):
                return list(enumerate(words, start=number))
        raise ValueError(f"not in the file: {words}")

    def _from(self, hint: int) -> Iterator[int]:
        last = len(self.seen) - 1
        hint = min(max(hint, 0), last)
        yield hint
        for distance in range(1, last + 1):
            yield from (number for number in (hint + distance, hint - distance) if 0 <= number <= last)

    def span(self, lines: Sequence[Line]) -> Span:
        """Give where *lines* stand, each of which is the end of its line."""
        told = [(number, words) for number, words in lines if words.strip()]
        (first, words), (last, _) = told[0], told[-1]
        column = len(self.seen[first]) - len(words.strip())
        return Span(self.offset(first, column), self.offset(last, len(self.seen[last])))

    def whole(self, first: int, last: int) -> Span:
        """Give the words on the lines from *first* to *last*, and all between."""
        return self.span([(number, self.seen[number]) for number in range(first, last + 1)])


def _empty_tree(page: _Page) -> "nodes.document":
    from docutils.frontend import get_default_settings
    from docutils.parsers.rst import Parser
    from docutils.utils import new_document

    settings = get_default_settings(Parser)
    vars(settings).update(
        report_level=_SILENT,
        halt_level=_SILENT,
        warning_stream=False,
        file_insertion_enabled=False,
        raw_enabled=False,
        _disable_config=True,
        line_length_limit=len(page.text) * _TAB_WIDTH + 1,
    )
    return new_document("", settings)


def _parse(page: _Page, tree: "nodes.document") -> None:
    from docutils.parsers.rst import Parser

    parser = Parser(inliner=_Inliner())  # type: ignore[arg-type]
    parser.state_classes = _state_classes()
    parser.parse("\n".join(page.seen), tree)


class _Inliner:
    """Leaves what stands inside a line as it is, in the way of docutils' own."""

    def init_customizations(self, settings: Any) -> None:
        """Do nothing: there is nothing to choose."""

    def parse(self, text: str, lineno: int, memo: Any, parent: Any) -> tuple[list["nodes.Node"], list[Any]]:
        """Give *text* as one node."""
        from docutils import nodes

        return [nodes.Text(text)], []


# What the parser does otherwise than docutils: titles in a row instead of nested sections, every directive kept as what
# a reader sees of it, tables with the places of their cells.


def _state_classes() -> tuple[type, ...]:
    """Derive from docutils' states, for one file, so that docutils itself stays as it is for others in the process."""
    from docutils.parsers.rst import states

    def begin(state: "RSTState", machine: Any, debug: bool = False) -> None:
        states.RSTState.__init__(state, machine, debug)
        state.nested_sm_kwargs = {"state_classes": classes, "initial_state": "Body"}

    for_all = {"__init__": begin, "nested_sm_cache": [], "section": _keep_title}
    for_body = {
        "explicit_construct": _keep_explicit,
        "field": _keep_field,
        "option_list_item": _keep_option,
        "line_block_line": _keep_line,
        "doctest": _keep_doctest,
        "table": _keep_table,
        "malformed_table": _keep_broken_table,
    }

    def derive(known: type) -> type:
        # A state that has switched one of these off, or is none for blocks, keeps what it has.
        own = {name for name in for_body if getattr(known, name, None) is not getattr(states.Body, name)}
        kept = {name: function for name, function in for_body.items() if name not in own}
        return type(known.__name__, (known,), for_all | kept)

    classes = tuple(map(derive, states.state_classes))
    return classes


def _keep_title(state: "RSTState", title: str, source: str, style: Any, lineno: int, messages: Any) -> None:
    from docutils import nodes

    styles = state.memo.title_styles
    if style not in styles:
        styles.append(style)
    node = nodes.title(title, level=min(styles.index(style) + 1, _MAX_LEVEL))
    node.line = state.state_machine.get_source_and_line(lineno)[1]
    state.parent += node


def _keep_field(state: "Body", match: re.Match[str]) -> tuple["nodes.Element", bool]:
    from docutils.parsers.rst import states

    return _with_beginning(state, match, states.Body.field)


def _keep_option(state: "Body", match: re.Match[str]) -> tuple["nodes.Element", bool]:
    from docutils.parsers.rst import states

    return _with_beginning(state, match, states.Body.option_list_item)


def _keep_line(state: "Body", match: re.Match[str], lineno: int) -> tuple["nodes.Element", Any, bool]:
    from docutils.parsers.rst import states

    node, messages, blank_finish = states.Body.line_block_line(state, match, lineno)  # type: ignore[no-untyped-call]
    node.line = state.state_machine.get_source_and_line(lineno)[1]
    return node, messages, blank_finish


def _keep_doctest(
    state: "Body", match: re.Match[str], context: Any, next_state: Any
) -> tuple[list[Any], Any, list[Any]]:
    from docutils import nodes

    state.parent += nodes.literal_block(lines=_lines(state.state_machine.get_text_block()))
    return [], next_state, []


def _with_beginning(state: "Body", match: re.Match[str], read: Callable[..., Any]) -> tuple["nodes.Element", bool]:
    """Have an item read, and keep where it begins, which docutils does not say."""
    number = (state.state_machine.get_source_and_line()[1] or 1) - 1
    node, blank_finish = read(state, match)
    node["begins"], node["mark"] = (number, match.string), match.group().rstrip()
    return node, blank_finish


def _keep_explicit(state: "Body", match: re.Match[str]) -> tuple[list["nodes.Node"], bool]:
    from docutils.parsers.rst import states

    machine: Any = state.state_machine
    if _UNSEEN_MARK.match(match.string):
        *_, blank_finish = machine.get_first_known_indented(match.end())
        return [], blank_finish
    found = _DIRECTIVE.match(match.string)
    if not found:
        kept: tuple[list[nodes.Node], bool] = states.Body.explicit_construct(state, match)  # type: ignore[no-untyped-call]
        return kept
    block, *_, blank_finish = machine.get_first_known_indented(found.end(), strip_top=False)
    while block and not block[-1].strip():
        block.trim_end()
    node = _keep_directive(state, found, block) if block else None
    return [node] if node else [], blank_finish or machine.is_next_line_blank()


def _keep_directive(state: "Body", found: re.Match[str], block: "StringList") -> "nodes.Node | None":
    """Make of a directive what a reader sees of it; *block* are its lines, without the name."""
    from docutils import nodes

    name = found[1].lower().rpartition(":")[2]
    if name in _UNSEEN:
        return None
    if name in _CODE:
        first = 0 if name in _CODE_FROM_FIRST_LINE else 1
        return nodes.literal_block(lines=_lines(block, [*range(first), *_options(block, max(first, 1))[0]]))
    ended = 1 if name in _UNNAMED and block[0].strip() else _end_of_argument(block)
    option_lines, options = _options(block, ended)
    argument, content = block[:ended], block[ended + len(option_lines) :]
    has_words, has_content = any(map(str.strip, argument)), any(map(str.strip, content))
    box = nodes.container()
    if name in ("list-table", "flat-table"):
        _parse_inside(state, content, box)
        return nodes.table("", box, kind="list", title=_lines(argument), options=options)
    if name == "csv-table" and has_content:
        return nodes.table(kind="csv", title=_lines(argument), lines=_lines(content), options=options)
    if name in _VERSIONS:
        box += nodes.caption(lines=[(block.offset(0), found.string[found.start(1) :]), *_lines(argument[1:])])
    elif name in ("table", "csv-table") and has_words:
        box += nodes.caption(lines=_lines(argument))
    elif name in _NOTES:
        content = block if not option_lines else content
        if option_lines:
            _parse_inside(state, argument, box)
    elif has_words and (has_content or name in _TITLES) and name not in _UNNAMED:
        box += nodes.rubric(lines=_lines(argument))
    elif len(" ".join(argument).split()) > 1 and name not in _UNNAMED:
        content = argument
    _parse_inside(state, content, box)
    return box


def _end_of_argument(block: "StringList") -> int:
    for number in range(1, len(block)):
        if not block[number].strip() or _OPTION.match(block[number]):
            return number
    return len(block)


def _options(block: "StringList", first: int) -> tuple[list[int], dict[str, list[Line]]]:
    """Give the numbers of the lines from *first* on that hold options, and each option's value."""
    numbers: list[int] = []
    options: dict[str, list[Line]] = {}
    value: list[Line] = []
    for number in range(first, len(block)):
        option = _OPTION.match(block[number])
        if option:
            value = options[option[1]] = [(block.offset(number), block[number][option.end() :])]
        elif numbers and block[number].startswith(" "):
            value.append((block.offset(number), block[number]))
        else:
            break
        numbers.append(number)
    return numbers, options


def _lines(block: "StringList", without: Iterable[int] = ()) -> list[Line]:
    """Give the lines of a block with their numbers in the file, without blank ones before and after."""
    hidden = set(without)
    lines = [(number, words) for place, (_, number, words) in enumerate(block.xitems()) if place not in hidden]
    told = [place for place, (_, words) in enumerate(lines) if words.strip()]
    return lines[told[0] : told[-1] + 1] if told else []


def _parse_inside(state: "Body", block: "StringList", node: "nodes.Element") -> None:
    if any(map(str.strip, block)):
        block.disconnect()
        state.nested_parse(block, block.offset(0), node=node, match_titles=True)


@dataclass(frozen=True)
class _DrawnCell:
    """A cell of a table that is drawn with lines of signs."""

    column: int

    words: tuple[Line, ...]
    """Only those lines with words on them."""

    across: int
    """How many columns it takes besides its own."""

    down: int
    """How many rows it takes besides its own."""


def _keep_table(state: "Body", isolate: Callable[[], Any], parser_class: Any) -> tuple[list["nodes.Node"], bool]:
    from docutils import nodes
    from docutils.parsers.rst.tableparser import TableMarkupError

    machine: Any = state.state_machine
    start = machine.line_offset
    block, messages, blank_finish = isolate()
    if not block and isolate == state.isolate_simple_table:
        # docutils looks for the end of such a table as far as the end of the file, through everything between.
        machine.previous_line(machine.line_offset - start)
        return state.malformed_table(machine.get_text_block()), True
    if not block:
        return messages, blank_finish
    try:
        widths, head, body = parser_class().parse(block)
    except (TableMarkupError, AssertionError):
        return state.malformed_table(block), blank_finish
    columns = len(widths)
    rows = [_drawn_row(row, columns) for row in (*head, *body)]
    return [nodes.table(kind="drawn", columns=columns, rows=rows, head=len(head))], blank_finish


def _drawn_row(row: list[Any], columns: int) -> list[_DrawnCell]:
    # A row of a grid has an entry for each column, empty where another cell reaches; one of a simple table has not.
    cells: list[_DrawnCell] = []
    after = 0
    for place, entry in enumerate(row):
        if entry:
            down, across, _, block = entry
            lines = [(number, words.strip()) for _, number, words in block.xitems()]
            told = tuple(line for line in lines if line[1] not in ("", _EMPTY_LABEL))
            column = place if len(row) == columns else after
            cells.append(_DrawnCell(column, told, across, down))
            after = column + across + 1
    return cells


def _keep_broken_table(state: "Body", block: "StringList", detail: str = "", offset: int = 0) -> list["nodes.Node"]:
    from docutils import nodes

    block.replace(state.double_width_pad_char, "")
    return [nodes.literal_block(lines=_lines(block))]


# From docutils' nodes to blocks.


class _Walk:
    """One pass over the nodes of a page, which remembers in what it stands."""

    def __init__(self, page: _Page, place: Path) -> None:
        self.page = page
        self.place = place
        self.lists = 0
        self.quotes = 0
        self.asked_in_list = False
        self.line = 0
        """The last one that was read, a hint for what docutils gives no line for."""

        self.has_begun = False
        self.at_top = False
        """Whether a list of fields is what the page begins with, its title aside."""

        self.settings: dict[str, str] = {}
        """The fields at the top of the page that are no content."""

    def front_matter(self) -> FrontMatter:
        """Give what the fields at the top of the page say about it."""
        told = self.settings
        language, updated = told.get("language") or told.get("lang", ""), told.get("updated") or told.get("date", "")
        return FrontMatter(title=told.get("title", ""), language=language, updated=updated)

    def read(self, parent: Any) -> Iterator[Block]:
        """Give the blocks that *parent* holds, in reading order."""
        for node in parent.children:
            yield from self._read(node)

    def _read(self, node: Any) -> Iterator[Block]:
        match node.tagname:
            case "title":
                yield from self._heading(self._span(node), node["level"])
            case "paragraph":
                yield from self._paragraph(node)
            case "rubric" | "caption" | "attribution" | "line":
                yield from self._line(node)
            case "literal_block":
                yield from self._code(node)
            case "table":
                yield from self._table(node)
            case "transition":
                yield Break(self._span(node))
            case "definition_list_item":
                yield from self._definition(node)
            case "field":
                yield from self._field(node)
            case "option_list_item":
                yield from self._option(node)
            case "bullet_list" | "enumerated_list" | "definition_list" | "option_list" | "field_list":
                yield from self._list(node)
            case "block_quote":
                yield from self._quote(node)
            case "container":
                yield from self._box(node)
            case "system_message":
                yield from self._refused(node)
            case "list_item" | "line_block" | "footnote" | "citation":
                yield from self.read(node)

    def _lines(self, node: Any) -> list[Line]:
        """Give the lines of the file on which the words of *node* stand."""
        lines: list[Line] | None = node.get("lines")
        if lines is None:
            words = [line.rstrip() for line in node.rawsource.rstrip().split("\n")]
            lines = self.page.find(words, (node.line or self.line + 1) - 1)
        if lines:
            self.line = lines[-1][0]
        self.has_begun = self.has_begun or node.tagname != "title"
        return lines

    def _span(self, node: Any) -> Span:
        return self.page.span(self._lines(node))

    def _words(self, span: Span) -> str:
        return self.page.text[span.start : span.end]

    def _style(self) -> ParagraphStyle:
        return "quote" if self.quotes else "item" if self.lists else "prose"

    def _depth(self) -> int:
        return max(self.lists - 1, 0)

    def _heading(self, span: Span, level: int) -> Iterator[Heading]:
        title = plain_text(_without_roles(self._words(span)))
        if title:
            yield Heading(level, title, span)

    def _is_question(self, span: Span) -> bool:
        return self._words(span).rstrip("*` ").endswith("?")

    def _paragraph(self, node: Any) -> Iterator[Block]:
        """Give a paragraph, or the question and the answer that it is marked to be."""
        if node.rawsource.strip() == "":
            return
        span = self._span(node)
        words = _without_literal_mark(self._words(span))
        question = None if self.quotes else _BOLD_QUESTION.match(words)
        begun = 0
        if question:
            self.asked_in_list = self.asked_in_list or self.lists > 0
            asked = Span(span.start + question.start(1), span.start + question.end(1))
            yield from self._heading(asked, QUESTION_LINE_LEVEL)
            begun = len(words) - len(words[question.end() :].lstrip(": \t\n"))
        if _is_prose(words[begun:]):
            yield Paragraph(Span(span.start + begun, span.start + len(words)), self._style(), self._depth())

    def _line(self, node: Any) -> Iterator[Block]:
        """Give a line that stands apart, such as a title without a level."""
        if not any(words.strip() for _, words in self._lines(node)):
            return
        span = self._span(node)
        if node.tagname == "rubric" and self._is_question(span):
            yield from self._heading(span, QUESTION_LINE_LEVEL)
        elif _is_prose(self._words(span)):
            yield Paragraph(span, "quote" if node.tagname == "attribution" else self._style(), self._depth())

    def _code(self, node: Any) -> Iterator[Paragraph]:
        if lines := self._lines(node):
            yield Paragraph(self.page.span(lines), "code", self._depth())

    def _list(self, node: Any) -> Iterator[Block]:
        self.at_top = node.tagname == "field_list" and not self.has_begun
        self.lists += 1
        yield from self.read(node)
        self.lists -= 1
        if not self.lists and self.asked_in_list:
            self.asked_in_list = False
            yield self._end_of_answer()

    def _end_of_answer(self) -> Break:
        end = self.page.offset(self.line, len(self.page.seen[self.line]))
        return Break(Span(end, end))

    def _definition(self, node: Any) -> Iterator[Block]:
        term, body = node.children[0], node.children[-1]
        lines = self._lines(term)
        if self.quotes or not self._is_question(self.page.span(lines)):
            yield from self._entry(lines[0], lines[0][1].strip(), body)
            return
        yield from self._heading(self.page.span(lines), QUESTION_LINE_LEVEL)
        self.lists -= 1
        yield from self.read(body)
        self.lists += 1
        yield self._end_of_answer()

    def _field(self, node: Any) -> Iterator[Block]:
        name, body = node.children
        setting = name.rawsource.lower()
        if self.at_top and setting in _SETTINGS_OF_A_PAGE:
            self.settings[setting] = body.rawsource.strip()
            return
        yield from self._entry(node["begins"], node["mark"], body)

    def _option(self, node: Any) -> Iterator[Block]:
        yield from self._entry(node["begins"], node["mark"], node.children[-1])

    def _entry(self, begins: Line, mark: str, body: Any) -> Iterator[Block]:
        """Give a term, field or option in one piece with the paragraph that says something of it.

        Args:
            begins: where the entry begins, its line from there on.
            mark: the term, or the name of the field or option.
            body: what is said of it.
        """
        self.line, self.has_begun = begins[0], True
        start = self.page.span([begins]).start
        column = len(self.page.seen[begins[0]]) - len(begins[1].strip())
        end = self.page.offset(begins[0], column + len(mark))
        blocks = list(self.read(body))
        first = blocks[0] if blocks else None
        if (
            isinstance(first, Paragraph)
            and first.style != "code"
            and not self._words(Span(end, first.span.start)).strip()
        ):
            blocks[0] = Paragraph(Span(start, first.span.end), first.style, first.depth)
        else:
            blocks.insert(0, Paragraph(Span(start, end), self._style(), self._depth()))
        yield from blocks

    def _quote(self, node: Any) -> Iterator[Block]:
        # Lists and code are often set in without being quoted.
        quoted = not self.lists and any(child.tagname == "paragraph" for child in node.children)
        self.quotes += quoted
        yield from self.read(node)
        self.quotes -= quoted

    def _box(self, node: Any) -> Iterator[Block]:
        """Give what stands in a directive; where its title asks something, its content is the answer."""
        first: Block | None = None
        for block in self.read(node):
            first = first or block
            yield block
        if isinstance(first, Heading) and node.children[0].tagname == "rubric" and len(node.children) > 1:
            yield self._end_of_answer()

    def _refused(self, node: Any) -> Iterator[Paragraph]:
        """Give the words that docutils could make nothing of."""
        for child in node.children if node["level"] >= _ERROR else ():
            if child.tagname == "literal_block":
                lines = self.page.find([line.rstrip() for line in child.astext().split("\n")], node.get("line", 1) - 1)
                for line in lines:
                    if _is_prose(line[1]):
                        self.line = line[0]
                        yield Paragraph(self.page.span([line]), self._style(), self._depth())

    # Tables

    def _table(self, node: Any) -> Iterator[Block]:
        if node["kind"] == "drawn":
            yield from self._drawn_table(node)
            return
        if node["title"]:
            self.line = node["title"][-1][0]
            yield Paragraph(self.page.span(node["title"]), self._style(), self._depth())
        if node["kind"] == "csv":
            yield from self._csv_table(node)
        else:
            yield from self._list_table(node)

    def _drawn_table(self, node: Any) -> Iterator[Block]:
        rows: list[list[_DrawnCell]] = node["rows"]
        columns, head = node["columns"], node["head"]
        numbers = [number for row in rows for cell in row for number, _ in cell.words]
        if not numbers:
            return
        self.line = max(numbers)
        check_size(columns, len(rows), self.place, min(numbers) + 1)
        body = [self._drawn_part(group, columns) for group in _groups(rows[head:])]
        first = next((part for part in body if isinstance(part, TableRow)), None)
        if columns > 1 and first:
            yield from _tables(self._drawn_header(rows[:head], columns, first.span.start), body)
        else:
            yield from filter(None, map(self._drawn_paragraph, _groups(rows)))

    def _drawn_header(self, rows: list[list[_DrawnCell]], columns: int, below: int) -> TableRow:
        """Give the names of the columns; those that take several lines or columns are put together."""
        plain = self._drawn_row(rows[0], columns) if len(rows) == 1 else None
        numbers = [number for row in rows for cell in row for number, _ in cell.words]
        if plain or not numbers:
            return plain or _nameless(columns, below)
        span = self.page.whole(min(numbers), max(numbers))
        names: list[list[str]] = [[] for _ in range(columns)]
        for cell in (cell for row in rows for cell in row):
            for column in range(cell.column, cell.column + cell.across + 1):
                names[column] += (words for _, words in cell.words)
        return TableRow(tuple(TableCell(" ".join(words), span) for words in names), span)

    def _drawn_part(self, group: list[list[_DrawnCell]], columns: int) -> "TableRow | Paragraph | None":
        row = self._drawn_row(group[0], columns) if len(group) == 1 else None
        return row or self._drawn_paragraph(group)

    def _drawn_row(self, cells: list[_DrawnCell], columns: int) -> TableRow | None:
        """Give a row, unless one of its cells does not stand in the file in one piece or takes several columns."""
        numbers = [number for cell in cells for number, _ in cell.words]
        if not numbers or [cell.column for cell in cells] != list(range(columns)):
            return None
        span = self.page.whole(min(numbers), max(numbers))
        found: list[TableCell] = []
        end = span.start
        columns_read: dict[int, int] = {}
        for cell in cells:
            place = self._place(cell, columns_read) if cell.words else Span(end, end)
            if place is None or place.start < end:
                return None
            end = place.end
            found.append(TableCell(self._words(place), place))
        return TableRow(tuple(found), span)

    def _place(self, cell: _DrawnCell, columns_read: dict[int, int]) -> Span | None:
        """Give where the words of a cell stand, if nothing but space stands between its lines."""
        places: list[tuple[int, int]] = []
        for number, words in cell.words:
            column = self.page.seen[number].find(words, columns_read.get(number, 0))
            if column < 0:
                return None
            columns_read[number] = column + len(words)
            places.append((self.page.offset(number, column), self.page.offset(number, column + len(words))))
        between = [self.page.text[end:start] for (_, end), (start, _) in pairwise(places)]
        return Span(places[0][0], places[-1][1]) if all(map(str.isspace, between)) else None

    def _drawn_paragraph(self, group: list[list[_DrawnCell]]) -> Paragraph | None:
        """Give rows that cannot be taken apart as they are drawn, or the words of their only cell."""
        cells = [cell for row in group for cell in row if cell.words]
        if not cells:
            return None
        place = self._place(cells[0], {}) if len(cells) == 1 else None
        numbers = [number for cell in cells for number, _ in cell.words]
        if place:
            return Paragraph(place, self._style(), self._depth())
        return Paragraph(self.page.whole(min(numbers), max(numbers)), "code", self._depth())

    def _csv_table(self, node: Any) -> Iterator[Block]:
        options: dict[str, list[Line]] = node["options"]
        signs = {name: _SIGNS.get(value, value[:1]) for name, value in _values(options).items()}
        pattern = _csv_pattern(signs.get("delim") or ",", signs.get("quote") or '"', signs.get("escape", ""))
        head = _number(options, "header-rows")
        regions = [self.page.span(node["lines"])]
        if any(words.strip() for _, words in options.get("header", ())):
            regions.insert(0, self.page.span(options["header"]))
            head += 1
        self.line = node["lines"][-1][0]
        records = [record for region in regions for record in _csv_records(self.page.text, region, pattern)]
        columns = max(map(len, records))
        check_size(columns, len(records), self.place, node["lines"][0][0] + 1)
        rows = []
        for cells in records:
            whole = Span(cells[0].start, cells[-1].end)
            cells += [Span(whole.end, whole.end)] * (columns - len(cells))
            rows.append(TableRow(tuple(TableCell(self._words(span), span) for span in cells), whole))
        yield from self._table_of(rows, head)

    def _list_table(self, node: Any) -> Iterator[Block]:
        (box,) = node.children
        items = _list_rows(box)
        if not items:
            yield from self.read(box)
            return
        check_size(len(items[0]), len(items), self.place, self.line + 1)
        rows = [self._list_row(row) for row in items]
        yield from self._table_of(rows, _number(node["options"], "header-rows"))

    def _list_row(self, items: list[Any]) -> TableRow:
        cells: list[TableCell] = []
        begun = end = self.page.whole(items[0].line - 1, items[0].line - 1).start
        for item in items:
            blocks = list(self.read(item))
            span = Span(blocks[0].span.start, blocks[-1].span.end) if blocks else Span(end, end)
            end = span.end
            cells.append(TableCell(self._words(span), span))
        return TableRow(tuple(cells), Span(begun, end))

    def _table_of(self, rows: list[TableRow], head: int) -> Iterator[Block]:
        columns = len(rows[0].cells)
        if columns > 1 and len(rows) > head:
            yield from _tables(_joined(rows[:head]) or _nameless(columns, rows[0].span.start), rows[head:])
            return
        for cell in (cell for row in rows for cell in row.cells if cell.text):
            yield Paragraph(cell.span, self._style(), self._depth())


_SIGNS = {"tab": "\t", "space": " "}


def _values(options: Mapping[str, list[Line]]) -> dict[str, str]:
    return {name: " ".join(words for _, words in lines).strip() for name, lines in options.items()}


def _number(options: Mapping[str, list[Line]], name: str) -> int:
    value = _values(options).get(name, "")
    return int(value) if value.isascii() and value.isdigit() else 0


def _csv_pattern(delimiter: str, quote: str, escape: str) -> re.Pattern[str]:
    """Give a pattern for one cell and the sign after it; the groups are what is quoted, what is not, and the sign."""
    sign, mark = re.escape(delimiter), re.escape(quote)
    pad = rf"(?:(?!{sign})[^\S\n])*+"
    quoted = rf"(?:{re.escape(escape)}.|{mark}{mark}|[^{mark}])*+" if escape else rf"(?:{mark}{mark}|[^{mark}])*+"
    return re.compile(rf"{pad}(?:{mark}({quoted}){mark}{pad}(?={sign}|\n|\Z)|([^{sign}\n]*))({sign}|\s+|\Z)", re.DOTALL)


def _csv_records(text: str, region: Span, pattern: re.Pattern[str]) -> list[list[Span]]:
    """Give where the cells of each record stand, without the spaces around them."""
    records: list[list[Span]] = [[]]
    place, sign = region.start, ""
    while place < region.end or (sign and not sign.isspace()):
        cell = pattern.match(text, place, region.end)
        if cell is None:
            raise ValueError(f"no cell at {place}")
        start, end = cell.span(2 if cell[1] is None else 1)
        words = text[start:end]
        start = min(start + len(words) - len(words.lstrip()), end)
        records[-1].append(Span(start, start + len(words.strip())))
        place, sign = cell.end(), cell[3]
        if "\n" in sign:
            records.append([])
    return records


def _list_rows(box: Any) -> list[list[Any]] | None:
    """Give the items of a list of lists that is a table: as many in each row."""
    children = [child for child in box.children if child.tagname != "system_message"]
    if [child.tagname for child in children] != ["bullet_list"]:
        return None
    rows = [[child for child in item.children if child.tagname != "system_message"] for item in children[0].children]
    if any([child.tagname for child in row] != ["bullet_list"] for row in rows):
        return None
    items = [row[0].children for row in rows]
    return items if len(set(map(len, items))) == 1 else None


def _groups(rows: list[list[_DrawnCell]]) -> Iterator[list[list[_DrawnCell]]]:
    """Give the rows, those together that a cell joins which takes several."""
    group: list[list[_DrawnCell]] = []
    left = 0
    for row in rows:
        group.append(row)
        left = max([left - 1, *(cell.down for cell in row)])
        if left <= 0:
            yield group
            group, left = [], 0
    if group:
        yield group


def _nameless(columns: int, place: int) -> TableRow:
    """Give the header of a table that has none."""
    nothing = Span(place, place)
    return TableRow((TableCell("", nothing),) * columns, nothing)


def _joined(rows: list[TableRow]) -> TableRow | None:
    """Make one header of several rows."""
    if len(rows) < 2:
        return rows[0] if rows else None
    span = Span(rows[0].span.start, rows[-1].span.end)
    names = zip(*(row.cells for row in rows), strict=True)
    return TableRow(tuple(TableCell(" ".join(cell.text for cell in name if cell.text), span) for name in names), span)


def _tables(header: TableRow, parts: Sequence[TableRow | Paragraph | None]) -> Iterator[Block]:
    """Give the rows as tables, and between them what is no row of cells."""
    begun: int | None = header.span.start
    for are_rows, group in groupby(filter(None, parts), key=lambda part: isinstance(part, TableRow)):
        if are_rows:
            rows = tuple(part for part in group if isinstance(part, TableRow))
            yield Table(header, rows, Span(rows[0].span.start if begun is None else begun, rows[-1].span.end))
        else:
            yield from (part for part in group if isinstance(part, Paragraph))
        begun = None


# What stands inside a line


def _is_prose(words: str) -> bool:
    """Say whether there are words, and not signs or names for pictures alone."""
    return any(map(str.isalnum, words)) and not _SUBSTITUTIONS.fullmatch(words)


def _without_literal_mark(words: str) -> str:
    """Take off what says that a code sample follows: of "like this::" a reader sees "like this:"."""
    if not _LITERAL_MARK.search(words):
        return words
    before = words[:-2]
    return before.rstrip() if before[-1:].isspace() else words[:-1]


def _without_roles(words: str) -> str:
    """Take off what reStructuredText has inside a line and Markdown has not; code stays."""
    parts = _CODE_WORDS.split(words)
    return "".join(part if number % 2 else _shown(part) for number, part in enumerate(parts))


def _shown(words: str) -> str:
    words = _ROLE.sub(lambda role: _text_of_link(role[1]), words)
    words = _LINK.sub(lambda link: _text_of_link(link[1]), words)
    return _REFERENCE.sub(r"\1", _NOTE_MARK.sub("", words))


def _text_of_link(words: str) -> str:
    text = _TARGET.sub("", words)
    if text == words and words.startswith("~"):
        return words.rpartition(".")[2].lstrip("~")
    return text.lstrip("!") or words.strip("<>")
