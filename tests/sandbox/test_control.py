"""What a test, a demo or another process can see and do besides the webservice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from deployments.sandbox.shop import SANDBOX_KEY, SandboxShop
from deployments.sandbox.shop.pace import FIXED_SECONDS, Pace
from tests.sandbox.conftest import ENGLISH, FRENCH, Client, product

if TYPE_CHECKING:
    from pathlib import Path


def test_rows_are_copies(shop: SandboxShop) -> None:
    shop.insert("products", {"reference": "A", "price": "10"})
    shop.rows("products")[0]["name"][ENGLISH] = "changed"
    assert shop.row("products", 1)["name"][ENGLISH] == ""


def test_a_merchants_own_product_has_stock_a_category_and_a_link(shop: SandboxShop) -> None:
    identifier = shop.insert("products", {"reference": "A", "price": 10, "name": "Été", "quantity": 4})
    row = shop.row("products", identifier)
    assert (row["price"], row["state"], row["categories"]) == ("10.000000", "1", [2])
    assert row["name"] == {ENGLISH: "Été", FRENCH: "Été"}
    assert row["link_rewrite"][FRENCH] == "ete"
    assert [one["quantity"] for one in shop.rows("stock_availables")] == ["4"]


def test_a_merchants_own_combinations_add_up(shop: SandboxShop) -> None:
    parent = shop.insert("products", {"reference": "A", "price": 10})
    for quantity in (2, 3):
        shop.insert("combinations", {"id_product": parent, "reference": f"A-{quantity}", "quantity": quantity})
    assert [one["quantity"] for one in shop.rows("stock_availables")] == ["5", "2", "3"]
    assert shop.row("products", parent)["product_type"] == "combinations"


def test_a_change_by_hand_is_seen_by_filters(shop: SandboxShop, client: Client) -> None:
    identifier = shop.insert("products", {"reference": "A", "price": 10})
    path = "/api/products?filter[reference]=[b]&display=[id]"
    assert client.json(path) == []
    shop.change("products", identifier, {"reference": "B"})
    assert client.json(path) == [{"id": identifier}]


def test_requests_are_counted_by_method_and_path(shop: SandboxShop, client: Client) -> None:
    client.send("GET", "/api/languages")
    client.send("POST", "/api/products", product("A"))
    assert [(method, status) for method, _, status in shop.requests] == [("GET", 200), ("POST", 201)]
    assert (shop.count("GET"), shop.count(path="products"), shop.count("PUT"), shop.writes) == (1, 1, 0, 1)
    shop.reset_counts()
    assert (shop.requests, shop.writes) == ([], 0)


def test_equal_catalogues_have_equal_snapshots_whatever_their_ids() -> None:
    def built(*, reverse: bool) -> dict[str, object]:
        with SandboxShop() as shop:
            for name in sorted(("Shoes", "Bags"), reverse=reverse):
                shop.insert("manufacturers", {"name": name})
            brands = {row["name"]: row["id"] for row in shop.rows("manufacturers")}
            for reference in sorted(("A", "B"), reverse=reverse):
                shop.insert("products", {"reference": reference, "price": 1, "id_manufacturer": brands["Bags"]})
            return shop.snapshot()

    assert built(reverse=False) == built(reverse=True)


def test_a_duplicate_shows_in_the_snapshot(shop: SandboxShop) -> None:
    for _ in range(2):
        shop.insert("products", {"reference": "A", "price": 1})
    assert [row["reference"] for row in shop.snapshot()["products"]] == ["A", "A"]


def test_other_processes_look_in_by_http(shop: SandboxShop, client: Client) -> None:
    client.send("POST", "/api/products", product("A"))
    with httpx.Client(base_url=f"{shop.url}/_sandbox/") as control:
        assert control.get("requests").json()["writes"] == 1
        assert control.get("rows/products").json()[0]["reference"] == "A"
        assert control.get("snapshot").json()["products"][0]["reference"] == "A"
        assert control.post("rows/products", json={"reference": "B", "price": 1}).json() == {"id": 2}
        assert control.post("rows/products/2", json={"reference": "C"}).json() == {"id": 2}
        assert control.post("faults", json={"kind": "503"}).status_code == 200
        assert client.send("GET", "/api/products").status_code == 503
        assert control.post("faults", json={"chance": {"seed": 1, "rate": 1.0}}).status_code == 200
        assert control.delete("faults").json()["struck"] == 1
        control.post("reset")
        assert control.get("requests").json()["total"] == 0
        assert control.get("nothing").status_code == 400
    assert shop.row("products", 2)["reference"] == "C"


def test_the_state_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "shop.json"
    with SandboxShop(state_file=state) as shop:
        parent = shop.insert("products", {"reference": "A", "price": 10, "product_features": [(1, 2)]})
        shop.insert("combinations", {"id_product": parent, "reference": "A-1", "quantity": 3})
        before = {name: shop.rows(name) for name in ("products", "combinations", "stock_availables", "languages")}
    with SandboxShop(state_file=state) as shop:
        assert {name: shop.rows(name) for name in before} == before
        assert shop.insert("products", {"reference": "B", "price": 1}) == parent + 1
        client = Client(shop)
        with client.http:
            assert client.json("/api/products?filter[reference]=a&display=[reference]") == [{"reference": "A"}]


def test_the_program_says_where_it_is_and_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "shop.json"
    command = [sys.executable, "-m", "deployments.sandbox.shop", "--port", "0", "--state-file", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        url, key = program.stdout.readline().split()[1], program.stdout.readline().split()[1]
        body = f"<prestashop>{product('A')}</prestashop>"
        assert httpx.post(f"{url}/api/products", content=body, auth=(key, "")).status_code == 201
        os.kill(program.pid, signal.SIGTERM)
        assert program.wait() == 0
    assert key == SANDBOX_KEY
    with SandboxShop(state_file=state) as shop:
        assert [row["reference"] for row in shop.rows("products")] == ["A"]


def test_a_shop_of_one_worker_serves_one_request_at_a_time() -> None:
    pace = Pace(workers=1, speed=0.0)
    entered = threading.Event()

    def serve() -> None:
        with pace.worker():
            entered.set()

    with pace.worker():
        second = threading.Thread(target=serve)
        second.start()
        assert not entered.wait(0.05)
    second.join()
    assert entered.is_set()


@pytest.mark.parametrize(("cores", "longer"), [(2, 1.0), (1, 2.0)])
def test_workers_that_share_a_processor_take_longer_by_as_much(
    cores: int, longer: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    pace = Pace(workers=2, speed=1.0, cores=cores)
    with pace.worker(), pace.worker():
        pace.begin()
        pace.charge("stock_availables", "PATCH", 500)
        pace.finish()
    assert sum(slept) == pytest.approx(longer * (FIXED_SECONDS + 500 * 0.0006))


def test_a_key_may_do_only_what_it_was_given(shop: SandboxShop) -> None:
    shop.add_key("R" * 32, {"products": ("GET",)})
    with httpx.Client(base_url=shop.url, auth=("R" * 32, "")) as http:
        assert http.get("/api/products").status_code == 200
        assert http.post("/api/products").status_code == 405
        assert http.get("/api/orders").status_code == 401
        assert "<products" in http.get("/api/").text
        assert "<orders" not in http.get("/api/").text


def test_a_long_list_of_ids_that_finds_much_of_a_table_is_compared_with_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charged: list[tuple[str, str, int]] = []
    monkeypatch.setattr(Pace, "charge", lambda _, *cost: charged.append(cost))
    with SandboxShop() as shop, httpx.Client(base_url=shop.url, auth=(shop.key, "")) as client:
        products = [shop.insert("products", {"reference": f"P{number}", "active": 1}) for number in range(250)]
        for asked in (f"[{'|'.join(map(str, products))}]", f"[{products[0]},{products[-1]}]", f"[{products[0]}|999]"):
            client.get("/api/stock_availables", params={"filter[id_product]": asked}).raise_for_status()
    compared = [count for resource, verb, count in charged if (resource, verb) == ("stock_availables", "GET compared")]
    assert compared == [250 * 250, 0, 0]
