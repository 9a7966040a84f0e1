"""The prices before a reduction that our module shows on the pages of products: one line per reference."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connectors.prestashop.replies import unreadable
from connectors.prestashop.xml import UnreadableError, parse

if TYPE_CHECKING:
    from connectors.prestashop.reading import Reader

RESOURCE = "lowest_prices"


async def read_lowest_prices(reader: Reader) -> dict[str, str]:
    """What the shop has, by reference; read in pages, each of which says whether there is more."""
    found: dict[str, str] = {}
    after = ""
    while True:
        reply = await reader.get(RESOURCE, urlencode({"after": after}))
        try:
            told = parse(reply.body).find(RESOURCE)
        except UnreadableError as error:
            raise unreadable(reply, RESOURCE) from error
        more = None if told is None else told.findtext("more")
        if told is None or more not in {"0", "1"}:
            raise unreadable(reply, RESOURCE)
        page = {node.findtext("reference") or "": node.findtext("value") or "" for node in told.iter("line")}
        found |= page
        if more == "0" or not page:
            return found
        after = max(page, key=str.encode)
