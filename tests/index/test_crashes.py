"""A build that is killed leaves the old index or the new one."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.index.crashes import is_unfinished, kill_builds, read_number, write_number

IMPORT_LITTLE = """
import sys, types
sys.modules["index"] = types.ModuleType("index")  # what the package itself imports takes longer than what is tested
sys.modules["index"].__path__ = ["index"]
"""

BUILD_ON_AND_ON = """
import sys
from pathlib import Path
from tests.index.crashes import read_number, write_number

folder = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
number = read_number(folder)
while True:
    number += 1
    write_number(folder, number)
    print(number, flush=True)
"""

POINTER_FIRST = """
from index import generations

add_generation, point_to = generations._add_generation, generations._point_to

def point_before_adding(folder, pointer, files):
    point_to(folder, pointer)
    add_generation(folder, pointer, files)

generations._add_generation, generations._point_to = point_before_adding, lambda folder, pointer: None
"""


@dataclass
class OldOrNew:
    """Checks that a kill leaves the last generation whose writing was reported, or the one after it."""

    folder: Path
    reached: int = 0
    seen: list[int] = field(default_factory=list)

    def __call__(self, printed: list[str]) -> None:
        reported = max(self.reached, *map(int, printed), 0)
        self.reached = 0  # if what follows fails
        number = read_number(self.folder)
        assert number in (reported, reported + 1), f"generation {number} after {reported} was reported"
        self.reached = number
        self.seen.append(number)


@pytest.mark.slow
def test_a_build_killed_at_any_instant_leaves_the_old_generation_or_the_new_one(tmp_path: Path) -> None:
    check = OldOrNew(tmp_path)

    outcome = kill_builds(
        [sys.executable, "-c", IMPORT_LITTLE + BUILD_ON_AND_ON, str(tmp_path)],
        tmp_path,
        check,
        kills=200,
        longest=0.1,
        lines=1,
    )

    assert outcome.broken == []
    assert outcome.killed == 200
    assert outcome.unfinished >= 50, "the kills missed the writes, so this proves little"
    assert check.reached > 50, "the kills never let a build finish, so this proves little"

    write_number(tmp_path, check.reached + 1)
    assert not is_unfinished(tmp_path)
    assert len(list(tmp_path.glob("gen-*"))) == 2


def test_kills_would_find_a_build_that_writes_the_pointer_first(tmp_path: Path) -> None:
    script = IMPORT_LITTLE + POINTER_FIRST + BUILD_ON_AND_ON

    outcome = kill_builds(
        [sys.executable, "-c", script, str(tmp_path)], tmp_path, OldOrNew(tmp_path), kills=25, longest=0.1, lines=1
    )

    assert len(outcome.broken) >= 1  # 8 of 20 when this was written
