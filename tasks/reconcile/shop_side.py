"""The shop's side: orders and credit slips of a period, with what each comes to and what the ERP was given of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.ledger import HANDED_OVER, DeliveryState
from connectors.prestashop import Entity
from connectors.prestashop.filters import Filter, between
from connectors.prestashop.values import money, whole
from schemas.amounts import cents, unit_of
from schemas.company_numbers import is_company
from schemas.documents import ZERO, Order, Slip
from schemas.erp import Erp
from schemas.erp_sums import DocumentSums
from schemas.identities import identity_of_order, slip_identity
from schemas.payments import payments_of
from schemas.period import Period
from schemas.slip_sums import total_of
from tasks.orders.look_up import read_orders, read_words
from tasks.orders.rows import ShopWords
from tasks.reconcile.plan.compare import ShopDocument
from tasks.reconcile.plan.shop_sums import order_parts, slip_parts
from tasks.run.run import Run
from tasks.slips.look_up import RESOURCE, SLIP, read_slips

_SEEN = ("id", "current_state", "valid", "date_add", "module", "reference")


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """An order as the list of the period shows it."""

    id: int
    is_sold: bool
    module: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the ledger says that the ERP was given of a document."""

    number: str = ""
    is_confirmed: bool = True
    waits: str = ""
    """The code of the message that says why it was not given it."""


class ShopSide:
    """Reads what the shop has; `open` reads what its ids mean."""

    def __init__(self, run: Run, erp: Erp, words: ShopWords, rates: frozenset[Decimal]) -> None:
        self._run = run
        self._erp = erp
        self._words = words
        self._rates = rates
        self._products: set[int] = {0}
        """The products seen so far."""
        self._services: set[int] = set()
        """Those among them that are virtual."""

    @classmethod
    async def open(cls, run: Run, erp: Erp) -> ShopSide:
        """With the rates that the shop has, those of taxes it no longer uses among them."""
        taxes = await run.shop.read("taxes", display=("id", "rate"))
        rates = frozenset({ZERO, *((money(row, "rate").normalize() + 0) for row in taxes)})
        return cls(run, erp, await read_words(run.shop, run.facts), rates)

    async def list_orders(self, period: Period) -> list[SeenDocument]:
        """The orders that were placed in the period, by id."""
        rows = await self._run.shop.read("orders", filters=self._placed_in(period), display=_SEEN)
        states = self._run.folder.settings.orders.states
        seen = (
            SeenDocument(int(row["id"]), row["valid"] == "1" or whole(row, "current_state") in states, row["module"])
            for row in rows
        )
        return sorted(seen, key=lambda each: each.id)

    async def list_slips(self, period: Period) -> list[Entity]:
        """The credit slips that were made in the period, by id; of several shops, those of this shop's orders."""
        shop, shops = self._run.shop, self._run.facts.shops
        if not self._run.facts.may("GET", RESOURCE):
            return []
        rows = await shop.read(RESOURCE, filters={"date_add": between(period.begins, period.ends)}, display=SLIP)
        if shops.several and rows:
            ids = {str(row["id_order"]) for row in rows}
            own = await shop.find("orders", "id", ids, display=("id",), also=shops.own_rows)
            orders = {int(row["id"]) for row in own}
            rows = [row for row in rows if whole(row, "id_order") in orders]
        return sorted(rows, key=lambda row: int(row["id"]))

    def _placed_in(self, period: Period) -> dict[str, Filter]:
        return {"date_add": between(period.begins, period.ends), **self._run.facts.shops.own_rows}

    async def orders(self, seen: Sequence[SeenDocument]) -> list[ShopDocument]:
        """These orders whole."""
        orders = await read_orders(
            self._run.shop, self._run.facts, self._words, [each.id for each in seen], carts=False
        )
        await self._learn_virtual(line.id_product for order in orders for line in order.lines)
        sold = {each.id: each.is_sold for each in seen}
        secret = self._run.ledger.secret()
        given = self._given("order", {str(order.id_order): identity_of_order(order, secret) for order in orders})
        return [self._order(each, given[str(each.id_order)], is_sold=sold[each.id_order]) for each in orders]

    async def slips(self, rows: Sequence[Entity]) -> list[ShopDocument]:
        """These credit slips, whole."""
        slips = await read_slips(self._run, self._words, rows)
        await self._learn_virtual(line.sold.id_product for slip in slips for line in slip.lines if line.sold)
        secret = self._run.ledger.secret()
        whose = {str(s.id_order_slip): slip_identity(s.id_order, s.created_text, secret) for s in slips}
        given = self._given("slip", whose)
        return [self._slip(slip, given[str(slip.id_order_slip)]) for slip in slips]

    def _given(self, what: str, identities: Mapping[str, str]) -> dict[str, Given]:
        """What the ERP was given, by key; what was given under another one's id is not it."""
        given = dict.fromkeys(identities, Given())
        kind = self._erp.ledger_kind(what)
        known = self._run.ledger.deliveries(self._run.folder.name, kind, keys=[*identities])
        columns = ("key", "state", "erp_number", "identity", "last_code")
        for key, state, number, identity, code in known.select(columns).iter_rows():
            if identity not in {None, identities[key]}:
                continue
            handed_over = Given(number or key, state != DeliveryState.SENT)
            given[key] = handed_over if state in HANDED_OVER else Given(waits=code or state)
        return given

    def _order(self, order: Order, given: Given, *, is_sold: bool) -> ShopDocument:
        unit = unit_of(order.currency)
        sums = DocumentSums(
            number=order.invoice_number or order.reference,
            day=order.placed_text[:10],
            currency=order.currency,
            tax_incl=cents(order.total_paid_tax_incl, unit),
            tax_excl=cents(order.total_paid_tax_excl, unit),
            parts=order_parts(order, self._rates, self._services, unit),
            payments=tuple(self._payments(order, unit)),
        )
        return ShopDocument(
            key=str(order.id_order),
            id_order=order.id_order,
            is_credit=False,
            reference=order.reference,
            country=_country(order),
            is_company=is_company(order.customer),
            sums=sums,
            pieces=sum(abs(line.quantity) for line in order.lines),
            is_sold=is_sold,
            number=given.number,
            is_confirmed=given.is_confirmed,
            waits=given.waits,
        )

    def _slip(self, slip: Slip, given: Given) -> ShopDocument:
        order = slip.order
        currency = order.currency if order else ""
        unit = unit_of(currency)
        net = cents(slip.total_products_tax_excl, unit) + cents(slip.total_shipping_tax_excl, unit)
        sums = DocumentSums(
            number=str(slip.id_order_slip),
            day=slip.created_text[:10],
            currency=currency,
            tax_incl=-total_of(slip, unit),
            tax_excl=-net,
            parts=slip_parts(slip, self._rates, self._services, unit),
        )
        return ShopDocument(
            key=str(slip.id_order_slip),
            id_order=slip.id_order,
            is_credit=True,
            reference=order.reference if order else "",
            country=_country(order) if order else "",
            is_company=order is not None and is_company(order.customer),
            sums=sums,
            pieces=sum(line.quantity for line in slip.lines),
            number=given.number,
            is_confirmed=given.is_confirmed,
            waits=given.waits,
        )

    def _payments(self, order: Order, unit: Decimal) -> Iterable[tuple[str, Decimal]]:
        """By the ERP's name of the mode, else by the shop's module."""
        associations, sums = self._run.folder.associations, self._erp.sums
        for payment in payments_of(order):
            code = associations.payment(order.module, payment.currency or order.currency, payment.label)
            mode = sums.mode_of(code) if code and sums else code
            yield mode or order.module, cents(payment.amount, unit)

    async def _learn_virtual(self, products: Iterable[int]) -> None:
        """A product that the shop has deleted is taken for goods."""
        if not self._run.facts.may("GET", "products"):
            return
        unknown = {*products} - self._products
        ids = [str(id_) for id_ in sorted(unknown)]
        rows = await self._run.shop.find("products", "id", ids, display=("id", "is_virtual")) if ids else []
        self._products |= unknown
        self._services |= {int(row["id"]) for row in rows if row["is_virtual"] == "1"}


def _country(order: Order) -> str:
    return order.delivery.country or order.invoice.country
