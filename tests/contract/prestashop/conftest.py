"""What several files of this suite share and is costly to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.bench import Bench
from tests.contract.prestashop.buyer import Buyer, Order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


@pytest.fixture(scope="session")
def buyer(shop: Webservice, setting: Setting) -> Iterator[Buyer]:
    """Carts and orders of this customer are removed when all tests have ended."""
    own = Bench(shop, setting)
    yield Buyer(own)
    own.remove_all()


@pytest.fixture
def order(buyer: Buyer) -> Order:
    """A paid order of two products, for this test alone."""
    return buyer.order()
