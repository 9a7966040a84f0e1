"""Fits a stream to the shop of a run: its own limits and languages, before any row is read and anything is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

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
    without_own_text,
)
from tasks.check.finding import Finding, Findings
from tasks.read.validate import ValidatedStream
from tasks.run.run import Run
from tasks.run.shop_folder import ShopFolder

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


async def _emptied_by_updates(
    shop: Shop, facts: ShopFacts, streams: list[StreamSpec], language: str
) -> AsyncIterator[Finding]:
    """Resources that updates without the right to PATCH would spoil."""
    for stream in streams:
        for resource in resources_of(stream):
            lost = await shop.emptied_by_updates(resource) if facts.may("GET", resource) else ()
            if lost:
                value = ", ".join(sorted(lost))
                yield Findings(language).error("rights", "emptied_by_updates", value=value, detail=resource)


async def check_streams(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[Finding]:
    """The columns of the streams that are on, against the shop's languages and the fields of its version."""
    language = folder.settings.shop.language
    streams = [stream for stream in folder.imports.streams.values() if stream.enabled]
    found = [fault for stream in streams for fault in await faults_of(stream, shop, facts, language)]
    findings = [Finding("columns", "error", f"{fault.file}: {fault.reason}", fault.remedy) for fault in found]
    findings += [warning for stream in streams for warning in _guessed_texts(stream, facts, language)]
    findings += [one async for one in _emptied_by_updates(shop, facts, streams, language)]
    return findings or [Findings(language).ok("columns", "ok_columns")]


def _guessed_texts(stream: StreamSpec, facts: ShopFacts, language: str) -> Iterator[Finding]:
    """New products need a text in the default language: without a column it is another language's."""
    default = languages_of(facts)
    for name in without_own_text(stream, default):
        yield Findings(language).warning(
            "columns", "text_without_default", value=name, detail=default.default_iso.upper()
        )
