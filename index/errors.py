"""What can go wrong between a folder of content and a searchable index; each message ends in its cure.

IndexingError
├── ContentError            the owner's content cannot be read as it stands
├── IndexMissingError       there is no index where one was looked for
├── IndexDamagedError       a file of the index is not what the build wrote
├── NoWayBackError          there is no earlier generation of the index that is whole
├── IndexAccessError        the folder of the index cannot be read or written
├── IndexBusyError          another build is at work on the same index
├── FormatVersionError      the index was written by another version of this program
├── EncoderMismatchError    the index was built with another encoder
└── EncoderError            the encoder cannot be loaded, or is not the one that was asked for
"""

from pathlib import Path


class IndexingError(Exception):
    """Anything that keeps content from becoming a searchable index."""


class ContentError(IndexingError):
    """The owner's content cannot be read as it stands."""

    def __init__(self, problem: str, *, path: Path | str, line: int | None = None) -> None:
        self.path, self.line = path, line
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {problem}")


class IndexMissingError(IndexingError):
    """There is no index where one was looked for."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(f"No index in {folder}. Build it with: faqsimile build")


class IndexDamagedError(IndexingError):
    """A file of the index is not what the build wrote."""

    def __init__(self, file: Path | str, problem: str) -> None:
        super().__init__(f"{file}: {problem}. Build the index again with: faqsimile build --fresh")


class NoWayBackError(IndexingError):
    """There is no earlier generation of the index that is whole."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(
            f"{folder}: there is no earlier generation to go back to. "
            "Put the content back as it was, then build it with: faqsimile build"
        )


class IndexAccessError(IndexingError):
    """The folder of the index cannot be read or written."""

    def __init__(self, place: Path | str, doing: str, reason: str) -> None:
        super().__init__(
            f"{place}: cannot be {doing} ({reason}). "
            "Give this user access and room there, or name another folder with --index"
        )


class IndexBusyError(IndexingError):
    """Another build is at work on the same index."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(f"{folder}: another build is at work there. Wait for it, then try again")


class FormatVersionError(IndexingError):
    """The index was written by another version of this program."""

    def __init__(self, folder: Path | str, found: object, expected: int) -> None:
        super().__init__(
            f"{folder}: the index has format {found}, this version reads format {expected}. "
            "Build it again with: faqsimile build"
        )


class EncoderMismatchError(IndexingError):
    """The index was built with another encoder."""

    def __init__(self, folder: Path | str, built_with: str, asked_for: str) -> None:
        super().__init__(
            f"{folder}: the index was built with the encoder {built_with}, not {asked_for}. "
            f"Build it again with: faqsimile build --encoder {asked_for}"
        )


class EncoderError(IndexingError):
    """The encoder cannot be loaded, or is not the one that was asked for."""
