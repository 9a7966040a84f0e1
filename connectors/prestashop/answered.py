"""Entities for a resource of our module that answers with one line for each of them, in their order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.prestashop.filters import query_with
from connectors.prestashop.pending_writes import Desk, Part, PendingWrite, once_more
from connectors.prestashop.replies import SYSTEM, Reply, Verdict
from connectors.prestashop.xml import UnreadableError, document, parse
from schemas.errors import RefusedError

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity, OutcomeName
    from connectors.prestashop.transport import Patience, Transport


_DOCUMENT_REFUSED = "85"
"""The module's code where no entity is at fault: an entity that is refused has a line of its own in an answer."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one of these resources is written to, and what it answers."""

    method: str
    resource: str
    node: str
    key: str
    """The field that names an entity, in the request and in its line of the answer."""
    id_field: str
    """The field of the answer that holds the id of what was written."""
    written: Mapping[str, OutcomeName]
    """What a status of the answer means; `error` is a refusal with its message."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The resource's own query parameters."""
    workload: str = ""
    """What the pace learns from it, where the resource takes several kinds of entities."""


class Answered:
    """One call. Sending again is safe: what is there already is not written again."""

    def __init__(self, transport: Transport, desk: Desk, form: Form) -> None:
        self._transport = transport
        self._desk = desk
        self._form = form

    async def write(self, writes: list[PendingWrite]) -> None:
        """Brings every entity to its receipt; TransientError when the shop stays away for too long."""
        patience = self._transport.patience(self._desk.action)
        parts = [Part(writes)]
        while parts:
            part = parts.pop()
            reply = await self._transport.send(
                self._form.method,
                self._form.resource,
                query=query_with(self._transport.scope_query, self._form.options),
                body=document(pending.xml for pending in part.writes),
                workload=self._desk.workload,
                entities=len(part.writes),
            )
            parts += reversed(await self._after(part, reply, patience))

    async def _after(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        lines = self._lines(reply.body, part.writes) if reply.verdict is Verdict.DONE else None
        if lines is not None:
            patience.progress()
            for pending, line in zip(part.writes, lines, strict=True):
                self._settle(pending, line)
            return []
        # PHP's warnings may turn the answer to what was written into an error: asked again, the module says what is
        # there.
        if reply.verdict is Verdict.REFUSED and not part.tries:
            return [Part(part.writes, 1)]
        if reply.verdict is Verdict.REFUSED and reply.code == _DOCUMENT_REFUSED:
            return self._all_refused(part, reply)
        if reply.verdict in {Verdict.REFUSED, Verdict.TOO_LARGE}:
            return part.halves() or self._refused(part, reply)
        again = await once_more(part, reply, patience, self._desk, self._transport.traffic.entities_written)
        return self._refused(part, reply) if again is None else again

    def _settle(self, pending: PendingWrite, line: Mapping[str, str]) -> None:
        outcome = self._form.written.get(line["status"])
        if outcome is not None:
            number = int(line[self._form.id_field])
            self._desk.finish(pending, outcome, number, entity=_entity_of(number, line.get("held", "")))
            return
        error = RefusedError(line["message"], system=SYSTEM, action=self._desk.action, key=pending.key[0])
        self._desk.finish(pending, "refused", None, error)

    def _all_refused(self, part: Part, reply: Reply) -> list[Part]:
        for pending in part.writes:
            self._desk.refuse(pending, reply)
        return []

    def _refused(self, part: Part, reply: Reply) -> list[Part]:
        self._desk.refuse(part.writes[0], reply)
        return []

    def _lines(self, body: bytes, sent: list[PendingWrite]) -> list[dict[str, str]] | None:
        """What is said of each, in their order; None for an answer that does not speak of exactly these."""
        try:
            nodes = list(parse(body).iter(self._form.node))
        except UnreadableError:
            return None
        lines = [{str(field.tag): (field.text or "").strip() for field in node} for node in nodes]
        if [line.get(self._form.key) for line in lines] != [pending.key[0] for pending in sent]:
            return None
        return lines if all(self._is_whole(line) for line in lines) else None

    def _is_whole(self, line: Mapping[str, str]) -> bool:
        written = line.get("status") in self._form.written and line.get(self._form.id_field, "").isdigit()
        return written or (line.get("status") == "error" and "message" in line)


def _entity_of(number: int, held: str) -> Entity | None:
    """The entity as the module has read it again; None where it tells nothing, or nothing that can be read."""
    try:
        told = json.loads(held or "null", parse_int=str)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    return {"id": number} | {name: _by_language(name, value) for name, value in told.items()}


def _by_language(name: str, value: Any) -> Any:
    """Texts by id_lang, as a list tells them; JSON has no numbers for keys."""
    if name == "associations" or not isinstance(value, dict):
        return value
    return {int(language): text for language, text in value.items() if language.isdecimal()}
