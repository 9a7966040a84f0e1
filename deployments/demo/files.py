"""The demo shop's folder: its configuration, and the files its ERP drops day after day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files as resource_files
from pathlib import Path
from random import Random

from deployments.demo.catalogue import Article, first_day, in_another_order, next_day
from deployments.demo.faults import faulty_lines, faulty_stock_lines
from deployments.demo.flat_rows import (
    FLAT_STREAMS,
    columns_of,
    customer_lines,
    discounted,
    price_lines,
    sale_lines,
    store_lines,
)
from deployments.demo.rows import PRODUCT_COLUMNS, STOCK_COLUMNS, product_lines, stock_lines
from deployments.demo.sage import FIELDS, INVOICE_FIELDS
from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.dolibarr import SandboxDolibarr

FIRST_DAY = date(2026, 3, 2)
KEY_VARIABLE = "PASSERELLE_DEMO_KEY"
PASSWORD_VARIABLE = "PASSERELLE_DEMO_CEGID"  # noqa: S105 - the name of a variable
_FLAGS: dict[str, dict[str, object]] = {
    "reference_parent": {"parent_ref": True},
    "manufacturer": {"is_manufacturer": True},
    "nameEN": {"lang": True, "iso": "EN", "ps_field": "name"},
    "couleur": {"is_attribute": True, "public_name": "Couleur"},
    "taille": {"is_attribute": True, "public_name": "Taille"},
    "matiere": {"is_feature": True, "public_name": "Matière"},
    "saison": {"is_feature": True, "public_name": "Saison"},
    "category1": {"is_category": True, "category_depth": 0},
    "category2": {"is_category": True, "category_depth": 1},
    "category3": {"is_category": True, "category_depth": 2},
}
_KEYS = {"store": "erp_code", "customer": "code_erp", "storeOrder": "order_internal_reference"}
"""The column that names a row, where it is not `reference`."""


class Erp:
    """An ERP that exports files into a folder of its own: products and stock each day, all else once.

    The same seed exports the same files.
    """

    def __init__(self, export: Path, *, items: int = 2000, seed: int = 7) -> None:
        self._export = export
        self._chance = Random(seed)  # noqa: S311 - seeded, to be the same every time
        self._articles: list[Article] = first_day(items, self._chance)
        self.on_sale = discounted(self._articles, Random(seed))  # noqa: S311 - likewise
        """The markdown code of the references that are on sale."""
        self._first_articles = self.articles
        self._faulty = faulty_lines(self._articles, self._chance)
        self._day = FIRST_DAY

    def drop_files(self) -> None:
        """Today's product and stock files, complete."""
        scattered = _scattered(product_lines(self._articles), self._faulty)
        self._write("product", PRODUCT_COLUMNS, scattered)
        self._write("stock", STOCK_COLUMNS, stock_lines(self._articles) + faulty_stock_lines())

    @property
    def articles(self) -> tuple[Article, ...]:
        """The catalogue of today."""
        return tuple(self._articles)

    def drop_once(self) -> None:
        """Stores, discounts and customers."""
        self._write("store", columns_of("store"), store_lines())
        self._write("specificprice", columns_of("specificprice"), price_lines(self.on_sale))
        self._write("customer", columns_of("customer"), customer_lines())

    def drop_sales(self) -> None:
        """What the stores sold on the first day, told again each time."""
        known = [article for article in self._first_articles if article.reference in self.on_sale]
        self._write("storeOrder", columns_of("storeOrder"), sale_lines(known, FIRST_DAY))

    def let_a_day_pass(self, *, quiet: bool = False) -> None:
        """About 1 % changes, some items come, some close; on a `quiet` day only the order of the rows changes."""
        self._day += timedelta(days=1)
        change = in_another_order if quiet else next_day
        self._articles = change(self._articles, self._chance)

    def _write(self, stream: str, columns: tuple[str, ...], lines: list[str]) -> None:
        folder = self._export
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{stream}.part"
        part.write_text("\r\n".join([";".join(columns), *lines]) + "\r\n", encoding="utf-8", newline="")
        part.replace(folder / f"{stream}_{self._day:%Y%m%d}.csv")


def write_configuration(
    folder: Path,
    *,
    url: str,
    language: str,
    tax_rules_group: int,
    cegid: SandboxCegid | None = None,
    dolibarr: SandboxDolibarr | None = None,
) -> None:
    """import.json, settings.toml and associations.toml of the demo shop; without an ERP here it speaks by files."""
    folder.mkdir(parents=True, exist_ok=True)
    by_file = cegid is None and dolibarr is None
    (folder / "import.json").write_text(import_json(by_file=by_file), encoding="utf-8")
    settings = _SETTINGS.format(url=url, key=KEY_VARIABLE, language=language)
    (folder / "associations.toml").write_text(_ASSOCIATIONS.format(group=tax_rules_group), encoding="utf-8")
    if dolibarr is not None:
        own = _DOLIBARR.format(url=dolibarr.url, key=PASSWORD_VARIABLE)
        (folder / "settings.toml").write_text(settings + own, "utf-8")
        (folder / "associations.toml").write_text(_OF_DOLIBARR.format(group=tax_rules_group), encoding="utf-8")
        (folder / "export.json").write_text(_WHOLE, "utf-8")
        return
    if cegid is None:
        (folder / "settings.toml").write_text(settings + _BY_FILE, "utf-8")
        (folder / "export.json").write_text(_sage_template(), "utf-8")
        return
    access = {"root": cegid.url, "user": cegid.user, "database": cegid.database, "password": PASSWORD_VARIABLE}
    (folder / "settings.toml").write_text(settings + _CEGID.format(**access), "utf-8")


def _sage_template() -> str:
    """The shipped template for Sage 100, its returns switched on."""
    shipped = resource_files("schemas.defaults").joinpath("dialects/sage100.json").read_text("utf-8")
    return shipped.replace('"enabled": false,\n    "type": "local"', '"enabled": true,\n    "type": "local"')


def import_json(*, by_file: bool = False) -> str:
    """Every stream, in the reference product's own format."""
    streams = {
        "product": _stream("\\Product", PRODUCT_COLUMNS),
        "stock": _stream("\\StockAvailable", STOCK_COLUMNS),
        **{name: _stream(kind, columns_of(name), _KEYS.get(name)) for name, kind in FLAT_STREAMS.items()},
        **(
            {
                "orderDocument": _stream("\\OrderHistory", FIELDS, "order_reference") | {"headerLines": 1},
                "invoiceDocument": _stream("\\OrderInvoice", INVOICE_FIELDS, "order_reference") | {"headerLines": 1},
            }
            if by_file
            else {}
        ),
        "orderstatus": {"class": "\\OrderHistory", "enabled": True, "type": "webservice"},
        "orderReturnStatus": {"class": "\\OrderReturn", "enabled": True, "type": "webservice"},
    }
    return json.dumps(streams, ensure_ascii=False, indent=2) + "\n"


def _stream(kind: str, columns: tuple[str, ...], key: str | None = None) -> dict[str, object]:
    flags = _FLAGS | {key or "reference": {"object_key": True}}
    numbered = {name: {"index": index} | flags.get(name, {}) for index, name in enumerate(columns)}
    return {"class": kind, "enabled": True, "type": "local", "fileExtension": "csv", "data": numbered}


def _scattered(lines: list[str], faulty: list[str]) -> list[str]:
    """The faulty lines spread evenly among the others, in their own order."""
    step = max(1, len(lines) // (len(faulty) + 1))
    spread = list(lines)
    for place, line in reversed(list(enumerate(faulty, start=1))):
        spread.insert(place * step, line)
    return spread


_SETTINGS = """\
[shop]
url = "{url}"
key = "env:{key}"
language = "{language}"
name = "demo"

[shop.limits]
pace = "full"                      # nobody visits the sandbox

[files]
stable_seconds = 0                 # the demo's files are complete when they appear

[[sources.folder]]
name = "erp"
folder = "../erp"                  # where the demo's ERP exports its files
after = "delete"                   # once the import has ended well
stable_seconds = 0                 # the export is complete when it appears
"""
_BY_FILE = """
[erp]
kind = "files"
access = "production"

[erp.items]
misc = "DIVERS"
shipping = "PORT"
wrapping = "CADEAU"
discount = "REMISE"

[erp.files]
series = "WEB"
depot = "CENTRAL"
tracking_from = "parcel_number"
"""
_CEGID = """
[erp]
kind = "cegid"
access = "production"

[erp.items]
misc = "DIVERS"
shipping = "PORT"
wrapping = "CADEAU"
discount = "REMISE"

[erp.cegid]
store = "WEB"
warehouse = "CENTRAL"
default_markdown = "WEB"

[erp.cegid.production]
url = "{root}"
user = '{user}'
password = "env:{password}"
database = "{database}"
"""
_DOLIBARR = """
[erp]
kind = "dolibarr"
access = "production"

[erp.dolibarr]
bank_account = "WEB"

[erp.dolibarr.production]
url = "{url}"
key = "env:{key}"
"""
_WHOLE = '{"catalogue": {"enabled": true}, "order": {"enabled": true}}\n'
_OF_DOLIBARR = """\
[taxes]
N = {group}

[carriers]
2 = "TRANS"

[[payments]]
module = "ps_checkout"
erp = "CB"
"""
_ASSOCIATIONS = """\
# The ERP's tax codes, and the tax rules group of the shop each stands for.
[taxes]
N = {group}

[titles]
M = 1
MME = 2

[countries]
FR = "FRA"
BE = "BEL"

[carriers]
2 = "COLISSIMO"

[[payments]]
module = "ps_checkout"
erp = "CB"
"""
