"""The columns of the streams that are on, against the shop's languages, fields and rights."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from connectors.prestashop import Shop, ShopFacts
from schemas.column_spec import StreamSpec
from schemas.for_shop import resources_of, without_own_text
from tasks.check.finding import Finding, Findings
from tasks.run.fit_to_shop import faults_of, languages_of
from tasks.run.shop_folder import ShopFolder


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
