"""Fits a stream to the shop of a run: its own limits and languages, before any row is read and anything is written."""

from __future__ import annotations

import polars as pl

from connectors.prestashop import Shop, ShopFacts
from schemas.column_spec import StreamSpec
from schemas.errors import ConfigFault, ConfigurationError
from schemas.for_shop import (
    ShopLanguages,
    faults,
    faults_of_two_columns,
    fitted,
    resources_of,
    two_columns,
)
from tasks.read.validate import ValidatedStream
from tasks.run.run import Run

_ACTION = "compare import.json with the shop"


async def fit_to_shop(run: Run) -> None:
    """Gives the run's stream the shop's own limits; ConfigurationError names what the shop does not have."""
    language = run.folder.settings.shop.language
    # Whether two columns of one text contradict each other is for the rows to say.
    later = faults_of_two_columns(run.stream, languages_of(run.facts), language)
    found = [fault for fault in await faults_of(run.stream, run.shop, run.facts, language) if fault not in later]
    if found:
        raise ConfigurationError(tuple(found), action=_ACTION)
    run.stream = fitted(run.stream, await run.shop.model(resources_of(run.stream)))


def refuse_two_texts(run: Run, validated: ValidatedStream) -> None:
    """ConfigurationError when a row gives two different texts for the shop's default language: one would win unseen."""
    languages = languages_of(run.facts)
    pairs = two_columns(run.stream, languages)
    if not pairs:
        return
    rows = validated.accepted_rows_scan()
    differ = [
        (pl.col(one.key) != pl.col(other.key)).any().fill_null(value=False).alias(one.key) for one, other in pairs
    ]
    found = rows.select(differ).collect().row(0, named=True)
    all_faults = faults_of_two_columns(run.stream, languages, run.folder.settings.shop.language)
    faults = [fault for (one, _), fault in zip(pairs, all_faults, strict=True) if found[one.key]]
    if faults:
        raise ConfigurationError(tuple(faults), action=_ACTION)


async def faults_of(stream: StreamSpec, shop: Shop, facts: ShopFacts, language: str) -> tuple[ConfigFault, ...]:
    """What the stream asks of this shop that it does not have."""
    # What the key may not read is told as a right that it lacks.
    readable = (resource for resource in resources_of(stream) if facts.may("GET", resource))
    model = await shop.model(readable)
    return faults(stream, model, languages_of(facts), version=facts.version, language=language)


def languages_of(facts: ShopFacts) -> ShopLanguages:
    """The languages that a visitor may see."""
    return ShopLanguages(facts.languages, facts.default_language)
