"""The page, mounted in the server's app: nothing shared, nothing recorded, nothing fetched.

Gradio by itself serves far more than the page needs; it is never launched, and what may be asked of it stands in
`chatbot.server`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from chatbot.page.layout import page_head, page_theme

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from gradio.routes import App
    from starlette.routing import Mount

WAITING = 64
"""Visitors' questions that may wait; further visitors are told that it is busy."""

SESSIONS = 1_000
"""Visitors whose conversation is kept; the one that was silent longest is forgotten first."""


def mount_page(app: "FastAPI", page: "gr.Blocks", *, root_path: str = "") -> Callable[[], None]:
    """Serve *page* at the top of *app*, behind whatever it has already; give what ends its open streams.

    Args:
        app: what serves it.
        page: as `build_page` lays it out.
        root_path: below which path of the site a proxy serves it.
    """
    import gradio as gr

    page.queue(max_size=WAITING, default_concurrency_limit=4, api_open=False)
    page.state_session_capacity = SESSIONS
    gr.mount_gradio_app(
        app,
        page,
        path="",
        root_path=root_path or None,
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        allowed_paths=[],
        theme=page_theme(),
        head=page_head(),
    )
    mounted = cast("App", cast("Mount", app.router.routes[-1]).app)
    # Gradio checks paths that a message names only on a page that it believes to be launched.
    page.has_launched = True
    page.app = mounted

    def close() -> None:
        page.close(verbose=False)
        mounted.stop_event.set()

    return close
