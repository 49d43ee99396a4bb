"""The doctor of an installation, and its command."""

import re
import socket
from pathlib import Path

import pytest

from chatbot import cli
from chatbot.doctor import _libraries, _names, _port, diagnose
from chatbot.settings import Settings
from index import Encoder, build_index


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_libraries_that_compute_are_fine() -> None:
    assert _libraries().state == "fine"


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crash together (signal 11). Install both anew"),
        ("import a_library_that_is_not_there", "do not work here (ModuleNotFoundError"),
        ("raise SystemExit(1)", "do not work here (wrong results)"),
    ],
)
def test_libraries_that_crash_or_are_missing_become_a_sentence(program: str, says: str) -> None:
    found = _libraries(program)

    assert found.state == "fault"
    assert says in found.says
    assert "pip install" in found.says


def test_a_port_in_use_is_noted(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        found = _port(Settings(port=port))

    assert found.state == "note"
    assert found.says.endswith(f"faqsimile chat --port {port + 1}")
    assert _port(Settings(port=port)).state == "fine"


def test_a_proxy_without_a_name_is_a_fault() -> None:
    assert _names(Settings(proxies=("127.0.0.1",))).state == "fault"
    assert _names(Settings(proxies=("127.0.0.1",), hosts=("chat.example.org",))).state == "fine"


@pytest.mark.model
def test_an_encoder_that_cannot_be_loaded_is_named(tmp_path: Path, port: int) -> None:
    settings = Settings(encoder=str(tmp_path / "nothing"), port=port)
    *_, last = diagnose(tmp_path, tmp_path / ".index", settings)

    assert (last.subject, last.state) == ("encoder", "fault")


@pytest.mark.usefixtures("real_encoder")
def test_the_command_says_what_is_fine_and_fails_at_a_fault(
    knowledge: Path,
    real_encoder: Encoder,
    port: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAQSIMILE_PORT", str(port))
    build_index(knowledge, knowledge.parent / ".index", real_encoder)

    def run() -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(["doctor", str(knowledge)])
        return int(left.value.code or 0), capsys.readouterr().out

    code, out = run()
    assert code == 0, out
    assert re.search(r"^ok +encoder: all-MiniLM-L6-v2 gives the vectors that the index has$", out, re.MULTILINE)

    (knowledge.parent / ".index" / "CURRENT").unlink()
    code, out = run()
    assert code == 1
    assert re.search(r"^FAULT +index: No index in .*faqsimile build$", out, re.MULTILINE)
