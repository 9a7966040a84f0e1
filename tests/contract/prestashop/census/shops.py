"""Which shop a recording is of: its version, and the PHP it runs under; and a sandbox like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from deployments.sandbox.shop import SandboxShop
from deployments.sandbox.shop.versions import Profile
from tests.contract.prestashop.census.world import RETURN, RETURNS
from tests.contract.prestashop.webservice import Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.prestashop.census.world import World

NOBODY = 987_654
_RETURN = {
    "id_order": NOBODY,
    "id_customer": NOBODY,
    "question": RETURN,
    "state": 1,
    "order_return_details": [(NOBODY, 0, 1)],
}


def identity(world: World) -> str:
    """`8.2.0-php8`: associations without declared fields are shown by PHP 7 only, when their fields are asked for."""
    version = world.shop.get("shops").headers["psws-version"]
    customer = world.rows["customers"][0].id
    query = {"filter[id]": customer, "display": "[id,groups[id]]", "output_format": "JSON"}
    (row,) = world.shop.send("GET", "customers", query).json["customers"]
    return f"{version}-php{7 if row.get('associations') else 8}"


def sandbox_like(shop: str) -> Iterator[Webservice]:
    """A client of a sandbox of that version and PHP, with the module; the sandbox ends when the iterator goes on."""
    version, _, php = shop.partition("-php")
    profile = next(profile for profile in get_args(Profile) if version.startswith(profile))
    with (
        SandboxShop(profile=profile, php=int(php), module=True) as sandbox,
        Webservice(sandbox.url, sandbox.key) as client,
    ):
        for _ in range(RETURNS):
            sandbox.insert("order_returns", _RETURN)
        yield client
