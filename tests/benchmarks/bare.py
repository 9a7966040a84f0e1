"""Requests made by hand: documents built beforehand, sent over so many connections, answers not looked at."""

from __future__ import annotations

import base64
import http.client
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
_TAIL = b"</prestashop>"


@dataclass(frozen=True, slots=True)
class Request:
    """One request and how many entities are in it."""

    method: str
    path: str
    body: bytes
    entities: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Entities per second, and how the requests that reached it were made."""

    per_second: float
    batch: int
    connections: int

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s in documents of {self.batch} over {self.connections} connections"


def documents(method: str, resource: str, entities: Sequence[bytes], batch: int) -> list[Request]:
    """The entities, already written as nodes, in documents of `batch`."""
    parts = [entities[start : start + batch] for start in range(0, len(entities), batch)]
    return [Request(method, f"/api/{resource}", _HEAD + b"".join(part) + _TAIL, len(part)) for part in parts]


def send(url: str, key: str, requests: Sequence[Request], connections: int) -> float:
    """Seconds until the last answer; an answer that is not 200 or 201 is an error."""
    left = deque(requests)
    refused: list[int] = []
    threads = [threading.Thread(target=_worker, args=(url, key, left, refused)) for _ in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise RuntimeError(f"the shop answered {refused[0]}")
    return time.perf_counter() - started


def _worker(url: str, key: str, left: deque[Request], refused: list[int]) -> None:
    token = base64.b64encode(f"{key}:".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "text/xml"}
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    while True:
        try:
            request = left.popleft()
        except IndexError:
            break
        connection.request(request.method, request.path, request.body or None, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in {200, 201}:
            refused.append(answer.status)
    connection.close()


def best_rate(
    url: str,
    key: str,
    method: str,
    resource: str,
    entities: Sequence[bytes],
    batches: Sequence[int],
    connections: Sequence[int],
) -> Rate:
    """The highest rate among the sizes and numbers of connections, each sent the same entities."""
    rates = []
    for batch in batches:
        requests = documents(method, resource, entities, batch)
        rates += [Rate(len(entities) / send(url, key, requests, n), batch, n) for n in connections]
    return max(rates, key=lambda rate: rate.per_second)


def one_by_one(url: str, key: str, requests: Sequence[Request]) -> float:
    """Requests per second of requests sent one after the other over one connection."""
    return len(requests) / send(url, key, requests, 1)
