"""Hold dialogues with the whole chatbot, and count what is answered, refused and understood, turn by turn.

    python -m benchmarks.dialogues [--wrong]

The dialogues stand in benchmarks/questions/dialogues.yaml, about the pages in tests/documents/pages and the page that
ships. Their author never ran the program; the calibration that ships has learned from single questions about the same
pages, not from these.
"""

import argparse
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from chatbot import Answer, Chatbot
from index import SentenceEncoder, split_words, stem

ROOT = Path(__file__).parents[1]
DIALOGUES = ROOT / "benchmarks/questions/dialogues.yaml"
PAGES = (ROOT / "tests/documents/pages", ROOT / "knowledge")

Turn = Mapping[str, Any]


def hold_all(encoder: SentenceEncoder) -> Iterator[tuple[str, list[tuple[Turn, Answer]]]]:
    """Hold every dialogue, the pages each in an index of its own; give its page and its turns."""
    by_page: dict[str, list[Any]] = defaultdict(list)
    for dialogue in yaml.safe_load(DIALOGUES.read_text(encoding="utf-8")):
        by_page[dialogue["page"]].append(dialogue["turns"])
    for page, dialogues in by_page.items():
        with tempfile.TemporaryDirectory() as folder:
            knowledge = Path(folder) / "knowledge"
            knowledge.mkdir()
            shutil.copy(next(place / page for place in PAGES if (place / page).is_file()), knowledge)
            bot = Chatbot.open(knowledge, encoder=encoder)
            for turns in dialogues:
                conversation = bot.conversation()
                yield page, [(turn, conversation.ask(turn["ask"])) for turn in turns]


def is_right(turn: Turn, answer: Answer) -> bool:
    """Tell whether the answer quotes what it must, or rightly refuses."""
    if turn.get("refused"):
        return answer.verdict != "answered"
    said = " ".join("\n".join([answer.text, *(citation.quote for citation in answer.citations)]).split())
    return answer.verdict == "answered" and all(" ".join(words.split()) in said for words in turn["says"])


def is_understood(turn: Turn, answer: Answer) -> bool:
    """Tell whether the question that was answered holds what is carried over, and lacks what is replaced or dropped."""
    understood = {word.stem for word in split_words(answer.interpretation)}
    replaced = turn.get("replaces", {})
    there = [*turn.get("carries", []), *(word for new in replaced.values() for word in str(new).split())]
    gone = [*turn.get("drops", []), *(word for old in replaced for word in str(old).split())]
    return all(stem(word) in understood for word in there) and not any(stem(word) in understood for word in gone)


def main() -> None:
    """Read the command line, hold the dialogues and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="print every later turn that went wrong")
    options = parser.parse_args()
    counts: Counter[tuple[str, bool]] = Counter()
    for page, turns in hold_all(SentenceEncoder()):
        for number, (turn, answer) in enumerate(turns):
            if "says" not in turn and not turn.get("refused"):
                continue
            place = "first" if number == 0 else "later"
            counts[f"{place} turns {'refused' if turn.get('refused') else 'right'}", is_right(turn, answer)] += 1
            if number:
                counts["later turns understood as stated", is_understood(turn, answer)] += 1
            if options.wrong and number and not is_right(turn, answer):
                typed = " / ".join(str(before["ask"]) for before, _ in turns[: number + 1])
                print(f"{page}: {typed}\n   {answer.verdict} {answer.confidence:.2f} ({answer.interpretation})")
    for what in sorted({what for what, _ in counts}):
        print(f"{what:34} {counts[what, True]} of {counts[what, True] + counts[what, False]}")


if __name__ == "__main__":
    main()
