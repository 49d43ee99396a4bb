"""Why a request gets no answer, in the form that every way in gives it: problem details of RFC 9457."""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Refused(Exception):
    """A request is not served; says so in a sentence for whoever sent it."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: float = 0.0) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.retry_after = retry_after
        super().__init__(detail)

    def to_dict(self) -> dict[str, Any]:
        """Give the refusal as plain data for JSON."""
        title = HTTPStatus(self.status).phrase
        return {"title": title, "status": self.status, "code": self.code, "detail": self.detail}

    def to_response(self) -> "Response":
        """Give the refusal as a reply."""
        from starlette.responses import Response

        headers = {"cache-control": "no-store"}
        if self.retry_after:
            headers["retry-after"] = str(int(self.retry_after) + 1)
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = "Bearer"
        body = json.dumps(self.to_dict(), ensure_ascii=False).encode()
        return Response(body, self.status, headers, MEDIA_TYPE)
