"""The server: the page, the API for programs and the tools for agents, behind one guard.

What is not expressly let in gets no further than the guard; how much is let in stands in `Policy`.
"""

from chatbot.server.app import Served, build_app
from chatbot.server.policy import Policy
from chatbot.server.serving import launch, launch_tools, serve

__all__ = ["Policy", "Served", "build_app", "launch", "launch_tools", "serve"]
