"""Orders with invoice and payment to a real Dolibarr, against the bare calls that make as much.

It needs PASSERELLE_BENCH_DOLIBARR="https://erp.example.com KEY", a bank account WEB there, and leaves its orders there.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.figures import Sheet
from tests.flows.dolibarr_world import DolibarrWorld
from tests.flows.running import by_function

ORDERS, ROUNDS = 60, 3
CUSTOMERS = 20


def measure(sheet: Sheet, place: Path) -> None:
    """The share of the bare calls' speed; nothing where no Dolibarr is named."""
    told = os.environ.get("PASSERELLE_BENCH_DOLIBARR")
    if not told:
        sheet.note("Orders to a real Dolibarr: not measured, PASSERELLE_BENCH_DOLIBARR names none.")
        return
    url, _, key = told.partition(" ")
    shutil.rmtree(place / "dolibarr_orders", ignore_errors=True)
    with by_function(wanted=True):
        asyncio.run(_rounds(sheet, place / "dolibarr_orders", url, key))


async def _rounds(sheet: Sheet, place: Path, url: str, key: str) -> None:
    sheet.title(f"{ROUNDS} times {ORDERS} orders with invoice and payment to {url}, against the bare calls")
    with DolibarrWorld.at(place / "boutique").real(url, key) as world:
        customers = [world.customer() for _ in range(CUSTOMERS)]
        for customer in customers:
            world.place(customer=customer)
        await world.orders()
        party = int(world.ours("/thirdparties")[0]["id"])
        for number in range(1, ROUNDS + 1):
            bare = _bare_seconds(world.rest, party)
            for order in range(ORDERS):
                world.place(customer=customers[order % CUSTOMERS])
            started = time.perf_counter()
            await world.orders()
            whole = time.perf_counter() - started
            assert world.counts()["created"] == ORDERS, world.counts()
            steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
            name = f"round {number}: "
            sheet.add(name + "delivering, share of the bare calls' speed", bare / steps["deliver orders"], "ratio")
            sheet.add(name + "whole flow, share of the bare calls' speed", bare / whole, "ratio", ">= 0.9")
            sheet.note(f"An order bare {bare / ORDERS * 1000:.0f} ms, by the flow {whole / ORDERS * 1000:.0f} ms.")
            _table_of_calls(sheet, world.report()["requests"])


def _table_of_calls(sheet: Sheet, requests: dict[str, int]) -> None:
    """What was asked of Dolibarr, and how often for an order."""
    sent = {name.removeprefix("dolibarr "): count for name, count in requests.items() if name.startswith("dolibarr ")}
    rows = [
        (name, str(count), f"{count / ORDERS:.2f}") for name, count in sorted(sent.items(), key=lambda one: -one[1])
    ]
    sheet.table(
        ("call", "in all", "an order"), [*rows, ("all", str(sum(sent.values())), f"{sum(sent.values()) / ORDERS:.2f}")]
    )


def _bare_seconds(rest: httpx.Client, party: int) -> float:
    """Order, validated; invoice of it, validated, paid; the order marked as invoiced: six calls one after the other."""
    mark, day = uuid.uuid4().hex[:8], int(datetime.now(UTC).timestamp())
    account = next(int(each["id"]) for each in _got(rest, "/bankaccounts") if each["ref"] == "WEB")
    [payment] = [each for each in _got(rest, "/setup/dictionary/payment_types") if each["code"] == "VIR"]
    started = time.perf_counter()
    for number in range(ORDERS):
        line = {"desc": "Mug", "qty": 1, "subprice": "8.33333333", "tva_tx": "20", "product_type": 0}
        head: dict[str, Any] = {"socid": party, "date": day, "ref_client": f"{mark}-{number}", "lines": [line]}
        order = _posted(rest, "/orders", head | _guard(f"{mark}o{number}"))
        _posted(rest, f"/orders/{order}/validate", {"idwarehouse": 0, "notrigger": 0})
        linked = {"type": 0, "linked_objects": {"commande": order}}
        invoice = _posted(rest, "/invoices", head | linked | _guard(f"{mark}i{number}"))
        _posted(rest, f"/invoices/{invoice}/validate", {"force_number": "", "idwarehouse": 0, "notrigger": 0})
        paid = {"datepaye": day, "paymentid": int(payment["id"]), "accountid": account, "closepaidinvoices": "yes"}
        amounts = {"arrayofamounts": {str(invoice): {"amount": "10.00", "multicurrency_amount": ""}}}
        _posted(rest, "/invoices/paymentsdistributed", paid | amounts | {"comment": "", "num_payment": ""})
        _posted(rest, f"/orders/{order}/setinvoiced", {})
    return time.perf_counter() - started


def _guard(uid: str) -> dict[str, Any]:
    return {"array_options": {"options_ps_uid": uid}}


def _got(rest: httpx.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rest.get(path, params={"limit": 0}).raise_for_status().json()
    return found


def _posted(rest: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    return rest.post(path, json=body).raise_for_status().json()
