"""The root of the webservice: the resources the key may use and what it may do with each."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from deployments.sandbox.shop.schema import SPECIFIC_RESOURCES
from deployments.sandbox.shop.versions import WITHOUT_PATCH

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Store
    from deployments.sandbox.shop.webservice import Rights

_SHOWN = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")
_WITHOUT_SCHEMA = ("images", "search", "attachments", *SPECIFIC_RESOURCES)


def listing(store: Store, profile: str, rights: Rights, api_url: str) -> str:
    """The content of the root document."""
    lines = [f'<api shopName="{escape(store.configuration("PS_SHOP_NAME"))}">\n']
    for name, resource in store.resources.items():
        granted = rights.of(name, profile)
        if granted:
            methods = [one for one in _SHOWN if one != "PATCH" or profile not in WITHOUT_PATCH]
            shown = " ".join(f'{one.lower()}="{"true" if one in granted else "false"}"' for one in methods)
            lines.append(_resource(name, resource.description, f'xlink:href="{api_url}{name}" {shown}', api_url))
    return "".join([*lines, "</api>\n"])


def _resource(name: str, description: str, attributes: str, api_url: str) -> str:
    schemas = (
        ""
        if name in _WITHOUT_SCHEMA
        else "".join(
            f'<schema xlink:href="{api_url}{name}?schema={kind}" type="{kind}"/>\n' for kind in ("blank", "synopsis")
        )
    )
    told = f"<description {attributes}>\n{escape(description, quote=False)}</description>\n"
    return f"<{name} {attributes}>\n{told}{schemas}</{name}>\n"
