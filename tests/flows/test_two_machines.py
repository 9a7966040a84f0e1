from __future__ import annotations

import pytest

from tests.campaigns.ledger_away import gone_after
from tests.campaigns.stage import Stage
from tests.campaigns.two_machines import at_the_same_time
from tests.connectors.ledger.postgres_server import PostgresServer, server_or_skip

server = pytest.fixture(scope="module", name="server")(server_or_skip)


def test_two_machines_that_start_at_once_end_as_one_and_neither_writes_twice(
    stage: Stage, server: PostgresServer
) -> None:
    assert at_the_same_time(stage, server, 0).broken == []


def test_a_ledger_that_goes_away_for_a_second_does_not_end_a_run(stage: Stage, server: PostgresServer) -> None:
    assert gone_after(stage, server, 3, for_good=False).broken == []
