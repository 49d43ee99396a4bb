"""What stands around the answers, as HTML: the page's head, its first screen, the panel of sources, a notice."""

from collections.abc import Sequence
from html import escape

from chatbot.page.visits import Exchange
from chatbot.rendering import draw_question

PROMISE = "Answers only with what the page says, and shows where it says so."


def draw_panel(exchanges: Sequence[Exchange]) -> str:
    """Give the panel of sources: those of the newest answer open, the older ones folded below."""
    bar = '<div class="bar"><h2>Sources</h2><button class="close" type="button">Close</button></div>'
    if not exchanges:
        hint = "When an answer comes, the passages that it quotes stand here, with the quoted words marked."
        return f'<div class="sources">{bar}<p class="hint">{hint}</p></div>'
    newest, *older = reversed(exchanges)
    nothing = '<p class="hint">Nothing is quoted in this answer, so there is nothing to show.</p>'
    folded = "".join(
        f'<details class="earlier"><summary>{_short(exchange.question)}</summary>{exchange.sources}</details>'
        for exchange in older
        if exchange.sources
    )
    earlier = f'<h2 class="before">Earlier answers</h2>{folded}' if folded else ""
    return f'<div class="sources">{bar}{newest.sources or nothing}{earlier}</div>'


def _short(question: str, longest: int = 90) -> str:
    words = question if len(question) <= longest else f"{question[: longest - 1].rstrip()}…"
    return draw_question(words).removeprefix('<div class="said">').removesuffix("</div>")


def draw_header(title: str) -> str:
    """Give what stands at the top."""
    return f'<div class="title"><h1>{_inert(title)}</h1><p>{PROMISE}</p></div>'


def draw_welcome(title: str) -> str:
    """Give what stands where the first answer will."""
    return f'<div class="welcome"><p class="ask">Ask about {_inert(title)}</p><p>or begin with one of these:</p></div>'


def draw_notice(words: str) -> str:
    """Give why a question could not be asked, for the line above the box."""
    return f'<div role="alert">{_inert(words)}</div>'


def _inert(text: str) -> str:
    return escape(" ".join(text.split()))
