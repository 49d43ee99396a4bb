"""What is wrong with an installation, its settings, its content and its index, each with its cure."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from chatbot.settings import Settings
from index import Diagnosis, EncoderError, SentenceEncoder, examine

PROBE = """
import torch, faiss, numpy
vectors = numpy.eye(8, dtype=numpy.float32)
store = faiss.IndexFlatIP(8)
store.add(vectors)
scores, ids = store.search(vectors, 1)
raise SystemExit(ids.ravel().tolist() != list(range(8)) or float(torch.ones(8).sum()) != 8)
"""
"""Run in another process, so that libraries that crash together become a sentence."""


def diagnose(knowledge: Path, folder: Path, settings: Settings) -> Iterator[Diagnosis]:
    """Look at everything that an answer needs, and say what is wrong."""
    yield _libraries()
    yield _port(settings)
    yield _names(settings)
    try:
        encoder = SentenceEncoder(settings.encoder)
        encoder.encode(["ready"])
    except EncoderError as error:
        yield Diagnosis("encoder", "fault", str(error))
        return
    yield from examine(knowledge, folder, encoder)


def _libraries(program: str = PROBE) -> Diagnosis:
    """Try the libraries that compute, in a process of their own."""
    try:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return Diagnosis("libraries", "fault", "torch and faiss hang together. Try again with OMP_NUM_THREADS=1 set")
    if done.returncode < 0:
        says = f"torch and faiss crash together (signal {-done.returncode}). Install both anew: "
        return Diagnosis("libraries", "fault", f"{says}pip install --force-reinstall torch faiss-cpu")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["wrong results"])[-1]
        says = f"torch and faiss do not work here ({reason}). Install them with: pip install --upgrade faqsimile"
        return Diagnosis("libraries", "fault", says)
    return Diagnosis("libraries", "fine", "torch and faiss compute")


def _port(settings: Settings) -> Diagnosis:
    place = f"{settings.host}:{settings.port}"
    try:
        with socket.create_server((settings.host, settings.port)):
            return Diagnosis("port", "fine", f"{place} is free")
    except OSError as error:
        cure = f"Choose another port with: faqsimile chat --port {settings.port + 1}"
        return Diagnosis("port", "note", f"{place} cannot be listened on ({error.strerror}). {cure}")


def _names(settings: Settings) -> Diagnosis:
    """Look at whether a chat that others reach knows its names, and who speaks for its visitors."""
    if settings.proxies and not settings.hosts:
        says = "a proxy is named, but not the name that it serves the chat under. Set FAQSIMILE_HOSTS=chat.example.org"
        return Diagnosis("names", "fault", says)
    served = ", ".join(settings.hosts) or "addresses and localhost only"
    return Diagnosis("names", "fine", f"served as {served}")
