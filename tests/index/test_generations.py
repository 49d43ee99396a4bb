import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from index import generations
from index.errors import FormatVersionError, IndexBusyError, IndexDamagedError, IndexingError, IndexMissingError
from index.generations import Generation, build_lock, current_name, open_current, write_generation
from index.manifest import Artefact, EncoderInfo, Manifest
from index.readers import SourceFile

REPOSITORY = Path(__file__).parent.parent.parent

MANIFEST = Manifest(
    encoder=EncoderInfo(name="words", fingerprint="e" * 64, dimension=384, max_tokens=256),
    chunking=1,
    passages=2,
    views=5,
    sources=(SourceFile(path="frameworks.md", sha256="a" * 64, size=1200),),
)


def artefacts(text: str) -> dict[str, bytes]:
    return {"passages.jsonl": f'{{"text": "{text}"}}\n'.encode() * 300, "vectors.faiss": Random(text).randbytes(9000)}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "content" / ".index"


def test_gives_back_what_was_written(folder: Path) -> None:
    written = write_generation(folder, artefacts("old"), MANIFEST)

    generation = open_current(folder)

    assert written.is_new
    assert generation.name == written.name == current_name(folder)
    assert generation.artefacts == artefacts("old")
    assert generation.folder == folder / written.name
    assert generation.manifest == replace(
        MANIFEST, artefacts=tuple(Artefact.of(name, data) for name, data in artefacts("old").items())
    )


def test_the_folder_holds_a_pointer_and_numbered_generations(folder: Path) -> None:
    old = write_generation(folder, artefacts("old"), MANIFEST).name
    new = write_generation(folder, artefacts("new"), MANIFEST).name

    assert old.startswith("gen-000001-")
    assert new.startswith("gen-000002-")
    assert names(folder) == [".lock", "CURRENT", old, new]
    assert names(folder / new) == ["manifest.json", "passages.jsonl", "vectors.faiss"]
    assert (folder / "CURRENT").read_text().split()[0] == new


def test_keeps_one_generation_before_the_current_one(folder: Path) -> None:
    written = [write_generation(folder, artefacts(text), MANIFEST).name for text in "abcde"]

    assert names(folder) == [".lock", "CURRENT", *written[-2:]]
    assert open_current(folder).artefacts == artefacts("e")


def test_keeps_the_current_generation_when_nothing_changed(folder: Path) -> None:
    old = write_generation(folder, artefacts("same"), MANIFEST)
    before = [(path, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.name != ".lock"]

    again = write_generation(folder, artefacts("same"), MANIFEST)

    assert (again.name, again.is_new) == (old.name, False)
    assert [(path, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.name != ".lock"] == before


def test_the_same_build_in_another_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    one = write_generation(tmp_path / "one", artefacts("same"), MANIFEST).name
    other = write_generation(tmp_path / "other", dict(reversed(artefacts("same").items())), MANIFEST).name

    assert one == other
    for name in ("CURRENT", f"{one}/manifest.json", f"{one}/passages.jsonl", f"{one}/vectors.faiss"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_folder_built_anew_never_reuses_a_name_for_other_content(tmp_path: Path) -> None:
    # A running chat looks at the name alone to learn that there is something new.
    assert (
        write_generation(tmp_path / "one", artefacts("old"), MANIFEST).name
        != write_generation(tmp_path / "other", artefacts("new"), MANIFEST).name
    )


def test_a_changed_manifest_alone_is_a_new_generation(folder: Path) -> None:
    write_generation(folder, artefacts("same"), MANIFEST)

    written = write_generation(folder, artefacts("same"), replace(MANIFEST, chunking=2))

    assert written.is_new
    assert open_current(folder).manifest.chunking == 2


@pytest.mark.parametrize("name", ["manifest.json", "../CURRENT", "a/b", "", ".lock"])
def test_refuses_an_artefact_that_is_not_a_plain_file_name(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"an artefact cannot be named|not a plain file name"):
        write_generation(folder, {name: b""}, MANIFEST)

    assert not folder.exists()


@pytest.mark.parametrize("exists", [False, True])
def test_says_when_there_is_no_index(folder: Path, exists: bool) -> None:
    if exists:
        folder.mkdir(parents=True)

    assert current_name(folder) is None
    with pytest.raises(IndexMissingError) as refusal:
        open_current(folder)
    assert str(refusal.value) == f"No index in {folder}. Build it with: faqsimile build"


def spoil_one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def drop_last_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def add_one_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def make_it_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = {
    "one bit": (spoil_one_byte, "is not what the build wrote (its SHA-256 differs)"),
    "cut short": (drop_last_byte, "is shorter than the 9000 bytes that the build wrote"),
    "bytes left over": (add_one_byte, "is longer than the 9000 bytes that the build wrote"),
    "missing": (Path.unlink, "is missing"),
    "a folder": (make_it_a_folder, "is not a file"),
}


@pytest.mark.parametrize(("damage", "problem"), DAMAGES.values(), ids=DAMAGES.keys())
def test_names_the_damaged_file_the_problem_and_the_cure(
    folder: Path, damage: Callable[[Path], None], problem: str
) -> None:
    path = folder / write_generation(folder, artefacts("old"), MANIFEST).name / "vectors.faiss"
    damage(path)

    with pytest.raises(IndexDamagedError) as refusal:
        open_current(folder)

    assert str(refusal.value) == f"{path}: {problem}. Build the index again with: faqsimile build --fresh"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_does_not_wait_for_a_pipe_in_place_of_a_file(folder: Path) -> None:
    path = folder / write_generation(folder, artefacts("old"), MANIFEST).name / "vectors.faiss"
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(IndexDamagedError, match="is not a file"):
        open_current(folder)


@pytest.mark.parametrize("text", ["", "gen-000001-00000000\n", "../elsewhere " + "0" * 64 + "\n", "\xff" * 90])
def test_refuses_a_pointer_that_names_no_generation(folder: Path, text: str) -> None:
    write_generation(folder, artefacts("old"), MANIFEST)
    (folder / "CURRENT").write_text(text)

    for read in (open_current, current_name):
        with pytest.raises(IndexDamagedError, match=r"CURRENT: does not name a generation\. .* --fresh$"):
            read(folder)


def test_refuses_files_of_another_generation(folder: Path) -> None:
    old = write_generation(folder, artefacts("old"), MANIFEST).name
    new = write_generation(folder, artefacts("new"), MANIFEST).name
    for name in ("manifest.json", "passages.jsonl", "vectors.faiss"):
        (folder / new / name).write_bytes((folder / old / name).read_bytes())

    with pytest.raises(IndexDamagedError, match=rf"{new}/manifest\.json: is not the manifest that CURRENT"):
        open_current(folder)


def test_names_the_format_when_another_version_wrote_the_index(folder: Path) -> None:
    path = folder / write_generation(folder, artefacts("old"), MANIFEST).name / "manifest.json"
    path.write_text(json.dumps({"format": 3, "whatever": "came later"}))

    with pytest.raises(FormatVersionError, match="the index has format 3, this version reads format 2"):
        open_current(folder)


@pytest.mark.parametrize("name", ["CURRENT", "manifest.json", "passages.jsonl", "vectors.faiss"])
def test_a_build_cures_damage_even_when_the_content_is_the_same(folder: Path, name: str) -> None:
    written = write_generation(folder, artefacts("same"), MANIFEST)
    path = folder / name if name == "CURRENT" else folder / written.name / name
    spoil_one_byte(path)

    again = write_generation(folder, artefacts("same"), MANIFEST)

    assert again.is_new
    assert open_current(folder).artefacts == artefacts("same")


def mutations(random: Random, folder: Path, count: int) -> Iterator[tuple[Path, str, bytes]]:
    """Give damaged contents for a file of the index, each different from what stands there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    while count:
        path = random.choice(files)
        data = path.read_bytes()
        place = random.randrange(len(data))
        kind, damaged = random.choice(
            [
                ("truncated", data[:place]),
                ("bit flipped", data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]),
                ("page zeroed", data[:place] + bytes(len(data[place : place + 4096])) + data[place + 4096 :]),
                ("swapped", random.choice(files).read_bytes()),
                ("appended", data + random.randbytes(random.randrange(1, 100))),
            ]
        )
        if damaged != data:
            count -= 1
            yield path, kind, damaged


def test_no_damaged_file_is_ever_opened(folder: Path) -> None:
    write_generation(folder, artefacts("old"), MANIFEST)
    refused = 0
    for path, kind, damaged in mutations(Random(7), folder, 200):
        whole = path.read_bytes()
        path.write_bytes(damaged)
        with pytest.raises((IndexDamagedError, FormatVersionError), match=r"faqsimile build") as refusal:
            open_current(folder)
        # When the pointer and the manifest disagree, both are named: either may be the damaged one.
        assert path.name in str(refusal.value).split("Build ")[0], kind
        refused += 1
        path.write_bytes(whole)

    assert refused == 200
    assert open_current(folder).artefacts == artefacts("old")


def read_only(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)


def a_file_in_its_place(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("not a folder")


@pytest.mark.parametrize(
    "obstruct",
    [
        pytest.param(
            read_only, marks=pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes anywhere")
        ),
        a_file_in_its_place,
    ],
)
def test_says_where_it_cannot_write_and_what_to_do(folder: Path, obstruct: Callable[[Path], None]) -> None:
    obstruct(folder)

    with pytest.raises(IndexingError, match=r"\.index\S*: cannot be written \(.+\)\. Give this user access"):
        write_generation(folder, artefacts("old"), MANIFEST)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.index.test_generations import MANIFEST
from index.errors import IndexingError
from index.generations import write_generation

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    write_generation(Path(sys.argv[1]), {"passages.jsonl": b"{}", "vectors.faiss": bytes(2_000_000)}, MANIFEST)
except IndexingError as error:
    print(error)
"""


def build_on_full_disk(folder: Path) -> str:
    command = [sys.executable, "-c", FULL_DISK, str(folder)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(os.name == "nt", reason="needs limits on the size of files")
def test_a_disk_that_takes_no_more_leaves_the_old_generation_and_nothing_else(folder: Path) -> None:
    old = write_generation(folder, artefacts("old"), MANIFEST).name

    printed = build_on_full_disk(folder)

    assert "cannot be written (File too large)" in printed
    assert names(folder) == [".lock", "CURRENT", old]
    assert open_current(folder).artefacts == artefacts("old")


@pytest.mark.skipif(os.name == "nt", reason="needs limits on the size of files")
def test_removes_no_generation_while_the_pointer_cannot_tell_which_is_current(folder: Path) -> None:
    old = [write_generation(folder, artefacts(text), MANIFEST).name for text in ("older", "old")]
    (folder / "CURRENT").write_text("damaged")

    printed = build_on_full_disk(folder)

    assert "cannot be written" in printed
    assert names(folder) == [".lock", "CURRENT", *old]


def test_a_first_build_that_fails_leaves_no_index(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "CURRENT").mkdir()  # the last step cannot succeed

    with pytest.raises(IndexingError, match="CURRENT: cannot be read"):
        write_generation(folder, artefacts("old"), MANIFEST)

    assert [name for name in names(folder) if name.startswith(".tmp-")] == []


def test_sweeps_away_what_killed_builds_left_and_nothing_of_others(folder: Path) -> None:
    old = write_generation(folder, artefacts("old"), MANIFEST).name
    (folder / ".tmp-0123456789abcdef").mkdir()
    (folder / ".tmp-0123456789abcdef" / "vectors.faiss").write_bytes(b"half")
    (folder / ".tmp-fedcba9876543210").write_bytes(b"a pointer that was never put in place")
    (folder / "gen-000002-00000000").mkdir()
    (folder / "notes.txt").write_text("the owner's")

    new = write_generation(folder, artefacts("new"), MANIFEST).name

    assert names(folder) == [".lock", "CURRENT", old, new, "notes.txt"]


def test_a_first_build_after_one_that_was_killed_starts_from_nothing(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "gen-000001-00000000").mkdir()

    name = write_generation(folder, artefacts("new"), MANIFEST).name

    assert names(folder) == [".lock", "CURRENT", name]


def hold_lock(folder: Path, held: threading.Event, done: threading.Event) -> None:
    with build_lock(folder):
        held.set()
        done.wait(30)


def test_another_build_in_this_process_has_to_wait(folder: Path) -> None:
    held, done = threading.Event(), threading.Event()
    building = threading.Thread(target=hold_lock, args=(folder, held, done))
    building.start()
    held.wait(30)

    with pytest.raises(IndexBusyError, match="another build is at work there"):
        write_generation(folder, artefacts("new"), MANIFEST, timeout=0.1)

    done.set()
    building.join()
    assert write_generation(folder, artefacts("new"), MANIFEST, timeout=0.1).is_new


HOLD_LOCK = """
import sys
from pathlib import Path
from index.generations import build_lock
with build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_another_build_in_another_process_has_to_wait_until_it_ends_or_dies(folder: Path) -> None:
    command = [sys.executable, "-c", HOLD_LOCK, str(folder)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as building:
        assert building.stdout
        assert building.stdout.readline() == "held\n"

        with pytest.raises(IndexBusyError, match="another build is at work there"):
            write_generation(folder, artefacts("new"), MANIFEST, timeout=0.1)

        building.kill()
    assert write_generation(folder, artefacts("new"), MANIFEST, timeout=0.1).is_new


def test_whoever_holds_the_lock_may_write_under_any_spelling_of_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder.parent)

    with build_lock(folder):
        assert write_generation(Path(".index"), artefacts("new"), MANIFEST, timeout=0.1).is_new


def test_a_reader_whose_generation_is_swept_away_reads_the_one_that_took_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_generation(folder, artefacts("old"), MANIFEST)
    newer = iter("ab")
    read_generation = generations._read_generation

    def read_after_two_builds(*arguments: Any) -> Generation:
        for text in newer:
            write_generation(folder, artefacts(text), MANIFEST)
        return read_generation(*arguments)

    monkeypatch.setattr(generations, "_read_generation", read_after_two_builds)

    assert open_current(folder).artefacts == artefacts("b")


def test_readers_see_whole_generations_while_builds_go_on(folder: Path) -> None:
    write_generation(folder, artefacts("0"), MANIFEST)
    done = threading.Event()
    mixed: list[str] = []
    seen: set[str] = set()

    def read() -> None:
        while not done.is_set():
            try:
                generation = open_current(folder)
            except IndexingError as error:
                mixed.append(str(error))
                continue
            seen.add(generation.name)
            text = json.loads(generation.artefacts["passages.jsonl"].splitlines()[0])["text"]
            if generation.artefacts != artefacts(text):
                mixed.append(f"{generation.name} is mixed")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 51):
        write_generation(folder, artefacts(str(number)), MANIFEST)
    done.set()
    for reader in readers:
        reader.join()

    assert mixed == []
    assert len(seen) > 10


def test_a_generation_that_was_opened_outlives_its_files(folder: Path) -> None:
    write_generation(folder, artefacts("old"), MANIFEST)
    generation = open_current(folder)

    for text in "abc":
        write_generation(folder, artefacts(text), MANIFEST)

    assert not generation.folder.exists()
    assert generation.artefacts == artefacts("old")


def test_every_step_is_on_the_disk_before_the_next_begins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.parent.mkdir()
    steps: list[int | str] = []
    fsync, rename, replace_file = os.fsync, Path.rename, Path.replace

    def record_fsync(descriptor: int) -> None:
        fsync(descriptor)
        steps.append(os.fstat(descriptor).st_ino)

    def record_rename(path: Path, target: Path) -> Path:
        steps.append(f"named {target.name}")
        return rename(path, target)

    def record_replace(path: Path, target: Path) -> Path:
        steps.append(f"named {target.name}")
        return replace_file(path, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(Path, "rename", record_rename)
    monkeypatch.setattr(Path, "replace", record_replace)
    name = write_generation(folder, artefacts("new"), MANIFEST).name

    flushed = {path.stat().st_ino: path.name for path in (folder.parent, folder, *folder.rglob("*"))}
    assert [flushed[step] if isinstance(step, int) else step for step in steps] == [
        "content",
        "passages.jsonl",
        "vectors.faiss",
        "manifest.json",
        name,
        f"named {name}",
        ".index",
        "CURRENT",
        "named CURRENT",
        ".index",
    ]
