"""Pure: what each item is called in the ERP, where no two may have the same reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from schemas.catalogue import Item


@dataclass(frozen=True, slots=True)
class NoReference:
    """Why an item has none: the code and detail of the message."""

    code: str
    detail: str


def named(
    items: Sequence[Item],
    template: str,
    stored: Callable[[str], str],
    known: Mapping[str, str],
    *,
    numbers: bool,
) -> dict[str, str | NoReference]:
    """The reference of each item by its key, as the ERP keeps it (`stored`); one that it had already stays (`known`).

    Of items that the shop gives one reference, the first keeps it and the others are numbered, or have none without
    `numbers`. References that differ and that the ERP would keep as one are never numbered: each means another item.
    A number stays while another item has the reference itself, or had it when it was deleted.
    """
    raws = {item.key: _filled(template, item) for item in items}
    bases = {key: stored(raw) for key, raw in raws.items()}
    of_reference: dict[str, set[str]] = {}
    for key, reference in [*bases.items(), *known.items()]:
        of_reference.setdefault(reference.casefold(), set()).add(key)
    found: dict[str, str | NoReference] = {}
    in_use: dict[str, str] = {}
    for key, base in bases.items():
        kept = known.get(key, "")
        is_shared = bool(of_reference[base.casefold()] - {key})
        if base and _is_of(kept, base, numbered=is_shared) and kept.casefold() not in in_use:
            found[key] = kept
            in_use[kept.casefold()] = key
    for item in items:
        if item.key not in found:
            base, raw = bases[item.key], raws[item.key]
            holder = in_use.get(base.casefold())
            found[item.key] = _new(
                base, raw, raws.get(holder or ""), numbers=numbers, in_use=of_reference.keys() | in_use
            )
            if isinstance(given := found[item.key], str):
                in_use[given.casefold()] = item.key
    return found


def _new(base: str, raw: str, of_holder: str | None, *, numbers: bool, in_use: Collection[str]) -> str | NoReference:
    """A reference for an item that has none yet; `of_holder` is what the shop calls the item that has it."""
    if not base:
        return NoReference("item_reference_empty", raw)
    if of_holder is None:
        return base
    if of_holder.casefold() != raw.casefold():
        return NoReference("item_reference_collapses", f"{raw} / {of_holder}")
    if not numbers:
        return NoReference("item_reference_twice", raw)
    numbered = (f"{base}_{number}" for number in count(2))
    return next(each for each in numbered if each.casefold() not in in_use)


def _is_of(kept: str, base: str, *, numbered: bool) -> bool:
    """Whether a reference is this one, or with `numbered` this one and a number."""
    head, number = kept[: len(base)], kept[len(base) :]
    if head.casefold() != base.casefold():
        return False
    return not number or (numbered and number[0] == "_" and number[1:].isdecimal())


def _filled(template: str, item: Item) -> str:
    return template.format(ref=item.reference.strip(), id=item.id_product, combination=item.id_combination)
