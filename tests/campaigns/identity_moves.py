"""The moves of a trial: what merchants, customers, clerks and machines do between two runs. Each is one small function.

A move is a name and a number: the number chooses among what is there, so that a shorter sequence still makes sense.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from tests.campaigns.identity_people import Person
from tests.campaigns.identity_trial import Trial
from tests.campaigns.identity_world import CANCELLED, PAID, REFUNDED, UNPAID, Installation, reference_of

DAY, HOUR = 86_400.0, 3_600.0
SAME_TOTAL = ((("ROBE-S", 2, "29.90"),), (("ROBE-M", 1, "59.80"),), (("SAC", 1, "40.00"), ("CEINTURE", 1, "19.80")))
"""Carts that amount to the same."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move; as text it is `name:number`."""

    name: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.number}"

    @classmethod
    def parse(cls, text: str) -> Move:
        name, _, number = text.partition(":")
        if name not in MOVES:
            raise ValueError(f"no move {name!r}; there are: {', '.join(MOVES)}")
        return cls(name, int(number or 0))


def _place(trial: Trial, chance: Random, **more: Any) -> None:
    """Somebody new orders, or one who has ordered before."""
    world = trial.shop(chance)
    known = [account for account in trial.accounts(world) if not account["is_guest"]]
    again = known and chance.random() < 0.3
    customer = int(chance.choice(known)["id"]) if again else 0
    person = trial.people.get((world.number, customer)) or trial.somebody()
    customer = customer or trial.register(world, person)
    _order(trial, world, chance, person, customer, **more)


def _order(trial: Trial, world: Installation, chance: Random, person: Person, customer: int, **more: Any) -> None:
    lines = chance.choice(SAME_TOTAL) if chance.random() < 0.5 else _cart(chance)
    shipping = chance.choice(("0", "0", "4.90"))
    trial.placed += 1
    given = {"reference": reference_of(trial.placed), "shipping": shipping} | more
    world.place(*lines, customer=customer, address=person.address(), **given)


def _cart(chance: Random) -> tuple[tuple[str, int, str], ...]:
    names = chance.sample(("ROBE-S", "ROBE-M", "ROBE-L", "SAC", "CEINTURE"), chance.randint(1, 3))
    return tuple((name, chance.randint(1, 3), str(Decimal(chance.randint(100, 9_999)) / 100)) for name in names)


def _unpaid(trial: Trial, chance: Random) -> None:
    _place(trial, chance, state=UNPAID)


def _pay(trial: Trial, chance: Random) -> None:
    for order, world in trial.some_order(chance, lambda sold: sold.state == UNPAID):
        total = order.now.total
        world.shop.insert(
            "order_payments",
            {"order_reference": order.now.reference, "id_currency": 1, "amount": total, "payment_method": "Virement"},
        )
        world.move(order.id_order, PAID)


def _split(trial: Trial, chance: Random) -> None:
    """One cart becomes two orders of one reference."""
    world, person = trial.shop(chance), trial.somebody()
    customer = trial.register(world, person)
    reference = reference_of(trial.placed + 1)
    paid = sum(Decimal(price) * quantity for lines in SAME_TOTAL[:2] for _, quantity, price in lines)
    payments = [{"amount": paid, "payment_method": "Virement"}]
    trial.placed += 1
    for lines, shares in ((SAME_TOTAL[0], payments), (SAME_TOTAL[1], [])):
        world.place(
            *lines, customer=customer, address=person.address(), reference=reference, payments=shares, cart_lines=1
        )


def _prospect(trial: Trial, chance: Random) -> None:
    world, person = trial.shop(chance), trial.somebody()
    world.address(trial.register(world, person), **person.address())


def _guest(trial: Trial, chance: Random) -> None:
    """A guest types the e-mail of somebody else who is known here, or whom only the ERP knows."""
    world, stranger = trial.shop(chance), trial.somebody()
    accounts = trial.accounts(world)
    email = str(chance.choice(accounts)["email"]) if accounts and chance.random() < 0.7 else trial.vip()
    customer = trial.register(world, stranger, email=email, is_guest=1)
    _order(trial, world, chance, stranger, customer)
    trial.look()
    for order in trial.book.of(world.number):
        if order.now.email == email.casefold():
            order.causes.add("guest")


def _backup(trial: Trial, chance: Random) -> None:
    world = trial.shop(chance)
    world.backups.append(world.shop.backup())


def _restore(trial: Trial, chance: Random) -> None:
    """The shop's database is put back as it was; half the time as it was when it was installed."""
    world = trial.shop(chance)
    world.show()
    # Nobody registers again in the very second in which a lost account of the same id was registered.
    trial.clocks.let_pass(600.0)
    world.shop.restore(world.backups[0] if chance.random() < 0.3 else world.backups[-1])
    trial.causes.add("restore")


def _second(trial: Trial, chance: Random) -> None:
    """Another shop with its own ledger sends to the same ERP, under the same prefix or one that looks like it."""
    if len(trial.installations) > 1:
        return
    order, customer = chance.choice((("WEB", "WEB"), ("WEB", "WEB"), ("WEB1", "WEB"), ("WEBR", "WEB"), ("W", "WEB0")))
    trial.install(order_prefix=order, customer_prefix=customer)


def _prefix(trial: Trial, chance: Random) -> None:
    world = trial.shop(chance)
    world.set_codes(order_prefix=chance.choice(("WEB", "SHOP", "W")))
    trial.causes.add("settings")


def _customer_prefix(trial: Trial, chance: Random) -> None:
    world = trial.shop(chance)
    world.set_codes(customer_prefix=chance.choice(("WEB", "SHOP", "C")))
    trial.causes.add("settings")


def _document_type(trial: Trial, chance: Random) -> None:
    world = trial.shop(chance)
    former = world.codes.get("document_type", "CustomerOrder")
    world.set_codes(document_type="Receipt" if former == "CustomerOrder" else "CustomerOrder")
    trial.causes.add("settings")


def _shop_clock(trial: Trial, chance: Random) -> None:
    trial.clocks.set_wrong(shop=chance.choice((-DAY, -2 * HOUR, 2 * HOUR, DAY, 0.0)))
    trial.causes.add("clock")


def _our_clock(trial: Trial, chance: Random) -> None:
    trial.clocks.set_wrong(ours=chance.choice((-DAY, DAY, 0.0)))


def _later(trial: Trial, chance: Random) -> None:
    trial.clocks.let_pass(chance.choice((3 * HOUR, 25 * HOUR)))


def _hide(trial: Trial, chance: Random) -> None:
    """The shop does not show one of its orders, until the next run is over."""
    for order, world in trial.some_order(chance, lambda _: True):
        world.show()
        world.hide(order.id_order)


def _merge(trial: Trial, chance: Random) -> None:
    """Two accounts of the shop become one: the orders of the second are the first one's."""
    world = trial.shop(chance)
    accounts = trial.accounts(world)
    if len(accounts) < 2:
        return
    kept, gone = (int(row["id"]) for row in chance.sample(accounts, 2))
    world.show()
    trial.look()
    for order in trial.book.of(world.number):
        if int(world.shop.row("orders", order.id_order)["id_customer"]) == gone:
            world.shop.change("orders", order.id_order, {"id_customer": kept})
            order.causes.add("merge")
    world.delete("customers", gone)
    trial.are_one(*(trial.people[world.number, each].number for each in (kept, gone)))


def _edit(trial: Trial, chance: Random) -> None:
    """The merchant takes one of the first line of an order away or adds one, with its payment."""
    for order, world in trial.some_order(chance, lambda sold: sold.state == PAID):
        details = [row for row in world.shop.rows("order_details") if int(row["id_order"]) == order.id_order]
        first = details[0]
        quantity, unit = int(first["product_quantity"]) + 1, Decimal(first["unit_price_tax_incl"])
        world.shop.change(
            "order_details", first["id"], {"product_quantity": quantity, "total_price_tax_incl": unit * quantity}
        )
        row = world.shop.row("orders", order.id_order)
        columns = ("total_products_wt", "total_paid", "total_paid_tax_incl", "total_paid_real")
        world.shop.change("orders", order.id_order, {name: Decimal(row[name]) + unit for name in columns})
        world.shop.insert(
            "order_payments",
            {"order_reference": row["reference"], "id_currency": 1, "amount": unit, "payment_method": "Virement"},
        )
        order.causes.add("edit")


def _moves_house(trial: Trial, chance: Random) -> None:
    """A customer changes name, street, numbers and at times the e-mail; the addresses of their orders follow."""
    world = trial.shop(chance)
    accounts = [row for row in trial.accounts(world) if (world.number, int(row["id"])) in trial.people]
    if not accounts:
        return
    account = chance.choice(accounts)
    identifier = int(account["id"])
    person = trial.changed(world, identifier)
    email = {"email": person.email} if chance.random() < 0.5 and not account["is_guest"] else {}
    world.shop.change("customers", identifier, email)
    for row in world.shop.rows("addresses"):
        if int(row["id_customer"]) == identifier:
            world.shop.change("addresses", row["id"], person.address())
    for order in trial.book.of(world.number):
        if person.number in order.now.people:
            order.causes.add("edit")


def _cancel(trial: Trial, chance: Random) -> None:
    for order, world in trial.some_order(chance, lambda sold: sold.state == PAID):
        world.move(order.id_order, CANCELLED)


def _refund(trial: Trial, chance: Random) -> None:
    for order, world in trial.some_order(chance, lambda sold: sold.state == PAID):
        world.move(order.id_order, REFUNDED)


def _pay_again(trial: Trial, chance: Random) -> None:
    """A cancelled order is sold after all."""
    for order, world in trial.some_order(chance, lambda sold: sold.state in {CANCELLED, REFUNDED}):
        world.move(order.id_order, PAID)
        order.causes.add("edit")


def _delete(trial: Trial, chance: Random) -> None:
    for order, world in trial.some_order(chance, lambda sold: sold.state == PAID):
        world.delete("orders", order.id_order)


def _lose(trial: Trial, chance: Random) -> None:
    """The answer to the next document is lost: it never arrived, it was carried out, or it will be, late."""
    trial.erp.lose("Create", chance.choice(("never", "after", "late", "late")), away=chance.random() < 0.7)
    trial.lost = True


def _lose_customer(trial: Trial, chance: Random) -> None:
    trial.erp.lose("AddNewCustomer", chance.choice(("never", "after", "late")), away=chance.random() < 0.7)
    trial.lost = True


def _land(trial: Trial, _chance: Random) -> None:
    trial.erp.land()


def _forget(trial: Trial, chance: Random) -> None:
    """The ledger is lost. What was late has arrived before: nobody could know of it any more."""
    trial.erp.land()
    trial.shop(chance).forget()
    trial.causes.add("forget")
    trial.cancelled_unseen += trial.cancelled_by_hand


def _typed(trial: Trial, chance: Random) -> None:
    """A clerk types an order into the ERP by hand, under the shop's reference, with something else in it."""
    for order, _world in trial.some_order(chance, lambda sold: sold.state == PAID):
        code = trial.erp.insert_customer(email=order.now.email, LastName="TYPED")
        lines = [{"ItemIdentifier": {"Reference": "TAPIS"}, "Quantity": Decimal(1), "NetUnitPrice": order.now.total}]
        header = {
            "Type": "CustomerOrder",
            "CustomerId": code,
            "StoreId": "WEB",
            "Date": f"{order.now.day}T00:00:00",
            "InternalReference": f"HAND{len(trial.by_hand)}",
            "ExternalReference": order.now.reference,
        }
        trial.by_hand.append(trial.erp.type_in({"Header": header, "Lines": lines}))
        order.causes.add("typed")
        for each in trial.book.sold.values():
            if each.now.email == order.now.email:
                each.causes.add("typed")


def _clerk_cancels(trial: Trial, chance: Random) -> None:
    """A clerk cancels a document in the ERP."""
    documents = [each for each in trial.erp.documents() if each["Active"]]
    if documents:
        document = chance.choice(documents)
        trial.erp.cancel(document)
        trial.cancelled_by_hand.append(document["Key"])
        number = "{Type}/{Stump}/{Number}".format(**document["Key"])
        if not any(world.knows_document(number) for world in trial.installations):
            trial.cancelled_unseen.append(document["Key"])
        for order in trial.book.referring(str(document["Header"].get("ExternalReference"))):
            order.causes.add("cancelled in the ERP")


def _ask_return(trial: Trial, chance: Random) -> None:
    for order, world in trial.some_order(chance, lambda sold: sold.state == PAID):
        trial.placed += 1
        world.ask_return(order.id_order, 1, question=f"Taille {trial.placed}")


def _runs(*flows: str, everywhere: bool = True) -> Callable[[Trial, Random], Awaitable[None]]:
    async def run(trial: Trial, chance: Random) -> None:
        worlds = trial.installations if everywhere else [trial.shop(chance)]
        for world in worlds:
            for flow in flows:
                await trial.run(world, flow)
        trial.erp.back()

    return run


MOVES: Mapping[str, Callable[[Trial, Random], Awaitable[None] | None]] = {
    "place": _place,
    "unpaid": _unpaid,
    "pay": _pay,
    "split": _split,
    "prospect": _prospect,
    "guest": _guest,
    "backup": _backup,
    "restore": _restore,
    "second": _second,
    "prefix": _prefix,
    "customer-prefix": _customer_prefix,
    "document-type": _document_type,
    "shop-clock": _shop_clock,
    "our-clock": _our_clock,
    "later": _later,
    "hide": _hide,
    "merge": _merge,
    "edit": _edit,
    "moves-house": _moves_house,
    "cancel": _cancel,
    "refund": _refund,
    "pay-again": _pay_again,
    "delete": _delete,
    "lose": _lose,
    "lose-customer": _lose_customer,
    "land": _land,
    "forget": _forget,
    "typed": _typed,
    "clerk-cancels": _clerk_cancels,
    "ask-return": _ask_return,
    "run": _runs("orders"),
    "run-all": _runs("orders", "customers", "returns"),
}
