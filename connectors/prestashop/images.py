"""Pictures of products: added and removed one at a time, outside the documents of the webservice."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING

from connectors.prestashop.replies import Reply, Verdict, blocked
from schemas.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from connectors.prestashop.transport import Transport

GONE = frozenset({"57"})
"""The product has no such image (facts I5)."""
_NOT_ON_DISK = frozenset({"61"})
_ID = re.compile(rb"<image>\s*<id>(?:<!\[CDATA\[)?(\d+)")
_HEAD = 2000
"""The answer repeats the whole picture behind these bytes (facts I1)."""
_TRIES = 3
_LANE = "POST images"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a picture that was sent: its id, or why there is none; `unknown`: it may be there all the same."""

    id: int = 0
    code: str = ""
    reason: str = ""
    unknown: bool = False


class Images:
    """The pictures of one shop's products."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def add(self, id_product: int, name: str, kind: str, content: bytes) -> Added:
        """Sends a picture (`kind`: jpeg, png, gif, webp) once; the first of a product becomes its cover.

        A refusal leaves a row without a picture behind (facts I3), which the caller has to remove.
        """
        boundary = secrets.token_hex(16)
        body = _form(boundary, name, kind, content)
        patience = self._transport.patience("POST images")
        while True:
            reply = await self._transport.send(
                "POST",
                f"images/products/{id_product}",
                query=self._transport.scope_query,
                body=body,
                content_type=f"multipart/form-data; boundary={boundary}",
                workload=_LANE,
                entities=1,
            )
            if reply.verdict in {Verdict.NOT_SENT, Verdict.BLOCKED} or (reply.verdict is Verdict.BUSY and reply.over):
                if reply.verdict is Verdict.BLOCKED and patience.tries:
                    raise blocked(reply, "POST images")
                await patience.wait(reply)
                continue
            return _added(reply)

    async def remove(self, id_product: int, id_image: int) -> None:
        """The product does not have the image afterwards; UnexpectedReplyError when the shop keeps it."""
        await self._until("DELETE", id_product, id_image, GONE)

    async def content(self, id_product: int, id_image: int) -> bytes | None:
        """The picture as it was given to the shop; None where there is none."""
        reply = await self._until("GET", id_product, id_image, GONE | _NOT_ON_DISK)
        return None if reply is None else reply.body

    async def shown(self, id_product: int, id_image: int) -> str:
        """What tells the picture that the shop shows from every other one; empty where there is none.

        The same id may be another picture: a shop that was restored gives ids anew.
        """
        reply = await self._until("GET", id_product, id_image, GONE | _NOT_ON_DISK)
        return "" if reply is None else blake2b(reply.body, digest_size=8).hexdigest()

    async def _until(self, method: str, id_product: int, id_image: int, absent: frozenset[str]) -> Reply | None:
        """The reply once the shop has carried it out, None where it says that there is nothing."""
        path = f"images/products/{id_product}/{id_image}"
        patience = self._transport.patience(f"{method} images")
        while True:
            reply = await self._transport.send(method, path, query=self._transport.scope_query)
            if reply.verdict is Verdict.DONE or _is_picture(reply):
                return reply
            if absent & {*reply.codes} or reply.status == HTTPStatus.NOT_FOUND:
                return None
            if reply.verdict is Verdict.TOO_LARGE:
                raise UnexpectedReplyError(reply.reason, system="PrestaShop", action=f"{method} images")
            if patience.tries >= _TRIES and reply.verdict in {Verdict.REFUSED, Verdict.BROKEN, Verdict.BLOCKED}:
                raise UnexpectedReplyError(
                    f"[{reply.code}] {reply.reason}", system="PrestaShop", action=f"{method} images"
                )
            await patience.wait(reply)


def _is_picture(reply: Reply) -> bool:
    return reply.status == HTTPStatus.OK and reply.verdict is not Verdict.LOST


def _added(reply: Reply) -> Added:
    if reply.verdict is Verdict.DONE:
        found = _ID.search(reply.body[:_HEAD])
        return Added(int(found[1])) if found else Added(code="image_unknown", unknown=True)
    if reply.verdict is Verdict.TOO_LARGE:
        return Added(code="image_too_large_for_server", reason=reply.reason)
    # 500 without a word: the library of PHP gave up in the middle of the file (facts I3).
    unknown = reply.verdict is not Verdict.REFUSED
    return Added(code="image_refused", reason=reply.reason, unknown=unknown)


def _form(boundary: str, name: str, kind: str, content: bytes) -> bytes:
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="image"; filename="{plain}"\r\n'
        f"Content-Type: image/{kind}\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
