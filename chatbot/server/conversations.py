"""Conversations that programs carry: the turns so far as text that only this server can have written.

Nothing of them is kept here, so nobody's conversation can be read by another, and none is lost to a crowd.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chatbot.conversation import Turn
from chatbot.server.refusals import Refused

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST_TOKEN = 8_000
"""In characters; older turns are left out until the rest fits."""

KEPT_FOR = 24 * 60 * 60
"""In seconds, from the last answer."""


class Conversations:
    """Seals turns into a token, and takes back none but its own."""

    def __init__(self, secret: bytes) -> None:
        from itsdangerous import URLSafeTimedSerializer

        # The signature is checked before anything else is read.
        self._sealer = URLSafeTimedSerializer(
            secret,
            salt="faqsimile conversation 1",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def seal(self, turns: Sequence[Turn]) -> str:
        """Give the token for *turns*, or for as many of the newest as fit."""
        for first in range(len(turns)):
            token = self._seal(turns[first:])
            if len(token) <= LONGEST_TOKEN:
                return token
        return self._seal([_shortened(turn) for turn in turns[-1:]])

    def open(self, token: str) -> tuple[Turn, ...]:
        """Give the turns that were sealed.

        Raises:
            Refused: the token is not from here, was changed, or is too old.
        """
        from itsdangerous import BadData

        try:
            if len(token) > 2 * LONGEST_TOKEN:
                raise BadData("too long")
            record = self._sealer.loads(token, max_age=KEPT_FOR)
        except BadData as error:
            detail = "That conversation is over, or was not begun here. Ask again without it to begin another."
            raise Refused(422, "conversation", detail) from error
        turns: tuple[Turn, ...] = self._turns.validate_python(record)
        return turns

    def _seal(self, turns: Sequence[Turn]) -> str:
        token: str = self._sealer.dumps(self._turns.dump_python(tuple(turns), mode="json"))
        return token

    @cached_property
    def _turns(self) -> "TypeAdapter[Any]":
        from pydantic import TypeAdapter

        return TypeAdapter(tuple[Turn, ...])


def _shortened(turn: Turn) -> Turn:
    """Leave off what an answer quoted, but for what shows that it was one."""
    return replace(turn, answer=replace(turn.answer, text="", citations=turn.answer.citations[:1]))
