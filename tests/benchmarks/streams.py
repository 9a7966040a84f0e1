"""The files of the cost curve: each stream in as many rows as are asked for, one in a hundred changed or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import polars as pl

from tests.flows.flat_world import FlatWorld

ON_SHOP = 100_000
"""Products of the shop that stock, prices and suppliers' references are imported into."""
SIZES = ("XS", "S", "M", "L", "XL")
_ONE_IN = 100
_ASSOCIATIONS = '[taxes]\nNOR = 1\n[titles]\nMME = 2\n[countries]\nFR = "FRA"\n'
_SUPPLIER = "F0000000"


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of files, and up to how many rows of it are played."""

    name: str
    of: str
    """The name of the stream in import.json and of its files."""
    flow: str
    values: Callable[[pl.Expr, pl.Expr], dict[str, pl.Expr]]
    """The columns of a file, by the number of a row and whether it has changed."""
    most_new: int
    most: int
    products: bool = False
    """Whether its rows are about products that the shop has."""
    rows_of_one: int = 1

    def frame(self, rows: int, *, changed: bool = False) -> pl.DataFrame:
        """So many rows, one in a hundred of them changed if they are to be."""
        number, every = pl.col("number"), _ONE_IN * self.rows_of_one
        # Rows of products that the shop does not have can only be unchanged.
        within = min(rows, ON_SHOP) if self.products else rows
        step = max(1, every * within // rows)
        differs = (number < within) & (number % step < self.rows_of_one) if changed else pl.lit(value=False)
        return pl.select(number=pl.int_range(rows)).select(**self.values(number, differs))

    def drop(self, world: FlatWorld, rows: int, name: str, *, changed: bool = False, turned: int = 0) -> None:
        """A file of so many rows; `turned` begins it with another one."""
        frame = self.frame(rows, changed=changed)
        names = list(json.loads((world.folder / "import.json").read_text("utf-8"))[self.of]["data"])
        whole = frame.with_columns(pl.lit(None).alias(each) for each in names if each not in frame.columns)
        in_order = pl.concat([whole[turned:], whole[:turned]]).select(names)
        in_order.write_csv(world.folder / "streams" / f"{self.of}_{name}.csv", separator=";")


class CurveWorld(FlatWorld):
    """As `FlatWorld`, with suppliers and what they call an item, and the codes that the files use."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.specify(supplier={}, productsupplier={})
        (self.folder / "associations.toml").write_text(_ASSOCIATIONS, "utf-8")
        return self


def _code(prefix: str, number: pl.Expr) -> pl.Expr:
    return pl.lit(prefix) + number.cast(pl.String).str.zfill(7)


def _one_of(number: pl.Expr, *texts: str) -> pl.Expr:
    return (number % len(texts)).replace_strict(dict(enumerate(texts)), return_dtype=pl.String)


def _either(differs: pl.Expr, changed: str, plain: str) -> pl.Expr:
    return pl.when(differs).then(pl.lit(changed)).otherwise(pl.lit(plain))


def _stock(number: pl.Expr, differs: pl.Expr) -> dict[str, pl.Expr]:
    return {"reference": _code("R", number), "quantity": number % 97 + 1 + differs.cast(pl.Int64)}


def _products(number: pl.Expr, differs: pl.Expr) -> dict[str, pl.Expr]:
    """Dresses in five sizes; where one has changed, it costs more in every size."""
    dress = number // len(SIZES)
    parent, size = _code("ROBE", dress), _one_of(number, *SIZES)
    euros = (20 + dress % 7 + differs.cast(pl.Int64)).cast(pl.String)
    return {
        "reference": parent + "-" + size,
        "reference_parent": parent,
        "name": pl.lit("Dress ") + dress.cast(pl.String),
        "nameFR": pl.lit("Robe ") + dress.cast(pl.String),
        "active": pl.lit("1"),
        "price": euros + ".90",
        "tax_code": pl.lit("NOR"),
        "couleur": _one_of(dress, "Bleu nuit", "Rouge"),
        "taille": size,
        "matiere": _one_of(dress, "Coton", "Lin", "Laine"),
        "category1": pl.lit("Femme"),
        "category2": pl.lit("Robes"),
        "manufacturer": _one_of(dress, "Maison A", "Maison B", "Maison C"),
        "stocks": (dress % 5).cast(pl.String),
    }


def _specific_prices(number: pl.Expr, differs: pl.Expr) -> dict[str, pl.Expr]:
    return {
        "reference": _code("R", number),
        "erp_code": pl.lit("SOLDES"),
        "reduction": _either(differs, "20", "10"),
        "type": pl.lit("%"),
        "reduction_tax": pl.lit("1"),
    }


def _customers(number: pl.Expr, differs: pl.Expr) -> dict[str, pl.Expr]:
    return {
        "code_erp": _code("C", number),
        "customer_email": _code("c", number) + "@lab.test",
        "lastname": _either(differs, "Lefebvre", "Martin"),
        "firstname": pl.lit("Clotilde"),
        "closed": pl.lit("0"),
        "title_id": pl.lit("MME"),
        "optin_email": pl.lit("BrandOnly"),
    }


def _product_suppliers(number: pl.Expr, differs: pl.Expr) -> dict[str, pl.Expr]:
    return {
        "reference": _code("R", number),
        "supplier": pl.lit(_SUPPLIER),
        "supplier_reference": _code("B", number),
        "price": _either(differs, "5.20", "4.20"),
        "currency": pl.lit("EUR"),
    }


def _suppliers(number: pl.Expr, differs: pl.Expr) -> dict[str, pl.Expr]:
    called = _code("Maison ", number)
    return {
        "erp_code": _code("F", number),
        "name": called,
        "active": pl.lit("1"),
        "description": _either(differs, "b", "a"),
    }


def _stores(number: pl.Expr, differs: pl.Expr) -> dict[str, pl.Expr]:
    return {
        "erp_code": _code("S", number),
        "name": _code("Boutique ", number),
        "address1": _either(differs, "2 rue de la Paix", "1 rue de la Paix"),
        "postcode": pl.lit("75002"),
        "city": pl.lit("Paris"),
        "country": pl.lit("FRA"),
        "latitude": pl.lit("48.8687"),
        "longitude": pl.lit("2.331"),
        "active": pl.lit("1"),
        "monday_hours": pl.lit("10h - 19h"),
    }


SUPPLIERS = Stream("suppliers", "supplier", "import_suppliers", _suppliers, 1_000, 1_000)
STREAMS = (
    Stream("stock", "stock", "import_stock", _stock, ON_SHOP, 1_000_000, products=True),
    Stream("products", "product", "import_products", _products, 100_000, 100_000, rows_of_one=len(SIZES)),
    Stream(
        "specific prices", "specificprice", "import_specific_prices", _specific_prices, ON_SHOP, ON_SHOP, products=True
    ),
    Stream("customers", "customer", "import_customers", _customers, 100_000, 100_000),
    Stream(
        "suppliers' references",
        "productsupplier",
        "import_product_suppliers",
        _product_suppliers,
        ON_SHOP,
        ON_SHOP,
        products=True,
    ),
    SUPPLIERS,
    Stream("stores", "store", "import_stores", _stores, 1_000, 1_000),
)
