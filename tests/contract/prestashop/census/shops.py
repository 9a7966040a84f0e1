"""Which shop a recording is of: its version, and the PHP it runs under; and a sandbox like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from deployments.sandbox.shop import SandboxShop, ShopGroup
from deployments.sandbox.shop.versions import Profile
from tests.contract.prestashop.census import stored
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


ASKED = (
    ("run", "import_stock", "[]"),
    ("resend_order", "5", "[]"),
    ("settings", "", '[{"key":"guards.max_zeroed_share","seen":"0.3","value":"0.45"}]'),
    ("associations", "", '[{"key":"taxes.NOR","seen":"","value":"5"},{"key":"countries.FR","seen":"","value":"FRA"}]'),
)
"""What employees have asked on the page of a shop under test: kind, subject, content."""

_GROUPS = (ShopGroup(2, share_stock=True), ShopGroup(1))
SECOND = 2
"""The shop that is asked where there are several."""


def identity(world: World) -> str:
    """`8.2.0-php8`: associations without declared fields are shown by PHP 7 only, when their fields are asked for."""
    version = world.shop.get("shops").headers["psws-version"]
    customer = world.rows["customers"][0].id
    query = {"filter[id]": customer, "display": "[id,groups[id]]", "output_format": "JSON"}
    (row,) = world.shop.send("GET", "customers", query).json["customers"]
    several = stored.SEVERAL if len(world.shop.find("shops", "[id]")) > 1 else ""
    return f"{version}-php{7 if row.get('associations') else 8}{several}"


def client_of(url: str, key: str) -> Webservice:
    """A client of the one shop, or of the second of several."""
    with Webservice(url, key) as client:
        shops = client.find("shops", "[id]")
    return Webservice(url, key, **({"id_shop": shops[1].id} if len(shops) > 1 else {}))


def sandbox_like(shop: str) -> Iterator[Webservice]:
    """A client of a sandbox of that version and PHP, with the module; the sandbox ends when the iterator goes on."""
    several = shop.endswith(stored.SEVERAL)
    version, _, php = shop.removesuffix(stored.SEVERAL).partition("-php")
    profile = next(profile for profile in get_args(Profile) if version.startswith(profile))
    with (
        SandboxShop(profile=profile, php=int(php), module=True, groups=_GROUPS if several else ()) as sandbox,
        client_of(sandbox.url, sandbox.key) as client,
    ):
        if several:
            sandbox.insert("orders", {"id": NOBODY, "id_shop": SECOND, "id_shop_group": 1, "reference": "NOBODYS"})
        for _ in range(RETURNS):
            sandbox.insert("order_returns", _RETURN)
        for number, (asked, subject, content) in enumerate(ASKED):
            row = {"part": "request", "token": f"{number:032x}", "kind": asked, "subject": subject, "content": content}
            sandbox.insert("passerelle_board", row | {"asked_at": "2026-11-30T02:00:00Z", "state": "asked"})
        for name in ("digest", "orders_of", "orders_until"):
            sandbox.insert("passerelle_board", {"part": "text", "name": name, "content": "of the last page"})
        yield client
