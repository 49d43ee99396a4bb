"""What the page's script may ask of the page: its own few calls, each with a text or nothing, and no more.

A visitor's history is never among it: the page keeps that on the server, and a page that took it from the browser does
not start. Reads the laid-out page without importing gradio.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chatbot.questions import QUESTION_LIMIT
from chatbot.server.refusals import Refused

SESSION = r"[a-z0-9]{6,32}"
"""How the page's script names a session."""

LONGEST_TEXT = 4 * QUESTION_LIMIT
"""Up to here the bot says what is wrong with a question; longer ones do not get to it."""

_INPUTS: dict[str, Literal["text", "kept"]] = {"Textbox": "text", "State": "kept"}
"""What the page may take from a browser by the kind of component; what is kept never leaves the server."""

_CHOOSING = {"example_select", "option_select"}
"""Events that come with what was chosen."""


@dataclass(frozen=True)
class Call:
    """One thing that the page's script may ask for."""

    inputs: tuple[Literal["text", "kept"], ...]

    triggers: frozenset[int]
    """The components that may have caused it."""

    chooses: bool
    """Whether it comes with what was chosen."""


class _Example(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]


class _Chosen(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    index: int
    value: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] | _Example


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    data: list[str | None]
    event_data: _Chosen | None = None
    fn_index: int
    trigger_id: int | None = None
    session_hash: Annotated[str, StringConstraints(pattern=rf"^{SESSION}\z")]


def calls_of(page: Any) -> dict[int, Call]:
    """Give the calls of a laid-out *page* by their number.

    Raises:
        ValueError: it takes something from the browser that is neither a text nor kept on the server.
    """
    calls = {}
    for number, function in page.fns.items():
        kinds = [type(component).__name__ for component in function.inputs]
        if unknown := set(kinds) - _INPUTS.keys():
            raise ValueError(f"{function.name}: the page takes {', '.join(sorted(unknown))} from the browser")
        events = {event for _, event in function.targets}
        triggers = frozenset(component for component, _ in function.targets if component is not None)
        calls[number] = Call(tuple(_INPUTS[kind] for kind in kinds), triggers, events <= _CHOOSING)
    return calls


def reader_of(calls: Mapping[int, Call]) -> Callable[[bytes], bytes]:
    """Give what reads the body of one of *calls* and writes it again, so that nothing unread is passed on."""

    def read(body: bytes) -> bytes:
        try:
            sent = _Sent.model_validate_json(body)
        except ValidationError as error:
            raise _unknown() from error
        call = calls.get(sent.fn_index)
        if call is None or not _fits(sent, call):
            raise _unknown()
        longest = max((len(text) for text in sent.data if text), default=0)
        if longest > LONGEST_TEXT:
            detail = f"The question has {longest:,} characters, the limit is {QUESTION_LIMIT:,}. Shorten it"
            raise Refused(422, "question", detail)
        return sent.model_dump_json(exclude_none=False).encode()

    return read


def _fits(sent: _Sent, call: Call) -> bool:
    kinds = tuple("text" if isinstance(item, str) else "kept" for item in sent.data)
    return (
        kinds == call.inputs
        and (sent.trigger_id is None or sent.trigger_id in call.triggers)
        and (sent.event_data is not None) == call.chooses
    )


def _unknown() -> Refused:
    return Refused(422, "unknown_call", "This is nothing that the page asks for. Load the page again.")
