"""Pure: entities of one resource, one to a row, as wanted against as the shop has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, Literal, TypeAlias

from schemas.outcomes import Outcome
from tasks.products.plan.shapes import Action, Changes, Entity
from tasks.products.translate.rows import Value
from tasks.products.translate.values import as_text, same
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef

FieldValue: TypeAlias = Value | dict[int, str]
"""One value, or one text per id_lang."""
Fields: TypeAlias = dict[str, FieldValue]
Closing: TypeAlias = Literal["deactivate", "delete"]


@dataclass(slots=True)
class WantedEntity:
    """What one row wants of one entity; the key of `ref` is that of its link.

    `owned` is compared and sent at every change, `first` only when the entity is created.
    """

    ref: RowRef
    closed: bool = False
    owned: Fields = field(default_factory=dict)
    first: Fields = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    """`first` and `owned` as the webservice takes them, where a stream has worked that out beforehand."""
    member_of: dict[str, int] = field(default_factory=dict)
    """Association -> the id that must be among its rows."""
    first_member_of: dict[str, int] = field(default_factory=dict)
    """The same for an entity that is created, beside `member_of`."""
    label: str = ""
    """A code of the ERP that the link keeps beside the key."""
    stop: Stop | None = None


@dataclass(slots=True)
class PlannedEntity:
    """Where one row will end if all goes well, and what is to be written for it.

    `fields` and `members` are what is sent; `owned` is what an entity that turns out to exist is given instead.
    """

    ref: RowRef
    outcome: Outcome
    code: str = ""
    detail: str = ""
    column: str = ""
    action: Action | None = None
    id: int = 0
    fields: Fields = field(default_factory=dict)
    owned: Fields = field(default_factory=dict)
    members: dict[str, list[int]] = field(default_factory=dict)
    changes: Changes = field(default_factory=list)
    """Against what the shop has; none for an entity that it does not have."""
    closed: bool = False
    label: str = ""
    attempted: bool = False
    """Sent once already: what it creates may be on the shop."""

    found: Entity = field(default_factory=dict)
    """What the shop had when the plan was made."""
    sent: dict[str, Any] = field(default_factory=dict)
    """`fields` as the webservice takes them, once they have been asked for."""
    wanted: dict[str, Any] = field(default_factory=dict)
    """All that is wanted as the webservice takes it, where a stream has worked that out beforehand."""

    def as_sent(self) -> dict[str, Any]:
        """The fields as the webservice takes them: texts, and texts of languages; worked out once, and not changed."""
        if not self.sent:
            self.sent = written(self.fields)
        return self.sent

    def content(self) -> str:
        """All that is to be sent, and what the shop has of it, as text; without the password, which is made anew."""
        fields = sorted(
            (name, repr(value) if isinstance(value, dict) else value)
            for name, value in self.as_sent().items()
            if name != "passwd"
        )
        return repr((self.action, self.id, fields, sorted(self.members.items()), self.found))


def written(fields: Mapping[str, FieldValue]) -> dict[str, Any]:
    """The fields as the webservice takes them: texts, and texts of languages."""
    return {name: value if isinstance(value, dict) else as_text(value) for name, value in fields.items()}


def plan_entity(wanted: WantedEntity, current: Entity | Stop | None, closing: Closing) -> PlannedEntity:
    """What is to be written so that the shop has what is wanted; `current` None: the shop does not have it."""
    stop = wanted.stop or (current if isinstance(current, Stop) else None)
    if stop is not None:
        return PlannedEntity(wanted.ref, stop.outcome, stop.code, stop.detail, stop.column)
    if current is None or isinstance(current, Stop):
        return _created(wanted)
    if wanted.closed:
        return _closed(wanted, current, closing)
    planned = PlannedEntity(wanted.ref, Outcome.UNCHANGED, id=int(current["id"]), owned=wanted.owned, found=current)
    planned.label, planned.wanted = wanted.label, wanted.sent
    _compare(planned, wanted.owned, wanted.sent or written(wanted.owned), current)
    for association, number in wanted.member_of.items():
        now = [int(row["id"]) for row in current.get("associations", {}).get(association, ())]
        if number not in now:
            planned.members[association] = [*now, number]
            planned.changes.append((association, _listed(now), _listed([*now, number])))
    if planned.changes:
        planned.outcome, planned.action = Outcome.UPDATED, "update"
    return planned


def _created(wanted: WantedEntity) -> PlannedEntity:
    if wanted.closed:
        return PlannedEntity(wanted.ref, Outcome.IGNORED, "closed_and_unknown", closed=True)
    planned = PlannedEntity(wanted.ref, Outcome.CREATED, action="create", owned=wanted.owned, label=wanted.label)
    planned.fields = wanted.first | wanted.owned
    planned.sent = planned.wanted = wanted.sent
    members = wanted.first_member_of | wanted.member_of
    planned.members = {association: [number] for association, number in members.items()}
    return planned


def shown_changes(planned: PlannedEntity) -> Changes:
    """What a plan shows of an entity: of a new one, every field with a value."""
    if planned.action != "create":
        return planned.changes
    new = (_changes(name, value, {} if isinstance(value, dict) else "") for name, value in planned.fields.items())
    return [change for changes in new for change in changes]


def _closed(wanted: WantedEntity, current: Entity, closing: Closing) -> PlannedEntity:
    planned = PlannedEntity(wanted.ref, Outcome.UNCHANGED, id=int(current["id"]), closed=True, label=wanted.label)
    planned.found = current
    if closing == "delete":
        planned.outcome, planned.action = Outcome.DEACTIVATED, "delete"
        planned.changes = [("id", str(planned.id), "")]
        return planned
    planned.owned = {"active": False}
    _compare(planned, planned.owned, written(planned.owned), current)
    if planned.changes:
        planned.outcome, planned.action = Outcome.DEACTIVATED, "deactivate"
    return planned


def _compare(planned: PlannedEntity, owned: Mapping[str, FieldValue], sent: Mapping[str, Any], current: Entity) -> None:
    """Puts into the plan what the shop does not have as `owned`; texts go in every language or not at all.

    `sent` are the same fields as the webservice takes them.
    """
    for name, value in owned.items():
        # Most of what the shop has is there as it was sent.
        if (text := sent[name]) == current.get(name, ""):
            continue
        if not isinstance(value, dict):
            now = str(current.get(name, ""))
            if not same(name, value, now):
                planned.fields[name] = value
                planned.changes.append((name, now, text))
            continue
        texts = current.get(name, {})
        if changes := _changes(name, value, texts):
            # A text that is sent is sent in every language: those left out would be emptied.
            planned.fields[name] = {**texts, **value}
            planned.changes += changes


def _changes(name: str, value: FieldValue, now: str | Mapping[int, str]) -> Changes:
    if isinstance(value, dict):
        texts: Mapping[int, str] = now if isinstance(now, Mapping) else {}
        different = {lang: text for lang, text in value.items() if not same(name, text, texts.get(lang, ""))}
        return [(f"{name}@{lang}", texts.get(lang, ""), text) for lang, text in different.items()]
    return [] if same(name, value, str(now)) else [(name, str(now), as_text(value))]


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids))


def stop_double_claims(
    wanted: Sequence[WantedEntity], ids: Mapping[str, int], claimed: Mapping[int, str], named_by: Sequence[str]
) -> None:
    """Stops every row that wants an entity which another key holds, or wants to create what another row creates.

    `ids`: the entity found for each wanted key. `claimed`: the key of the ledger's active link by id of its entity.
    `named_by`: the fields that together name one entity.
    """
    held = {str(shop_id): key for shop_id, key in claimed.items()}
    for one in wanted:
        shop_id = ids.get(one.ref.key, 0)
        if one.stop is not None or (one.closed and not shop_id):
            continue
        claim = str(shop_id) if shop_id else _claim(one, named_by)
        holder = held.setdefault(claim, one.ref.key)
        if holder != one.ref.key:
            one.stop = Stop(Outcome.REJECTED, "entity_taken", f"{shop_id}: {holder}" if shop_id else holder)


def _claim(wanted: WantedEntity, named_by: Sequence[str]) -> str:
    """What names an entity that is to be created, whatever its letters' case; never what an id reads like."""
    fields = wanted.sent or (wanted.first | wanted.owned)
    return ("\0" + "\0".join(map(str, map(fields.get, named_by, repeat(""))))).casefold()
