"""The tools for agents, called by the protocol's own client."""

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest

from chatbot.errors import ExtraMissingError
from chatbot.server import Policy
from chatbot.server.metrics import Counts
from chatbot.server.serving import listen, serve_app
from tests.browser.conftest import REPOSITORY
from tests.browser.small_bot import MOW, SmallBot
from tests.chatbot.server.test_api import BrokenBot

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from chatbot.server.tools import build_tools, build_tools_app

STDIO = """
from chatbot.server.tools import run_on_stdio
from tests.browser.small_bot import SmallBot

run_on_stdio(SmallBot())
"""
HELLO = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": MOW}}}

Talk = Callable[[Client], Awaitable[None]]


def run(main: Callable[..., Awaitable[None]], *arguments: object) -> None:
    """Run *main* in a thread of its own: where browser tests came before, this one has a running loop already."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, main, *arguments).result()


@contextmanager
def served(bot: Any = None, **policy: Any) -> Iterator[str]:
    """Serve the tools over HTTP, and give their address."""
    allowed = Policy(**policy)
    app = build_tools_app(bot or SmallBot(), allowed)
    with listen("127.0.0.1", 0) as listener, serve_app(app, listener, allowed) as address:
        yield f"{address}mcp"


def talk_over_http(talk: Talk) -> None:
    async def main(address: str) -> None:
        async with Client(address) as client:
            await talk(client)

    with served() as address:
        run(main, address)


def talk_over_stdio(talk: Talk) -> None:
    async def main() -> None:
        command = StdioServerParameters(command=sys.executable, args=["-c", STDIO], cwd=REPOSITORY)
        async with Client(stdio_client(command)) as client:
            await talk(client)

    run(main)


@pytest.fixture(params=[talk_over_http, talk_over_stdio], ids=["http", "stdio"])
def over(request: pytest.FixtureRequest) -> Callable[[Talk], None]:
    way: Callable[[Talk], None] = request.param
    return way


def test_an_agent_asks_follows_up_and_searches(over: Callable[[Talk], None]) -> None:
    async def talk(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        first = (await client.call_tool("ask", {"question": MOW})).structured_content
        assert first
        follow_up = {"question": "and how often?", "conversation": first["conversation"]}
        second = (await client.call_tool("ask", follow_up)).structured_content
        found = (await client.call_tool("search", {"question": "mow", "count": 2})).structured_content

        assert tools.keys() == {"ask", "search"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        assert first["answer"]["citations"][0]["quote"] == "Once a week from April to June, then every ten days."
        assert second
        assert second["answer"]["interpretation"] == "How often should I mow with a petrol mower?"
        assert found
        assert len(found["hits"]) == 2

    over(talk)


def test_what_cannot_be_asked_is_an_error_in_a_sentence(over: Callable[[Talk], None]) -> None:
    async def talk(client: Client) -> None:
        wrong: list[tuple[str, dict[str, Any], str]] = [
            ("ask", {"question": "x" * 1001}, "1,001 characters"),
            ("ask", {"question": MOW, "conversation": "made up"}, "That conversation is over"),
            ("search", {"question": "mow", "count": 21}, "less than or equal to 20"),
            ("search", {"question": " "}, "empty"),
            ("ask", {}, "question"),
        ]
        for name, arguments, said in wrong:
            result = await client.call_tool(name, arguments)

            assert result.is_error
            assert said in str(result.content)

    over(talk)


def test_an_answer_is_the_same_as_by_every_other_way() -> None:
    told: list[Any] = []

    async def main() -> None:
        async with Client(build_tools(SmallBot(), Policy(), Counts())) as client:
            told.append((await client.call_tool("ask", {"question": MOW})).structured_content)

    run(main)
    assert told[0]["answer"] == json.loads(json.dumps(SmallBot().answer(MOW, ()).to_dict()))


def test_an_engine_that_is_down_is_an_error_and_no_verdict() -> None:
    async def main() -> None:
        async with Client(build_tools(BrokenBot(), Policy(), Counts())) as client:
            result = await client.call_tool("ask", {"question": MOW})

        assert result.is_error
        assert "cannot be searched just now" in str(result.content)
        assert "not_covered" not in str(result)

    run(main)


def test_over_http_the_guard_stands_before_the_tools() -> None:
    with served(questions_a_minute=2) as address, httpx.Client(timeout=30) as client:
        headers = {"accept": "application/json, text/event-stream"}
        other_site = client.post(address, json=HELLO, headers={**headers, "host": "evil.example"})
        long = client.post(address, json={**HELLO, "x": "x" * 20_000}, headers=headers)
        elsewhere = client.get(address.replace("/mcp", "/other"))
        calls = [client.post(address, json=HELLO, headers=headers).status_code for _ in range(4)]

    assert (other_site.status_code, long.status_code, elsewhere.status_code) == (421, 413, 404)
    assert calls[2:] == [429, 429]


def test_over_http_the_owners_keys_count() -> None:
    key = "a key of the owner's"
    with served(api_keys=(key,)) as address, httpx.Client(timeout=30) as client:
        headers = {"accept": "application/json, text/event-stream"}

        assert client.post(address, json=HELLO, headers=headers).status_code == 401
        shown = client.post(address, json=HELLO, headers={**headers, "authorization": f"Bearer {key}"})
        assert shown.status_code != 401


def test_says_which_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)

    with pytest.raises(
        ExtraMissingError, match=r"The MCP tools need the 'mcp' extra\. .* pip install 'faqsimile\[mcp\]'"
    ):
        build_tools(SmallBot(), Policy(), Counts())


def test_nothing_but_the_protocol_is_printed() -> None:
    command = [sys.executable, "-c", STDIO]
    done = subprocess.run(command, cwd=REPOSITORY, input="", capture_output=True, text=True, check=True)

    assert done.stdout == ""
