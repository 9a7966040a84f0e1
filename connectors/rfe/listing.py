"""A page of a container's listing, as Azure writes it."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from lxml import etree

from connectors.rfe.access import SYSTEM
from schemas.errors import UnexpectedReplyError
from schemas.offered import Offered


def read_page(body: bytes) -> tuple[list[Offered], str]:
    """The files of a page, and where the next one begins (empty: there is none)."""
    try:
        page = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise _unexpected("it is not XML") from error
    if page.tag != "EnumerationResults":
        raise _unexpected("it is XML of another kind")
    return [_offered(blob) for blob in page.iterfind("Blobs/Blob")], page.findtext("NextMarker") or ""


def _offered(blob: etree._Element) -> Offered:
    name = blob.find("Name")
    size = blob.findtext("Properties/Content-Length") or ""
    if name is None or not name.text or not size.isdecimal():
        raise _unexpected("a file in it has no name or no size")
    path = unquote(name.text) if name.get("Encoded") == "true" else name.text
    etag = (blob.findtext("Properties/Etag") or "").strip('"')
    return Offered(path, int(size), _instant(blob), etag, _md5(blob.findtext("Properties/Content-MD5") or ""))


def _instant(blob: etree._Element) -> datetime | None:
    try:
        return parsedate_to_datetime(blob.findtext("Properties/Last-Modified") or "")
    except ValueError:
        return None


def _md5(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) or None
    except binascii.Error:
        return None


def _unexpected(reason: str) -> UnexpectedReplyError:
    return UnexpectedReplyError(
        f"the listing of the container is not understood: {reason}", system=SYSTEM, action="list"
    ).worded("source_not_understood")
