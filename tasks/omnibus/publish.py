"""The lowest price before each reduction that is on, or begins soon, is shown by the shop, as the settings say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from connectors.prestashop.dates import zone_of
from schemas.incidents import Level
from tasks.omnibus.feature import publish_feature
from tasks.omnibus.module_lines import may_show_lines, publish_lines, require_lowest_prices
from tasks.omnibus.plan.feature import feature_text, shown_now
from tasks.omnibus.plan.lines import Rules, is_current, line_of
from tasks.omnibus.plan.lowest import Known, Reduction
from tasks.omnibus.reduced import Reduced, read_reduced
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

EXAMPLES = 20
_CODES = {Known.PART: "prices_known_in_part", Known.NOTHING: "reduced_from_the_start"}


@step_task("publish lowest prices")
async def publish(run: Run) -> None:
    """Writes what differs, takes away what holds no longer, and reads all of it back."""
    settings = run.folder.settings.omnibus
    if not settings.keep_prices:
        run.note(Level.INFO, "prices_not_kept")
        return
    by_module, by_feature = settings.shown_by != "feature", settings.shown_by != "module"
    if by_module:
        require_lowest_prices(run.facts)
    rules = Rules(settings.new_items == "show", settings.unknown_days == "show")
    zone, now = zone_of(run.facts.time_zone), datetime.now(UTC)
    with run.step("publish lowest prices"):
        reduced = await read_reduced(run, zone, now)
        if may_show_lines(run.facts):
            groups = run.folder.associations.groups
            lines = {key: line_of(one.found, rules, groups, zone, now) for key, one in reduced.items() if by_module}
            await publish_lines(run, {key: line for key, line in lines.items() if line})
        await publish_feature(run, _texts(run, reduced, rules, now) if by_feature else {})
        _report(run, _worth_saying(reduced, now))


def _texts(
    run: Run, reduced: Mapping[str, Reduced], rules: Rules, now: datetime
) -> dict[str, tuple[int, dict[int, str]]]:
    """The product and the value of its feature by language, by the product's key."""
    of_products: dict[str, list[Reduction]] = {}
    ids: dict[str, int] = {}
    for one in reduced.values():
        key = one.item.parent or one.item.reference
        ids[key] = one.item.id_product
        of_products.setdefault(key, []).extend(shown_now(one.found, rules, now))
    money = next((market.money for one in reduced.values() for market in one.found), "")
    isos = {number: iso for iso, number in run.facts.languages.items()}
    return {
        key: (ids[key], {id_: feature_text(found, money, isos.get(id_, "en")) for id_ in run.facts.language_ids})
        for key, found in of_products.items()
        if found
    }


def _worth_saying(reduced: Mapping[str, Reduced], now: datetime) -> dict[str, Counter[str]]:
    """References by the code of what a person should know of their reductions."""
    worth: dict[str, Counter[str]] = {}
    for key, each in reduced.items():
        for one in (one for every in each.found.values() for one in every if is_current(one, now)):
            if code := _CODES.get(one.known) or ("" if one.is_lower else "reduced_price_was_lower"):
                worth.setdefault(code, Counter())[key] += 1
    return worth


def _report(run: Run, worth_saying: Mapping[str, Iterable[str]]) -> None:
    """One incident for each thing worth saying, with some of the references."""
    for code, found in sorted(worth_saying.items()):
        keys = sorted(found)
        shown = ", ".join(keys[:EXAMPLES]) + (" …" if len(keys) > EXAMPLES else "")
        run.note(Level.INFO, code, value=str(len(keys)), detail=shown)
