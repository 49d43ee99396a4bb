"""Findings about the owner's content become what a person, a program or a code host reads.

Knows nothing about how findings are made.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from index import RULES, Finding, Severity

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_GITHUB_COMMANDS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def as_text(findings: Sequence[Finding], folder: Path) -> str:
    """Give what people read: the place, what is the matter, what to do, and at the end how many there are."""
    lines = []
    for finding in findings:
        place = f"{_shown_path(finding, folder)}:{finding.line}"
        lines += [f"{place}: {finding.severity}: {finding.message} [{finding.rule}]", f"    {finding.cure}."]
    return "\n".join([*lines, _counted(findings)])


def as_json(findings: Sequence[Finding], folder: Path) -> str:
    """Give every finding as an object, and how many there are of each severity."""
    told = [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "path": _shown_path(finding, folder),
            "line": finding.line,
            "message": finding.message,
            "cure": finding.cure,
        }
        for finding in findings
    ]
    return json.dumps({"findings": told, "counts": _counts(findings)}, ensure_ascii=False, indent=2)


def as_sarif(findings: Sequence[Finding], folder: Path) -> str:
    """Give a SARIF 2.1.0 log of one run, as code hosts and editors take it in."""
    rules = list(RULES)
    driver = {
        "name": "faqsimile",
        "rules": [
            {
                "id": name,
                "shortDescription": {"text": rule.summary},
                "defaultConfiguration": {"level": rule.severity},
            }
            for name, rule in RULES.items()
        ],
    }
    results = [_sarif_result(finding, rules.index(finding.rule), folder) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _sarif_result(finding: Finding, rule: int, folder: Path) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(finding, folder)}, "region": {"startLine": finding.line}}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": _in_full(finding)},
        "locations": [{"physicalLocation": place}],
    }


def as_github(findings: Sequence[Finding], folder: Path) -> str:
    """Give workflow commands, which GitHub shows beside the lines of a pull request."""
    return "\n".join(_github_command(finding, folder) for finding in findings)


def _github_command(finding: Finding, folder: Path) -> str:
    properties = {
        "file": _shown_path(finding, folder),
        "line": str(finding.line),
        "title": f"faqsimile {finding.rule}",
    }
    told = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    return f"::{_GITHUB_COMMANDS[finding.severity]} {told}::{_escaped_data(_in_full(finding))}"


def _escaped_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped_data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Mapping[str, Callable[[Sequence[Finding], Path], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
"""What `faqsimile check --format` takes: each turns findings and the folder of content into text."""


def _in_full(finding: Finding) -> str:
    return f"{finding.message[:1].upper()}{finding.message[1:]}. {finding.cure}."


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    found = Counter(finding.severity for finding in findings)
    return {severity: found[severity] for severity in get_args(Severity)}


def _counted(findings: Sequence[Finding]) -> str:
    if not findings:
        return "Nothing to report."
    told = [f"{count} {name}{'s' * (count != 1)}" for name, count in _counts(findings).items() if count]
    return f"Found {', '.join(told)}."


def _place(finding: Finding, folder: Path) -> Path:
    """Give the path from where the command runs if the file lies below it, else the whole path."""
    place = folder / finding.path
    here = Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place


def _shown_path(finding: Finding, folder: Path) -> str:
    return _place(finding, folder).as_posix()


def _uri(finding: Finding, folder: Path) -> str:
    place = _place(finding, folder)
    return place.as_uri() if place.is_absolute() else quote(place.as_posix())
