"""The tools for agents, over the Model Context Protocol: `ask` and `search`, with the limits of every other way in.

The only import of mcp, which comes with the extra of that name.
"""

import json
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from chatbot.errors import ExtraMissingError
from chatbot.server.api import AnswerBody, HitBody, check_key, hit_to_dict
from chatbot.server.app import Served
from chatbot.server.conversations import Conversations
from chatbot.server.engine import Answering, Engine
from chatbot.server.guard import Guard
from chatbot.server.metrics import Counts
from chatbot.server.policy import Policy
from chatbot.server.refusals import Refused
from chatbot.server.rules import POST, Rule, as_it_is

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

MOST_HITS = 20

INSTRUCTIONS = """\
Answers come from the owner's own pages, word for word, each with the place where it stands. Quote them as they are.
The verdict not_covered means that the pages do not say: tell so, and do not fill the gap from elsewhere.
An error means that the engine could not answer, and nothing about what the pages say."""


class AskedBody(BaseModel):
    """An answer, and what to send along with the next question."""

    answer: AnswerBody
    conversation: Annotated[str, Field(description="Send it with a follow-up question; holds for a day.")]


class SearchedBody(BaseModel):
    """The passages most worth a look, best first."""

    hits: list[HitBody]


def build_tools(bot: Answering, policy: Policy, counts: Counts) -> "MCPServer":
    """Give the tools over *bot*.

    Raises:
        ExtraMissingError: the extra `mcp` is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise ExtraMissingError("The MCP tools", "mcp") from error

    engine = Engine(bot, counts, at_work=policy.at_work, waiting=policy.waiting)
    conversations = Conversations(policy.secret)
    # Below warnings it would log what was asked.
    server = MCPServer("faqsimile", instructions=INSTRUCTIONS, log_level="WARNING")
    reads_only = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    @server.tool(annotations=reads_only)
    async def ask(
        question: Annotated[str, Field(description="As a person would ask it; at most 1,000 characters.")],
        conversation: Annotated[str | None, Field(description="From the answer before, for a follow-up.")] = None,
    ) -> AskedBody:
        """Answer a question from the owner's pages, in their words and with their place, or say that they do not."""
        try:
            turns = conversations.open(conversation) if conversation is not None else ()
            answer, after = await engine.ask(question, turns, door="mcp")
        except Refused as refused:
            raise ToolError(refused.detail) from refused
        return AskedBody.model_validate({"answer": answer.to_dict(), "conversation": conversations.seal(after)})

    @server.tool(annotations=reads_only)
    async def search(
        question: Annotated[str, Field(description="What to look for; at most 1,000 characters.")],
        count: Annotated[int, Field(ge=1, le=MOST_HITS, description="At most so many passages.")] = 5,
    ) -> SearchedBody:
        """Find the passages most worth a look, whether or not one of them answers the question."""
        try:
            hits = await engine.search(question, k=count)
        except Refused as refused:
            raise ToolError(refused.detail) from refused
        return SearchedBody.model_validate({"hits": [hit_to_dict(hit) for hit in hits]})

    return server


def run_on_stdio(bot: Answering, policy: Policy | None = None) -> None:
    """Serve the tools to the program that started this one, until it hangs up.

    Raises:
        ExtraMissingError: the extra `mcp` is not installed.
    """
    build_tools(bot, policy or Policy(), Counts()).run("stdio")


def build_tools_app(bot: Answering, policy: Policy | None = None) -> Served:
    """Give the tools over HTTP at /mcp, behind the guard.

    Raises:
        ExtraMissingError: the extra `mcp` is not installed.
    """
    policy, counts = policy or Policy(), Counts()
    tools = build_tools(bot, policy, counts)
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    app = tools.streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=policy.longest_body,
        # The guard has looked at the host, and no script of another site gets past it.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    app.router.routes.append(Route("/healthz", lambda request: PlainTextResponse("ok"), methods=["GET"]))
    passed = frozenset({"authorization", "mcp-protocol-version", "mcp-method", "mcp-name"})
    rules = [Rule("mcp", "/mcp", POST, reads=as_it_is, asks=_calls_a_tool, passes=passed), Rule("healthz", "/healthz")]
    return Served(Guard(_with_key(app, policy), rules, policy, counts), close=lambda: None)


def _calls_a_tool(body: bytes) -> bool:
    """Tell whether a message asks for work, as against shaking hands."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return False  # refused by whoever reads it next
    return not isinstance(message, dict) or message.get("method") == "tools/call"


def _with_key(app: "ASGIApp", policy: Policy) -> "ASGIApp":
    from starlette.requests import Request

    async def check(scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "http" and scope["path"] == "/mcp":
            check_key(Request(scope), policy)
        await app(scope, receive, send)

    return check
