"""What the ERP sent lies in the drop folder, and its sources know what has been imported."""

from __future__ import annotations

from datetime import date

from prefect.client.schemas.objects import State

from tasks.files.collect import FLOW, Collecting, collected
from tasks.files.fetch import acknowledge_all, fetch_from_all
from tasks.run.parameter_texts import parameters_told
from tasks.run.plain_flow import flow
from tasks.run.run import Asked


@flow(name="collect_files", persist_result=False)
@parameters_told
async def collect_files(
    shop: str, since: date | None = None, dry_run: bool = False, accept_guard: bool = False
) -> State:
    """Files from the sources of settings.toml to the drop folder; a source is told of a file once it is imported.

    `shop` is the path of the shop's folder. `since` fetches again what a source still has from that day on. `dry_run`
    says what would be fetched. `accept_guard` changes nothing here.
    """
    return await collected(_steps, Asked(FLOW, "", shop, since, dry_run, accept_guard))


@flow(name="acknowledge_files", persist_result=False)
async def acknowledge_files(shop: str) -> State:
    """The sources are told which of their files have been imported since they were fetched."""
    return await collected(acknowledge_all, Asked(FLOW, "", shop))


async def _steps(run: Collecting) -> None:
    await fetch_from_all(run)
