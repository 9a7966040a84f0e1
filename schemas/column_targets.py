"""One column of import.json: its flags and its technical name say what it writes to."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.column_spec import Blank, Column, OnInvalid, Owner
from schemas.known_columns import (
    ATTRIBUTE_VALUE,
    CATEGORY,
    FEATURE_VALUE,
    GENERIC_NAME,
    KNOWN_STREAMS,
    MANUFACTURER,
    PARENT,
    SHOP_FIELDS,
    TRANSLATED_FIELDS,
    KnownColumn,
)
from schemas.shop_rules import NEWEST, rule_of

if TYPE_CHECKING:
    from schemas.json_keys import JsonKeys

_ISO = re.compile(r"[a-z]{2}(-[a-z]{2})?")
# product_options.public_name and product_features.name of the webservice.
_LONGEST_ATTRIBUTE_NAME = 64
_LONGEST_FEATURE_NAME = 128
_ROLES = ("parent_ref", "is_attribute", "is_feature", "is_manufacturer", "is_category", "lang")


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a column writes to and what is known of it; `known` None: nothing, it is never sent."""

    target: str
    known: KnownColumn | None
    public_name: str | None = None
    category_depth: int | None = None
    iso: str | None = None
    ps_field: str | None = None


def read_column(stream: str, key: str, keys: JsonKeys) -> Column | None:
    """The column that `keys` describe, or None when a fault leaves it without place or meaning."""
    index = keys.whole("index")
    if index is None and not keys.has("index"):
        keys.fault("", "the column has no index", 'Add `"index"`: 0 for the first column of the file, 1 for the next.')
    object_key = keys.flag("object_key")
    flags = {role: keys.flag(role) for role in _ROLES}
    meaning = _meaning(stream, key, keys, [role for role, on in flags.items() if on])
    if index is None or meaning is None:
        keys.unknown()
        return None
    known = meaning.known or KnownColumn()
    rule = rule_of(known.validator)
    required, on_invalid = _strictness(keys, known, object_key=object_key)
    owner = keys.choice("owner", Owner, Owner.ERP if meaning.known else Owner.SHOP)
    blank = keys.choice("blank", Blank, Blank.KEEP)
    return Column(
        key=key,
        index=index,
        type=known.type,
        target=meaning.target,
        required=required,
        owner=owner if meaning.known else Owner.SHOP,
        on_invalid=on_invalid,
        blank=blank,
        max_length=known.max_length,
        validator=known.validator,
        forbidden=rule.forbidden,
        spaced=rule.spaced,
        pattern=rule.pattern or known.pattern,
        example=rule.example or known.example,
        minimum=known.minimum,
        maximum=known.maximum,
        endless=known.endless,
        object_key=object_key,
        parent_ref=flags["parent_ref"] or meaning.target == "parent",
        public_name=meaning.public_name,
        category_depth=meaning.category_depth,
        iso=meaning.iso,
        ps_field=meaning.ps_field,
        extra=keys.unknown(),
    )


def as_key(column: Column) -> Column:
    """The same column as the key of its rows: always required, never blanked."""
    return dataclasses.replace(column, object_key=True, required=True, on_invalid=OnInvalid.REJECT)


def as_parent_of(key: Column, parent: Column) -> Column:
    """The parent column with the limits of the key it refers to."""
    return dataclasses.replace(
        parent,
        type=key.type,
        max_length=key.max_length,
        validator=key.validator,
        forbidden=key.forbidden,
        spaced=key.spaced,
        pattern=key.pattern,
        example=key.example,
        on_invalid=OnInvalid.REJECT,
    )


def _strictness(keys: JsonKeys, known: KnownColumn, *, object_key: bool) -> tuple[bool, OnInvalid]:
    """(required, on_invalid): a required column is never blanked."""
    required = keys.flag("required", default=known.required or object_key)
    default = OnInvalid.REJECT if required else known.on_invalid
    on_invalid = keys.choice("onInvalid", OnInvalid, default)
    if object_key and not required:
        keys.fault("required", "the key column is always required", "Remove this line.")
    if required and on_invalid is OnInvalid.BLANK:
        keys.fault(
            "onInvalid",
            "a required column cannot be blanked",
            'Write `"onInvalid": "reject"`, or `"required": false`.',
        )
    return required, on_invalid


def _meaning(  # noqa: PLR0911 - one answer per role
    stream: str, key: str, keys: JsonKeys, roles: list[str]
) -> _Meaning | None:
    public_name, depth = keys.text("public_name"), keys.whole("category_depth")
    iso, ps_field = keys.text("iso"), keys.text("ps_field")
    if len(roles) > 1:
        keys.fault("", f"the column has several roles: {', '.join(roles)}", "Keep one of them.")
        return None
    match roles[0] if roles else None:
        case "parent_ref":
            return _Meaning("parent", PARENT)
        case "is_attribute":
            return _named(keys, "attribute", public_name, ATTRIBUTE_VALUE, _LONGEST_ATTRIBUTE_NAME)
        case "is_feature":
            return _named(keys, "feature", public_name, FEATURE_VALUE, _LONGEST_FEATURE_NAME)
        case "is_manufacturer":
            return _Meaning("manufacturer", MANUFACTURER)
        case "is_category":
            return _category(keys, depth)
        case "lang":
            return _translated(stream, keys, iso, ps_field)
        case _:
            return _by_name(stream, key, keys, ps_field)


def _named(keys: JsonKeys, kind: str, name: str | None, known: KnownColumn, longest: int) -> _Meaning | None:
    if name is None:
        if not keys.has("public_name") or isinstance(keys.raw("public_name"), str):
            keys.fault("", f"the {kind} has no public_name", 'Add `"public_name"`: the name that visitors see.')
        return None
    # What only some versions refuse is judged once the shop is known (`schemas.for_shop`).
    refused = rule_of(GENERIC_NAME, NEWEST).forbidden
    if len(name) > longest or set(name) & set(refused):
        keys.fault(
            "public_name",
            "the shop refuses this name",
            f"Use at most {longest} characters and none of {' '.join(refused)}",
        )
    return _Meaning(f"{kind}:{name}", known, public_name=name)


def _category(keys: JsonKeys, depth: int | None) -> _Meaning | None:
    if depth is None:
        if not keys.has("category_depth"):
            keys.fault("", "the category has no category_depth", 'Add `"category_depth"`: 0 for the first level.')
        return None
    return _Meaning(f"category:{depth}", CATEGORY, category_depth=depth)


def _translated(stream: str, keys: JsonKeys, iso: str | None, ps_field: str | None) -> _Meaning | None:
    if iso is None:
        keys.fault("", "a `lang` column needs an iso code", 'Add `"iso"`, for example `"iso": "EN"`.')
    elif not _ISO.fullmatch(iso.lower()):
        keys.fault("iso", "this is not the ISO code of a language", 'Write two letters, for example "EN".')
    if ps_field is None:
        keys.fault(
            "", "a `lang` column needs the field it fills", 'Add `"ps_field"`, for example `"ps_field": "name"`.'
        )
    if iso is None or ps_field is None:
        return None
    iso = iso.lower()
    known = TRANSLATED_FIELDS.get(stream, {}).get(ps_field)
    if known is None:
        keys.notes.warn(
            (*keys.path, "ps_field"),
            f"`{ps_field}` is not a translated field of the shop that we know: the column is kept, never sent",
            f"Known ones: {', '.join(TRANSLATED_FIELDS.get(stream, {}))}.",
        )
    return _Meaning(f"{ps_field}@{iso}", known, iso=iso, ps_field=ps_field)


def _by_name(stream: str, key: str, keys: JsonKeys, ps_field: str | None) -> _Meaning:
    name = ps_field or key
    known_stream = KNOWN_STREAMS.get(stream)
    known = known_stream.columns.get(name) if known_stream else None
    known = known or SHOP_FIELDS.get(stream, {}).get(name)
    if known is None and known_stream is not None:
        keys.notes.warn(
            keys.path,
            f"`{name}` is not a name that we know here: the column is kept, never sent",
            "Flag it (is_attribute, is_feature, is_manufacturer, is_category, lang), or add `ps_field` with the field "
            "of the shop that it fills.",
        )
    is_parent = stream == "product" and name == "reference_parent"
    return _Meaning("parent" if is_parent else name, known, ps_field=ps_field)
