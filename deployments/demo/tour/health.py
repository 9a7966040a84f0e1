"""The steps of the tour that look over all: the shop's known faults, and the month beside the ERP's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from deployments.demo.laws import PREFIX
from deployments.demo.people import PEOPLE
from deployments.demo.tour.files import with_tax
from deployments.demo.tour.orders import wanted_there
from deployments.demo.tour.scene import Scene
from deployments.exits import Exit

MENDED = "customer_without_group"
WRONG_NUMBER, RIGHT_NUMBER, SIREN = "FR45732829320", "FR44732829320", "732829320"
"""A French VAT number whose check digits do not belong to its SIREN, as it should be, and that SIREN."""
BY_HAND = Decimal("10.00")
"""What somebody invoices beside, without tax."""
COMPANY = "Maison du Lin Fane"
_COMPANYS_ORDER = len(PEOPLE) + 1
"""The person who ordered first, this time for a company."""


async def looked_over(scene: Scene) -> None:
    """The known faults are listed, and a safe one is mended."""
    with scene.step("audit", "audit.md"):
        wanted = _break(scene)
        await scene.type("audit", scene.named, ends=(Exit.REJECTS,))
        scene.check("faults_found", wanted, _found(scene))
        (mended,), writes = wanted.pop(MENDED), scene.shop.writes()
        await scene.type("audit", scene.named, "--fix", MENDED)
        (groups,) = (row["groups"] for row in scene.shop.rows("customers") if str(row["id"]) == mended)
        wanted_groups = [str(_setting(scene, "PS_CUSTOMER_GROUP"))]
        scene.check("mended", (wanted_groups, 1), ([str(one) for one in groups], scene.shop.writes() - writes))
        await scene.type("audit", scene.named, ends=(Exit.REJECTS,))
        scene.check("faults_left", wanted, _found(scene))


def _break(scene: Scene) -> dict[str, set[str]]:
    """What programs and people have done to the shop in years; the ids at fault, by fault."""
    cast, shop = scene.cast, scene.shop
    twin, other = scene.product(cast.twin.reference), scene.product(cast.reduced.reference)
    shop.change("products", twin, {"reference": cast.reduced.reference})
    person = PEOPLE[-1]
    named = {"firstname": person.firstname, "lastname": person.lastname, "email": person.email, "passwd": "x" * 60}
    customer = shop.insert("customers", named | {"groups": []})
    scene.narrate("faults", reference=cast.reduced.reference, article=cast.twin.name, customer=customer)
    without_picture = {str(row["id"]) for row in shop.rows("products") if not row.get("images")}
    return {
        "duplicate_reference": {str(twin), str(other)},
        MENDED: {str(customer)},
        "picture_missing": without_picture,
    }


def _found(scene: Scene) -> dict[str, set[str]]:
    """The ids that the newest report names, by fault; the others that share a reference stand behind the first."""
    found: dict[str, set[str]] = {}
    for one in scene.report()["findings"]:
        ids = {each["key"].rpartition("#")[2] for each in one["examples"]}
        behind = {each["detail"] for each in one["examples"]} if one["code"] == "duplicate_reference" else set()
        found[one["code"]] = ids | behind
    return found


def _setting(scene: Scene, name: str) -> Any:
    return next(row["value"] for row in scene.shop.rows("configurations") if row["name"] == name)


async def reconciled(scene: Scene) -> None:
    """A company's number is wrong, then right; the month agrees to the cent, until somebody invoices by hand."""
    with scene.step("france", "france.md"):
        await _company_buys(scene)
        days = sorted(str(row["date_add"])[:10] for row in scene.shop.rows("orders"))
        period = ("--from", f"{days[0][:8]}01", "--to", days[-1])
        orders = len(scene.visitors.placed)
        await scene.type("reconcile", scene.named, *period)
        scene.check("agrees", (orders, orders), _same(scene), count=orders, total=scene.total())
        one = scene.visitors.placed[1]
        scene.company.invoice_by_hand(one.reference, BY_HAND)
        scene.narrate("invoiced", order=one.id_order, more=with_tax(BY_HAND))
        await scene.type("reconcile", scene.named, *period, ends=(Exit.REJECTS,))
        scene.check("others_agree", (orders, orders - 1), _same(scene))
        named = [incident["key"] for incident in scene.report()["incidents"]]
        scene.check("named_differs", [str(one.id_order)], named, order=one.id_order)


async def _company_buys(scene: Scene) -> None:
    order = scene.visitors.buy(_COMPANYS_ORDER, [(scene.cast.sold[0], 1)], company=COMPANY, vat_number=WRONG_NUMBER)
    scene.narrate("company", order=order.id_order)
    await scene.type("run", "export_orders", "--shop", scene.named, ends=(Exit.REJECTS,))
    there = wanted_there(scene)
    there.pop(f"{PREFIX}{order.id_order}")
    scene.check("company_held", there, scene.company.totals(), order=order.id_order)
    address = next(row for row in scene.shop.rows("orders") if int(row["id"]) == order.id_order)["id_address_invoice"]
    scene.shop.change("addresses", address, {"vat_number": RIGHT_NUMBER})
    scene.narrate("number_put_right")
    await scene.type("run", "export_orders", "--shop", scene.named)
    scene.check("company_gone", wanted_there(scene), scene.company.totals(), order=order.id_order)
    scene.check("siren", [SIREN], [row["idprof1"] for row in scene.company.erp.third_parties() if row["idprof1"]])


def _same(scene: Scene) -> tuple[int, int]:
    """How many documents were compared, and how many of them are the same on both sides."""
    counts = scene.report()["counts"]
    return counts["rows_read"], counts["unchanged"]
