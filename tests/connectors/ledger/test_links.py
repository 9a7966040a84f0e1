from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from connectors.ledger import LINK_FRAME, Ledger, Link, LinkState
from schemas.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from tests.connectors.ledger.places import Place

SHIRT = Link(
    "SHIRT-1",
    41,
    7,
    "SHIRT",
    state=LinkState.CLOSED,
    fingerprint="f00d",
    mapping_version="m1",
    confirmed_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    erp_code="SOLDES",
    confirmed_value="12",
)


def test_what_was_confirmed_is_read_back_column_by_column(ledger: Ledger) -> None:
    ledger.confirm("shop", "combination", [SHIRT], run_id="r1")
    links = ledger.links("shop", "combination")
    assert dict(links.schema) == LINK_FRAME
    assert links.rows(named=True) == [
        {
            "erp_key": "SHIRT-1",
            "shop_id": 41,
            "sub_id": 7,
            "parent_key": "SHIRT",
            "state": "closed",
            "fingerprint": "f00d",
            "mapping_version": "m1",
            "confirmed_at": SHIRT.confirmed_at,
            "seq": 1,
            "erp_code": "SOLDES",
            "confirmed_value": "12",
            "in_doubt": False,
            "product_id": None,
        }
    ]


def test_no_links_is_a_frame_with_every_column(ledger: Ledger) -> None:
    assert dict(ledger.links("shop", "product").schema) == LINK_FRAME
    assert dict(ledger.links_for("shop", "product", []).schema) == LINK_FRAME
    assert dict(ledger.links_for("shop", "product", ["A"]).schema) == LINK_FRAME


def test_a_confirmation_replaces_the_one_before(ledger: Ledger) -> None:
    ledger.confirm("shop", "product", [Link("A", 1, fingerprint="old"), Link("B", 2)], run_id="r1")
    ledger.confirm("shop", "product", [Link("A", 9, fingerprint="new")], run_id="r2")
    links = ledger.links("shop", "product").sort("erp_key")
    assert links.select("erp_key", "shop_id", "fingerprint", "seq").rows() == [("A", 9, "new", 2), ("B", 2, "", 1)]


def test_of_two_rows_with_one_key_the_last_counts(ledger: Ledger) -> None:
    ledger.confirm("shop", "product", [Link("A", 1), Link("B", 2), Link("A", 3)], run_id="r1")
    assert dict(ledger.links("shop", "product").select("erp_key", "shop_id").rows()) == {"A": 3, "B": 2}


def test_a_forgotten_key_is_no_longer_given_until_it_is_confirmed_again(ledger: Ledger) -> None:
    ledger.confirm("shop", "product", [Link("A", 1), Link("B", 2)], run_id="r1")
    ledger.forget("shop", "product", ["A", "never known"])
    assert ledger.links("shop", "product")["erp_key"].to_list() == ["B"]
    assert ledger.links_for("shop", "product", ["A", "B"])["erp_key"].to_list() == ["B"]
    ledger.confirm("shop", "product", [Link("A", 5)], run_id="r2")
    assert ledger.links_for("shop", "product", ["A"])["shop_id"].to_list() == [5]


def test_shops_and_kinds_know_nothing_of_each_other(ledger: Ledger) -> None:
    ledger.confirm("paris", "product", [Link("A", 1)], run_id="r1")
    ledger.confirm("lyon", "product", [Link("A", 2)], run_id="r1")
    ledger.confirm("paris", "stock", [Link("A", 3)], run_id="r1")
    ledger.forget("lyon", "product", ["A"])
    assert ledger.links("paris", "product")["shop_id"].to_list() == [1]
    assert ledger.links("lyon", "product").is_empty()
    assert ledger.links_for("paris", "stock", ["A"])["shop_id"].to_list() == [3]


@pytest.mark.parametrize("key", ["00701", "701", "été", "ÉTÉ", "a'b\"c%d_e\\", " A ", "商品", "x" * 500])
def test_a_key_is_kept_to_the_letter(ledger: Ledger, key: str) -> None:
    ledger.confirm("shop", "product", [Link(key, 1), Link(key.swapcase() + "|", 2)], run_id=None)
    assert ledger.links_for("shop", "product", [key])["erp_key"].to_list() == [key]


def test_a_frame_needs_no_time_and_may_hold_more_columns(ledger: Ledger) -> None:
    before = datetime.now(UTC)
    links = pl.DataFrame([{**_plain(SHIRT), "_line": 12}]).drop("confirmed_at")
    ledger.confirm("shop", "product", links, run_id="r1")
    (confirmed_at,) = ledger.links("shop", "product")["confirmed_at"]
    assert before <= confirmed_at <= datetime.now(UTC)


def test_many_keys_are_looked_up_once_each(ledger: Ledger) -> None:
    keys = [f"K{number}" for number in range(12_000)]
    ledger.confirm("shop", "product", [Link(key, number) for number, key in enumerate(keys)], run_id="r1")
    found = ledger.links_for("shop", "product", [*keys[1:], *keys[1:50], "other"])
    assert sorted(found["erp_key"]) == sorted(keys[1:])
    ledger.forget("shop", "product", keys[:11_000])
    assert sorted(ledger.links("shop", "product")["erp_key"]) == sorted(keys[11_000:])


def test_a_confirmation_is_all_or_nothing(ledger: Ledger) -> None:
    ledger.confirm("shop", "product", [Link("A", 1)], run_id="r1")
    broken = pl.DataFrame([_plain(Link("A", 2)), _plain(Link("B", 3)) | {"fingerprint": None}])
    with pytest.raises(UnexpectedReplyError):
        ledger.confirm("shop", "product", broken, run_id="r2")
    assert ledger.links("shop", "product").select("erp_key", "shop_id", "seq").rows() == [("A", 1, 1)]
    ledger.confirm("shop", "product", [Link("C", 4)], run_id="r3")
    assert ledger.links_for("shop", "product", ["C"])["seq"].to_list() == [2]


def test_nothing_confirmed_leaves_the_ledger_untouched(ledger: Ledger, place: Place) -> None:
    ledger.confirm("shop", "product", [], run_id="r1")
    ledger.confirm("shop", "product", pl.DataFrame(schema=LINK_FRAME), run_id="r1")
    ledger.forget("shop", "product", [])
    assert place.ask("select seq from ledger") == [(0,)]


def test_each_write_says_which_run_it_was_and_how_many_rows(ledger: Ledger, place: Place) -> None:
    ledger.confirm("shop", "product", [Link("A", 1), Link("B", 1)], run_id="r1")
    ledger.forget("shop", "product", ["A"])
    written = place.ask("select seq, shop, kind, run_id, row_count from confirmations order by seq")
    assert written == [(1, "shop", "product", "r1", 2), (2, "shop", "product", None, 1)]


def test_a_time_without_zone_is_not_accepted(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="time zone"):
        ledger.set_watermark("shop", "orders", datetime(2026, 1, 1))  # noqa: DTZ001 -- what is refused


def _plain(link: Link) -> dict[str, object]:
    return {name: getattr(link, name) for name in LINK_FRAME if name != "seq"}


def test_a_link_in_doubt_keeps_its_ids_and_is_no_longer_what_was_confirmed(ledger: Ledger) -> None:
    links = [Link("A", 1, confirmed_value="5"), Link("B", 2, confirmed_value="6")]
    ledger.confirm("shop", "stock", links, run_id=None)
    ledger.doubt("shop", "stock", ["A", "unknown"])
    ledger.doubt("shop", "stock", ["A"])
    kept = ledger.links("shop", "stock").sort("erp_key").select("erp_key", "shop_id", "confirmed_value", "in_doubt")
    assert kept.rows() == [("A", 1, "5", True), ("B", 2, "6", False)]
    ledger.confirm("shop", "stock", [Link("A", 1, confirmed_value="5")], run_id=None)
    assert ledger.links_for("shop", "stock", ["A"])["in_doubt"].to_list() == [False]


def test_a_frame_of_keys_and_ids_alone_has_the_defaults_of_a_link(ledger: Ledger) -> None:
    ledger.confirm("shop", "product", pl.DataFrame({"erp_key": ["A"], "shop_id": [1]}), run_id=None)
    [row] = ledger.links("shop", "product").drop("confirmed_at", "seq").rows(named=True)
    plain = Link("A", 1)
    assert row == {name: getattr(plain, name) for name in row}
