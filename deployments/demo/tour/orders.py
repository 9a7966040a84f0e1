"""The steps of the tour that are about orders: one is paid and goes at once, and its piece is not sold again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

from deployments.commands.listen import emit, run_flow
from deployments.demo.laws import PREFIX
from deployments.demo.tour.scene import Scene
from tasks.events.listener import Listener

NIGHT = range(1, 6)
"""The numbers of the orders that came before anybody listened."""
PAID_NOW = 6
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05


async def opening(scene: Scene) -> None:
    """The catalogue comes in, and people order in the night."""
    with scene.step("opening", "getting-started.md"):
        scene.narrate("open", shop=scene.shop.url, erp=scene.company.erp.url)
        scene.narrate("erp_drops", count=len(scene.cast.all))
        scene.drop.products(scene.cast.all)
        scene.drop.stock(scene.cast.all)
        await scene.type("run", "import_products", "--shop", scene.named)
        await scene.type("run", "import_stock", "--shop", scene.named)
        wanted = {article.reference: (article.price, article.quantity) for article in scene.cast.all}
        prices, quantities = scene.prices(), scene.quantities()
        found = {reference: (prices.get(reference), quantities.get(reference)) for reference in wanted}
        scene.check("all_there", wanted, found, count=len(wanted))
        for number in NIGHT:
            scene.visitors.buy(number, [(article, 1 + number % 2) for article in scene.cast.sold[: 1 + number % 3]])
        scene.narrate("night", count=len(NIGHT), total=scene.total())


async def paid_and_gone(scene: Scene) -> None:
    """An order is paid while somebody listens."""
    with scene.step("events", "events.md"):
        scene.show_command("listen", scene.named)
        heard: list[str] = []
        listener = Listener(scene.named, partial(run_flow, asyncio.Semaphore(1)), emit, heard.append)
        listening = asyncio.create_task(listener.listen())
        try:
            await _until(lambda: len(scene.company.totals()) >= len(NIGHT) and len(heard) > 1)
            scene.show("\n".join(heard))
            scene.check("night_gone", wanted_there(scene), scene.company.totals(), count=len(NIGHT))
            order = scene.visitors.buy(PAID_NOW, [(scene.cast.last_pieces, 1)])
            scene.narrate("paid", order=order.id_order, total=order.total, article=scene.cast.last_pieces.name)
            began = time.monotonic()
            await _until(lambda: f"{PREFIX}{order.id_order}" in scene.company.totals())
            took = time.monotonic() - began
            await _until(lambda: len(heard) > 2)  # noqa: PLR2004 - it listens, the night, this one
        finally:
            listener.stop()
            await listening
        scene.show("\n".join(heard[2:]))
        scene.check("gone", wanted_there(scene), scene.company.totals(), order=order.id_order, seconds=took)


async def not_sold_twice(scene: Scene) -> None:
    """The ERP's stock file is older than its orders."""
    with scene.step("net_stock", "net-stock.md"):
        piece = replace(scene.cast.last_pieces, quantity=scene.cast.last_pieces.quantity - 1)
        in_file = [piece if article.reference == piece.reference else article for article in scene.cast.all]
        scene.drop.stock(in_file)
        scene.narrate("stock_file", article=piece.name, reference=piece.reference, quantity=piece.quantity)
        await scene.type("run", "import_stock", "--shop", scene.named)
        scene.show("\n".join(incident["reason"] for incident in scene.report()["incidents"]))
        found = scene.quantities()
        scene.check("not_twice", 0, found[piece.reference], article=piece.name)
        wanted = {article.reference: article.quantity - _sold_of(scene, article.reference) for article in in_file}
        scene.check("less_sold", wanted, {one: found[one] for one in wanted}, count=len(wanted))


def _sold_of(scene: Scene, reference: str) -> int:
    """How many pieces of it were ordered."""
    return sum(
        int(row["product_quantity"])
        for row in scene.shop.rows("order_details")
        if row["product_reference"] == reference
    )


def wanted_there(scene: Scene) -> dict[str, list[Decimal]]:
    """What the ERP is to hold: each order once, to the cent."""
    return {f"{PREFIX}{placed.id_order}": [placed.total] for placed in scene.visitors.placed}


async def _until(is_so: Callable[[], bool]) -> None:
    """Waits; what is not so in time is found by the check that follows."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not is_so() and time.monotonic() < ends:  # noqa: ASYNC110 - the ERP is looked at, and tells nobody
        await asyncio.sleep(_LOOK_SECONDS)
