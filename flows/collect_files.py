"""What the ERP sent lies in the drop folder, and its sources know what has been imported."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.files.collect import Collecting, collected
from tasks.files.fetch import acknowledge_all, fetch_from_all
from tasks.run.parameters import DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.run import Asked
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="collect_files", flow_run_name=run_name)
async def collect_files(shop: ShopPath, since: SinceText = None, dry_run: DryRun = False) -> State:
    """Files from the sources of settings.toml to the drop folder; a source is told of a file once it is imported.

    `shop` is the path of the shop's folder. `since` fetches again what a source still has from that day on. `dry_run`
    says what would be fetched.
    """
    return await collected(_steps, Asked(FLOWS["collect_files"], shop, since, dry_run))


@flow(name="acknowledge_files", flow_run_name=run_name)
async def acknowledge_files(shop: ShopPath) -> State:
    """The sources are told which of their files have been imported since they were fetched."""
    return await collected(acknowledge_all, Asked(FLOWS["collect_files"], shop))


async def _steps(run: Collecting) -> None:
    await fetch_from_all(run)
