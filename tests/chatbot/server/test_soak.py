"""The server under load for a while: it neither grows nor stumbles, and stays quick for others."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import serve_small_bot, stopped
from tests.browser.small_bot import FUEL, MOW, NOISE
from tests.chatbot.server.page_visitor import ask, call

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory in /proc")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [10, pytest.param(30 * 60, marks=pytest.mark.soak)])
def test_the_server_neither_grows_nor_stumbles(tmp_path: Path, seconds: int) -> None:
    statuses: list[int] = []
    with stopped(serve_small_bot(tmp_path / "book.sqlite3")) as served:
        _load(served.address, 3, statuses)  # whatever is made once is made now
        before = _memory(served.process.pid)
        waits = _load(served.address, seconds, statuses)
        after = _memory(served.process.pid)

    assert {status for status in statuses if status >= 500} == set()
    assert len(statuses) > 10 * seconds
    assert sorted(waits)[int(len(waits) * 0.95)] < 2.0
    assert after - before < 20_000  # kB


def _load(address: str, seconds: float, statuses: list[int]) -> list[float]:
    """Let four clients ask, rightly and wrongly, and one visitor use the page; give how long the visitor waited."""
    ends = time.monotonic() + seconds
    waits: list[float] = []

    def repeat(work: Callable[[httpx.Client, int], None]) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            number = 0
            while time.monotonic() < ends:
                work(client, number)
                number += 1

    def program(client: httpx.Client, number: int) -> None:
        body = {"question": (MOW, NOISE, FUEL)[number % 3], "explain": number % 2 == 0}
        statuses.append(client.post("/api/ask", json=body).status_code)

    def nuisance(client: httpx.Client, number: int) -> None:
        statuses.append(client.get(f"/{number}").status_code)
        wrong = call(MOW, f"wrong{number:08}", data=[{"path": "x"}, None])
        statuses.append(client.post("/gradio_api/queue/join", json=wrong).status_code)

    def visitor(client: httpx.Client, number: int) -> None:
        started = time.monotonic()
        assert "Once a week" in ask(client, MOW, f"visitor{number:08}")
        waits.append(time.monotonic() - started)

    threads = [
        threading.Thread(target=repeat, args=(work,)) for work in (program, program, nuisance, nuisance, visitor)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def _memory(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    assert found
    return int(found[1])
