from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from deployments.exits import Exit
from tests.campaigns.prefect_away import Wire
from tests.flows.world import World

pytestmark = pytest.mark.prefect

COMMAND = (sys.executable, "-c", "from deployments.cli import main; main()", "run", "import_products", "--shop")


@pytest.mark.slow
def test_a_prefect_that_goes_away_under_a_run_costs_neither_rows_nor_a_traceback(
    world: World, prefect_api: str
) -> None:
    world.drop_products(*world.dress(2))
    with Wire(prefect_api) as wire:
        environment = os.environ | {"PREFECT_API_URL": wire.api_url, "PREFECT_CLIENT_MAX_RETRIES": "0"}
        with subprocess.Popen(
            [*COMMAND, str(world.folder)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as run:
            while run.poll() is None and world.shop.writes == 0:
                time.sleep(0.002)
            wire.cut()
            out, err = run.communicate()
    assert run.returncode == Exit.FAILED
    assert "Traceback" not in out + err
    assert "Prefect" in err
    assert "went away" in err
    assert world.counts()["created"] == 6
    assert list((world.folder / "streams").iterdir()) == []
