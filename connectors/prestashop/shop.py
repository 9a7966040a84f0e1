"""The client of one shop's webservice: read, find, create, update, delete, in bulk."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from connectors.http import checked_address
from connectors.prestashop.creating import Creation
from connectors.prestashop.deleting import Deleting
from connectors.prestashop.drafts import Desk, Draft, OnReceipts, in_documents
from connectors.prestashop.facts import ShopFacts, read_facts
from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.lines import LineMode, Lines, fits_in_a_line, line
from connectors.prestashop.reading import Reader
from connectors.prestashop.replies import SYSTEM, right_remedy
from connectors.prestashop.resources import CREATED, resource_of
from connectors.prestashop.sales import KEY, RESOURCE, Sales
from connectors.prestashop.synopsis import Synopses
from connectors.prestashop.transport import Traffic, Transport
from connectors.prestashop.updating import Updating
from connectors.prestashop.xml import entity_xml
from schemas.errors import DeniedError
from schemas.shop_fields import ResourceFields, ShopModel

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from connectors.prestashop.entities import Entity, Identity, Key, Receipt
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

    async def settled(self) -> None:
        """Returns once two looks, `limits.settle_seconds` apart, find the same newest entities.

        A shop goes on with a document whose client was killed: what is looked up meanwhile does not exist yet.
        """
        newest = await self._newest()
        while True:
            await self._transport.wait(self._transport.limits.settle_seconds)
            again = await self._newest()
            if again == newest:
                return
            newest = again

    async def _newest(self) -> list[int]:
        facts = await self.describe()
        known = [resource for resource in CREATED if facts.may("GET", resource)]
        return list(await asyncio.gather(*(self._reader.newest_id(resource) for resource in known)))

    async def fails_silently(self) -> bool | None:
        """Whether the shop answers a query that its database refuses with an empty list; None when it cannot be seen.

        Asks for dates of a resource that has none, which the database refuses: an error is left in the shop's log.
        """
        return await self._reader.fails_silently(await self.describe())

    async def read(
        self,
        resource: str,
        *,
        filters: Filters = _NOTHING,
        display: Sequence[str] | str,
        sort: str = "id_ASC",
        limit: int | None = None,
    ) -> list[Entity]:
        """Every entity that the filters leave, in the order of `sort`, at most `limit`.

        A filter is one exact text, several of them, or an expression made by `connectors.prestashop.filters`.
        `display` names fields and associations (`categories[id]`), or is `full`.
        """
        shown = await self._synopses.shown(resource, display)
        return await self._reader.read(resource, filters=filters, display=shown, sort=sort, limit=limit)

    async def find(
        self,
        resource: str,
        field: str,
        values: Iterable[str],
        *,
        display: Sequence[str] | str,
        also: Filters = _NOTHING,
    ) -> list[Entity]:
        """The entities whose `field` the shop finds equal to one of `values`, each once, in no order.

        The shop's collation ignores case, accents and trailing spaces: callers compare. Empty values find nothing.
        With `IDS_ONLY`, look-ups by id tell which of them exist.
        """
        shown = await self._synopses.shown(resource, display)
        return await self._reader.find(resource, field, values, display=shown, also=also)

    async def create(
        self,
        resource: str,
        entities: Sequence[Entity],
        identity: Identity,
        *,
        look_first: bool = False,
        options: Mapping[str, str] = _NOTHING,
        on_receipts: OnReceipts | None = None,
    ) -> list[Receipt]:
        """Creates the entities, each exactly once; one receipt each, in their order.

        `options` are the resource's own query parameters, such as `sendemail` of order_histories.

        Two entities of one identity are created once: the second is `adopted`. Without `look_first` the caller knows
        that none of them exists yet; with it, those that exist are `adopted`. `on_receipts` is given the receipts of
        each document as soon as it is settled, and of what is known when the call fails. ValueError for an entity
        that `identity` does not name: it could not be found again.
        """
        facts = await self.describe()
        self._require("POST", resource, facts)
        desk = Desk(resource, "POST", len(entities))
        creation = Creation(self._transport, self._reader, self.update, desk, identity, facts.default_language, options)
        drafts = _drafts(entities, lambda entity: identity.key(entity, facts.default_language))
        for draft in drafts:
            if not identity.lookup_text(draft.entity, facts.default_language):
                raise ValueError(f"an entity of {resource} without {identity.lookup} cannot be found again")
            draft.xml = entity_xml(
                {name: value for name, value in draft.entity.items() if name != "id"}, resource_of(resource)
            )
        if look_first:
            left = await creation.adopt(drafts)
            _tell(desk, [draft for draft in drafts if draft not in left], on_receipts)
            drafts = left
        await self._write(desk, drafts, creation.write, on_receipts)
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
        query parameters.
        """
        facts = await self.describe()
        method = facts.update_method(resource)
        self._require(method, resource, facts)
        desk = Desk(resource, method, len(entities))
        drafts = _drafts(entities, lambda entity: (str(entity["id"]),))
        for draft in drafts:
            draft.entity["id"] = int(draft.entity["id"])
        fields = await self._synopses.of(resource) if method == "PUT" else ResourceFields()
        updating = Updating(self._transport, self._reader, facts, fields, desk, options)
        await self._write(desk, drafts, updating.write, on_receipts)
        return desk.all()

    async def put_lines(self, resource: str, lines: Sequence[tuple[str, str]], *, mode: LineMode) -> list[Receipt]:
        """Sets the value of each exact reference through our module's `resource`; one receipt each, in their order.

        Receipts hold no id. A line that the module leaves is `refused`, with a code of `lines.LEFT`.
        A reference given twice gets its last value. ValueError for one that does not fit in a line.
        """
        facts = await self.describe()
        self._require("PUT", resource, facts)
        unfit = next((reference for reference, _ in lines if not fits_in_a_line(reference)), None)
        if unfit is not None:
            raise ValueError(f"{unfit!r} does not fit in a line of {resource}")
        desk = Desk(resource, "PUT", len(lines))
        drafts = _drafts(({"reference": one, "value": value} for one, value in lines), lambda one: (one["reference"],))
        for draft in drafts:
            draft.xml = line(draft.entity["reference"], draft.entity["value"])
        await self._write(desk, drafts, Lines(self._transport, desk, mode).write, None)
        return desk.all()

    async def create_sales(self, sales: Sequence[Entity]) -> list[Receipt]:
        """Makes an order of each sale through our module, once; one receipt each, in their order.

        A sale is named by its `internal_reference`; `adopted` is one that the shop has already, as it has it.
        """
        facts = await self.describe()
        self._require("POST", RESOURCE, facts)
        desk = Desk(RESOURCE, "POST", len(sales))
        drafts = _drafts(sales, lambda sale: (str(sale[KEY]),))
        for draft in drafts:
            draft.xml = entity_xml(draft.entity, resource_of(RESOURCE))
        await self._write(desk, drafts, Sales(self._transport, desk).write, None)
        return desk.all()

    async def delete(
        self, resource: str, ids: Sequence[int], *, on_receipts: OnReceipts | None = None
    ) -> list[Receipt]:
        """Deletes the entities; one receipt each, in their order: `deleted`, `missing` or `refused`."""
        facts = await self.describe()
        self._require("DELETE", resource, facts)
        desk = Desk(resource, "DELETE", len(ids))
        drafts = _drafts([{"id": int(known)} for known in ids], lambda entity: (str(entity["id"]),))
        deleting = Deleting(self._transport, self._reader, desk)
        await self._write(desk, drafts, deleting.write, on_receipts)
        return desk.all()

    async def _write(
        self,
        desk: Desk,
        drafts: list[Draft],
        write: Callable[[list[Draft]], Awaitable[None]],
        on_receipts: OnReceipts | None,
    ) -> None:
        async def write_and_tell(part: list[Draft]) -> None:
            try:
                await write(part)
            finally:
                _tell(desk, part, on_receipts)

        at_once = 1 if resource_of(desk.resource).one_at_a_time else self._transport.limits.max_connections
        await in_documents(self._transport, desk.resource, drafts, write_and_tell, at_once=at_once)

    def _require(self, method: str, resource: str, facts: ShopFacts) -> None:
        if facts.may(method, resource):
            return
        raise DeniedError(
            f"the key may not {method} {resource}",
            system=SYSTEM,
            action=f"{method} {resource}",
            remedy=right_remedy(method, resource),
        )


def _tell(desk: Desk, drafts: list[Draft], on_receipts: OnReceipts | None) -> None:
    if on_receipts is not None and (receipts := desk.receipts_of(drafts)):
        on_receipts(receipts)


def _drafts(entities: Iterable[Entity], key_of: Callable[[Entity], Key]) -> list[Draft]:
    """One draft per key; the later fields of an entity asked for twice go over the earlier ones."""
    drafts: dict[Key, Draft] = {}
    for position, entity in enumerate(entities):
        key = key_of(entity)
        draft = drafts.get(key)
        if draft is None:
            drafts[key] = Draft([position], dict(entity), key)
        else:
            draft.positions.append(position)
            draft.entity |= entity
    return list(drafts.values())
