"""What a browser is told with every reply, and what the app behind the guard is told of a request."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html.parser import HTMLParser

Headers = list[tuple[bytes, bytes]]

PASSED_ON = frozenset(
    "accept accept-encoding accept-language content-type host if-modified-since if-none-match".split()
)
"""Request headers that every route may see. No cookie, no origin and nothing forwarded is among them."""

_NEVER_SENT = ("access-control-", "server", "set-cookie", "x-powered-by")
"""Beginnings of reply headers that are taken off: what may be called from elsewhere is decided by the guard alone."""

_ALWAYS_SENT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_policy(scripts: Iterable[str] = (), *, embed_on: Sequence[str] = ()) -> str:
    """Say what a page may load: from its own origin only, and no script in it but *scripts*.

    Args:
        scripts: hashes of the scripts in the page.
        embed_on: the sites that may show it in a frame.
    """
    # Gradio writes style attributes, hence 'unsafe-inline' for styles; they can load nothing from elsewhere.
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *scripts)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'none'",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *embed_on)),
        )
    )


def reply_headers(
    given: Iterable[tuple[bytes, bytes]], policy: str, *, for_others: bool = False, framed: bool = False
) -> Headers:
    """Give the headers of a reply: those *given* that may be sent, and what every reply says.

    Args:
        given: what the app sends.
        policy: what the page may load.
        for_others: whether other sites may load the reply.
        framed: whether other sites may show it in a frame.
    """
    ours = {
        **_ALWAYS_SENT,
        "content-security-policy": policy,
        "cross-origin-resource-policy": "cross-origin" if for_others else "same-origin",
        **({} if framed else {"x-frame-options": "SAMEORIGIN"}),
    }
    kept = [(name, value) for name, value in given if not _is_taken_off(name.decode("latin-1").lower(), ours)]
    return [*kept, *((name.encode(), value.encode()) for name, value in ours.items())]


def _is_taken_off(name: str, ours: dict[str, str]) -> bool:
    return name in ours or name.startswith(_NEVER_SENT)


@lru_cache(maxsize=16)
def script_hashes(page: bytes) -> tuple[str, ...]:
    """Give the hash of every script that stands in *page* itself, in the form of a content security policy."""
    finder = _Scripts()
    finder.feed(page.decode("utf-8", "replace"))
    finder.close()
    return tuple(dict.fromkeys(script_hash(script) for script in finder.found))


def script_hash(script: str) -> str:
    """Give the hash of one *script*."""
    # A browser hashes what its parser made of the page, which has no carriage returns.
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and "src" not in dict(attributes)
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data
