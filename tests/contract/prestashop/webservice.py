"""The webservice as any client sees it: requests and replies, nothing hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self
from urllib.parse import quote

import httpx
from lxml import etree

from tests.contract.prestashop.documents import Entity, Row, document

PATCH_SINCE = (8,)
NOT_WRITABLE = {
    "products": ("manufacturer_name", "quantity", "position_in_category"),
    "categories": ("level_depth", "nb_products_recursive"),
    "manufacturers": ("link_rewrite",),
}
"""Fields that are shown and that no document may name."""
ERROR_CODE = re.compile(rb"<error>\s*<code><!\[CDATA\[(\d+)\]\]></code>")


@dataclass(frozen=True)
class Reply:
    """One answer of the shop."""

    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def body(self) -> bytes:
        return self.response.content

    @property
    def headers(self) -> httpx.Headers:
        return self.response.headers

    @property
    def root(self) -> etree._Element:
        assert self.body, f"{self.status} with an empty body"
        return etree.fromstring(self.body)

    @property
    def entities(self) -> list[Entity]:
        """Entities that are direct children of the root: the answer to a write or to a detail."""
        return [Entity(child) for child in self.root]

    @property
    def rows(self) -> list[Entity]:
        """Entities of a list."""
        return [Entity(child) for child in self.root[0]]

    @property
    def json(self) -> Any:
        return self.response.json()

    @property
    def codes(self) -> list[int]:
        """Error codes in the order shown; empty when the answer is no error document.

        Found in the text: an error that quotes a control character, or the end of a section, is itself no XML.
        """
        return [int(code) for code in ERROR_CODE.findall(self.body)]

    @property
    def message(self) -> str:
        """The text of the first error."""
        return self.root.findtext("errors/error/message") or ""


class Webservice:
    """A client that keeps no cookie, follows no redirect and hides nothing; `always` goes with every request."""

    def __init__(self, url: str, key: str, **always: object) -> None:
        self.root = url.rstrip("/").removesuffix("/api")
        self.always = always
        self.key = key
        self.http = httpx.Client(
            auth=(key, ""),
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            timeout=120,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, fault: object, trace: object) -> None:
        self.http.close()

    def url(self, path: str, params: dict[str, object] | None = None) -> str:
        query = "&".join(f"{quote(k, safe='[]')}={quote(str(v), safe='[]|,:()<>!')}" for k, v in (params or {}).items())
        return f"{self.root}/api/{path}" + (f"?{query}" if query else "")

    def send(
        self,
        method: str,
        path: str,
        params: dict[str, object] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """The answer to one request with the key in Basic authentication."""
        sent = {"Content-Type": "text/xml; charset=utf-8", **(headers or {})} if body is not None else headers
        url = self.url(path, self.always | (params or {}))
        return Reply(self.http.request(method, url, content=body, headers=sent))

    def get(self, path: str, **params: object) -> Reply:
        return self.send("GET", path, params)

    def find(self, resource: str, display: str = "full", **filters: object) -> list[Entity]:
        """Rows of a list, filtered by field, in order of id."""
        wanted: dict[str, object] = {f"filter[{name}]": value for name, value in filters.items()}
        reply = self.send("GET", resource, {**wanted, "display": display, "sort": "[id_ASC]"})
        assert reply.status == 200, reply.body
        return reply.rows

    def bare_ids(self, resource: str, **filters: object) -> set[int]:
        """The ids of a list without any field."""
        wanted: dict[str, object] = {f"filter[{name}]": value for name, value in filters.items()}
        listed = self.get(resource, output_format="JSON", **wanted).json
        return {int(row["id"]) for row in (listed[resource] if listed else ())}

    def read(self, resource: str, entity_id: int) -> Entity:
        reply = self.get(f"{resource}/{entity_id}")
        assert reply.status == 200, (reply.status, reply.body)
        return reply.entities[0]

    def exists(self, resource: str, entity_id: int) -> bool:
        return self.get(f"{resource}/{entity_id}").status == 200

    def post(self, resource: str, *rows: Row, **params: object) -> Reply:
        return self.send("POST", resource, params, document(resource, rows))

    def put(self, resource: str, *rows: Row, **params: object) -> Reply:
        return self.send("PUT", resource, params, document(resource, rows))

    @cached_property
    def version(self) -> tuple[int, ...]:
        """What the shop says of itself."""
        return tuple(int(part) for part in self.get("shops").headers["psws-version"].split(".")[:3])

    @property
    def update_method(self) -> str:
        """PATCH where the shop has it."""
        return "PATCH" if self.version >= PATCH_SINCE else "PUT"

    def patch(self, resource: str, *rows: Row, **params: object) -> Reply:
        """PATCH of these fields; before 8.0, which has none, a PUT of what was read with these fields in it."""
        if self.update_method == "PATCH":
            return self.send("PATCH", resource, params, document(resource, rows))
        return self.put(resource, *(self._whole(resource, row) for row in rows), **params)

    def _whole(self, resource: str, row: Row) -> Row:
        if "id" not in row:
            return row
        reply = self.get(f"{resource}/{row['id']}")
        if reply.status != 200:
            return row
        (read,) = reply.entities
        kept = [name for name in read.names if name not in NOT_WRITABLE.get(resource, ())]
        texts = {name: read.texts(name) for name in kept if len(read.element(name))}
        # What is empty is left out: sent, it would become 0 where the column may be null.
        return texts | {name: read[name] for name in kept if name not in texts and read[name]} | dict(row)

    def patched(self, resource: str, *rows: Row) -> list[Entity]:
        """The entities as the shop answers a PATCH that it accepts."""
        reply = self.patch(resource, *rows)
        assert reply.status == 200, (reply.status, reply.body)
        return reply.entities

    def delete(self, resource: str, *ids: int) -> Reply:
        return self.send("DELETE", f"{resource}/", {"id": f"[{','.join(map(str, ids))}]"})


def refused(reply: Reply, code: int, *statuses: int) -> bool:
    """Whether the first error is `code`, whatever php.ini shows after it, with one of `statuses`."""
    return reply.codes[:1] == [code] and reply.status in statuses


def crashed(reply: Reply) -> bool:
    """Whether the shop died of an exception: 500 and nothing to read."""
    return reply.status == 500 and not reply.body.strip()
