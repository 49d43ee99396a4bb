"""Asks the bot for programs: a bounded number at a time, off the event loop, and with every failure told apart.

An engine that is down is a refusal of its own: never an answer, and never "the content does not say".
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from chatbot.answers import Answer
from chatbot.conversation import Conversation, Turn
from chatbot.errors import QuestionError
from chatbot.privacy import log_failure
from chatbot.server.metrics import Counts, Door
from chatbot.server.refusals import Refused
from index import Hit, IndexingError

if TYPE_CHECKING:
    from anyio import CapacityLimiter

READY_FOR = 5.0
"""In seconds, how long it is taken for granted that the engine still works, or still does not."""

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Answering(Protocol):
    """Whoever answers and searches: `chatbot.Chatbot`."""

    def conversation(self, turns: Sequence[Turn] = ()) -> Conversation:
        """Start a conversation, or go on with one."""

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        """Give the passages that are worth a look for *question*."""


class Engine:
    """A bot that many may ask at once."""

    def __init__(self, bot: Answering, counts: Counts, *, at_work: int = 4, waiting: int = 64) -> None:
        self._bot, self._counts = bot, counts
        self._at_work, self._most = at_work, at_work + waiting
        self._asked = 0
        self._limiter: CapacityLimiter | None = None
        self._ready, self._ready_until = False, 0.0

    async def ask(
        self, question: str, turns: Sequence[Turn] = (), *, door: Door, literally: bool = False
    ) -> tuple[Answer, tuple[Turn, ...]]:
        """Answer *question* in the light of *turns*; give the answer and the turns with it.

        Raises:
            Refused: the question cannot be asked, too many wait, or the engine is down.
        """

        def answer() -> tuple[Answer, tuple[Turn, ...]]:
            conversation = self._bot.conversation(turns)
            return conversation.ask(question, literally=literally), conversation.turns

        started = time.monotonic()
        answered, after = await self._run(answer)
        self._counts.answer(door, answered.verdict, time.monotonic() - started)
        return answered, after

    async def search(self, question: str, *, k: int) -> list[Hit]:
        """Give the *k* passages most worth a look for *question*.

        Raises:
            Refused: the question cannot be asked, too many wait, or the engine is down.
        """
        return await self._run(lambda: self._bot.search(question, k=k))

    async def is_ready(self) -> bool:
        """Tell whether a question would be searched for now; tried at most every few seconds."""
        if time.monotonic() >= self._ready_until:
            try:
                await self._run(lambda: self._bot.search("ready", k=1))
                self._ready = True
            except Refused:
                self._ready = False
            self._ready_until = time.monotonic() + READY_FOR
        return self._ready

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._asked >= self._most:
            raise Refused(503, "busy", "Too many questions are waiting. Try again in a moment.", retry_after=5)
        self._asked += 1
        try:
            return await self._run_in_thread(work)
        except QuestionError as error:
            raise Refused(422, "question", str(error)) from error
        except (IndexingError, MemoryError, OSError) as error:
            _log.error("%s: %s", type(error).__name__, error)
            sorry = "The content cannot be searched just now. Whoever runs this chat finds the reason in its log."
            raise Refused(503, "engine_down", sorry, retry_after=30) from error
        except Exception as error:
            log_failure(_log, error)
            raise Refused(500, "bug", "Something went wrong that should not. It is in the log.") from error
        finally:
            self._asked -= 1

    async def _run_in_thread(self, work: Callable[[], Result]) -> Result:
        from anyio import CapacityLimiter, to_thread

        self._limiter = self._limiter or CapacityLimiter(self._at_work)
        return await to_thread.run_sync(work, limiter=self._limiter)
