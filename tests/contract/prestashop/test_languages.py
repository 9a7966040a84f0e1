"""Translated fields: which texts survive a write that sends only some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_language_left_out_of_a_field_is_emptied(
    shop: Webservice, setting: Setting, bench: Bench, method: str
) -> None:
    product = bench.product(name=setting.both("Shoe", "Soulier"))
    change = {"id": product.id, "price": "10", "name": {setting.fr: "Chaussure"}}
    assert (shop.put if method == "PUT" else shop.patch)("products", change).status == 200
    assert shop.read("products", product.id).texts("name") == {setting.en: "", setting.fr: "Chaussure"}


def test_a_field_that_is_not_patched_keeps_every_language(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(name=setting.both("Shoe", "Soulier"))
    shop.patched("products", {"id": product.id, "description_short": setting.both("new", "neuf")})
    assert shop.read("products", product.id).texts("name") == setting.both("Shoe", "Soulier")


def test_an_unknown_language_empties_all(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(name=setting.both("Shoe", "Soulier"))
    shop.patched("products", {"id": product.id, "name": {NO_SUCH_ID: "X"}})
    assert shop.read("products", product.id).texts("name") == setting.both("")


def test_a_text_without_a_language_is_written_to_all(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(name=setting.both("Shoe", "Soulier"))
    shop.patched("products", {"id": product.id, "name": "Plain"})
    assert shop.read("products", product.id).texts("name") == setting.both("Plain")


def test_a_creation_in_one_language_leaves_the_others_empty(shop: Webservice, setting: Setting, bench: Bench) -> None:
    for language, other in ((setting.en, setting.fr), (setting.fr, setting.en)):
        product = bench.product(name={language: "Only one"})
        assert shop.read("products", product.id).texts("name") == {language: "Only one", other: ""}


def test_a_creation_makes_the_address_from_the_name_in_each_language(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    row = bench.product_row(name=setting.both("Only name é", "Seul nom é"))
    del row["link_rewrite"]
    (product,) = bench.make("products", row)
    assert shop.read("products", product.id).texts("link_rewrite") == setting.both("only-name-e", "seul-nom-e")


def test_a_translated_field_with_a_forbidden_text_is_refused_and_unchanged(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    product = bench.product(name=setting.both("Shoe", "Soulier"))
    for name in ({setting.en: "N" * 129, setting.fr: "x"}, {setting.en: "x", setting.fr: "a<b"}):
        assert refused(shop.patch("products", {"id": product.id, "name": name}), 84, 400)
    assert shop.read("products", product.id).texts("name") == setting.both("Shoe", "Soulier")


def test_an_address_with_other_than_plain_letters_is_refused(shop: Webservice, setting: Setting, bench: Bench) -> None:
    change = {"id": bench.product().id, "link_rewrite": setting.both("Été à la plage")}
    assert refused(shop.patch("products", change), 84, 400)


def test_html_is_rewritten_by_the_shop(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product()
    shop.patched("products", {"id": product.id, "description": setting.both("<p>é € “q” & <br> x</p>")})
    assert shop.read("products", product.id).texts("description") == setting.both("<p>é € “q” &amp; <br /> x</p>")


def test_the_end_of_a_section_in_a_text_makes_the_answer_no_xml(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    product = bench.product()
    reply = shop.patch("products", {"id": product.id, "description": setting.both("<p>a ]]> b</p>")})
    assert reply.status == 200
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(reply.body)
    assert shop.read("products", product.id).texts("description") == setting.both("<p>a ]]&gt; b</p>")


@pytest.mark.parametrize("html", ['<p onclick="x()">a</p>', "<script>1</script>"])
def test_html_that_runs_is_refused(shop: Webservice, setting: Setting, bench: Bench, html: str) -> None:
    change = {"id": bench.product().id, "description": setting.both(html)}
    assert refused(shop.patch("products", change), 84, 400)


def test_a_blank_text_is_shown_without_a_link_in_the_answer_to_a_creation(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    product = bench.product()
    answered = product.element("meta_title")[0]
    shown = shop.read("products", product.id).element("meta_title")[0]
    assert (answered.get("id"), len(answered.attrib)) == (str(setting.en), 1)
    assert (shown.get("id"), len(shown.attrib)) == (str(setting.en), 2)
