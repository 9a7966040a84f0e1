"""The fast write path of a flat stream: what is made and changed goes through our module where the settings ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.prestashop import Entity, Receipt
from connectors.prestashop.lines import LineMode
from tasks.flat.plan.entities import PlannedEntity
from tasks.flat.stream import EntitiesPlan, FlatStream
from tasks.run.run import Run
from tasks.run.write_path import line_mode_of

_AS_FOUND = ("id_shop", "id_shop_group")
"""What a change of a price leaves as it is."""
_OF_OTHERS = ("id_cart", "id_specific_price_rule")


@dataclass(frozen=True, slots=True)
class WritePath:
    """How the entities of a stream go; without `mode` by the webservice, as does whatever is deleted."""

    stream: FlatStream
    mode: LineMode | None = None

    @property
    def resource(self) -> str:
        """What the pace of the shop is asked about."""
        return self.stream.lines if self.mode else self.stream.resource

    def by_module(self, one: PlannedEntity) -> bool:
        """Whether an entity goes through our module, which changes no row of another item, of a cart or of a rule."""
        if not self.mode or one.action != "update":
            return self.mode is not None and one.action == "create"
        return "id_product" not in one.fields and not any(int(one.found.get(name) or 0) for name in _OF_OTHERS)

    def entity_of(self, one: PlannedEntity) -> Entity:
        """All of the entity, as our module takes it."""
        if one.action == "create":
            return one.wanted
        return {**one.wanted, "id": one.id, **{name: str(one.found.get(name) or 0) for name in _AS_FOUND}}

    async def write(self, run: Run, entities: Sequence[Entity]) -> list[Receipt]:
        """Makes what has no `id` and changes the others through our module; one receipt each, in their order."""
        keeps_found = self.stream.keeps_what_others_made(run)
        return await run.shop.specific_price_lines.put(entities, mode=self.mode or "hooks", keeps_found=keeps_found)


def write_path_of(run: Run, plan: EntitiesPlan) -> WritePath:
    """The write path that the shop's settings ask for; the webservice's, with an incident, where the shop lacks it."""
    stream = plan.stream
    writes = any(one.action and one.action != "delete" for one in plan.entities)
    return WritePath(stream, line_mode_of(run, stream.lines, named_by=None) if stream.lines and writes else None)
