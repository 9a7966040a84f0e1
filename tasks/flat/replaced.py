"""What the shop has of the entities that are about to be written, as the ledger keeps it for an undo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from connectors.ledger import Replaced
from tasks.flat.plan.entities import PlannedEntity
from tasks.flat.stream import FlatStream
from tasks.products.replaced import former


def replaced_entities(stream: FlatStream, entities: Iterable[PlannedEntity]) -> Iterator[Replaced]:
    """One for each entity to write; never a password, nor what the shop does not give back."""
    for one in entities:
        found = one.found
        if one.action == "delete":
            before = {name: found[name] for name in stream.compared if name in found and "[" not in name}
            yield Replaced(one.ref.key, stream.resource, one.id, "delete", before)
            continue
        after = given(one, stream.unread)
        if one.action == "create":
            yield Replaced(one.ref.key, stream.resource, 0, "create", {}, after)
        else:
            yield Replaced(one.ref.key, stream.resource, one.id, "update", former(found, after), after)


def given(one: PlannedEntity, unread: Collection[str]) -> dict[str, Any]:
    """What the entity is given, as the webservice takes it."""
    after = one.as_sent()
    if unread or one.members:
        after = {name: value for name, value in after.items() if name not in unread}
    if one.members:
        after["associations"] = {name: [{"id": str(i)} for i in ids] for name, ids in one.members.items()}
    return after
