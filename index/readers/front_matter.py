"""The YAML between two lines of dashes at the top of a file becomes FrontMatter.

Every value is taken as the owner wrote it, so that a date stays a date as written and "no" stays a name.
"""

import re
from pathlib import Path

import yaml

from index.errors import ContentError
from index.readers.document import FrontMatter

_FENCE = "---"
_MAX_LINES = 1_000
_KEY = re.compile(r"[\w\"'][^:]*:(?:\s|$)")


def read_front_matter(lines: list[str], place: Path) -> tuple[FrontMatter, int]:
    """Give what the front matter says and how many lines it takes; (FrontMatter(), 0) where there is none."""
    end = _closing_line(lines)
    begins = next((line for line in lines[1:end] if line.strip() and not line.startswith("#")), "title:")
    if not end or not _KEY.match(begins):
        return FrontMatter(), 0
    root = _parse("\n".join(lines[1:end]), place)
    if root is None:
        return FrontMatter(), end + 1
    if not isinstance(root, yaml.MappingNode):
        return FrontMatter(), 0
    values = {key.value: value for key, value in root.value if isinstance(key, yaml.ScalarNode)}
    return (
        FrontMatter(
            title=_scalar(values.get("title")),
            aliases=_aliases(values.get("aliases"), place),
            language=_scalar(values.get("language") or values.get("lang")),
            updated=_scalar(values.get("updated") or values.get("date")),
        ),
        end + 1,
    )


def _closing_line(lines: list[str]) -> int:
    """Give the number of the line that closes the front matter, 0 where none was opened and closed."""
    if lines[0].rstrip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:_MAX_LINES], start=1):
        if line.rstrip() in (_FENCE, "..."):
            return number
    return 0


def _parse(text: str, place: Path) -> yaml.Node | None:
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        raise ContentError(f"the front matter is not YAML ({error.problem}). {_CURE}", path=place, line=line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ContentError(f"the front matter is not YAML. {_CURE}", path=place, line=1) from error
    return root


_CURE = 'Put quotes around values that hold a colon, as in title: "A: B"'


def _scalar(node: yaml.Node | None) -> str:
    return node.value.strip() if isinstance(node, yaml.ScalarNode) else ""


def _aliases(node: yaml.Node | None, place: Path) -> dict[str, tuple[str, ...]]:
    """Read names that mean the same: a mapping of a name to the others, or a list of lists that begin with the name."""
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value.strip()):
        return {}
    if isinstance(node, yaml.MappingNode):
        return {_name(key, place): _names(value, place) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        # A flat list is what site generators call aliases: other addresses of the page. It names nothing.
        groups = [_names(item, place) for item in node.value if isinstance(item, yaml.SequenceNode)]
        return {names[0]: names[1:] for names in groups if names}
    raise _not_aliases(node, place)


def _names(node: yaml.Node, place: Path) -> tuple[str, ...]:
    if isinstance(node, yaml.SequenceNode):
        return tuple(name for item in node.value if (name := _name(item, place)))
    return tuple(name for name in (part.strip() for part in _name(node, place).split(",")) if name)


def _name(node: yaml.Node, place: Path) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _not_aliases(node, place)
    return str(node.value).strip()


def _not_aliases(node: yaml.Node, place: Path) -> ContentError:
    line = node.start_mark.line + 2
    return ContentError("aliases must be lines such as TensorFlow: [TF, tf]. Write them so", path=place, line=line)
