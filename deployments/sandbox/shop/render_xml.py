"""Writes entities as the webservice's XML, byte for byte in its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deployments.sandbox.shop.display import Display
    from deployments.sandbox.shop.entity import Behaviour, Entries
    from deployments.sandbox.shop.schema import Association, AssociationField, Field, Resource
    from deployments.sandbox.shop.store import Row, Store

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
TAIL = "</prestashop>\n"


def document(inner: str) -> str:
    """A complete answer around its content."""
    return f"{HEAD}{inner}{TAIL}"


def errors(found: Iterable[tuple[int, str]]) -> str:
    """The error document."""
    listed = "".join(
        f"<error>\n<code><![CDATA[{code}]]></code>\n<message><![CDATA[{message}]]></message>\n</error>\n"
        for code, message in found
    )
    return document(f"<errors>\n{listed}</errors>\n")


def cdata(value: Any) -> str:
    """A value in a CDATA section; one that holds the section's own end breaks the document, as in the real shop."""
    return f"<![CDATA[{'' if value is None or value is False else value}]]>"


class XmlWriter:
    """Writes the entities of one resource with the fields of one display."""

    def __init__(
        self,
        store: Store,
        resource: Resource,
        behaviour: Behaviour,
        display: Display,
        api_url: str,
        languages: Sequence[int],
    ) -> None:
        self._store = store
        self._resource = resource
        self._behaviour = behaviour
        self._display = display
        self._api_url = api_url
        self._languages = languages
        self._plan = [self._column(one) for one in display.fields]

    def _column(self, field: Field) -> tuple[str, str, str, bool, bool, Any]:
        getter = self._behaviour.getters.get(field.name)
        mark = ' notFilterable="true"' if field.computed else ""
        link = f"{self._api_url}{field.link}/" if field.link else ""
        return field.name, link, mark, field.i18n, field.name.startswith("id_"), getter

    def short_list(self, rows: Iterable[Row]) -> str:
        """A list of ids only."""
        node, base = self._resource.node, f"{self._api_url}{self._resource.name}/"
        lines = "".join(f'<{node} id="{row["id"]}" xlink:href="{base}{row["id"]}"/>\n' for row in rows)
        return self._listed(lines)

    def full_list(self, rows: Iterable[Row]) -> str:
        """A list of entities with the displayed fields."""
        return self._listed("".join([self.entity(row) for row in rows]))

    def _listed(self, lines: str) -> str:
        node = self._resource.list_node
        return f"<{node}>\n{lines}</{node}>\n"

    def entity(self, row: Row) -> str:
        """One entity."""
        parts = [f"<{self._resource.node}>\n"]
        if self._display.with_id:
            parts.append(f"\t<id><![CDATA[{row.get('id', '')}]]></id>\n")
        for name, link, mark, i18n, is_id, getter in self._plan:
            value = row.get(name) if getter is None else getter(self._store, row)
            if i18n:
                parts.append(f"\t<{name}>{self._texts(value)}</{name}>\n")
                continue
            href = "" if not link or (is_id and value in (None, "", "0", 0)) else self._href(name, link, value, row)
            parts.append(f"\t<{name}{href}{mark}>{cdata(value)}</{name}>\n")
        parts += [f"\t<{name}>{cdata(row['_prices'][name])}</{name}>\n" for name in self._display.prices]
        parts.append(self._associations(row))
        parts.append(f"</{self._resource.node}>\n")
        return "".join(parts)

    def _href(self, name: str, link: str, value: Any, row: Row) -> str:
        middle = f"{row['id']}/" if name == "id_default_image" else ""
        return f' xlink:href="{link}{middle}{"" if value is None else value}"'

    def _texts(self, value: Any) -> str:
        if isinstance(value, dict):
            base = f"{self._api_url}languages/"
            return "".join(
                f'<language id="{one}" xlink:href="{base}{one}">{cdata(value.get(one))}</language>'
                for one in self._languages
            )
        text = value or ""
        return "".join(f'<language id="{one}">{cdata(text[one : one + 1])}</language>' for one in self._languages)

    def _associations(self, row: Row) -> str:
        if not self._display.associations:
            return ""
        listed = "".join(
            self._association(one, names, self._behaviour.lists[one.name](self._store, row), row)
            for one, names in self._display.associations
            if one.name in self._behaviour.lists
        )
        return f"<associations>\n{listed}</associations>\n"

    def _association(self, association: Association, names: tuple[str, ...], entries: Entries, row: Row) -> str:
        api = f' api="{association.api}"' if association.api else ""
        virtual = ' virtualEntity="true"' if association.virtual else ""
        head = f'<{association.name} nodeType="{association.node}"{api}{virtual}'
        if not entries:
            return f"{head}/>\n"
        shown = self._store.shows_fields_of(association, full=self._display.full)
        fields = [one for one in association.fields if shown and one.name in names]
        members = "".join(
            f"\t<{association.node}{self._member_href(association, entry, row)}>\n"
            f"{''.join(self._member_field(one, entry) for one in fields)}"
            f"\t</{association.node}>\n"
            for entry in entries
        )
        return f"{head}>\n{members}</{association.name}>\n"

    def _member_href(self, association: Association, entry: dict[str, str], row: Row) -> str:
        if association.virtual or not association.api or association.name == "accessories":
            return ""
        if association.name == "images":
            owner = row["id"] if self._resource.name == "products" else row.get("id_product")
            return f' xlink:href="{self._api_url}images/products/{owner}/{entry["id"]}"'
        return f' xlink:href="{self._api_url}{association.api}/{entry["id"]}"'

    def _member_field(self, field: AssociationField, entry: dict[str, str]) -> str:
        value = entry.get(field.name, "")
        href = f' xlink:href="{self._api_url}{field.link}/{value}"' if field.link else ""
        return f"\t<{field.name}{href}>{cdata(value)}</{field.name}>\n"
