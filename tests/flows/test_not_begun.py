from __future__ import annotations

import pytest

from deployments.sandbox.shop import Fault, FaultKind
from tests.flows.world import KEY_VARIABLE, World

pytestmark = pytest.mark.prefect


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The shop refuses the key."), ("fr", "La boutique refuse la clé.")]
)
async def test_a_run_whose_shop_lets_nobody_in_leaves_a_report_in_the_shops_language(
    world: World, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    world.write_settings(shop={"language": language})
    monkeypatch.setenv(KEY_VARIABLE, "X" * 32)
    path = world.drop_products({"reference": "A"})
    state = await world.products()
    assert said in (state.message or "")
    assert world.report()["state"] == "Failed"
    assert world.report()["failed_at"] == "flow import_products, shop boutique"
    assert world.report()["incidents"][0]["reason"] == said
    assert path.exists()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("waf-403", "La boutique répond par une page (HTTP 403)"),
        ("redirect", "La boutique renvoie cette adresse"),
        ("disabled", "Le webservice de la boutique est désactivé."),
    ],
)
async def test_a_shop_that_answers_otherwise_is_told_in_french(world: World, kind: FaultKind, said: str) -> None:
    world.write_settings(shop={"language": "fr"})
    world.shop.faults.add(Fault(kind=kind, method="GET", path=r".*", times=1000))
    world.drop_products({"reference": "A"})
    assert said in ((await world.products()).message or "")
    assert said in world.report()["message"]
