"""100,000 document lines of 20,000 orders of an ERP's files: all new, then the same, then one in a hundred."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from connectors.ledger.tables import DELIVERIES
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import FLAT_OUT, ShopProcess, run_flow
from tests.flows.files_world import FilesWorld

ORDERS, LINES = 20_000, 5
SMALL = 2_000
PAID, SHIPPED = 2, 4
_AT = {"changed_at": datetime(2026, 11, 1, tzinfo=UTC), "delivered_at": datetime(2026, 11, 1, tzinfo=UTC)}


def measure(sheet: Sheet, place: Path) -> None:
    """Requests, seconds and peak memory: all of it written, at a tenth and at the whole size, then what differs."""
    sheet.title(f"{ORDERS * LINES:,} lines of documents of {ORDERS:,} orders: {FLAT_OUT.name}")
    for orders, state in ((SMALL, PAID), (ORDERS, PAID), (ORDERS, SHIPPED)):
        with _world(place, orders, state) as world:
            first = "all new" if state == PAID else "all new, the shop has it already"
            for name, changed in ((first, orders), ("nothing changed", 0), ("1 % changed", orders // 100)):
                _run(sheet, world, f"{orders * LINES:,} lines, {name}: ", orders, changed)


def _run(sheet: Sheet, world: FilesWorld, name: str, orders: int, changed: int) -> None:
    writes = world.shop.writes
    # The first file tells of parcels, a later one of another parcel where it has changed.
    other = range(1, changed + 1 if changed < orders else 1)
    rows = [row for at in range(1, orders + 1) for row in _rows(at, "6B" if at in other else "6A")]
    world.drop_documents(*rows)
    ran = run_flow("import_order_documents", world)
    sheet.add(name + "write requests", world.shop.writes - writes, "requests", "== 0" if changed == 0 else "")
    sheet.add(name + "wall of the flow", ran.flow_seconds, "s")
    sheet.add(name + "peak memory", ran.peak_mb, "MB", "< 512")


def _rows(number: int, parcel: str) -> list[dict[str, Any]]:
    told = {"order_reference": f"WEB{number}", "document_type": "3", "document_number": f"BL{number}"}
    line = {"quantity_ordered": "2", "quantity_delivered": "2", "header_1": f"{parcel}{number:09}"}
    return [told | line | {"item_reference": f"ROBE-{at}", "line_text": f"Robe {at}"} for at in range(LINES)]


def _world(place: Path, orders: int, order_state: int) -> FilesWorld:
    """A shop whose orders were all handed over by file, to be entered."""
    state, folder = _shop_with_orders(place, orders, order_state), place / "documents"
    shutil.rmtree(folder, ignore_errors=True)

    class MeasuredWorld(FilesWorld):
        def write_settings(self, **tables: Any) -> None:
            super().write_settings(erp__files={"tracking_from": "header_1"}, **tables)

        def __enter__(self) -> Self:
            super().__enter__()
            self.ledger().close()
            engine = sa.create_engine(f"sqlite:///{self.folder / 'ledger.db'}")
            of_all = _AT | {"shop": self.folder.name, "kind": "files/production/order", "state": "sent", "attempts": 1}
            rows = [of_all | {"key": str(n), "erp_number": f"WEB{n}"} for n in range(1, orders + 1)]
            with engine.begin() as connection:
                connection.execute(sa.insert(DELIVERIES), rows)
            return self

    folder.mkdir(parents=True)
    return MeasuredWorld(folder, ShopProcess(FLAT_OUT, state))  # type: ignore[arg-type] # the same of a shop


def _shop_with_orders(place: Path, orders: int, order_state: int) -> Path:
    """A shop with so many orders of one customer, those that are shipped with their parcel's number; made once."""
    state = place / f"shop-documents-{orders}-{order_state}.state"
    if not state.exists():
        place.mkdir(parents=True, exist_ok=True)
        unfinished = state.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with FilesWorld.at(place / "documents", state_file=unfinished) as world:
            customer = world.customer()
            for _ in range(orders):
                world.place(customer=customer, state=order_state)
            for row in world.shop.rows("order_carriers") if order_state == SHIPPED else ():
                number = f"6A{int(row['id_order']):09}"
                world.shop.change("order_carriers", int(row["id"]), {"tracking_number": number})
        unfinished.rename(state)
    return state
