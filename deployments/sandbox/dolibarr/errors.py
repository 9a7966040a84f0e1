"""Refusals as the API words them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class ApiError(Exception):
    """An answer that is an error: its status, what it says, and the causes beside it."""

    def __init__(self, status: int, said: str = "", *causes: str) -> None:
        super().__init__(said)
        self.status = status
        self.reason = said
        self.causes = causes

    def body(self) -> dict[str, Any]:
        """As JSON."""
        phrase = HTTPStatus(self.status).phrase
        message = f"{phrase}: {self.reason}" if self.reason else phrase
        error: dict[str, Any] = {"code": self.status, "message": message}
        error |= {str(number): cause for number, cause in enumerate(self.causes)}
        stages = {"success": ["get", "route", "negotiate", "authenticate", "validate"], "failure": ["call", "message"]}
        return {"error": error, "debug": {"source": "api.class.php at call stage", "stages": stages}}


class HtmlError(Exception):
    """An answer that is HTML."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class NothingDoneError(Exception):
    """304: there was nothing to do."""
