"""Pure: a wanted product and what the shop has of it become the operations that make them equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from schemas.folded import fold
from schemas.outcomes import Outcome
from tasks.products.plan.association import associate
from tasks.products.plan.combinations import plan_combinations
from tasks.products.plan.shapes import (
    Changes,
    CurrentProduct,
    Operation,
    PlannedRow,
    ProductPlan,
    ShopRules,
    compare_fields,
)
from tasks.products.translate.names import Names
from tasks.products.translate.prices import displayed, tax_excluded
from tasks.products.translate.rows import Value, WantedProduct, WantedRow
from tasks.products.translate.values import as_text, same
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef


def plan_product(
    wanted: WantedProduct,
    current: CurrentProduct | Stop | None,
    rules: ShopRules,
    held: Mapping[str, Stop] = MappingProxyType({}),
) -> ProductPlan:
    """What makes the shop's product equal to the wanted one. Never writes what the shop already has.

    `held`: what stops rows, by key; the others of the product go without them.
    """
    if isinstance(current, Stop):
        return _all_rows(wanted, current.outcome, current.code, current.detail, column=current.column)
    if held:
        return _without(held, wanted, current, rules)
    if current is None and not wanted.active:
        return _all_rows(wanted, Outcome.IGNORED, "closed_and_unknown")
    if current is not None and wanted.simple and current.combinations:
        return _all_rows(wanted, Outcome.IGNORED, "generic_item")
    group = _tax_rules_group(wanted, current, rules)
    if group is None:
        return _all_rows(
            wanted, Outcome.REJECTED, "tax_code_unknown", wanted.tax_code or "", column="tax_code", current=current
        )
    plan = ProductPlan(wanted.key, current.id if current else 0, wanted.simple, rows=[])
    plan.rows += [PlannedRow(ref, Outcome.IGNORED, "generic_item") for ref in wanted.generic_rows]
    if current is not None:
        _compare_tax(wanted, group, rules, plan)
    prices = _prices(wanted, rules.rates.get(group, Decimal(0)), rules, plan)
    operation = _create(wanted, group, rules) if current is None else _update(wanted, current, rules)
    if wanted.simple:
        _plan_simple(wanted.rows[0], operation, current, prices, plan)
    else:
        plan_combinations(wanted, operation, current, prices, rules, plan)
    if operation.action == "create" or operation.changes:
        plan.product = operation
    _mark_changed_rows(plan, wanted)
    if current is not None and (current.elsewhere_only or current.combinations_elsewhere):
        associate(plan, current)
    return plan


def _without(
    held: Mapping[str, Stop], wanted: WantedProduct, current: CurrentProduct | None, rules: ShopRules
) -> ProductPlan:
    """The plan of the product's other rows; `held` ones stop, each for its own reason."""
    left = [row for row in wanted.rows if row.ref.key not in held]
    if left:
        plan = plan_product(replace(wanted, rows=left), current, rules)
    else:
        plan = ProductPlan(wanted.key, current.id if current else 0, wanted.simple, rows=[])
        plan.rows += [PlannedRow(ref, Outcome.IGNORED, "generic_item") for ref in wanted.generic_rows]
    for row in wanted.rows:
        if stop := held.get(row.ref.key):
            plan.rows.append(
                PlannedRow(row.ref, stop.outcome, stop.code, stop.detail, stop.column, closed=not row.active)
            )
    return plan


def _all_rows(
    wanted: WantedProduct,
    outcome: Outcome,
    code: str,
    detail: str = "",
    *,
    column: str = "",
    current: CurrentProduct | None = None,
) -> ProductPlan:
    rows = [PlannedRow(row.ref, outcome, code, detail, column, closed=not row.active) for row in wanted.rows]
    rows += [PlannedRow(ref, Outcome.IGNORED, "generic_item") for ref in wanted.generic_rows]
    return ProductPlan(wanted.key, current.id if current else 0, wanted.simple, rows)


def _tax_rules_group(wanted: WantedProduct, current: CurrentProduct | None, rules: ShopRules) -> int | None:
    """The shop's own group for a product that exists; by association, else the default, for a new one."""
    if current is not None:
        return int(current.entity.get("id_tax_rules_group") or 0)
    if not wanted.tax_code:
        return rules.default_tax_rules_group
    return rules.associations.taxes.get(wanted.tax_code)


def _compare_tax(wanted: WantedProduct, group: int, rules: ShopRules, plan: ProductPlan) -> None:
    """Notes a changed row whose tax code stands for another rule than the shop's, or for none: the shop's stays."""
    if not wanted.tax_code or not any(row.changed for row in wanted.rows):
        return
    theirs = rules.associations.taxes.get(wanted.tax_code)
    if theirs is None:
        plan.unknown_tax_code = wanted.tax_code
    elif theirs != group:
        params = {"value": wanted.tax_code, "detail": str(group), "column": str(theirs)}
        plan.notes.append(("tax_rule_kept", wanted.key, params))


def _prices(wanted: WantedProduct, rate: Decimal, rules: ShopRules, plan: ProductPlan) -> dict[str, Decimal]:
    """Tax-excluded price by row key, from the file's price; rows without a price are left out."""
    prices: dict[str, Decimal] = {}
    for row in wanted.rows:
        price = row.fields.at_creation().get("price")
        if not isinstance(price, Decimal):
            continue
        if not rules.prices_tax_incl:
            prices[row.ref.key] = price
            continue
        prices[row.ref.key], exact = tax_excluded(price, rate)
        if not exact and row.changed:
            shown = displayed(prices[row.ref.key], rate)
            params = {"value": f"{price.normalize():f}", "detail": f"{shown}"}
            plan.notes.append(("price_not_displayable", row.ref.key, params))
    return prices


def _create(wanted: WantedProduct, group: int, rules: ShopRules) -> Operation:
    operation = Operation("product", "create", wanted.key)
    operation.fields |= {
        rules.key_field: wanted.key,
        "state": True,
        "active": wanted.active,
        "available_for_order": True,
        "show_price": True,
        "minimal_quantity": 1,
        "visibility": "both",
        "condition": "new",
        "product_type": "standard" if wanted.simple else "combinations",
        "id_tax_rules_group": group,
        "price": Decimal(0),
    }
    operation.fields |= wanted.fields.at_creation()
    operation.texts = _new_texts(wanted.texts.at_creation(), rules)
    operation.manufacturer = wanted.manufacturer or None
    operation.category_path = wanted.categories or None
    operation.keep_categories = () if wanted.categories else (rules.default_category,)
    operation.features = {f: v for f, v in (wanted.first_features | wanted.features).items() if v} or None
    shown: list[tuple[str, Value]] = [*operation.fields.items(), *wanted.texts.at_creation().items()]
    operation.changes = [(name, "", as_text(value)) for name, value in shown]
    operation.changes += [("feature " + f, "", v) for f, v in (operation.features or {}).items()]
    if wanted.categories:
        operation.changes.append(("category", "", " > ".join(wanted.categories)))
    if wanted.manufacturer:
        operation.changes.append(("manufacturer", "", wanted.manufacturer))
    return operation


def _new_texts(texts: Mapping[str, Value], rules: ShopRules) -> dict[str, dict[int, str]]:
    """Every language of every field: its own text where the file has one, else the default language's."""
    filled: dict[str, dict[int, str]] = {}
    for name, wanted_texts in _by_language(texts, rules).items():
        default = wanted_texts.get(rules.default_language) or next(iter(wanted_texts.values()))
        filled[name] = {i: as_text(wanted_texts.get(i, default)[1]) for i in rules.language_ids}
    return filled


def _by_language(texts: Mapping[str, Value], rules: ShopRules) -> dict[str, dict[int, tuple[str, Value]]]:
    """(column target, text) by field and language; a column of a language goes before the plain one."""
    found: dict[str, dict[int, tuple[str, Value]]] = {}
    for target, value in sorted(texts.items()):
        name, _, iso = target.partition("@")
        language = rules.languages.get(iso) if iso else rules.default_language
        if language is not None:
            found.setdefault(name, {})[language] = (target, value)
    return found


def _update(wanted: WantedProduct, current: CurrentProduct, rules: ShopRules) -> Operation:
    operation = Operation("product", "update", wanted.key, current.id, found=current.entity)
    owned = dict(wanted.fields.owned)
    if not wanted.simple:
        owned[rules.key_field] = wanted.key
    compare_fields(operation, owned, current.entity)
    _compare_texts(operation, wanted, current, rules)
    _compare_manufacturer(operation, wanted, current, rules.names)
    _compare_categories(operation, wanted, current, rules.names)
    _compare_features(operation, wanted, current, rules.names)
    return operation


def _compare_texts(operation: Operation, wanted: WantedProduct, current: CurrentProduct, rules: ShopRules) -> None:
    for name, wanted_texts in _by_language(wanted.texts.owned, rules).items():
        now: dict[int, str] = current.entity.get(name) or {}
        for language, (target, value) in wanted_texts.items():
            if not same(name, value, now.get(language, "")):
                texts = operation.texts.setdefault(name, {i: now.get(i, "") for i in rules.language_ids} | now)
                texts[language] = as_text(value)
                operation.changes.append((target, now.get(language, ""), as_text(value)))


def _compare_manufacturer(operation: Operation, wanted: WantedProduct, current: CurrentProduct, names: Names) -> None:
    if wanted.manufacturer is None or not wanted.owns_manufacturer:
        return
    now = names.name_of_manufacturer.get(int(current.entity.get("id_manufacturer") or 0), "")
    if fold(wanted.manufacturer) != now:
        operation.manufacturer = wanted.manufacturer
        operation.changes.append(("manufacturer", now, wanted.manufacturer))


def _compare_categories(operation: Operation, wanted: WantedProduct, current: CurrentProduct, names: Names) -> None:
    if not wanted.categories or not wanted.owns_categories:
        return
    default = int(current.entity.get("id_category_default") or 0)
    now = {int(c["id"]) for c in current.entity["associations"]["categories"]}
    chain = names.category_chain(wanted.categories)
    if chain is not None and default == chain[-1] and now.issuperset(chain):
        return
    left = names.ancestors(default) if chain is None or default != chain[-1] else set()
    operation.category_path = wanted.categories
    operation.keep_categories = tuple(sorted(now - left))
    operation.changes.append(("category", f"#{default}", " > ".join(wanted.categories)))


def _compare_features(operation: Operation, wanted: WantedProduct, current: CurrentProduct, names: Names) -> None:
    now: dict[int, list[int]] = {}
    for feature in current.entity["associations"]["product_features"]:
        now.setdefault(int(feature["id"]), []).append(int(feature["id_feature_value"]))
    differ: Changes = []
    for feature_name, value in wanted.features.items():
        has = now.pop(names.features.get(fold(feature_name), -1), [])
        texts = sorted(names.name_of_feature_value.get(i, f"#{i}") for i in has)
        if texts != ([fold(value)] if value else []):
            differ.append((f"feature {feature_name}", ", ".join(texts), value))
    if differ:
        operation.features = {f: v for f, v in wanted.features.items() if v}
        operation.keep_features = tuple((f, v) for f, values in now.items() for v in values)
        operation.changes += differ


def _plan_simple(
    row: WantedRow,
    operation: Operation,
    current: CurrentProduct | None,
    prices: Mapping[str, Decimal],
    plan: ProductPlan,
) -> None:
    entity = current.entity if current else {}
    fields: dict[str, Value] = dict(row.fields.owned if current else row.fields.at_creation())
    if "price" in fields:
        fields["price"] = prices[row.ref.key]
    fields["active"] = row.active
    if current is None:
        operation.fields |= fields
        operation.changes = [c for c in operation.changes if c[0] not in fields]
        operation.changes += [(name, "", as_text(value)) for name, value in fields.items()]
        outcome = Outcome.CREATED
    else:
        compare_fields(operation, fields, entity)
        was_active = str(entity.get("active", "")) == "1"
        outcome = Outcome.DEACTIVATED if was_active and not row.active else Outcome.UPDATED
        if outcome is Outcome.DEACTIVATED:
            operation.action = "deactivate"
        elif not operation.changes:
            outcome = Outcome.UNCHANGED
    moved = current is not None and "price" in operation.fields
    plan.rows.append(PlannedRow(row.ref, outcome, closed=not row.active, price_changed=moved))


def _mark_changed_rows(plan: ProductPlan, wanted: WantedProduct) -> None:
    """A row that changed and whose product is written is updated, even when its own combination stays as it is."""
    if plan.product is None or not plan.product.changes:
        return
    changed: Sequence[RowRef] = [row.ref for row in wanted.rows if row.changed]
    for row in plan.rows:
        if row.outcome is Outcome.UNCHANGED and row.ref in changed:
            row.outcome = Outcome.UPDATED
