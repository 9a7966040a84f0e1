"""The store stream as a flat stream: found by its link, else by name and town."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.prestashop import Entity, Identity, folded
from schemas.outcomes import Outcome
from tasks.flat.countries import country_ids, state_ids
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.stream import FlatStream
from tasks.flat.translate.rows import flat_rows
from tasks.flat.translate.stores import TEXTS, Geography, wanted_store
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef
from tasks.run.run import Run


class Stores(FlatStream):
    """One row is one store."""

    resource = "stores"
    kind = "store"
    steps = ("plan stores", "write stores")
    identity = Identity("name", ("name", "address1", "postcode", "city"), folded=True)
    compared = (
        *TEXTS,
        "hours",
        "id_country",
        "id_state",
        "postcode",
        "city",
        "phone",
        "email",
        "latitude",
        "longitude",
        "active",
    )

    def salt(self, run: Run) -> str:
        """The associations of countries."""
        return repr(sorted(run.folder.associations.countries.items()))

    async def wanted(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> list[WantedEntity]:
        """The stores that the rows want; a row whose country or state the shop lacks goes no further."""
        asked = flat_rows(rows, run.stream)
        country_iso = {code: iso for iso, code in reversed(run.folder.associations.countries.items())}
        geography = Geography(
            country_iso=country_iso,
            countries=await country_ids(run.shop, {country_iso.get(row.text("country"), "") for row in asked}),
            states=await state_ids(run.shop, {row.text("state").upper() for row in asked}),
            languages=run.facts.languages,
            language_ids=run.facts.language_ids,
        )
        refs = (RowRef(row["_file"], row["_line"], row["_link"]) for row in rows)
        return [wanted_store(row, ref, geography) for row, ref in zip(asked, refs, strict=True)]

    async def current(self, run: Run, wanted: Sequence[WantedEntity]) -> dict[str, Entity | Stop]:
        """Stores of the same name in the same town."""
        names = {name for one in wanted for name in _names(one)}
        hits = await run.shop.find(self.resource, "name", names, display=self.display())
        found: dict[str, Entity | Stop] = {}
        for one in wanted:
            mine = [store for store in hits if _is_same(one, store)]
            if len(mine) > 1:
                ids = ", ".join(str(store["id"]) for store in mine)
                found[one.ref.key] = Stop(Outcome.REFUSED, "reference_twice", ids)
            elif mine:
                found[one.ref.key] = mine[0]
        return found


def _names(wanted: WantedEntity) -> Iterator[str]:
    names = (wanted.first | wanted.owned).get("name")
    if isinstance(names, dict):
        yield from (name for name in names.values() if name)


def _is_same(wanted: WantedEntity, store: Entity) -> bool:
    fields = wanted.first | wanted.owned
    same_name = {folded(name) for name in _names(wanted)} & {folded(name) for name in store["name"].values() if name}
    towns = {folded(str(fields.get(name, ""))) == folded(store[name]) for name in ("city", "postcode")}
    return bool(same_name) and towns == {True}
