"""Pure: what becomes of one category or item, by what the ledger knows of it and what the ERP has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from json import dumps
from typing import Literal

from schemas.catalogue import FoundEntities, FoundEntity, WantedEntity

_DIGEST_BYTES = 16
FORMATTED = frozenset({"description", "long_description"})
"""Fields of which only what a person reads is compared: where something of them may have changed, they are written."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger remembers of a category or an item."""

    number: str
    fingerprint: str
    unchanging: str
    """What never changes of it, as it was."""
    in_doubt: bool = False
    placed: str = ""
    """The fingerprint of the categories that it was put into."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why it goes no further: the code and detail of the message."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is written of it."""

    action: Literal["create", "update", "take over", "confirm"]
    found: FoundEntity | None = None
    fields: frozenset[str] = frozenset()
    differing: tuple[tuple[str, str, str], ...] = ()
    """(field, before, after) for a person."""


def fingerprint(wanted: WantedEntity, owned: frozenset[str], secret: bytes) -> str:
    """A keyed hash of what would be sent of it, without the fields that are the ERP's own."""
    sent = {name: value for name, value in wanted.request.items() if name not in owned}
    return blake2b(dumps(sent, sort_keys=True).encode(), digest_size=_DIGEST_BYTES, key=secret).hexdigest()


def placing(wanted: WantedEntity, secret: bytes) -> str:
    """A keyed hash of the categories that it is put into; empty where nothing is told of them."""
    told = wanted.request.get("categories")
    if told is None:
        return ""
    return blake2b(dumps(told, sort_keys=True).encode(), digest_size=_DIGEST_BYTES, key=secret).hexdigest()


def decide(
    wanted: WantedEntity,
    unchanging: str,
    known: Known | None,
    found: FoundEntities,
    owned: frozenset[str],
    *,
    adopts: bool,
    left: Collection[str] = (),
    placed: str = "",
) -> Change | Held:
    """What becomes of it; `owned` are the fields that are the ERP's own, `adopts` takes over whatever bears its name.

    `left` are our references of what the shop has deleted: what bears one is nobody's any more. What bears our own
    reference is ours where its identity is the one that the ledger knows, or where it is alike: a shop restored from a
    backup gives its ids to other products. `placed` is its `placing`: one that the ledger knows is not sorted anew.
    """
    sent = _sent_fields(wanted) - owned
    if placed and known is not None and known.placed == placed and not known.in_doubt:
        sent -= {"categories"}
    if ours := found.by_uid.get(wanted.uid):
        is_named_so = wanted.name.casefold() == ours.name.casefold()
        if not (_is_same(known, unchanging) or is_named_so or _alike(wanted, ours)):
            return Held("item_id_reused", f"{wanted.name} / {ours.name}")
        return _change_of(wanted, ours, known, sent)
    if there := found.by_name.get(wanted.name):
        if (there.uid and there.uid not in left) or not (adopts or _alike(wanted, there)):
            return Held("item_name_taken", f"{wanted.name}: {there.fields['name']} {there.uid}".strip())
        return Change("take over", there, sent, _differing(wanted, there, sent))
    shown = tuple((name, "", value) for name, value in wanted.fields.items() if value and name not in FORMATTED)
    return Change("create", differing=shown)


def _is_same(known: Known | None, unchanging: str) -> bool:
    """Whether the ledger knows this one; a link of the time before it noted what never changes is believed."""
    return known is not None and (known.unchanging == unchanging or not (known.unchanging or known.in_doubt))


def _sent_fields(wanted: WantedEntity) -> frozenset[str]:
    """The fields that the shop says something of: what it leaves empty stays as the ERP has it."""
    silent = {name for name, value in wanted.fields.items() if not value or (name == "weight" and value == "0")}
    return frozenset(wanted.request) - silent


def differs(wanted: WantedEntity, there: FoundEntity, owned: frozenset[str]) -> bool:
    """Whether the ERP has it otherwise than it was to be, as far as it is the shop's to say."""
    return bool(_differing(wanted, there, _sent_fields(wanted) - owned))


def _change_of(wanted: WantedEntity, ours: FoundEntity, known: Known | None, sent: frozenset[str]) -> Change:
    differing = _differing(wanted, ours, sent)
    fields = frozenset(name for name, _, _ in differing)
    if known is not None:
        fields |= FORMATTED & sent
    return Change("update" if differing else "confirm", ours, fields | ({"categories"} & sent), differing)


def _differing(wanted: WantedEntity, there: FoundEntity, names: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
    pairs = ((name, there.fields.get(name, ""), wanted.fields[name]) for name in sorted(names & wanted.fields.keys()))
    return tuple((name, before, after) for name, before, after in pairs if before != after)


def differing(wanted: WantedEntity, there: FoundEntity, fields: frozenset[str]) -> tuple[str, ...]:
    """The fields of these that the ERP does not have as they were to be: what a read-back compares."""
    return tuple(name for name, _, _ in _differing(wanted, there, fields))


def _alike(wanted: WantedEntity, there: FoundEntity) -> bool:
    same: Mapping[str, str] = {name: there.fields.get(name, "").casefold() for name in wanted.alike}
    return any(text and text == wanted.fields[name].casefold() for name, text in same.items())
