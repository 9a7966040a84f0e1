from __future__ import annotations

from typing import Any

from schemas.catalogue import EntityNumber, FoundEntities, FoundEntity, WantedEntity
from tasks.catalogue.plan.entities import Change, Held, Known, decide, fingerprint

FIELDS = {"name": "Mug", "price": "10", "description": "Déjà vu", "barcode": "4006381333931", "weight": "0"}
NOBODY: frozenset[str] = frozenset()


def wanted(**more: str) -> WantedEntity:
    fields = FIELDS | more
    return WantedEntity("webp1", "MUG", fields, {name: {name: value} for name, value in fields.items()}, ("barcode",))


def found(uid: str = "webp1", name: str = "MUG", **more: str) -> FoundEntity:
    return FoundEntity(EntityNumber("MUG/7"), uid, name, FIELDS | more)


def decided(
    there: FoundEntity | None, known: Known | None = None, want: WantedEntity | None = None, **more: Any
) -> Any:
    want = want or wanted()
    by_uid = {there.uid: there} if there and there.uid == want.uid else {}
    by_name = {want.name: there} if there and not by_uid else {}
    options: dict[str, Any] = {"owned": NOBODY, "adopts": False} | more
    return decide(want, "2026-01-02", known, FoundEntities(by_uid, by_name), **options)


KNOWN = Known("MUG/7", "mark", "2026-01-02")


def test_what_the_erp_lacks_is_created_and_what_it_has_as_wanted_is_only_confirmed() -> None:
    assert decided(None).action == "create"
    assert decided(found(), KNOWN).action == "confirm"


def test_what_differs_is_updated_but_for_what_the_erp_owns_and_what_the_shop_leaves_empty() -> None:
    change = decided(found(price="9", name="Cup", weight="3"), KNOWN, owned=frozenset({"name"}))
    assert isinstance(change, Change)
    assert change.differing == (("price", "9", "10"),)
    assert change.fields == {"price", "description"}
    assert decided(found(description="theirs"), KNOWN, wanted(description="")).action == "confirm"


def test_an_id_that_another_item_had_is_held_unless_the_two_are_alike() -> None:
    other = Known("VASE/7", "mark", "2025-05-05")
    held = decided(found(name="VASE", barcode="1"), other)
    assert isinstance(held, Held)
    assert held.code == "item_id_reused"
    assert decided(found(name="VASE"), other).action == "confirm"
    assert decided(found(name="VASE", barcode="1"), KNOWN).action == "update"


def test_what_bears_the_name_alone_is_taken_over_where_it_is_alike_or_the_settings_say_so() -> None:
    assert decided(found(uid="")).action == "take over"
    assert decided(found(uid="", barcode="")).code == "item_name_taken"
    assert decided(found(uid="", barcode=""), adopts=True).action == "take over"
    assert decided(found(uid="otherp9"), adopts=True).code == "item_name_taken"


def test_a_fingerprint_ignores_what_the_erp_owns() -> None:
    secret = b"x" * 16
    marks = {fingerprint(wanted(price=price), frozenset({"price"}), secret) for price in ("1", "2")}
    assert len(marks) == 1
    assert fingerprint(wanted(price="1"), NOBODY, secret) != fingerprint(wanted(price="2"), NOBODY, secret)
