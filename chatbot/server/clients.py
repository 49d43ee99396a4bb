"""Who sends a request, and how much one of them may send.

Holds a bounded number of clients in memory, and nothing about them but what is left of their share.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chatbot.server.refusals import Refused

MOST_CLIENTS = 10_000
"""Remembered at a time; the one that was silent longest is forgotten first."""


def client_of(address: str) -> str:
    """Name the client at *address*: a network of IPv6 is one client, because whoever has one address has them all."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(place, ipaddress.IPv6Address):
        if place.ipv4_mapped:
            return str(place.ipv4_mapped)
        return str(ipaddress.ip_network((place, 64), strict=False))
    return str(place)


class TokenBuckets:
    """Gives each client so many requests at once, and so many a minute after that."""

    def __init__(
        self, a_minute: int, *, most_clients: int = MOST_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity = float(a_minute)
        self._most_clients = most_clients
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """For each client what was left, and when."""

    def take(self, client: str) -> float:
        """Take one from the share of *client*; give the seconds to wait for it, 0 when there was one."""
        now = self._clock()
        left, before = self._left.pop(client, (self._capacity, now))
        left = min(self._capacity, left + (now - before) * self._capacity / 60)
        taken = left >= 1
        self._left[client] = (left - 1 if taken else left, now)
        if len(self._left) > self._most_clients:
            self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) * 60 / self._capacity

    def __len__(self) -> int:
        return len(self._left)


class Streams:
    """Counts what each client holds open."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[str, int] = {}

    @contextmanager
    def hold(self, client: str) -> Iterator[None]:
        """Hold one open for *client*.

        Raises:
            Refused: it holds as many as it may.
        """
        if self._open.get(client, 0) >= self._most:
            detail = f"{self._most} pages of this chat are open at your address. Close one, then try again."
            raise Refused(429, "too_many_open", detail, retry_after=5)
        self._open[client] = self._open.get(client, 0) + 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

    def __len__(self) -> int:
        return sum(self._open.values())
