"""The API for programs, asked over HTTP."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from chatbot import Answer, Chatbot
from chatbot.server import Policy, serve
from chatbot.server.api import AnswerBody
from index import Encoder, Hit, IndexDamagedError
from tests.browser.small_bot import FUEL, MOW, NOISE, SERVICE, SmallBot
from tests.chatbot.server.conftest import PLENTY, Start

KEY = "a key of the owner's"


class BrokenBot(SmallBot):
    """A bot whose engine is down, or has a bug, until it is mended."""

    error: Exception | None = IndexDamagedError("vectors.faiss", "is missing")

    def answer(self, question: str, *arguments: Any, **options: Any) -> Answer:
        if self.error:
            raise self.error
        return super().answer(question, *arguments, **options)

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        if self.error:
            raise self.error
        return super().search(question, k=k)


class PatientBot(SmallBot):
    """A bot that answers when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def answer(self, *arguments: Any, **options: Any) -> Answer:
        assert self.go.wait(30)
        return super().answer(*arguments, **options)


def ask(client: httpx.Client, question: str, **body: Any) -> dict[str, Any]:
    reply = client.post("/api/ask", json={"question": question, **body})
    assert reply.status_code == 200, reply.text
    told: dict[str, Any] = reply.json()
    return told


# Answers


@pytest.mark.parametrize("question", [MOW, NOISE, FUEL, SERVICE, "Thanks"])
def test_an_answer_is_the_same_as_from_python(client: httpx.Client, question: str) -> None:
    assert ask(client, question)["answer"] == json.loads(json.dumps(SmallBot().answer(question, ()).to_dict()))


@pytest.mark.parametrize("question", [MOW, NOISE, FUEL, SERVICE, "Thanks"])
def test_an_answer_is_what_the_description_says_and_nothing_more(question: str) -> None:
    record = json.loads(json.dumps(SmallBot().answer(question, ()).to_dict()))

    assert AnswerBody.model_validate(record, strict=True).model_dump(mode="json") == record


def test_the_description_has_every_field_of_an_answer() -> None:
    fields = TypeAdapter(Answer).json_schema()["properties"].keys()

    assert AnswerBody.model_fields.keys() == fields | {"version"}


@pytest.mark.usefixtures("real_encoder")
def test_python_command_line_and_http_give_the_same_json(
    knowledge: Path, tmp_path: Path, real_encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    from chatbot import cli

    bot = Chatbot.open(knowledge, tmp_path / "index", encoder=real_encoder)
    question = "Is PyTorch easier to learn than TensorFlow?"
    with pytest.raises(SystemExit):
        cli.main(["ask", "--json", question, "--knowledge", str(knowledge), "--index", str(tmp_path / "index")])
    printed = json.loads(capsys.readouterr().out)
    with serve(bot, Policy()) as address, httpx.Client(base_url=address, timeout=60) as client:
        told = ask(client, question)["answer"]

    assert printed == told == json.loads(json.dumps(bot.ask(question).to_dict()))


def test_a_follow_up_is_understood_by_the_conversation_that_comes_along(client: httpx.Client) -> None:
    first = ask(client, MOW)
    second = ask(client, "and how often?", conversation=first["conversation"])
    literal = ask(client, "and how often?", conversation=first["conversation"], literally=True)

    assert second["answer"]["interpretation"] == "How often should I mow with a petrol mower?"
    assert ask(client, "and how often?")["answer"]["verdict"] == literal["answer"]["verdict"] == "not_covered"


def test_a_conversation_outlasts_a_restart_where_the_owner_set_a_secret(start: Start) -> None:
    token = ask(start(secret=b"of the owner"), MOW)["conversation"]

    assert ask(start(secret=b"of the owner"), "and how often?", conversation=token)["answer"]["verdict"] == "answered"
    refused = start().post("/api/ask", json={"question": "and how often?", "conversation": token})
    assert (refused.status_code, refused.json()["code"]) == (422, "conversation")


def test_an_explanation_names_the_passages_that_were_looked_at(client: httpx.Client) -> None:
    looked_at = ask(client, MOW, explain=True)["looked_at"]

    assert len(looked_at) == 5
    assert looked_at[0].keys() == {"kind", "title", "text", "source", "score"}
    assert "looked_at" not in ask(client, MOW)


# Refusals


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "question: Field required"),
        ({"question": 7}, "question: Input should be a valid string"),
        ({"question": MOW, "k": 3}, "k: Extra inputs are not permitted"),
        ({"question": MOW, "explain": "yes"}, "explain: Input should be a valid boolean"),
        ([MOW], "The body: "),
        ({"question": " "}, "The question is empty"),
        ({"question": "x" * 1001}, "The question has 1,001 characters; at most 1,000"),
        ({"question": MOW, "conversation": "made up"}, "That conversation is over, or was not begun here"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(client: httpx.Client, body: Any, detail: str) -> None:
    reply = client.post("/api/ask", json=body)

    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["detail"].startswith(detail)


def test_a_refusal_does_not_repeat_what_was_sent(client: httpx.Client) -> None:
    for body in ({"question": {"canary": "canary"}}, {"question": ["canary"]}, {"question": MOW, "explain": "canary"}):
        assert "canary" not in client.post("/api/ask", json=body).text


def test_an_engine_that_is_down_is_503_and_never_that_the_content_is_silent(start: Start) -> None:
    bot = BrokenBot()
    client = start(bot)
    reply = client.post("/api/ask", json={"question": MOW})

    assert (reply.status_code, reply.json()["code"]) == (503, "engine_down")
    assert "not_covered" not in reply.text
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_an_engine_that_is_mended_answers_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.server.engine.READY_FOR", 0.0)
    bot = BrokenBot()
    client = start(bot)
    before = client.get("/readyz").status_code
    bot.error = None

    assert (before, client.get("/readyz").status_code) == (503, 200)
    assert ask(client, MOW)["answer"]["verdict"] == "answered"


def test_a_bug_is_500_and_its_message_stays_inside(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    bot = BrokenBot()
    bot.error = KeyError("canary")
    reply = start(bot).post("/api/ask", json={"question": MOW})

    assert (reply.status_code, reply.json()["code"]) == (500, "bug")
    assert "KeyError in" in caplog.text
    assert "canary" not in caplog.text + reply.text


def test_more_questions_than_may_wait_are_told_to_come_back(start: Start) -> None:
    bot = PatientBot()
    client = start(bot, at_work=1, waiting=2, questions_a_minute=PLENTY)
    with ThreadPoolExecutor(12) as crowd:
        replies = [crowd.submit(client.post, "/api/ask", json={"question": MOW}) for _ in range(12)]
        while sum(reply.done() for reply in replies) < 9:
            threading.Event().wait(0.05)
        bot.go.set()
        statuses = sorted(reply.result().status_code for reply in replies)

    assert statuses == [200] * 3 + [503] * 9
    assert {reply.result().headers.get("retry-after") for reply in replies} == {None, "6"}


# Who may ask


def test_where_there_are_keys_a_program_shows_one(start: Start) -> None:
    client = start(api_keys=("another key of the owner's", KEY))
    shown = [{"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}]
    wrong = [{}, {"authorization": KEY}, {"authorization": "Bearer x"}, {"authorization": f"Basic {KEY}"}]

    def status(headers: dict[str, str], method: str = "POST", path: str = "/api/ask") -> int:
        body = {"question": MOW} if method == "POST" else None
        return client.request(method, path, json=body, headers=headers).status_code

    assert [status(headers) for headers in shown] == [200, 200]
    assert [status(headers) for headers in wrong] == [401] * 4
    assert (status(shown[0], "GET", "/metrics"), status({}, "GET", "/metrics")) == (200, 401)
    assert client.get("/").status_code == client.get("/healthz").status_code == 200


def test_scripts_of_named_sites_may_ask_and_no_others(start: Start) -> None:
    client = start(api_origins=("https://www.example.org",))

    def allowed(origin: str, path: str = "/api/ask") -> str | None:
        asks_first = {"origin": origin, "access-control-request-method": "POST"}
        reply = client.options(path, headers={**asks_first, "access-control-request-headers": "content-type"})
        found: str | None = reply.headers.get("access-control-allow-origin")
        return found

    assert allowed("https://www.example.org") == "https://www.example.org"
    assert allowed("https://evil.example") is None
    assert allowed("https://www.example.org", "/gradio_api/queue/join") is None
    answered = client.post("/api/ask", json={"question": MOW}, headers={"origin": "https://www.example.org"})
    assert answered.headers["access-control-allow-origin"] == "https://www.example.org"
    assert "access-control-allow-credentials" not in answered.headers


def test_counts_are_for_this_machine_where_there_are_no_keys(client: httpx.Client) -> None:
    ask(client, MOW)
    counted = client.get("/metrics").text

    assert re.search(r'^faqsimile_answers_total\{door="api",verdict="answered"\} [1-9]', counted, re.MULTILINE)
    assert re.search(r'^faqsimile_requests_total\{route="ask",status="200"\} [1-9]', counted, re.MULTILINE)
    assert MOW not in counted
    assert client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404


# Description


def test_the_description_loads_nothing_from_elsewhere_and_runs_nothing(client: httpx.Client) -> None:
    page = client.get("/docs").text

    assert "POST /api/ask" in page
    assert re.findall(r"<script|<link|<img|<iframe|@import|url\(|(?:src|href)=[\"']?(?:https?:|//)", page) == []


def test_the_description_says_what_is_asked_what_is_told_and_what_is_refused(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    operation = described["paths"]["/api/ask"]["post"]

    assert described["openapi"].startswith("3.")
    assert described["info"]["title"] == "faqsimile"
    assert operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/AskBody")
    assert {"200", "401", "413", "422", "429", "503"} <= operation["responses"].keys()
    assert described["components"]["schemas"]["AnswerBody"]["properties"]["version"] == {
        "const": 1,
        "title": "Version",
        "type": "integer",
    }
