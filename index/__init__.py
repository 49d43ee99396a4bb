"""From content to a searchable index: files become documents, passages, vectors and hits. And what is wrong with them.

Knows nothing of questions, chats or settings.
"""

from index.build import BuildReport, Progress, build_index
from index.doctor import Diagnosis, examine
from index.encoder import DEFAULT_ENCODER, Encoder, Encoding, SentenceEncoder
from index.errors import (
    ContentError,
    EncoderError,
    EncoderMismatchError,
    FormatVersionError,
    IndexAccessError,
    IndexBusyError,
    IndexDamagedError,
    IndexingError,
    IndexMissingError,
    NoWayBackError,
)
from index.generations import current_name, go_back
from index.lint import RULES, Finding, Rule, RuleName, Severity, lint_folder
from index.passages import Cell, Passage, PassageKind, Sentence, Source
from index.plaintext import html_paragraphs, plain_text
from index.readers import list_sources
from index.search import Hit, SearchIndex
from index.views import CONTEXT
from index.words import Word, fold, split_words, stem

__all__ = [
    "CONTEXT",
    "DEFAULT_ENCODER",
    "RULES",
    "BuildReport",
    "Cell",
    "ContentError",
    "Diagnosis",
    "Encoder",
    "EncoderError",
    "EncoderMismatchError",
    "Encoding",
    "Finding",
    "FormatVersionError",
    "Hit",
    "IndexAccessError",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexMissingError",
    "IndexingError",
    "NoWayBackError",
    "Passage",
    "PassageKind",
    "Progress",
    "Rule",
    "RuleName",
    "SearchIndex",
    "Sentence",
    "SentenceEncoder",
    "Severity",
    "Source",
    "Word",
    "build_index",
    "current_name",
    "examine",
    "fold",
    "go_back",
    "html_paragraphs",
    "lint_folder",
    "list_sources",
    "plain_text",
    "split_words",
    "stem",
]
