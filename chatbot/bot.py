"""The chatbot: content and an index in, answers out. The whole way of a question, in reading order."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Self

from chatbot.answering import compose
from chatbot.answers import Answer
from chatbot.clarification import readings_to_choose_from
from chatbot.confidence import Calibration
from chatbot.conversation import Conversation, Turn
from chatbot.coverage import Coverage, coverage_of
from chatbot.followups import Before, Reading, read_followup
from chatbot.likeness import WordLikeness
from chatbot.manners import small_talk
from chatbot.messages import join_answers, split_message
from chatbot.names import names_of
from chatbot.offers import MOST_TRIED, load_tried, save_tried, spread
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

MOST_TOPICS = 6
"""Named to those who ask what can be asked."""

MOST_TRIED_AT_ONCE = 2
"""Offers that are tried while somebody waits for an answer."""

MOST_SUGGESTIONS = 3
"""Offered after an answer or a refusal."""


@dataclass(frozen=True, eq=False)
class Served:
    """One generation of the index and what is derived from it; an answer comes from one of them, whole."""

    index: SearchIndex

    tried: dict[str, bool]
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
    def topics(self) -> tuple[str, ...]:
        """Give the first topics of each document, those of every document in turn."""
        of_parts = ([topic.name.rstrip(" .:!") for topic in part.topics] for part in self.coverage.parts)
        return tuple(spread(of_parts)[:MOST_TOPICS])

    def passage_at(self, source: Source) -> Passage:
        """Give the passage in which *source* stands.

        Raises:
            LookupError: no passage holds those words.
        """
        for passage in self.index.passages:
            if passage.source.holds(source):
                return passage
        raise LookupError(f"no passage holds {source}")

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
        self._likeness = WordLikeness(self.encoder)
        self.calibration = Calibration.shipped(self.encoder.name)
        self._served = self._serve(index)
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
        opened, is_new = _open_or_build(place, folder, encoder, progress)
        bot = cls(place, folder, opened)
        if is_new:
            bot.try_offers(progress)
        return bot

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
        """Answer *question* in the light of the *turns* before it, unless it is to be taken *literally*.

        Several questions in one message are answered one by one, in its order.
        """
        served = self._refresh()
        # Half a character cannot be written as UTF-8, nor be asked about.
        question = question.encode("utf-8", "replace").decode()
        text = clean(question)
        if reply := small_talk(text, title=served.title, topics=served.topics):
            return Answer(question, "chitchat", reply, suggestions=self.examples() if not turns else ())
        answer = self._answer_each(question, text, turns, served, literally=literally)
        return replace(answer, suggestions=self._to_offer(answer, turns, served))

    def _answer_each(
        self, question: str, text: str, turns: tuple[Turn, ...], served: Served, *, literally: bool
    ) -> Answer:
        parts = [text] if literally else split_message(text)
        if len(parts) == 1:
            return self._answer_one(question, turns, served, literally=literally)
        answers: list[Answer] = []
        for part in parts:
            so_far = (*turns, *(Turn(asked, answer) for asked, answer in zip(parts, answers, strict=False)))
            first_number = 1 + sum(len(answer.citations) for answer in answers)
            answers.append(self._answer_one(part, so_far, served, first_number=first_number))
        return join_answers(question, answers)

    def _answer_one(
        self,
        question: str,
        turns: tuple[Turn, ...],
        served: Served,
        *,
        literally: bool = False,
        first_number: int = 1,
    ) -> Answer:
        last = [] if literally else [turn for turn in turns if turn.answer.interpretation][-1:]
        before = [_as_before(turn, served) for turn in last]
        readings = (
            [Reading(clean(question))] if literally else read_followup(question, before, served.names, self._likeness)
        )
        kept = [citation.source for turn in last for citation in turn.answer.citations]
        evidence = self._best_evidence(readings, kept, served)
        threshold = self.calibration.threshold
        # Taken literally, as when what is offered is tried, a question is answered or not.
        choices = readings_to_choose_from(evidence, threshold) if not (before or literally) else ()
        if len(choices := tuple(choice for choice in choices if self._is_answered(choice, served))) > 1:
            return _clarify(question, evidence, choices)
        return compose(question, evidence, served.texts, threshold=threshold, first_number=first_number)

    def rebuild(self, *, fresh: bool = False, progress: Progress | None = None) -> BuildReport:
        """Build the index from the content as it is now, and answer from it from now on.

        Raises:
            ContentError: the content cannot be read as it stands; the index stays as it was.
            IndexBusyError: another build is at work.
        """
        report = build_index(self.knowledge, self.folder, self.encoder, fresh=fresh, progress=progress)
        self.try_offers(progress)
        return report

    def try_offers(self, progress: Progress | None = None) -> None:
        """Ask what could be offered, so that nothing is offered that the content does not answer; keep the outcome."""
        served = self._refresh()
        offers = self._spread_offers(served)[:MOST_TRIED]
        for number, offer in enumerate(offers, 1):
            self._is_answered(offer, served)
            if progress:
                progress("Trying questions", number, len(offers))
        save_tried(self.folder, self._judged_as(served.index), served.tried)

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        """Give the *k* passages that are worth a look for *question*, best first, whether or not one answers it.

        Raises:
            QuestionError: the question is empty or longer than 1,000 characters.
        """
        served = self._refresh()
        return served.index.search(read_question(clean(question), served.names).text, k=k)

    def examples(self, count: int = 4) -> tuple[str, ...]:
        """Give up to *count* questions that the content answers, of every kind that it has; each was tried."""
        served = self._served
        offers = (offer for offer in self._spread_offers(served) if self._is_answered(offer, served))
        return tuple(islice(offers, count))

    def _spread_offers(self, served: Served) -> list[str]:
        """Give the questions that passages answer, of every kind and from every part of the content in turn."""
        groups: dict[str, dict[tuple[str, ...], list[Passage]]] = {"question": {}, "row": {}, "section": {}}
        for passage in served.index.passages:
            part = (passage.source.path, *passage.source.heading[:2])
            groups[passage.kind].setdefault(part, []).append(passage)
        return spread(spread(questions_of(part) for part in kind.values()) for kind in groups.values())

    def _to_offer(self, answer: Answer, turns: Sequence[Turn], served: Served) -> tuple[str, ...]:
        """Give those of the suggestions that the content answers and that were not asked before."""
        asked = {text.casefold() for turn in turns for text in (turn.question, turn.answer.interpretation)}
        if answer.verdict == "clarify":
            return answer.suggestions
        new = [offer for offer in answer.suggestions if offer.casefold() not in asked]
        # What was not tried after the build is tried now, but nobody waits for many of them.
        untried = [offer for offer in new if offer not in served.tried][MOST_TRIED_AT_ONCE:]
        offers = (offer for offer in new if offer not in untried and self._is_answered(offer, served))
        return tuple(islice(offers, MOST_SUGGESTIONS))

    def _is_answered(self, question: str, served: Served) -> bool:
        """Tell whether the content answers *question*; tried once a generation."""
        if question not in served.tried:
            served.tried[question] = (
                len(question) <= QUESTION_LIMIT
                and self._answer_one(question, (), served, literally=True).verdict == "answered"
            )
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
        return self._served.passage_at(source)

    def _best_evidence(self, readings: Sequence[Reading], kept: Sequence[Source], served: Served) -> Evidence:
        """Give the evidence of the first reading that the content answers, else of the likeliest."""
        likeliest: Evidence | None = None
        for reading in readings:
            added = reading.added if reading.carried else ""
            found = find_evidence(reading.text, served.index, served.names, self.calibration, added=added, kept=kept)
            if found.confidence >= self.calibration.threshold:
                return found
            likeliest = likeliest or found
        if likeliest is None:
            raise ValueError("a question has at least one reading")
        return likeliest

    def _serve(self, index: SearchIndex) -> Served:
        return Served(index, load_tried(self.folder, self._judged_as(index)))

    def _judged_as(self, index: SearchIndex) -> str:
        """Name what decides which questions are answered."""
        return f"{index.generation} {self.calibration.fingerprint}"

    def _refresh(self) -> Served:
        """Take up the generation that is now current, if a build has made a new one; else keep what is served.

        What is served is whole and in memory, so a folder that is gone or damaged by now does not stop the answers;
        the log says so once.
        """
        with self._lock:
            try:
                current = current_name(self.folder)
                if current != self._served.index.generation:
                    self._served = self._serve(SearchIndex.open(self.folder, self.encoder))
            except IndexingError as error:
                if str(error) != self._complaint:
                    self._complaint = str(error)
                    log.warning("Still answering from %s: %s", self._served.index.generation, error)
        return self._served


def _as_before(turn: Turn, served: Served) -> Before:
    """Give what the next question may lean on; what was edited away since is no topic any more."""
    for citation in turn.answer.citations:
        with suppress(LookupError):
            return Before(turn.answer.interpretation, served.passage_at(citation.source).title)
    return Before(turn.answer.interpretation)


def _clarify(question: str, evidence: Evidence, choices: tuple[str, ...]) -> Answer:
    return Answer(
        question,
        "clarify",
        "This may mean several things.",
        confidence=round(evidence.confidence, 4),
        interpretation=evidence.question.text,
        suggestions=choices,
    )


def _open_or_build(
    knowledge: Path, folder: Path, encoder: Encoder, progress: Progress | None
) -> tuple[SearchIndex, bool]:
    """Give the index, and whether it was built just now."""
    with suppress(IndexMissingError):
        index = SearchIndex.open(folder, encoder)
        if not index.is_stale(knowledge):
            return index, False
    build_index(knowledge, folder, encoder, progress=progress)
    return SearchIndex.open(folder, encoder), True
