"""What the page's address answers besides the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from chatbot.feedback import Feedback, FeedbackError, FeedbackFile
from chatbot.page.desk import FeedbackDesk
from chatbot.page.routes import LONGEST_BODY, Doors
from chatbot.server.headers import content_policy
from tests.browser.small_bot import MOW, PATH, SmallBot


class FullBook:
    """A book that cannot be written."""

    def write(self, feedback: Feedback) -> None:
        raise FeedbackError(Path("feedback.sqlite3"), "disk is full")


def client(doors: Doors) -> TestClient:
    return TestClient(Starlette(routes=doors.routes()))


@pytest.fixture
def book(tmp_path: Path) -> FeedbackFile:
    return FeedbackFile(tmp_path / "feedback.sqlite3")


@pytest.fixture
def desk(book: FeedbackFile) -> FeedbackDesk:
    return FeedbackDesk(book)


@pytest.fixture
def browser(desk: FeedbackDesk) -> Iterator[TestClient]:
    with client(Doors(SmallBot(), desk=desk)) as browser:
        yield browser


def test_a_document_is_shown_with_the_lines_that_were_asked_for(browser: TestClient) -> None:
    reply = browser.get(f"/source/{PATH}", params={"lines": "23"})

    assert reply.status_code == 200
    assert '<li id="L23" value="23"><mark>Once a week' in reply.text


@pytest.mark.parametrize("path", ["nothing.md", "../pyproject.toml", "%2e%2e/pyproject.toml", "", "/etc/passwd"])
def test_nothing_but_the_content_is_shown(browser: TestClient, path: str) -> None:
    assert browser.get(f"/source/{path}").status_code == 404


def test_a_vote_is_kept(browser: TestClient, desk: FeedbackDesk, book: FeedbackFile) -> None:
    ticket = desk.offer(SmallBot().answer(MOW, ()))
    reply = browser.post("/feedback", json={"ticket": ticket, "vote": "down", "words": "Which month?"})

    assert (reply.status_code, reply.text) == (204, "")
    assert [(kept.question, kept.vote, kept.words) for kept in book.read()] == [(MOW, "down", "Which month?")]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"ticket": "T"},
        {"ticket": "T", "vote": "sideways"},
        {"ticket": 7, "vote": "up"},
        {"ticket": "T", "vote": "up", "words": "x" * 501},
        {"ticket": "T", "vote": "up", "question": "made up"},
        ["T", "up"],
        "up",
    ],
)
def test_anything_but_a_vote_is_refused(
    browser: TestClient, desk: FeedbackDesk, book: FeedbackFile, sent: object
) -> None:
    ticket = desk.offer(SmallBot().answer(MOW, ()))
    if isinstance(sent, dict) and sent.get("ticket") == "T":
        sent = {**sent, "ticket": ticket}
    reply = browser.post("/feedback", json=sent)

    assert reply.status_code == 422
    assert reply.text == "A vote has a ticket, up or down, and at most 500 characters."
    assert book.read() == []


def test_an_unknown_ticket_is_refused_with_a_sentence(browser: TestClient) -> None:
    reply = browser.post("/feedback", json={"ticket": "made-up", "vote": "up"})

    assert (reply.status_code, reply.text[:29]) == (404, "That answer was too long ago.")


def test_a_form_of_another_site_cannot_vote(browser: TestClient, desk: FeedbackDesk, book: FeedbackFile) -> None:
    ticket = desk.offer(SmallBot().answer(MOW, ()))
    body = f'{{"ticket": "{ticket}", "vote": "up"}}'
    reply = browser.post("/feedback", content=body, headers={"content-type": "text/plain"})

    assert reply.status_code == 415
    assert book.read() == []


def test_no_more_is_read_than_a_vote_can_hold(browser: TestClient) -> None:
    reply = browser.post("/feedback", content=b"{" + b" " * LONGEST_BODY, headers={"content-type": "application/json"})

    assert (reply.status_code, reply.text) == (413, "At most 8,192 bytes can be read.")


def test_a_vote_that_cannot_be_kept_is_said_to_be_lost_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    desk = FeedbackDesk(FullBook())
    ticket = desk.offer(SmallBot().answer(MOW, ()))
    with client(Doors(SmallBot(), desk=desk)) as browser:
        reply = browser.post("/feedback", json={"ticket": ticket, "vote": "up", "words": "my secret"})

    assert (reply.status_code, reply.text[:24]) == (503, "It could not be kept jus")
    assert "disk is full" in caplog.text
    assert "secret" not in caplog.text
    assert MOW not in caplog.text


def test_what_the_owner_did_not_turn_on_is_not_there() -> None:
    with client(Doors(SmallBot())) as browser:
        assert browser.get("/widget.js").status_code == 404
        assert browser.post("/feedback", json={"ticket": "x", "vote": "up"}).status_code == 404


def test_the_widget_is_there_for_named_sites_and_only_they_may_frame_the_page() -> None:
    with client(Doors(SmallBot(), embed_on=["https://www.example.org"])) as browser:
        reply = browser.get("/widget.js")

    assert reply.headers["content-type"].startswith("text/javascript")
    assert "attachShadow" in reply.text
    framed = content_policy(embed_on=["https://www.example.org", "https://shop.example.org"])
    assert framed.endswith("frame-ancestors 'self' https://www.example.org https://shop.example.org")
    assert content_policy().endswith("frame-ancestors 'self'")
