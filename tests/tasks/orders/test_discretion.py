from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.emails import STRUCK_OUT
from tasks.orders.translate.discretion import discreet
from tests.connectors.cegid.shop_orders import line, order

ORDER = replace(
    order(line(1, "MUG", 1, "9.00", comment="Pour ma tante Ondine")),
    comment="Sonnez chez Luc",
    gift_message="Bises",
)


@pytest.mark.parametrize(
    "named", ["zoe@example.com", "ÉLAN", "1 rue A", "75001", "Pour ma tante Ondine", "Sonnez chez Luc", "Bises"]
)
def test_whatever_names_a_person_is_struck_out_of_what_the_erp_says(named: str) -> None:
    assert discreet(f"The value “{named}” is refused", ORDER) == f"The value “{STRUCK_OUT}” is refused"


def test_what_names_nobody_is_told_as_the_erp_said_it() -> None:
    said = "CBR00009: the item MUG of WEB12 does not exist in store WEB"
    assert discreet(said, ORDER) == said
