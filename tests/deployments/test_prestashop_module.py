"""The module as it is shipped: PHP that a shop can load, in an archive that is the same every time."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from deployments.prestashop_module.pack import MODULE, pack
from deployments.sandbox.shop import SandboxShop
from deployments.sandbox.shop.module.facts import MODULE_VERSION
from deployments.sandbox.shop.schema import MODULE_RESOURCES, resources_of

PHP = shutil.which("php")
FILES = sorted(MODULE.rglob("*.php"))
MAIN = (MODULE / "passerelle.php").read_text(encoding="utf-8")
CORE = Path(__file__).parent / "prestashop_core.php"
NEWER_THAN_7_1 = {
    "arrow functions": r"\bfn\s*\(",
    "the nullsafe operator": r"\?->",
    "assignment by ??=": r"\?\?=",
    "match": r"\bmatch\s*\(",
    "typed properties": r"(public|protected|private)\s+(static\s+)?\??[A-Za-z\\]+\s+\$",
    "a comma after the last argument": r"(?<!list)\([^\[\]()]*,\s*\)",
    "named arguments": r"\(\s*[a-z_]+:\s",
    "union types": r"\b[A-Za-z]+\|[A-Za-z]+\s+\$",
}

needs_php = pytest.mark.skipif(PHP is None, reason="php is not installed here")
needs_xml_in_php = pytest.mark.skipif(
    PHP is None or "SimpleXML" not in subprocess.run([PHP, "-m"], capture_output=True, text=True, check=False).stdout,
    reason="php is not installed here, or without its extension for XML",
)


def names(path: Path) -> str:
    return path.relative_to(MODULE).as_posix()


@needs_php
@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_is_valid_php(path: Path) -> None:
    told = subprocess.run([str(PHP), "-l", str(path)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_keeps_to_the_syntax_of_php_7_1(path: Path) -> None:
    code = re.sub(
        r"/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", "''", path.read_text("utf-8"), flags=re.DOTALL
    )
    assert [name for name, pattern in NEWER_THAN_7_1.items() if re.search(pattern, code)] == []


def test_every_folder_turns_visitors_away() -> None:
    folders = {MODULE, *(path for path in MODULE.rglob("*") if path.is_dir())}
    assert [names(folder) for folder in folders if not (folder / "index.php").is_file()] == []


def test_every_class_is_loaded_by_the_shop_only() -> None:
    classes = [path for path in FILES if path.name not in {"index.php", "fr.php"}]
    guarded = [path for path in classes if "if (!defined('_PS_VERSION_')) {\n    exit;" in path.read_text("utf-8")]
    assert classes == guarded


def test_every_class_is_named_in_the_module() -> None:
    classes = {path.stem for path in (MODULE / "classes").glob("*.php")} - {"index", "PasserelleSpecificResource"}
    assert classes == {name for name in classes if f"'{name}'" in MAIN}


def test_versions_agree() -> None:
    (told,) = re.findall(r"->version = '([^']+)'", MAIN)
    configured = etree.parse(MODULE / "config.xml").findtext("version")
    assert (told, configured) == (MODULE_VERSION, MODULE_VERSION)


def test_texts_are_translated_to_french() -> None:
    french = (MODULE / "translations" / "fr.php").read_text(encoding="utf-8")
    texts = re.findall(r"->l\('([^']+)'\)", MAIN)
    assert texts
    for text in texts:
        key = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        assert f"passerelle_{key}'] = '" in french


def test_the_sandbox_offers_the_same_resources_with_the_same_methods() -> None:
    read_only = re.search(r"\$readOnly = \[(.*?)\];", MAIN)
    assert read_only
    told = {}
    for name, entry in re.findall(r"            '(\w+)' => \[\n(.*?)\n            \],", MAIN, flags=re.DOTALL):
        if "description" in entry:
            methods = re.search(r"'forbidden_method' => (.*),", entry)
            assert methods
            told[name] = re.findall(r"[A-Z]{3,}", methods[1].replace("$readOnly", read_only[1]))
    offered = resources_of("8.2", module=True)
    assert told == {name: list(offered[name].forbidden) for name in MODULE_RESOURCES}


def test_the_archive_holds_the_module_and_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = pack(tmp_path / "first.zip"), pack(tmp_path / "second.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        held = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert held == {f"passerelle/{names(path)}": path.read_bytes() for path in MODULE.rglob("*") if path.is_file()}


HEAD = {
    "internal_reference": "MAG01-2026-000501",
    "id_store": "0",
    "id_customer": "1",
    "id_carrier": "0",
    "payment": "Carte bancaire",
    "total_discounts_tax_incl": "2.00",
    "total_discounts_tax_excl": "1.67",
    "total_paid_tax_incl": "47.88",
    "date_add": "2026-10-03 15:42:10",
}
SHIRT = {"product_reference": "shirt-S", "product_quantity": "2", "unit_price_tax_excl": "15.825000",
         "unit_price_tax_incl": "18.990000"}  # fmt: skip
MUG = {"product_reference": "mug", "product_quantity": "1", "unit_price_tax_excl": "9.916667",
       "unit_price_tax_incl": "11.900000"}  # fmt: skip
Sale = tuple[dict[str, str], list[dict[str, str]]]
WRONG: list[Sale] = [
    ({**HEAD, "internal_reference": ""}, [SHIRT]),
    ({**HEAD, "internal_reference": "a/b"}, [SHIRT]),
    ({**HEAD, "id_customer": "2"}, [SHIRT]),
    ({**HEAD, "payment": "<cash>"}, [SHIRT]),
    ({**HEAD, "date_add": "2026-02-30 00:00:00"}, [SHIRT]),
    ({**HEAD, "total_discounts_tax_incl": "-1"}, [SHIRT]),
    ({**HEAD, "total_paid_tax_incl": ""}, [SHIRT]),
    (HEAD, []),
    (HEAD, [SHIRT, {**MUG, "product_quantity": "1.5"}]),
    (HEAD, [SHIRT, {**MUG, "product_reference": "Mug"}]),
    (HEAD, [SHIRT, {**MUG, "product_reference": "twice"}]),
    (HEAD, [{**SHIRT, "unit_price_tax_excl": "15.8250000001"}]),
    (HEAD, [SHIRT]),
]


def body(*sales: Sale, wrapped: bool = False) -> bytes:
    root = etree.Element("prestashop")
    for head, rows in sales:
        node = etree.SubElement(root, "store_order")
        for name, value in head.items():
            etree.SubElement(node, name).text = value
        place = etree.SubElement(etree.SubElement(node, "associations") if wrapped else node, "order_rows")
        for row in rows:
            element = etree.SubElement(place, "order_row")
            for name, value in row.items():
                etree.SubElement(element, name).text = value
    return etree.tostring(root)


def read_by_php(document: bytes) -> list[dict[str, Any]]:
    """What the module's own PHP makes of the sales of a document."""
    told = subprocess.run([str(PHP), str(CORE), str(MODULE)], input=document, capture_output=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def answered_by_the_sandbox(document: bytes) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The sandbox's lines for the same document, and its orders, in a shop with the same two products."""
    with SandboxShop(module=True) as shop:
        shop.insert("customers", {"lastname": "Doe", "firstname": "Ann", "email": "a@sandbox.test", "secure_key": "k"})
        for number, reference in ((6, "mug"), (7, "MUG"), (2, "shirt")):
            shop.insert("products", {"id": number, "reference": reference, "price": 10, "name": reference})
        for number, reference in ((9, "shirt-S"), (10, "twice"), (11, "twice")):
            shop.insert("combinations", {"id": number, "id_product": 2, "reference": reference})
        lines = _posted(shop, document)
        return lines, shop.rows("orders")


def _posted(shop: SandboxShop, document: bytes) -> list[dict[str, str]]:
    reply = httpx.post(f"{shop.url}/api/store_orders", content=document, auth=(shop.key, ""))
    return [{str(one.tag): one.text or "" for one in line} for line in etree.fromstring(reply.content)[0]]


@needs_xml_in_php
@pytest.mark.parametrize("wrapped", [False, True], ids=["rows", "rows in associations"])
def test_php_and_the_sandbox_read_the_same_sale(wrapped: bool) -> None:
    document = body((HEAD, [SHIRT, MUG]), wrapped=wrapped)
    (read,) = read_by_php(document)
    (line,), (order,) = answered_by_the_sandbox(document)
    assert line["status"] == "created"
    assert read["reference"] == order["reference"]
    assert read["products"] == [[2, 9], [6, 0]]
    fields = ("total_products", "total_products_wt", "total_paid_tax_excl", "total_paid_tax_incl")
    assert read["totals"] == [order[name] for name in fields]


@needs_xml_in_php
def test_php_and_the_sandbox_refuse_the_same_sales_in_the_same_words() -> None:
    document = body(*WRONG)
    lines, orders = answered_by_the_sandbox(document)
    assert [one["refused"] for one in read_by_php(document)] == [line["message"] for line in lines]
    assert (len({line["message"] for line in lines}), orders) == (len(WRONG), [])
