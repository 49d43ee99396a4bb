"""An Answer, and the passages that its citations stand in, become HTML for the page or plain text for a terminal.

What is quoted looks letter for letter as in the owner's file, but for Markdown's marks, which become what they mean.
Knows nothing of gradio, and draws nothing that could run, load or cover anything: no HTML of the owner's or of the
visitor's, no images, links to the web and to mail addresses only.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby, product
from typing import Any
from urllib.parse import quote as percent_encode

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from chatbot.answers import Answer, Citation, Verdict
from index import Cell, Passage, html_paragraphs

LITERALLY = "Ask it literally"
"""What takes a question as it was typed, below one that was understood in the light of those before it."""

NOT_STATED = "not stated"
"""What stands on the page where a cell of a table is empty."""

_OFFERS: dict[Verdict, str] = {
    "answered": "The content also answers:",
    "clarify": "Did you mean:",
    "not_covered": "What the content does answer:",
    "chitchat": "You could ask:",
}
_MARK = re.compile(r"[ \t]*\[(\d+)\]")
_TABLE = re.compile(r"(?:^\|.*\|[ \t]*\n)^\|[ \t:|-]+\|[ \t]*\n?(?:^\|.*\|[ \t]*\n?)*", re.MULTILINE)
_BLOCK_MARK = re.compile(r"(?:\d{1,9}[.)]|[-+*]|>|#{1,6})(?=\s|$)|>")
_LETTERS_THAT_COUNT: tuple[Callable[[str], bool], ...] = (
    lambda letter: not letter.isspace(),
    # A quote that begins or ends inside emphasis keeps a lone mark when it is drawn by itself.
    lambda letter: not letter.isspace() and letter not in "*_~`",
    str.isalnum,
)
_MARKDOWN = (".md", ".markdown", ".mdx")
_HTML = (".html", ".htm", ".docx")
"""What is written in HTML, or was converted into it."""

_SEPARATED_VALUES = (".csv", ".tsv")
"""Where a quotation mark inside a quoted cell is written twice."""

_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_UNSEEN_MARKUP = re.compile(r"<br\s?/?>|<!--(?:[^-]|-(?!->))*-->", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


# What the chat shows


def draw_question(question: str) -> str:
    """Give what the visitor typed, inert: nothing in it is formatting, a link or a tag."""
    return one_block(f'<div class="said"><span class="sr">You asked: </span>{_lines(question)}</div>')


def draw_answer(answer: Answer, *, turn: int, ticket: str = "") -> str:
    """Give what the chat shows of *answer*.

    Args:
        answer: what to show.
        turn: which of the visitor's questions it answers; tells the chips of one answer from those of another.
        ticket: under which the visitor may say how good it is; without one nobody asks.
    """
    parts = ['<div class="answer">', '<span class="sr">Answer: </span>']
    if is_reinterpreted(answer):
        literally = f'<button class="literally" type="button">{LITERALLY}</button>'
        parts.append(f'<p class="understood">Understood as: <q>{_escape(answer.interpretation)}</q> {literally}</p>')
    if answer.verdict == "answered":
        parts.append(_draw_words(answer, turn))
    else:
        said = [*_paragraphs(answer.text), *([] if _says_why(answer) else [answer.reason])]
        kind = {"not_covered": "refusal", "clarify": "choice"}.get(answer.verdict, "reply")
        parts.append(f'<div class="{kind}">{"".join(f"<p>{_lines(paragraph)}</p>" for paragraph in said)}</div>')
    if ticket:
        parts.append(_draw_ballot(ticket))
    if answer.suggestions and answer.verdict != "clarify":
        parts.append(f'<p class="nearest">{_OFFERS[answer.verdict]}</p>')
    return one_block("".join([*parts, "</div>"]))


def _draw_ballot(ticket: str) -> str:
    """Draw the question that a vote answers; the page's script sends it."""
    buttons = "".join(
        f'<button class="vote {vote}" type="button">{word}</button>' for vote, word in (("up", "Yes"), ("down", "No"))
    )
    return f'<p class="ballot" id="ballot-{_escape(ticket)}"><span>Was this helpful?</span> {buttons}</p>'


def _says_why(answer: Answer) -> bool:
    """Whether the text of an answer holds its reason, if it has one."""
    return answer.reason.rstrip(".").casefold() in answer.text.casefold()


def is_reinterpreted(answer: Answer) -> bool:
    """Whether another question was answered than the visitor typed, differences in letter case and signs aside."""
    return bool(answer.interpretation) and _bare(answer.interpretation) != _bare(answer.question)


def _draw_words(answer: Answer, turn: int) -> str:
    """Render the text of an answer and put a chip where each mark stands."""
    first, last = _unused_letters(answer.text, 2)
    prepared = _mark_citations(answer, first, last)
    rendered = _markdown().render(prepared)
    places = {citation.number: citation for citation in answer.citations}
    seen: set[int] = set()

    def chip(found: re.Match[str]) -> str:
        number = int(found[1])
        anchor = "" if number in seen else f' id="t{turn}-c{number}"'
        seen.add(number)
        where = _escape(str(places[number].source))
        name = f'<span class="sr">Source </span>{number}'
        return f'\u00a0<a class="chip"{anchor} href="#t{turn}-s{number}" title="{where}">{name}</a>'

    return re.sub(rf"{first}(\d+){last}", chip, rendered).replace("<p>\u00a0", "<p>")


def _mark_citations(answer: Answer, first: str, last: str) -> str:
    """Put *first* and *last* around the numbers of citations, and keep plain text from being read as Markdown.

    A number in brackets that stands inside a quote is the owner's, and stays as it is.
    """
    numbers = {citation.number: citation for citation in answer.citations}
    quoted = [span for citation in answer.citations for span in _occurrences(citation.quote, answer.text)]
    done, pieces = 0, list[str]()
    for found in _MARK.finditer(answer.text):
        bracket = found.end() - len(found[1]) - 2
        if int(found[1]) not in numbers or any(start <= bracket and found.end() <= end for start, end in quoted):
            continue
        before, citation = answer.text[done : found.start()], numbers[int(found[1])]
        if before.endswith(citation.quote):
            before = before.removesuffix(citation.quote)
            in_row = (("".join(pieces) + before).rpartition("\n")[2]).startswith("|")
            before += _as_words(citation, in_row=in_row)
        pieces.append(f"{before}{first}{found[1]}{last}")
        done = found.end()
    return "".join([*pieces, answer.text[done:]])


# What the panel of sources shows


def draw_sources(answer: Answer, passages: Sequence[Passage], *, turn: int) -> str:
    """Give the cards of an answer's sources: one for each passage, with the quoted words marked.

    Args:
        answer: what the sources prove.
        passages: the passage that each citation stands in, in the order of the citations.
        turn: as for `draw_answer`.
    """
    groups: dict[object, list[tuple[Citation, Passage]]] = {}
    for citation, passage in zip(answer.citations, passages, strict=True):
        groups.setdefault(_group(passage), []).append((citation, passage))
    cards = "".join(_draw_card(cited, turn) for cited in groups.values())
    return one_block(f'<div class="cards">{cards}</div>') if cards else ""


def _group(passage: Passage) -> object:
    """Say what shares a card: quotes of one passage, and rows of one table."""
    if passage.kind != "row":
        return passage.id
    return passage.source.path, passage.source.heading, passage.corner, tuple(cell.column for cell in passage.cells)


def _draw_card(cited: Sequence[tuple[Citation, Passage]], turn: int) -> str:
    citations = [citation for citation, _ in cited]
    passages = sorted({passage.id: passage for _, passage in cited}.values(), key=lambda passage: passage.source.start)
    first = passages[0]
    path = [*first.source.heading]
    if not path or (first.kind != "row" and _bare(path[-1]) != _bare(first.title)):
        path.append(first.title)
    badges = "".join(f'<span class="badge" id="t{turn}-s{c.number}">{c.number}</span>' for c in citations)
    trail = f'<p class="trail">{_escape(" › ".join(path[:-1]))}</p>' if path[1:] else ""
    body = _draw_rows(passages, citations) if first.kind == "row" else _draw_passage(first, citations)
    return (
        '<section class="card" tabindex="-1"><div class="head">'
        f'<p class="badges"><span class="sr">Source </span>{badges}</p>'
        f"<div>{trail}<h3>{_escape(path[-1])}</h3></div></div>"
        f'<div class="quote">{body}</div>{_draw_foot(citations, turn)}</section>'
    )


def _draw_foot(citations: Sequence[Citation], turn: int) -> str:
    """Draw where the quoted words stand, what copies them, and the way back to the answer."""
    source, lines = citations[0].source, _lines_of(citations)
    first = min(citation.source.first_line for citation in citations)
    page = f"source/{percent_encode(source.path)}?lines={lines}#L{first}"
    raw = "".join(f'<span class="raw m{citation.number}">{_escape(citation.quote)}</span>' for citation in citations)
    return (
        f'<p class="foot"><a class="place" href="{_escape(page)}"><span class="sr">Read it in </span>'
        f"{_escape(source.file)}:{lines.replace(',', ', ')}</a>"
        f'<span class="does"><button class="copy" type="button">Copy quote</button>{raw}'
        f'<a class="back" href="#t{turn}-c{citations[0].number}">Back to the answer</a></span></p>'
    )


def _lines_of(citations: Sequence[Citation]) -> str:
    """Give the numbers of the lines on which the quoted words stand: "29,32-33"."""
    spans: list[list[int]] = []
    for first, last in sorted((citation.source.first_line, citation.source.last_line) for citation in citations):
        if spans and first <= spans[-1][1] + 1:
            spans[-1][1] = max(last, spans[-1][1])
        else:
            spans.append([first, last])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans)


def _draw_passage(passage: Passage, citations: Sequence[Citation]) -> str:
    """Draw a passage of prose, or what answers a question."""
    drawn, missed = _highlight(_draw(passage.text, passage.source.path), passage.text, passage.source.start, citations)
    alone = "".join(f"<mark>{_draw_inline(citation.quote, passage.source.path)}</mark>" for citation in missed)
    return (f"<p>{alone}</p>" if alone else "") + drawn


def _draw_rows(passages: Sequence[Passage], citations: Sequence[Citation]) -> str:
    """Draw rows as a small table with its header: across for two columns, down for more, so that it always fits."""
    first = passages[0]
    names = [_escape(cell.column) for cell in first.cells]
    rows = [_draw_row(passage, citations) for passage in passages]
    if len(names) <= 2:
        corner = f'<th scope="col">{_escape(first.corner)}</th>' if first.corner else "<td></td>"
        head = corner + "".join(f'<th scope="col">{name}</th>' for name in names)
        body = "".join(
            f'<tr><th scope="row">{label}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
            for label, *cells in rows
        )
        drawn = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    else:
        corner = f"{_escape(first.corner)}: " if first.corner else ""
        drawn = ""
        for label, *cells in rows:
            named = zip(names, cells, strict=True)
            body = "".join(f'<tr><th scope="row">{name}</th><td>{cell}</td></tr>' for name, cell in named)
            drawn += f'<table class="down"><caption>{corner}{label}</caption><tbody>{body}</tbody></table>'
    doubts = [(cell.column, cell.doubt) for passage in passages for cell in passage.cells if cell.doubt]
    return drawn + "".join(f'<p class="doubt">{_escape(column)}: {_escape(doubt)}</p>' for column, doubt in doubts)


def _draw_row(passage: Passage, citations: Sequence[Citation]) -> list[str]:
    """Draw a row's label and cells, each with what is quoted of it marked."""
    source = passage.source
    own = [c for c in citations if source.start <= c.source.start and c.source.end <= source.end]
    return [_draw_label(passage, own), *(_draw_cell(cell, source.path, own) for cell in passage.cells)]


def _draw_label(passage: Passage, citations: Sequence[Citation]) -> str:
    """Draw the label of a row; marked if something of the row outside its cells is quoted."""
    label = _escape(passage.title)
    inside = all(any(_overlap(citation, cell) for cell in passage.cells) for citation in citations)
    whole = any(citation.quote == passage.text for citation in citations)
    return label if inside and not whole else f"<mark>{label}</mark>"


def _draw_cell(cell: Cell, path: str, citations: Sequence[Citation]) -> str:
    if not cell.text:
        return f'<span class="empty">{NOT_STATED}</span>'
    drawn, quoting = _draw_inline(cell.text, path), [citation for citation in citations if _overlap(citation, cell)]
    inside = [c for c in quoting if cell.start <= c.source.start and c.source.end <= cell.end]
    if len(inside) < len(quoting):
        classes = " ".join(f"m{citation.number}" for citation in quoting)
        return f'<mark class="{classes}">{drawn}</mark>'
    return _highlight(drawn, cell.text, cell.start, inside)[0]


def _overlap(citation: Citation, cell: Cell) -> bool:
    return citation.source.start < cell.end and cell.start < citation.source.end


def _highlight(drawn: str, text: str, start: int, citations: Sequence[Citation]) -> tuple[str, list[Citation]]:
    """Put `<mark>` around what *citations* quote, and give back those that could not be found.

    The quote is looked for in what was drawn, letter by letter and without the spaces, rather than wrapped before it is
    drawn: a sign put before `**` or a code fence would change what Markdown makes of it.

    Args:
        drawn: HTML of *text*.
        text: as it stands in the file.
        start: where *text* starts in the file.
        citations: what to mark.
    """
    tags, letters = _take_apart(drawn)
    marked: list[tuple[int, ...]] = [()] * len(letters)
    missed = []
    for citation in citations:
        offset = citation.source.start - start
        before = sum(1 for begin, _ in _occurrences(citation.quote, text) if begin < offset)
        span = _find(citation, letters, before)
        if span is None:
            missed.append(citation)
            continue
        for place in range(*span):
            marked[place] = (*marked[place], citation.number)
    return _put_together(tags, letters, marked), missed


def _take_apart(drawn: str) -> tuple[dict[int, str], list[str]]:
    """Part HTML into its letters, entities whole, and the tags before the letter of each number."""
    tags: dict[int, str] = {}
    letters: list[str] = []
    for piece in re.findall(r"<[^>]*>|&[#\w]+;|[^<&]|&", drawn):
        if len(piece) > 1 and piece.startswith("<"):
            tags[len(letters)] = tags.get(len(letters), "") + piece
        else:
            letters.append(piece)
    return tags, letters


def _put_together(tags: dict[int, str], letters: Sequence[str], marked: Sequence[tuple[int, ...]]) -> str:
    """Write the letters and tags again, each run of letters that the same citations quote in a `<mark>`."""
    runs: list[str] = []
    group = 0
    groups = []
    for place in range(len(letters)):
        group += place in tags or (place > 0 and marked[place] != marked[place - 1])
        groups.append(group)
    for _, places in groupby(range(len(letters)), key=groups.__getitem__):
        run = list(places)
        words, numbers = "".join(letters[place] for place in run), marked[run[0]]
        runs.append(tags.get(run[0], ""))
        classes = " ".join(f"m{number}" for number in dict.fromkeys(numbers))
        runs.append(f'<mark class="{classes}">{words}</mark>' if numbers and words.strip() else words)
    return "".join([*runs, tags.get(len(letters), "")])


def _find(citation: Citation, letters: Sequence[str], before: int) -> tuple[int, int] | None:
    """Find the letters that a citation quotes, after *before* others that read the same.

    What begins like a list or a heading is one only where a line begins, so a quote is looked for as words first.
    """
    plain = [html.unescape(letter) for letter in letters]
    drawn = [draw(citation.quote, citation.source.path) for draw in (_draw_inline, _draw)]
    quotes = [html.unescape(re.sub(r"<[^>]*>", "", quote)) for quote in drawn]
    for counts, quote in product(_LETTERS_THAT_COUNT, quotes):
        places = [place for place, letter in enumerate(plain) if all(counts(sign) for sign in letter)]
        wanted = "".join(filter(counts, quote))
        starts = [begin for begin, _ in _occurrences(wanted, "".join(plain[place][:1] for place in places))]
        if starts:
            begin = starts[min(before, len(starts) - 1)]
            return places[begin], places[begin + len(wanted) - 1] + 1
    return None


def _occurrences(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Give where *wanted* stands in *text*, from left to right; nowhere if it is empty."""
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        yield start, start + len(wanted)
        start = text.find(wanted, start + 1)


# The owner's text, drawn


def _draw(text: str, path: str) -> str:
    if _is_markdown(path):
        return str(_markdown().render(text))
    return "".join(
        f"<pre><code>{_escape(words)}</code></pre>" if is_code else f"<p>{_lines(words)}</p>"
        for words, is_code in _words(text, path)
    )


def _draw_inline(text: str, path: str) -> str:
    return str(_markdown().renderInline(text)) if _is_markdown(path) else _escape(_in_one_line(text, path))


def _is_markdown(path: str) -> bool:
    return path.lower().endswith(_MARKDOWN)


def _words(text: str, path: str) -> list[tuple[str, bool]]:
    """Give the paragraphs of text that is no Markdown as its reader sees them, and whether each is a code sample."""
    if path.lower().endswith(_HTML):
        return html_paragraphs(text)
    if path.lower().endswith(_SEPARATED_VALUES):
        text = text.replace('""', '"')
    return [(paragraph, False) for paragraph in _paragraphs(text)]


def _in_one_line(text: str, path: str) -> str:
    return " ".join(" ".join(words for words, _ in _words(text, path)).split())


@cache
def _markdown() -> MarkdownIt:
    """Give the one renderer: CommonMark with tables and struck-out words, no HTML, nothing guessed or made prettier."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.inline.ruler.before("autolink", "unseen_markup", _take_unseen_markup)
    markdown.core.ruler.push("tables_for_readers", _name_table_parts)
    markdown.add_render_rule("td_open", _draw_cell_open)
    markdown.add_render_rule("image", _draw_image)
    markdown.add_render_rule("link_open", _draw_link_open)
    markdown.add_render_rule("link_close", _draw_link_close)
    return markdown


def _take_unseen_markup(state: StateInline, silent: bool) -> bool:
    """Let `<br>` break the line and a comment stay unseen, as they do wherever Markdown is read."""
    found = _UNSEEN_MARKUP.match(state.src, state.pos)
    if not found:
        return False
    if not silent and not found[0].startswith("<!"):
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _name_table_parts(state: Any) -> None:
    """Say in each table what heads what, so that a phone and a screen reader can take it apart; say what is empty."""
    columns: list[str] = []
    place, in_head = 0, False
    tokens: list[Token] = state.tokens
    for number, token in enumerate(tokens):
        if token.type == "table_open":
            columns = []
        elif token.type in ("thead_open", "thead_close"):
            in_head = token.type == "thead_open"
        elif token.type == "tr_open":
            place = 0
        elif token.type in ("th_open", "td_open"):
            words, close = tokens[number + 1], tokens[number + 2]
            if in_head:
                columns.append("".join(child.content for child in words.children or []))
            token.tag = close.tag = "th" if (words.content if in_head else place == 0) else "td"
            token.attrs = {"scope": "col" if in_head else "row"} if token.tag == "th" else {}
            if not in_head and place > 0:
                empty = words.content in ("", NOT_STATED)
                token.meta = {"column": columns[place], "empty": empty}
                words.children = [] if empty else words.children
            place += 1


def _draw_cell_open(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """Draw the column's name in each cell, for phones, where the cells of a wide table stand one below the other."""
    token = tokens[place]
    name = f'<span class="column">{_escape(token.meta["column"])}</span>' if token.meta else ""
    empty = f'<span class="empty">{NOT_STATED}</span>' if token.meta.get("empty") else ""
    return f"<{token.tag}{renderer.renderAttrs(token)}>{name}{empty}"


def _draw_image(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """Draw what an image says instead of loading it."""
    alt = renderer.renderInlineAsText(tokens[place].children or [], options, env)
    return f'<span class="image">{_escape(alt)}</span>'


def _draw_link_open(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """Draw a link to the web or to a mail address; another would lead nowhere from the page, and is drawn as words."""
    target = str(tokens[place].attrGet("href") or "")
    if not _SAFE_LINK.match(target):
        return '<span class="link">'
    return f'<a class="link" href="{_escape(target)}" target="_blank" rel="noopener noreferrer">'


def _draw_link_close(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    depth = 0
    for token in reversed(tokens[:place]):
        depth += {"link_close": 1, "link_open": -1}.get(token.type, 0)
        if depth < 0:
            return "</a>" if _SAFE_LINK.match(str(token.attrGet("href") or "")) else "</span>"
    return ""


# Letters


def make_controls_visible(text: str) -> str:
    """Put the sign for what cannot be shown in the place of characters that a screen would obey."""
    return _CONTROLS.sub("\ufffd", text)


def one_block(drawn: str) -> str:
    """Write HTML on one line, for gradio: what gradio reads as Markdown would end a block of HTML at a blank one."""
    # Three percent signs begin a placeholder of gradio's own.
    return make_controls_visible(drawn).replace("\n", "&#10;").replace("%%%", "&#37;&#37;&#37;")


def _escape(text: str) -> str:
    return html.escape(text)


def _lines(text: str) -> str:
    """Escape *text* and keep its line breaks; set apart, so that its direction of writing turns nothing else round."""
    return f"<bdi>{_escape(text.strip()).replace(chr(10), '<br>')}</bdi>"


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in re.split(r"\n[ \t]*\n", text) if paragraph.strip()]


def _as_words(citation: Citation, *, in_row: bool) -> str:
    """Give a quote so that Markdown reads it as it does in the owner's file: never as a list or heading that begins.

    Args:
        citation: what is quoted.
        in_row: whether it stands in a row of a table, which is one line.
    """
    path = citation.source.path
    if _is_markdown(path):
        begins = _BLOCK_MARK.match(citation.quote)
        return _as_entities(begins[0]) + citation.quote[begins.end() :] if begins else citation.quote
    if in_row:
        return _as_entities(_in_one_line(citation.quote, path))
    paragraphs = _words(citation.quote, path)
    return "\n\n".join(_as_code(words) if is_code else _as_entities(words) for words, is_code in paragraphs)


def _as_code(words: str) -> str:
    """Fence a code sample with more marks than it has itself."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", words)), default=0))
    return f"{fence}\n{words}\n{fence}"


def _as_entities(text: str) -> str:
    """Write the signs of *text* so that Markdown takes them for letters."""
    return "".join(letter if letter.isalnum() or letter.isspace() else f"&#{ord(letter)};" for letter in text)


def _unused_letters(text: str, count: int) -> list[str]:
    """Give letters of Unicode's private use area that *text* does not use."""
    return [chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text][:count]


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


# What a terminal shows


def as_plain_text(answer: Answer) -> str:
    """Give the answer, then where it stands; for a refusal why, then the questions to choose from."""
    parts = [_TABLE.sub(lambda found: _table_as_lines(found[0]), _without_tags(answer)).strip()]
    if is_reinterpreted(answer):
        parts.insert(0, f"Understood as: {answer.interpretation}")
    if not _says_why(answer):
        parts.append(answer.reason)
    if answer.citations:
        parts.append("\n".join(f"[{citation.number}] {citation.source}" for citation in answer.citations))
    if answer.suggestions:
        heading = _OFFERS[answer.verdict]
        parts.append("\n".join([heading, *(f"  {suggestion}" for suggestion in answer.suggestions)]))
    # Bytes that a terminal would obey must not come from the content or the question.
    return make_controls_visible("\n\n".join(part for part in parts if part))


def _without_tags(answer: Answer) -> str:
    """Give the text of an answer with the quotes of HTML pages as a browser shows them; a terminal shows no tags."""
    text = answer.text
    for citation in sorted(answer.citations, key=lambda citation: -len(citation.quote)):
        if citation.source.path.lower().endswith(_HTML):
            shown = "\n\n".join(words for words, _ in html_paragraphs(citation.quote))
            text = text.replace(f"{citation.quote} [{citation.number}]", f"{shown} [{citation.number}]")
            text = text.replace(f"{citation.quote}\n\n[{citation.number}]", f"{shown}\n\n[{citation.number}]")
    return text


def _table_as_lines(table: str) -> str:
    """Write each row of a Markdown table as its label, and below it a line for each column."""
    header, _, *rows = [_split_row(line) for line in table.strip().splitlines()]
    blocks = []
    for label, *cells in rows:
        named = zip(header[1:], cells, strict=False)
        blocks.append("\n".join([label, *(f"  {name}: {cell or NOT_STATED}" for name, cell in named)]))
    return "\n\n".join(blocks) + "\n"


def _split_row(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", inner)]
