"""Texts in HTML: what the shop refuses in them, and what it drops without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.cell_reason import Reason

if TYPE_CHECKING:
    from schemas.column_spec import Column, StreamSpec

# The names of handlers that the validator isCleanHtml looks for, in a tag or in the words between two tags
# (docs/facts/prestashop.md).
_HANDLERS = (
    "abort|activate|(?:after|before)print|(?:after|before)update|animation(?:cancel|end|iteration|start)"
    "|autocomplete(?:error)?|before(?:activate|copy|cut|deactivate|editfocus|paste|unload)|blur|bounce"
    "|canplay(?:through)?|cellchange|change|click|close|contextmenu|controlselect|copy|cuechange|cut|dataavailable"
    "|dataset(?:changed|complete)|dblclick|deactivate|drag(?:drop|end|enter|exit|leave|over|start)?|drop"
    "|durationchange|emptied|ended|error(?:update)?|filterchange|finish|focus(?:in|out)?|hashchange|help|input|invalid"
    "|key(?:down|press|up)|load(?:eddata|edmetadata|start)?|losecapture|(?:got|lost)pointercapture|message"
    "|m?mouse(?:down|enter|leave|move|out|over|up|wheel)|move(?:end|start)?|o(?:ff|n)line|page(?:hide|show)|paste|pause"
    "|play(?:ing)?|pointer(?:cancel|down|enter|leave|move|out|over|up)|popstate|progress|propertychange|ratechange"
    "|readystatechange|reset|resize(?:end|start)?|row(?:enter|exit|sdelete|sinserted)|scroll|search|seek(?:ed|ing)"
    "|select(?:ionchange|start)?|show|sort|stalled|start|stop|storage|submit|suspend|timeupdate|toggle|unload"
    "|volumechange|waiting"
)
UNCLEAN = rf"(?is)<\s*script|script:|on(?:{_HANDLERS})\s*=|<[^>]*\son[a-z]{{3,}}\s*="
# Refused unless PS_ALLOW_HTML_IFRAME is on; what passes, HTMLPurifier drops.
FRAMES = r"(?i)<\s*(?:i?frame|object|embed|form|input)\b"
# HTMLPurifier drops the whole tag: the scheme `data` is none of those that it keeps.
PASTED_IMAGE = r"""(?is)<img\b[^>]*\bsrc\s*=\s*["']?\s*data:[^>]*>"""
# A "<" before a letter begins a tag, and what stands up to the next ">" or the end is dropped (docs/facts, H4).
OPEN_TAG = r"<[a-zA-Z][^>]*(?:<|$)"
# 8.1 and later refuse a text that holds it; nobody can see it.
_RIGHT_TO_LEFT_OVERRIDE = "\u202e"


def html_reasons(column: Column, stream: StreamSpec) -> tuple[Reason, ...]:
    """Why a text is none that the shop takes, and what of it the shop drops."""
    cell = pl.col(column.key)
    unclean = Reason("unclean_html", cell.str.contains(UNCLEAN))
    frames = () if stream.allow_frames else (Reason("html_with_frame", cell.str.contains(FRAMES)),)
    image = Reason("html_with_pasted_image", cell.str.contains(PASTED_IMAGE), is_note=True)
    open_tag = Reason("html_with_open_tag", cell.str.contains(OPEN_TAG), is_note=True)
    found = (unclean, *frames, image, open_tag)
    if column.max_bytes is None:
        return found
    return (*found, Reason("text_too_large", _bytes_as_xml(cell) > column.max_bytes, str(column.max_bytes // 1000)))


def _bytes_as_xml(cell: pl.Expr) -> pl.Expr:
    text = as_kept(cell)
    angles = text.str.count_matches("[<>]")
    return text.str.len_bytes() + 3 * angles + 4 * text.str.count_matches("&", literal=True)


def as_kept(cell: pl.Expr) -> pl.Expr:
    """The text without what the shop drops."""
    return cell.str.replace_all(PASTED_IMAGE, "").str.replace_all(_RIGHT_TO_LEFT_OVERRIDE, "", literal=True)
