"""A small world: a sandbox shop that remembers, and a shop's folder into which files are dropped."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import polars as pl

from connectors.ledger import Ledger
from deployments.sandbox.shop import SandboxShop
from flows.import_products import import_products
from flows.import_stock import import_stock
from tasks.run.state import State
from tests.flows.running import final_state

KEY_VARIABLE = "PASSERELLE_TEST_SHOP_KEY"

PRODUCT_COLUMNS = (
    "reference",
    "reference_parent",
    "ean13",
    "name",
    "active",
    "wholesale_price",
    "price",
    "tax_code",
    "weight",
    "description",
    "stocks",
    "available_date",
    "manufacturer",
    "couleur",
    "taille",
    "matiere",
    "category1",
    "category2",
    "nameFR",
)
FLAGS: Mapping[str, Mapping[str, Any]] = {
    "reference": {"object_key": True},
    "reference_parent": {"parent_ref": True},
    "manufacturer": {"is_manufacturer": True},
    "couleur": {"is_attribute": True, "public_name": "Couleur"},
    "taille": {"is_attribute": True, "public_name": "Taille"},
    "matiere": {"is_feature": True, "public_name": "Matière"},
    "category1": {"is_category": True, "category_depth": 0},
    "category2": {"is_category": True, "category_depth": 1},
    "nameFR": {"lang": True, "iso": "FR", "ps_field": "name"},
}


def sandbox_shop(**options: Any) -> SandboxShop:
    """The shop of a world: an 8.2 unless the test or `--sandbox-profile` names another version."""
    if profile := os.environ.get("PASSERELLE_SANDBOX_PROFILE"):
        options = {"profile": profile} | options
    return SandboxShop(**options)


class World:
    """One shop and its connector. `shop` is the sandbox; `folder` is the shop's folder."""

    def __init__(self, folder: Path, sandbox: SandboxShop) -> None:
        self.folder = folder
        self.shop = sandbox
        self.drops = 0

    @classmethod
    def at(cls, folder: Path, **options: Any) -> Self:
        return cls(folder, sandbox_shop(**options))

    def __enter__(self) -> Self:
        self.shop.__enter__()
        os.environ[KEY_VARIABLE] = self.shop.key
        (self.folder / "streams").mkdir(parents=True, exist_ok=True)
        self.write_settings()
        self.write_specs()
        (self.folder / "associations.toml").write_text("[taxes]\nNOR = 1\nRED = 2\n", encoding="utf-8")
        return self

    def __exit__(self, *failure: object) -> None:
        self.shop.stop()

    def write_settings(self, **tables: Mapping[str, Any]) -> None:
        """settings.toml with the given tables on top of what a test needs."""
        given: dict[str, dict[str, Any]] = {
            "shop": {"url": self.shop.url, "key": f"env:{KEY_VARIABLE}", "language": "en"},
            "shop.limits": {"pace": "full", "timeout_seconds": 10.0},
            "files": {"stable_seconds": 0.0},
            "guards": {"min_rows_share": 0.0},
        }
        for name, table in tables.items():
            given[name.replace("__", ".")] = given.get(name.replace("__", "."), {}) | dict(table)
        text = "\n".join(
            f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
            for name, table in given.items()
        )
        (self.folder / "settings.toml").write_text(text, encoding="utf-8")

    def write_specs(self, product: Mapping[str, Any] | None = None, stock: Mapping[str, Any] | None = None) -> None:
        """import.json with all product columns; `product` and `stock` add keys to their stream."""
        columns = {key: {"index": i} | dict(FLAGS.get(key, {})) for i, key in enumerate(PRODUCT_COLUMNS)}
        head = {"enabled": True, "type": "local", "fileExtension": "csv"}
        streams = {
            "product": head | {"class": "\\Product", "data": columns} | dict(product or {}),
            "stock": head
            | {
                "class": "\\StockAvailable",
                "data": {"reference": {"index": 0, "object_key": True}, "quantity": {"index": 1}},
            }
            | dict(stock or {}),
        }
        (self.folder / "import.json").write_text(json.dumps(streams, indent=2), encoding="utf-8")

    def drop_products(self, *rows: Mapping[str, Any], name: str | None = None) -> Path:
        """A product file with these rows; what a row does not say is a name, a price, open."""
        given = {"name": "Chemise", "active": "1", "price": "10.00", "tax_code": "NOR"}
        return self._drop("product", PRODUCT_COLUMNS, [given | dict(row) for row in rows], name)

    def drop_stock(self, quantities: Mapping[str, Any], name: str | None = None) -> Path:
        """A stock file."""
        rows = [{"reference": key, "quantity": quantity} for key, quantity in quantities.items()]
        return self._drop("stock", ("reference", "quantity"), rows, name)

    def _drop(self, stream: str, columns: Iterable[str], rows: list[dict[str, Any]], name: str | None) -> Path:
        self.drops += 1
        text = io.StringIO()
        writer = csv.DictWriter(text, list(columns), delimiter=";", restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path = self.folder / "streams" / (name or f"{stream}_{self.drops:04}.csv")
        path.write_text(text.getvalue(), encoding="utf-8")
        os.utime(path, (1_700_000_000 + self.drops,) * 2)
        return path

    async def products(self, **asked: Any) -> State:
        """Runs import_products; the final state."""
        return await final_state(import_products, str(self.folder), **asked)

    async def stock(self, **asked: Any) -> State:
        """Runs import_stock; the final state."""
        return await final_state(import_stock, str(self.folder), **asked)

    def report(self) -> dict[str, Any]:
        """The newest report's JSON."""
        pages = sorted((self.folder / "reports").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        found: dict[str, Any] = json.loads(pages[-1].read_text(encoding="utf-8"))
        return found

    def reports(self) -> list[dict[str, Any]]:
        """Every report's JSON."""
        return [json.loads(page.read_text(encoding="utf-8")) for page in (self.folder / "reports").glob("*.json")]

    def counts(self) -> dict[str, int]:
        """The counts of the newest report, zeros left out."""
        return {name: count for name, count in self.report()["counts"].items() if count}

    def product(self, reference: str) -> dict[str, Any]:
        """The one product of the shop with this reference."""
        [found] = [row for row in self.shop.rows("products") if row["reference"] == reference]
        return found

    def combination(self, reference: str) -> dict[str, Any]:
        """The one combination of the shop with this reference."""
        [found] = [row for row in self.shop.rows("combinations") if row["reference"] == reference]
        return found

    def quantity(self, reference: str) -> int:
        """The stock of a simple product or a combination."""
        combinations = [row for row in self.shop.rows("combinations") if row["reference"] == reference]
        if combinations:
            place = (int(combinations[0]["id_product"]), int(combinations[0]["id"]))
        else:
            place = (int(self.product(reference)["id"]), 0)
        [row] = [
            row
            for row in self.shop.rows("stock_availables")
            if (int(row["id_product"]), int(row["id_product_attribute"])) == place
        ]
        return int(row["quantity"])

    def links(self, kind: str) -> pl.DataFrame:
        """The ledger's links of this shop."""
        with Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}", snapshots=None) as ledger:
            return ledger.links(self.folder.name, kind)

    def dress(self, count: int, sizes: tuple[str, ...] = ("S", "M", "L")) -> list[dict[str, Any]]:
        """Rows of `count` dresses in all `sizes`, in two colours turn by turn."""
        return [
            {
                "reference": f"ROBE{i:04}-{size}",
                "reference_parent": f"ROBE{i:04}",
                "name": f"Dress {i}",
                "nameFR": f"Robe {i}",
                "price": f"{20 + i % 7}.90",
                "couleur": "Rouge" if i % 2 else "Bleu nuit",
                "taille": size,
                "matiere": "Coton" if i % 3 else "Lin",
                "category1": "Femme",
                "category2": "Robes",
                "manufacturer": f"Maison {i % 3}",
                "stocks": str(i % 5),
            }
            for i in range(count)
            for size in sizes
        ]


def _toml(value: Any) -> str:
    """A value as TOML writes it; a mapping becomes an inline table."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)
