"""The owner's file of questions becomes Checks: what has to be answered, what has to be refused.

Knows nothing of bots or answers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import yaml

from chatbot.errors import AskingError

Expectation = Literal["must_answer", "must_refuse"]
"""What the owner wants to become of a question; the names of the two lists in the file."""

EXPECTATIONS: tuple[Expectation, ...] = ("must_answer", "must_refuse")

DEFAULT_BARS: dict[Expectation, float] = {"must_answer": 95.0, "must_refuse": 90.0}
"""How many of each have to be right, in percent, where the file does not say."""

_KEYS: dict[Expectation, tuple[str, ...]] = {
    "must_answer": ("ask", "say", "say_any", "never", "kind"),
    "must_refuse": ("ask", "missing", "kind"),
}


class ChecksError(AskingError):
    """The file of checks cannot be read as it stands."""

    def __init__(self, problem: str, *, path: Path, line: int | None = None) -> None:
        self.path, self.line = path, line
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True)
class Case:
    """One question of the owner's, and what should become of it."""

    turns: tuple[str, ...]
    """What the visitor types, in order; the last turn is judged."""

    expectation: Expectation

    say: tuple[str, ...] = ()
    """Words of the content that the answer has to say, every one of them."""

    say_any: tuple[str, ...] = ()
    """Words of the content of which the answer has to say at least one."""

    never: tuple[str, ...] = ()
    """Words that the answer must not say."""

    missing: str = ""
    """What a refusal has to name as missing from the content; empty where any reason will do."""

    kind: str = ""
    """The owner's own label, for the report."""

    line: int = 0
    """Where the case stands in its file, from 1; 0 where there is no file."""

    def __post_init__(self) -> None:
        if not self.turns or not all(turn.strip() for turn in self.turns):
            raise ValueError("a case asks something in every turn")


@dataclass(frozen=True)
class Checks:
    """The cases of one file, and how many of them have to be right."""

    cases: tuple[Case, ...]

    bars: dict[Expectation, float] = field(default_factory=lambda: dict(DEFAULT_BARS))
    """In percent."""

    path: str = ""
    """The file, as it was named; empty where there is none."""

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)


def load_cases(path: Path) -> Checks:
    """Read the owner's questions from a YAML file; knowledge/checks.yaml explains the format.

    Every value is read as text, so that an unquoted `No`, `10:30` or `2026` stays what the owner typed.

    Raises:
        ChecksError: the file is missing or is not what it should be; names the line.
    """
    lists = _top_level(path)
    cases = tuple(case for expectation in EXPECTATIONS for case in _cases(lists.get(expectation), expectation, path))
    if not cases:
        raise ChecksError("no questions in it. Add some under must_answer: and must_refuse:", path=path)
    return Checks(cases, _bars(lists.get("bars"), path), path.as_posix())


def _top_level(path: Path) -> dict[str, yaml.Node]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except FileNotFoundError as error:
        problem = "there is no such file. Write one, or get an example with: faqsimile init FOLDER"
        raise ChecksError(problem, path=path) from error
    except OSError as error:
        raise ChecksError(f"cannot be read ({error.strerror}). Name a file that can", path=path) from error
    except UnicodeDecodeError as error:
        raise ChecksError("is not UTF-8. Save it as UTF-8", path=path) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ChecksError(f"not valid YAML: {error.problem}. Put texts in quotes", path=path, line=line) from error
    except yaml.YAMLError as error:
        raise ChecksError("not valid YAML: a character that may not stand there. Take it out", path=path) from error
    return _fields(root, ("must_answer", "must_refuse", "bars"), path) if root is not None else {}


def _fields(node: yaml.Node, known: tuple[str, ...], path: Path) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise ChecksError(f"expected some of {', '.join(f'{key}:' for key in known)}", path=path, line=_line(node))
    fields: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if name not in known:
            meant = get_close_matches(name, known, n=1)
            cure = f"Did you mean {meant[0]!r}?" if meant else f"Known are {', '.join(known)}"
            raise ChecksError(f"{name!r} is not known here. {cure}", path=path, line=_line(key))
        if name in fields:
            raise ChecksError(f"{name!r} stands here a second time. Join the two", path=path, line=_line(key))
        fields[name] = value
    return fields


def _cases(node: yaml.Node | None, expectation: Expectation, path: Path) -> Iterator[Case]:
    if node is None or _is_empty(node):
        return
    if not isinstance(node, yaml.SequenceNode):
        problem = f"{expectation} is not a list. Begin each question with '- ask:'"
        raise ChecksError(problem, path=path, line=_line(node))
    for entry in node.value:
        yield _case(entry, expectation, path)


def _case(entry: yaml.Node, expectation: Expectation, path: Path) -> Case:
    line = _line(entry)
    given = {name: _texts(value, name, path) for name, value in _fields(entry, _KEYS[expectation], path).items()}
    for single in ("kind", "missing"):
        if len(given.get(single, ())) > 1:
            raise ChecksError(f"{single!r} is one text, not a list. Keep one", path=path, line=line)
    if not given.get("ask"):
        raise ChecksError('this entry asks nothing. Add ask: "the question"', path=path, line=line)
    if expectation == "must_answer" and not (given.get("say") or given.get("say_any")):
        problem = 'this entry does not say what the answer has to say. Add say: ["words of your page"]'
        raise ChecksError(problem, path=path, line=line)
    return Case(
        turns=given["ask"],
        expectation=expectation,
        say=given.get("say", ()),
        say_any=given.get("say_any", ()),
        never=given.get("never", ()),
        missing="".join(given.get("missing", ())),
        kind="".join(given.get("kind", ())),
        line=line,
    )


def _texts(node: yaml.Node, name: str, path: Path) -> tuple[str, ...]:
    """Read one text, or a list of texts."""
    if _is_empty(node):
        return ()
    parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
    for part in parts:
        if not isinstance(part, yaml.ScalarNode) or not part.value.strip():
            problem = f"{name!r} holds something that is not a text. Put it in quotes"
            raise ChecksError(problem, path=path, line=_line(part))
    return tuple(part.value for part in parts)


def _bars(node: yaml.Node | None, path: Path) -> dict[Expectation, float]:
    bars = dict(DEFAULT_BARS)
    if node is None or _is_empty(node):
        return bars
    given = _fields(node, EXPECTATIONS, path)
    for expectation in EXPECTATIONS:
        if expectation in given:
            bars[expectation] = _bar(given[expectation], path)
    return bars


def _bar(node: yaml.Node, path: Path) -> float:
    if not isinstance(node, yaml.ScalarNode):
        raise ChecksError("a bar is one number. Write 95 for 95 %", path=path, line=_line(node))
    written = node.value.strip().removesuffix("%").strip()
    # 0.95 is taken for a slip: as a bar of 0.95 % it would let everything pass.
    if re.fullmatch(r"\d{1,3}(\.\d+)?", written) and (float(written) == 0 or 1 <= float(written) <= 100):
        return float(written)
    raise ChecksError(f"{written!r} is not a percentage. Write 95 for 95 %", path=path, line=_line(node))


def _is_empty(node: yaml.Node) -> bool:
    return (isinstance(node, yaml.ScalarNode) and not node.value.strip()) or node.value == []


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
