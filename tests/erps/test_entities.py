"""What every ERP that takes a catalogue promises: what was cut off after any write is completed, never doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest

from connectors.dolibarr import DolibarrAccess, Limits
from connectors.dolibarr.erp import opened
from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.catalogue import Category, FoundEntity, Item, TakesEntities
from schemas.erp import Erp, categories_of, items_of
from schemas.errors import AlreadyThereError, ConfigurationError, TransientError
from tests.connectors.dolibarr.shop_orders import CODES

ROBES = Category(3, 0, "Robes")
MUG = Item(7, 0, "MUG", "Mug", price_tax_excl=Decimal("9.916667"), vat_rate=Decimal(20), erp_reference="MUG")
WAREHOUSE = "W"
Entity = TypeVar("Entity")


class Cut:
    """Lets so many writes through and no more; each is done, and its answer lost with the next one."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def __call__(self) -> None:
        if not self.left:
            raise TransientError("cut off", system="test", action="write")
        self.left -= 1


@contextmanager
def erp_of(sandbox: SandboxDolibarr, before_write: Callable[[], None] = lambda: None) -> Iterator[Erp]:
    access = DolibarrAccess(sandbox.url, sandbox.admin_key)
    limits = Limits(connections=1, answer_seconds=10.0)
    with opened(access, CODES, "production", country="FR", limits=limits, before_write=before_write) as erp:
        yield erp


@pytest.fixture
def sandbox() -> Iterator[SandboxDolibarr]:
    with SandboxDolibarr() as one:
        one.api.products.create_warehouse({"label": WAREHOUSE})
        yield one


def brought(erp: Erp) -> FoundEntity:
    """A category and an item in it with its first quantity, as a run brings them."""
    categories, items = categories_of(erp), items_of(erp)
    number = _brought(categories, ROBES).number
    placed = replace(MUG, erp_categories=(number,))
    found = _brought(items, placed)
    assert erp.first_stock is not None
    erp.first_stock.give(found.number, items.wanted(placed).uid, 5, WAREHOUSE)
    return items.find([items.wanted(placed)]).by_uid[items.wanted(placed).uid]


def _brought(entities: TakesEntities[Entity], entity: Entity) -> FoundEntity:
    wanted = entities.wanted(entity)
    found = entities.find([wanted]).by_uid.get(wanted.uid)
    if found is None:
        entities.create(wanted)
    else:
        entities.update(found, wanted, frozenset(wanted.request))
    return entities.find([wanted]).by_uid[wanted.uid]


@pytest.mark.parametrize("writes", range(8))
def test_what_was_cut_off_after_any_write_is_completed_and_never_doubled(sandbox: SandboxDolibarr, writes: int) -> None:
    cut = Cut(writes)
    with erp_of(sandbox, cut) as erp:
        try:
            brought(erp)
        except TransientError:
            assert not cut.left
    with erp_of(sandbox) as erp:
        found = brought(erp)
        assert (found.fields["price"], found.fields["name"]) == ("9.91667", "Mug")
        assert len(items_of(erp).ours()) == len(categories_of(erp).ours()) == 1
    state = sandbox.api.state
    assert [int(quantity) for quantity in state.stock.values()] == [5]
    assert len(state.sorted_in) == 1


def test_a_creation_whose_answer_was_lost_is_there_already(sandbox: SandboxDolibarr) -> None:
    with erp_of(sandbox) as erp:
        items = items_of(erp)
        sandbox.faults.add("reset-after", "POST products")
        with pytest.raises(TransientError):
            items.create(items.wanted(MUG))
        with pytest.raises(AlreadyThereError):
            items.create(items.wanted(MUG))
        assert len(items.ours()) == 1


def test_an_item_that_is_closed_is_no_longer_on_sale_and_may_be_closed_again(sandbox: SandboxDolibarr) -> None:
    with erp_of(sandbox) as erp:
        items = items_of(erp)
        items.create(items.wanted(MUG))
        (mug,) = items.bearing([items.uid(MUG.key)]).values()
        for _ in range(2):
            items.close(mug, delete=False)
        assert [each.fields["on_sale"] for each in items.ours().values()] == ["0"]
        for _ in range(2):
            items.close(mug, delete=True)
        assert items.ours() == {}


def test_an_erp_without_a_catalogue_says_so() -> None:
    with pytest.raises(ConfigurationError, match="export_catalogue is not possible"):
        items_of(Erp("shoebox", "production", connections=1, sent=dict))
