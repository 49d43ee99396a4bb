"""The page, served: nothing shared, nothing recorded, nothing fetched, and every reply says so to the browser."""

import errno
import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from chatbot.errors import AskingError, PortInUseError
from chatbot.page.layout import build_page, page_head, page_theme
from chatbot.page.visits import Bot

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
            theme=page_theme(),
            head=page_head(),
            app_kwargs={
                "routes": [Route("/healthz", lambda request: PlainTextResponse("ok"))],
                "middleware": [Middleware(_Headers)],
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
