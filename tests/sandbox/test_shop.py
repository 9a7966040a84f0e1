"""Behaviours of the shop that a careless sandbox would get wrong."""

from __future__ import annotations

import pytest

from deployments.sandbox.shop import SandboxShop
from deployments.sandbox.shop.columns import column, folded, like
from deployments.sandbox.shop.html_purifier import purified
from deployments.sandbox.shop.versions import Profile
from tests.sandbox.conftest import ENGLISH, FRENCH, Client, product


@pytest.mark.parametrize("asked", ["DEMO_1", "démo_1", "demo_1 ", "Demo_1"])
def test_equality_follows_the_collation(shop: SandboxShop, client: Client, asked: str) -> None:
    shop.insert("products", {"reference": "demo_1", "price": 1})
    assert len(client.json(f"/api/products?filter[reference]=[{asked}]&display=[id]")) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [("é", "E"), ("ç", "C"), ("ß", "s"), ("a ", "A"), ("Ÿ", "y"), ("\U0001f600", "\U0001f680")],
)
def test_folded_texts_meet(left: str, right: str) -> None:
    assert folded(left) == folded(right)


@pytest.mark.parametrize(("left", "right"), [("a", "b"), (" a", "a"), ("œ", "oe"), ("ab", "a b")])
def test_other_texts_do_not_meet(left: str, right: str) -> None:
    assert folded(left) != folded(right)


def test_underscore_and_per_cent_are_wildcards() -> None:
    assert like("demo_1%").fullmatch(folded("demoX10"))
    assert not like("demo_1").fullmatch(folded("demo_10"))


@pytest.mark.parametrize(
    ("sql_type", "given", "stored"),
    [
        ("decimal(6)", "59.166667", "59.166667"),
        ("decimal(6)", "1234567890.123456789", "1234567890.123500"),
        ("decimal(6)", "", "0.000000"),
        ("int", "abc", "0"),
        ("mediumint", "99999999", "16777215"),
        ("signed", "-3", "-3"),
        ("varchar(3)", "abcdef", "abc"),
        ("datetime", "2026-01-02", "2026-01-02 00:00:00"),
        ("date", "", "0000-00-00"),
    ],
)
def test_the_database_keeps_what_fits(sql_type: str, given: str, stored: str) -> None:
    assert column(sql_type).stored(given) == stored


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>a<br>b & c</p>", "<p>a<br />b &amp; c</p>"),
        ("5 > 3", "5 &gt; 3"),
        ("plain", "plain"),
        ("<p>x</p>\r\n<p></p>", "<p>x</p>\n<p></p>"),
        ("&eacute;", "é"),
        ("<p>é</p", "<p>é</p>"),
        ("<font color=red>x</font>", '<font color="#FF0000">x</font>'),
        ("<figure><img src='/a.jpg'><figcaption>c</figcaption></figure>", '<img src="/a.jpg" />c'),
        ('<div data-x="1" role="a">x</div>', "<div>x</div>"),
        ("<p lang=fr>x</p>", '<p lang="fr" xml:lang="fr">x</p>'),
        ("<button>x</button>", "<button>x</button>"),
        ("a<b", "a<b></b>"),
        ("a<b c <i>x</i>", "a<b>x</b>"),
        ("a<b et c>d", "a<b>d</b>"),
        ("<p>a<b</p>", "<p>a<b></b></p>"),
        ("<p>x<y</p> fin", "<p>x fin</p>"),
        ("<p>1<y z</p><p>2</p>", "<p>1</p><p>2</p>"),
        ('a <b class="k" c', 'a <b class="k"></b>'),
        ('<p title="a<b">x</p>', '<p title="a&lt;b">x</p>'),
        ("a <? php ?> b", "a &lt;? php ?&gt; b"),
        ('<?xml:namespace prefix = o ns = "x" /><p>a</p>', '&lt;?xml:namespace prefix = o ns = "x" /&gt;<p>a</p>'),
        ("<p>a<!-- x -->b</p>", "<p>a<!-- x -->b</p>"),
        ("x <!-- open", "x "),
        ("<!--[if gte mso 9]><xml>1</xml><![endif]--><p>a</p>", "<p>a</p>"),
    ],
)
def test_html_is_rewritten(sent: str, kept: str) -> None:
    assert purified(sent) == kept


@pytest.mark.parametrize("sent", ["<p>a<br>b & c</p>", "a & b <b>c</b>", "<ul><li>x<li>y</ul>"])
def test_html_rewritten_once_stays_as_it_is(sent: str) -> None:
    assert purified(purified(sent)) == purified(sent)


def test_a_document_stops_at_its_first_fault_and_keeps_what_came_before(shop: SandboxShop, client: Client) -> None:
    answer = client.send("POST", "/api/products", product("A"), product("B", price="ten"), product("C"))
    assert answer.status_code == 400
    assert "<id>" not in answer.text
    assert [row["reference"] for row in shop.rows("products")] == ["A"]


def test_put_empties_what_it_does_not_name(shop: SandboxShop, client: Client) -> None:
    identifier = shop.insert("products", {"reference": "A", "price": 10, "name": "Name"})
    client.send("PUT", "/api/products", f"<product><id>{identifier}</id><price>12</price></product>")
    row = shop.row("products", identifier)
    assert (row["price"], row["reference"], row["active"], row["state"]) == ("12.000000", "", "0", "0")
    assert row["name"] == {ENGLISH: "", FRENCH: ""}
    assert row["categories"] == [2]


def test_patch_touches_only_what_it_names(shop: SandboxShop, client: Client) -> None:
    identifier = shop.insert("products", {"reference": "A", "price": 10, "name": "Name"})
    before = shop.row("products", identifier)
    client.send("PATCH", "/api/products", f"<product><id>{identifier}</id><price>12</price></product>")
    after = shop.row("products", identifier)
    assert {name for name in after if after[name] != before[name]} <= {"price", "date_upd"}
    assert after["price"] == "12.000000"


def test_a_stock_row_put_without_its_shop_leaves_the_shop(shop: SandboxShop, client: Client) -> None:
    shop.insert("products", {"reference": "A", "price": 10})
    fields = {
        "id": 1,
        "id_product": 1,
        "id_product_attribute": 0,
        "quantity": 5,
        "depends_on_stock": 0,
        "out_of_stock": 2,
    }
    entity = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    assert (
        client.send("PUT", "/api/stock_availables", f"<stock_available>{entity}</stock_available>").status_code == 200
    )
    assert shop.row("stock_availables", 1)["id_shop"] == "0"
    assert client.send("GET", "/api/stock_availables/1").status_code == 404


def test_a_shared_stock_is_kept_under_the_group(shop: SandboxShop) -> None:
    shop.change("shop_groups", 1, {"share_stock": 1})
    shop.insert("products", {"reference": "A", "price": 10})
    row = shop.row("stock_availables", 1)
    assert (row["id_shop"], row["id_shop_group"]) == ("0", "1")


@pytest.mark.parametrize(
    ("profile", "version", "status"),
    [("1.7.8", "1.7.8.8", 405), ("8.2", "8.2.0", 200), ("9.1", "9.1.4", 200)],
)
def test_patch_came_with_version_8(profile: Profile, version: str, status: int) -> None:
    with SandboxShop(profile=profile) as shop:
        shop.insert("products", {"reference": "A", "price": 10})
        client = Client(shop)
        with client.http:
            answer = client.send("PATCH", "/api/products", "<product><id>1</id><price>2</price></product>")
            assert (answer.status_code, answer.headers["PSWS-Version"]) == (status, version)
            assert ("patch=" in client.send("GET", "/api/").text) == (status == 200)


def test_an_order_return_changes_its_state_and_nothing_else() -> None:
    with SandboxShop(module=True) as shop:
        lines = [(3, 0, 1)]
        values = {"id_order": 1, "id_customer": 1, "question": "too small", "state": 1, "order_return_details": lines}
        shop.insert("order_returns", values)
        client = Client(shop)
        with client.http:
            change = "<order_return><id>1</id><state>{}</state></order_return>"
            assert client.send("PATCH", "/api/order_returns", change.format(2)).status_code == 200
            assert client.send("PATCH", "/api/order_returns", change.format(99)).status_code == 400
            assert "<id_order_detail" in client.send("GET", "/api/order_returns/1").text
        row = shop.row("order_returns", 1)
    assert (row["state"], row["question"], row["order_return_details"]) == ("2", "too small", lines)


def test_without_the_module_there_are_no_returns(client: Client) -> None:
    assert client.send("GET", "/api/order_returns").status_code == 400


def test_a_patch_writes_all_columns_as_it_read_them(shop: SandboxShop, client: Client) -> None:
    """A change that came between its reading and its writing is lost; an association is not."""
    identifier = shop.insert("products", {"reference": "A", "price": 10, "ean13": "1"})
    moved = "<associations><categories><category><id>1</id></category></categories></associations>"
    meanwhile = [f"<product><id>{identifier}</id><ean13>2</ean13>{moved}</product>"]

    def change_meanwhile(*_: object) -> None:
        while meanwhile:
            with Client(shop).http as other:
                other.patch("/api/products", content=f"<prestashop>{meanwhile.pop()}</prestashop>")

    shop._webservice._charge = change_meanwhile
    client.send("PATCH", "/api/products", f"<product><id>{identifier}</id><price>12</price></product>")
    row = shop.row("products", identifier)
    assert (row["price"], row["ean13"], row["categories"]) == ("12.000000", "1", [1])
