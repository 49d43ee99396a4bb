"""A folder of content becomes a searchable index on disk: the pipeline in reading order.

Knows nothing of questions, chats or settings.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunking import CHUNKING_VERSION, split_document
from index.contents import IndexContents, ViewVectors
from index.encoder import Encoder
from index.errors import ContentError, FormatVersionError, IndexDamagedError, IndexMissingError
from index.generations import build_lock, open_current, write_generation
from index.manifest import EncoderInfo, Manifest
from index.passages import Passage
from index.readers import list_sources, read_folder
from index.readers.document import Document
from index.views import View, ViewKey, passage_views

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much there is."""

_LINES_NAMED = 3
"""How many lines a warning names before it only counts them."""


@dataclass(frozen=True)
class BuildReport:
    """What a build read, and what it had to compute."""

    generation: str
    """The name of the generation that is now current."""

    documents: int
    passages: int
    views: int

    encoded: int
    """How many views went through the encoder; the others were known from the generation before."""

    warnings: tuple[str, ...] = ()
    """What the owner should look at, each with file and line."""

    def __str__(self) -> str:
        """Say what was read, what was encoded, and what the owner should look at."""
        documents = "1 document" if self.documents == 1 else f"{self.documents} documents"
        read = f"Read {documents}: {self.passages} passages, {self.views} views."
        return "\n".join([read, f"Encoded {self.encoded} views, reused {self.views - self.encoded}.", *self.warnings])


def build_index(
    knowledge: Path, folder: Path, encoder: Encoder, *, fresh: bool = False, progress: Progress | None = None
) -> BuildReport:
    """Read *knowledge*, cut it into passages and make them searchable in *folder*.

    Args:
        knowledge: the folder of content.
        folder: where the index is kept; a build that fails leaves there what was there before.
        encoder: turns texts into vectors.
        fresh: encode everything, even what the generation before has.
        progress: told how far the build is.

    Raises:
        ContentError, IndexBusyError, EncoderError
    """
    list_sources(knowledge)  # first, so that a folder without content gets no index beside it
    with build_lock(folder):
        documents, sources = read_folder(knowledge)
        passages = [passage for document in documents for passage in split_document(document)]
        if not passages:
            raise ContentError("nothing to answer from: write a heading and a paragraph under it", path=knowledge)
        views = [
            view
            for number, passage in enumerate(passages)
            for view in passage_views(number, passage, count=encoder.count_tokens, limit=encoder.max_tokens)
        ]
        known = {} if fresh else _computed_before(folder, encoder)
        unknown = list({view.key: view for view in views if view.key not in known}.values())
        computed = known | _compute(unknown, encoder, progress)
        contents = IndexContents.assemble(documents, passages, views, computed)
        manifest = Manifest(EncoderInfo.of(encoder), CHUNKING_VERSION, len(passages), len(views), tuple(sources))
        written = write_generation(folder, contents.to_artefacts(), manifest)
    warnings = (*_left_out(documents), *doubts_of(passages))
    return BuildReport(written.name, len(documents), len(passages), len(views), len(unknown), warnings)


def _compute(views: Sequence[View], encoder: Encoder, progress: Progress | None) -> dict[ViewKey, ViewVectors]:
    done = 0

    def advance(texts: int) -> None:
        nonlocal done
        done += texts
        if progress:
            progress("Encoding", done, len(views))

    encodings = encoder.encode([view.text for view in views], progress=advance)
    return {view.key: ViewVectors.of(view, encoding) for view, encoding in zip(views, encodings, strict=True)}


def _computed_before(folder: Path, encoder: Encoder) -> dict[ViewKey, ViewVectors]:
    """Give what the current generation has, if it can be read and the same encoder made it."""
    try:
        generation = open_current(folder)
        if not generation.manifest.encoder.gives_same_vectors_as(EncoderInfo.of(encoder)):
            return {}
        return IndexContents.from_artefacts(
            generation.artefacts, manifest=generation.manifest, place=generation.folder
        ).computed()
    except (IndexMissingError, IndexDamagedError, FormatVersionError):
        # Nothing that could be trusted: everything is encoded afresh, and the report says so by its count.
        return {}


def _left_out(documents: Sequence[Document]) -> Iterator[str]:
    """Say of each document what was skipped, the kinds in the order in which they come."""
    for document in documents:
        kinds: dict[str, list[int]] = {}
        for skipped in document.skipped:
            kinds.setdefault(skipped.what, []).append(document.line_at(skipped.span.start))
        if kinds:
            place = f"{document.path}:{document.line_at(document.skipped[0].span.start)}"
            yield f"{place}: left out: {', '.join(f'{what} ({_lines(lines)})' for what, lines in kinds.items())}"


def _lines(numbers: Sequence[int]) -> str:
    """Name the first few of the lines on which something stands."""
    known = list(dict.fromkeys(numbers))
    more = len(known) - _LINES_NAMED
    named = ", ".join(map(str, known[:_LINES_NAMED])) + (f" and {more} more" if more > 0 else "")
    return f"line{'s' if len(known) > 1 else ''} {named}"


def doubts_of(passages: Sequence[Passage]) -> Iterator[str]:
    """Name the cells whose value may stand in the wrong place, each with file and line."""
    for passage in passages:
        for cell in passage.cells:
            if cell.doubt:
                place = f"{passage.source.path}:{passage.source.first_line}"
                yield f"{place}: row “{passage.title}”, column “{cell.column}”: {cell.doubt}"
