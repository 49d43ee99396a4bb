"""Kills builds at random instants, and has the index checked after each kill.

Imports as little as it can: what is killed has to start again each time.
"""

import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from index.errors import IndexingError, IndexMissingError
from index.generations import current_name, open_current, write_generation
from index.manifest import EncoderInfo, Manifest

REPOSITORY = Path(__file__).parent.parent.parent

SIZE = 1_000_000
"""Of each of the three artefacts that a build writes here: large enough for most kills to land amid a write."""


@dataclass
class Kills:
    """What killing builds led to."""

    killed: int = 0
    """Builds that were at work when they were killed; the others had finished."""

    unfinished: int = 0
    """Kills that left behind something half-written, or a generation that was not yet current."""

    broken: list[str] = field(default_factory=list)
    """What was wrong with the index after a kill."""


def kill_builds(
    command: Sequence[str],
    folder: Path,
    check: Callable[[list[str]], None],
    *,
    kills: int,
    longest: float,
    lines: int = 0,
    seed: int = 1,
) -> Kills:
    """Start *command* *kills* times, kill it at a random instant, and check the index after each kill.

    Args:
        command: prints "ready", reads a line, then builds into *folder* until it is killed or done; run in the
            repository. It may print more lines while it builds.
        folder: where the index is.
        check: called after each kill with the lines that were printed; raises IndexingError or AssertionError if
            the index is not as it must be.
        longest: at most so many seconds pass before the kill, more on a machine that is busy.
        lines: before the seconds count, up to so many lines are awaited, so that builds get somewhere on any machine.
    """
    random = Random(seed)
    outcome = Kills()
    waiting: deque[subprocess.Popen[str]] = deque()
    pace = longest
    try:
        for number in range(kills):
            while len(waiting) < min(2, kills - number):  # one gets ready while the other is at work
                waiting.append(_start(command))
            build = waiting.popleft()
            _await_ready(build)
            awaited = random.randint(0, lines)
            started = time.monotonic()
            printed = _let_build(build, awaited)
            if awaited:
                pace = max(longest, (time.monotonic() - started) / awaited)
            time.sleep(random.uniform(0, pace))
            finished = build.poll() is not None
            build.kill()
            rest, errors = build.communicate()
            if finished and build.returncode:
                raise RuntimeError(errors)
            outcome.killed += not finished
            outcome.unfinished += is_unfinished(folder)
            try:
                check((printed + rest).splitlines())
            except (IndexingError, AssertionError) as error:
                outcome.broken.append(f"kill {number}: {error}")
                shutil.rmtree(folder, ignore_errors=True)  # the next build starts from nothing, not from what is broken
    finally:
        for build in waiting:
            build.kill()
            build.communicate()
    return outcome


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _await_ready(build: subprocess.Popen[str]) -> None:
    assert build.stdout
    if build.stdout.readline() != "ready\n":
        raise RuntimeError(build.communicate()[1])


def _let_build(build: subprocess.Popen[str], lines: int) -> str:
    assert build.stdin
    assert build.stdout
    build.stdin.write("go\n")
    build.stdin.flush()
    return "".join(build.stdout.readline() for _ in range(lines))


def is_unfinished(folder: Path) -> bool:
    """Tell whether something lies in *folder* that a killed build did not finish."""
    if not folder.is_dir():
        return False
    try:
        current = current_name(folder) or ""
    except IndexingError:
        return True
    return any(
        path.name.startswith(".tmp-") or (path.name.startswith("gen-") and path.name > current)
        for path in folder.iterdir()
    )


def write_number(folder: Path, number: int) -> None:
    """Write a generation of which every byte, and the manifest, tells its number."""
    data = number.to_bytes(4, "big") * (SIZE // 4)
    manifest = Manifest(EncoderInfo("words", "e" * 64, 384, 256), chunking=1, passages=number, views=number, sources=())
    write_generation(folder, {"documents.jsonl": data, "passages.jsonl": data, "vectors.faiss": data}, manifest)


def read_number(folder: Path) -> int:
    """Give the number of the current generation, 0 where there is none, after looking at every byte."""
    try:
        generation = open_current(folder)
    except IndexMissingError:
        return 0
    number = generation.manifest.passages
    for name, data in generation.artefacts.items():
        assert data == number.to_bytes(4, "big") * (SIZE // 4), f"{name} is not of generation {number}"
    return number
