"""Links that lead nowhere within the content: to a file that is not there, to a heading that is not there.

No address on the network is looked up, and what leads out of the content folder is left alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.lint.findings import Finding
from index.lint.pages import Page
from index.readers.document import QUESTION_LINE_LEVEL, Heading

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/|[^/]*[{}<>$]|.*[{}]", re.IGNORECASE)
"""Addresses, paths from the top of a web site, templates."""

_SOURCES = (".md", ".mdx", ".markdown", ".rst", ".txt")
"""What a page may be written in that the published site calls .html."""

_HTML_LINK = re.compile(r"<(?:a|img)\b[^<>]*?\b(?:href|src)\s*=\s*[\"']([^\"'<>]*)[\"']", re.IGNORECASE)
_HTML_ANCHOR = re.compile(r"<[a-z][^<>]*?\b(?:id|name)\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
_HEADING_ANCHOR = re.compile(r"\{\s*:?\s*#([\w-]+)[^{}\n]*\}|\[#([\w-]+)\]\s*$", re.MULTILINE)
_RST_LINK = re.compile(
    r"`[^`<]*<(?P<link>[^<>]+)>`__?(?!\w)|:doc:`(?:[^`<]*<)?(?P<doc>[^`<>]+)>?`|"
    r"^[ \t]*\.\.[ ](?:\|[^|\n]*\|[ ])?(?:image|figure)::[ \t]*(?P<image>\S+)|"
    r"^[ \t]*\.\.[ ]_[^:\n]+:[ \t]+(?P<target>\S+)[ \t]*$",
    re.MULTILINE,
)
_RST_CODE = re.compile(r"``.+?``", re.DOTALL)
_MANY = 3
"""So many files missing from one page, and more of its links broken than whole: then the page was taken out of its
place, which is said once."""


@dataclass(frozen=True)
class _Link:
    """One link of a page."""

    line: int
    """Counted from 1."""

    target: str
    is_document: bool = False
    """Whether it names a document of Sphinx, which has no suffix."""


def check_links(pages: Iterable[Page]) -> Iterator[Finding]:
    """Follow every link of *pages* that stays within the content."""
    pages = list(pages)
    anchors = {page.place.resolve(): _anchors(page) for page in pages}
    for page in pages:
        yield from _check_page(page, anchors)


def _check_page(page: Page, anchors: Mapping[Path, frozenset[str]]) -> Iterator[Finding]:
    missing: list[_Link] = []
    followed = 0
    for link in sorted(_links(page), key=lambda link: link.line):
        path, _, fragment = link.target.partition("#")
        path = unquote(path.partition("?")[0])
        place = _find(page, path, link) if path else page.place
        followed += bool(path and place)
        if place == _MISSING:
            missing.append(link)
        elif place and fragment:
            yield from _check_anchor(page, link, unquote(fragment), anchors.get(place.resolve()))
    yield from _missing(page, missing, whole=followed - len(missing))


_MISSING = Path()
"""Stands for a file that is not there."""


def _find(page: Page, path: str, link: _Link) -> Path | None:
    """Find the file that a link means: None where nobody can say, `_MISSING` where there is none."""
    root = page.root.resolve()
    base = root if path.startswith("/") else page.place.resolve().parent
    place = (base / path.strip("/")).resolve()
    if not place.is_relative_to(root):
        return None
    for candidate in (place, *_written_as(place, link)):
        if candidate.exists():
            return candidate
    # Without a suffix it may be an address of the published site, which only that site knows.
    return _MISSING if link.is_document or place.suffix else None


def _written_as(place: Path, link: _Link) -> list[Path]:
    """Give the files that the published site may make a page called *place* of."""
    if link.is_document:
        return [place.with_name(place.name + suffix) for suffix in _SOURCES]
    if place.suffix.lower() in (".html", ".htm"):
        return [place.with_suffix(suffix) for suffix in _SOURCES]
    return []


def _missing(page: Page, missing: list[_Link], *, whole: int) -> Iterator[Finding]:
    targets = list(dict.fromkeys(link.target for link in missing))
    if len(targets) > _MANY and len(missing) > whole:
        yield _broken(
            page,
            missing[0].line,
            f"the link to “{targets[0]}” and {len(targets) - 1} more on this page lead to files that are not there",
            "Put those pages into the content folder, or link to their addresses on the web",
        )
        return
    for target in targets:
        line = next(link.line for link in missing if link.target == target)
        message = f"the link to “{target}” leads to a file that is not there" if target else "a link leads nowhere"
        yield _broken(page, line, message, "Correct the name, or take the link out")


def _broken(page: Page, line: int, message: str, cure: str) -> Finding:
    return Finding("broken-link", "warning", page.document.path, line, message, cure)


def _check_anchor(page: Page, link: _Link, fragment: str, anchors: frozenset[str] | None) -> Iterator[Finding]:
    if (
        anchors is None
        or _plain(fragment) in anchors
        or fragment.lower() == "top"
        or fragment.startswith((":~:", "/", "!"))
    ):
        return
    near = _nearest(_plain(fragment), anchors)
    yield Finding(
        "broken-anchor",
        "warning",
        page.document.path,
        link.line,
        f"the link to “{link.target}” leads to no heading",
        f"Link to #{near} if that is meant, or take the link out" if near else "Correct the link, or take it out",
    )


def _nearest(fragment: str, anchors: Iterable[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(fragment, sorted(anchors), n=1, cutoff=0.7)), "")


def _anchors(page: Page) -> frozenset[str]:
    """Give the names by which parts of a page can be linked to: of its headings, as GitHub makes them, and by hand."""
    named = [_plain(next(filter(None, found.groups()), "")) for found in _HEADING_ANCHOR.finditer(page.document.text)]
    named += [_plain(found[1]) for found in _HTML_ANCHOR.finditer(page.document.text)]
    seen = Counter[str]()
    for block in page.document.blocks:
        if isinstance(block, Heading) and block.level < QUESTION_LINE_LEVEL:
            anchor = heading_anchor(block.title)
            named.append(_plain(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor))
            seen[anchor] += 1
    return frozenset(named)


def heading_anchor(title: str) -> str:
    """Give the name that GitHub makes of a heading: small letters, hyphens for spaces, no other marks."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def _plain(anchor: str) -> str:
    """Level what site generators do differently: several hyphens in a row, hyphens at the ends, capitals."""
    return re.sub(r"-+", "-", anchor.lower()).strip("-")


def _links(page: Page) -> Iterator[_Link]:
    path = page.document.path.lower()
    found = _links_of_rst(page) if path.endswith(".rst") else _links_of_markdown(page)
    yield from (link for link in found if not _ELSEWHERE.match(link.target) or link.is_document)


def _links_of_rst(page: Page) -> Iterator[_Link]:
    text = _RST_CODE.sub(lambda code: re.sub(r"[^\n]", " ", code.group()), page.document.text)
    for found in _RST_LINK.finditer(text):
        if not page.is_code(found.start()):
            kind = found.lastgroup or ""
            target = found[kind].strip()
            if not target.endswith("_"):  # a name that is defined elsewhere
                yield _Link(page.document.line_at(found.start(kind)), target, kind == "doc")


def _links_of_markdown(page: Page) -> Iterator[_Link]:
    environment: dict[str, Any] = {}
    tokens = _parser().parse(_without_front_matter(page.document.text), environment)
    defined = {str(found["href"]): found["map"][0] + 1 for found in environment.get("references", {}).values()}
    for token in tokens:
        line = (token.map or [0])[0] + 1
        if token.type == "inline":
            for link in _links_inside(token.children or [], line):
                yield _Link(defined.get(link.target, link.line), link.target)
        elif token.type == "html_block":
            yield from _links_of_html(token.content, line)


def _links_inside(tokens: list[Token], line: int) -> Iterator[_Link]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            line += 1
        elif token.type in ("link_open", "image"):
            yield _Link(line, str(token.attrs.get("href") or token.attrs.get("src") or ""))
            yield from _links_inside(token.children or [], line)
        elif token.type == "html_inline":
            yield from _links_of_html(token.content, line)


def _links_of_html(html: str, line: int) -> Iterator[_Link]:
    for found in _HTML_LINK.finditer(re.sub(r"<!--(?:(?!<!--).)*?-->", "", html, flags=re.DOTALL)):
        yield _Link(line + html.count("\n", 0, found.start()), found[1])


def _without_front_matter(text: str) -> str:
    """Blank the front matter, keeping its lines."""
    found = re.match(r"\ufeff?---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|$)", text)
    return "\n" * found.group().count("\n") + text[found.end() :] if found else text


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
