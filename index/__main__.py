"""`python -m index [folder]`: build the index of a folder of content; the same as `faqsimile build`.

Reads no settings: what is not given on the command line has a fixed default.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from index import DEFAULT_ENCODER, IndexingError, SentenceEncoder, build_index


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the index that *arguments* ask for; give the exit code."""
    given = _read(arguments)
    knowledge = given.folder.expanduser()
    folder = given.index or default_index(knowledge)
    try:
        report = build_index(knowledge, folder, SentenceEncoder(given.encoder), fresh=given.fresh)
    except IndexingError as error:
        print(error, file=sys.stderr)
        return 2
    print(report)
    print(f"The index is in {folder}.")
    return 0


def default_index(knowledge: Path) -> Path:
    """Give the place of the index of *knowledge*: beside it, under a name of its own."""
    knowledge = knowledge if knowledge.name not in ("", "..") else knowledge.resolve()
    return knowledge.parent / (".index" if knowledge.name == "knowledge" else f".index-{knowledge.name}")


def _read(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="python -m index", description="Build the index of a folder of content.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("knowledge"), help="the content (./knowledge)")
    parser.add_argument("--index", type=Path, help="where the index is kept (.index beside the content)")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="name or folder of the encoder (%(default)s)")
    parser.add_argument("--fresh", action="store_true", help="encode everything again")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
