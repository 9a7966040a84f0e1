"""Every kind of request that the product sends was answered by a real shop, and a sandbox answers it in the same words.

With --shop-url and --shop-key the shop given is asked: what it answers to new kinds is recorded, what it answers to
the others is compared with its recording, which --record replaces.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.bench import sweep
from tests.contract.prestashop.census import differing, stored
from tests.contract.prestashop.census.proving import prove
from tests.contract.prestashop.census.shops import client_of, identity, sandbox_like
from tests.contract.prestashop.census.world import RETURN, RETURNS, World
from tests.contract.prestashop.setting import look_up
from tests.contract.prestashop.webservice import PATCH_SINCE, Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator

CENSUS = stored.load()
COMPARED = Path(__file__).parents[3] / "build" / "contract"
SHOWN = [(shop, kind) for shop in stored.shops() for kind in CENSUS if kind in stored.recorded(shop)]


class Given:
    """The real shop, what it answered before, and what it answers now."""

    def __init__(self, world: World, shop: str, *, replace: bool) -> None:
        self.world = world
        self.shop = shop
        self.replace = replace
        self.before = stored.recorded(shop)
        self.now: dict[str, stored.Shown] = {}
        self.same: dict[str, str] = {}

    def keep(self) -> None:
        """Writes the new recordings, and how each answer compared with the recorded one."""
        stored.record(self.shop, self.now)
        COMPARED.mkdir(parents=True, exist_ok=True)
        path = COMPARED / f"{self.shop}.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(json.dumps(known | self.same, indent=1), encoding="utf-8")


@pytest.fixture(scope="module")
def given(pytestconfig: pytest.Config) -> Iterator[Given]:
    url, key = pytestconfig.getoption("--shop-url"), pytestconfig.getoption("--shop-key")
    if not url:
        pytest.skip("a shop is asked and recorded with --shop-url and --shop-key")
    with client_of(url, key) as client:
        world = World(client, look_up(client))
        own = Given(world, identity(world), replace=pytestconfig.getoption("--record"))
        try:
            yield own
        finally:
            own.keep()
            world.remove()
            sweep(client)


@pytest.fixture(scope="module")
def sandboxes(real_shop: bool) -> Iterator[dict[str, World]]:
    """A world in a sandbox of each recorded shop's version and PHP, built when it is first asked."""
    if real_shop:
        pytest.skip("the recordings are compared with the sandbox only")
    worlds = Sandboxes()
    yield worlds
    worlds.stop()


class Sandboxes(dict[str, World]):
    """Worlds by shop."""

    def __init__(self) -> None:
        self._running: list[Iterator[Webservice]] = []

    def __missing__(self, shop: str) -> World:
        running = sandbox_like(shop)
        client = next(running)
        self._running.append(running)
        self[shop] = World(client, look_up(client))
        return self[shop]

    def stop(self) -> None:
        """Ends the sandboxes."""
        for running in self._running:
            next(running, None)


@pytest.mark.parametrize("kind", CENSUS)
def test_every_kind_is_shown_by_a_recording_that_is_no_older_than_it(real_shop: bool, kind: str) -> None:
    if real_shop:
        pytest.skip("the shop given is being recorded")
    version = stored.version_of(kind, CENSUS[kind])
    showing = [shop for shop in stored.shops() if stored.shows(stored.recorded(shop), kind, version)]
    assert showing, f"no real shop has shown {kind} with {', '.join(CENSUS[kind])}. {stored.WHAT_TO_DO}"


def test_the_page_of_what_versions_do_otherwise_is_made_of_the_recordings(real_shop: bool) -> None:
    if real_shop:
        pytest.skip("the shop given is being recorded")
    made = "python -m tests.contract.prestashop.census differences"
    assert differing.PAGE.read_text(encoding="utf-8") == differing.page(), f"make it anew with {made}"


@pytest.mark.parametrize(("shop", "kind"), SHOWN)
def test_the_sandbox_answers_as_the_recorded_shop(sandboxes: dict[str, World], shop: str, kind: str) -> None:
    recorded = stored.recorded(shop)[kind]
    if recorded["kind"] != stored.version_of(kind, CENSUS[kind]):
        pytest.skip("recorded before the kind was what it is now")
    assert prove(kind, CENSUS[kind], sandboxes[shop]) == recorded


@pytest.mark.parametrize("kind", CENSUS)
def test_the_shop_given_answers_as_it_was_recorded(given: Given, kind: str) -> None:
    if kind.startswith("PATCH ") and given.world.shop.version < PATCH_SINCE:
        pytest.skip("the product sends no PATCH to this version")
    if (kind in stored.of_several()) != given.shop.endswith(stored.SEVERAL):
        pytest.skip("a kind that is sent to one of several shops, or to the only one")
    if " order_returns" in kind and len(given.world.rows.get("order_returns", [])) < RETURNS:
        pytest.skip(
            f"no request makes merchandise returns: put {RETURNS} of one order, asking {RETURN!r}, into the shop"
        )
    shown = prove(kind, CENSUS[kind], given.world)
    before = given.before.get(kind)
    if given.replace or before is None or before["kind"] != shown["kind"]:
        given.now[kind] = shown
    given.same[kind] = "new" if before is None else "yes" if before == shown else "no"
    assert before is None or given.replace or before["kind"] != shown["kind"] or shown == before
