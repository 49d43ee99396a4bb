"""The page in the browser: a chat beside the passages that prove its answers.

What is said comes from the bot, how an answer looks from `chatbot.rendering`; here are the frame around them and what
mounts it in the server. A visitor's history lives on the server; the browser is never asked for it.
"""

from chatbot.page.layout import build_page
from chatbot.page.mounting import mount_page
from chatbot.page.visits import Bot

__all__ = ["Bot", "build_page", "mount_page"]
