"""What must hold between the columns of one stream: places, key, parent, attributes, categories, targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.column_targets import as_key, as_parent_of
from schemas.known_columns import KNOWN_STREAMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.column_spec import Column, StreamSpec
    from schemas.json_keys import FaultNotes

# A fifth dimension does not fit the key of a dimensioned item.
_MOST_ATTRIBUTES = 4
_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "stock": (("quantity",),),
    "productsupplier": (("supplier",),),
    "specificprice": (("type",), ("price", "reduction")),
    "storeOrder": (
        ("customer_erp_code",),
        ("order_date",),
        ("reference",),
        ("qty",),
        ("unit_price_tax_excl", "total_tax_excl"),
        ("unit_price_tax_incl", "total_tax_incl"),
    ),
    "orderDocument": (("document_type",),),
    "invoiceDocument": (("invoice_number",),),
    "orderReturnStatus": (("return_status",),),
}
"""Without one of each of these, nothing can be done with any row."""
_NEEDED_BY_NEW: Mapping[str, tuple[str, ...]] = {
    "product": ("name",),
    "customer": ("customer_email", "lastname", "firstname"),
    "supplier": ("name",),
    "store": ("name", "address1", "city", "country"),
}


def check_columns(stream: str, columns: Sequence[Column], notes: FaultNotes, *, complete: bool) -> tuple[Column, ...]:
    """The columns by index, the key flagged. `complete` False: some could not be read, so none is called missing."""
    _check_places(stream, columns, notes)
    _check_targets(stream, columns, notes)
    _check_attributes(stream, columns, notes)
    if complete:
        _check_categories(stream, columns, notes)
        _check_needed(stream, columns, notes)
    keyed = _with_parent(_with_key(stream, columns, notes, complete=complete))
    _check_parent(stream, keyed, notes)
    return tuple(sorted(keyed, key=lambda column: column.index))


def _check_places(stream: str, columns: Sequence[Column], notes: FaultNotes) -> None:
    taken: dict[int, str] = {}
    for column in columns:
        if column.index in taken:
            notes.fault(
                (stream, "data", column.key, "index"),
                f"`{taken[column.index]}` and `{column.key}` are both at index {column.index}",
                "Give each column of the file its own index; the first one is 0.",
            )
        taken.setdefault(column.index, column.key)


def _check_targets(stream: str, columns: Sequence[Column], notes: FaultNotes) -> None:
    taken: dict[str, str] = {}
    for column in columns:
        target = column.target.casefold()
        if target in taken and column.target != "parent":
            notes.fault(
                (stream, "data", column.key),
                f"`{taken[target]}` and `{column.key}` write to the same place ({column.target})",
                "Remove one of them, or give it another public_name, iso or ps_field.",
            )
        taken.setdefault(target, column.key)


def _check_attributes(stream: str, columns: Sequence[Column], notes: FaultNotes) -> None:
    attributes = [column for column in columns if column.target.startswith("attribute:")]
    for column in attributes[_MOST_ATTRIBUTES:]:
        notes.fault(
            (stream, "data", column.key),
            f"this is attribute column number {attributes.index(column) + 1}; "
            f"a combination has at most {_MOST_ATTRIBUTES}",
            "Make it a feature (`is_feature`) or remove it.",
        )


def _check_categories(stream: str, columns: Sequence[Column], notes: FaultNotes) -> None:
    depths = sorted(column.category_depth for column in columns if column.category_depth is not None)
    missing = sorted(set(range(max(depths, default=-1) + 1)) - set(depths))
    for column in columns:
        if missing and column.category_depth is not None and column.category_depth > missing[0]:
            notes.fault(
                (stream, "data", column.key, "category_depth"),
                f"no column gives the category of depth {missing[0]} above this one",
                "Number the depths 0, 1, 2, 3 without a gap.",
            )
            return


def _check_needed(stream: str, columns: Sequence[Column], notes: FaultNotes) -> None:
    given = _given(columns)
    for either in _NEEDED.get(stream, ()):
        if given.isdisjoint(either):
            notes.fault(
                (stream, "data"),
                f"no column gives {' or '.join(f'`{name}`' for name in either)}, which every row needs",
                f'Add a column {" or ".join(either)} with its "index".',
            )


def lacking_for_new(stream: StreamSpec) -> list[str]:
    """The columns without which the rows of the stream change what the shop has, and make nothing new."""
    given = _given(stream.columns)
    return [name for name in _NEEDED_BY_NEW.get(stream.name, ()) if name not in given]


def _given(columns: Sequence[Column]) -> set[str]:
    """What the columns write to; a text in one language alone, `name@fr`, is a text all the same."""
    return {column.target.partition("@")[0] for column in columns}


def _with_key(stream: str, columns: Sequence[Column], notes: FaultNotes, *, complete: bool) -> list[Column]:
    known = KNOWN_STREAMS.get(stream)
    flagged = [column for column in columns if column.object_key]
    for extra in flagged[1:]:
        notes.fault(
            (stream, "data", extra.key, "object_key"),
            f"the stream has several keys: {', '.join(column.key for column in flagged)}",
            "Keep `object_key` on one column.",
        )
    if known is None or not known.keys:
        return list(columns)
    key = flagged[0] if flagged else next((c for c in columns if c.target == known.keys[0]), None)
    if key is None:
        if complete:
            notes.fault(
                (stream, "data"),
                "no column is the key of the rows",
                f'Add `"object_key": true` to one of: {", ".join(known.keys)}.',
            )
        return list(columns)
    if key.target not in known.keys:
        notes.fault(
            (stream, "data", key.key, "object_key"),
            f"the shop cannot be searched by `{key.key}`",
            f"Name the column, or its `ps_field`, one of: {', '.join(known.keys)}.",
        )
    return [as_key(column) if column is key else column for column in columns]


def _with_parent(columns: list[Column]) -> list[Column]:
    key = next((column for column in columns if column.object_key), None)
    if key is None:
        return columns
    return [as_parent_of(key, column) if column.target == "parent" else column for column in columns]


def _check_parent(stream: str, columns: Sequence[Column], notes: FaultNotes) -> None:
    parents = [column for column in columns if column.parent_ref]
    for extra in parents[1:]:
        notes.fault(
            (stream, "data", extra.key),
            f"several columns name the parent: {', '.join(column.key for column in parents)}",
            "Keep `parent_ref` on one column.",
        )
    for column in parents:
        if column.object_key:
            notes.fault(
                (stream, "data", column.key),
                "the key of the row cannot be the parent at the same time",
                "Give the parent its own column.",
            )
