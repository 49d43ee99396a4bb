"""What the page's script does, without a browser: asks, and reads what comes back."""

import json
from typing import Any

import httpx

TYPED = 0
"""The number of the call for a question that was typed: the page's first."""


def call(question: str, session: str, *, number: int = TYPED, **changes: Any) -> dict[str, Any]:
    """Give the body with which the page asks *question*."""
    body = {"data": [question, None], "event_data": None, "fn_index": number, "trigger_id": None}
    return {**body, "session_hash": session, **changes}


def ask(client: httpx.Client, question: str, session: str) -> str:
    """Ask *question* and give all that the page is told until the answer is there."""
    joined = client.post("/gradio_api/queue/join", json=call(question, session))
    joined.raise_for_status()
    told = []
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                told.append(line)
                if json.loads(line[5:])["msg"] in ("process_completed", "close_stream"):
                    break
    return "\n".join(told)
