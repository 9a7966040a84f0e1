"""The supplier stream as a flat stream: found by its link, else by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.prestashop import Entity, Identity, folded
from schemas.outcomes import Outcome
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.stream import EntitiesPlan, FlatStream
from tasks.flat.translate.rows import flat_rows
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef
from tasks.run.run import Run

TEXTS = ("description",)
ITEMS = "product_supplier"
"""The kind of links of what suppliers call an item; their keys end with the supplier as the file names it."""


class Suppliers(FlatStream):
    """One row is one supplier."""

    resource = "suppliers"
    kind = "supplier"
    steps = ("plan suppliers", "write suppliers")
    identity = Identity("name", ("name",), folded=True)
    compared = ("name", "active", *TEXTS)

    async def wanted(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> list[WantedEntity]:
        """The suppliers that the rows want; one that is new is active unless its row says otherwise."""
        wanted = []
        for row, cells in zip(flat_rows(rows, run.stream), rows, strict=True):
            one = WantedEntity(
                RowRef(cells["_file"], cells["_line"], cells["_link"]), closed=row.value("active") is False
            )
            one.first["active"] = True
            row.put_same(one, ("name", "active"))
            row.put_texts(one, TEXTS, run.facts.languages, run.facts.language_ids)
            wanted.append(one)
        return wanted

    async def current(self, run: Run, wanted: Sequence[WantedEntity]) -> dict[str, Entity | Stop]:
        """Suppliers of the same name, whatever its case and accents."""
        hits = await run.shop.find(self.resource, "name", {_name(one) for one in wanted}, display=self.display())
        found: dict[str, Entity | Stop] = {}
        for one in wanted:
            mine = [row for row in hits if folded(str(row["name"])) == folded(_name(one))]
            if len(mine) > 1:
                ids = ", ".join(str(row["id"]) for row in mine)
                found[one.ref.key] = Stop(Outcome.REFUSED, "reference_twice", ids)
            elif mine:
                found[one.ref.key] = mine[0]
            elif not one.closed and not _name(one):
                found[one.ref.key] = Stop(Outcome.REJECTED, "supplier_without_name")
        return found


def doubt_items_of_new_ones(run: Run, plan: EntitiesPlan) -> None:
    """What suppliers that are made call an item is asked of the shop again: one that was deleted has another id now.

    Called before they are made, so that a run that ends in between does it again. PrestaShop leaves the items of a
    supplier that is deleted as they were.
    """
    new = [one for one in plan.entities if one.action == "create"]
    if not run.may_write_shop or not new:
        return
    called = {one.ref.key for one in new} | {str(one.fields.get("name", "")) for one in new}
    keys = run.ledger.links(run.folder.name, ITEMS)["erp_key"]
    run.ledger.doubt(run.folder.name, ITEMS, keys.filter(keys.str.split("|").list.last().is_in(called)).to_list())


def _name(wanted: WantedEntity) -> str:
    return str((wanted.first | wanted.owned).get("name", ""))
