"""Options that point the contract suites at real systems; the order of the tests, and what they cost a process."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest
from hypothesis import settings

from tests.contract.prestashop.census.plugin import CensusPlugin

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILD = Path(__file__).parents[1] / "build"
ONE_AUTHORITY = BUILD / "one-authority.pem"
# How long an example takes is the machine's: no test measures time.
settings.register_profile("any machine", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=10)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Prefect is told what its clients need not do on loopback, before it is imported; requests are counted by kind."""
    config.pluginmanager.register(CensusPlugin(), "census")
    if profile := config.getoption("sandbox_profile", default=None):
        os.environ["PASSERELLE_SANDBOX_PROFILE"] = profile
    if not ONE_AUTHORITY.exists():
        BUILD.mkdir(exist_ok=True)
        whole, end, _ = Path(certifi.where()).read_text("utf-8").partition("-----END CERTIFICATE-----")
        part = ONE_AUTHORITY.with_suffix(f".{os.getpid()}")
        part.write_text(whole + end + "\n", "utf-8")
        part.rename(ONE_AUTHORITY)
    # Two of Prefect's clients a run load all authorities, which takes a third of a small one.
    os.environ.setdefault("PREFECT_API_SSL_CERT_FILE", str(ONE_AUTHORITY))
    # Frames of a few rows are looked at by one thread sooner than they are handed to two.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    # prefect.toml protects what is shipped (tests/deployments); here a thousand clients would fetch a token each.
    os.environ.setdefault("PREFECT_SERVER_CSRF_PROTECTION_ENABLED", "false")
    os.environ.setdefault("PREFECT_CLIENT_CSRF_SUPPORT_ENABLED", "false")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Four processes more than processors, for tests that wait much: those of kills and of shops that stay away."""
    waits = "not lasting" not in config.getoption("markexpr")
    return min(8 if waits else 4, (os.cpu_count() or 1) + 4 * waits)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: a process is given whole files, and the last ones should be short."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What the imports made stays: the collector of a process this large would look at all of it again and again.

    What tests make is looked through less often than by default, which takes a sixth of a flow's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("real systems", "run the contract suites against these instead of the sandbox")
    group.addoption("--shop-url", help="root address of a PrestaShop with languages en and fr")
    group.addoption("--shop-key", help="webservice key with every right on that shop")
    group.addoption("--record", action="store_true", help="what that shop answers replaces what was recorded of it")
    group.addoption(
        "--strict-census", action="store_true", help="fail when a request is sent that no real shop has shown"
    )
    group.addoption(
        "--through-prefect", action="store_true", help="every run of the flow tests goes through Prefect's engine"
    )
    group.addoption("--sandbox-profile", help="the version that the sandbox of the flow tests plays: 1.7.7, 1.7.8, 9.1")
    group.addoption("--erp-url", help="root address of a test ERP")
    group.addoption("--erp-key", help="API key of a user of a test Dolibarr; one that may delete leaves least behind")
    group.addoption("--erp-user", help="user of the test ERP, with its domain where there is one")
    group.addoption("--erp-password", help="password of that user")
    group.addoption("--erp-database", help="its database; without it, the domain of the user")
    group.addoption("--erp-write", action="store_true", help="let the suite write to it; otherwise it is only read")
    group.addoption("--erp-store", default="WEB", help="code of the store that documents are written to")
    group.addoption("--erp-item", default="TEST", help="reference of an item of the test ERP, for lines")


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[str]:
    """A Prefect server of this process's own, without heartbeats, which cost a second a flow; its API's address."""
    from prefect.settings import (  # noqa: PLC0415 - not before it is told above what it need not do
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_LOGGING_TO_API_ENABLED,
        temporary_settings,
    )

    from tests.campaigns.prefect_here import prefect_server  # noqa: PLC0415

    with (
        prefect_server() as api_url,
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False}),
    ):
        yield api_url


@pytest.fixture(scope="session")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that no authority signed, with its key, in one file; a key costs half a second."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here")
    folder = tmp_path_factory.mktemp("certificate")
    path = folder / "own.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names]
    subprocess.run([*made, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    path.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return path
