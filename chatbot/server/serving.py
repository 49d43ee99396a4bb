"""The server, run: one socket, one process, stopped by Ctrl-C."""

import errno
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from chatbot.errors import AskingError, PortInUseError
from chatbot.page.desk import FeedbackBook
from chatbot.server.app import Served, ServedBot, build_app
from chatbot.server.policy import Policy

if TYPE_CHECKING:
    import uvicorn

PATIENCE = 3
"""In seconds, for what is still being answered when the server stops."""

LONGEST_HEAD = 16_384
"""In bytes, of a request's headers."""


def launch(
    bot: ServedBot,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    policy: Policy | None = None,
    book: FeedbackBook | None = None,
) -> None:
    """Serve the page and the API until Ctrl-C.

    Args:
        bot: who answers.
        host: where to listen.
        port: where to listen.
        open_browser: whether to show the page at once.
        policy: what is let in.
        book: what keeps what visitors say about answers; without one nobody asks.

    Raises:
        PortInUseError: another program listens there.
        AskingError: the address cannot be listened on.
    """
    policy = policy or Policy()
    with listen(host, port) as listener:  # before the seconds that gradio takes to load
        address = _address_of(host, port)

        def announce() -> None:
            print(f"{bot.title}: chat at {address}  (stop with Ctrl-C)", flush=True)
            if open_browser:
                webbrowser.open(address)

        run(build_app(bot, policy, book=book), listener, policy, on_start=announce)


def launch_tools(bot: ServedBot, *, host: str = "127.0.0.1", port: int = 7860, policy: Policy | None = None) -> None:
    """Serve the tools for agents over HTTP until Ctrl-C.

    Raises:
        ExtraMissingError: the extra `mcp` is not installed.
        PortInUseError: another program listens there.
        AskingError: the address cannot be listened on.
    """
    from chatbot.server.tools import build_tools_app

    policy = policy or Policy()
    with listen(host, port) as listener:
        address = f"{_address_of(host, port)}mcp"
        on_start = partial(print, f"{bot.title}: tools at {address}  (stop with Ctrl-C)", flush=True)
        run(build_tools_app(bot, policy), listener, policy, on_start=on_start)


def run(
    served: Served, listener: socket.socket, policy: Policy, *, on_start: Callable[[], None] = lambda: None
) -> None:
    """Serve on *listener* until Ctrl-C."""
    server = _make_server(served, policy, on_start)
    with suppress(KeyboardInterrupt):  # which uvicorn raises again, after it has stopped
        server.run(sockets=[listener])


@contextmanager
def serve(
    bot: ServedBot, policy: Policy | None = None, *, host: str = "127.0.0.1", book: FeedbackBook | None = None
) -> Iterator[str]:
    """Serve in the background on a free port, and give the address; stops at the end of the block."""
    policy = policy or Policy()
    with listen(host, 0) as listener, serve_app(build_app(bot, policy, book=book), listener, policy) as address:
        yield address


@contextmanager
def serve_app(served: Served, listener: socket.socket, policy: Policy) -> Iterator[str]:
    """Serve an app in the background on *listener*, and give the address; stops at the end of the block."""
    host, port, *_ = listener.getsockname()
    started = threading.Event()
    server = _make_server(served, policy, started.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not started.wait(0.1):
        if not thread.is_alive():
            raise AskingError(f"{host}:{port}: the server did not start. Run faqsimile doctor")
    try:
        yield _address_of(host, port)
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """Take the address, so that nobody else can, and give it back at the end of the block.

    Raises:
        PortInUseError: another program listens there.
        AskingError: the address cannot be listened on.
    """
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    with listener:
        try:
            # Where it is on, a port that another program has just left counts as free; on Windows, so do busy ones.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
            listener.bind(place)
            listener.listen(128)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUseError(host, port) from error
            raise _cannot_listen(host, port, error) from error
        yield listener


def _cannot_listen(host: str, port: int, error: OSError) -> AskingError:
    cure = "Choose another with: faqsimile chat --host 127.0.0.1 --port 7860"
    return AskingError(f"{host}:{port}: cannot listen there ({error.strerror}). {cure}")


def _address_of(host: str, port: int) -> str:
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def _make_server(served: Served, policy: Policy, on_start: Callable[[], None]) -> "uvicorn.Server":
    import uvicorn

    class Server(uvicorn.Server):
        """Tells when it is ready, and ends open streams before it waits for them."""

        async def startup(self, sockets: Sequence[socket.socket] | None = None) -> None:
            await super().startup(list(sockets or ()))
            on_start()

        async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
            served.close()
            await super().shutdown(list(sockets or ()))

    return Server(
        uvicorn.Config(
            served.app,
            http="h11",
            ws="none",
            h11_max_incomplete_event_size=LONGEST_HEAD,
            log_level="warning",
            access_log=False,  # it would hold addresses and sessions
            server_header=False,
            proxy_headers=bool(policy.proxies),
            forwarded_allow_ips=list(policy.proxies),
            limit_concurrency=policy.connections,
            timeout_graceful_shutdown=PATIENCE,
        )
    )
