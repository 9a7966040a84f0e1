"""Answers that a real shop gives now and then, and the sandbox does not: from a scripted server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from connectors.prestashop import Identity, Shop, ShopLimits
from connectors.prestashop.filters import after
from schemas.errors import DeniedError, TransientError, UnexpectedReplyError
from tests.connectors.listener import Asked, Listener, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEY = "K" * 32
LIMITS = ShopLimits(pace="full", patience_seconds=2, settle_seconds=0.01, timeout_seconds=2)
PHP_8 = b"""<?xml version="1.0"?><prestashop xmlns:xlink="http://www.w3.org/1999/xlink"><categories><category><id>1</id>
<associations><categories nodeType="category">
<category xlink:href="/api/categories/2"></category></categories></associations></category></categories></prestashop>"""
"""Members without an id, as PHP 8 tells them (fact F1)."""
ROOT = (
    b'<?xml version="1.0"?><prestashop><api shopName="Lab">'
    + b"".join(
        b'<%s get="true" put="true" post="true" patch="true" delete="true" head="true"/>' % name
        for name in (b"languages", b"configurations", b"products", b"store_orders")
    )
    + b"</api></prestashop>"
)


def _told(resource: str, *rows: Mapping[str, object]) -> Told:
    return Told(body=json.dumps({resource: rows} if rows else []).encode(), headers={"PSWS-Version": "8.2.0"})


def _shop_with(answer: Callable[[Asked], Told], *, version: str = "8.2.0", languages: int = 1) -> Listener:
    """A shop whose facts are fixed and whose other answers are the test's."""

    def answered(asked: Asked) -> Told:
        if asked.path in {"/api/", "/api/?"}:
            return Told(body=ROOT, headers={"PSWS-Version": version, "Access-Time": "1763000000"})
        if asked.path.startswith("/api/languages"):
            return _told("languages", *({"id": n, "iso_code": "fr", "active": "1"} for n in range(1, languages + 1)))
        if asked.path.startswith("/api/categories"):
            return Told(body=PHP_8, headers={"PSWS-Version": version})
        if asked.path.startswith("/api/configurations"):
            row = {"id": 1, "name": "PS_LANG_DEFAULT", "value": "1", "id_shop": "", "id_shop_group": None}
            return _told("configurations", row)
        return answer(asked)

    return Listener(answered)


async def test_the_key_travels_in_one_header_and_nowhere_else() -> None:
    with _shop_with(lambda _: _told("products")) as server:
        async with Shop(server.url + "/api/", KEY, limits=LIMITS) as shop:
            assert KEY not in repr(shop)
            await shop.read("products", display=["id"])
    assert server.asked
    for asked in server.asked:
        assert asked.headers["Authorization"].startswith("Basic ")
        assert KEY not in asked.path
        assert "ws_key" not in asked.path


async def test_an_answer_that_repeats_the_key_is_told_without_it() -> None:
    page = f"<html>Your request with {KEY} was blocked</html>".encode()
    with Listener(lambda _: Told(403, page, {"Content-Type": "text/html"})) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(DeniedError) as caught:
                await shop.read("products", display=["id"])
    assert "was blocked" in str(caught.value)
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.args)


async def test_a_shop_with_one_language_tells_plain_texts_and_they_are_given_by_language() -> None:
    with _shop_with(lambda _: _told("products", {"id": 1, "name": "Chemise", "reference": "R"})) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            rows = await shop.read("products", display=["id", "name", "reference"])
    assert rows == [{"id": 1, "name": {1: "Chemise"}, "reference": "R"}]


async def test_a_json_answer_that_is_empty_is_asked_again_as_xml() -> None:
    xml = b'<?xml version="1.0"?><prestashop><products><product><id>7</id><reference>R</reference></product></products>'

    def answer(asked: Asked) -> Told:
        return Told() if "JSON" in asked.path else Told(body=xml + b"</prestashop>")

    with Listener(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            assert await shop.read("products", display=["id", "reference"]) == [{"id": 7, "reference": "R"}]


async def test_php_warnings_before_the_json_are_skipped_d27() -> None:
    noise = b"<br />\n<b>Deprecated</b>: {strftime} in /var/www on line 3<br />\n"
    rows = json.dumps({"products": [{"id": 7, "reference": "R"}]}).encode()
    for body, expected in ((noise + rows, [{"id": 7, "reference": "R"}]), (noise + b"[]", [])):
        told = Told(body=body, headers={"PSWS-Version": "8.2.0"})
        with _shop_with(lambda _, told=told: told) as server:  # type: ignore[misc]
            async with Shop(server.url, KEY, limits=LIMITS) as shop:
                assert await shop.read("products", display=["id", "reference"]) == expected


async def test_values_that_are_no_text_in_json_are_texts_here() -> None:
    row = {"id": "5", "new": None, "id_default_combination": 9, "id_default_image": False, "on_sale": True}
    with Listener(lambda _: _told("products", row)) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            (entity,) = await shop.read("products", display=["id"])
    assert entity == {"id": 5, "new": "", "id_default_combination": "9", "id_default_image": "", "on_sale": "1"}


def _xml(rows: str) -> Told:
    head = '<?xml version="1.0"?><prestashop xmlns:xlink="http://www.w3.org/1999/xlink">'
    return Told(body=f"{head}{rows}</prestashop>".encode(), headers={"PSWS-Version": "8.2.0"})


async def test_a_member_without_id_is_named_by_its_link() -> None:
    def answer(asked: Asked) -> Told:
        assert "JSON" not in asked.path
        member = '<product_option_value xlink:href="http://shop/api/product_option_values/88">\n</product_option_value>'
        values = f'<product_option_values nodeType="product_option_value">{member}</product_option_values>'
        return _xml(
            f"<combinations><combination><id>5</id><associations>{values}</associations></combination></combinations>"
        )

    with Listener(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            rows = await shop.read("combinations", display=["id", "product_option_values[id]"])
    assert rows == [{"id": 5, "associations": {"product_option_values": [{"id": "88"}]}}]


@pytest.mark.lasting
async def test_an_association_that_is_stated_empty_is_empty_and_one_left_out_is_handed_to_nobody() -> None:
    told = "<customers><customer><id>5</id><associations>{}</associations></customer></customers>"
    for group, expected in (
        ('<groups nodeType="group" api="groups"/>', []),
        ('<groups><group xlink:href="http://shop/api/groups/3"/></groups>', [{"id": "3"}]),
        ("", None),
        ("<groups><group/></groups>", None),
    ):
        with Listener(lambda _, group=group: _xml(told.format(group))) as server:  # type: ignore[misc]
            async with Shop(server.url, KEY, limits=LIMITS) as shop:
                if expected is None:
                    with pytest.raises(UnexpectedReplyError):
                        await shop.read("customers", display=["id", "groups[id]"])
                else:
                    (customer,) = await shop.read("customers", display=["id", "groups[id]"])
                    assert customer["associations"] == {"groups": expected}


async def test_pages_go_on_after_the_last_id_seen() -> None:
    def answer(asked: Asked) -> Told:
        start = int(asked.path.split("%3E[")[1].split("]")[0]) if "%3E[" in asked.path else 0
        size = int(asked.path.split("limit=")[1].split("&")[0])
        return _told("products", *({"id": n} for n in range(start + 1, min(start + size, 250) + 1)))

    with Listener(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            assert [row["id"] for row in await shop.read("products", display=["id"])] == list(range(1, 251))
            assert len(await shop.read("products", display=["id"], limit=7)) == 7
    assert all("sort=[id_ASC]" in asked.path for asked in server.asked)


async def test_a_filter_by_hand_on_the_id_pages_by_offset() -> None:
    def answer(asked: Asked) -> Told:
        limit = asked.path.split("limit=")[1].split("&")[0].split(",")
        start = int(limit[0]) if len(limit) > 1 else 0
        return _told("products", *({"id": n} for n in range(start + 6, min(start + 6 + int(limit[-1]), 206))))

    with Listener(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            rows = await shop.read("products", display=["id"], filters={"id": after("5")})
    assert [row["id"] for row in rows] == list(range(6, 206))


async def test_an_address_the_server_finds_too_long_is_halved() -> None:
    def answer(asked: Asked) -> Told:
        values = unquote(asked.path).split("filter[reference]=")[1].split("&")[0].strip("[]").split("|")
        if len(values) > 3:
            return Told(414, b"<html>414 Request-URI Too Large</html>")
        return _told("products", *({"id": int(value[1:]), "reference": value} for value in values))

    with Listener(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            rows = await shop.find("products", "reference", [f"R{n}" for n in range(1, 11)], display=["reference"])
    assert sorted(row["id"] for row in rows) == list(range(1, 11))


async def test_a_page_too_heavy_for_the_shop_is_asked_in_smaller_ones_d46() -> None:
    def answer(asked: Asked) -> Told:
        start = int(asked.path.split("%3E[")[1].split("]")[0]) if "%3E[" in asked.path else 0
        size = int(asked.path.split("limit=")[1].split("&")[0])
        if size > 30:
            return Told(500)
        return _told("products", *({"id": n} for n in range(start + 1, min(start + size, 120) + 1)))

    with Listener(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            assert len(await shop.read("products", display=["id"])) == 120


async def test_a_value_with_brackets_is_found_and_its_neighbours_are_not() -> None:
    def answer(asked: Asked) -> Told:
        assert "filter[name]=[A_1_]%" in unquote(asked.path)
        names = ("A[1]", "a[1] ", "A(1)", "A[1] bis")
        return _told("products", *({"id": n, "name": name} for n, name in enumerate(names)))

    with Listener(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            rows = await shop.find("suppliers", "name", ["A[1]"], display=["name"])
    assert [row["name"] for row in rows] == ["A[1]", "a[1] "]


async def test_a_document_too_large_for_the_web_server_is_halved() -> None:
    made: list[int] = []

    def answer(asked: Asked) -> Told:
        count = asked.body.count(b"<product>")
        if count > 2:
            return Told(413, b"<html>413 Request Entity Too Large</html>")
        made.extend(range(len(made) + 1, len(made) + count + 1))
        nodes = b"".join(b"<product>\n\t<id><![CDATA[%d]]></id></product>" % number for number in made[-count:])
        return Told(201, b'<?xml version="1.0"?><prestashop>' + nodes + b"</prestashop>")

    with _shop_with(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            products = [{"reference": f"R{number}", "price": 1} for number in range(7)]
            receipts = await shop.create("products", products, Identity("reference", ("reference",)))
            assert shop.pace.batch_size("products") <= 3
    assert [(receipt.id, receipt.outcome) for receipt in receipts] == [(n, "created") for n in range(1, 8)]


async def test_documents_stay_under_the_size_allowed() -> None:
    sizes: list[int] = []

    def answer(asked: Asked) -> Told:
        sizes.append(len(asked.body))
        count = asked.body.count(b"<product>")
        nodes = b"".join(b"<product><id>%d</id></product>" % (len(sizes) * 100 + n) for n in range(count))
        return Told(201, b'<?xml version="1.0"?><prestashop>' + nodes + b"</prestashop>")

    limits = ShopLimits(pace="full", max_body_bytes=10_000)
    with _shop_with(answer) as server:
        async with Shop(server.url, KEY, limits=limits) as shop:
            products = [{"reference": f"R{number}", "description": {1: "x" * 3000}} for number in range(8)]
            await shop.create("products", products, Identity("reference", ("reference",)))
    assert len(sizes) == 3
    assert max(sizes) <= 10_000


@pytest.mark.parametrize("version", ["8.0.0", "8.0.2"])
async def test_versions_whose_patch_is_broken_are_refused_d4_d28(version: str) -> None:
    with _shop_with(lambda _: Told(), version=version) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(DeniedError, match=r"8\.0\.5"):
                await shop.describe()


async def test_a_version_known_for_invalid_xml_is_warned_about_d28() -> None:
    with _shop_with(lambda _: Told(), version="8.0.4") as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            assert "invalid XML" in (await shop.describe()).warnings[0]


async def test_a_shop_that_says_yes_and_names_nothing_is_not_believed() -> None:
    with _shop_with(lambda asked: Told(200) if asked.method == "PATCH" else _told("products")) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(UnexpectedReplyError, match="without the ids"):
                await shop.update("products", [{"id": 5, "active": False}])


async def test_a_delay_longer_than_our_patience_is_left_to_the_caller() -> None:
    with Listener(lambda _: Told(503, headers={"Retry-After": "3600"})) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(TransientError) as caught:
                await shop.read("products", display=["id"])
    assert caught.value.retry_after == 3600
    assert len(server.asked) == 1
