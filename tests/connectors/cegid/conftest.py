"""A strict sandbox ERP and our client on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from connectors.cegid import Cegid, CegidAccess, Limits
from deployments.sandbox.cegid import SandboxCegid

Connect = Callable[..., AbstractContextManager[Cegid]]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """A client for a sandbox; keywords go to `CegidAccess`, `limits` to the client."""

    def opened(erp: SandboxCegid, *, limits: Limits | None = None, **access: Any) -> Cegid:
        given = {"url": erp.url, "user": erp.user, "password": erp.password, "database": erp.database} | access
        return Cegid(CegidAccess(**given), cache_folder=tmp_path / "contracts", limits=limits)

    return opened


@pytest.fixture
def compression() -> Any:
    """How the ERP's web server compresses its answers: as most do, unless a file of tests asks for every way."""
    return "chunked"


@pytest.fixture
def erp(compression: Any) -> Iterator[SandboxCegid]:
    with SandboxCegid(compression=compression) as sandbox:
        sandbox.insert_customer("C1", email="known@example.com")
        yield sandbox


@pytest.fixture
def cegid(erp: SandboxCegid, connect: Connect) -> Iterator[Cegid]:
    with connect(erp) as client:
        yield client
