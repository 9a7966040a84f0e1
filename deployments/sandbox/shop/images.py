"""The resource `images`: pictures of products, posted as a form, one at a time (facts I1 to I8)."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from typing import TYPE_CHECKING

from deployments.sandbox.shop import render_xml
from deployments.sandbox.shop.errors import CrashError, ServiceError
from deployments.sandbox.shop.exchange import XML, Reply

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.store import Row, Store

_STARTS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"RIFF": "webp"}
_ENDS = {"jpeg": b"\xff\xd9", "png": b"IEND", "gif": b"", "webp": b""}
_CONTENT = re.compile(rb'name="image".*?\r\n\r\n(.*)\r\n--', re.DOTALL)
_MILLION = 1_000_000
_DETAIL = 2


def answer(store: Store, request: Request, method: str, rest: list[str]) -> Reply:
    """The reply about `images/products/{id}` or `images/products/{id}/{image}`."""
    if not rest or rest[0] != "products" or len(rest) == 1:
        raise CrashError("the sandbox has pictures of products alone")
    with store.lock:
        product = store["products"].rows.get(int(rest[1]))
        if method == "POST" and len(rest) == _DETAIL:
            return _added(store, product, int(rest[1]), request)
        if len(rest) > _DETAIL:
            return _one(store, product, int(rest[2]), method)
        images = product.get("images", []) if product else []
        return _listed(request, int(rest[1]), images)


def _listed(request: Request, product: int, images: list[int]) -> Reply:
    if not images:
        return Reply(404, content_type=None)
    links = "".join(
        f'<declination id="{image}" xlink:href="{request.api_url}images/products/{product}/{image}"/>\n'
        for image in images
    )
    return Reply(200, render_xml.document(f'<image id="{product}">\n{links}</image>\n'), XML, signed=True)


def _added(store: Store, product: Row | None, number: int, request: Request) -> Reply:
    found = _CONTENT.search(request.body)
    if found is None:
        raise ServiceError(400, 76, 'Please set an "image" parameter with image data for value')
    if len(found[1]) > int(store.configuration("PS_LIMIT_UPLOAD_IMAGE_VALUE") or 8) * _MILLION:
        raise ServiceError(400, 72, "The image size is too large (maximum allowed is 8000 KB)")
    if product is None:
        raise ServiceError(400, 76, f"Product {number} does not exist")
    content = found[1]
    # The row comes before the file is looked at: a bad file leaves it behind, and as the cover where there is none.
    identifier = store.next_image()
    images = [*product.get("images", []), identifier]
    values: dict[str, object] = {"images": images}
    if not product.get("cover"):
        values["cover"] = identifier
    store["products"].update(number, values)
    store.broken_images.add(identifier)
    kind = next((kind for start, kind in _STARTS.items() if content.startswith(start)), "")
    if not kind:
        raise ServiceError(400, 76, "An error occurred while copying image")
    if _ENDS[kind] not in content[-64:]:
        raise CrashError("the library cannot read the whole of it")
    store.broken_images.discard(identifier)
    store.kinds_of_images[identifier] = kind
    store.contents_of_images[identifier] = hashlib.blake2b(content, digest_size=8).hexdigest()
    texts = "".join(
        f'<language id="{language}" xlink:href="{request.api_url}languages/{language}"><![CDATA[]]></language>'
        for language in sorted(store["languages"].rows)
    )
    cover = "1" if values.get("cover") == identifier else ""
    body = (
        f"<image>\n<id><![CDATA[{identifier}]]></id>\n<id_product><![CDATA[{number}]]></id_product>\n"
        f"<position><![CDATA[{len(images)}]]></position>\n<cover><![CDATA[{cover}]]></cover>\n"
        f"<legend>{texts}</legend>\n</image>\n"
        f'<content encode="base64"><![CDATA[{base64.b64encode(content).decode()}]]></content>\n'
    )
    return Reply(200, render_xml.document(body), XML, signed=True)


def _one(store: Store, product: Row | None, image: int, method: str) -> Reply:
    if product is None or image not in product.get("images", []):
        raise ServiceError(400, 57, "This image id does not exist")
    if method == "DELETE":
        left = [one for one in product["images"] if one != image]
        # No other picture becomes the cover in its place.
        cover = product.get("cover")
        store["products"].update(product["id"], {"images": left, "cover": None if cover == image else cover})
        for row in list(store["combinations"].where("id_product", product["id"])):
            if image in row.get("images", []):
                shown = [one for one in row["images"] if one != image]
                store["combinations"].update(row["id"], {"images": shown})
        return Reply(200, content_type=None)
    if image in store.broken_images:
        raise ServiceError(500, 61, "This image does not exist on disk")
    return Reply(200, "", f"image/{store.kinds_of_images.get(image, 'jpeg')}", content=_shown(store, image))


def _shown(store: Store, image: int) -> bytes:
    """A JPEG of its own for each content, as the library makes one that differs from what was sent."""
    told = store.contents_of_images.get(image, "").encode()
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(told)) + told
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, 8, 8, 3) + b"\x01\x11\0" * 3
    return b"\xff\xd8" + comment + frame + b"\0" * 16 + b"\xff\xd9"
