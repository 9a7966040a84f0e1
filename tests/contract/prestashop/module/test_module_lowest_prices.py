"""The lowest prices before reductions, by reference, as the pages of products show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Webservice

RESOURCE = "lowest_prices"
VALUE = "|||2026-11-27 00:00:00|2026-11-30 23:59:59|80.000000|96.00|20|30"
CASE = "DE|EUR|4|2026-11-27 00:00:00||16.666667|20.00|5.5|new"


@pytest.fixture
def sold(shop: Webservice, bench: Bench) -> Iterator[str]:
    """The reference of a product, of which nothing is shown before and after."""
    reference = str(bench.product()["reference"])
    yield reference
    put(shop, f"{reference};")


def put(shop: Webservice, *lines: str) -> Entity:
    reply = shop.send("PUT", RESOURCE, body="\n".join(lines).encode())
    assert reply.status == 200, reply.body
    return reply.entities[0]


def shown(shop: Webservice, reference: str) -> str | None:
    """What is shown of a reference; the pages begin right before it."""
    page = shop.send("GET", RESOURCE, {"after": reference[:-1]}).root[0]
    found = [node.findtext("value") for node in page.iter("line") if node.findtext("reference") == reference]
    return found[0] if found else None


def test_a_line_is_written_once_changed_and_taken_away(shop: Webservice, sold: str) -> None:
    told = put(shop, f"{sold};{VALUE}")
    assert told.names == ["lines", "written", "unchanged", "unknown", "ambiguous", "invalid"]
    assert (told["lines"], told["written"], shown(shop, sold)) == ("1", "1", VALUE)
    told = put(shop, f"{sold};{VALUE}")
    assert (told["written"], told["unchanged"]) == ("0", "1")
    put(shop, f"{sold};{VALUE},{CASE}")
    assert shown(shop, sold) == f"{VALUE},{CASE}"
    assert put(shop, f"{sold};")["written"] == "1"
    assert shown(shop, sold) is None


def test_a_combination_is_named_by_its_own_reference(shop: Webservice, bench: Bench) -> None:
    _, (small,) = bench.sized_product("S")
    assert put(shop, f"{small['reference']};{VALUE}")["written"] == "1"
    put(shop, f"{small['reference']};")


def test_what_a_reference_does_not_say_alone_is_told_and_left(shop: Webservice, bench: Bench, sold: str) -> None:
    twin, other = bench.product(), bench.product()
    shop.patched("products", {"id": other.id, "reference": twin["reference"]})
    told = put(shop, f"CtNobody;{VALUE}", f"{twin['reference']};{VALUE}", f"{sold};96.00", "CtGone;")
    assert (told["lines"], told["written"], told["unchanged"]) == ("4", "0", "1")
    assert (told["unknown"], told["ambiguous"], told["invalid"]) == ("CtNobody", twin["reference"], sold)


def test_without_after_and_without_lines_it_is_refused(shop: Webservice) -> None:
    assert refused(shop.send("GET", RESOURCE), 85, 400)
    assert refused(shop.send("PUT", RESOURCE, body=b"\n"), 85, 400)
