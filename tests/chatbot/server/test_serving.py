"""How the server starts and stops."""

import time
from pathlib import Path

import httpx

from tests.browser.conftest import serve_small_bot, stopped


def test_stops_at_once_on_ctrl_c_while_pages_are_open(tmp_path: Path) -> None:
    with (
        stopped(serve_small_bot(tmp_path / "book.sqlite3")) as served,
        httpx.stream("GET", f"{served.address}/gradio_api/heartbeat/abc123def45") as stream,
    ):
        alive = next(stream.iter_lines())
        started = time.monotonic()
        code = served.stop()

    assert (alive, code) == ("data: ALIVE", 0)
    assert time.monotonic() - started < 5
