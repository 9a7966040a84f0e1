"""Collects in pytest what is sent; kinds that the census lacks are told at the end, or fail it (--strict-census)."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.sandbox.cegid import web
from deployments.sandbox.dolibarr import web as dolibarr_web
from deployments.sandbox.shop import front
from tests.contract.cegid import census as cegid
from tests.contract.dolibarr import census as dolibarr
from tests.contract.prestashop.census import stored
from tests.contract.prestashop.census.collecting import Collector, keep

_SHOP, _CEGID, _DOLIBARR = "census", "census of Cegid", "census of Dolibarr"


class CensusPlugin:
    """One a process; with pytest-xdist the controller adds up what its workers have seen."""

    def __init__(self) -> None:
        self._seen = {name: Collector() for name in (_SHOP, _CEGID, _DOLIBARR)}
        self._unknown: list[str] = []
        front.WATCHERS.append(self._seen[_SHOP].note)
        web.WATCHERS.append(self._seen[_CEGID].note_call)
        dolibarr_web.WATCHERS.append(self._seen[_DOLIBARR].note_rest)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for name, collector in self._seen.items():
            collector.add(getattr(node, "workeroutput", {}).get(name, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        seen = {name: collector.as_json() for name, collector in self._seen.items()}
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output.update(seen)
            return
        keep(seen[_SHOP])
        keep(seen[_CEGID], cegid.SEEN)
        keep(seen[_DOLIBARR], dolibarr.SEEN)
        if unknown := stored.unknown(seen[_SHOP]):
            self._unknown += [*unknown, stored.WHAT_TO_DO]
        if unknown := cegid.unknown(seen[_CEGID]):
            self._unknown += [*unknown, cegid.WHAT_TO_DO]
        if unknown := dolibarr.lacking(seen[_DOLIBARR], dolibarr.load()):
            self._unknown += [*unknown, dolibarr.WHAT_TO_DO]
        strict = session.config.getoption("--strict-census")
        if self._unknown and strict and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._unknown:
            terminalreporter.section("requests that the census lacks")
            for line in self._unknown:
                terminalreporter.line(line)
