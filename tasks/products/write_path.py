"""The fast write path: new products and combinations go through our module, and what it leaves by the webservice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.prestashop import Entity, Identity, Receipt
from connectors.prestashop.lines import LineMode
from connectors.prestashop.product_lines import NAMED_BY, PRODUCT_LINES, WORKLOADS
from tasks.products.plan.shapes import ProductPlan
from tasks.run.run import Run
from tasks.run.write_path import line_mode_of


@dataclass(frozen=True, slots=True)
class WritePath:
    """How what is new goes; without `mode` by the webservice. Changes go by the webservice either way."""

    mode: LineMode | None = None
    mostly_new: bool = False
    """Batches are then as large as the module's documents, and not as the webservice's."""

    @property
    def resource(self) -> str:
        """What the size of a chunk is asked about."""
        return PRODUCT_LINES if self.mode and self.mostly_new else "products"

    def sizes(self, run: Run) -> dict[str, int]:
        """How many entities of each resource the next batch may hold."""
        by_module = self.mode and self.mostly_new
        return {one: run.shop.pace.batch_size(name if by_module else one) for one, name in WORKLOADS.items()}

    async def create(
        self, run: Run, resource: str, entities: Sequence[Entity], identity: Identity, *, look_first: bool
    ) -> list[Receipt]:
        """Makes the entities, each once; one receipt each, in their order.

        What the module leaves, for whatever reason, goes by the webservice, which looks first: a document whose answer
        was lost may have made it.
        """
        if not self.mode:
            return await run.shop.create(resource, entities, identity, look_first=look_first)
        answers = await run.shop.product_lines.create(resource, entities, identity, mode=self.mode)
        left = [position for position, receipt in enumerate(answers) if receipt.error is not None]
        if left:
            rest = await run.shop.create(resource, [entities[one] for one in left], identity, look_first=True)
            for position, receipt in zip(left, rest, strict=True):
                answers[position] = receipt._replace(position=position)
        return answers


def write_path_of(run: Run, products: Iterable[ProductPlan]) -> WritePath:
    """The write path that the shop's settings ask for; the webservice's, with an incident, where the shop lacks it."""
    actions = [operation.action for product in products for operation in product.operations]
    created = actions.count("create")
    if not created:
        return WritePath()
    return WritePath(line_mode_of(run, PRODUCT_LINES, named_by=NAMED_BY), mostly_new=2 * created > len(actions))
