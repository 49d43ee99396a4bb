"""The page, served: nothing shared, nothing recorded, nothing fetched, and every reply says so to the browser."""

import errno
import os
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from chatbot.errors import AskingError, PortInUseError
from chatbot.page.desk import FeedbackBook, FeedbackDesk
from chatbot.page.layout import build_page, page_head, page_theme
from chatbot.page.routes import Doors
from chatbot.page.visits import Bot

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def headers_of(embed_on: Sequence[str] = ()) -> dict[str, str]:
    """Give what a browser is told with every reply: load and call nothing from elsewhere.

    Args:
        embed_on: the sites that may show the chat in a frame.
    """
    framed_by = " ".join(("'self'", *embed_on))
    return {
        "content-security-policy": (
            "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; form-action 'self'; "
            f"base-uri 'self'; object-src 'none'; frame-src 'none'; frame-ancestors {framed_by}"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }


def launch(
    bot: Bot,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    root_path: str = "",
    embed_on: Sequence[str] = (),
    book: FeedbackBook | None = None,
) -> None:
    """Serve the page until Ctrl-C.

    Args:
        bot: who answers.
        host: where to listen.
        port: where to listen.
        open_browser: whether to show the page at once.
        root_path: below which path of the site a proxy serves the page.
        embed_on: the sites that may show the page in a frame.
        book: what keeps what visitors say about answers; without one nobody asks.

    Raises:
        PortInUseError: another program listens there.
        AskingError: the address cannot be listened on.
    """
    _check_address(host, port)
    desk = FeedbackDesk(book) if book else None
    page = build_page(bot, desk)
    doors = Doors(bot, desk=desk, embed_on=embed_on)
    serve(page, doors, host=host, port=port, open_browser=open_browser, root_path=root_path)
    print(f"{bot.title}: chat at {page.local_url}  (stop with Ctrl-C)", flush=True)
    try:
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    finally:
        page.close(verbose=False)


def serve(
    page: "gr.Blocks", doors: Doors, *, host: str, port: int, open_browser: bool = False, root_path: str = ""
) -> None:
    """Serve *page* and the *doors* beside it in the background: nothing shared, nothing recorded, nothing fetched.

    Raises:
        PortInUseError: another program listens there.
    """
    from starlette.middleware import Middleware

    try:
        page.queue(max_size=64, default_concurrency_limit=4, api_open=False).launch(
            server_name=host,
            server_port=port,
            root_path=root_path,
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
            theme=page_theme(),
            head=page_head(),
            app_kwargs={
                "routes": doors.routes(),
                "middleware": [Middleware(_Headers, headers=headers_of(doors.embed_on))],
            },
        )
    except OSError as error:
        raise PortInUseError(host, port) from error


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
    """Adds the same headers to every reply."""

    def __init__(self, app: "ASGIApp", headers: dict[str, str]) -> None:
        self.app = app
        self.added = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self.added]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
