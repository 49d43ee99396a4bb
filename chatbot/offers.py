"""Which questions the content answers: found out by asking them after a build, and kept beside the index.

Knows nothing of how a question is answered.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path

FILE = "offers.json"

MOST_TRIED = 300
"""Offers that are tried after a build, spread over the content; others are tried when they are wanted."""


def spread(groups: Iterable[Iterable[str]]) -> list[str]:
    """Take one of each group in turn, until none has any left; nothing twice."""
    turns = zip_longest(*groups)
    return list(dict.fromkeys(offer for turn in turns for offer in turn if offer is not None))


def load_tried(folder: Path, key: str) -> dict[str, bool]:
    """Give what is known of the index in *folder*: each question that was tried, and whether it is answered.

    Args:
        folder: of the index.
        key: names the generation and what judges its answers; what was found out under another is worth nothing.
    """
    with suppress(OSError, ValueError):
        record = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if isinstance(record, dict) and record.get("key") == key and isinstance(record.get("tried"), dict):
            return {str(question): answered is True for question, answered in record["tried"].items()}
    return {}


def save_tried(folder: Path, key: str, tried: Mapping[str, bool]) -> None:
    """Keep what was found out, whole or not at all.

    Not where the folder cannot be written: then it is found out again.
    """
    record = {"key": key, "tried": dict(sorted(tried.items()))}
    passing = folder / f".{FILE}.{os.getpid()}"
    with suppress(OSError):
        passing.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        passing.replace(folder / FILE)
