"""Pure: the combinations of one product, as wanted and as the shop has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from schemas.outcomes import Outcome
from tasks.products.plan.shapes import (
    IMPACTS,
    SAME_VALUES,
    CurrentProduct,
    Entity,
    Operation,
    PlannedRow,
    ProductPlan,
    ShopRules,
    compare_fields,
)
from tasks.products.translate.prices import most_frequent, six_decimals
from tasks.products.translate.rows import Value, WantedProduct, WantedRow
from tasks.products.translate.values import as_text, same


@dataclass(slots=True)
class _Level:
    """One impact field over a whole product: the total of every combination, open rows and siblings alike."""

    name: str
    base_now: Decimal
    by_key: dict[str, Decimal] = field(default_factory=dict)
    by_id: dict[int, Decimal] = field(default_factory=dict)
    base: Decimal = Decimal(0)
    """The shop's own until another one is chosen, which no level may do that is not written."""

    def choose_base(self) -> None:
        """Chooses the base: the most frequent total, the lowest on a tie; without any it stays as it is."""
        found = most_frequent([*self.by_key.values(), *self.by_id.values()])
        self.base = self.base_now if found is None else found


def plan_combinations(
    wanted: WantedProduct,
    operation: Operation,
    current: CurrentProduct | None,
    prices: Mapping[str, Decimal],
    rules: ShopRules,
    plan: ProductPlan,
) -> None:
    """Adds to `plan` what the combinations need, and to the product's `operation` its base price and weight."""
    matches = {row.ref.key: _match(row, current, rules) for row in wanted.rows}
    levels = [_level(name, wanted, current, matches, prices) for name in IMPACTS]
    entity = current.entity if current else {}
    stated = [level for level in levels if current is None or _is_wanted(level, wanted)]
    for level in stated:
        level.choose_base()
    bases: dict[str, Value] = {level.name: level.base for level in stated}
    if current is None:
        operation.fields |= bases
        operation.changes = [c for c in operation.changes if c[0] not in bases]
        operation.changes += [(name, "", as_text(value)) for name, value in bases.items()]
    else:
        compare_fields(operation, bases, entity)
        _compare_active(wanted, operation, current, matches)
    kept = _kept(wanted, current, matches, rules)
    for row in wanted.rows:
        match = matches[row.ref.key]
        twin = kept.get(rules.names.wanted_option_set(row.options)) if row.active and row.options else None
        if twin is not None and (match is None or _differs(row, match, rules)):
            shown = f"{twin.get(rules.key_field) or '-'}: {twin['id']}"
            plan.rows.append(PlannedRow(row.ref, Outcome.REFUSED, SAME_VALUES, shown))
        elif match is None and row.active and not row.options:
            code, column = "combination_without_attribute", "parent"
            plan.rows.append(PlannedRow(row.ref, Outcome.REJECTED, code, wanted.key, column))
        else:
            _plan_row(row, match, levels, rules, plan)
    _plan_siblings(matches, current, levels, plan)
    _choose_default(current, plan, matches)


def _match(row: WantedRow, current: CurrentProduct | None, rules: ShopRules) -> Entity | None:
    """The shop's combination of a row: by key, else the one without a key that is made of the same values."""
    if current is None:
        return None
    for combination in current.combinations:
        if str(combination.get(rules.key_field, "")).strip() == row.ref.key:
            return combination
    wanted_set = rules.names.wanted_option_set(row.options)
    for combination in current.combinations:
        if not combination.get(rules.key_field) and rules.names.option_set(_value_ids(combination)) == wanted_set:
            return combination
    return None


def _kept(
    wanted: WantedProduct, current: CurrentProduct | None, matches: Mapping[str, Entity | None], rules: ShopRules
) -> dict[frozenset[tuple[int, str]], Entity]:
    """The combinations whose values this plan leaves as they are, by those values: closed ones and siblings."""
    moving = {int(match["id"]) for row in wanted.rows if row.active and (match := matches[row.ref.key]) is not None}
    if rules.delete_closed_combinations:
        moving |= {int(match["id"]) for match in matches.values() if match is not None}
    held = current.combinations if current else ()
    return {rules.names.option_set(_value_ids(c)): c for c in held if int(c["id"]) not in moving}


def _differs(row: WantedRow, match: Entity, rules: ShopRules) -> bool:
    return rules.names.wanted_option_set(row.options) != rules.names.option_set(_value_ids(match))


def _value_ids(combination: Entity) -> list[int]:
    return [int(value["id"]) for value in combination["associations"]["product_option_values"]]


def _level(
    name: str,
    wanted: WantedProduct,
    current: CurrentProduct | None,
    matches: Mapping[str, Entity | None],
    prices: Mapping[str, Decimal],
) -> _Level:
    base_now = _number(current.entity.get(name)) if current else Decimal(0)
    level = _Level(name, base_now, base=base_now)
    taken: set[int] = set()
    for row in wanted.rows:
        match = matches[row.ref.key]
        if match is not None:
            taken.add(int(match["id"]))
        wanted_value = _wanted_total(name, row, prices, known=match is not None)
        if row.active and wanted_value is not None:
            level.by_key[row.ref.key] = six_decimals(wanted_value)
        elif row.active and match is not None:
            level.by_key[row.ref.key] = six_decimals(base_now + _number(match.get(name)))
    for combination in current.combinations if current else []:
        if int(combination["id"]) not in taken:
            level.by_id[int(combination["id"])] = six_decimals(base_now + _number(combination.get(name)))
    return level


def _wanted_total(name: str, row: WantedRow, prices: Mapping[str, Decimal], *, known: bool) -> Decimal | None:
    wanted_value = (row.fields.owned if known else row.fields.at_creation()).get(name)
    if wanted_value is None:
        return None
    return prices[row.ref.key] if name == "price" else Decimal(str(wanted_value))


def _is_wanted(level: _Level, wanted: WantedProduct) -> bool:
    return any(level.name in row.fields.owned for row in wanted.rows if row.active)


def _compare_active(
    wanted: WantedProduct, operation: Operation, current: CurrentProduct, matches: Mapping[str, Entity | None]
) -> None:
    """A parent is open while a row of the file is, or a sibling that the file does not mention."""
    spoken = {int(match["id"]) for match in matches.values() if match is not None}
    siblings = any(int(combination["id"]) not in spoken for combination in current.combinations)
    if wanted.active or not siblings:
        compare_fields(operation, {"active": wanted.active}, current.entity)
        if not wanted.active and "active" in operation.fields:
            operation.action = "deactivate"


def _plan_row(row: WantedRow, match: Entity | None, levels: list[_Level], rules: ShopRules, plan: ProductPlan) -> None:
    if not row.active:
        _plan_closed(row, match, rules, plan)
        return
    operation = Operation("combination", "create" if match is None else "update", row.ref.key)
    owned = row.fields.owned if row.changed else {}
    fields: dict[str, Value] = dict(row.fields.at_creation() if match is None else owned)
    for level in levels:
        if row.ref.key in level.by_key:
            fields[level.name] = level.by_key[row.ref.key] - level.base
    fields[rules.key_field] = row.ref.key
    if match is None:
        operation.fields |= {"minimal_quantity": 1, "price": Decimal(0), "weight": Decimal(0)}
        operation.fields |= fields
        operation.options = row.options
        operation.changes = [(name, "", as_text(value)) for name, value in operation.fields.items()]
        operation.changes += [(group, "", value) for group, value in row.options]
    else:
        operation.id, operation.found = int(match["id"]), match
        compare_fields(operation, fields, match)
        if row.changed:
            _compare_options(operation, row, match, rules)
    outcome = Outcome.CREATED if match is None else Outcome.UPDATED if operation.changes else Outcome.UNCHANGED
    if operation.changes:
        plan.combinations.append(operation)
    price = levels[0]
    total = None if match is None else six_decimals(price.base_now + _number(match.get("price")))
    plan.rows.append(
        PlannedRow(
            row.ref,
            outcome,
            id_combination=operation.id,
            price_changed=total is not None and price.by_key.get(row.ref.key, total) != total,
        )
    )


def _plan_closed(row: WantedRow, match: Entity | None, rules: ShopRules, plan: ProductPlan) -> None:
    """A closed combination has its stock put to 0 by the stock step, or is deleted, by setting."""
    if match is None:
        plan.rows.append(PlannedRow(row.ref, Outcome.IGNORED, "closed_and_unknown", closed=True))
        return
    shop_id = int(match["id"])
    if rules.delete_closed_combinations:
        operation = Operation("combination", "delete", row.ref.key, shop_id)
        operation.changes = [("combination", row.ref.key, "")]
        plan.combinations.append(operation)
    outcome = Outcome.DEACTIVATED if row.changed or rules.delete_closed_combinations else Outcome.UNCHANGED
    plan.rows.append(PlannedRow(row.ref, outcome, closed=True, id_combination=shop_id))


def _compare_options(operation: Operation, row: WantedRow, match: Entity, rules: ShopRules) -> None:
    now = rules.names.option_set(_value_ids(match))
    if row.options and _differs(row, match, rules):
        operation.options = row.options
        was = ", ".join(sorted(value for _, value in now))
        operation.changes.append(("options", was, ", ".join(value for _, value in row.options)))


def _plan_siblings(
    matches: Mapping[str, Entity | None], current: CurrentProduct | None, levels: list[_Level], plan: ProductPlan
) -> None:
    """Combinations that the file does not mention keep their totals when the product's base moves."""
    spoken = {int(match["id"]) for match in matches.values() if match is not None}
    for combination in current.combinations if current else []:
        shop_id = int(combination["id"])
        if shop_id in spoken:
            continue
        operation = Operation("combination", "update", "", shop_id, found=combination)
        fields: dict[str, Value] = {level.name: level.by_id[shop_id] - level.base for level in levels}
        compare_fields(operation, fields, combination)
        if operation.changes:
            plan.combinations.append(operation)


def _choose_default(current: CurrentProduct | None, plan: ProductPlan, matches: Mapping[str, Entity | None]) -> None:
    """Makes exactly one combination the default; a second one would be an SQL error in the shop (D9)."""
    gone = {o.id for o in plan.combinations if o.action == "delete"}
    for combination in current.combinations if current else []:
        if same("default_on", True, str(combination.get("default_on", ""))) and (int(combination["id"]) not in gone):
            return
    created = [o for o in plan.combinations if o.action == "create"]
    if created:
        min(created, key=lambda o: (o.fields["price"], o.key)).fields["default_on"] = True
        return
    left = sorted(int(m["id"]) for m in matches.values() if m is not None and int(m["id"]) not in gone)
    if not left:
        return
    operation = next((o for o in plan.combinations if o.id == left[0]), None)
    if operation is None:
        operation = Operation("combination", "update", "", left[0])
        plan.combinations.append(operation)
    operation.fields["default_on"] = True
    operation.changes.append(("default_on", "0", "1"))


def _number(text: Any) -> Decimal:
    return Decimal(str(text or "0"))
