"""A folder of content is looked through for what will mislead its visitors: files in, Findings out.

Knows Documents and Passages; nothing of what visitors ask, of chats or of settings.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from index.encoder import Encoder
from index.lint.figures import check_contradictions, check_shares
from index.lint.findings import RULES, Finding, Rule, RuleName, Severity
from index.lint.links import check_links
from index.lint.pages import Page
from index.lint.questions import check_duplicates, check_headings
from index.lint.reading import read_pages
from index.lint.tables import check_tables
from index.lint.text import check_characters, check_visibility
from index.lint.wording import check_dates, check_placeholders, check_spellings

__all__ = ["RULES", "STALE_MONTHS", "Finding", "Rule", "RuleName", "Severity", "lint_folder"]

STALE_MONTHS = 24
"""From this age on, content that says how old it is is worth a look."""


def lint_folder(
    knowledge: Path, encoder: Encoder, *, today: date | None = None, months: int = STALE_MONTHS
) -> tuple[Finding, ...]:
    """Look through every content file below *knowledge*, and give what to look at by file and line.

    Args:
        knowledge: the folder of content, or one file of it.
        encoder: says how much of a text a search sees, and which questions mean the same.
        today: from when ages are counted; the date of today where it is not given.
        months: from which age on a date counts as old.

    Raises:
        ContentError: there is no such folder, or it holds no content.
        EncoderError: the encoder is needed and cannot be loaded.
    """
    pages, findings = read_pages(knowledge)
    for page in pages:
        findings += _check_page(page, encoder, today or date.today(), months)
    findings += _check_together(pages, encoder)
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.place))


def _check_page(page: Page, encoder: Encoder, today: date, months: int) -> Iterator[Finding]:
    yield from check_tables(page)
    yield from check_headings(page)
    yield from check_shares(page)
    yield from check_placeholders(page)
    yield from check_dates(page, today, months)
    yield from check_characters(page)
    yield from check_visibility(page, encoder)


def _check_together(pages: Sequence[Page], encoder: Encoder) -> Iterator[Finding]:
    yield from check_duplicates(pages, encoder)
    yield from check_contradictions(pages)
    yield from check_spellings(pages)
    yield from check_links(pages)
