"""Pictures of products: what is answered, what is left behind, and who is the cover (facts I1 to I8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.flows.pictures import png

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.webservice import Reply, Webservice

BOUNDARY = "contract"


def send(shop: Webservice, product: int, content: bytes) -> Reply:
    form = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = form.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return shop.send("POST", f"images/products/{product}", body=body, headers=headers)


def picture(shop: Webservice, product: int, colour: tuple[int, int, int] = (255, 0, 0)) -> int:
    reply = send(shop, product, png(colour))
    assert reply.status == 200, reply.body
    found = re.search(rb"<image>\s*<id><!\[CDATA\[(\d+)", reply.body)
    assert found
    return int(found[1])


def images(shop: Webservice, product: int) -> tuple[list[int], str]:
    """The images of a product, and its cover."""
    row = shop.read("products", product)
    return [int(one["id"]) for one in row.members("images")], row["id_default_image"]


def test_the_first_picture_is_the_cover_and_the_others_come_behind(shop: Webservice, bench: Bench) -> None:
    product = bench.product().id
    first, second = picture(shop, product), picture(shop, product, (0, 255, 0))
    assert images(shop, product) == ([first, second], str(first))


def test_the_answer_is_200_and_repeats_the_picture(shop: Webservice, bench: Bench) -> None:
    reply = send(shop, bench.product().id, png())
    assert reply.status == 200
    assert b'<content encode="base64">' in reply.body


def test_another_cover_is_told_by_the_product(shop: Webservice, bench: Bench) -> None:
    product = bench.product().id
    first, second = picture(shop, product), picture(shop, product, (0, 255, 0))
    assert shop.patch("products", {"id": product, "id_default_image": second}).status == 200
    assert images(shop, product) == ([first, second], str(second))


def test_a_product_whose_cover_goes_has_none(shop: Webservice, bench: Bench) -> None:
    product = bench.product().id
    first, second = picture(shop, product), picture(shop, product, (0, 255, 0))
    assert shop.send("DELETE", f"images/products/{product}/{first}").status == 200
    assert images(shop, product) == ([second], "")
    again = shop.send("DELETE", f"images/products/{product}/{first}")
    assert (again.status, again.codes) == (400, [57])


def test_a_bad_file_leaves_a_row_without_a_picture_which_becomes_the_cover(shop: Webservice, bench: Bench) -> None:
    product = bench.product().id
    reply = send(shop, product, b"no picture at all")
    assert (reply.status, 76 in reply.codes) == (400, True)
    [left], cover = images(shop, product)
    assert cover == str(left)
    shown = shop.get(f"images/products/{product}/{left}")
    assert (shown.status, shown.codes) == (500, [61])
    assert shop.send("DELETE", f"images/products/{product}/{left}").status == 200
    assert shop.get(f"images/products/{product}").status == 404


def test_a_product_that_is_deleted_with_such_a_row_is_gone_but_is_said_to_be_there_and_leaves_its_prices(
    shop: Webservice, bench: Bench
) -> None:
    product = bench.product().id
    price = bench.make("specific_prices", bench.specific_price_row(product))[0].id
    send(shop, product, b"no picture at all")
    reply = shop.send("DELETE", f"products/{product}")
    assert (reply.status, reply.codes) == (500, [88])
    assert not shop.exists("products", product)
    assert shop.exists("specific_prices", price)


def test_a_product_that_is_not_there_takes_no_picture(shop: Webservice) -> None:
    reply = send(shop, 99_999_999, png())
    assert (reply.status, reply.codes) == (400, [76])


def test_a_combination_shows_what_its_association_names(shop: Webservice, bench: Bench) -> None:
    product, combinations = bench.sized_product("Small", "Medium")
    first, second = picture(shop, product.id), picture(shop, product.id, (0, 255, 0))
    rows = [{"id": first}, {"id": second}]
    assert shop.patch("combinations", {"id": combinations[0].id, "images": rows}).status == 200
    read = shop.read("combinations", combinations[0].id)
    assert {int(one["id"]) for one in read.members("images")} == {first, second}
    shop.send("DELETE", f"images/products/{product.id}/{first}")
    read = shop.read("combinations", combinations[0].id)
    assert {int(one["id"]) for one in read.members("images")} == {second}
