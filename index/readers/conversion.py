"""What a file that is no text is converted into: the text that the index keeps, written piece by piece.

Knows nothing of any format.
"""

import zipfile
from io import BytesIO
from pathlib import Path

from index.errors import ContentError
from index.readers.document import Span

_MOST_UNPACKED = 200_000_000
"""Bytes. What unpacks into more was made to exhaust whoever opens it."""


class ConvertedText:
    """A text that grows, and says of each piece where it stands."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def __str__(self) -> str:
        """Give the whole text."""
        return "".join(self._pieces)

    @property
    def end(self) -> int:
        """Give where the next piece will stand."""
        return self._length

    def add(self, words: str) -> Span:
        """Write *words*, and give where they stand."""
        start = self._length
        self._pieces.append(words)
        self._length += len(words)
        return Span(start, self._length)


def check_package(data: bytes, place: Path, kind: str) -> None:
    """Refuse what is no package of *kind*, or one that would unpack beyond measure.

    Raises:
        ContentError
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            size = sum(part.file_size for part in package.infolist())
    except zipfile.BadZipFile as error:
        # A file with a password is wrapped in another kind of container.
        problem = f"is no {kind} file, or one with a password. Save it anew as {kind}, without a password"
        raise ContentError(problem, path=place) from error
    if size > _MOST_UNPACKED:
        problem = f"unpacks into {size / 1e6:,.0f} MB, the limit is {_MOST_UNPACKED / 1e6:.0f} MB. Split the file"
        raise ContentError(problem, path=place)
