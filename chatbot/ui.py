"""The page in the browser: a chat beside the passages that prove its answers.

Holds wiring only: what is said comes from the bot, how it looks from `chatbot.rendering`, page.css and page.js.
A visitor's history lives on the server; the browser is never asked for it.
"""

import errno
import logging
import os
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from chatbot.answers import Answer, Citation
from chatbot.conversation import REMEMBERED_TURNS
from chatbot.errors import AskingError, PortInUseError, QuestionError
from chatbot.rendering import LITERALLY, draw_answer, draw_question, draw_sources, is_reinterpreted
from index import IndexingError, Passage, Source

if TYPE_CHECKING:
    import gradio as gr
    from gradio.components.chatbot import ExampleMessage
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_QUESTION = 1000
"""In characters; the bot enforces it, the page only counts along."""

PROMISE = "Answers only with what the page says, and shows where it says so."

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; form-action 'self'; "
        "base-uri 'self'; object-src 'none'; frame-src 'none'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
"""What a browser is told with every reply: load and call nothing from elsewhere."""

_log = logging.getLogger(__name__)


class Talk(Protocol):
    """A conversation with one visitor."""

    def ask(self, question: str, *, literally: bool = False) -> Answer:
        """Answer *question* in the light of those before it, or as it stands."""


class Bot(Protocol):
    """Whoever answers on the page: `chatbot.Chatbot`."""

    @property
    def title(self) -> str:
        """Say what the content covers."""

    def conversation(self) -> Talk:
        """Start a conversation."""

    def examples(self, count: int = 4) -> tuple[str, ...]:
        """Give questions that the content answers."""

    def passage_at(self, source: Source) -> Passage:
        """Give the passage in which *source* stands."""


@dataclass(frozen=True)
class Choice:
    """A button below the last answer."""

    label: str
    question: str
    literally: bool = False


@dataclass(frozen=True)
class Exchange:
    """One question and its answer as they were drawn, so that they stay what they were when the content changes."""

    number: int
    question: str
    """As typed."""

    answer: str
    """HTML."""

    sources: str
    """HTML; empty where nothing was cited."""

    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, eq=False)
class Visit:
    """What one visitor has asked so far."""

    talk: Talk
    exchanges: tuple[Exchange, ...] = ()

    def ask(self, bot: Bot, choice: Choice) -> "Visit":
        """Answer one more question; the oldest exchange goes when there are too many.

        Raises:
            QuestionError: the question is empty or too long.
        """
        number = self.exchanges[-1].number + 1 if self.exchanges else 1
        answer = self.talk.ask(choice.question, literally=choice.literally)
        passages = [_passage_of(bot, citation) for citation in answer.citations]
        exchange = Exchange(
            number=number,
            question=choice.question,
            answer=draw_answer(answer, turn=number),
            sources=draw_sources(answer, passages, turn=number),
            choices=_choices(answer, literally=choice.literally),
        )
        return Visit(self.talk, (*self.exchanges, exchange)[-REMEMBERED_TURNS:])

    def choice(self, label: str) -> Choice:
        """Give what the button with *label* stands for; a question like any other if there is no such button now."""
        choices = self.exchanges[-1].choices if self.exchanges else ()
        return next((choice for choice in choices if choice.label == label), Choice(label, label))


def _passage_of(bot: Bot, citation: Citation) -> Passage:
    """Give the passage that a citation stands in, or its own words if the content has changed since the answer."""
    source = citation.source
    try:
        passage = bot.passage_at(source)
    except LookupError:
        passage = None
    if passage is not None:
        offset = passage.source.start
        if passage.text[source.start - offset : source.end - offset] == citation.quote:
            return passage
    return Passage("section", source.heading[-1] if source.heading else source.path, citation.quote, source)


def _choices(answer: Answer, *, literally: bool) -> tuple[Choice, ...]:
    offered = tuple(Choice(suggestion, suggestion) for suggestion in answer.suggestions)
    if is_reinterpreted(answer) and not literally:
        return (Choice(LITERALLY, answer.question, literally=True), *offered)
    return offered


def launch(bot: Bot, *, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False) -> None:
    """Serve the page until Ctrl-C.

    Raises:
        PortInUseError: another program listens there.
        AskingError: the address cannot be listened on.
    """
    _check_address(host, port)
    page = build_page(bot)
    serve(page, host=host, port=port, open_browser=open_browser)
    print(f"{bot.title}: chat at {page.local_url}  (stop with Ctrl-C)", flush=True)
    try:
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    finally:
        page.close(verbose=False)


def serve(page: "gr.Blocks", *, host: str, port: int, open_browser: bool = False) -> None:
    """Serve *page* in the background: nothing shared, nothing recorded, nothing fetched.

    Raises:
        PortInUseError: another program listens there.
    """
    from starlette.middleware import Middleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    try:
        page.queue(max_size=64, default_concurrency_limit=4, api_open=False).launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            show_error=False,
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            ssr_mode=False,
            pwa=False,
            footer_links=[],
            state_session_capacity=1000,
            theme=_theme(),
            head=_head(),
            app_kwargs={
                "routes": [Route("/healthz", lambda request: PlainTextResponse("ok"))],
                "middleware": [Middleware(_Headers)],
            },
        )
    except OSError as error:
        raise PortInUseError(host, port) from error


def build_page(bot: Bot) -> "gr.Blocks":
    """Lay out the page and wire it to *bot*: one event a question."""
    _call_nobody()
    import gradio as gr

    title = bot.title

    page = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with page:
        visit = gr.State(None)
        with gr.Row(elem_id="top"):
            gr.Markdown(_header(title), elem_id="heading", latex_delimiters=[])
            renew = gr.Button("New conversation", elem_id="renew", size="sm", scale=0, min_width=0)
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk", scale=3, min_width=0):
                chat = gr.Chatbot(
                    elem_id="chat",
                    label=title,
                    show_label=False,
                    container=False,
                    layout="panel",
                    height="100%",
                    placeholder=_welcome(title),
                    examples=_examples(bot),
                    autoscroll=False,
                    buttons=[],
                    feedback_options=None,
                    latex_delimiters=[],
                    allow_tags=False,
                    group_consecutive_messages=False,
                )
                notice = gr.Markdown(elem_id="notice", latex_delimiters=[])
                box = gr.Textbox(
                    elem_id="question",
                    label="Your question",
                    show_label=False,
                    container=False,
                    placeholder=f"Ask about {title}",
                    lines=1,
                    max_lines=4,
                    max_length=LONGEST_QUESTION,
                    submit_btn="Ask",
                    autofocus=True,
                )
            with gr.Column(elem_id="proof", scale=2, min_width=0):
                panel = gr.Markdown(_panel(()), elem_id="sources", latex_delimiters=[])
        outputs = [box, chat, visit, panel, notice]

        def ask(choice: Choice, before: Visit | None) -> list[Any]:
            try:
                after = (before or Visit(bot.conversation())).ask(bot, choice)
            except QuestionError as error:
                return [gr.skip(), gr.skip(), before, gr.skip(), _notice(str(error))]
            except IndexingError as error:
                _log.error("%s", error)
                sorry = "The content cannot be searched just now. Whoever runs this chat finds the reason in its log."
                return [gr.skip(), gr.skip(), before, gr.skip(), _notice(sorry)]
            return ["", _messages(after.exchanges), after, _panel(after.exchanges), ""]

        def ask_typed(question: str, before: Visit | None) -> list[Any]:
            return ask(Choice(question, question), before)

        def ask_example(before: Visit | None, event: gr.SelectData) -> list[Any]:
            question = str(event.value["text"])
            return ask(Choice(question, question), before)

        def ask_choice(before: Visit | None, event: gr.SelectData) -> list[Any]:
            label = str(event.value)
            return ask(before.choice(label) if before else Choice(label, label), before)

        def start_again() -> list[Any]:
            return ["", gr.Chatbot(value=[], examples=_examples(bot)), None, _panel(()), ""]

        quietly: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "minimal",
            "show_progress_on": notice,
            "trigger_mode": "once",
            "concurrency_id": "ask",
            "concurrency_limit": 4,
        }
        box.submit(ask_typed, [box, visit], outputs, **quietly)
        chat.example_select(ask_example, visit, outputs, **quietly)
        chat.option_select(ask_choice, visit, outputs, **quietly)
        renew.click(start_again, None, outputs, **quietly)
    return page


def _messages(exchanges: Sequence[Exchange]) -> list[dict[str, Any]]:
    """Give the chat's messages; only below the last one there are buttons."""
    messages: list[dict[str, Any]] = []
    for exchange in exchanges:
        messages.append({"role": "user", "content": draw_question(exchange.question)})
        messages.append({"role": "assistant", "content": exchange.answer})
    if exchanges and exchanges[-1].choices:
        messages[-1]["options"] = [{"value": choice.label, "label": choice.label} for choice in exchanges[-1].choices]
    return messages


def _panel(exchanges: Sequence[Exchange]) -> str:
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


def _header(title: str) -> str:
    return f'<div class="title"><h1>{_inert(title)}</h1><p>{PROMISE}</p></div>'


def _welcome(title: str) -> str:
    return f'<div class="welcome"><p class="ask">Ask about {_inert(title)}</p><p>or begin with one of these:</p></div>'


def _notice(words: str) -> str:
    return f'<div role="alert">{_inert(words)}</div>'


def _inert(text: str) -> str:
    from html import escape

    return escape(" ".join(text.split()))


def _examples(bot: Bot) -> list["ExampleMessage"]:
    return [{"text": example} for example in bot.examples()]


def _call_nobody() -> None:
    """Switch off, before gradio is imported, what would call out or count who uses it."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"


def _theme() -> "gr.themes.Base":
    """Give a theme whose contrast holds in light and dark, with the fonts that the visitor's system has."""
    import gradio as gr

    return gr.themes.Default(
        primary_hue="indigo",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        color_accent="*primary_600",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        color_accent_soft_dark="*neutral_700",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
    )


def _head() -> str:
    """Give the style and the script; in the head, because gradio rewrites what it is given as css."""
    folder = files("chatbot")
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    script = folder.joinpath("page.js").read_text(encoding="utf-8")
    return f"<style>{style}</style><script>{script}</script>"


def _check_address(host: str, port: int) -> None:
    """Make sure that *port* can be listened on, before the seconds that gradio takes to load."""
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Where it is on, a port that another program has just left counts as free; on Windows, so do busy ones.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(host, port) from error
        cure = "Choose another with: faqsimile chat --host 127.0.0.1 --port 7860"
        raise AskingError(f"{host}:{port}: cannot listen there ({error.strerror}). {cure}") from error


class _Headers:
    """Adds HEADERS to every reply."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
