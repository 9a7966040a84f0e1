"""A shop that repeats in its errors and pages what it was told puts nobody's name into our memory or Prefect's."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import get_client

from flows.import_customers import import_customers
from tests.connectors.listener import Asked, Listener, Told
from tests.flows.flat_world import FlatWorld

pytestmark = pytest.mark.prefect

PERSON = {"lastname": "Lefebvre", "firstname": "Clotilde", "customer_email": "clotilde@lab.test"}
PAGE = b"<html><body>Clotilde Lefebvre, clotilde@lab.test</body></html>"
SQL = b"Duplicate entry 'Clotilde-Lefebvre' for key 'name' of clotilde@lab.test"
ERROR = b"<errors><error><code><![CDATA[%b]]></code><message><![CDATA[%b]]></message></error></errors>"


def an_error(code: bytes) -> Told:
    return Told(500, b'<?xml version="1.0"?>' + ERROR % (code, SQL))


ANSWERS = {
    "a page of a server error": Told(500, PAGE),
    "a page that says busy": Told(503, PAGE),
    "a page of a firewall": Told(403, PAGE),
    "a page that redirects": Told(302, b"", {"Location": "https://elsewhere.test/?email=clotilde@lab.test"}),
    "a page instead of ids": Told(200, PAGE, {"Content-Type": "text/html"}),
    "an unknown error": an_error(b"999"),
    "an error that ends the run": an_error(b"37"),
    "a right that lacks": an_error(b"26"),
    "a refusal": an_error(b"85"),
    "PHP's warning": an_error(b"3"),
}
TO_READS = ("a refusal",)
TO_WRITES = ("a page of a server error", "PHP's warning")
"""Those that are read in another place each; the others are played by `make slow`."""


@pytest.mark.parametrize(
    ("method", "told"),
    [
        pytest.param(method, told, id=f"{method}-{name}", marks=() if name in quick else pytest.mark.slow)
        for method, quick in (("GET", TO_READS), ("POST", TO_WRITES))
        for name, told in ANSWERS.items()
    ],
)
async def test_what_a_shop_repeats_is_kept_nowhere(
    keeping_prefect: Path, flat_world: FlatWorld, caplog: pytest.LogCaptureFixture, method: str, told: Told
) -> None:
    caplog.set_level(logging.DEBUG)
    row = PERSON | {"code_erp": "C1", "closed": "0"}

    def answer(asked: Asked) -> Told:
        if asked.method == method and asked.path.startswith("/api/customers"):
            return told
        passed = httpx.request(
            asked.method, flat_world.shop.url + asked.path, content=asked.body, headers=asked.headers, timeout=10
        )
        kept = {name: value for name, value in passed.headers.items() if name.lower() not in _OF_THE_WIRE}
        return Told(passed.status_code, passed.content, kept)

    with Listener(answer) as echo:
        flat_world.write_settings(shop={"url": echo.url}, shop__limits={"patience_seconds": 0.5})
        flat_world.drop("customer", row)
        state = await import_customers(str(flat_world.folder), return_state=True)
    assert state.name in {"Failed", "CompletedWithRejects"}, state.message
    assert words_in(json.dumps(flat_world.report())) == []
    assert words_in("\n".join(record.getMessage() for record in caplog.records)) == []
    assert words_in("".join(file.decode("latin-1") for file in flat_world.files_at_rest().values())) == []
    of_run = state.state_details.flow_run_id
    assert of_run is not None
    assert words_in(await known_to_prefect(of_run)) == []


_OF_THE_WIRE = {"content-length", "transfer-encoding", "connection", "content-encoding"}


def words_in(text: str) -> list[str]:
    return [word for word in PERSON.values() if word.lower() in text.lower()]


async def known_to_prefect(of_run: UUID) -> str:
    """Everything that Prefect's API tells of this run, its tasks, states and artifacts."""
    run_id = str(of_run)
    async with get_client() as client:
        found = [
            *await client.read_flow_runs(),
            *await client.read_task_runs(),
            *await client.read_artifacts(),
            *await client.read_flow_run_states(of_run),
        ]
    return json.dumps([told for one in found if run_id in (told := json.dumps(one.model_dump(mode="json")))])
