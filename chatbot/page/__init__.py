"""The page in the browser: a chat beside the passages that prove its answers.

What is said comes from the bot, how an answer looks from `chatbot.rendering`; here are the frame around them and what
serves it. A visitor's history lives on the server; the browser is never asked for it.
"""

from chatbot.page.layout import build_page
from chatbot.page.serving import launch, serve
from chatbot.page.visits import Bot

__all__ = ["Bot", "build_page", "launch", "serve"]
