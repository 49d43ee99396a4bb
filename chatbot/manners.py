"""Greetings, thanks and questions about the chat itself get a short fixed reply.

Knows nothing about the content but its title and what it can be asked.
"""

import re
from collections.abc import Sequence

from index import fold

_REPLIES: tuple[tuple[str, str], ...] = (
    (
        r"(?:(?:hi|hello|hey|hiya|howdy|namaste|greetings|yo|good (?:morning|afternoon|evening|day))(?: there| all)?"
        r"|how are you(?: doing)?(?: today)?|whats up|sup|nice to meet you|are you there|anybody there|anyone there)",
        "Hello! Ask me anything about {title}.",
    ),
    (
        r"(?:ok |okay |great |perfect |cool )?(?:many thanks|thanks|thank you|thx|ty|cheers|much appreciated|thank u)"
        r"(?: so much| very much| a lot| a million| for your help| for the help| again)*",
        "You are welcome.",
    ),
    (
        r"(?:bye|goodbye|good bye|bye bye|see you|see ya|see you later|good night|farewell|cu"
        r"|thats all)(?: then| now)?",
        "Goodbye!",
    ),
    (
        r"(?:ok|okay|great|perfect|cool|nice|good|wonderful|awesome|got it|i see|understood|alright"
        r"|well done|good bot)",
        "Good. Ask on when you like.",
    ),
    (
        r"(?:who|what) are you|are you (?:a |an )?(?:bot|robot|human|person|real person|ai|chatbot|machine|llm)"
        r"|whats your name|what is your name|who made you|am i talking to (?:a )?(?:bot|human|person)",
        "I am a program that answers about {title}, in its owner's own words, and shows where each answer stands.",
    ),
    (
        r"(?:what|how) can you (?:do|help(?: me)?(?: with)?|answer|tell me)|help(?: me)?(?: please)?"
        r"|what (?:do|can) you (?:know|answer|do)|what can i ask(?: you)?"
        r"|what (?:is|are) (?:this|your topics)(?: about)?"
        r"|how does this work|what do you know about|what is this (?:page|chat|bot)(?: about)?",
        "I answer about {title}, in its owner's own words, and say so when the content does not answer.{topics}",
    ),
)

_PATTERNS = tuple((re.compile(pattern), reply) for pattern, reply in _REPLIES)


def small_talk(text: str, *, title: str, topics: Sequence[str] = ()) -> str | None:
    """Give the reply to a message that asks nothing of the content, else None.

    Args:
        text: the message, cleaned.
        title: what the content is about.
        topics: what it covers, in its own words.
    """
    covers = f" It covers: {'; '.join(topics)}." if topics else ""
    bare = " ".join(re.sub(r"[^\w ]", "", fold(text)).split())
    reply = next((reply for pattern, reply in _PATTERNS if pattern.fullmatch(bare)), None)
    return reply and reply.format(title=title, topics=covers)
