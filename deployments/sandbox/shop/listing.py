"""Lists and details: which rows, which fields, in XML or JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployments.sandbox.shop import display, filters, shops
from deployments.sandbox.shop.behaviours import behaviour_of
from deployments.sandbox.shop.behaviours.stock import on_this_shop
from deployments.sandbox.shop.columns import number
from deployments.sandbox.shop.errors import ServiceError
from deployments.sandbox.shop.exchange import wants_json
from deployments.sandbox.shop.prices import with_prices
from deployments.sandbox.shop.render_json import JsonWriter
from deployments.sandbox.shop.render_xml import XmlWriter, document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deployments.sandbox.shop.entity import Behaviour
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.query import Query
    from deployments.sandbox.shop.schema import Resource
    from deployments.sandbox.shop.store import Row, Store


@dataclass(frozen=True, slots=True)
class Content:
    """What a GET found: its body, how many rows it took, whether the one asked for is missing."""

    body: str = ""
    rows: int = 0
    missing: bool = False


def shown_languages(store: Store, query: Query) -> tuple[int, ...]:
    """The languages of the i18n fields: all, or those of ``language=2``, ``[1|2]`` or ``[1,3]``."""
    text = query.text("language")
    if not text:
        return store.languages
    bracketed = re.fullmatch(r"\[(.*)\]", text)
    if bracketed is None and not text.isdigit():
        raise ServiceError(400, 79, "language value is wrong")
    parts = re.split(r"[|,]", bracketed[1] if bracketed else text)
    if not all(part.isdigit() for part in parts):
        raise ServiceError(400, 80, "Language ID must be numeric")
    asked = {int(part) for part in parts}
    if bracketed and "," in bracketed[1]:
        asked = set(range(min(asked), max(asked) + 1))
    shown = tuple(one for one in store.languages if one in asked)
    if not shown:
        raise ServiceError(400, 81, "language is not available")
    return shown


def read(store: Store, resource: Resource, request: Request, rest: list[str]) -> Content:
    """The list or the detail that a GET asks for."""
    languages = shown_languages(store, request.query)
    writer = Writer(store, resource, behaviour_of(resource), request, languages)
    if rest:
        return _detail(store, resource, writer, int(number(rest[0])))
    names = filters.available(resource, request.query)
    selection = filters.selected(store[resource.name], request.query, names, languages)
    writer.check_display()
    if (ids := _listed(store, resource)) is not None:
        selection.keep(ids)
    rows = filters.limited(filters.in_order(selection, request.query, names), request.query)
    return Content(writer.listed([shops.seen(store, resource.name, row) for row in rows]), len(rows))


def _listed(store: Store, resource: Resource) -> set[int] | None:
    if resource.name == "stock_availables" and store.several and store.rules.scopes_stock:
        return {one for one, row in store[resource.name].rows.items() if on_this_shop(store, row)}
    if resource.behaviour == "order_returns":
        return shops.returns_of(store)
    return shops.listed(store, resource.table or resource.name)


def _detail(store: Store, resource: Resource, writer: Writer, identifier: int) -> Content:
    row = store[resource.name].rows.get(identifier)
    if row is None:
        return Content(missing=True)
    lacking = shops.of(store).one and shops.lacks(store, resource.name, row)
    if lacking or (resource.name == "stock_availables" and not on_this_shop(store, row)):
        raise ServiceError(404, 131, f"This {resource.php_class} ({identifier}) does not exists on this shop")
    return Content(writer.detail(shops.seen(store, resource.name, row)), 1)


class Writer:
    """Writes rows in the format and with the fields a request asks for."""

    def __init__(
        self,
        store: Store,
        resource: Resource,
        behaviour: Behaviour,
        request: Request,
        languages: Sequence[int],
    ) -> None:
        self._store = store
        self._resource = resource
        self._behaviour = behaviour
        self._request = request
        self._languages = languages
        self._json = wants_json(request)

    def check_display(self) -> None:
        """Raise when the request's ``display`` cannot be shown."""
        display.wanted(self._resource, self._request.query)

    def listed(self, rows: list[Row]) -> str:
        """The body of a list."""
        shown = display.wanted(self._resource, self._request.query)
        rows = with_prices(self._store, rows, shown)
        if self._json:
            writer = JsonWriter(self._store, self._resource, self._behaviour, shown, self._languages)
            return writer.short_list(rows) if shown.ids_only else writer.full_list(rows)
        xml = self._xml(shown)
        return document(xml.short_list(rows) if shown.ids_only else xml.full_list(rows))

    def detail(self, row: Row) -> str:
        """The body of a detail; in JSON ``display=full`` turns it into a list, which loses nothing."""
        shown = self._shown_in_detail()
        priced = with_prices(self._store, [row], shown)
        if self._json:
            writer = JsonWriter(self._store, self._resource, self._behaviour, shown, self._languages)
            return writer.full_list(priced) if self._request.query.has("display") else writer.detail(priced[0])
        return document(self._xml(shown).entity(priced[0]))

    def saved(self, rows: Iterable[Row]) -> str:
        """The body of a write: the entities side by side, whatever ``display``; in JSON without it only the last."""
        shown = display.everything(self._resource, self._request.query.prices())
        if not self._json:
            xml = self._xml(shown)
            parts = []
            for row in rows:
                with self._store.lock:
                    parts.append(xml.entity(with_prices(self._store, [row], shown)[0]))
            return document("".join(parts))
        writer = JsonWriter(self._store, self._resource, self._behaviour, shown, self._languages)
        kept = with_prices(self._store, list(rows), shown)
        return writer.saved(kept, all_of_them=self._request.query.has("display"))

    def _shown_in_detail(self) -> display.Display:
        if self._request.query.has("display"):
            return display.wanted(self._resource, self._request.query)
        return display.everything(self._resource, self._request.query.prices())

    def _xml(self, shown: display.Display) -> XmlWriter:
        url = self._request.api_url
        return XmlWriter(self._store, self._resource, self._behaviour, shown, url, self._languages)
