"""Each fault on demand, as a client meets it and as the shop is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import httpx
import pytest

from deployments.sandbox.shop import FAULT_KINDS, Fault, SandboxShop
from tests.sandbox.conftest import Client, product

if TYPE_CHECKING:
    from deployments.sandbox.shop import FaultKind

STATUSES: dict[FaultKind, int] = {
    "latency": 201,
    "429": 429,
    "503": 503,
    "500-before": 500,
    "500-after": 500,
    "redirect": 302,
    "waf-403": 403,
    "waf-406": 406,
    "php-warnings": 201,
    "php-warnings-500": 500,
    "disabled": 503,
    "maintenance": 503,
    "401": 401,
    "sql-failure": 500,
    "sql-failure-inside": 500,
    "sql-failure-midway": 500,
    "sql-failure-cut": 500,
    "sql-failure-write": 500,
    "sql-failure-shop-row": 500,
}
WRITTEN = {"latency", "500-after", "reset-after", "php-warnings", "php-warnings-500"}


@pytest.mark.parametrize("kind", sorted(STATUSES))
def test_a_fault_answers_with_its_status_and_leaves_the_write_done_or_not(
    shop: SandboxShop, client: Client, kind: FaultKind
) -> None:
    shop.faults.add(Fault(kind, method="POST", path="/api/products"))
    assert client.send("POST", "/api/products", product("A")).status_code == STATUSES[kind]
    assert len(shop.rows("products")) == (1 if kind in WRITTEN else 0)


@pytest.mark.parametrize("kind", ["reset-before", "reset-after"])
def test_a_reset_connection_gives_no_answer(shop: SandboxShop, client: Client, kind: FaultKind) -> None:
    shop.faults.add(Fault(kind))
    with pytest.raises(httpx.TransportError):
        client.send("POST", "/api/products", product("A"))
    assert len(shop.rows("products")) == (1 if kind in WRITTEN else 0)
    assert shop.requests[-1][2] == 0


def test_every_kind_has_an_expectation_here() -> None:
    assert set(FAULT_KINDS) == {*STATUSES, "reset-before", "reset-after"}


def test_a_fault_strikes_as_often_as_it_says_and_only_where_it_is_meant(shop: SandboxShop, client: Client) -> None:
    shop.faults.add(Fault("503", method="GET", path="/api/products", times=2, skip=1))
    statuses = [client.send("GET", "/api/products").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]
    assert client.send("GET", "/api/categories").status_code == 200


def test_a_503_says_when_to_come_back(shop: SandboxShop, client: Client) -> None:
    shop.faults.add(Fault("503", retry_after=7))
    assert client.send("GET", "/api/products").headers["Retry-After"] == "7"


def test_warnings_stand_before_the_document(shop: SandboxShop, client: Client) -> None:
    shop.faults.add(Fault("php-warnings"))
    text = client.send("GET", "/api/products").text
    assert text.lstrip().startswith("Warning")
    assert "<?xml" in text


def test_an_empty_500_has_no_body(shop: SandboxShop, client: Client) -> None:
    shop.faults.add(Fault("500-after"))
    assert client.send("GET", "/api/products").content == b""


def test_chance_strikes_the_same_requests_with_the_same_seed(shop: SandboxShop, client: Client) -> None:
    def statuses() -> list[int]:
        shop.reset_counts()
        shop.faults.chance(seed=7, rate=0.5, kinds=("503", "429"))
        return [client.send("GET", "/api/products").status_code for _ in range(20)]

    first = statuses()
    assert first == statuses()
    assert {200, 503, 429} == set(first)


def test_chance_mixes_all_kinds_but_a_refused_key_and_a_failed_select(shop: SandboxShop) -> None:
    shop.faults.chance(seed=1, rate=1.0)
    kinds = {fault.kind for _ in range(500) if (fault := shop.faults.strike("GET", "/api/products"))}
    assert kinds == set(FAULT_KINDS) - {
        "401",
        "sql-failure",
        "sql-failure-inside",
        "sql-failure-midway",
        "sql-failure-cut",
        "sql-failure-write",
        "sql-failure-shop-row",
    }


def test_after_clear_nothing_goes_wrong(shop: SandboxShop, client: Client) -> None:
    shop.faults.chance(seed=1, rate=1.0)
    shop.faults.add(Fault("503", times=None))
    shop.faults.clear()
    assert client.send("GET", "/api/products").status_code == 200


def test_somebody_acts_just_before_a_request_is_answered_once(shop: SandboxShop, client: Client) -> None:
    number = shop.insert("suppliers", {"name": "Before", "active": 1})
    shop.faults.meanwhile(lambda: shop.change("suppliers", number, {"name": "After"}), path="suppliers", skip=1)
    told = [client.send("GET", f"/api/suppliers/{number}?display=[name]").text for _ in range(2)]
    assert ["After" in text for text in told] == [False, True]
    shop.change("suppliers", number, {"name": "Before"})
    assert "Before" in client.send("GET", f"/api/suppliers/{number}?display=[name]").text


def test_an_unknown_kind_is_refused(shop: SandboxShop) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        shop.faults.add(Fault("sunspots"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("profile", "php", "silent"), [("1.7.8", 7, True), ("8.2", 7, True), ("8.2", 8, False)])
def test_a_failed_select_is_an_empty_list_where_the_database_layer_is_silent(
    profile: Literal["1.7.8", "8.2"], php: int, *, silent: bool
) -> None:
    with SandboxShop(profile=profile, php=php) as shop:
        shop.faults.add(Fault("sql-failure", method="GET", times=None))
        client = Client(shop)
        bare, as_json, detail = (
            client.send("GET", f"/api/categories{rest}") for rest in ("", "?display=[id,name]&output_format=JSON", "/2")
        )
    if silent:
        assert (bare.status_code, as_json.status_code, detail.status_code) == (200, 200, 404)
        assert "<categories>\n</categories>" in bare.text
        assert as_json.text == "[]"
    else:
        assert {reply.status_code for reply in (bare, as_json, detail)} == {500}
        assert bare.text == ""
