"""The API for programs: a question in, the same answer out as from Python and the command line.

`POST /api/ask`, signs of life, metrics, and a description of it all that loads nothing from elsewhere.
"""

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chatbot.answers import Answer, Verdict
from chatbot.server.conversations import Conversations
from chatbot.server.engine import Engine
from chatbot.server.metrics import Counts
from chatbot.server.policy import Policy
from chatbot.server.refusals import MEDIA_TYPE, Refused
from chatbot.server.rules import POST, Rule, always, as_it_is
from index import Hit

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

TITLE = "faqsimile"

EXPLAINED = 5
"""Passages that an explanation names."""

RULES = (
    Rule("ask", "/api/ask", POST, reads=as_it_is, asks=always, passes=frozenset({"authorization"})),
    Rule("healthz", "/healthz"),
    Rule("readyz", "/readyz"),
    Rule("metrics", "/metrics", passes=frozenset({"authorization", "x-forwarded-for", "forwarded"})),
    Rule("docs", "/docs"),
    Rule("openapi", r"/openapi\.json"),
)


class AskBody(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Annotated[str, Field(description="As it would be typed; at most 1,000 characters.")]
    conversation: Annotated[
        str | None, Field(description="From the reply to the question before; without it a conversation begins.")
    ] = None
    literally: Annotated[bool, Field(description="Take the question as it stands, whatever was asked before.")] = False
    explain: Annotated[bool, Field(description="Tell which passages were looked at first.")] = False


class SourceBody(BaseModel):
    """Where the owner's words stand."""

    path: str
    heading: list[str]
    first_line: int
    last_line: int
    start: Annotated[int, Field(description="Offset in characters of the document's text.")]
    end: int
    converted: Annotated[bool, Field(description="Whether these count in text that the file was converted into.")]


class CitationBody(BaseModel):
    """The proof of one part of an answer."""

    number: Annotated[int, Field(description="What stands in brackets in the text.")]
    quote: Annotated[str, Field(description="The owner's words, letter for letter.")]
    source: SourceBody


class AnswerBody(BaseModel):
    """What the content says to a question, or that it does not say; the same from Python and the command line."""

    version: Literal[1]
    question: str
    verdict: Verdict
    text: Annotated[str, Field(description="Markdown, with [n] where citation n proves what stands before it.")]
    citations: list[CitationBody]
    confidence: Annotated[float, Field(ge=0, le=1)]
    interpretation: Annotated[str, Field(description="The stand-alone question that was answered.")]
    reason: Annotated[str, Field(description="Why the content does not cover the question.")]
    suggestions: list[str]


class HitBody(BaseModel):
    """A passage that was looked at."""

    kind: Literal["question", "row", "section"]
    title: str
    text: str
    source: SourceBody
    score: Annotated[float, Field(description="Orders passages; says nothing about whether one answers.")]


class ReplyBody(BaseModel):
    """An answer, and what to send along with the next question."""

    answer: AnswerBody
    conversation: Annotated[str, Field(description="Send it with the next question; holds for a day.")]
    looked_at: list[HitBody] | None = None


class ProblemBody(BaseModel):
    """Why there is no answer (RFC 9457). 503 is an engine that is down; it never means that the content is silent."""

    title: str
    status: int
    code: str
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": why, "content": {MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}}}
    for status, why in {
        401: "An API key is needed",
        413: "The body is too long",
        422: "The question or the conversation cannot be used",
        429: "Too many questions",
        503: "The engine is down or busy",
    }.items()
}


def build_api(engine: Engine, policy: Policy, counts: Counts) -> "FastAPI":
    """Give the API over *engine*."""
    from fastapi import FastAPI, Request, Response
    from fastapi.exceptions import RequestValidationError
    from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse

    api = FastAPI(title=TITLE, version="1", docs_url=None, redoc_url=None, openapi_url=None)
    conversations = Conversations(policy.secret)

    @api.exception_handler(Refused)
    async def refuse(request: Request, refused: Refused) -> Response:
        return refused.to_response()

    @api.exception_handler(RequestValidationError)
    async def refuse_body(request: Request, error: RequestValidationError) -> Response:
        return Refused(422, "body", _explained(error.errors())).to_response()

    @api.post("/api/ask", response_model=ReplyBody, responses=PROBLEMS, summary="Ask a question")
    async def ask(body: AskBody, request: Request) -> Response:
        check_key(request, policy)
        turns = conversations.open(body.conversation) if body.conversation is not None else ()
        answer, after = await engine.ask(body.question, turns, door="api", literally=body.literally)
        reply: dict[str, Any] = {"answer": answer.to_dict(), "conversation": conversations.seal(after)}
        if body.explain:
            reply["looked_at"] = await _looked_at(engine, answer)
        return JSONResponse(reply, headers={"cache-control": "no-store"})

    @api.get("/healthz", response_class=PlainTextResponse, summary="Whether the server runs")
    async def healthz() -> str:
        return "ok"

    @api.get("/readyz", response_class=PlainTextResponse, summary="Whether a question would be answered now")
    async def readyz() -> Response:
        ready = await engine.is_ready()
        return PlainTextResponse("ready" if ready else "not ready: the reason is in the log", 200 if ready else 503)

    @api.get("/metrics", response_class=PlainTextResponse, summary="Counts for Prometheus")
    async def metrics(request: Request) -> Response:
        _check_reader(request, policy)
        return Response(counts.to_text(), media_type="text/plain; version=0.0.4")

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return JSONResponse(api.openapi())

    @api.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(_draw_docs(api.openapi()))

    return api


def check_key(request: "Request", policy: Policy) -> None:
    """Refuse a program that shows none of the keys, where there are any."""
    if not policy.api_keys:
        return
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    digest = _digest(shown.strip())
    # All of them are compared, in the same time whichever is near.
    known = [hmac.compare_digest(digest, _digest(key)) for key in policy.api_keys]
    if kind.lower() != "bearer" or not any(known):
        raise Refused(401, "key", "Show a key of this chat's owner: Authorization: Bearer KEY")


def hit_to_dict(hit: Hit) -> dict[str, Any]:
    """Give a passage that was looked at as plain data for JSON."""
    passage = hit.passage
    return {
        "kind": passage.kind,
        "title": passage.title,
        "text": passage.text,
        "source": asdict(passage.source),
        "score": hit.score,
    }


async def _looked_at(engine: Engine, answer: Answer) -> list[dict[str, Any]]:
    if answer.verdict == "chitchat":
        return []
    hits = await engine.search((answer.interpretation or answer.question)[:1000], k=EXPLAINED)
    return [hit_to_dict(hit) for hit in hits]


def _check_reader(request: "Request", policy: Policy) -> None:
    """Refuse metrics to whoever shows no key; where there are no keys, to all but this machine."""
    if policy.api_keys:
        check_key(request, policy)
        return
    forwarded = {"x-forwarded-for", "forwarded"} & set(request.headers)
    if forwarded or not request.client or not _is_loopback(request.client.host):
        raise Refused(404, "not_found", "There is nothing at this address.")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _explained(errors: Sequence[Any]) -> str:
    """Say which field is wrong without saying what was in it."""
    first = errors[0]
    field = ".".join(str(part) for part in first["loc"][1:] if isinstance(part, str))
    return f"{field or 'The body'}: {first['msg']}. What can be sent is described at /docs"


def _draw_docs(described: dict[str, Any]) -> str:
    """Draw the description as a page without a script."""
    parts = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            statuses = ", ".join(
                f"{status} {escape(reply['description'])}" for status, reply in operation["responses"].items()
            )
            parts.append(f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation['summary'])}.</p>")
            parts.append(f"<p>Replies: {statuses}.</p>")
    for name, schema in described["components"]["schemas"].items():
        if not name.startswith(("HTTPValidation", "Validation")):
            shown = json.dumps(schema, ensure_ascii=False, indent=2)
            parts.append(f"<h3>{escape(name)}</h3><pre>{escape(shown)}</pre>")
    example = """curl -X POST -H 'Content-Type: application/json' -d '{"question": "…"}' ADDRESS/api/ask"""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>API</title><style>body{font:16px/1.5 system-ui,'
        "sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{overflow:auto}</style></head><body><h1>API</h1>"
        f'<pre>{escape(example)}</pre><p>For programs: <a href="openapi.json">openapi.json</a>.</p>{"".join(parts)}'
        "</body></html>"
    )
