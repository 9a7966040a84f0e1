"""Answers of resources with a format of their own: nested texts and lists as XML or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

from deployments.sandbox.shop import render_json

Node: TypeAlias = Mapping[str, Union[str, "Node", Sequence["Node"]]]


def as_xml(node: Node) -> str:
    """The node's content; a list becomes one element per member."""
    written = []
    for name, content in node.items():
        if isinstance(content, str):
            written.append(f"<{name}>{_cdata(content)}</{name}>\n")
            continue
        members = [content] if isinstance(content, Mapping) else content
        written += [f"<{name}>\n{as_xml(member)}</{name}>\n" for member in members]
    return "".join(written)


def as_json(node: Node) -> str:
    """The node as PHP encodes it."""
    return render_json.text(node)


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
