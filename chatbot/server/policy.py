"""What the server lets in, and how much of it. Knows nothing about how it is enforced."""

import secrets
from dataclasses import dataclass, field, replace
from typing import Self

from chatbot.settings import Settings


@dataclass(frozen=True)
class Policy:
    """What the server lets in; the defaults suit a chat on the internet without a proxy before it."""

    hosts: tuple[str, ...] = ()
    """Names under which the server may be asked, besides addresses and localhost; another site's name is refused."""

    proxies: tuple[str, ...] = ()
    """Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    api_keys: tuple[str, ...] = field(default=(), repr=False)
    """What programs must show one of; none where the API is open."""

    api_origins: tuple[str, ...] = ()
    """Sites whose scripts may call the API from a browser."""

    embed_on: tuple[str, ...] = ()
    """Sites that may show the chat in a frame."""

    root_path: str = ""
    """Below which path of the site a proxy serves the chat."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """Signs the conversations that programs carry; made anew at each start unless it is set."""

    questions_a_minute: int = 30
    """For each client, after as many at once."""

    requests_a_minute: int = 1_200
    """For each client; opening the page takes about sixty."""

    streams: int = 40
    """Open at a time for each client; a page that waits for an answer holds two."""

    longest_body: int = 16_384
    """In bytes, as they arrive; a question of 1,000 characters takes 12,000 at most."""

    slowest_body: float = 10.0
    """In seconds until a body has to be there."""

    at_work: int = 4
    """Questions of programs that are answered at a time."""

    waiting: int = 64
    """Questions that wait for that; further ones are told to come back."""

    connections: int = 1_000
    """Open at a time, of all clients together."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Give the policy that the owner's settings ask for."""
        given = cls(
            hosts=settings.hosts,
            proxies=settings.proxies,
            api_keys=tuple(key.get_secret_value() for key in settings.api_keys),
            api_origins=settings.api_origins,
            embed_on=settings.embed_on,
            root_path=settings.root_path,
            questions_a_minute=settings.questions_a_minute,
        )
        return replace(given, secret=settings.secret.get_secret_value().encode()) if settings.secret else given
