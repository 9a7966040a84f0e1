"""The Dolibarr under test: a sandbox of each version unless the options name a real one, and what the tests need there.

A real one has the extra fields of the guard and a bank account; what is made there is removed as far as the
key may, so that a key which may delete leaves least behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deployments.sandbox.dolibarr import SandboxDolibarr
from deployments.sandbox.dolibarr.versions import VERSIONS
from tests.contract.dolibarr import census
from tests.contract.dolibarr.rest import Rest


@pytest.fixture(scope="session", params=VERSIONS)
def erp(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Rest]:
    url = pytestconfig.getoption("--erp-url")
    if url:
        if request.param != VERSIONS[0]:
            pytest.skip("a real Dolibarr has one version")
        with Rest(url.rstrip("/"), pytestconfig.getoption("--erp-key")) as real:
            yield real
            if pytestconfig.getoption("--record"):
                known = {name: set(elements) for name, elements in census.load(census.SHOWN).items()}
                for name, elements in real.answered.items():
                    known.setdefault(name, set()).update(elements)
                census.save(census.SHOWN, known)
        return
    with SandboxDolibarr(version=request.param) as sandbox, Rest(sandbox.url, sandbox.admin_key) as rest:
        yield rest


@pytest.fixture(scope="session")
def version(erp: Rest) -> int:
    """The first number of the version."""
    return int(erp("GET", "/status").value["success"]["dolibarr_version"].partition(".")[0])


@pytest.fixture(scope="session")
def third_party(erp: Rest) -> int:
    uid = erp.uid()
    body = {"name": "Dupont Marie", "client": 1, "code_client": "-1", "email": f"{uid}@example.invalid"}
    place = {"country_id": 1, "address": "1 rue A\nBât. B", "zip": "75001", "town": "Paris", "phone": "01 02 03"}
    return erp.made(
        "/thirdparties", body | place | {"typent_id": 8, "status": 1, "phone_mobile": "06 07"} | erp.guarded(uid)
    )


@pytest.fixture(scope="session")
def product(erp: Rest) -> int:
    body = {"ref": f"{erp.mark}-MUG", "label": "Mug", "type": 0, "status": 1, "price": "0", "price_base_type": "HT"}
    return erp.made("/products", body)


@pytest.fixture(scope="session")
def account(erp: Rest) -> int:
    found = erp("GET", "/bankaccounts").value
    if not found:
        pytest.skip("this Dolibarr has no bank account")
    return int(found[0]["id"])


@pytest.fixture
def draft(erp: Rest, third_party: int, product: int) -> dict[str, Any]:
    """The body of an order of two lines: 29.99 + 10.00."""
    return {
        "socid": third_party,
        "date": "2026-11-20",
        "ref_client": erp.uid().upper(),
        "ref_ext": "x",
        "note_public": "Ring twice",
        "shipping_method_id": 2,
        "lines": [
            {
                "fk_product": product,
                "qty": 3,
                "subprice": "8.33055556",
                "tva_tx": "20",
                "remise_percent": 0,
                "product_type": 0,
                "desc": "Mug",
                "ref_ext": "9",
            },
            {
                "qty": 1,
                "subprice": "9.47867299",
                "tva_tx": "5.5",
                "remise_percent": 0,
                "product_type": 0,
                "desc": 'BOOK\nA & "book"',
                "ref_ext": "10",
            },
        ],
        **erp.guarded(erp.uid()),
    }
