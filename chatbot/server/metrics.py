"""Counts of what was asked and refused, for Prometheus. Holds no question, no address and no session."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chatbot.answers import Verdict

Door = Literal["api", "mcp"]
"""By which way a program's question came."""


class Counts:
    """What is counted in one server."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry = CollectorRegistry()
        self._requests = Counter(
            "faqsimile_requests", "Requests by route and status.", ("route", "status"), registry=self._registry
        )
        self._limited = Counter(
            "faqsimile_rate_limited", "Requests over a client's share.", ("share",), registry=self._registry
        )
        self._answers = Counter(
            "faqsimile_answers", "Questions of programs by verdict.", ("door", "verdict"), registry=self._registry
        )
        self._seconds = Histogram(
            "faqsimile_answer_seconds", "From a program's question to its answer.", ("door",), registry=self._registry
        )

    def request(self, route: str, status: int) -> None:
        """Count one request to *route*, a rule's name, that was replied to with *status*."""
        self._requests.labels(route, str(status)).inc()

    def limited(self, share: str) -> None:
        """Count one request that was over its client's *share*."""
        self._limited.labels(share).inc()

    def answer(self, door: Door, verdict: "Verdict", seconds: float) -> None:
        """Count one answer, and how long it took."""
        self._answers.labels(door, verdict).inc()
        self._seconds.labels(door).observe(seconds)

    def to_text(self) -> bytes:
        """Give all of it in Prometheus's own format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)
