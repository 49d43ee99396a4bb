"""What visitors say about answers, kept in one file; and the desk that takes it."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot import Answer
from chatbot.feedback import Feedback, FeedbackError, FeedbackFile
from chatbot.page.desk import FeedbackDesk
from tests.browser.small_bot import FUEL, MOW, SmallBot

FIRST = Feedback(
    ticket="a",
    given=datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC),
    question="How often?",
    interpretation="How often should I mow?",
    verdict="answered",
    sources=("garden-tools.md:23-23", "garden-tools.md:24-25"),
    vote="up",
)


def answered() -> Answer:
    return SmallBot().answer(MOW, ())


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    words = "'; DROP TABLE feedback --\x00é"
    later = replace(FIRST, ticket="b", given=datetime(2026, 3, 2, tzinfo=UTC), vote="down", words=words)
    book = FeedbackFile(tmp_path / "feedback.sqlite3")
    book.write(later)
    book.write(FIRST)

    assert FeedbackFile(book.path).read() == [FIRST, later]


def test_a_second_vote_on_an_answer_takes_the_place_of_the_first(tmp_path: Path) -> None:
    book = FeedbackFile(tmp_path / "feedback.sqlite3")
    book.write(FIRST)
    book.write(replace(FIRST, vote="down", words="It is wrong."))

    assert [(kept.vote, kept.words) for kept in book.read()] == [("down", "It is wrong.")]


def test_many_may_write_at_once(tmp_path: Path) -> None:
    book = FeedbackFile(tmp_path / "feedback.sqlite3")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: book.write(replace(FIRST, ticket=str(number))), range(100)))

    assert len(book.read()) == 100


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite3"
    program = (
        "import sys; from dataclasses import replace; from pathlib import Path\n"
        "from tests.chatbot.test_feedback import FIRST, FeedbackFile\n"
        "book, number = FeedbackFile(Path(sys.argv[1])), 0\n"
        "while True:\n"
        "    book.write(replace(FIRST, ticket=str(number))); number += 1; print(number, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    )
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(25)]
    process.send_signal(signal.SIGKILL)
    acknowledged += process.stdout.readlines()
    process.stdout.close()
    process.wait()

    assert len(FeedbackFile(path).read()) >= len([line for line in acknowledged if line.strip()]) >= 25
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_place_that_cannot_be_written_is_named_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match=r"missing.feedback.sqlite3: .* off: FAQSIMILE_FEEDBACK=false"):
        FeedbackFile(tmp_path / "missing" / "feedback.sqlite3")


def test_the_desk_knows_what_was_asked_and_answered(tmp_path: Path) -> None:
    book = FeedbackFile(tmp_path / "feedback.sqlite3")
    desk = FeedbackDesk(book)
    ticket = desk.offer(answered())
    desk.take(ticket, "down", "  half a \ud800 character,\n two lines ")
    [kept] = book.read()

    assert (kept.ticket, kept.question, kept.verdict, kept.vote) == (ticket, MOW, "answered", "down")
    assert kept.sources == ("garden-tools.md:23-23", "garden-tools.md:23-23")
    assert kept.words == "half a ? character, two lines"
    assert abs((datetime.now(UTC) - kept.given).total_seconds()) < 60


def test_a_refusal_is_kept_as_such(tmp_path: Path) -> None:
    book = FeedbackFile(tmp_path / "feedback.sqlite3")
    desk = FeedbackDesk(book)
    desk.take(desk.offer(SmallBot().answer(FUEL, ())), "down")

    assert [(kept.question, kept.verdict, kept.sources) for kept in book.read()] == [(FUEL, "not_covered", ())]


def test_only_tickets_that_were_handed_out_are_taken(tmp_path: Path) -> None:
    book = FeedbackFile(tmp_path / "feedback.sqlite3")
    desk = FeedbackDesk(book, remembered=2)
    tickets = [desk.offer(answered()) for _ in range(3)]
    with pytest.raises(KeyError):
        desk.take("made-up", "up")
    with pytest.raises(KeyError):
        desk.take(tickets[0], "up")
    desk.take(tickets[1], "up")

    assert len(set(tickets)) == 3
    assert [kept.ticket for kept in book.read()] == [tickets[1]]
