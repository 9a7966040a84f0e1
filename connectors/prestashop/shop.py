"""The client of one shop's webservice: read, find, create, update, delete, in bulk."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from connectors.http import checked_address
from connectors.prestashop.answered import Answered, Form
from connectors.prestashop.as_sent import AsSent
from connectors.prestashop.board import Board
from connectors.prestashop.creating import Creation
from connectors.prestashop.deleting import Deleting
from connectors.prestashop.events import Outbox
from connectors.prestashop.facts import ShopFacts, carrier_countries_of, read_facts
from connectors.prestashop.images import Images
from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.lines import LineMode, Lines, pending_lines, settle_by_reference
from connectors.prestashop.lowest_prices import read_lowest_prices
from connectors.prestashop.pages import OrderPages
from connectors.prestashop.pending_writes import Desk, OnReceipts, PendingWrite, in_documents, pending_writes_of, report
from connectors.prestashop.presence import Presence
from connectors.prestashop.product_lines import ProductLines
from connectors.prestashop.quiet import wait_until_quiet
from connectors.prestashop.reading import Reader
from connectors.prestashop.resources import CREATED, OF_EACH_SHOP, SHARED, resource_of
from connectors.prestashop.sales import SALES
from connectors.prestashop.several import Finder, Readers
from connectors.prestashop.shops import Within
from connectors.prestashop.specific_price_lines import SpecificPriceLines
from connectors.prestashop.survey import Survey
from connectors.prestashop.synopsis import Synopses
from connectors.prestashop.transport import Traffic, Transport
from connectors.prestashop.updating import Updating
from connectors.prestashop.xml import entity_xml
from schemas.shop_fields import ResourceFields, ShopModel

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

    from connectors.prestashop.entities import Entity, Identity, Receipt
    from connectors.prestashop.filters import Filters
    from connectors.prestashop.pace import Pace

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Shop:
    """One shop, while the context is open.

    Every method raises DeniedError (a key, a right, an address), TransientError (the shop stays away for longer than
    `limits.patience_seconds`) or UnexpectedReplyError; what concerns one entity only is in its receipt.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        limits: ShopLimits | None = None,
        verify: ssl.SSLContext | str | bool = True,
        allow_plain_http: bool = False,
        id_shop: int | None = None,
    ) -> None:
        address = checked_address(url, key="shop.url", allow_plain_http=allow_plain_http).removesuffix("/api")
        self._transport = Transport(address, key, limits or ShopLimits(), verify, id_shop)
        self._reader = Reader(self._transport)
        self._synopses = Synopses(self._reader)
        self._readers: dict[int, Reader] = {}
        self.as_sent = AsSent(self._reader)
        self._facts: ShopFacts | None = None
        self._describing = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Shop({self._transport.url!r})"

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._transport.__aexit__(*failure)

    def ask_before_writes(self, may_write: Callable[[], None]) -> None:
        """`may_write` is called before every request that writes, also the repeated ones; it raises to forbid it."""
        self._transport.before_write = may_write

    @property
    def pace(self) -> Pace:
        """The sizes and the number of connections that suit the shop now."""
        return self._transport.pace

    @property
    def traffic(self) -> Traffic:
        """What was sent since the client was opened."""
        return self._transport.traffic

    async def describe(self) -> ShopFacts:
        """What the shop is; asked once."""
        async with self._describing:
            if self._facts is None:
                self._facts = await read_facts(self._transport, self._reader)
        return self._facts

    async def model(self, resources: Iterable[str]) -> ShopModel:
        """The fields of these resources as this shop has them; each resource is asked for once."""
        facts = await self.describe()
        return ShopModel(facts.version_numbers, await self._synopses.of_all(resources))

    async def emptied_by_updates(self, resource: str) -> frozenset[str]:
        """The fields that updates would empty for good, because the key may PUT and not PATCH; none where it may."""
        facts = await self.describe()
        lost = resource_of(resource).lost_by_put
        if not lost or facts.update_method(resource) == "PATCH" or not facts.may("PUT", resource):
            return frozenset()
        return lost & (await self._synopses.of(resource)).unwritable()

    async def wait_until_quiet(self) -> None:
        """Returns once the shop makes nothing more: it goes on with a document whose client was killed."""
        facts = await self.describe()
        known = [resource for resource in CREATED if facts.may("GET", resource)]
        await wait_until_quiet(self._transport, self._reader, known)

    async def fails_silently(self) -> bool | None:
        """Whether a query that the database refuses is an empty list; an error is left in the shop's log."""
        return await self._reader.fails_silently(await self.describe())

    async def _finder(self, resource: str, within: Within = "own") -> Finder:
        """What looks for entities of `resource` in this shop, in all shops, or in those that share them with it."""
        if not self._transport.scope or (resource not in SHARED and within == "own"):
            return self._reader
        shops = (await self.describe()).shops
        others = shops.others if within == "all" else shops.sharing_customers
        return Readers((self._reader, *map(self._reader_of, others))) if others else self._reader

    def _reader_of(self, id_shop: int) -> Reader:
        return self._readers.setdefault(id_shop, Reader(self._transport, {"id_shop": str(id_shop)}))

    async def read(
        self,
        resource: str,
        *,
        filters: Filters = _NOTHING,
        display: Sequence[str] | str,
        sort: str = "id_ASC",
        limit: int | None = None,
        id_shop: int | None = None,
    ) -> list[Entity]:
        """Every entity that the filters leave, in the order of `sort`, at most `limit`.

        A filter is one exact text, several of them, or an expression made by `connectors.prestashop.filters`.
        `display` names fields and associations (`categories[id]`), or is `full`. `id_shop`: as another shop of the
        installation lists them.
        """
        shown = await self._synopses.shown(resource, display)
        reader = self._reader if id_shop is None else self._reader_of(id_shop)
        return await reader.read(resource, filters=filters, display=shown, sort=sort, limit=limit)

    async def find(
        self,
        resource: str,
        field: str,
        values: Iterable[str],
        *,
        display: Sequence[str] | str,
        also: Filters = _NOTHING,
        within: Within = "own",
    ) -> list[Entity]:
        """The entities whose `field` the shop finds equal to one of `values`, each once, in no order.

        Within `all`, those of the other shops of the installation too, as those have them. Accounts that the shop
        shares with others of its group are found whatever is said.

        The shop's collation ignores case, accents and trailing spaces: callers compare. Empty values find nothing.
        With `IDS_ONLY`, look-ups by id tell which of them exist.
        """
        shown = await self._synopses.shown(resource, display)
        finder = await self._finder(resource, within)
        return await finder.find(resource, field, values, display=shown, also=also)

    async def find_elsewhere(
        self, resource: str, field: str, values: Iterable[str], *, display: Sequence[str] | str
    ) -> list[Entity]:
        """As `find`, in the other shops of the installation: each entity as the first shop that has it has it."""
        shown = await self._synopses.shown(resource, display)
        others = (await self.describe()).shops.others
        return await Readers(map(self._reader_of, others)).find(resource, field, values, display=shown, also=_NOTHING)

    @property
    def survey(self) -> Survey:
        """Whole resources, a page at a time."""
        return Survey(self._transport, self._reader, self._synopses)

    @property
    def images(self) -> Images:
        """The pictures of the shop's products."""
        return Images(self._transport)

    @property
    def board(self) -> Board:
        """The page that our module adds to the back office."""
        return Board(self._transport, self._reader)

    @property
    def outbox(self) -> Outbox:
        """What our module has noted of changes, for whoever listens."""
        return Outbox(self._transport, self._reader)

    async def is_gone(self, resource: str, identifier: int) -> bool:
        """Whether the shop denies this id, while it answers for another one."""
        return identifier in await self.gone(resource, [identifier])

    async def gone(self, resource: str, identifiers: Collection[int]) -> frozenset[int]:
        """Those of these ids that the shop denies, asked for side by side."""
        return await Presence(self._transport, self._reader).gone(resource, identifiers)

    async def carrier_countries(self) -> dict[int, frozenset[str]]:
        """The countries (ISO codes) that each carrier in use serves, by `id_reference`, as our module tells them."""
        return carrier_countries_of((await self._reader.get("passerelle_info")).body)

    async def create(
        self,
        resource: str,
        entities: Sequence[Entity],
        identity: Identity,
        *,
        look_first: bool = False,
        within: Within = "own",
        options: Mapping[str, str] = _NOTHING,
        on_receipts: OnReceipts | None = None,
    ) -> list[Receipt]:
        """Creates the entities, each exactly once; one receipt each, in their order.

        With `look_first`, `within` says in whose shops those that exist are looked for. `options`: see `update`.
        Two entities of one identity are created once: the second is `adopted`. Without `look_first` the caller knows
        that none of them exists yet; with it, those that exist are `adopted`. `on_receipts` is given the receipts of
        each document as soon as it is settled, and of what is known when the call fails. ValueError for an entity
        that `identity` does not name: it could not be found again.
        """
        facts = await self.describe()
        facts.require("POST", resource)
        desk = Desk(resource, "POST", len(entities))
        finder = await self._finder(resource, within)
        # Of each shop there is a row of its own.
        of_each = entities and resource in OF_EACH_SHOP
        mend = self._write_whole if of_each and await self._reader.may_be_silent() else None
        creation = Creation(
            self._transport, finder, self.update, desk, identity, facts.default_language, options, mend=mend
        )
        writes = pending_writes_of(entities, lambda entity: identity.key(entity, facts.default_language))
        for pending in writes:
            if not identity.lookup_text(pending.entity, facts.default_language):
                raise ValueError(f"an entity of {resource} without {identity.lookup} cannot be found again")
            pending.entity.pop("id", None)
            pending.xml = entity_xml(pending.entity, resource_of(resource))
        if look_first:
            left = await creation.adopt(writes)
            report(desk, [pending for pending in writes if pending not in left], on_receipts)
            writes = left
        await self._write(desk, writes, creation.write, on_receipts)
        return desk.all()

    async def update(
        self,
        resource: str,
        entities: Sequence[Entity],
        *,
        options: Mapping[str, str] = _NOTHING,
        on_receipts: OnReceipts | None = None,
    ) -> list[Receipt]:
        """Changes the fields present in the entities and no other; one receipt each, in their order.

        An entity given twice is written once, the later fields over the earlier ones. `options` are the resource's own
        query parameters, such as `sendemail` of order_histories.
        """
        facts = await self.describe()
        if resource == "stock_availables" and facts.shops.shares_stock and not facts.shops.named:
            # The row of a product follows those of its combinations only where a shop of the group is named (M3).
            options = {"id_shop": str(facts.shops.own), **options}
        return await self._update(resource, entities, options, on_receipts)

    async def associate(self, resource: str, entities: Sequence[Entity]) -> list[Receipt]:
        """Makes entities that only other shops of the installation have entities of this shop; one receipt each.

        What another shop has of them is this shop's from then on, with the given fields over it. The others keep
        theirs, but for the base row, which follows the last write (docs/facts/prestashop.md, M5).
        """
        ids = [str(entity["id"]) for entity in entities]
        # Names hold nothing that a shop has of its own: written with their id alone, they are this shop's too.
        in_full = resource in OF_EACH_SHOP or (await self.describe()).update_method(resource) == "PUT"
        whole = await self.find_elsewhere(resource, "id", ids, display="full") if in_full else []
        by_id = {int(entity["id"]): entity for entity in whole}
        return await self._update(resource, entities, _NOTHING, None, by_id if in_full else None)

    async def _write_whole(self, resource: str, entities: Sequence[Entity]) -> list[Receipt]:
        """Writes all of these entities, as they are given, without a look at what the shop has of them."""
        return await self._update(resource, entities, _NOTHING, None, {int(one["id"]): one for one in entities})

    async def _update(
        self,
        resource: str,
        entities: Sequence[Entity],
        options: Mapping[str, str],
        on_receipts: OnReceipts | None,
        whole: Mapping[int, Entity] | None = None,
    ) -> list[Receipt]:
        facts = await self.describe()
        method = facts.update_method(resource)
        facts.require(method, resource)
        desk = Desk(resource, method, len(entities))
        writes = pending_writes_of(entities, lambda entity: (str(entity["id"]),))
        for pending in writes:
            pending.entity["id"] = int(pending.entity["id"])
        in_full = method == "PUT" or whole is not None
        with_texts = bool(writes and not in_full and resource_of(resource).i18n) and await self._reader.may_be_silent()
        fields = await self._synopses.of(resource) if in_full or with_texts else ResourceFields()
        finder = await self._finder(resource)
        updating = Updating(self._transport, finder, facts, fields, desk, options, whole, with_texts=with_texts)
        await self._write(desk, writes, updating.write, on_receipts)
        return desk.all()

    async def put_lines(self, resource: str, lines: Sequence[tuple[str, str]], *, mode: LineMode) -> list[Receipt]:
        """Sets the value of each exact reference through our module's `resource`; one receipt each, in their order.

        Receipts hold no id. A line that the module leaves is `refused`, with a code of `lines.LEFT`.
        A reference given twice gets its last value. ValueError for one that does not fit in a line.
        """
        facts = await self.describe()
        facts.require("PUT", resource)
        writes = pending_lines(lines)
        desk = Desk(resource, "PUT", len(lines))
        await self._write(desk, writes, Lines(self._transport, desk, {"mode": mode}, settle_by_reference).write)
        return desk.all()

    async def lowest_prices(self) -> dict[str, str]:
        """What our module shows beside reduced prices, by reference."""
        return await read_lowest_prices(self._reader)

    async def create_sales(self, sales: Sequence[Entity]) -> list[Receipt]:
        """Makes an order of each sale through our module, once; one receipt each, in their order.

        A sale is named by its `internal_reference`; `adopted` is one that the shop has already, as it has it.
        """
        return await self._answered(SALES, sales, lambda sale: entity_xml(sale, resource_of(SALES.resource)))

    @property
    def pages(self) -> OrderPages:
        """What our module shows on the pages of the shop's orders."""
        return OrderPages(self._reader, self._answered)

    @property
    def product_lines(self) -> ProductLines:
        """New products and combinations, made by our module."""
        return ProductLines(self.describe, self._answered)

    @property
    def specific_price_lines(self) -> SpecificPriceLines:
        """Specific prices, made and changed by our module."""
        return SpecificPriceLines(self._transport, self.describe, self._write)

    async def _answered(
        self, form: Form, entities: Sequence[Entity], written_out: Callable[[Entity], bytes]
    ) -> list[Receipt]:
        (await self.describe()).require(form.method, form.resource)
        desk = Desk(form.resource, form.method, len(entities), form.workload)
        writes = pending_writes_of(entities, lambda entity: (str(entity[form.key]),))
        for pending in writes:
            pending.xml = written_out(pending.entity)
        await self._write(desk, writes, Answered(self._transport, desk, form).write)
        return desk.all()

    async def delete(
        self, resource: str, ids: Sequence[int], *, on_receipts: OnReceipts | None = None
    ) -> list[Receipt]:
        """Deletes the entities; one receipt each, in their order: `deleted`, `missing` or `refused`."""
        facts = await self.describe()
        facts.require("DELETE", resource)
        desk = Desk(resource, "DELETE", len(ids))
        writes = pending_writes_of([{"id": int(known)} for known in ids], lambda entity: (str(entity["id"]),))
        deleting = Deleting(self._transport, self._reader, desk)
        await self._write(desk, writes, deleting.write, on_receipts)
        return desk.all()

    async def _write(
        self,
        desk: Desk,
        writes: list[PendingWrite],
        write: Callable[[list[PendingWrite]], Awaitable[None]],
        on_receipts: OnReceipts | None = None,
    ) -> None:
        async def write_and_report(part: list[PendingWrite]) -> None:
            try:
                await write(part)
            finally:
                report(desk, part, on_receipts)

        at_once = 1 if resource_of(desk.resource).one_at_a_time else self._transport.limits.max_connections
        await in_documents(self._transport, desk.workload, writes, write_and_report, at_once=at_once)
