"""Would the sources let us in? Each is connected to and listed as a run would, and nothing is fetched."""

from __future__ import annotations

from connectors.ledger import Ledger
from connectors.rfe.keys import TooSoonError
from schemas.error_texts import error_message
from schemas.errors import ConfigurationError, PasserelleError
from schemas.fault_texts import fault_in
from tasks.check.finding import Finding, Findings
from tasks.files.sources import SourceSettings, open_source, streams_of
from tasks.run.shop_folder import ShopFolder


async def check_sources(folder: ShopFolder, ledger: Ledger) -> list[Finding]:
    """What each source of settings.toml answers: whether it is who it should be, lets us in, and has the folder."""
    findings: list[Finding] = []
    for settings in folder.settings.sources.every:
        findings += await _check(folder, settings, ledger)
    return findings


async def _check(folder: ShopFolder, settings: SourceSettings, ledger: Ledger) -> list[Finding]:
    make = Findings(folder.settings.shop.language)
    try:
        streams_of(folder, settings)
        async with open_source(settings, folder, ledger) as source:
            count = len(await source.offered())
    except TooSoonError as error:
        return [make.warning("source", "source_too_soon", value=settings.name, detail=f"{error.next_at:%H:%M:%S}")]
    except ConfigurationError as error:
        told = (fault_in(fault, make.language) for fault in error.faults)
        return [Finding("source", "error", f"{settings.name}: {fault.reason}", fault.remedy) for fault in told]
    except PasserelleError as error:
        read = error_message(error, make.language)
        said = " ".join(filter(None, (read.reason, read.remedy)))
        return [make.error("source", "source_not_reached", value=settings.name, detail=said)]
    return [make.ok("source", "source_reached", value=settings.name, detail=str(count))]
