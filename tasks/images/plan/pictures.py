"""Pure: the pictures of one product as they should be, against those that we have sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tasks.images.plan.names import Owner


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file, and whose picture it is."""

    line: int
    key: str
    path: Path
    kind: str
    hash: str
    stamp: str
    """Size and time of the file when its hash was made."""
    owner: Owner

    @property
    def mark(self) -> str:
        """What the ledger is told of it: its content, and the combinations that it shows."""
        return f"{self.hash} {','.join(map(str, sorted(self.owner.combinations)))}".rstrip()


@dataclass(frozen=True, slots=True)
class Held:
    """One picture that we have sent."""

    key: str
    id_image: int
    mark: str
    intent: bool = False
    """It was about to be sent, and nothing says that it was; `id_image` is then the picture before it."""
    newest: int = 0
    """With `intent`: the newest image of the product before."""


@dataclass(slots=True)
class ProductPlan:
    """What is to be done for one product, in this order: sent, shown by combinations, made the cover, removed."""

    id_product: int
    reference: str
    wanted: list[Wanted]
    send: list[Wanted] = field(default_factory=list)
    reshow: list[Wanted] = field(default_factory=list)
    """Sent before, and shown by other combinations now."""
    removed: list[Held] = field(default_factory=list)
    """Pictures whose files are gone."""
    replaced: dict[str, int] = field(default_factory=dict)
    """id_image of the former picture by key."""
    unfinished: bool = False
    """A run was cut off before the former pictures were removed."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.send or self.reshow or self.removed or self.unfinished)


def in_order(pictures: Sequence[Wanted]) -> list[Wanted]:
    """Those of the product itself first, then by their numbers, then by name."""
    return sorted(pictures, key=lambda one: (bool(one.owner.combinations), one.owner.position, one.key))


def plan_product(pictures: Sequence[Wanted], held: Mapping[str, Held], *, removes: bool) -> ProductPlan:
    """What is to be done so that the shop shows `pictures`; `held` are those of this product by key.

    The shop puts a picture that it is sent behind the others, and its webservice moves none: from the first one that
    is new or changed on, all are sent again where one of them is there already, so that their order is the files'.
    """
    wanted = in_order(pictures)
    plan = ProductPlan(wanted[0].owner.id_product, wanted[0].owner.reference, wanted)
    content = {one.key: _content(held.get(one.key)) for one in wanted}
    first = next((at for at, one in enumerate(wanted) if content[one.key] != one.hash), len(wanted))
    ids = [held[one.key].id_image for one in wanted[:first]]
    first = min(first, next((at for at in range(1, len(ids)) if ids[at] < ids[at - 1]), first))
    plan.send = wanted[first:]
    plan.replaced = {one.key: held[one.key].id_image for one in plan.send if _is_there(held.get(one.key))}
    plan.reshow = [one for one in wanted[:first] if held[one.key].mark != one.mark]
    if removes:
        files = {one.key for one in wanted}
        plan.removed = [one for key, one in sorted(held.items()) if key not in files]
    return plan


def _content(held: Held | None) -> str:
    return "" if held is None or held.intent else held.mark.partition(" ")[0]


def _is_there(held: Held | None) -> bool:
    return held is not None and held.id_image > 0
