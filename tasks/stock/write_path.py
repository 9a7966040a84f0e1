"""The fast write path: quantities go by reference through our module, and what it leaves by id as ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from connectors.prestashop import Entity, Receipt
from connectors.prestashop.lines import LineMode, fits_in_a_line
from tasks.run.run import Run
from tasks.run.write_path import line_mode_of
from tasks.stock.look_up import LINES

ROWS = "stock_availables"


class Movement(Protocol):
    """What orders did to the pieces of one item."""

    def explains(self, difference: int) -> bool:
        """Whether the shop may have so many pieces more than were written."""


class Sales(Protocol):
    """The orders of the last minutes."""

    def since(self, item: tuple[int, int], written_at: datetime) -> Movement:
        """What they did to (id_product, id_product_attribute), written then by the shop's clock."""


SoldSince: TypeAlias = Callable[[Run, datetime], Awaitable[Sales | None]]
"""The orders since a moment; None where the key may not read them."""


@dataclass(frozen=True, slots=True)
class WritePath:
    """How the quantities of a run go; without `mode` by the webservice, by id."""

    mode: LineMode | None = None
    sold_since: SoldSince | None = None

    @property
    def resource(self) -> str:
        """What the pace of the shop is asked about."""
        return LINES if self.mode else ROWS

    async def update(self, run: Run, references: Sequence[str], rows: Sequence[Entity]) -> list[Receipt]:
        """Sets the `quantity` of each stock row (`id`, `quantity`); one receipt each, in their order.

        What the module leaves, for whatever reason, goes by id: every row ends as it does without the module.
        """
        taken = await self._by_reference(run, references, rows) if self.mode else {}
        left = [position for position in range(len(rows)) if position not in taken]
        by_id = await run.shop.update(ROWS, [rows[position] for position in left]) if left else []
        if not taken:
            return by_id
        receipts = taken | {
            position: receipt._replace(position=position) for position, receipt in zip(left, by_id, strict=True)
        }
        return [receipts[position] for position in range(len(rows))]

    async def _by_reference(self, run: Run, references: Sequence[str], rows: Sequence[Entity]) -> dict[int, Receipt]:
        """The receipts of what the module took, by position."""
        positions = [position for position, reference in enumerate(references) if fits_in_a_line(reference)]
        lines = [(references[position], str(rows[position]["quantity"])) for position in positions]
        answers = await run.shop.put_lines(LINES, lines, mode=self.mode or "hooks")
        return {
            position: Receipt(position, int(rows[position]["id"]), receipt.outcome, None, receipt.held)
            for position, receipt in zip(positions, answers, strict=True)
            if receipt.error is None
        }


def write_path_of(run: Run, sold_since: SoldSince | None = None) -> WritePath:
    """The write path that the shop's settings ask for; the webservice's, with an incident, where the shop lacks it."""
    return WritePath(line_mode_of(run, LINES), sold_since)
