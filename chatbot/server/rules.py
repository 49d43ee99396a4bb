"""The routes that are let in, each with what it may be asked: whatever no rule names is refused."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from chatbot.server.refusals import Refused

GET = frozenset({"GET", "HEAD"})
POST = frozenset({"POST"})


def _never(body: bytes) -> bool:
    return False


def always(body: bytes) -> bool:
    """Count every body as a question."""
    return True


@dataclass(frozen=True)
class Rule:
    """One route, and what may be asked of it."""

    name: str
    """In the metrics."""

    path: str
    """A regular expression for the whole of it."""

    methods: frozenset[str] = GET

    query: Mapping[str, str] = field(default_factory=dict)
    """A regular expression for each parameter that there may be."""

    reads: Callable[[bytes], bytes] | None = None
    """Reads a body of JSON and gives what is passed on; without it, no body is taken."""

    asks: Callable[[bytes], bool] = _never
    """Tells of a body whether it counts against the questions that a client may ask."""

    is_stream: bool = False
    """Whether it stays open."""

    is_page: bool = False
    """Whether it is HTML, whose own scripts the browser is told to run and no others."""

    drops_query: bool = False
    """Whether parameters are for the page's script only: there may be any, and the app is told none."""

    for_others: bool = False
    """Whether other sites may load it."""

    passes: frozenset[str] = frozenset()
    """Headers that it is told besides those that every route is."""

    def takes(self, query: str) -> bool:
        """Tell whether every parameter in *query* is known, comes once and looks as it should."""
        if not query or self.drops_query:
            return True
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
        except ValueError:
            return False
        names = [name for name, _ in pairs]
        return len(set(names)) == len(names) and all(
            name in self.query and re.fullmatch(self.query[name], value) for name, value in pairs
        )


def find_rule(rules: Sequence[Rule], method: str, path: str, query: str) -> Rule:
    """Give the rule that lets this request in.

    Raises:
        Refused: there is none.
    """
    there = [rule for rule in rules if re.fullmatch(rule.path, path)]
    if not there:
        raise Refused(404, "not_found", "There is nothing at this address.")
    for rule in there:
        if method in rule.methods:
            if rule.takes(query):
                return rule
            raise Refused(404, "not_found", "There is nothing at this address with these parameters.")
    allowed = ", ".join(sorted({method for rule in there for method in rule.methods}))
    raise Refused(405, "wrong_method", f"This address takes {allowed}.")


def as_it_is(body: bytes) -> bytes:
    """Pass a body on for the route itself to check."""
    return body
