"""What the guard refuses, asked of the real server. What is let in stands in rules; everything else is not there."""

import json
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from chatbot.page import build_page, mount_page
from tests.browser.conftest import serve_small_bot, stopped
from tests.browser.small_bot import MOW, PATH, SmallBot
from tests.chatbot.server.conftest import Start
from tests.chatbot.server.page_visitor import ask, call

INVENTORY = Path(__file__).parent / "gradio-routes.txt"

LET_IN = {
    "GET /",
    "GET /assets/{path:path}",
    "GET /static/{path:path}",
    "GET /svelte/{path:path}",
    "GET /theme.css",
    "GET /favicon.ico",
    "GET /manifest.json",
    "GET /robots.txt",
    "GET /gradio_api/app_id",
    "GET /gradio_api/heartbeat/{session_hash}",
    "GET /gradio_api/queue/data",
    "POST /gradio_api/queue/join",
}
"""Of what gradio would serve by itself; HEAD goes with GET."""

OURS_INSTEAD = {"GET /openapi.json"}
"""Where an address of ours takes the place of one of gradio's."""

SESSION = "abc123def45"


def gradio_routes() -> list[str]:
    """Give what the mounted gradio serves, as METHOD PATH."""
    app = FastAPI()
    mount_page(app, build_page(SmallBot()))
    return sorted(set(_listed(app.router.routes[-1].app.routes)))  # type: ignore[attr-defined]


def _listed(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    for route in routes:
        path = before + getattr(route, "path", "")
        if inner := getattr(route, "routes", None):
            yield from _listed(inner, path)
        elif context := getattr(route, "original_router", None):
            yield from _listed(context.routes, before)
        else:
            for method in getattr(route, "methods", None) or {"ANY"}:
                yield f"{method} {path}"


# Routes


def test_gradio_serves_the_routes_that_were_looked_at() -> None:
    """A new release may bring new ones: look at each, then write it down with `gradio_routes`."""
    assert gradio_routes() == INVENTORY.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("route", INVENTORY.read_text(encoding="utf-8").splitlines())
def test_no_route_of_gradio_is_reached_that_the_page_does_not_need(client: httpx.Client, route: str) -> None:
    method, path = route.split(" ")
    if f"{method.replace('HEAD', 'GET')} {path}" in {*LET_IN, *OURS_INSTEAD}:
        return
    path = re.sub(r"\{[^}]*\}", "x", path)

    reply = client.request(method, path, json={} if method == "POST" else None)
    assert reply.status_code in (404, 405)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("route", sorted(LET_IN))
def test_what_the_page_needs_is_among_what_was_looked_at(route: str) -> None:
    assert route in INVENTORY.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/gradio/routes.py",
        "/assets/..%2f..%2froutes.py",
        "/static//etc/passwd",
        "/svelte/.hidden",
        "/source/../pyproject.toml",
        "/source/%2e%2e/pyproject.toml",
        "/source//etc/passwd",
        "/source/a%00b",
        "//etc/passwd",
        "/./",
        "/assets/",
        "/theme.css?v=../x",
        "/gradio_api/queue/data?session_hash=a/b",
        f"/gradio_api/queue/data?session_hash={SESSION}&x=y",
        "/gradio_api/heartbeat/..%2f..%2fconfig",
        "/healthz?x=y",
    ],
)
def test_no_spelling_of_a_path_leads_elsewhere(client: httpx.Client, path: str) -> None:
    assert _raw(client, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").startswith(
        b"HTTP/1.1 404 "
    )


@pytest.mark.parametrize("query", ["q=Hello", "deep_link=x", "page=x", "__theme=dark", "view=api", "a=%0d%0ab:c"])
def test_parameters_of_the_page_are_for_its_script_and_tell_the_server_nothing(
    client: httpx.Client, query: str
) -> None:
    assert client.get(f"/?{query}").text == client.get("/").text


def test_the_owners_page_is_shown_and_its_neighbours_are_not(client: httpx.Client) -> None:
    assert client.get(f"/source/{PATH}", params={"lines": "23"}).status_code == 200
    assert client.get("/source/small_bot.py").status_code == 404


def test_web_sockets_are_not_spoken(client: httpx.Client) -> None:
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-key": "x", "sec-websocket-version": "13"}

    assert client.get("/gradio_api/heartbeat/x", headers=headers).status_code == 404


def _raw(client: httpx.Client, request: str | bytes) -> bytes:
    """Send bytes as they are, and give all that comes back."""
    place = (client.base_url.host, client.base_url.port or 80)
    with socket.create_connection(place, timeout=20) as connection:
        connection.sendall(request.encode() if isinstance(request, str) else request)
        replied = b""
        with suppress(ConnectionResetError):  # the server hung up on what it did not want to read
            while piece := connection.recv(65536):
                replied += piece
        return replied


# Who asks, and by which name


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "a b", ""])
def test_the_name_of_another_site_is_refused(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:1234", "[::1]:80", "192.0.2.1"])
def test_addresses_and_localhost_are_names_of_this_machine(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_the_owner_names_the_site(start: Start) -> None:
    client = start(hosts=("chat.example.org",))

    assert client.get("/healthz", headers={"host": "chat.example.org"}).status_code == 200
    refused = client.get("/healthz", headers={"host": "www.example.org"})
    assert refused.status_code == 421
    assert refused.json()["detail"].endswith("Its owner allows the name with FAQSIMILE_HOSTS=www.example.org")


def test_a_forwarded_host_changes_nothing(client: httpx.Client) -> None:
    plain = client.get("/").text
    forwarded = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-gradio-server": "//evil.example"}

    assert client.get("/", headers=forwarded).text == plain
    assert "evil.example" not in plain


def test_a_forwarded_address_is_believed_only_from_a_proxy_that_the_owner_named(start: Start) -> None:
    alone, behind = start(questions_a_minute=2), start(questions_a_minute=2, proxies=("127.0.0.1",))

    def statuses(client: httpx.Client) -> list[int]:
        told = [{"x-forwarded-for": f"192.0.2.{number}"} for number in range(4)]
        return [client.post("/api/ask", json={"question": MOW}, headers=headers).status_code for headers in told]

    assert statuses(alone) == [200, 200, 429, 429]
    assert statuses(behind) == [200, 200, 200, 200]


def test_a_path_before_the_chat_may_be_taken_off_or_left_by_the_proxy(start: Start) -> None:
    client = start(root_path="/faq")

    assert client.get("/faq/healthz").text == client.get("/healthz").text == "ok"
    assert client.get("/faq").status_code == client.get("/faq/").status_code == 200
    assert client.get("/faqs/healthz").status_code == 404
    assert "/faq" in client.get("/").text


# Bodies


def test_a_long_body_is_refused_before_it_is_sent(client: httpx.Client) -> None:
    head = "POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    replied = _raw(client, f"{head}Content-Length: 200000000\r\n\r\n")

    assert replied.startswith(b"HTTP/1.1 413 ")
    assert "The body has 200000000 bytes, the limit is 16,384." in replied.decode()


def test_a_body_without_a_length_is_counted_as_it_arrives(client: httpx.Client) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(50_000):
            sent += 4096
            yield b" " * 4096

    try:
        status = client.post("/api/ask", content=pieces(), headers={"content-type": "application/json"}).status_code
    except httpx.TransportError:
        status = 413  # the server hung up while it was sent
    assert status == 413
    assert sent < 20_000_000


def test_a_body_that_dawdles_is_cut_off(start: Start) -> None:
    client = start(slowest_body=0.3)
    head = "POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    started = time.monotonic()

    assert _raw(client, head).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 5


def test_long_headers_are_refused(client: httpx.Client) -> None:
    replied = _raw(client, f"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: {'x' * 200_000}\r\n\r\n")

    assert replied[:10] in (b"", b"HTTP/1.1 4")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join"])
def test_a_form_of_another_site_asks_nothing(client: httpx.Client, path: str, kind: str) -> None:
    body = json.dumps(call(MOW, SESSION))

    assert client.post(path, content=body, headers={"content-type": kind}).status_code == 415


def test_a_script_of_another_site_is_not_answered(client: httpx.Client) -> None:
    asks_first = {
        "origin": "https://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }

    assert client.options("/api/ask", headers=asks_first).status_code == 405
    for reply in (client.get("/", headers={"origin": "https://evil.example"}), client.options("/", headers=asks_first)):
        assert [name for name in reply.headers if name.startswith("access-control-")] == []


# How much


def test_a_flood_is_turned_away_and_another_visitor_is_not(start: Start) -> None:
    client = start()
    with ThreadPoolExecutor(16) as crowd:
        bodies = [call(MOW, f"flood{number:06}") for number in range(3000)]
        replies = crowd.map(lambda body: client.post("/gradio_api/queue/join", json=body), bodies)
        statuses = [reply.status_code for reply in replies]
    with httpx.Client(
        base_url=client.base_url, transport=httpx.HTTPTransport(local_address="127.0.0.2"), timeout=30
    ) as other:
        started = time.monotonic()
        told = ask(other, MOW, "other12345")

    assert sorted(set(statuses)) == [200, 429]
    assert 30 <= statuses.count(200) <= 60  # 30 at once, and one every two seconds
    assert "Once a week" in told
    assert time.monotonic() - started < 5


def test_too_many_are_told_how_long_to_wait(start: Start) -> None:
    client = start(questions_a_minute=1)
    client.post("/api/ask", json={"question": MOW})
    reply = client.post("/api/ask", json={"question": MOW})

    assert reply.status_code == 429
    assert 50 <= int(reply.headers["retry-after"]) <= 61
    assert re.fullmatch(r"Too many questions from your address\. Try again in \d+ s\.", reply.json()["detail"])


def test_all_requests_are_counted_even_those_for_nothing(start: Start) -> None:
    client = start(requests_a_minute=10)

    assert [client.get("/nothing").status_code for _ in range(12)] == [404] * 10 + [429] * 2


def test_a_client_keeps_so_many_streams_open(start: Start) -> None:
    client = start(streams=2)
    address = f"/gradio_api/heartbeat/{SESSION}"
    with client.stream("GET", address) as one, client.stream("GET", address) as two:
        third = client.get(address)

    assert (one.status_code, two.status_code, third.status_code) == (200, 200, 429)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory in /proc")
@pytest.mark.slow
def test_floods_and_giant_bodies_take_no_memory(tmp_path: Path) -> None:
    with stopped(serve_small_bot(tmp_path / "book.sqlite3")) as served:
        ask_once = {"question": MOW}
        with httpx.Client(base_url=served.address, timeout=30) as client:
            for _ in range(50):
                client.post("/api/ask", json=ask_once)
            before = _peak_memory(served.process.pid)
            for _ in range(300):
                with suppress(httpx.TransportError):  # the server hung up while it was sent
                    client.post("/api/ask", content=b"x" * 1_000_000, headers={"content-type": "application/json"})
                client.get("/nothing")
            after = _peak_memory(served.process.pid)

    assert after - before < 5_000  # kB, while 300 MB were sent


def _peak_memory(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1])


# Whatever is sent


def _odd(chance: random.Random, depth: int = 0) -> Any:
    plain: list[Any] = [None, True, -1, 0, 10**30, 1e308, "", "\x00", "\u202e", "x" * 3000, MOW, SESSION, "0", "../"]
    kind = chance.randrange(8)
    if depth < 4 and kind == 0:
        return [_odd(chance, depth + 1) for _ in range(chance.randrange(4))]
    if depth < 4 and kind == 1:
        names = ["data", "question", "conversation", "fn_index", "session_hash", "event_data", "path", "text", "value"]
        return {chance.choice(names): _odd(chance, depth + 1) for _ in range(chance.randrange(4))}
    return chance.choice(plain)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_is_sent_makes_the_server_stumble(client: httpx.Client, seed: int) -> None:
    chance = random.Random(seed)
    doors = {"/gradio_api/queue/join": call(MOW, SESSION), "/api/ask": {"question": MOW, "explain": True}}
    statuses = []
    for _ in range(250):
        path, body = chance.choice(list(doors.items()))
        body = {**body, chance.choice(list(body)): _odd(chance)}
        content = json.dumps(body).encode()
        if chance.randrange(5) == 0:
            place = chance.randrange(len(content))
            content = content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]
        statuses.append(client.post(path, content=content, headers={"content-type": "application/json"}).status_code)

    assert {status for status in statuses if status >= 500} == set()
    assert 422 in statuses


# What is told


def test_every_reply_tells_the_browser_what_it_may_do(client: httpx.Client) -> None:
    for path in ("/", "/healthz", "/nothing", f"/source/{PATH}", "/theme.css", "/docs", "/api/ask"):
        headers = client.get(path).headers

        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in headers["content-security-policy"].replace("style-src 'self' 'unsafe-inline'", "")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert "server" not in headers
        assert "set-cookie" not in headers


def test_the_page_says_what_stands_on_it_and_nothing_of_the_machine(client: httpx.Client) -> None:
    page = client.get("/").text

    assert str(Path(__file__).parents[3]) not in page
    assert '"named_endpoints":{}' in page.replace(" ", "")
    for switch in ("run_history", "enable_monitoring", "mcp_server", "show_error"):
        assert f'"{switch}":true' not in page.replace(" ", "")


class CountingBot(SmallBot):
    """Fails now and then, so that failures are among what is logged."""

    def answer(self, question: str, *arguments: Any, **options: Any) -> Any:
        if question.endswith("7"):
            raise RuntimeError(f"cannot answer {question}")
        return super().answer(question, *arguments, **options)


def test_fifty_visitors_at_once_see_their_own_answers_only(client: httpx.Client) -> None:
    def visit(number: int) -> list[str]:
        session = f"visitor{number:04}"
        with httpx.Client(base_url=client.base_url, timeout=60) as visitor:
            return [ask(visitor, f"What is canary{number:04}?", session) for _ in range(4)]

    with ThreadPoolExecutor(10) as visitors:
        told = list(visitors.map(visit, range(50)))

    for number, heard in enumerate(told):
        assert set(re.findall(r"canary\d{4}", "".join(heard))) == {f"canary{number:04}"}


LOUD = """
import sys
sys.path.insert(0, "tests")
from tests.chatbot.server.test_guard import CountingBot
from chatbot.server import Policy, launch

launch(CountingBot(), port=int(sys.argv[1]), policy=Policy(questions_a_minute=100_000, requests_a_minute=100_000))
"""


def test_no_question_and_no_session_is_logged_whether_or_not_it_fails() -> None:
    from tests.browser.conftest import REPOSITORY, free_port

    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", LOUD, str(port)], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout
    said = [process.stdout.readline()]
    reader = threading.Thread(target=lambda: said.extend(process.stdout or []))
    reader.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        statuses = {client.post("/api/ask", json={"question": f"Q canary{n}"}).status_code for n in range(100)}
        for number in range(7, 30, 10):
            ask(client, f"Q canary{number}", f"canary{number:06}")
        client.post("/gradio_api/queue/join", json=call("Q", "canary000001", data=["canary", {"canary": 1}]))
        client.get("/canary?canary=canary")
    process.terminate()
    reader.join(timeout=30)
    process.wait(timeout=30)
    process.stdout.close()
    log = b"".join(said).decode()

    assert statuses == {200, 500}
    assert "RuntimeError" in log
    assert "canary" not in log
