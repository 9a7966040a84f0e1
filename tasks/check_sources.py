"""Would the sources let us in? Each is connected to and listed as a run would, and nothing is fetched."""

from __future__ import annotations

from connectors.ledger import Ledger
from connectors.rfe.keys import TooSoonError
from schemas.errors import ConfigurationError, PasserelleError
from schemas.messages import message
from tasks.collect_sources import SourceSettings, open_source, streams_of
from tasks.finding import Finding, Verdict
from tasks.shop import ShopFolder


async def check_sources(folder: ShopFolder, ledger: Ledger) -> list[Finding]:
    """What each source of settings.toml answers: whether it is who it should be, lets us in, and has the folder."""
    findings: list[Finding] = []
    for settings in folder.settings.sources.every:
        findings += await _check(folder, settings, ledger)
    return findings


async def _check(folder: ShopFolder, settings: SourceSettings, ledger: Ledger) -> list[Finding]:
    try:
        streams_of(folder, settings)
        async with open_source(settings, folder, ledger) as source:
            count = len(await source.offered())
    except TooSoonError as error:
        return [_finding(folder, "warning", "source_too_soon", settings.name, f"{error.next_at:%H:%M:%S}")]
    except ConfigurationError as error:
        return [Finding("source", "error", f"{settings.name}: {fault.reason}", fault.remedy) for fault in error.faults]
    except PasserelleError as error:
        said = " ".join(filter(None, (error.said, error.remedy)))
        return [_finding(folder, "error", "source_not_reached", settings.name, said)]
    return [_finding(folder, "ok", "source_reached", settings.name, str(count))]


def _finding(folder: ShopFolder, verdict: Verdict, code: str, source: str, detail: str) -> Finding:
    said = message(code, folder.settings.shop.language, value=source, detail=detail)
    return Finding("source", verdict, said.reason, "" if verdict == "ok" else said.remedy)
