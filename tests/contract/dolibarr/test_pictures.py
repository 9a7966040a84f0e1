"""What we believe of the files of Dolibarr's products (docs/facts/dolibarr.md, D1 to D5)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from tests.contract.dolibarr.rest import Reply, Rest
from tests.contract.dolibarr.test_catalogue import product_body
from tests.flows.pictures import png

RED, BLUE = png((255, 0, 0)), png((0, 0, 255))


def upload(erp: Rest, reference: str, name: str, content: bytes, **more: Any) -> Reply:
    body = {
        "filename": name,
        "modulepart": "product",
        "ref": reference,
        "filecontent": base64.b64encode(content).decode(),
        "fileencoding": "base64",
        "overwriteifexists": 1,
        "createdirifnotexists": 1,
        "position": 10,
        "cover": "",
        "generateThumbs": 0,
    }
    return erp("POST", "/documents/upload", body | more)


def files(erp: Rest, product: int) -> Any:
    """Name, MD5, position and cover of each file of a product."""
    reply = erp("GET", "/documents", modulepart="product", id=product, limit=1000)
    if reply.status == 404:
        return []
    return sorted((each["relativename"], each["label"], each["position"], each["cover"]) for each in reply.value)


def removed(erp: Rest, reference: str, name: str) -> int:
    return erp("DELETE", "/documents", modulepart="product", original_file=f"{reference}/{name}").status


def test_a_picture_has_its_digest_position_and_cover_and_one_of_the_same_name_takes_its_place(erp: Rest) -> None:
    uid = erp.uid()
    product = erp.made("/products", product_body(erp, f"{uid}-P", uid))
    assert files(erp, product) == []
    red, blue = (hashlib.md5(each, usedforsecurity=False).hexdigest() for each in (RED, BLUE))
    assert upload(erp, f"{uid}-P", f"{uid}-2.png", RED).value == f"{uid}-2.png"
    upload(erp, f"{uid}-P", f"{uid}-3.png", BLUE, position=1, cover="1")
    assert files(erp, product) == [(f"{uid}-2.png", red, "10", None), (f"{uid}-3.png", blue, "1", "1")]
    upload(erp, f"{uid}-P", f"{uid}-2.png", BLUE, position=5)
    upload(erp, f"{uid}-P", f"{uid}-3.png", BLUE, position=10)
    assert files(erp, product) == [(f"{uid}-2.png", blue, "5", None), (f"{uid}-3.png", blue, "10", None)]
    assert [removed(erp, f"{uid}-P", f"{uid}-2.png") for _ in range(2)] == [200, 404]
    assert upload(erp, f"{uid}-nobody", "x.png", RED).status == 404


def test_names_that_differ_in_case_alone_have_one_place_in_the_index(erp: Rest) -> None:
    uid = erp.uid()
    product = erp.made("/products", product_body(erp, f"{uid}-P", uid))
    upload(erp, f"{uid}-P", "a.png", RED)
    upload(erp, f"{uid}-P", "A.png", RED)
    reply = erp("GET", "/documents", modulepart="product", id=product, limit=1000)
    assert {each["relativename"]: bool(each.get("label")) for each in reply.value} == {"A.png": True, "a.png": False}


def test_files_stay_under_the_former_reference_of_a_product_and_go_with_it(erp: Rest) -> None:
    uid = erp.uid()
    product = erp.made("/products", product_body(erp, f"{uid}-P", uid))
    upload(erp, f"{uid}-P", f"{uid}-2.png", RED)
    erp("PUT", f"/products/{product}", {"ref": f"{uid}-Q"})
    assert files(erp, product) == []
    assert [removed(erp, f"{uid}-P", f"{uid}-2.png") for _ in range(2)] == [200, 404]
    upload(erp, f"{uid}-Q", f"{uid}-2.png", RED)
    assert erp("DELETE", f"/products/{product}").status == 200
    again = erp.made("/products", product_body(erp, f"{uid}-Q", uid))
    assert files(erp, again) == []


def test_a_picture_is_answered_as_it_was_sent_and_one_that_is_gone_is_a_404(erp: Rest) -> None:
    uid = erp.uid()
    erp.made("/products", product_body(erp, f"{uid}-P", uid))
    upload(erp, f"{uid}-P", "a.png", RED)
    asked = {"modulepart": "product", "original_file": f"{uid}-P/a.png"}
    assert base64.b64decode(erp("GET", "/documents/download", **asked).value["content"]) == RED
    removed(erp, f"{uid}-P", "a.png")
    assert erp("GET", "/documents/download", **asked).status == 404
