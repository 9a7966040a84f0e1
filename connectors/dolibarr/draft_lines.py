"""Lines of an order, an invoice or a credit note in Dolibarr: the products that they name, and what it made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.order_draft import SERVICE, DraftLine, OrderDraft
from connectors.dolibarr.replies import amount
from connectors.dolibarr.texts import first_line
from schemas.amounts import cents, unit_prices
from schemas.erp import FoundLine
from schemas.errors import RefusedError


def products_of(dolibarr: Dolibarr, lines: Iterable[DraftLine]) -> dict[str, int]:
    """The ids of the lines' products; services of ours that are missing are made."""
    wanted = list(lines)
    found = dolibarr.products(line.item for line in wanted)
    for line in wanted:
        if line.product_type == SERVICE and line.item not in found:
            found[line.item] = _service(dolibarr, line.item)
    return found


def _service(dolibarr: Dolibarr, reference: str) -> int:
    try:
        return dolibarr.create_service(reference, reference)
    except RefusedError:
        # Another writer has made it in between.
        known = dolibarr.products([reference], anew=True)
        if reference not in known:
            raise
        return known[reference]


def line_values(draft: OrderDraft, products: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The lines as Dolibarr is sent them."""
    for line in draft.lines:
        values: dict[str, Any] = {
            "qty": line.quantity,
            "subprice": f"{line.unit_tax_excl:f}",
            "tva_tx": f"{line.rate:f}",
            "remise_percent": 0,
            "product_type": line.product_type,
            "desc": line.text,
            "ref_ext": line.ref_ext,
        }
        if line.item in products:
            values["fk_product"] = products[line.item]
        yield values


def check_as_drafted(draft: OrderDraft, record: Record, third_party_id: int) -> None:
    """`RefusedError` when person, reference, lines or total of a document are not those of the draft.

    One that was begun before may be another document's, whose id the shop has given to this one since. A constant of
    the set-up makes Dolibarr round otherwise (docs/facts/dolibarr.md, V3).
    """
    of_shop, person = str(record.get("ref_client") or ""), int(record.get("socid") or 0)
    if of_shop != draft.ref_client or person != third_party_id:
        raise differs("there is another document under this reference", draft.uid, record)
    theirs = sorted((amount(line.get("qty")), cents(amount(line.get("total_ttc")))) for line in record["lines"])
    ours = sorted((Decimal(line.quantity), line.total_tax_incl) for line in draft.lines)
    total = cents(amount(record.get("total_ttc")))
    if theirs != ours or total != draft.total:
        raise differs(f"Dolibarr makes {total} of a document of {draft.total}", draft.uid, record)


def differs(reason: str, uid: str, record: Mapping[str, Any] | None = None) -> RefusedError:
    """The refusal of a document that is not the one that is there."""
    there = f" ({record['ref']})" if record else ""
    return RefusedError(reason + there, system=SYSTEM, action="create a document", key=uid, code="DIFFERS")


def found_lines(record: Record) -> Iterator[FoundLine]:
    """The lines in prices of whole cents, so that quantity times price is what Dolibarr says that they come to."""
    for line in record.get("lines") or ():
        yield from _found(line)


def _found(line: Mapping[str, object]) -> Iterator[FoundLine]:
    names = (str(line.get("product_ref") or line.get("ref") or ""), first_line(line.get("desc")))
    references = tuple(name for name in names if name)
    quantity, total = amount(line.get("qty")), cents(amount(line.get("total_ttc")))
    if quantity != quantity.to_integral_value() or not quantity:
        yield FoundLine(references, quantity, total / quantity if quantity else total)
        return
    for number, price in unit_prices(total, int(quantity)):
        yield FoundLine(references, amount(number), price)
