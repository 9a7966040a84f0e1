"""The tenant under test: a sandbox unless the options name a real one, which is only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployments.sandbox.cegid import SandboxCegid
from tests.contract.cegid.soap import Soap


@pytest.fixture(scope="session", params=["none", "length", "chunked"])
def erp(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Soap]:
    url = pytestconfig.getoption("--erp-url")
    if url:
        if request.param != "none":
            pytest.skip("a real tenant compresses as it is set up")
        user = pytestconfig.getoption("--erp-user")
        # On SaaS the domain of the user is the database's name.
        database = pytestconfig.getoption("--erp-database") or user.partition("\\")[0]
        with Soap(url, user, pytestconfig.getoption("--erp-password"), database) as real:
            yield real
        return
    compression = request.param
    with (
        SandboxCegid(compression=compression) as sandbox,
        Soap(sandbox.url, sandbox.user, sandbox.password, sandbox.database) as soap,
    ):
        yield soap


@pytest.fixture(scope="session")
def writable(erp: Soap, pytestconfig: pytest.Config) -> Soap:
    """The tenant, where it may be written to: a real one only on request."""
    if pytestconfig.getoption("--erp-url") and not pytestconfig.getoption("--erp-write"):
        pytest.skip("a real tenant is only read unless --erp-write is given")
    return erp
