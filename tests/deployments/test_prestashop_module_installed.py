"""The module's PHP is installed, and loaded for a request, in a core that only notes what it is told."""

from __future__ import annotations

from tests.deployments.module_in_php import needs_php, run

pytestmark = needs_php


def test_a_request_for_another_resource_loads_nothing() -> None:
    assert run("products").classes == ["Passerelle"]


def test_the_installation_adds_a_state_that_neither_mails_nor_numbers() -> None:
    php = run("install", failing="no state")
    (state,) = php.added("OrderState")
    off = ("send_email", "invoice", "pdf_invoice", "pdf_delivery", "delivery", "hidden", "deleted")
    assert (php.answer, [state[name] for name in off]) == (True, [False] * 7)
    assert [state[name] for name in ("shipped", "paid", "logable", "unremovable")] == [True] * 4
    assert php.named("configure") == ["PASSERELLE_STORE_ORDER_STATE"]
    pages = [name for name in php.named("register") if not name.startswith("action")]
    assert pages == [
        "addWebserviceResources",
        "displayOrderDetail",
        "displayAdminOrderMain",
        "displayProductPriceBlock",
    ]


def test_an_installation_over_another_keeps_its_state() -> None:
    assert run("install").told("add") == []


def test_the_module_is_enabled_in_every_shop_when_it_is_installed() -> None:
    contexts = run("install", query="id_shop=1").told("context")
    assert contexts == [("4", [None]), ("1", [1])]
    assert [name for name, _ in run("install").told("context")] == ["1"]
