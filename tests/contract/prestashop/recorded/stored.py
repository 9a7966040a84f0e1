"""What the recorded shop's tables held right after a request, against what the sandbox holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deployments.sandbox.shop import SandboxShop
    from tests.contract.prestashop.recorded.exchanges import Exchange
    from tests.contract.prestashop.recorded.replay import Replay

STOCK_QUERY = re.compile(r"select (id_stock_available,.*) from ps_stock_available where id_product=\d+")
FIRST_REFERENCE = re.compile(rb"<reference><!\[CDATA\[([^\]]*)\]\]></reference>")
REFERS = {"id_product_attribute": "combinations", "id_product": "products"}


def differences(exchange: Exchange, sandbox: SandboxShop, replay: Replay) -> list[str]:
    """What differs in the tables, one line each; only rows that both sides know are compared."""
    seen = exchange.side_effects
    if "rows_in_ps_product_after" in seen:
        return _references(exchange, sandbox)
    query = STOCK_QUERY.match(str(seen.get("sql")))
    return _stock(query[1].split(","), seen["rows"], sandbox, replay) if query else []


def _references(exchange: Exchange, sandbox: SandboxShop) -> list[str]:
    """The references of a batch that are in the shop after it."""
    first = FIRST_REFERENCE.search(exchange.body)
    assert first is not None, exchange.name
    prefix = first[1].decode()[:-1]
    theirs = sorted(reference for _, reference in exchange.side_effects["rows_in_ps_product_after"])
    ours = sorted(row["reference"] for row in sandbox.rows("products") if row["reference"].startswith(prefix))
    return [] if theirs == ours else [f"products written: recorded {theirs}, sandbox {ours}"]


def _stock(columns: list[str], rows: list[list[str]], sandbox: SandboxShop, replay: Replay) -> list[str]:
    held = {str(row["id"]): row for row in sandbox.rows("stock_availables")}
    found = []
    for row in rows:
        recorded = dict(zip(columns, row, strict=True))
        identifier = recorded.pop("id_stock_available")
        if ("stock_availables", identifier) not in replay.ids:
            continue
        own = held[replay.own("stock_availables", identifier)]
        for name, value in recorded.items():
            wanted = replay.own(REFERS[name], value) if name in REFERS else value
            if str(own[name]) != wanted:
                found.append(f"stock row {identifier}, {name}: recorded {wanted}, sandbox {own[name]}")
    return found
