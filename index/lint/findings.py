"""What a look at the owner's content brings up: one Finding for each place that deserves an edit.

Knows nothing about how findings are made or printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["error", "warning", "note"]
"""An error keeps content from being read or from being answered from; a warning will mislead some visitor;
a note is for when there is time."""

RuleName = Literal[
    "broken-anchor",
    "broken-link",
    "contradicting-figures",
    "duplicate-question",
    "empty-cell",
    "encoding",
    "heading-without-body",
    "invisible-text",
    "lost-unit",
    "placeholder",
    "question-without-answer",
    "stale-date",
    "table-row-cells",
    "two-spellings",
    "unreadable",
]
"""What a finding is an instance of; owners meet these names in `faqsimile check` and in docs/writing-content.md."""


@dataclass(frozen=True)
class Rule:
    """What is looked for, and how grave it is."""

    severity: Severity
    """Of nearly all its findings."""

    summary: str
    """The rule in one sentence, for those who read a report of another program's making."""


RULES: Mapping[RuleName, Rule] = {
    "broken-anchor": Rule("warning", "A link leads to a heading that is not there."),
    "broken-link": Rule("warning", "A link leads to a file that is not there."),
    "contradicting-figures": Rule("warning", "The same is said twice, with two different figures."),
    "duplicate-question": Rule("warning", "The same question is asked twice, with two different answers."),
    "empty-cell": Rule("warning", "A cell is empty in a column that is otherwise full."),
    "encoding": Rule("warning", "Characters are damaged, or there where nobody sees them."),
    "heading-without-body": Rule("warning", "Nothing stands below a heading."),
    "invisible-text": Rule("warning", "Something on the page cannot be found by any question."),
    "lost-unit": Rule("warning", "A number has no unit, though its neighbours have one."),
    "placeholder": Rule("warning", "Words that were to be replaced still stand there."),
    "question-without-answer": Rule("warning", "Nothing stands below a question."),
    "stale-date": Rule("note", "The content says of itself that it is old."),
    "table-row-cells": Rule("error", "A row of a table has cells missing, too many, or under the wrong column."),
    "two-spellings": Rule("note", "A name is written in two ways."),
    "unreadable": Rule("error", "A file, or a part of it, cannot be read."),
}


@dataclass(frozen=True)
class Finding:
    """One thing in the content that the owner should look at."""

    rule: RuleName
    severity: Severity

    path: str
    """Relative to the content folder, with forward slashes; a dot for the folder itself."""

    line: int
    """Counted from 1, as editors do."""

    message: str
    """What is the matter, in a sentence without its full stop."""

    cure: str
    """The edit that would do, in a sentence without its full stop."""

    def __post_init__(self) -> None:
        if self.rule not in RULES or self.severity not in get_args(Severity):
            raise ValueError(f"no such rule or severity: {self.rule}, {self.severity}")
        if self.line < 1:
            raise ValueError(f"lines are counted from 1: {self.line}")

    @property
    def place(self) -> tuple[str, int, str]:
        """Give what findings are sorted by: file, line, rule."""
        return self.path, self.line, self.rule
