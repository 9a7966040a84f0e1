"""What would be written to mend a fault, and that nothing is written where there is none or nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.messages import catalogue
from tasks.audit.plan.fixes import FIXES, Shown, is_as_wanted
from tasks.audit.plan.found import GRAVE
from tests.tasks.audit.rows import NEVER, NOW, members, stock

SHOP = Shown(groups={1, 2, 3}, customer_group=3, guest_group=2, now=NOW)


def account(default: str, *own: int, is_guest: str = "0") -> dict[str, Any]:
    return {"id": 7, "id_default_group": default, "is_guest": is_guest, "associations": {"groups": members(*own)}}


def of_product(**fields: Any) -> dict[str, Any]:
    lists = {name: members(*ids) for name, ids in fields.items() if isinstance(ids, tuple)}
    return {"id": 5, "associations": lists} | {name: value for name, value in fields.items() if name not in lists}


ROWS = [stock(1, 5, quantity=7), stock(2, 5, 1, 3), stock(3, 5, 2, 5)]
GROUPS = "customer_without_group"


@pytest.mark.parametrize(
    ("code", "rows", "written"),
    [
        (GROUPS, [account("0")], {"id_default_group": 3, "associations": {"groups": [{"id": 3}]}}),
        (GROUPS, [account("9", 1)], {"id_default_group": 3, "associations": {"groups": [{"id": 1}, {"id": 3}]}}),
        (GROUPS, [account("0", is_guest="1")], {"id_default_group": 2, "associations": {"groups": [{"id": 2}]}}),
        (GROUPS, [account("2", 1)], {"associations": {"groups": [{"id": 1}, {"id": 2}]}}),
        (
            "product_default_category_not_own",
            [of_product(id_category_default="4", categories=(2, 3))],
            {"associations": {"categories": [{"id": 2}, {"id": 3}, {"id": 4}]}},
        ),
        (
            "combination_default_missing",
            [{"id": 1, "default_on": "", "price": "2.0"}, {"id": 2, "default_on": None, "price": "1.0"}],
            {"default_on": True},
        ),
        ("cover_missing", [of_product(id_default_image="", images=(8, 9))], {"id_default_image": 8}),
        (
            "redirect_to_nothing",
            [{"id": 5, "redirect_type": "301-product", "id_type_redirected": "77"}],
            {"redirect_type": "404", "id_type_redirected": 0},
        ),
        ("specific_price_over", [{"id": 4, "to": "2026-01-01 00:00:00"}], {}),
        ("stock_sum_wrong", ROWS, {"out_of_stock": 2}),
    ],
)
def test_a_fault_is_mended_by_one_small_write(code: str, rows: list[dict[str, Any]], written: dict[str, Any]) -> None:
    mending = FIXES[code].mend(rows, SHOP)
    assert mending is not None
    assert mending.fields == written
    assert mending.changes
    assert not is_as_wanted(FIXES[code], mending, rows, SHOP)


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        (GROUPS, [account("3", 3)]),
        ("product_default_category_not_own", [of_product(id_category_default="3", categories=(2, 3))]),
        ("product_default_category_not_own", [of_product(id_category_default="0", categories=(2, 3))]),
        ("combination_default_missing", [{"id": 1, "default_on": "1", "price": "2.0"}]),
        ("combination_default_missing", []),
        ("cover_missing", [of_product(id_default_image="9", images=(8, 9))]),
        ("cover_missing", [of_product(id_default_image="", images=())]),
        ("redirect_to_nothing", [{"id": 5, "redirect_type": "404", "id_type_redirected": "0"}]),
        ("specific_price_over", [{"id": 4, "to": NEVER}]),
        ("specific_price_over", [{"id": 4, "to": "2027-01-01 00:00:00"}]),
        ("stock_sum_wrong", [stock(1, 5, quantity=8), *ROWS[1:]]),
        ("stock_sum_wrong", [stock(1, 5)]),
    ],
)
def test_what_is_no_longer_at_fault_is_left(code: str, rows: list[dict[str, Any]]) -> None:
    assert FIXES[code].mend(rows, SHOP) is None


def test_an_account_of_a_shop_whose_usual_group_is_gone_is_left_to_a_person() -> None:
    assert FIXES[GROUPS].mend([account("0")], Shown(groups={1}, customer_group=3)) is None


def test_what_was_written_must_be_shown_by_the_shop() -> None:
    fix = FIXES[GROUPS]
    mending = fix.mend([account("0", 1)], SHOP)
    assert mending is not None
    assert is_as_wanted(fix, mending, [account("3", 3, 1)], SHOP)
    assert not is_as_wanted(fix, mending, [account("3", 3)], SHOP), "a group that it had is gone"
    assert not is_as_wanted(fix, mending, [], SHOP)
    gone = FIXES["specific_price_over"]
    deletion = gone.mend([{"id": 4, "to": "2026-01-01 00:00:00"}], SHOP)
    assert deletion is not None
    assert deletion.deletes
    assert is_as_wanted(gone, deletion, [], SHOP)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_fault_has_a_text_and_every_fix_is_of_a_fault(language: str) -> None:
    texts = {code.removeprefix("audit_") for code in catalogue(language) if code.startswith("audit_")}
    assert texts - {"left_to_a_person", "not_as_written"} == set(GRAVE)
    assert FIXES.keys() <= set(GRAVE)
    mended = {code for code in texts if "below" in catalogue("en")[f"audit_{code}"]["remedy"].split("command")[-1]}
    assert mended <= FIXES.keys() | mended
