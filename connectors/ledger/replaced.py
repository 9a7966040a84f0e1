"""What runs replaced in the shop, so that it can be put back, and what an undo holds until the files say otherwise."""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import sqlalchemy as sa

from connectors.ledger.database import upsert
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import HOLDS, REPLACED
from schemas.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Iterable

Values: TypeAlias = Mapping[str, Any]
"""Webservice fields; texts of languages by id_lang, and `associations`."""
Done: TypeAlias = Literal["create", "update", "delete", "close", "open", "associate"]
_KEYS_AT_ONCE = 5_000
_NONCE_BYTES = 12
_SHARED = ("before", "after")


_NOTHING: dict[str, Any] = {}


class Replaced(NamedTuple):
    """One entity that a run was about to write: what the shop had of it, and what it was given.

    `key` is that of its link, empty for a combination of no row; `family` is the key of the product that it belongs
    to, or the id of the product that a stock row counts. `before` holds of an update the fields of `after`.
    `true_at` is when `before` was last confirmed, where it was not read just before the write.
    """

    key: str
    resource: str
    id: int
    done: Done
    before: Values = _NOTHING
    after: Values = _NOTHING
    family: str = ""
    true_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """What one run is about to replace in one go; `wants` are the fingerprints of its rows by key."""

    run_id: str
    stream: str
    values: Sequence[Replaced]
    wants: Mapping[str, str] = field(default_factory=dict)
    replaced_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Replacements(LedgerPart):
    """What was replaced, by run, and what is held, by kind and key."""

    def replaced(self, shop: str, run_id: str) -> list[tuple[str, Replacement]]:
        """(kind, what was replaced) of one run, in the order in which it was written.

        UnexpectedReplyError for what another ledger's secret has encrypted.
        """
        query = sa.select(REPLACED).where(REPLACED.c.shop == shop, REPLACED.c.run_id == run_id).order_by(REPLACED.c.id)
        with self.database.read("read what was replaced") as connection:
            rows = connection.execute(query).all()
        return [
            (
                row.kind,
                _unpacked(self._opened(row.content, shop, run_id, row.kind), run_id, row.stream, row.replaced_at),
            )
            for row in rows
        ]

    def replaced_counts(self, shop: str) -> dict[str, int]:
        """How many entities each run replaced whose values are kept, by its id."""
        counted = sa.select(REPLACED.c.run_id, sa.func.sum(REPLACED.c.row_count)).group_by(REPLACED.c.run_id)
        with self.database.read("read what was replaced") as connection:
            return {run_id: int(count) for run_id, count in connection.execute(counted.where(REPLACED.c.shop == shop))}

    def replaced_kinds(self, shop: str, run_id: str) -> dict[str, str]:
        """The stream of each kind of link of which values of a run are kept; empty for other runs."""
        query = sa.select(REPLACED.c.kind, REPLACED.c.stream).distinct()
        with self.database.read("read what was replaced") as connection:
            rows = connection.execute(query.where(REPLACED.c.shop == shop, REPLACED.c.run_id == run_id))
            return {row.kind: row.stream for row in rows}

    def forget_replaced(self, shop: str, before: datetime) -> int:
        """How many kept values were deleted that were replaced before then."""
        old = sa.and_(REPLACED.c.shop == shop, REPLACED.c.replaced_at < before)
        with self.database.write("forget what was replaced") as connection:
            count = connection.execute(sa.select(sa.func.sum(REPLACED.c.row_count)).where(old)).scalar_one_or_none()
            connection.execute(sa.delete(REPLACED).where(old))
        return int(count or 0)

    def hold_wants(self, shop: str, kind: str, wants: Mapping[str, str], *, run_id: str) -> None:
        """What each key wants is not written again until it wants something else.

        A key of which something else is held already keeps that: it is what the files said last, and the run that is
        undone now was before.
        """
        if not wants:
            return
        row = {"shop": shop, "kind": kind, "run_id": run_id, "held_at": datetime.now(UTC)}
        query = sa.select(HOLDS.c.key, HOLDS.c.want).where(HOLDS.c.shop == shop, HOLDS.c.kind == kind)
        with self.database.write("hold what was undone") as connection:
            held = {found.key: found.want for found in connection.execute(query)}
            for key, want in wants.items():
                if held.get(key, want) == want:
                    upsert(connection, HOLDS, row | {"key": key, "want": want})

    def held_wants(self, shop: str, kind: str) -> dict[str, str]:
        """What is held, by key."""
        query = sa.select(HOLDS.c.key, HOLDS.c.want).where(HOLDS.c.shop == shop, HOLDS.c.kind == kind)
        with self.database.read("read what is held") as connection:
            return {row.key: row.want for row in connection.execute(query)}

    def release_wants(self, shop: str, kind: str, keys: Iterable[str], *, held_by: str = "") -> None:
        """Nothing is held of these keys, or nothing that the run `held_by` holds; the others change nothing."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return
        those = sa.and_(HOLDS.c.shop == shop, HOLDS.c.kind == kind)
        those = sa.and_(those, HOLDS.c.run_id == held_by) if held_by else those
        with self.database.write("release what was held") as connection:
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                some = HOLDS.c.key.in_(wanted[start : start + _KEYS_AT_ONCE])
                connection.execute(sa.delete(HOLDS).where(those, some))

    def _opened(self, content: bytes, shop: str, run_id: str, kind: str) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - most commands open nothing

        try:
            about = _about(shop, run_id, kind)
            opened: bytes = _cipher(self.snapshots.secret).decrypt(
                content[:_NONCE_BYTES], content[_NONCE_BYTES:], about
            )
        except InvalidTag as error:
            raise UnexpectedReplyError(
                "what the run replaced cannot be read",
                system="ledger",
                action="read what was replaced",
                remedy="It was changed, or another ledger has written it: restore the ledger from its backup.",
            ).worded("ledger_unreadable") from error
        return opened


def keep(connection: sa.Connection, secret: bytes, shop: str, kind: str, replacement: Replacement) -> None:
    """What is about to be replaced is kept, within a transaction that also doubts its links."""
    if not replacement.values:
        return
    content = _sealed(secret, _packed(replacement), _about(shop, replacement.run_id, kind))
    row = {"shop": shop, "kind": kind, "run_id": replacement.run_id, "stream": replacement.stream}
    figures = {"row_count": len(replacement.values), "replaced_at": replacement.replaced_at}
    connection.execute(sa.insert(REPLACED).values(row | figures | {"content": content}))


def _cipher(secret: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - most commands open nothing

    return AESGCM(blake2b(secret, digest_size=32, person=b"replaced").digest())


def _sealed(secret: bytes, content: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed: bytes = _cipher(secret).encrypt(nonce, content, about)
    return nonce + sealed


def _about(shop: str, run_id: str, kind: str) -> bytes:
    return base64.b64encode(json.dumps([shop, run_id, kind]).encode())


def _packed(replacement: Replacement) -> bytes:
    """Column by column, so that what is alike lies together; values that several entities share are kept once."""
    columns: dict[str, Sequence[Any]] = dict(zip(Replaced._fields, zip(*replacement.values, strict=True), strict=True))
    instants = {at: at.isoformat() if at else "" for at in set(columns["true_at"])}
    columns["true_at"] = [instants[at] for at in columns["true_at"]]
    columns |= {name: _once_each(columns[name]) for name in _SHARED}
    text = json.dumps({"values": columns, "wants": dict(replacement.wants)}, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def _once_each(column: Sequence[Any]) -> list[Any]:
    """The objects of a column, and of each row which one it has."""
    numbers: dict[int, int] = {}
    which = [numbers.setdefault(id(one), len(numbers)) for one in column]
    objects = dict(zip(which, column, strict=True))
    return [[objects[number] for number in range(len(numbers))], which]


def _unpacked(content: bytes, run_id: str, stream: str, replaced_at: datetime) -> Replacement:
    kept = json.loads(zlib.decompress(content))
    columns = kept["values"]
    for name in _SHARED:
        objects, which = columns[name]
        columns[name] = [objects[number] for number in which]
    values = [
        Replaced(
            key,
            resource,
            number,
            done,
            _by_language(before),
            _by_language(after),
            family,
            datetime.fromisoformat(true_at) if true_at else None,
        )
        for key, resource, number, done, before, after, family, true_at in zip(*columns.values(), strict=True)
    ]
    return Replacement(run_id, stream, values, kept["wants"], replaced_at)


def _by_language(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no numbers for keys: those of languages are numbers again."""
    return {
        name: {int(language): text for language, text in value.items()}
        if isinstance(value, dict) and name != "associations"
        else value
        for name, value in values.items()
    }
