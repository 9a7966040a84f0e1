"""The sandbox shop of the demo, in a process of its own so that it does not share our processor time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE_SECONDS = 30.0


class DemoShop:
    """The shop's address and key, and what it holds and has been asked."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key

    def speak_french_first(self) -> None:
        """Make French the shop's default language, as its merchant would."""
        french = next(row["id"] for row in self.rows("languages") if row["iso_code"] == "fr")
        chosen = next(row["id"] for row in self.rows("configurations") if row["name"] == "PS_LANG_DEFAULT")
        self.change("configurations", chosen, {"value": str(french)})

    def writes(self) -> int:
        """How many write requests of its data have arrived; what our page in the back office is told is none."""
        counts = self._ask("requests")
        return int(counts["writes"]) - int(counts["writes_of_page"])

    def references_held_twice(self) -> list[str]:
        """References that more than one product or combination bears; a shop kept well has none."""
        held: Counter[str] = Counter()
        for resource in ("products", "combinations"):
            held.update(row["reference"] for row in self.rows(resource) if row["reference"])
        return sorted(reference for reference, times in held.items() if times > 1)

    def parcels(self) -> dict[int, str]:
        """The number of each order's parcel, by id_order."""
        return {int(row["id_order"]): row["tracking_number"] for row in self.rows("order_carriers")}

    def invoices(self) -> dict[int, list[str]]:
        """The numbers of the ERP's invoices on each order's page, by id_order."""
        found: dict[int, list[str]] = {}
        for row in self.rows("erp_invoices"):
            found.setdefault(int(row["id_order"]), []).append(row["number"])
        return found

    def sales(self) -> int:
        """How many orders are sales of the stores."""
        return sum(row["module"] == "passerelle" for row in self.rows("orders"))

    def held(self) -> dict[str, int]:
        """How many products and combinations the shop holds."""
        return {resource: len(self.rows(resource)) for resource in ("products", "combinations")}

    def places(self) -> dict[str, tuple[int, int]]:
        """(id_product, id_product_attribute) of every reference."""
        products = {row["reference"]: (int(row["id"]), 0) for row in self.rows("products")}
        combinations = self.rows("combinations")
        return products | {row["reference"]: (int(row["id_product"]), int(row["id"])) for row in combinations}

    def sold(self) -> list[str]:
        """The references of what is sold: products without combinations, and combinations."""
        combinations = self.rows("combinations")
        parents = {int(row["id_product"]) for row in combinations}
        simple = [row["reference"] for row in self.rows("products") if int(row["id"]) not in parents]
        return simple + [row["reference"] for row in combinations]

    def insert(self, resource: str, values: dict[str, Any]) -> int:
        """A row that came about in the shop itself; its id."""
        return int(self._ask(f"rows/{resource}", values)["id"])

    def change(self, resource: str, identifier: int | str, values: dict[str, Any]) -> None:
        """Somebody edits a row in the back office."""
        self._ask(f"rows/{resource}/{identifier}", values)

    def rows(self, resource: str) -> list[dict[str, Any]]:
        """What a table of the shop holds."""
        rows: list[dict[str, Any]] = self._ask(f"rows/{resource}")
        return rows

    def _ask(self, path: str, change: dict[str, Any] | None = None) -> Any:
        body = None if change is None else json.dumps(change, default=str).encode()
        asked = Request(f"{self.url}/_sandbox/{path}", data=body)  # noqa: S310 - our own shop on loopback
        with urlopen(asked, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310 - likewise
            return json.load(answer)


@contextmanager
def open_shop(state_file: Path) -> Iterator[DemoShop]:
    """A shop with our module on a free port, kept in `state_file`; it ends with the block."""
    command = [sys.executable, "-m", "deployments.sandbox.shop", "--port", "0", "--module"]
    command += ["--state-file", str(state_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:  # noqa: S603 - our own program
        try:
            said = dict(served.stdout.readline().split(maxsplit=1) for _ in range(2)) if served.stdout else {}
            yield DemoShop(said["url"].strip(), said["key"].strip())
        finally:
            served.terminate()
