"""Who is one client, and how much one may ask."""

import pytest

from chatbot.server.clients import Streams, TokenBuckets, client_of
from chatbot.server.refusals import Refused


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def accepted(buckets: TokenBuckets, client: str, times: int) -> int:
    return sum(not buckets.take(client) for _ in range(times))


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(address: str, client: str) -> None:
    assert client_of(address) == client


def test_a_client_has_its_share_at_once_and_as_much_again_within_a_minute() -> None:
    clock = Clock()
    buckets = TokenBuckets(30, clock=clock)

    assert accepted(buckets, "a", 3000) == 30
    clock.now += 20
    assert accepted(buckets, "a", 3000) == 10
    clock.now += 3600
    assert accepted(buckets, "a", 3000) == 30


def test_the_wait_that_is_told_is_long_enough_and_no_longer() -> None:
    clock = Clock()
    buckets = TokenBuckets(30, clock=clock)
    accepted(buckets, "a", 30)
    wait = buckets.take("a")

    assert wait == pytest.approx(2.0)
    clock.now += wait - 0.01
    assert accepted(buckets, "a", 1) == 0
    clock.now += 0.02
    assert accepted(buckets, "a", 1) == 1


def test_one_client_takes_nothing_from_another() -> None:
    buckets = TokenBuckets(30, clock=Clock())
    accepted(buckets, "a", 3000)

    assert accepted(buckets, "b", 3000) == 30


def test_no_crowd_makes_the_server_remember_without_end() -> None:
    buckets = TokenBuckets(30, most_clients=100, clock=Clock())
    for number in range(100_000):
        buckets.take(str(number))

    assert len(buckets) == 100


def test_a_client_holds_so_many_streams_and_gets_them_back() -> None:
    streams = Streams(1)
    with streams.hold("a"), streams.hold("b"):
        with pytest.raises(Refused, match="Close one") as refused, streams.hold("a"):
            pass
        assert refused.value.status == 429

    with streams.hold("a"):
        assert len(streams) == 1
    assert len(streams) == 0
