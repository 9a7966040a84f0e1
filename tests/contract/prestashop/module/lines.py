"""Documents of `product_lines`, and what the shop answers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from tests.contract.prestashop.documents import PROLOGUE, document

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity, Row
    from tests.contract.prestashop.webservice import Reply


def body(*lines: tuple[str, str, Row]) -> bytes:
    """Lines of key, resource and what the webservice would be sent."""
    root = etree.Element("prestashop")
    for key, resource, row in lines:
        node = etree.SubElement(root, "product_line")
        etree.SubElement(node, "key").text = key
        node.append(etree.fromstring(document(resource, [row]))[0])
    return PROLOGUE + etree.tostring(root, encoding="utf-8")


def send(bench: Bench, *lines: tuple[str, str, Row], **query: object) -> Reply:
    """The answer; what was made is deleted when the test ends."""
    reply = bench.shop.send("PUT", "product_lines", query, body(*lines))
    if reply.status == 200:
        for one, (_, resource, _row) in zip(reply.rows, lines, strict=True):
            if one["status"] == "created":
                bench.keep_track(resource, one.id)
    return reply


def told(bench: Bench, *lines: tuple[str, str, Row], **query: object) -> list[Entity]:
    """One answer per line, in their order."""
    reply = send(bench, *lines, **query)
    assert reply.status == 200, reply.body
    assert [one["key"] for one in reply.rows] == [key for key, _, _ in lines]
    return reply.rows


def made(bench: Bench, resource: str, *rows: Row, **query: object) -> list[int]:
    """The ids of these entities, made by the module."""
    answers = told(bench, *((str(n), resource, row) for n, row in enumerate(rows)), **query)
    assert [one["status"] for one in answers] == ["created"] * len(rows), [one["message"] for one in answers]
    return [one.id for one in answers]
