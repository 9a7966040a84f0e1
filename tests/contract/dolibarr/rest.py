"""Dolibarr's API as bytes on a wire: requests by hand, so that what is stated here does not depend on our client."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import requests

from tests.contract.dolibarr.census import kind_of

UID = "ps_uid"
_ANSWERED = frozenset({200, 304, 404})
"""404 is an answer too: to look for what is not there."""


@dataclass(frozen=True)
class Reply:
    status: int
    text: str

    @property
    def value(self) -> Any:
        return json.loads(self.text)

    @property
    def said(self) -> str:
        """Message and causes of a refusal, or the text of what is no JSON."""
        try:
            error = self.value["error"]
        except (ValueError, KeyError, TypeError):
            return self.text
        return " ".join([str(error["message"]), *(str(each) for name, each in error.items() if name.isdecimal())])


@dataclass
class Rest:
    """A Dolibarr in raw calls. `mark` begins everything that this session makes there."""

    url: str
    key: str
    mark: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:8]}x")

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self._made: list[str] = []
        self._count = 0
        self.answered: dict[str, set[str]] = defaultdict(set)
        """The kinds of requests that were answered, with their elements."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for path in reversed(self._made):
            self("DELETE", path)
        self.session.close()

    def __call__(self, verb: str, path: str, body: Any = None, *, key: str | None = None, **query: Any) -> Reply:
        headers = {"DOLAPIKEY": self.key if key is None else key, "Accept-Encoding": "identity"}
        answer = self.session.request(
            verb, f"{self.url}/api/index.php{path}", json=body, params=query, headers=headers, timeout=60
        )
        if answer.status_code in _ANSWERED:
            kind, elements = kind_of(verb, path, query, body)
            self.answered[kind] |= elements
        return Reply(answer.status_code, answer.text)

    def made(self, path: str, body: dict[str, Any]) -> int:
        """Something new, which is removed at the end as far as the key may; its id."""
        reply = self("POST", path, body)
        assert reply.status == 200, reply.said
        self._made.append(f"{path}/{int(reply.value)}")
        return int(reply.value)

    def uid(self) -> str:
        """A reference that nothing has yet."""
        self._count += 1
        return f"{self.mark}{self._count}"

    def guarded(self, uid: str) -> dict[str, Any]:
        return {"array_options": {f"options_{UID}": uid}}

    def found(self, path: str, filters: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of a list; none where it answers 404."""
        reply = self("GET", path, sqlfilters=filters, **query)
        if reply.status == 404:
            return []
        assert reply.status == 200, reply.said
        rows: list[dict[str, Any]] = reply.value
        return rows
