"""What the company holds: its tables, its constants, the zone in which its days begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.store import Row, Table
from deployments.sandbox.dolibarr.versions import Profile

ELEMENTS = ("societe", "socpeople", "product", "commande", "facture", "categorie", "expedition")


@dataclass
class State:
    """Everything that is remembered. Held under one lock by the server."""

    profile: Profile
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    constants: dict[str, str] = field(default_factory=lambda: {"MAIN_MAX_DECIMALS_UNIT": "5"})
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The clock; tests set it."""
    third_parties: Table = field(default_factory=lambda: Table("societe", "thirdparty"))
    contacts: Table = field(default_factory=lambda: Table("socpeople", "contact"))
    products: Table = field(default_factory=lambda: Table("product", "product"))
    orders: Table = field(default_factory=lambda: Table("commande", "order"))
    invoices: Table = field(default_factory=lambda: Table("facture", "invoice"))
    categories: Table = field(default_factory=lambda: Table("categorie", "category"))
    shipments: Table = field(default_factory=lambda: Table("expedition", "shipment"))
    payments: Table = field(default_factory=lambda: Table("paiement", "payment"))
    accounts: Table = field(default_factory=lambda: Table("bank_account", "bank account"))
    warehouses: Table = field(default_factory=lambda: Table("entrepot", "warehouse"))
    movements: Table = field(default_factory=lambda: Table("stock_mouvement", "movement"))
    stock: dict[tuple[int, int], Any] = field(default_factory=dict)
    """Quantity by product and warehouse."""
    contents: dict[str, bytes] = field(default_factory=dict)
    """The bytes of the files of products, by reference and name."""
    sorted_in: set[tuple[int, int]] = field(default_factory=set)
    """Category and product of each product that is in a category."""
    files: dict[str, dict[str, Row]] = field(default_factory=dict)
    """Of products, by reference and name: they stay in the folder of a former reference."""
    lines: int = 0
    counters: dict[str, int] = field(default_factory=dict)

    def tables(self) -> Iterator[Table]:
        """Those that extra fields can be made on."""
        yield from (self.third_parties, self.contacts, self.products, self.orders)
        yield from (self.invoices, self.categories, self.shipments)

    def table(self, element: str) -> Table:
        """The table of an inner name; 500 as the database words it."""
        for table in self.tables():
            if table.element == element:
                return table
        raise ApiError(500, "Error creating extrafield", "DB_ERROR_NOSUCHTABLE")

    def next_line(self) -> int:
        """The id of a new line."""
        self.lines += 1
        return self.lines

    def number(self, prefix: str, day: date) -> str:
        """The next number of a document: `CO2611-0001`; the counter runs on over months."""
        self.counters[prefix] = self.counters.get(prefix, 0) + 1
        return f"{prefix}{day:%y%m}-{self.counters[prefix]:04}"

    def moment(self, value: Any, *, missing: str) -> int:
        """A date that is given as text or as a moment, as the moment at which its day begins here."""
        if value in (None, ""):
            raise ApiError(400, f"{missing} field missing")
        text = str(value)
        if text.lstrip("-").isdigit():
            day = datetime.fromtimestamp(int(text), self.zone).date()
        else:
            day = date.fromisoformat(text[:10])
        return int(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp())

    def day(self, moment: int) -> date:
        """The day of such a moment."""
        return datetime.fromtimestamp(moment, self.zone).date()

    def stamp(self) -> int:
        """Now, in seconds."""
        return int(self.now().timestamp())


def one(table: Table, id_: str, name: str) -> Row:
    """The row of an id; 404 as the API words it."""
    row = table.rows.get(int(id_))
    if row is None:
        raise ApiError(404, f"{name} not found")
    return row
