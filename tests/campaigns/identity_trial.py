"""One trial: an ERP, the shops that send to it, the people in them, and the book that is kept beside."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from tasks.run.state import State
from tests.campaigns.identity_book import Book, Sold
from tests.campaigns.identity_clocks import Clocks, clocks_of_the_trial
from tests.campaigns.identity_people import Person, filled_in, whose
from tests.campaigns.identity_world import CANCELLED, PAID, REFUNDED, AdversaryErp, Installation, without_waits
from tests.campaigns.order_stage import ENDED_WELL

FLOWS = ("orders", "customers", "returns")


class Trial:
    """What moves act on."""

    def __init__(self, place: Path, clocks: Clocks, stack: ExitStack) -> None:
        self.clocks = clocks
        self.erp = AdversaryErp()
        self.book = Book()
        self.installations: list[Installation] = []
        self.people: dict[tuple[int, int], Person] = {}
        """Who registered, by installation and id of the customer as it is given now."""
        self.causes: set[str] = set()
        """What happened that may give a person something to decide on, whatever the order."""
        self.placed = 0
        self.lost = False
        """Since the last run that ended well, an answer may have been lost."""
        self.by_hand: list[dict[str, Any]] = []
        """Keys of the documents that clerks have typed."""
        self.cancelled_by_hand: list[dict[str, Any]] = []
        self.cancelled_unseen: list[dict[str, Any]] = []
        """Those of them that no ledger knew then, or knows no more: none may be taken for an order's."""
        self.answered: set[int] = set()
        """Orders for which a person has answered a question, by their identity in this process."""
        self.broken: list[str] = []
        """Laws that were broken on the way."""
        self._cancelled: list[dict[str, Any]] = []
        self._persons = 0
        self._one: dict[int, int | None] = {}
        self._place = place
        self._stack = stack
        self._records: dict[str, dict[str, str]] = {}
        self.install()

    def install(self, **codes: str) -> None:
        """One shop more."""
        number = len(self.installations)
        world = Installation.beside(self._place / f"boutique{number}", self.erp, number, **codes)
        self._stack.enter_context(world)
        self.installations.append(world)

    def shop(self, chance: Random) -> Installation:
        """One of the shops."""
        return chance.choice(self.installations)

    def somebody(self) -> Person:
        """A person whom nobody has met."""
        self._persons += 1
        return Person(self._persons)

    def register(self, world: Installation, person: Person, **more: Any) -> int:
        """Their account in a shop; its id."""
        customer = world.customer(**{"email": person.email} | person.account() | more)
        self.people[world.number, customer] = person
        return customer

    def changed(self, world: Installation, customer: int) -> Person:
        """The person of an account, who has moved, married and changed numbers."""
        person = self.people[world.number, customer]
        self.people[world.number, customer] = changed = Person(person.number, person.turn + 1)
        return changed

    def are_one(self, kept: int, gone: int) -> None:
        """The merchant says that two accounts are one person's."""
        self._one.update(
            {number: self.one(kept) for number in (*self._one, gone) if self.one(number) == self.one(gone)}
        )

    def one(self, number: int | None) -> int | None:
        """The person of a number: accounts that were merged are one person's."""
        return None if number is None else self._one.get(number, number)

    def vip(self) -> str:
        """The e-mail of somebody whom only the ERP knows."""
        person = self.somebody()
        address = person.address()
        self.erp.insert_customer(
            email=person.email,
            LastName=address["lastname"],
            FirstName=address["firstname"],
            AddressData={"AddressLine1": address["address1"], "City": address["city"]},
            PhoneData={"CellularPhoneNumber": address["phone_mobile"]},
        )
        self.note_records()
        return person.email

    def accounts(self, world: Installation) -> list[dict[str, Any]]:
        """The accounts of a shop that are people of this trial."""
        return [
            row | {"is_guest": int(row["is_guest"] or 0)}
            for row in world.shop.rows("customers")
            if str(row["email"]).endswith("@quatrebarbes.example")
        ]

    def look(self) -> None:
        """Takes down what the shops hold."""
        for world in self.installations:
            self.book.look(world.number, world)

    def some_order(self, chance: Random, wanted: Callable[[Sold], bool]) -> Iterator[tuple[Sold, Installation]]:
        """One of the orders that are wanted, with its shop, if there is one; the book is up to date."""
        for world in self.installations:
            world.show()
        self.look()
        found = [each for world in self.installations for each in self.book.of(world.number) if wanted(each)]
        if found:
            order = chance.choice(found)
            yield order, self.installations[order.installation]

    async def run(self, world: Installation, flow: str) -> State:
        """One run of one flow; what it did to the ERP's customers is looked at."""
        self.look()
        state = await world.run(flow)
        # With its clock put back, a shop may date an order before what was read of it: the daily look finds that.
        if state.name in ENDED_WELL and flow == "orders" and "clock" not in self.causes:
            hidden = str(world.hidden_order["id"]) if world.hidden_order else ""
            for order in self.book.of(world.number):
                order.was_due = order.was_due or (order.state == PAID and order.key != hidden)
        if self.lost:
            for order in self.book.of(world.number):
                order.causes.add("lost answer")
            self.lost = state.name not in ENDED_WELL
        if flow == "orders":
            world.show()
        self.note_records()
        self.note_cancelled()
        return state

    def note_cancelled(self) -> None:
        """We cancel the document of an order that the shop has cancelled, and no other."""
        for document in self.erp.documents():
            key = document["Key"]
            if document["Active"] or key in self.cancelled_by_hand or key in self._cancelled:
                continue
            self._cancelled.append(key)
            orders = list(self.book.referring(str(document["Header"].get("ExternalReference"))))
            if all(each.state not in {CANCELLED, REFUNDED} for each in orders):
                self.broken.append(f"document {key['Type']} {key['Number']} was cancelled, its order was not")

    def note_records(self) -> None:
        """What one person's record of the ERP said is not what a stranger says."""
        for code, record in self.erp.customers().items():
            now = dict(filled_in(record))
            strangers: dict[tuple[int, int], list[str]] = {}
            for path, text in self._records.get(code, {}).items():
                before, after = self.one(whose(text)), self.one(whose(now.get(path, "")))
                if before is not None and after is not None and before != after:
                    strangers.setdefault((before, after), []).append(path)
            for (before, after), paths in strangers.items():
                self.broken.append(f"customer {code} of the ERP: of person {before}, now {after}'s: {' '.join(paths)}")
            self._records[code] = now


@contextmanager
def trial() -> Iterator[Trial]:
    """A fresh one, removed afterwards."""
    without_waits()
    with tempfile.TemporaryDirectory() as place, clocks_of_the_trial() as clocks, ExitStack() as stack:
        yield Trial(Path(place), clocks, stack)
