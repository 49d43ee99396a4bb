"""Findings as people, programs, code scanning and GitHub's workflows read them."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from chatbot.findings import FORMATS, as_github, as_json, as_sarif, as_text
from index import RULES, Finding

FOLDER = Path("knowledge")
FINDINGS = (
    Finding("table-row-cells", "error", "faq.md", 5, "the row “A” lost a cell", "Give it three cells"),
    Finding("lost-unit", "warning", "faq.md", 9, "“~5” has no %, 50% do", "Add the %"),
    Finding("stale-date", "note", "old stuff/ä,b:1.md", 1, "from 2020", "Check it"),
)


def test_text_tells_place_severity_rule_and_cure() -> None:
    assert as_text(FINDINGS, FOLDER).splitlines() == [
        "knowledge/faq.md:5: error: the row “A” lost a cell [table-row-cells]",
        "    Give it three cells.",
        "knowledge/faq.md:9: warning: “~5” has no %, 50% do [lost-unit]",
        "    Add the %.",
        "knowledge/old stuff/ä,b:1.md:1: note: from 2020 [stale-date]",
        "    Check it.",
        "Found 1 error, 1 warning, 1 note.",
    ]


def test_text_counts_in_plural_and_says_when_there_is_nothing() -> None:
    assert as_text(FINDINGS[1:2] * 2, FOLDER).endswith("\nFound 2 warnings.")
    assert as_text((), FOLDER) == "Nothing to report."


def test_paths_are_shown_from_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert as_text(FINDINGS[:1], tmp_path / "knowledge").startswith("knowledge/faq.md:5: ")
    assert as_text(FINDINGS[:1], tmp_path.parent).startswith(f"{tmp_path.parent.as_posix()}/faq.md:5: ")


def test_json_has_every_field_and_the_counts() -> None:
    told = json.loads(as_json(FINDINGS, FOLDER))

    assert told["counts"] == {"error": 1, "warning": 1, "note": 1}
    assert told["findings"][0] == {
        "rule": "table-row-cells",
        "severity": "error",
        "path": "knowledge/faq.md",
        "line": 5,
        "message": "the row “A” lost a cell",
        "cure": "Give it three cells",
    }
    assert json.loads(as_json((), FOLDER)) == {"findings": [], "counts": {"error": 0, "warning": 0, "note": 0}}


def test_sarif_has_what_its_schema_requires() -> None:
    log = json.loads(as_sarif(FINDINGS, FOLDER))

    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "faqsimile"
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert {rule["defaultConfiguration"]["level"] for rule in driver["rules"]} <= {"error", "warning", "note"}
    assert len(run["results"]) == len(FINDINGS)
    for result, finding in zip(run["results"], FINDINGS, strict=True):
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        assert result["level"] == finding.severity
        assert finding.cure in result["message"]["text"]
        assert place["region"] == {"startLine": finding.line}
        assert unquote(place["artifactLocation"]["uri"]) == f"knowledge/{finding.path}"


def test_sarif_addresses_are_uris(tmp_path: Path) -> None:
    def uri(folder: Path) -> str:
        result = json.loads(as_sarif(FINDINGS[2:], folder))["runs"][0]["results"][0]
        return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])

    assert uri(FOLDER) == "knowledge/old%20stuff/%C3%A4%2Cb%3A1.md"
    assert uri(tmp_path).startswith("file:///")


def test_sarif_of_nothing_is_still_a_run() -> None:
    assert json.loads(as_sarif((), FOLDER))["runs"][0]["results"] == []


def test_github_commands_escape_what_would_end_them() -> None:
    assert as_github(FINDINGS, FOLDER).splitlines() == [
        "::error file=knowledge/faq.md,line=5,title=faqsimile table-row-cells::The row “A” lost a cell. "
        "Give it three cells.",
        "::warning file=knowledge/faq.md,line=9,title=faqsimile lost-unit::“~5” has no %25, 50%25 do. Add the %25.",
        "::notice file=knowledge/old stuff/ä%2Cb%3A1.md,line=1,title=faqsimile stale-date::From 2020. Check it.",
    ]


def test_a_github_command_stays_on_one_line() -> None:
    finding = Finding("placeholder", "warning", "a\nb.md", 1, "one\r\n::error::two", "Three")

    (line,) = as_github([finding], FOLDER).splitlines()

    assert re.fullmatch(r"::warning file=knowledge/a%0Ab\.md,line=1,.*::One%0D%0A::error::two\. Three\.", line)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_no_findings(name: str) -> None:
    assert FORMATS[name]((), FOLDER) or name == "github"
