"""The owner's file of questions: what it holds, and what is said of a bad one."""

from pathlib import Path

import pytest

from chatbot.checks import DEFAULT_BARS, Case, Checks, ChecksError, load_cases

GOOD = """\
# a comment
bars: {must_answer: 80, must_refuse: 75.5 %}
must_answer:
  - ask: "How much?"
    say: ["12 euros", "a day"]
    say_any: [one, two]
    never: three
    kind: cell
  - ask: ["How much?", "and at night?"]
    say: No
must_refuse:
  - {ask: "In Mumbai?", missing: Mumbai}
  - ask: Who?
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "checks.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_cases_with_their_lines(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)

    assert load_cases(path) == Checks(
        (
            Case(
                ("How much?",),
                "must_answer",
                say=("12 euros", "a day"),
                say_any=("one", "two"),
                never=("three",),
                kind="cell",
                line=4,
            ),
            Case(("How much?", "and at night?"), "must_answer", say=("No",), line=9),
            Case(("In Mumbai?",), "must_refuse", missing="Mumbai", line=12),
            Case(("Who?",), "must_refuse", line=13),
        ),
        {"must_answer": 80.0, "must_refuse": 75.5},
        path.as_posix(),
    )


@pytest.mark.parametrize("typed", ["No", "10:30", "2026", "1.50", "2026-05-01", "~", "null", "0x10"])
def test_a_value_stays_what_the_owner_typed(tmp_path: Path, typed: str) -> None:
    (case,) = load_cases(written(tmp_path, f'must_answer: [{{ask: "Which?", say: [{typed}]}}]'))

    assert case.say == (typed,)


def test_an_empty_list_is_fine_beside_a_full_one(tmp_path: Path) -> None:
    checks = load_cases(written(tmp_path, 'must_answer:\nbars:\nmust_refuse: [{ask: "Who?"}]\n'))

    assert [case.turns for case in checks] == [("Who?",)]
    assert checks.bars == DEFAULT_BARS


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text("must_refuse: [{ask: Who}]", encoding="utf-8-sig")

    assert len(load_cases(path)) == 1


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", None, "no questions in it. Add some under must_answer: and must_refuse:"),
        ("must_answer: []", None, "no questions in it. Add some under must_answer: and must_refuse:"),
        ("- ask: Who?", 1, "expected some of must_answer:, must_refuse:, bars:"),
        ("must_anwser: []", 1, "'must_anwser' is not known here. Did you mean 'must_answer'?"),
        ("must_refuse: Who?", 1, "must_refuse is not a list. Begin each question with '- ask:'"),
        ("must_refuse:\n  - Who?", 2, "expected some of ask:, missing:, kind:"),
        ("must_refuse:\n  - missing: x", 2, 'this entry asks nothing. Add ask: "the question"'),
        ("must_refuse:\n  - ask: Who?\n    say: x", 3, "'say' is not known here. Known are ask, missing, kind"),
        ("must_refuse:\n  - ask: Who?\n    ask: What?", 3, "'ask' stands here a second time. Join the two"),
        ("must_refuse:\n  - ask: {x: y}", 2, "'ask' holds something that is not a text. Put it in quotes"),
        ("must_refuse:\n  - ask: [Who, ' ']", 2, "'ask' holds something that is not a text. Put it in quotes"),
        ("must_refuse:\n  - ask: Who?\n    kind: [a, b]", 2, "'kind' is one text, not a list. Keep one"),
        (
            "must_answer:\n  - ask: Who?",
            2,
            'this entry does not say what the answer has to say. Add say: ["words of your page"]',
        ),
        ("bars: {must_answer: 0.95}\nmust_refuse: [{ask: Who}]", 1, "'0.95' is not a percentage. Write 95 for 95 %"),
        ("bars: {must_refuse: 101}\nmust_refuse: [{ask: Who}]", 1, "'101' is not a percentage. Write 95 for 95 %"),
        ("bars: {must_refuse: [90]}\nmust_refuse: [{ask: Who}]", 1, "a bar is one number. Write 95 for 95 %"),
        ("must_refuse:\n  - ask: 'Who?\n", 3, "not valid YAML: "),
        ("must_refuse:\n  - ask: Who?\n   say: x", 3, "not valid YAML: "),
        ("must_refuse: \x00", None, "not valid YAML: a character that may not stand there. Take it out"),
    ],
)
def test_a_bad_file_is_told_with_place_and_cure(tmp_path: Path, text: str, line: int | None, problem: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ChecksError) as caught:
        load_cases(path)

    assert caught.value.line == line
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ChecksError, match=r"none\.yaml: there is no such file\. Write one, or get an example with"):
        load_cases(tmp_path / "none.yaml")


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "checks.yaml"
    path.write_bytes("must_refuse: [{ask: Où?}]".encode("latin-1"))

    with pytest.raises(ChecksError, match="is not UTF-8"):
        load_cases(path)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ChecksError, match="cannot be read"):
        load_cases(tmp_path)


def test_a_case_that_asks_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="asks something"):
        Case((" ",), "must_refuse")
