"""A whole build that is killed, at any instant, leaves an index that opens and answers: the old one or the new one."""

import multiprocessing
import shutil
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import pytest

from index.build import build_index
from index.generations import current_name, open_current
from index.search import SearchIndex
from tests.conftest import WordEncoder
from tests.index.crashes import is_unfinished

PAGES = Path(__file__).parent.parent / "documents" / "pages"
QUESTION = "Where may I park?"
ANSWERS = {"old": "Behind the house.", "new": "In the yard, but only until noon; after that, behind the church."}
KILLS = 200


@pytest.fixture
def contents(tmp_path: Path) -> dict[str, Path]:
    """Give two folders of content that differ in one answer."""
    for name, answer in ANSWERS.items():
        (tmp_path / name).mkdir()
        shutil.copy(PAGES / "clinic.md", tmp_path / name)
        (tmp_path / name / "parking.md").write_text(f"# Parking\n\n## {QUESTION}\n\n{answer}\n", encoding="utf-8")
    return {name: tmp_path / name for name in ANSWERS}


def build_on_and_on(contents: list[Path], folder: Path, told: Connection) -> None:
    """Build *folder* from each of *contents* in turn until killed; tell the name of each generation."""
    told.send("ready")
    encoder = WordEncoder()
    for content in cycle(contents):
        told.send(build_index(content, folder, encoder).generation)


def number_of(generation: str | None) -> int:
    return int(generation.split("-")[1]) if generation else 0


class Killer:
    """Starts builds and kills them.

    Not by `kill_builds`, whose every process would import the whole pipeline first: these are forked by a server that
    has imported it, in a hundredth of the time.
    """

    def __init__(self, contents: dict[str, Path], folder: Path) -> None:
        self.contents, self.folder = contents, folder
        self.random = Random(1)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["__main__", "faiss", __name__])

    def kill_one(self, longest: float) -> list[str]:
        """Kill a build at a random instant within *longest* seconds or of its second generation; give what it told."""
        current = self.which(current_name(self.folder))
        order = [self.contents[name] for name in sorted(ANSWERS, key=lambda name: name == current)]
        ours, theirs = self.context.Pipe(duplex=False)
        build = self.context.Process(target=build_on_and_on, args=(order, self.folder, theirs))
        build.start()
        theirs.close()
        told = [ours.recv() for _ in range(self.random.randint(1, 2))]
        time.sleep(self.random.uniform(0, longest))
        build.kill()
        build.join()
        told += _rest(ours)
        assert build.exitcode == -9, "the build ended by itself"
        return told[1:]

    def which(self, generation: str | None) -> str:
        """Tell the content of the current generation."""
        documents = open_current(self.folder).artefacts["documents.jsonl"].decode() if generation else ""
        return next((name for name, answer in ANSWERS.items() if answer in documents), "")


def _rest(told: Connection) -> Iterator[str]:
    with told:
        while True:
            try:
                yield told.recv()
            except EOFError:
                return


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no fork")
def test_a_rebuild_killed_at_any_instant_leaves_an_index_that_answers(
    contents: dict[str, Path], tmp_path: Path, encoder: WordEncoder
) -> None:
    whole = {}
    for name, content in contents.items():
        build_index(content, tmp_path / f".index-{name}", encoder)
        whole[name] = dict(open_current(tmp_path / f".index-{name}").artefacts)
    folder = tmp_path / ".index"
    reached = number_of(build_index(contents["old"], folder, encoder).generation)
    started = time.monotonic()
    build_index(contents["new"], tmp_path / ".index-old", WordEncoder())
    longest = time.monotonic() - started
    killer = Killer(contents, folder)
    seen: list[str] = []
    unfinished = 0

    for kill in range(KILLS):
        told = killer.kill_one(longest)

        unfinished += is_unfinished(folder)
        reported = max([reached, *map(number_of, told)])
        index = SearchIndex.open(folder, encoder)
        reached = number_of(index.generation)
        assert reached in (reported, reported + 1), f"kill {kill}: generation {reached} after {reported} was reported"
        seen.append(killer.which(index.generation))
        assert open_current(folder).artefacts == whole[seen[-1]], (
            f"kill {kill}: not the index of the {seen[-1]} content"
        )
        assert index.search(QUESTION)[0].passage.text == ANSWERS[seen[-1]]

    assert unfinished >= KILLS // 20, "the kills missed the writes, so this proves little"
    assert min(seen.count("old"), seen.count("new")) >= KILLS // 10, "too few builds came to an end"

    build_index(contents["new"], folder, encoder)
    assert not is_unfinished(folder)
    assert open_current(folder).artefacts == whole["new"]
