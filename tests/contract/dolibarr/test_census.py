"""Every kind of request that the product sends to Dolibarr has been answered by a real one."""

from __future__ import annotations

import pytest

from tests.contract.dolibarr.census import SHOWN, kind_of, lacking, load

CENSUS = load()


@pytest.mark.parametrize("kind", CENSUS)
def test_a_real_dolibarr_has_answered_this_kind(kind: str) -> None:
    assert lacking({kind: CENSUS[kind]}, load(SHOWN)) == []


def test_a_kind_is_named_by_its_route_and_its_elements_by_their_paths() -> None:
    name, elements = kind_of(
        "POST",
        "/orders/12/lines",
        {"sqlfilters": "(t.ref:=:'A') or (ef.b:=:'C')", "properties": "id,ref"},
        [{"a": {"7": 1}}],
    )
    assert name == "POST orders/{id}/lines"
    assert elements == {"?t.ref =", "?ef.b =", "?id", "?ref", "a", "a/{id}"}
