"""Nothing leaves the machine: what a build and five questions open is watched from inside Python."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PROGRAM = """
import json, sys

seen = []

def watch(event, arguments):
    if event.startswith("socket.") or event in ("urllib.Request", "http.client.connect"):
        seen.append((event, repr(arguments[1:] if event in ("socket.connect", "socket.bind") else arguments)))

sys.addaudithook(watch)

from chatbot import Chatbot

bot = Chatbot.open(sys.argv[1], index=sys.argv[2])
verdicts = [
    bot.ask(question).verdict
    for question in (
        "Does JAX help to get an ML job in Pune?",
        "Is PyTorch easier to learn than TensorFlow?",
        "Who backs PyTorch?",
        "What share of Mumbai ML postings want PyTorch?",
        "What is the capital of Peru?",
    )
]
print(json.dumps({"verdicts": verdicts, "seen": seen}))
"""

ABROAD = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"}
ABROAD |= {"urllib.Request", "http.client.connect"}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.mark.model
def test_building_and_asking_opens_no_connection_to_another_machine(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT / "knowledge"), str(tmp_path / "index")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    report = json.loads(done.stdout.splitlines()[-1])

    assert [
        event for event in report["seen"] if event[0] in ABROAD and not any(at in event[1] for at in LOOPBACK)
    ] == []
    assert set(report["verdicts"]) == {"answered", "not_covered"}


def test_the_watch_sees_a_connection() -> None:
    watch = PROGRAM.partition("from chatbot")[0]
    attempt = "import socket\ntry: socket.create_connection(('127.0.0.1', 9), timeout=1)\nexcept OSError: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{watch}{attempt}print(json.dumps(seen))"], capture_output=True, text=True, check=True
    )

    assert {event for event, _ in json.loads(done.stdout)} >= {"socket.getaddrinfo", "socket.connect"}
