"""What stands around the answers, as HTML: the page's head, its first screen, the panel of sources, a notice."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote as percent_encode

from chatbot.coverage import Coverage, Part
from chatbot.page.visits import Exchange
from chatbot.rendering import draw_question, one_block

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' "
    "rx='8' fill='%234338ca'/%3E%3Cpath d='M8 21v-5q0-5 5-6v3q-2 1-2 3h2v5zm10 0v-5q0-5 5-6v3q-2 1-2 3h2v5z' "
    "fill='white'/%3E%3C/svg%3E"
)
"""A quotation mark, in the page itself."""

PROMISE = "Answers only with what {pages}, and shows where."

MOST_PARTS = 8
"""Documents listed on the first screen."""

MOST_TOPICS = 12
MOST_TOPICS_OF_SEVERAL = 4
"""Of each document."""


def draw_panel(exchanges: Sequence[Exchange], coverage: Coverage) -> str:
    """Give the panel: what the content covers, then the sources of the newest answer with the older ones folded."""
    if not exchanges:
        return _draw_coverage(coverage)
    bar = '<div class="bar"><h2>Sources</h2><button class="close" type="button">Close</button></div>'
    newest, *older = reversed(exchanges)
    nothing = '<p class="hint">Nothing is quoted in this answer, so there is nothing to show.</p>'
    folded = "".join(
        f'<details class="earlier"><summary>{_short(exchange.question)}</summary>{exchange.sources}</details>'
        for exchange in older
        if exchange.sources
    )
    earlier = f'<h2 class="before">Earlier answers</h2>{folded}' if folded else ""
    return f'<div class="sources">{bar}{newest.sources or nothing}{earlier}</div>'


def _draw_coverage(coverage: Coverage) -> str:
    """Draw the topics of the one document, or each document with its first topics."""
    parts = coverage.parts
    if len(parts) == 1:
        page = _link(parts[0])
        listed = f'{_draw_topics(parts[0], MOST_TOPICS)}<p class="whole"><a href="{page}">Read the whole page</a></p>'
        drawn = f'<section class="part"{_language(parts[0])}>{listed}</section>'
    else:
        drawn = "".join(_draw_part(part) for part in parts[:MOST_PARTS])
        drawn += f'<p class="more">and {len(parts) - MOST_PARTS} more</p>' if len(parts) > MOST_PARTS else ""
    bar = '<div class="bar"><h2>What it covers</h2></div>'
    return f'<div class="sources">{bar}<div class="covers">{drawn}</div></div>'


def _draw_part(part: Part) -> str:
    dated = f'<span class="dated">Updated {_inert(part.updated)}</span>' if part.updated else ""
    title = f'<h3><a href="{_link(part)}">{_inert(part.title)}</a></h3>{dated}'
    return f'<section class="part"{_language(part)}>{title}{_draw_topics(part, MOST_TOPICS_OF_SEVERAL)}</section>'


def _draw_topics(part: Part, most: int) -> str:
    """Draw a list of topics, each a way to where it is written."""
    shown = part.topics[:most]
    items = "".join(f'<li><a href="{_link(part)}#L{topic.line}">{_inert(topic.name)}</a></li>' for topic in shown)
    rest = f"<li>and {len(part.topics) - most} more</li>" if len(part.topics) > most else ""
    return f"<ul>{items}{rest}</ul>" if items else ""


def _link(part: Part) -> str:
    return escape(f"source/{percent_encode(part.path)}")


def _language(about: Part | Coverage) -> str:
    return f' lang="{_inert(about.language)}"' if about.language else ""


def _short(question: str, longest: int = 90) -> str:
    words = question if len(question) <= longest else f"{question[: longest - 1].rstrip()}…"
    return draw_question(words).removeprefix('<div class="said">').removesuffix("</div>")


def draw_header(title: str, coverage: Coverage) -> str:
    """Give what stands at the top: what the chat is about, from when, and what it does."""
    count = len(coverage.parts)
    says = PROMISE.format(pages="this page says" if count == 1 else f"these {count} pages say")
    dated = f" Updated {_inert(coverage.updated)}." if coverage.updated else ""
    return f'<div class="title"{_language(coverage)}><h1>{_inert(title)}</h1><p>{says}{dated}</p></div>'


def draw_welcome() -> str:
    """Give what stands where the first answer will."""
    return (
        '<div class="welcome"><p class="ask">What would you like to know?</p>'
        "<p>Type a question, or begin with one of these:</p></div>"
    )


def draw_notice(words: str) -> str:
    """Give why a question could not be asked, for the line above the box."""
    return f'<div role="alert">{_inert(words)}</div>'


def _inert(text: str) -> str:
    """Give *text* on one line, with nothing in it that is markup."""
    return one_block(escape(" ".join(text.split())))
