"""What the shop has now of what a run wrote, and what it has sold since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from connectors.ledger import LinkState, Replaced, Replacement
from connectors.prestashop import IDS_ONLY, Entity
from connectors.prestashop.dates import EPOCH, instant, zone_of
from schemas.incidents import Level
from tasks.report.progress import advance
from tasks.run.run import Run
from tasks.stock_check.differences import MARGIN, ItemIds, Moved, Sales, sales_of
from tasks.stock_check.sales import sales_since
from tasks.undo.kinds import KINDS, PRODUCT, STOCK
from tasks.undo.plan import PutBack, as_given, close_with_their_products, decide, decide_quantity, leave_families

if TYPE_CHECKING:
    from tasks.run.admin_pages import Page

_AT_ONCE = 2_000
_STOCK_FIELDS = ("id", "id_product", "quantity")
_ITEMS = ("products", "combinations")
_DATED = ("products", "customers")
_OWN_PAGES: Mapping[str, Page] = MappingProxyType({"customers": "customer", "suppliers": "supplier"})
_NO_PAGE = ("stores",)
Kept = Sequence[tuple[str, Replacement]]


def put_backs_of(kept: Kept) -> list[tuple[PutBack, Replaced, datetime]]:
    """What was replaced, each entity once with what it had first and was given last, and when it was written."""
    first: dict[tuple[str, str, str, int], tuple[Replaced, datetime]] = {}
    last: dict[tuple[str, str, str, int], tuple[Replaced, datetime]] = {}
    for kind, replacement in kept:
        for value in replacement.values:
            name = (kind, value.resource, value.key, 0 if value.key else value.id)
            first.setdefault(name, (value, replacement.replaced_at))
            last[name] = (value, replacement.replaced_at)
    found = []
    for line, ((kind, *_), (value, at)) in enumerate(last.items(), 1):
        was, began = first[kind, value.resource, value.key, 0 if value.key else value.id]
        one = PutBack(kind, value.key, value.resource, value.id, was.done, line, was.before, value.after, value.family)
        one.wrote_at = began
        found.append((one, was, at))
    return found


class LookUp:
    """The look-ups of one undo."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._links: dict[str, pl.DataFrame] = {}
        self._of_keys: dict[str, Mapping[str, ItemIds]] = {}
        self._made: set[int] = set()
        """Ids of what was found by what it is."""

    def links(self, kind: str) -> pl.DataFrame:
        """The ledger's links of a kind; read once."""
        if kind not in self._links:
            self._links[kind] = self._run.ledger.links(self._run.folder.name, kind)
        return self._links[kind]

    async def decide_all(self, found: Sequence[tuple[PutBack, Replaced, datetime]]) -> None:
        """Says of each what becomes of it, by what the shop has now."""
        self._find_ids([one for one, *_ in found if one.done == "create" or not one.id])
        quantities = [entry for entry in found if entry[0].kind == STOCK]
        others = [one for one, *_ in found if one.kind != STOCK]
        await self._find_made([one for one in others if one.done == "create" and not one.id])
        await self._decide(others)
        await self._leave_homeless([one for one in others if one.action == "create"])
        leave_families(others)
        close_with_their_products(others)
        await self._decide_quantities(quantities)

    async def _leave_homeless(self, made_again: Sequence[PutBack]) -> None:
        """What hung on a product that is gone is not made again: the shop would take it, and nobody would see it."""
        asked = {str(one.fields["id_product"]) for one in made_again if "id_product" in one.fields}
        there = await self._run.shop.find("products", "id", asked, display=IDS_ONLY, within="all") if asked else []
        gone = asked - {str(entity["id"]) for entity in there}
        for one in made_again:
            if str(one.fields.get("id_product", "")) in gone:
                one.leave("undo_gone", str(one.fields["id_product"]))

    def _find_ids(self, created: Iterable[PutBack]) -> None:
        """The ids of what the run made new, as the ledger has them by now."""
        for one in created:
            product, combination = self._pairs(one.kind).get(one.key, (0, 0))
            one.id = combination if one.resource == "combinations" else product

    async def _find_made(self, put_backs: Sequence[PutBack]) -> None:
        """The ids of what the run made and no link knows: it was cut off, or the thing is there no more."""
        await self._find_products([one for one in put_backs if one.resource == "products"])
        for kind in dict.fromkeys(one.kind for one in put_backs):
            identity = KINDS[kind].identity
            mine = [one for one in put_backs if one.kind == kind]
            if identity is None:
                continue
            language = self._run.facts.default_language
            asked = {identity.lookup_text(one.after, language) for one in mine}
            resource = mine[0].resource
            display = KINDS[kind].display(resource, identity.by)
            rows = await self._run.shop.find(resource, identity.lookup, asked, display=display, also=identity.also)
            there: dict[tuple[str, ...], list[Entity]] = {}
            for row in rows:
                there.setdefault(identity.key(row, language), []).append(row)
            for one in mine:
                found = as_given(one, there.get(identity.key(one.after, language), []))
                _take(one, [int(row["id"]) for row in found])
                self._made |= {one.id} - {0}
            if KINDS[kind].notes_intent:
                self._leave_unnoted(kind, mine)

    def _leave_unnoted(self, kind: str, put_backs: Iterable[PutBack]) -> None:
        """What the ledger does not have as about to be made was made by somebody else, or was refused to the run."""
        noted = set(self.links(kind).filter(pl.col("state") == LinkState.INTENDED)["erp_key"])
        for one in put_backs:
            if one.id and one.key not in noted:
                one.leave("undo_not_noted", str(one.id))

    async def _find_products(self, put_backs: Sequence[PutBack]) -> None:
        """By their references, which one product alone must have; whether the run made them, their values say."""
        keys, field = {one.key for one in put_backs if one.key}, self._run.stream.key_column.target
        rows = await self._run.shop.find("products", field, keys, display=("id", field)) if keys else []
        for one in put_backs:
            _take(one, [int(row["id"]) for row in rows if str(row[field]) == one.key])

    def _pairs(self, kind: str) -> Mapping[str, ItemIds]:
        """(shop_id, sub_id) by key, and by the key of a parent."""
        if kind not in self._of_keys:
            there = self.links(kind).filter(pl.col("shop_id") > 0)
            parents = there.filter(pl.col("parent_key").is_not_null()).select("parent_key", "shop_id").iter_rows()
            pairs = {key: (number, 0) for key, number in parents}
            rows = there.select("erp_key", "shop_id", "sub_id").iter_rows()
            self._of_keys[kind] = pairs | {key: (number, sub_id) for key, number, sub_id in rows}
        return self._of_keys[kind]

    def note_page(self, one: PutBack) -> None:
        """The key of an entity leads to its page in the back office, or to that of its product."""
        if one.resource in _NO_PAGE:
            return
        page = _OWN_PAGES.get(one.resource, "product")
        if number := self._product_of(one) if page == "product" else one.id:
            self._run.shown_keys.note(one.shown_key, page, number)

    def _product_of(self, one: PutBack) -> int:
        """By the key of the item, which begins the keys of its discounts and its suppliers' prices; 0: not known."""
        pairs = self._pairs(PRODUCT)
        known = (pairs[key][0] for key in (one.key, one.key.partition("|")[0], one.family) if key in pairs)
        if number := next(known, 0):
            return number
        return int(one.family) if one.kind == STOCK and one.family else 0

    async def _decide(self, put_backs: Sequence[PutBack]) -> None:
        for kind, resource in dict.fromkeys((one.kind, one.resource) for one in put_backs):
            mine = [one for one in put_backs if (one.kind, one.resource) == (kind, resource)]
            for start in range(0, len(mine), _AT_ONCE):
                self._run.lease.check()
                part = mine[start : start + _AT_ONCE]
                now = await self._read(resource, part)
                were_there = await self._ids_of_older(resource, part) if resource in _DATED else set()
                for one in part:
                    entity, of_kind = now.get(one.id), KINDS[kind]
                    if one.is_left:
                        continue
                    if entity is not None and self._is_another(one, entity):
                        one.leave("undo_another", str(one.id))
                    elif entity is not None and one.id in were_there:
                        one.leave("undo_was_there", str(one.id))
                    else:
                        decide(one, entity, deletes=of_kind.deletes, is_private=of_kind.is_private)
                advance("look at the shop", min(start + _AT_ONCE, len(mine)), len(mine))

    async def _read(self, resource: str, part: Sequence[PutBack]) -> dict[int, Entity]:
        kind, fields = KINDS[part[0].kind], {name for one in part for name in _names(one.before, one.after)}
        fields |= {self._run.stream.key_column.target} if resource in _ITEMS else set()
        display = kind.display(resource, (name for name in fields if kind.compares(resource, name)))
        ids = sorted({one.id for one in part if one.id and one.done not in {"delete", "close", "open"}})
        read = await self._run.shop.find(resource, "id", map(str, ids), display=display) if ids else []
        return {int(entity["id"]): entity for entity in read}

    def _is_another(self, one: PutBack, entity: Entity) -> bool:
        """Whether the id stands for something else by now: a shop that was restored gives ids anew."""
        if one.resource in _ITEMS:
            field = self._run.stream.key_column.target
            return bool(one.key) and field not in one.before and str(entity.get(field, "")) != one.key
        return one.id not in self._made and self._pairs(one.kind).get(one.key, (0, 0))[0] != one.id

    async def _ids_of_older(self, resource: str, part: Sequence[PutBack]) -> set[int]:
        """The ids of what the shop made before the run was about to: it is somebody's, and the run took it over."""
        facts, began = self._run.facts, {one.id: one.wrote_at for one in part if one.id and one.done == "create"}
        if not began:
            return set()
        rows = await self._run.shop.find(resource, "id", map(str, sorted(began)), display=("id", "date_add"))
        made_at = {int(row["id"]): instant(str(row["date_add"]), zone_of(facts.time_zone)) for row in rows}
        margin = timedelta(seconds=facts.clock_offset_seconds) - MARGIN
        return {number for number, at in made_at.items() if (wrote := began[number]) and EPOCH < at < wrote + margin}

    async def _decide_quantities(self, entries: Sequence[tuple[PutBack, Replaced, datetime]]) -> None:
        ids = sorted({one.id for one, *_ in entries if one.id})
        rows: dict[int, Entity] = {}
        for start in range(0, len(ids), _AT_ONCE):
            self._run.lease.check()
            part = map(str, ids[start : start + _AT_ONCE])
            read = await self._run.shop.find("stock_availables", "id", part, display=_STOCK_FIELDS)
            rows |= {int(row["id"]): row for row in read}
            advance("look at the shop", min(start + _AT_ONCE, len(ids)), len(ids))
        offset = timedelta(seconds=self._run.facts.clock_offset_seconds)
        sales = await self._sales(entries, rows)
        for one, was, at in entries:
            row = rows.get(one.id)
            item: ItemIds | None = None
            if row is not None:
                item = int(row["id_product"]), self._combination_of(one)
                if self._pairs(PRODUCT).get(one.key, item) != item or one.family not in {"", str(item[0])}:
                    one.leave("undo_another", str(one.id))
                    continue
            moved = sales.since(item, at + offset) if item else Moved()
            earlier = sales.since(item, was.true_at + offset) if item and was.true_at else moved
            decide_quantity(one, row, moved, earlier)

    def _combination_of(self, one: PutBack) -> int:
        """The combination that the row counts, as its link has it; 0 for a product without any."""
        return self._pairs(STOCK).get(one.key, (0, 0))[1]

    async def _sales(self, entries: Sequence[tuple[PutBack, Replaced, datetime]], rows: Mapping[int, Entity]) -> Sales:
        """The orders since the oldest former quantity that nobody read, or since the write of one that has moved."""
        since = [
            was.true_at or at
            for one, was, at in entries
            if was.true_at or (one.id in rows and rows[one.id]["quantity"] != one.after["quantity"])
        ]
        if not since:
            return sales_of((), (), frozenset())
        offset = timedelta(seconds=self._run.facts.clock_offset_seconds)
        sales = await sales_since(self._run, min(since) + offset)
        if sales is None:
            self._run.note(Level.INFO, "undo_blind")
            return sales_of((), (), frozenset())
        return sales


def _take(one: PutBack, ids: Sequence[int]) -> None:
    """What was found by what it is is the run's where it alone is so: of several nothing tells which."""
    if len(ids) > 1:
        one.leave("undo_several", ", ".join(map(str, sorted(ids))))
    else:
        one.id = ids[0] if ids else 0


def _names(*values: Mapping[str, Any]) -> set[str]:
    """Names of fields and of associations."""
    return {name for each in values for name in (*each, *each.get("associations", {})) if name != "associations"}
