"""Time `ask` on content of a given size, beside the bare encoder's forward of the same question, in one run.

Follow-ups are timed, too: of them several readings may be tried.

    python -m benchmarks.latency --pages FOLDER --questions FILE [FILE ...] [--passages N]

Pages are taken from FOLDER, in order of their names, until they make N passages (500 by default).
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.answers import print_times
from benchmarks.question_sets import load_cases
from chatbot import Chatbot
from index import SentenceEncoder, build_index

WARM_UP = 20


def open_bot(pages: Path, folder: Path, passages: int) -> tuple[Chatbot, int]:
    """Copy pages into *folder* until they make so many *passages*; give a chatbot over them, and their number."""
    encoder, knowledge, count = SentenceEncoder(), folder / "knowledge", 0
    knowledge.mkdir()
    for page in sorted(pages.iterdir()):
        shutil.copy(page, knowledge)
        count = build_index(knowledge, folder / ".index", encoder).passages
        if count >= passages:
            break
    bot = Chatbot.open(knowledge, folder / ".index", encoder=encoder)
    bot.try_offers()
    return bot, count


def main() -> None:
    """Read the command line, ask, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--passages", type=int, default=500)
    options = parser.parse_args()
    cases = [case for file in options.questions for case in load_cases(file, options.pages)]
    questions = [case.turns[0] for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        bot, passages = open_bot(options.pages, Path(folder), options.passages)
        asked, bare = [], []
        for number, question in enumerate([*questions[:WARM_UP], *questions]):
            begin = time.perf_counter()
            bot.ask(question)
            middle = time.perf_counter()
            bot.encoder.encode([question])
            if number >= WARM_UP:
                asked.append(middle - begin)
                bare.append(time.perf_counter() - middle)
        print(f"{passages} passages, {len(asked)} questions")
        print_times("ask", asked)
        print_times("bare encoder", bare)
        print_times("a follow-up", [_time_last(bot, case.turns) for case in cases if len(case.turns) > 1])


def _time_last(bot: Chatbot, turns: Sequence[str]) -> float:
    """Give the seconds that the last of *turns* takes."""
    conversation = bot.conversation()
    for turn in turns[:-1]:
        conversation.ask(turn)
    begin = time.perf_counter()
    conversation.ask(turns[-1])
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
