"""Worlds for flow tests: a sandbox shop on a real socket, a shop's folder, and Prefect for as long as the session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from prefect.events.clients import PrefectEventsClient

from tests.campaigns.prefect_here import at_server, served
from tests.campaigns.stage import Stage
from tests.flows.beginnings import Beginnings
from tests.flows.discounts import sell
from tests.flows.flat_world import FlatWorld
from tests.flows.order_world import OrderWorld
from tests.flows.ready_ledgers import use_ready_ledgers
from tests.flows.running import by_function
from tests.flows.world import World

HERE = Path(__file__).parent
PREFECTS_SOCKETS = "ignore:Exception ignored in. <(socket|ssl|asyncio):pytest.PytestUnraisableExceptionWarning"
"""Prefect 3.8 leaves the sockets to its server to the garbage collector when a flow's event loop ends."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(PREFECTS_SOCKETS))


@pytest.fixture(scope="package", autouse=True)
def _quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_ready_ledgers(patch, tmp_path_factory.mktemp("ledger"))
        yield


@pytest.fixture(autouse=True)
def _runs(request: pytest.FixtureRequest) -> Iterator[None]:
    """A run is the flow's own function, unless the test is about what Prefect makes of it (or all are to be)."""
    marked = request.node.get_closest_marker("prefect") is not None
    with by_function(wanted=not marked and not request.config.getoption("--through-prefect")):
        yield


@pytest.fixture(scope="session")
def stage(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Where acts are played in processes of their own, to be killed or disturbed."""
    return Stage(tmp_path_factory.mktemp("stage"), prefect_api)


@pytest.fixture(scope="session")
def beginnings(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    """Worlds after their first runs, to be copied."""
    return Beginnings(tmp_path_factory.mktemp("beginnings"))


@pytest.fixture(scope="session")
def _keeping_server() -> Iterator[tuple[str, Path]]:
    with served() as server:
        yield server


@pytest.fixture
def keeping_prefect(prefect_api: str, _keeping_server: tuple[str, Path]) -> Iterator[Path]:
    """The database of a Prefect server that keeps task runs and events, as Prefect does; the test speaks with it."""
    with at_server(*_keeping_server, PrefectEventsClient):
        yield _keeping_server[1]


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[World]:
    """An empty 8.2 shop and the folder of its connector, as `World`."""
    with World.at(tmp_path / "boutique") as world:
        yield world


@pytest.fixture
def order_world(prefect_api: str, tmp_path: Path) -> Iterator[OrderWorld]:
    """An 8.2 shop with the ERP its orders go to, in strict mode, and the folder between them."""
    with OrderWorld.at(tmp_path / "boutique") as world:
        yield world


@pytest.fixture
def flat_world(prefect_api: str, tmp_path: Path) -> Iterator[FlatWorld]:
    """As `world`, with the streams of stores, specific prices and customers."""
    with FlatWorld.at(tmp_path / "boutique") as world:
        yield world


@pytest.fixture
async def sold(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop that sells six combinations at 21.90 and 20.90, and a belt at 100."""
    async with beginnings.copy(FlatWorld, sell, tmp_path) as world:
        yield world


@pytest.fixture
def make_world(prefect_api: str, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """As `world`, with a profile or other settings of the sandbox; several may live at once."""
    made: list[World] = []

    def make(**options: object) -> World:
        world = World.at(tmp_path / f"boutique{len(made)}", **options)
        world.__enter__()
        made.append(world)
        return world

    yield make
    for world in made:
        world.__exit__(None, None, None)
