"""The steps of the tour that are about prices: one is reduced, some are planned, a wrong one is put back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from deployments.demo.catalogue import Article
from deployments.demo.tour.files import (
    PERCENT_OFF,
    former_prices,
    lowest_before,
    price_lines,
    reduced_price,
    with_tax,
)
from deployments.demo.tour.scene import Scene
from deployments.exits import Exit
from tasks.run.shop_folder import open_shop_folder

RAISED = Decimal(4)
BY_HAND = Decimal(2)
_SLIPPED = Decimal(10)
_SOLD_SINCE = "2026-01-05 09:00:00"
_VALUE_TAX_INCL = -3
"""The place of the price with tax in what the module shows, counted from its end."""


async def reduced(scene: Scene) -> None:
    """The lowest price of the 30 days before a reduction stands beside it."""
    with scene.step("omnibus", "omnibus.md"):
        article = scene.cast.reduced
        _remember(scene, article)
        lowest = with_tax(lowest_before(former_prices(article)))
        told = {"article": article.name, "price": with_tax(article.price), "lowest": lowest}
        scene.narrate("former", **told, percent=PERCENT_OFF)
        scene.drop.discount(article)
        await scene.type("run", "import_specific_prices", "--shop", scene.named)
        await scene.type("run", "publish_lowest_prices", "--shop", scene.named)
        scene.check("lowest_beside", lowest, _shown_beside(scene, article), price=reduced_price(article), lowest=lowest)
        await scene.type("prices", article.reference, "--shop", scene.named)
        await scene.type("prices", article.reference, "--shop", scene.named, "--page", scene.beside("proof.html"))


def _remember(scene: Scene, article: Article) -> None:
    """The shop has sold it for months, and the price ledger knows at what price."""
    scene.shop.change("products", scene.product(article.reference), {"date_add": _SOLD_SINCE})
    folder = open_shop_folder(scene.folder)
    with folder.open_ledger() as ledger:
        ledger.add_prices(folder.name, price_lines(article))


def _shown_beside(scene: Scene, article: Article) -> Decimal | None:
    """What the shop's page says beside the reduced price, with tax."""
    rows = [row for row in scene.shop.rows("lowest_prices") if row["reference"] == article.reference]
    return Decimal(rows[0]["value"].split("|")[_VALUE_TAX_INCL]) if rows else None


async def planned(scene: Scene) -> None:
    """A plan is signed, refused after something has moved, made anew and carried out."""
    with scene.step("plan", "operations.md"):
        articles = [replace(article, price=article.price + RAISED) for article in scene.cast.repriced]
        touched, plan = articles[0], scene.beside("plan.json")
        scene.drop.products(articles)
        scene.narrate("new_prices", count=len(articles), more=RAISED)
        await scene.type("plan", "import_products", "--shop", scene.named, "--out", plan)
        by_hand = scene.cast.repriced[0].price + BY_HAND
        scene.shop.change("products", scene.product(touched.reference), {"price": str(by_hand)})
        scene.narrate("moved", article=touched.name, price=by_hand)
        before, writes = scene.prices(), scene.shop.writes()
        said = await scene.type("apply", plan, "--shop", scene.named, ends=(Exit.FAILED,))
        scene.check("refused", (before, 0), (scene.prices(), scene.shop.writes() - writes))
        scene.check("moved_named", True, touched.reference in said, reference=touched.reference)
        await scene.type("plan", "import_products", "--shop", scene.named, "--out", plan)
        await scene.type("apply", plan, "--shop", scene.named)
        wanted = before | {article.reference: article.price for article in articles}
        scene.check("applied", wanted, scene.prices(), count=len(articles))


async def put_back(scene: Scene) -> None:
    """An import with wrong prices is undone, but for what somebody has put right by hand."""
    with scene.step("undo", "undo.md"):
        right, by_hand = scene.prices(), scene.cast.slipped[1]
        wrong = [replace(article, price=article.price / _SLIPPED) for article in scene.cast.slipped]
        scene.drop.products(wrong)
        scene.narrate("slipped", count=len(wrong), article=wrong[0].name, price=wrong[0].price)
        await scene.type("run", "import_products", "--shop", scene.named)
        slipped = right | {article.reference: article.price for article in wrong}
        scene.check("slipped_shown", slipped, scene.prices(), quietly=True)
        corrected = by_hand.price - BY_HAND
        scene.shop.change("products", scene.product(by_hand.reference), {"price": str(corrected)})
        scene.narrate("corrected", article=by_hand.name, price=corrected)
        run = str(scene.report()["run_id"])[:8]
        await scene.type("undo", run, "--shop", scene.named, "--yes", ends=(Exit.COMPLETED, Exit.REJECTS))
        wanted = right | {by_hand.reference: corrected}
        scene.check("put_back", wanted, scene.prices(), article=wrong[0].name, price=right[wrong[0].reference])
        writes = scene.shop.writes()
        scene.drop.products(wrong)
        scene.narrate("slipped_again")
        await scene.type("run", "import_products", "--shop", scene.named, ends=(Exit.COMPLETED, Exit.REJECTS))
        scene.check("held", (wanted, 0), (scene.prices(), scene.shop.writes() - writes))
