"""Pure: what a run replaced, against what the shop has now, becomes what is put back and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeAlias

from schemas.outcomes import Outcome
from tasks.products.plan.shapes import IMPACTS, Changes
from tasks.products.translate.entities import differences
from tasks.products.translate.values import same
from tasks.stock_check.differences import Moved

Entity: TypeAlias = Mapping[str, Any]
Action: TypeAlias = Literal["", "create", "update", "deactivate", "delete"]
CHANGED_SINCE = "undo_changed_since"
_MIDNIGHT = " 00:00:00"
_WAS_OPEN, _IS_CLOSED = "1", "0"


@dataclass(slots=True)
class PutBack:
    """One entity that a run wrote, and what becomes of it; `line` counts them.

    `done` is what the run did. `fields` is what is sent, `action` how: empty where only the ledger is to know.
    """

    kind: str
    key: str
    resource: str
    id: int
    done: str
    line: int
    before: Entity = field(default_factory=dict)
    after: Entity = field(default_factory=dict)
    family: str = ""
    wrote_at: datetime | None = None
    """When the run was first about to write it."""
    outcome: Outcome = Outcome.UNCHANGED
    code: str = ""
    detail: str = ""
    action: Action = ""
    fields: dict[str, Any] = field(default_factory=dict)
    changes: Changes = field(default_factory=list)
    is_gone: bool = False
    """As an undo wants it: the run was cut off before it made it, or it is deleted already, by a person or an undo."""

    @property
    def is_left(self) -> bool:
        """Whether it stays as it is in the shop and in the ledger."""
        return self.outcome in {Outcome.IGNORED, Outcome.REFUSED, Outcome.WAITING}

    @property
    def shown_key(self) -> str:
        """Its key; a combination of no row is named by its product and its id."""
        return self.key or f"{self.family} #{self.id}"

    def leave(self, code: str, detail: str = "") -> None:
        """It stays as it is, for this reason."""
        self.outcome, self.code, self.detail = Outcome.IGNORED, code, detail
        self.action, self.fields, self.changes = "", {}, []


def decide(one: PutBack, now: Entity | None, *, deletes: bool, is_private: bool = False) -> None:
    """What becomes of an entity that the shop has as `now`; `deletes`: what is made new is deleted, not closed."""
    if one.done == "associate":
        one.leave("undo_associated", str(one.id))
    elif one.done in {"close", "open"}:
        one.outcome = Outcome.UPDATED if one.done == "close" else Outcome.DEACTIVATED
    elif one.done == "delete":
        _make_again(one)
    elif one.done == "create" and deletes and now is None:
        one.is_gone = True
    elif one.done == "create" and not one.id:
        one.leave("undo_unknown_id")
    elif now is None:
        one.leave("undo_gone", str(one.id))
    elif one.done == "create":
        _close(one, now, deletes=deletes, is_private=is_private)
    else:
        _put_back(one, now, is_private=is_private)


def _make_again(one: PutBack) -> None:
    if not one.before:
        one.leave("undo_deleted", str(one.id))
        return
    one.action, one.outcome, one.fields = "create", Outcome.CREATED, dict(one.before)
    one.changes = [(name, "", str(value)) for name, value in one.before.items()]


def _close(one: PutBack, now: Entity, *, deletes: bool, is_private: bool) -> None:
    if one.resource == "combinations":
        one.leave("undo_combination_stays", str(now["id"]))
        return
    if changed := differing(_given(one), now):
        one.leave(CHANGED_SINCE, _named(changed, is_private=is_private))
    elif deletes:
        one.action, one.outcome = "delete", Outcome.DEACTIVATED
        one.changes = [("id", str(now["id"]), "")]
    elif str(now.get("active", "")) != _IS_CLOSED:
        one.action, one.outcome, one.fields = "deactivate", Outcome.DEACTIVATED, {"active": _IS_CLOSED}
        one.changes = [("active", str(now.get("active", "")), _IS_CLOSED)]
    else:
        one.fields = {"active": _IS_CLOSED}


def _given(one: PutBack) -> dict[str, Any]:
    """What the run gave it, but for whether it is on."""
    return {name: value for name, value in one.after.items() if name != "active"}


def as_given(one: PutBack, there: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of what bears the names of what the run made, that which is as the run gave it; where none is, all of it."""
    return [row for row in there if not differing(_given(one), row)] or list(there)


def _put_back(one: PutBack, now: Entity, *, is_private: bool) -> None:
    if not one.before:
        one.leave("undo_unknown_before")
        return
    back = differing(one.before, now)
    if not back:
        one.fields = dict(one.before)
        return
    if changed := differing(one.after, now):
        one.leave(CHANGED_SINCE, _named(changed, is_private=is_private))
        return
    closes = one.before.get("active") == _IS_CLOSED and one.after.get("active") == _WAS_OPEN
    one.action, one.outcome = "update", Outcome.DEACTIVATED if closes else Outcome.UPDATED
    one.fields, one.changes = dict(one.before), [(name, read, value) for name, value, read in back]


def decide_quantity(one: PutBack, now: Entity | None, moved: Moved, earlier: Moved) -> None:
    """The former quantity comes back less what was sold since it was true.

    `moved` is what orders did since the run wrote, `earlier` what they did since the former quantity was confirmed.
    """
    if now is None:
        one.leave("undo_gone", str(one.id))
        return
    if not one.before:
        one.leave("undo_unknown_before")
        return
    written, current = int(one.after["quantity"]), int(now["quantity"] or 0)
    back = int(one.before["quantity"]) - earlier.sold
    if current == back:
        one.fields = {"quantity": str(back)}
        return
    if not moved.explains(current - written):
        one.leave(CHANGED_SINCE, f"quantity: {written} / {current}")
    elif not (earlier.is_certain and moved.is_certain):
        one.leave("undo_sales_unclear", f"{written} / {current}")
    else:
        one.action, one.outcome, one.fields = "update", Outcome.UPDATED, {"quantity": str(back)}
        one.changes = [("quantity", str(current), str(back))]


def leave_families(put_backs: Iterable[PutBack]) -> None:
    """Prices and weights of a product and its combinations go together: one that was changed since keeps them all."""
    families: dict[str, list[PutBack]] = {}
    for one in put_backs:
        if one.family and any(name in one.before for name in IMPACTS):
            families.setdefault(one.family, []).append(one)
    for family in families.values():
        changed = next((one for one in family if one.is_left and one.done == "update"), None)
        for one in family:
            if changed is not None and not one.is_left:
                one.leave("undo_family_changed", changed.shown_key)


def close_with_their_products(put_backs: Iterable[PutBack]) -> None:
    """Combinations that the run made within a product that it made are off with that product."""
    made = [one for one in put_backs if one.done == "create"]
    closed = {one.family: one.outcome for one in made if one.resource == "products" and not one.is_left}
    for one in made:
        if one.resource == "combinations" and one.family in closed:
            one.outcome, one.code, one.detail = closed[one.family], "", ""


def differing(values: Entity, now: Entity) -> list[tuple[str, str, str]]:
    """(field, value, what the shop has) of what it has otherwise; a text of a language is `name@2`."""
    return [*_differing_fields(values, now), *_differing_associations(values, now)]


def _differing_fields(values: Entity, now: Entity) -> Iterator[tuple[str, str, str]]:
    for name, value in values.items():
        if name == "associations" or name not in now:
            continue
        if isinstance(value, Mapping):
            texts: Mapping[int, str] = now[name] or {}
            for language, text in value.items():
                if not _is_same(name, str(text), str(texts.get(language, ""))):
                    yield f"{name}@{language}", str(text), str(texts.get(language, ""))
        elif not _is_same(name, str(value), str(now[name])):
            yield name, str(value), str(now[name])


def _differing_associations(values: Entity, now: Entity) -> Iterator[tuple[str, str, str]]:
    members = values.get("associations", {})
    for name, *_ in differences({"associations": members}, now):
        yield name, _listed(members[name]), _listed(now.get("associations", {}).get(name, ()))


def _is_same(name: str, value: str, now: str) -> bool:
    if same(name, value, now) or value.removesuffix(_MIDNIGHT) == now.removesuffix(_MIDNIGHT):
        return True
    try:
        return Decimal(value or 0) == Decimal(now or 0)
    except InvalidOperation:
        return False


def _listed(members: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join("/".join(str(value) for value in member.values()) for member in members)


def _named(changed: Sequence[tuple[str, str, str]], *, is_private: bool) -> str:
    """What a person changed, as `price: 10 / 12`; of people the names of fields alone."""
    return "; ".join(name if is_private else f"{name}: {value} / {now}" for name, value, now in changed)
