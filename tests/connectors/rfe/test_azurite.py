"""What is believed of Azure's blob storage, held against Microsoft's own emulator of it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree

from connectors.rfe import RfeAccess, RfeSource
from deployments.sandbox.rfe import SandboxRfe
from tests.connectors.rfe.azurite import VERSION, NotInstalledError, azurite
from tests.connectors.rfe.test_rfe import AnySchedule
from tests.connectors.sources import NOON, Remote, SourceSuite


class AzureExchange:
    """An exchange whose container is in Azurite."""

    def __init__(self, sandbox: SandboxRfe, address: str, signature: str) -> None:
        self.sandbox = sandbox
        self._address = urlsplit(address)
        self._signature = signature
        self._ask("PUT", "", "restype=container")

    def put(self, name: str, content: bytes, modified_at: datetime = NOON) -> None:  # noqa: ARG002 - it has a clock of its own
        self._ask("PUT", f"/out/{quote(name)}", "", content)

    def names(self) -> list[str]:
        page = etree.fromstring(self._ask("GET", "", "restype=container&comp=list"))
        return [str(name.text).removeprefix("out/") for name in page.iterfind("Blobs/Blob/Name")]

    def open(self) -> RfeSource:
        sandbox = self.sandbox
        who = {"folder_id": sandbox.folder_id, "container": sandbox.container, "user": sandbox.user}
        urls = {"sign_in_url": sandbox.url, "api_url": sandbox.url}
        access = RfeAccess(**who, **urls, password=sandbox.password, seconds_between=0.0)  # type: ignore[arg-type] # texts
        return RfeSource(access, AnySchedule())

    def _ask(self, method: str, path: str, query: str, body: bytes = b"") -> bytes:
        connection = http.client.HTTPConnection(self._address.netloc)
        target = f"{self._address.path}{self.sandbox.container}{path}?{self._signature}" + (query and f"&{query}")
        connection.request(method, target, body, {"x-ms-version": VERSION, "x-ms-blob-type": "BlockBlob"})
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        assert answer.status < 300, told
        return told


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    try:
        with azurite(tmp_path_factory.mktemp("azurite")) as found:
            yield found
    except NotInstalledError:
        pytest.skip("azurite is not here")


@pytest.fixture
def remote(storage: tuple[str, str], request: pytest.FixtureRequest) -> Iterator[AzureExchange]:
    name = f"c{abs(hash(request.node.name)):x}"
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in name[1:18])
    with SandboxRfe(container=letters, blobs=storage) as sandbox:
        yield AzureExchange(sandbox, *storage)


class TestAzurite(SourceSuite):
    """A container of Azurite."""

    async def test_every_file_is_offered_with_its_size_and_time(self, remote: Remote) -> None:
        remote.put("stock_1.csv", b"A;1\n")
        remote.put("Été à 50 €.csv", b"")
        async with remote.open() as source:
            files = {file.name: file for file in await source.offered()}
        assert {name: file.size for name, file in files.items()} == {"stock_1.csv": 4, "Été à 50 €.csv": 0}
        stock = files["stock_1.csv"]
        assert stock.modified_at is not None
        assert stock.etag
        assert stock.md5 is not None
