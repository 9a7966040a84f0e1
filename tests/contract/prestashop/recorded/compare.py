"""Whether a sandbox answered as the real shop did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lxml import etree

from tests.contract.prestashop.recorded import skeleton

if TYPE_CHECKING:
    from tests.contract.prestashop.recorded.exchanges import Exchange
    from tests.contract.prestashop.webservice import Reply

ENGINE_HEADERS = ("x-powered-by", "psws-version", "execution-time", "content-sha1")
BROKEN = etree.XMLParser(recover=True)


def differences(exchange: Exchange, reply: Reply, *, texts: bool = False) -> list[str]:
    """What differs, one line each; empty when nothing does."""
    found = [*_status(exchange, reply), *_headers(exchange, reply)]
    if found or exchange.method == "HEAD":
        return found
    kind = exchange.answer_headers.get("content-type", "")
    if not exchange.answer.strip() or not reply.body.strip():
        return [] if exchange.answer.strip() == reply.body.strip() else ["one of the bodies is empty"]
    if "xml" in kind:
        return _xml(exchange, reply, texts=texts)
    if "json" in kind:
        return _lines(skeleton.of_json(json.loads(exchange.answer)), skeleton.of_json(reply.json))
    if b"nginx" in exchange.answer:
        return []
    return _lines([exchange.answer.decode().strip()], [reply.body.decode().strip()])


def _status(exchange: Exchange, reply: Reply) -> list[str]:
    if exchange.status == reply.status:
        return []
    return [f"status: recorded {exchange.status}, sandbox {reply.status} {reply.body[:300]!r}"]


def _headers(exchange: Exchange, reply: Reply) -> list[str]:
    theirs, ours = exchange.answer_headers, reply.headers
    found = []
    if theirs.get("content-type") != ours.get("content-type"):
        found.append(f"content type: recorded {theirs.get('content-type')}, sandbox {ours.get('content-type')}")
    unlike = (name for name in ENGINE_HEADERS if (name in theirs) != (name in ours))
    return found + [f"header {name}: recorded {theirs.get(name)}, sandbox {ours.get(name)}" for name in unlike]


def _xml(exchange: Exchange, reply: Reply, *, texts: bool) -> list[str]:
    errors = skeleton.errors(exchange.answer), skeleton.errors(reply.body)
    if errors != ([], []):
        return _lines([str(error) for error in errors[0]], [str(error) for error in errors[1]])
    theirs, ours = etree.fromstring(exchange.answer, BROKEN), etree.fromstring(reply.body, BROKEN)
    return _lines(skeleton.of(theirs, texts=texts), skeleton.of(ours, texts=texts))


def _lines(theirs: list[str], ours: list[str]) -> list[str]:
    if theirs == ours:
        return []
    missing = [f"missing: {line}" for line in theirs if line not in ours]
    added = [f"added: {line}" for line in ours if line not in theirs]
    return missing + added or [f"other order or number: recorded {len(theirs)} lines, sandbox {len(ours)}"]
