"""The proof of one item as a page for people, in the shop's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from html import escape

from schemas.terminal_texts import terminal_text
from tasks.omnibus.proof import LINES, SHOWN, Proof
from tasks.report.texts import TEMPLATES, texts

_AMOUNTS = frozenset({"price_tax_incl", "price_tax_excl", "lowest_before", "price"})
_YES_OR_NO = frozenset({"announced_as_reduced", "tax_included"})
_WORDS = frozenset({"state", "reduction_kind", "origin", "days_known"})
_MOMENTS = frozenset({"from", "to", "reduction_began", "lowest_shown_from", "starts", "ends", "recorded"})
_RUN = re.compile(r"\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""The id of a run, which is shown as `passerelle runs` shows it."""
_IN_TITLE = frozenset({"reference"})
_WIDE = (
    "header, main { max-width: 84rem; } th, td { padding-right: .6rem; }"
    "td.source { overflow-wrap: anywhere; min-width: 6rem; }"
)
_OF_ALL = "1"
"""The part of a discount's case that says from which piece on it holds."""


def as_page(proof: Proof, language: str, now: datetime, zone_name: str) -> str:
    """Both tables as a page that needs nothing else, in the shop's language."""

    def word(code: str) -> str:
        said = {"reference": proof.reference, "at": f"{now:%Y-%m-%d %H:%M}", "zone": zone_name}
        return escape(terminal_text("prices", code, language, **said))

    title, css = word("proof"), (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{css}{_WIDE}</style></head><body>"
        f'<header><p class="brand">Passerelle</p><h1>{title}</h1>{_last_reduction(proof, language)}</header><main>'
        f'<section><p class="soft">{word("proof_note")}</p></section>'
        f"<section><h2>{word('proof_shown')}</h2>{_table(proof.shown, SHOWN, language)}</section>"
        f"<section><h2>{word('proof_lines')}</h2>{_table(proof.lines, LINES, language)}</section>"
        "</main></body></html>\n"
    )


def _last_reduction(proof: Proof, language: str) -> str:
    """What stands beside the price of now, where it is announced as reduced; nothing else."""
    row = proof.shown[-1] if proof.shown else {}
    if not row.get("lowest_before") or row["to"]:
        return ""
    price, lowest = (with_currency(name, row, language) for name in ("price_tax_incl", "lowest_before"))
    when = {"began": row["reduction_began"], "shown": row["lowest_shown_from"]}
    said = terminal_text("prices", "proof_reduced", language, price=price, lowest=lowest, **when)
    return f'<div class="verdict Planned"><p>{escape(said)}</p></div>'


def with_currency(column: str, row: Mapping[str, str], language: str) -> str:
    """A cell of a price that was shown, an amount with its currency."""
    said = readable(column, row[column], language)
    return f"{said}\u00a0{row['currency']}".rstrip() if said and column in _AMOUNTS else said


def readable(column: str, value: str, language: str) -> str:
    """A cell as a person reads it."""
    if not value or (column == "reduction" and Decimal(value) == 0):
        return ""
    if column in _AMOUNTS:
        digits = max(2, -int(Decimal(value).normalize().as_tuple().exponent))
        return texts(language).number(Decimal(value), digits)
    if column in _YES_OR_NO:
        return terminal_text("prices", "value_yes" if value == "1" else "value_no", language)
    if column in _WORDS:
        return terminal_text("prices", f"value_{value}", language)
    return value


def _what(case: str, language: str) -> str:
    """Whether a line is the item's own price or a discount, and for whom that is."""
    own = terminal_text("prices", "value_discount" if case else "value_own", language)
    return " ".join([own, *(part for part in case.split("|") if part not in {"", _OF_ALL})])


def _table(rows: Sequence[Mapping[str, str]], columns: Sequence[str], language: str) -> str:
    """Without the columns that say nothing; on a phone each row is a card."""
    shown = [name for name in columns if name == "case" or (name not in _IN_TITLE and any(row[name] for row in rows))]
    titles = {name: escape(terminal_text("prices", f"column_{name}", language)) for name in shown}
    head = "".join(f'<th scope="col" style="white-space: normal">{titles[name]}</th>' for name in shown)
    body = "".join(
        "<tr>" + "".join(_cell(name, row[name], titles[name], language) for name in shown) + "</tr>" for row in rows
    )
    return f'<div class="scroll"><table class="cards"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(column: str, value: str, title: str, language: str) -> str:
    said = escape(_what(value, language) if column == "case" else readable(column, value, language))
    said = _RUN.sub(r"\1", said)
    if column in _MOMENTS:
        said = " ".join(f'<span class="whole">{part}</span>' for part in said.split())
    kind = ' class="number"' if column in _AMOUNTS else ' class="source"' if column.startswith("source") else ""
    return f'<td{kind} data-label="{title}">{said}</td>' if said else "<td></td>"
