"""What the page's address answers besides the page: numbered lines, feedback, the widget.

Plain routes of Starlette; each asks little of the visitor and believes less.
"""

import logging
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chatbot.feedback import LONGEST_WORDS, FeedbackError, Vote
from chatbot.page.desk import FeedbackDesk
from chatbot.page.originals import draw_original, read_spans
from chatbot.page.visits import Bot

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

LONGEST_BODY = 8_192
"""In bytes, of feedback as it is sent."""

_log = logging.getLogger(__name__)


class _Sent(BaseModel):
    """Feedback as a browser sends it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ticket: Annotated[str, StringConstraints(max_length=64)]
    vote: Vote
    words: Annotated[str, StringConstraints(max_length=LONGEST_WORDS)] = ""


class Doors:
    """The routes beside the page: feedback and the widget are there only where they are wanted."""

    def __init__(self, bot: Bot, *, desk: FeedbackDesk | None = None, embed_on: Sequence[str] = ()) -> None:
        self._bot, self._desk = bot, desk
        self.embed_on = embed_on

    def routes(self) -> "list[Route]":
        """Give the routes for whatever serves the page."""
        from starlette.routing import Route

        routes = [Route("/source/{path:path}", self.original, methods=["GET"])]
        if self._desk:
            routes.append(Route("/feedback", self.feedback, methods=["POST"]))
        if self.embed_on:
            routes.append(Route("/widget.js", self.widget, methods=["GET"]))
        return routes

    def original(self, request: "Request") -> "Response":
        """Show a document as numbered lines, those of `?lines=29,32-33` marked."""
        from starlette.responses import HTMLResponse, PlainTextResponse

        path = request.path_params["path"]
        part = next((part for part in self._bot.coverage.parts if part.path == path), None)
        if part is None:
            return PlainTextResponse("There is no such page in the content.", 404)
        cited = read_spans(request.query_params.get("lines", ""))
        return HTMLResponse(
            draw_original(part, self._bot.document_text(path), self._bot.passages_of(path), cited=cited)
        )

    async def feedback(self, request: "Request") -> "Response":
        """Take a vote on an answer: 204, or why not in a sentence for the visitor."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import PlainTextResponse, Response

        if self._desk is None or request.headers.get("content-type") != "application/json":
            # Another site's form cannot send that type, so it cannot vote in a visitor's name.
            return PlainTextResponse("Feedback is sent as application/json.", 415)
        body = await _read_at_most(LONGEST_BODY, request)
        if body is None:
            return PlainTextResponse(f"At most {LONGEST_BODY:,} bytes can be read.", 413)
        try:
            sent = _Sent.model_validate_json(body)
        except ValidationError:
            return PlainTextResponse(f"A vote has a ticket, up or down, and at most {LONGEST_WORDS} characters.", 422)
        try:
            await run_in_threadpool(self._desk.take, sent.ticket, sent.vote, sent.words)
        except KeyError:
            return PlainTextResponse("That answer was too long ago. Ask again, then say what you think of it.", 404)
        except FeedbackError as error:
            _log.error("%s", error)
            return PlainTextResponse("It could not be kept just now. Please try again later.", 503)
        return Response(status_code=204)

    def widget(self, request: "Request") -> "Response":
        """Give the script that puts the chat into the corner of another page."""
        from starlette.responses import Response

        script = files("chatbot.page").joinpath("assets", "widget.js").read_text(encoding="utf-8")
        return Response(script, media_type="text/javascript", headers={"cache-control": "max-age=300"})


async def _read_at_most(limit: int, request: "Request") -> bytes | None:
    """Give the body of *request*, or None as soon as it is longer than *limit*."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            return None
    return body
