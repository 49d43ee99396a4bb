"""A bot whose title, content, cells and offers are the nasty strings. `python -m tests.browser.nasty_bot PORT`."""

import re
import sys
from collections.abc import Sequence
from dataclasses import replace

from chatbot.answers import Answer, Citation
from chatbot.conversation import Conversation, Turn
from chatbot.coverage import Coverage, Part, Topic
from index import Cell, Hit, Passage, Source
from tests.browser.nasty_strings import NASTY

PLAIN, MARKDOWN, TABLE = "plain & simple.txt", "folder/marked up.md", "table.md"
TITLE = " ".join(NASTY)
CELLS = [re.sub(r"(?<!\\)\|", r"\\|", nasty) for nasty in NASTY]
DOCUMENTS = {
    PLAIN: "\n\n".join(NASTY),
    MARKDOWN: "\n\n".join(f"Said: {nasty}" for nasty in NASTY),
    TABLE: "\n".join(["| Row | Said |", "|---|---|", *(f"| {row} | {cell} |" for row, cell in enumerate(CELLS))]),
}


def cut(path: str, text: str, place: int) -> Passage:
    """Make a passage of the nasty string at *place*, which stands as *text* in the document at *path*."""
    document = DOCUMENTS[path]
    start = document.index(f"\n| {place} |") + 1 if path == TABLE else document.index(text)
    line = document.count("\n", 0, start) + 1
    source = Source(path, (NASTY[place],), line, line, start, start + len(text))
    if path != TABLE:
        return Passage("section", NASTY[place], text, source)
    begin = start + len(f"| {place} | ")
    cell = Cell("Said", CELLS[place], begin, begin + len(CELLS[place]))
    return Passage("row", str(place), text, source, cells=(cell,), corner="Row")


PASSAGES = {
    PLAIN: [cut(PLAIN, nasty, place) for place, nasty in enumerate(NASTY)],
    MARKDOWN: [cut(MARKDOWN, f"Said: {nasty}", place) for place, nasty in enumerate(NASTY)],
    TABLE: [cut(TABLE, f"| {place} | {cell} |", place) for place, cell in enumerate(CELLS)],
}


class NastyBot:
    """Quotes a whole document when asked for it by its path; refuses anything else, and repeats it in every way."""

    title = TITLE
    coverage = Coverage(
        tuple(
            Part(path, nasty, "en", nasty, tuple(Topic(topic, 1) for topic in NASTY[first : first + 4]))
            for first, (path, nasty) in enumerate(zip(DOCUMENTS, NASTY, strict=False))
        )
    )

    def conversation(self, turns: Sequence[Turn] = ()) -> Conversation:
        return Conversation(self, tuple(turns))

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        return []

    def examples(self, count: int = 4) -> tuple[str, ...]:
        return NASTY[:count]

    def document_text(self, path: str) -> str:
        return DOCUMENTS[path]

    def passages_of(self, path: str) -> list[Passage]:
        return PASSAGES[path]

    def passage_at(self, source: Source) -> Passage:
        return next(one for one in PASSAGES[source.path] if one.source.start <= source.start < one.source.end)

    def answer(self, question: str, turns: tuple[Turn, ...], *, literally: bool = False) -> Answer:
        if question in DOCUMENTS:
            return _quote_all(question)
        offers = tuple(dict.fromkeys(f"{nasty} {len(turns)}" for nasty in NASTY[len(turns) % 40 :][:3]))
        reason = f"it never mentions “{question}”"
        return Answer(question, "not_covered", reason, (), 0.0, f"Meant: {question}", reason, offers)


def _quote_all(path: str) -> Answer:
    citations = []
    for number, passage in enumerate(PASSAGES[path], start=1):
        quoted = passage.cells[0] if passage.cells else passage.source
        source = replace(passage.source, start=quoted.start, end=quoted.end)
        citations.append(Citation(number, DOCUMENTS[path][quoted.start : quoted.end], source))
    if path == TABLE:
        rows = [f"| {c.number - 1} | {c.quote} [{c.number}] |" for c in citations]
        text = "\n".join(["| Row | Said |", "|---|---|", *rows])
    else:
        text = "\n\n".join(f"{c.quote} [{c.number}]" for c in citations)
    return Answer(path, "answered", text, tuple(citations), 0.9, path)


if __name__ == "__main__":
    from chatbot.server import Policy, launch

    launch(NastyBot(), port=int(sys.argv[1]), policy=Policy(questions_a_minute=10_000, requests_a_minute=1_000_000))
