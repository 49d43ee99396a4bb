"""A bot with a script instead of a model: fast, the same every time, and every citation real.

Run it as `python -m tests.browser.small_bot PORT FEEDBACK_FILE ROOT_PATH [SITE ...]` to serve the page with it.
"""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from chatbot.answers import Answer, Citation
from chatbot.conversation import Conversation, Turn
from chatbot.coverage import Coverage, Part, Topic
from chatbot.errors import QuestionError
from index import Cell, Hit, Passage, Source

PATH = "garden-tools.md"
TEXT = (Path(__file__).parent / PATH).read_text(encoding="utf-8")

NOISE = "How loud is an electric mower compared with a petrol mower?"
MOW = "How often should I mow?"
START = "How do I start the petrol mower?"
SIGNS = "Which signs must come through?"
WEIGHT = "What does the Lark 32 weigh?"
MODELS = "Compare the Lark 32 with the Finch 40"
FUEL = "Which oil does a two-stroke engine need?"
SERVICE = "What about service?"


def passage(kind: str, title: str, text: str, heading: tuple[str, ...], *, document: str = TEXT) -> Passage:
    """Cut the passage whose text is *text* from *document*; a row with its cells, which the header above it names."""
    start = document.index(text)
    source = Source(
        PATH, ("Lawn mowers", *heading), *_lines(document, start, start + len(text)), start, start + len(text)
    )
    if kind != "row":
        return Passage("question" if kind == "question" else "section", title, text, source)
    header = document[: start + 1].split("\n\n")[-1].splitlines()[0]
    corner, *columns = [column.strip() for column in header.strip("|").split("|")]
    spans = [found.span() for found in re.finditer(r"(?<=\|)[^|\n]*(?=\|)", text)][1:]
    cells = []
    for column, (begin, end) in zip(columns, spans, strict=True):
        words = text[begin:end].strip()
        place = start + begin + (text[begin:end].index(words) if words else 1)
        cells.append(Cell(column, words, place, place + len(words)))
    return Passage("row", title, text, source, cells=tuple(cells), corner=corner)


def cite(number: int, of: Passage, quote: str) -> Citation:
    """Cite the first place at which *quote* stands in a passage."""
    start = of.source.start + of.text.index(quote)
    lines = _lines(TEXT, start, start + len(quote))
    return Citation(number, quote, Source(PATH, of.source.heading, *lines, start, start + len(quote)))


def _lines(document: str, start: int, end: int) -> tuple[int, int]:
    return document.count("\n", 0, start) + 1, document.count("\n", 0, end) + 1


def _line(beginning: str) -> str:
    return next(line for line in TEXT.splitlines() if line.startswith(beginning))


def _between(first: str, last: str) -> str:
    start = TEXT.index(first)
    return TEXT[start : TEXT.index(last, start) + len(last)]


TABLE = ("Electric, petrol and push mowers side by side",)
QUESTIONS = ("Questions people ask",)
PASSAGES = {
    "noise": passage("row", "Noise", _line("| Noise"), TABLE),
    "cost": passage("row", "Running cost a year", _line("| Running cost"), TABLE),
    "service": passage("row", "Service", _line("| Service"), TABLE),
    "slopes": passage("row", "Hedge on slopes", _line("| Hedge"), TABLE),
    "lark": passage("row", "Lark 32", _line("| Lark"), ("What each mower weighs",)),
    "finch": passage("row", "Finch 40", _line("| Finch"), ("What each mower weighs",)),
    "mow": passage("question", MOW, _between("Once a week", "mow at all."), (*QUESTIONS, MOW)),
    "start": passage("question", START, _between("Check the oil", "seconds\n```"), (*QUESTIONS, START)),
    "signs": passage("section", "Signs", _line("Roughly"), ("Signs that must come through",)),
}


TOPICS = tuple(
    Topic(line[3:], number) for number, line in enumerate(TEXT.splitlines(), start=1) if line.startswith("## ")
)


class SmallBot:
    """Answers what its script knows and refuses the rest; obeys what the page asks of a bot."""

    title = "Lawn mowers"
    coverage = Coverage((Part(PATH, "Lawn mowers", "en-GB", "3 March 2026", TOPICS),))

    def conversation(self, turns: Sequence[Turn] = ()) -> Conversation:
        return Conversation(self, tuple(turns))

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        if not question.strip():
            raise QuestionError("The question is empty. Type one")
        return [Hit(number, one, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0) for number, one in enumerate(PASSAGES.values())][:k]

    def examples(self, count: int = 4) -> tuple[str, ...]:
        return (NOISE, MOW, START, WEIGHT)[:count]

    def document_text(self, path: str) -> str:
        return {PATH: TEXT}[path]

    def passages_of(self, path: str) -> tuple[Passage, ...]:
        return tuple(PASSAGES.values()) if path == PATH else ()

    def passage_at(self, source: Source) -> Passage:
        for one in PASSAGES.values():
            if one.source.start <= source.start and source.end <= one.source.end:
                return one
        raise LookupError(f"no passage holds {source}")

    def answer(self, question: str, turns: tuple[Turn, ...], *, literally: bool = False) -> Answer:
        if not question.strip():
            raise QuestionError("The question is empty. Type one")
        if len(question) > 1000:
            raise QuestionError(f"The question has {len(question):,} characters; at most 1,000 can be read. Shorten it")
        if question == "and how often?" and turns and not literally:
            return _mow("and how often?", interpretation="How often should I mow with a petrol mower?")
        return SCRIPT.get(question, _refuse)(question)


def _quoted(question: str, *parts: tuple[str, str], confidence: float = 0.9) -> Answer:
    """Answer with quotes of passages by name, each marked with its number."""
    citations = tuple(cite(number, PASSAGES[name], words) for number, (name, words) in enumerate(parts, start=1))
    text = "\n\n".join(f"{citation.quote} [{citation.number}]" for citation in citations)
    return Answer(question, "answered", text, citations, confidence, question)


def _mow(question: str, interpretation: str = MOW) -> Answer:
    passage, words = PASSAGES["mow"], "Once a week from April to June, then every ten days."
    drought = "In a drought, do not mow at all."
    citations = (cite(1, passage, words), cite(2, passage, drought))
    text = f"{words} [1]\n\n{drought} [2]"
    return Answer(question, "answered", text, citations, 0.9, interpretation, suggestions=("What about service?",))


def _compare(question: str, *names: str) -> Answer:
    """Put rows side by side, every cell cited."""
    columns = [cell.column for cell in PASSAGES[names[0]].cells]
    lines = [f"| {' | '.join([PASSAGES[names[0]].corner, *columns])} |", "|---" * (len(columns) + 1) + "|"]
    citations: list[Citation] = []
    for name in names:
        cells = []
        for cell in PASSAGES[name].cells:
            if cell.text:
                citations.append(cite(len(citations) + 1, PASSAGES[name], cell.text))
            cells.append(f"{cell.text} [{len(citations)}]" if cell.text else "not stated")
        lines.append(f"| {' | '.join([PASSAGES[name].title, *cells])} |")
    return Answer(question, "answered", "\n".join(lines), tuple(citations), 0.9, question)


def _weigh(question: str) -> Answer:
    citation = cite(1, PASSAGES["lark"], "11 kg")
    return Answer(question, "answered", "**Lark 32 – Weight**: 11 kg [1]", (citation,), 0.9, question)


def _start(question: str) -> Answer:
    whole = PASSAGES["start"].text
    steps, fuel = whole[: whole.index("\n\nIf it")], whole[whole.index("If it") :]
    citations = (cite(1, PASSAGES["start"], steps), cite(2, PASSAGES["start"], fuel))
    text = f"{steps} [1]\n\n{fuel}\n\n[2]"
    return Answer(question, "answered", text, citations, 0.9, question)


def _clarify(question: str) -> Answer:
    readings = ("Service of electric mowers", "Service of petrol mowers")
    return Answer(question, "clarify", "Which of these do you mean?", suggestions=readings)


def _refuse(question: str) -> Answer:
    word = question.split()[-1].strip("?") if question.split() else question
    reason = f"it never mentions “{word}”"
    text = f"The content does not answer this: {reason}."
    return Answer(question, "not_covered", text, reason=reason, suggestions=(MOW, START, NOISE))


def _thank(question: str) -> Answer:
    return Answer(question, "chitchat", "You are welcome.")


SCRIPT: dict[str, Callable[[str], Answer]] = {
    NOISE: lambda question: _compare(question, "noise", "cost", "service", "slopes"),
    MODELS: lambda question: _compare(question, "lark", "finch"),
    MOW: _mow,
    "and how often?": _refuse,
    START: _start,
    WEIGHT: _weigh,
    SIGNS: lambda question: _quoted(question, ("signs", PASSAGES["signs"].text)),
    SERVICE: _clarify,
    "Service of electric mowers": lambda question: _quoted(
        question, ("service", "Clean it, and sharpen the blade **once a year**")
    ),
    "Thanks": _thank,
}


if __name__ == "__main__":
    from chatbot.feedback import FeedbackFile
    from chatbot.server import Policy, launch

    port, file, root_path, *embed_on = sys.argv[1:]
    plenty = 1_000_000  # all tests come from one address
    policy = Policy(root_path=root_path, embed_on=tuple(embed_on), questions_a_minute=plenty, requests_a_minute=plenty)
    launch(SmallBot(), port=int(port), book=FeedbackFile(Path(file)), policy=policy)
