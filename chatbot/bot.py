"""The chatbot: content and an index in, answers out. The whole way of a question, in reading order."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Self

from chatbot.answering import compose
from chatbot.answers import Answer
from chatbot.confidence import Calibration
from chatbot.conversation import Conversation, Turn
from chatbot.coverage import Coverage, coverage_of
from chatbot.followups import Reading, read_followup
from chatbot.manners import small_talk
from chatbot.names import names_of
from chatbot.questions import QUESTION_LIMIT, Names, clean, read_question
from chatbot.retrieval import Evidence, find_evidence
from chatbot.settings import Settings, find_index, find_knowledge
from chatbot.suggestions import questions_of
from index import (
    BuildReport,
    Encoder,
    Hit,
    IndexingError,
    IndexMissingError,
    Passage,
    Progress,
    SearchIndex,
    SentenceEncoder,
    Source,
    build_index,
    current_name,
)

log = logging.getLogger("faqsimile")


@dataclass(frozen=True, eq=False)
class Served:
    """One generation of the index and what is derived from it; an answer comes from one of them, whole."""

    index: SearchIndex

    tried: dict[str, bool] = field(default_factory=dict)
    """Questions to offer, and whether the content answers them."""

    @cached_property
    def names(self) -> Names:
        """Give the words and names that the content uses."""
        return names_of(self.index)

    @cached_property
    def texts(self) -> dict[str, str]:
        """Give every document's text by its path."""
        return {path: document.text for path, document in self.index.documents.items()}

    @cached_property
    def coverage(self) -> Coverage:
        """Say what documents there are, from when and on which topics."""
        return coverage_of(self.index)

    @cached_property
    def title(self) -> str:
        """Say what the content is about: the title of each document, or its first heading where it has none."""
        first_headings: dict[str, str] = {}
        for passage in self.index.passages:
            if passage.source.heading:
                first_headings.setdefault(passage.source.path, passage.source.heading[0])
        titles = dict.fromkeys(
            document.front_matter.title or first_headings.get(path, "")
            for path, document in self.index.documents.items()
        )
        named = [title for title in titles if title]
        return ", ".join(named[:3]) + (" and more" if len(named) > 3 else "") or "this content"


class Chatbot:
    """Answers questions from an owner's content; safe to share between threads."""

    def __init__(self, knowledge: Path, folder: Path, index: SearchIndex) -> None:
        """Answer from *index*, which was built from *knowledge* into *folder*; see `open`."""
        self.knowledge = knowledge
        self.folder = folder
        self.encoder = index.encoder
        self.calibration = Calibration.shipped(self.encoder.name)
        self._served = Served(index)
        self._lock = Lock()
        self._complaint = ""

    @classmethod
    def open(
        cls,
        knowledge: Path | str | None = None,
        index: Path | str | None = None,
        *,
        encoder: Encoder | str | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Open the chatbot over a folder of content; the index is built when it is missing and updated when stale.

        Args:
            knowledge: the folder; else FAQSIMILE_KNOWLEDGE, else ./knowledge, else the page that comes along.
            index: where the index is kept; else FAQSIMILE_INDEX, else beside the folder.
            encoder: one, or the name of one; else FAQSIMILE_ENCODER, else the one that comes along.
            progress: told how far a build is.

        Raises:
            ContentError: the content cannot be read as it stands.
            EncoderError: the encoder cannot be loaded.
            IndexDamagedError: a file of the index is not what the build wrote.
            SettingsError: a setting has a value that cannot be used.
        """
        place = find_knowledge(Path(knowledge) if knowledge is not None else None)
        folder = find_index(place, Path(index) if index is not None else None)
        if encoder is None or isinstance(encoder, str):
            encoder = SentenceEncoder(encoder or Settings.load().encoder)
        return cls(place, folder, _open_or_build(place, folder, encoder, progress))

    @property
    def title(self) -> str:
        """Say what the content is about."""
        return self._served.title

    @property
    def coverage(self) -> Coverage:
        """Say what documents there are, from when and on which topics."""
        return self._served.coverage

    def ask(self, question: str) -> Answer:
        """Answer one question that stands alone.

        Raises:
            QuestionError: the question is empty or longer than 1,000 characters.
        """
        return self.answer(question, ())

    def conversation(self, turns: Sequence[Turn] = ()) -> Conversation:
        """Start a conversation, or go on with one that had *turns*."""
        return Conversation(self, tuple(turns))

    def answer(self, question: str, turns: tuple[Turn, ...], *, literally: bool = False) -> Answer:
        """Answer *question* in the light of the *turns* before it, unless it is to be taken *literally*."""
        served = self._refresh()
        # Half a character cannot be written as UTF-8, nor be asked about.
        question = question.encode("utf-8", "replace").decode()
        text = clean(question)
        if reply := small_talk(text, title=served.title):
            return Answer(question, "chitchat", reply, suggestions=self.examples() if not turns else ())
        before = [turn.answer.interpretation for turn in turns if turn.answer.interpretation]
        readings = [Reading(text, added=text)] if literally else read_followup(question, before, served.names)
        evidence = self._best_evidence(readings, served)
        return compose(question, evidence, served.texts, threshold=self.calibration.threshold)

    def rebuild(self, *, fresh: bool = False, progress: Progress | None = None) -> BuildReport:
        """Build the index from the content as it is now, and answer from it from now on.

        Raises:
            ContentError: the content cannot be read as it stands; the index stays as it was.
            IndexBusyError: another build is at work.
        """
        report = build_index(self.knowledge, self.folder, self.encoder, fresh=fresh, progress=progress)
        self._refresh()
        return report

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        """Give the *k* passages that are worth a look for *question*, best first, whether or not one answers it.

        Raises:
            QuestionError: the question is empty or longer than 1,000 characters.
        """
        served = self._refresh()
        return served.index.search(read_question(clean(question), served.names).text, k=k)

    def examples(self, count: int = 4) -> tuple[str, ...]:
        """Give up to *count* questions that the content answers, of every kind that it has; each was tried."""
        passages = self._served.index.passages
        kinds = [[passage for passage in passages if passage.kind == kind] for kind in ("question", "row", "section")]
        offers = [questions_of(kind) for kind in kinds]
        most = max(map(len, offers), default=0)
        mixed = [offer for place in range(most) for kind in offers for offer in kind[place : place + 1]]
        return tuple(islice(filter(self._is_answered, dict.fromkeys(mixed)), count))

    def _is_answered(self, question: str) -> bool:
        """Tell whether the content answers *question*; tried once a generation."""
        served = self._served
        if question not in served.tried:
            served.tried[question] = len(question) <= QUESTION_LIMIT and self.ask(question).verdict == "answered"
        return served.tried[question]

    def document_text(self, path: str) -> str:
        """Give the text of the document at *path* as the index was built from it.

        Raises:
            KeyError: there is no such document.
        """
        return self._served.texts[path]

    def passages_of(self, path: str) -> tuple[Passage, ...]:
        """Give the passages of the document at *path*, in reading order."""
        return tuple(passage for passage in self._served.index.passages if passage.source.path == path)

    def passage_at(self, source: Source) -> Passage:
        """Give the passage in which a citation of the current generation stands.

        Raises:
            LookupError: no passage holds those words.
        """
        for passage in self._served.index.passages:
            place = passage.source
            if place.path == source.path and place.start <= source.start and source.end <= place.end:
                return passage
        raise LookupError(f"no passage holds {source}")

    def _best_evidence(self, readings: Sequence[Reading], served: Served) -> Evidence:
        """Give the evidence of the first reading that the content answers, else of the likeliest."""
        likeliest: Evidence | None = None
        for reading in readings:
            added = reading.added if reading.carried else ""
            found = find_evidence(reading.text, served.index, served.names, self.calibration, added=added)
            if found.confidence >= self.calibration.threshold:
                return found
            likeliest = likeliest or found
        if likeliest is None:
            raise ValueError("a question has at least one reading")
        return likeliest

    def _refresh(self) -> Served:
        """Take up the generation that is now current, if a build has made a new one; else keep what is served.

        What is served is whole and in memory, so a folder that is gone or damaged by now does not stop the answers;
        the log says so once.
        """
        with self._lock:
            try:
                current = current_name(self.folder)
                if current != self._served.index.generation:
                    self._served = Served(SearchIndex.open(self.folder, self.encoder))
            except IndexingError as error:
                if str(error) != self._complaint:
                    self._complaint = str(error)
                    log.warning("Still answering from %s: %s", self._served.index.generation, error)
        return self._served


def _open_or_build(knowledge: Path, folder: Path, encoder: Encoder, progress: Progress | None) -> SearchIndex:
    with suppress(IndexMissingError):
        index = SearchIndex.open(folder, encoder)
        if not index.is_stale(knowledge):
            return index
    build_index(knowledge, folder, encoder, progress=progress)
    return SearchIndex.open(folder, encoder)
