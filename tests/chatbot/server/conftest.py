"""The real server with the small bot, on a port of its own, and a client that asks it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from chatbot.server import Policy, serve
from tests.browser.small_bot import SmallBot

Start = Callable[..., httpx.Client]

PLENTY = 1_000_000
"""For tests that are not about how much a client may ask."""


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """Give a client of a server that takes any number of questions."""
    policy = Policy(questions_a_minute=PLENTY, requests_a_minute=PLENTY)
    with serve(SmallBot(), policy) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture
def start() -> Iterator[Start]:
    """Give what starts a server with a bot and a policy, and gives a client of it."""
    with ExitStack() as stack:

        def start(bot: Any = None, book: Any = None, **policy: Any) -> httpx.Client:
            allowed = Policy(**{"requests_a_minute": PLENTY, **policy})
            address = stack.enter_context(serve(bot or SmallBot(), allowed, book=book))
            return stack.enter_context(httpx.Client(base_url=address, timeout=30))

        yield start
