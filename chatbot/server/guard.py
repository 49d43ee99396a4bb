"""The guard before everything that is served: what no rule lets in gets no further.

Plain ASGI, so that nothing of the app behind it runs before a request was looked at: its host, route, size, shape and
how many there were. Knows nothing about questions or answers.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from chatbot.server.clients import Streams, TokenBuckets, client_of
from chatbot.server.headers import PASSED_ON, Headers, content_policy, reply_headers, script_hashes
from chatbot.server.metrics import Counts
from chatbot.server.policy import Policy
from chatbot.server.refusals import Refused
from chatbot.server.rules import Rule, find_rule

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")


class Guard:
    """Lets in what the rules name, in bounded amounts, and tells the browser what the replies may do."""

    def __init__(
        self, app: "ASGIApp", rules: Sequence[Rule], policy: Policy, counts: Counts, *, scripts: Sequence[str] = ()
    ) -> None:
        """Stand before *app*.

        Args:
            app: what is guarded.
            rules: the routes that are let in.
            policy: how much is let in, and from whom.
            counts: told of every request.
            scripts: hashes of scripts that a page adds to itself, besides those that stand in it.
        """
        self._app, self._rules, self._policy, self._counts = app, rules, policy, counts
        self._scripts = tuple(scripts)
        self._questions = TokenBuckets(policy.questions_a_minute)
        self._requests = TokenBuckets(policy.requests_a_minute)
        self._streams = Streams(policy.streams)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request, or say why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:  # nothing here speaks over web sockets
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        reply = _Reply(send, self._policy, self._scripts)
        name = "refused"
        try:
            self._check_host(scope)
            client = client_of(scope["client"][0] if scope.get("client") else "")
            self._take(self._requests, client, "requests")
            rule = find_rule(self._rules, scope["method"], self._path(scope), scope["query_string"].decode("latin-1"))
            name, reply.rule = rule.name, rule
            body = await self._read(rule, scope, receive)
            if rule.asks(body):
                self._take(self._questions, client, "questions")
            with self._streams.hold(client) if rule.is_stream else nullcontext():
                await self._app(self._passed_on(scope, rule, body), _replay(body, receive), reply)
        except Refused as refused:
            response = refused.to_response()
            if scope["method"] not in ("GET", "HEAD"):
                response.headers["connection"] = "close"  # or the rest of a body would be read to its end
            await response(scope, receive, reply)
        self._counts.request(name, reply.status)

    def _check_host(self, scope: "Scope") -> None:
        """Refuse to be asked under the name of another site, which would then seem to be ours to a browser."""
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if not found:
            raise Refused(400, "host", "A request names one host.")
        name = found["name"].lower().rstrip(".")
        if not (_is_address(name) or name in ("localhost", socket.gethostname().lower(), *self._policy.hosts)):
            detail = f"This chat is not served as {name}. Its owner allows the name with FAQSIMILE_HOSTS={name}"
            raise Refused(421, "host", detail)

    def _path(self, scope: "Scope") -> str:
        """Give the path as the app has it, whether or not a proxy took off what comes before it."""
        path: str = scope["path"]
        before = self._policy.root_path
        if before and (path == before or path.startswith(f"{before}/")):
            return path.removeprefix(before) or "/"
        return path

    def _take(self, buckets: TokenBuckets, client: str, what: str) -> None:
        if wait := buckets.take(client):
            self._counts.limited(what)
            detail = f"Too many {what} from your address. Try again in {int(wait) + 1} s."
            raise Refused(429, "rate_limited", detail, retry_after=wait)

    async def _read(self, rule: Rule, scope: "Scope", receive: "Receive") -> bytes:
        """Read a body of bounded length in bounded time, and give what is passed on of it."""
        if rule.reads is None or scope["method"] not in ("POST", "PUT", "PATCH"):
            return b""
        headers = dict(scope["headers"])
        if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != b"application/json":
            # Scripts of other sites cannot send this type without asking first, and are told no.
            raise Refused(415, "content_type", "A body is sent as application/json.")
        limit = self._policy.longest_body
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            raise _too_long(declared.decode("latin-1"), limit)
        try:
            async with asyncio.timeout(self._policy.slowest_body):
                return rule.reads(await _read_at_most(limit, receive))
        except TimeoutError:
            raise Refused(408, "too_slow", f"The body took longer than {self._policy.slowest_body:g} s.") from None

    def _passed_on(self, scope: "Scope", rule: Rule, body: bytes) -> "Scope":
        """Give the request as the app sees it: the path that was looked at, and no header that was not asked for."""
        wanted = PASSED_ON | rule.passes
        if rule.is_page:
            wanted -= {"accept-encoding"}  # what is compressed cannot be looked at for scripts
        headers = [(name, value) for name, value in scope["headers"] if name.decode("latin-1").lower() in wanted]
        if body:
            headers.append((b"content-length", str(len(body)).encode()))
        query = b"" if rule.drops_query else scope["query_string"]
        return {**scope, "path": self._path(scope), "raw_path": None, "query_string": query, "headers": headers}


class _Reply:
    """Sends a reply with the headers that every reply has; that of a page is held back until its scripts are known."""

    def __init__(self, send: "Send", policy: Policy, scripts: tuple[str, ...]) -> None:
        self._send, self._policy, self._scripts = send, policy, scripts
        self.rule: Rule | None = None
        self.status = 0
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.rule and self.rule.is_page and _is_html(message.get("headers", [])):
                self._start = message
                return
            await self._send({**message, "headers": self._headers(message.get("headers", []), ())})
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(self._start, self._body)

    async def _send_page(self, start: "Message", body: bytes) -> None:
        headers = self._headers(start.get("headers", []), (*script_hashes(body), *self._scripts))
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _headers(self, given: Headers, scripts: Sequence[str]) -> Headers:
        embed_on = self._policy.embed_on
        policy = content_policy(scripts, embed_on=embed_on)
        for_others = bool(self.rule and self.rule.for_others)
        return reply_headers(given, policy, for_others=for_others, framed=bool(embed_on))


def _is_html(headers: Headers) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _too_long(declared: str, limit: int) -> Refused:
    return Refused(413, "too_long", f"The body has {declared} bytes, the limit is {limit:,}.")


async def _read_at_most(limit: int, receive: "Receive") -> bytes:
    """Read a whole body, counting what arrives whatever was declared."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "cut_off", "The body ends too early.")
        body += message.get("body", b"")
        if len(body) > limit:
            raise _too_long(f"more than {limit:,}", limit)
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: "Receive") -> "Receive":
    """Give the body that was read, then whatever the client does next."""
    given = False

    async def replay() -> "Message":
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
