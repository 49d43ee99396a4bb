"""The whole server as one ASGI app: the page, what stands beside it and the API, behind the guard."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chatbot.page.desk import FeedbackBook, FeedbackDesk
from chatbot.page.layout import build_page, page_script
from chatbot.page.mounting import mount_page
from chatbot.page.routes import Doors
from chatbot.page.visits import Bot
from chatbot.server import api
from chatbot.server.engine import Answering, Engine
from chatbot.server.guard import Guard
from chatbot.server.headers import script_hash
from chatbot.server.metrics import Counts
from chatbot.server.page_calls import SESSION, calls_of, reader_of
from chatbot.server.policy import Policy
from chatbot.server.rules import POST, Rule, always, as_it_is

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class ServedBot(Answering, Bot, Protocol):
    """Whoever answers visitors and programs: `chatbot.Chatbot`."""


@dataclass(frozen=True, eq=False)
class Served:
    """What a server runs."""

    app: "ASGIApp"

    close: Callable[[], None]
    """Ends what stays open, so that the server can stop."""


def build_app(bot: ServedBot, policy: Policy | None = None, *, book: FeedbackBook | None = None) -> Served:
    """Put everything together.

    Args:
        bot: who answers.
        policy: what is let in.
        book: what keeps what visitors say about answers; without one nobody asks.
    """
    policy = policy or Policy()
    counts = Counts()
    engine = Engine(bot, counts, at_work=policy.at_work, waiting=policy.waiting)
    served = api.build_api(engine, policy, counts)
    desk = FeedbackDesk(book) if book else None
    page = build_page(bot, desk)
    rules = [*api.RULES, *page_rules(reader_of(calls_of(page)), feedback=bool(desk), widget=bool(policy.embed_on))]
    served.router.routes.extend(Doors(bot, desk=desk, embed_on=policy.embed_on).routes())
    close = mount_page(served, page, root_path=policy.root_path)
    guard = Guard(served, rules, policy, counts, scripts=[script_hash(page_script())])
    return Served(_shared_with(guard, policy.api_origins), close)


def page_rules(read_call: Callable[[bytes], bytes], *, feedback: bool, widget: bool) -> list[Rule]:
    """Give the routes of the page that are let in: what a browser asked for while it was used, and no more.

    Args:
        read_call: reads what the page's script asks for.
        feedback: whether visitors may vote on answers.
        widget: whether other sites may load the script that shows the chat there.
    """
    file = r"[A-Za-z0-9_@-][A-Za-z0-9_.@-]*"
    rules = [
        Rule("page", "/", is_page=True, drops_query=True),
        Rule("asset", rf"/(assets|static|svelte)(/{file})+"),
        Rule("asset", r"/theme\.css", query={"v": "[0-9a-f]{1,64}"}),
        Rule("asset", r"/favicon\.ico|/manifest\.json|/robots\.txt"),
        Rule("original", r"/source/[^\x00-\x1f\\]+", query={"lines": r"[\d,-]{0,2000}"}),
        # The page's script repeats the page's own parameters when it asks.
        Rule("page_question", "/gradio_api/queue/join", POST, reads=read_call, asks=always, drops_query=True),
        Rule("page_stream", "/gradio_api/queue/data", query={"session_hash": SESSION}, is_stream=True),
        Rule("page_stream", rf"/gradio_api/heartbeat/{SESSION}", is_stream=True),
        Rule("app_id", "/gradio_api/app_id"),
    ]
    if feedback:
        rules.append(Rule("feedback", "/feedback", POST, reads=as_it_is))
    if widget:
        rules.append(Rule("widget", r"/widget\.js", for_others=True))
    return rules


def _shared_with(app: "ASGIApp", origins: tuple[str, ...]) -> "ASGIApp":
    """Let scripts of *origins* call the API, and nothing else here."""
    if not origins:
        return app
    from starlette.middleware.cors import CORSMiddleware

    shared = CORSMiddleware(
        app, allow_origins=origins, allow_methods=["POST"], allow_headers=["authorization", "content-type"]
    )

    async def choose(scope: "Scope", receive: "Receive", send: "Send") -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (shared if is_api else app)(scope, receive, send)

    return choose
