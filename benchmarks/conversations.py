"""Measure what the interpretation of follow-ups is worth to the search, on public conversations with human rewrites.

    python -m benchmarks.conversations --data FOLDER [--cache FOLDER] [--domain NAME ...] [--limit N]

FOLDER holds the sets as JSON lines (mtRAG: Katsis et al. 2025). Every last turn is searched four ways over the same
index: as typed, glued to the turns before, as our chatbot understood it, and as a human rewrote it.
Only the user's turns are known, as in a real chat before the first answer is judged. Nothing here is fitted.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.public_sets import Collection, Entry, RememberingEncoder, Workshop
from chatbot import Chatbot
from chatbot.questions import QUESTION_LIMIT
from index import SentenceEncoder

DOMAINS = ("govt", "cloud")
DEPTH = 10
"""Entries that count."""

WAYS = ("as typed", "glued", "interpreted", "rewritten")


@dataclass(frozen=True)
class Found:
    """How one last turn was found, by way."""

    leans: bool
    """Whether other turns come before it."""

    gains: Mapping[str, float]
    """nDCG@10 of each way."""

    recalls: Mapping[str, float]
    """The share of the relevant entries among the first ten."""


def measure_domain(domain: str, shop: Workshop) -> list[Found]:
    """Search every last turn of one domain over its pooled documents."""
    entries = [
        Entry(item["id"], " ".join(item["title"].split()) or "Untitled", item["text"])
        for item in shop.read(f"mtrag/corpus.{domain}.jsonl")
    ]
    queries = [item for item in shop.read("mtrag/queries.jsonl") if item["domain"] == domain]
    folder = shop.folder(f"mtrag-{domain}")
    collection = Collection.build(entries, folder, shop.plain)
    bot = Chatbot(folder / "knowledge", folder / "index", collection.index)
    return [_measure_query(item, collection, bot) for item in shop.some(queries) if item["relevant_in_pool"]]


def _measure_query(item: Mapping[str, Any], collection: Collection, bot: Chatbot) -> Found:
    turns = [turn[:QUESTION_LIMIT] for turn in item["questions"]]
    conversation = bot.conversation()
    for turn in turns:
        answer = conversation.ask(turn)
    texts = {
        "as typed": turns[-1],
        "glued": " ".join(turns)[-QUESTION_LIMIT:],
        "interpreted": answer.interpretation or turns[-1],
        "rewritten": item["rewrite"][:QUESTION_LIMIT],
    }
    relevant = frozenset(item["relevant_in_pool"])
    ranked = {way: collection.search(text, DEPTH) for way, text in texts.items()}
    return Found(
        len(turns) > 1,
        {way: discounted_gain(ids, relevant) for way, ids in ranked.items()},
        {way: len(relevant.intersection(ids)) / min(len(relevant), DEPTH) for way, ids in ranked.items()},
    )


def discounted_gain(ids: Sequence[str], relevant: frozenset[str]) -> float:
    """Give the normalised discounted cumulative gain of a ranking with relevance 0 or 1 (Järvelin, Kekäläinen 2002)."""
    discounts = 1.0 / np.log2(np.arange(2, DEPTH + 2))
    gain = sum(discount for id_, discount in zip(ids, discounts, strict=False) if id_ in relevant)
    return float(gain / discounts[: len(relevant)].sum())


def rows(domain: str, found: Sequence[Found]) -> Iterator[str]:
    """Give the rows of the table; the last column is the share of the rewrite's gain that the interpretation has."""
    for name, values in (("nDCG@10", [item.gains for item in found]), ("recall@10", [item.recalls for item in found])):
        means = {way: float(np.mean([value[way] for value in values])) for way in WAYS}
        typed, understood, rewritten = means["as typed"], means["interpreted"], means["rewritten"]
        share = (understood - typed) / (rewritten - typed) if rewritten > typed else float("nan")
        cells = [f"{means[way]:.3f}".removeprefix("0") for way in WAYS]
        yield f"| mtRAG {domain} | {len(found)} | {name} | {' | '.join(cells)} | {share:.0%} |"


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domain", nargs="+", choices=DOMAINS, default=list(DOMAINS))
    parser.add_argument("--cache", type=Path, help="keep the indexes there, so that another run builds none")
    parser.add_argument("--limit", type=int, help="so many questions a domain: a try, not a figure")
    options = parser.parse_args()
    encoder = SentenceEncoder()
    print(f"| set | later turns | figure | {' | '.join(WAYS)} | of the rewrite's gain |\n|{'---|' * (len(WAYS) + 4)}")
    with tempfile.TemporaryDirectory() as passing:
        shop = Workshop(
            options.data, options.cache or Path(passing), RememberingEncoder(encoder), encoder, options.limit
        )
        for domain in options.domain:
            found = [item for item in measure_domain(domain, shop) if item.leans]
            for row in rows(domain, found):
                print(row, flush=True)


if __name__ == "__main__":
    main()
