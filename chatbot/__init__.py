"""A chatbot that answers from the owner's own pages, in the owner's own words, and says so when they do not answer."""

from functools import cache

from chatbot.answers import Answer, Citation, Verdict
from chatbot.bot import Chatbot
from chatbot.conversation import Conversation, Turn
from chatbot.errors import AskingError, PortInUseError, QuestionError, SettingsError
from index import Source

__all__ = [
    "Answer",
    "AskingError",
    "Chatbot",
    "Citation",
    "Conversation",
    "PortInUseError",
    "QuestionError",
    "SettingsError",
    "Source",
    "Turn",
    "Verdict",
    "ask",
]


def ask(question: str) -> Answer:
    """Answer *question* from the content that `Chatbot.open()` finds; the index is built on first use.

    Raises:
        QuestionError: the question is empty or longer than 1,000 characters.
        ContentError: the content cannot be read as it stands.
    """
    return _default_chatbot().ask(question)


@cache
def _default_chatbot() -> Chatbot:
    return Chatbot.open()
