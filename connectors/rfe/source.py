"""Files of Cegid Retail File Exchange: Azure blobs behind a key that Cegid gives."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from connectors.bodies import BodyError
from connectors.http import open_client, whole_answer
from connectors.rfe.access import SYSTEM, RfeAccess
from connectors.rfe.answers import delay_of, named_failures
from connectors.rfe.keys import ContainerKey, Keys, KeySchedule
from connectors.rfe.listing import read_page
from connectors.rfe.pace import Pace
from schemas.errors import DeniedError, PasserelleError, RefusedError, TransientError, UnexpectedReplyError
from schemas.offered import CHANGED, CROWDED, EMPTY_IT, GONE, MOST_LISTED, Offered

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    import httpx

_CHUNK_BYTES = 2**20
_MOST_PAGE_BYTES = 16 * 2**20
"""Azure writes up to 5,000 files a page, each in about one KB."""
_FORBIDDEN = (401, 403)
_NOT_FOUND = 404
_OTHER_VERSION = 412
_BUSY = (408, 429, 500, 502, 503, 504)
# As stored: a blob may be compressed, and its size is that of the compressed bytes.
_HEADERS = {"x-ms-version": "2021-08-06", "Accept-Encoding": "identity"}


class RfeSource:
    """The files of one folder of a container; hidden names, which Cegid makes, and folders in it are left alone."""

    def __init__(self, access: RfeAccess, schedule: KeySchedule) -> None:
        self._access = access
        self._pace = Pace(access.files_per_minute)
        self._client = open_client(
            access.api_url,
            headers={},
            verify=access.verify_tls,
            timeout_seconds=access.patience_seconds,
            connections=2,
        )
        self._keys = Keys(access, self._client, schedule)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.aclose()

    async def reconnect(self) -> None:
        """Nothing is held between two requests."""

    async def offered(self) -> list[Offered]:
        """Every file of the folder, page by page."""
        found: list[Offered] = []
        marker = ""
        seen: set[str] = set()
        while True:
            page, marker = read_page(await self._page(marker))
            found += [file for file in page if self._is_ours(file.path)]
            if len(found) > MOST_LISTED:
                raise UnexpectedReplyError(CROWDED, system=SYSTEM, action="list", remedy=EMPTY_IT).worded(
                    "source_crowded"
                )
            if not marker:
                return found
            if marker in seen:
                raise UnexpectedReplyError(
                    "the listing begins again and never ends", system=SYSTEM, action="list"
                ).worded("source_not_understood")
            seen.add(marker)

    async def chunks(self, file: Offered) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in the version that was offered; RefusedError when it has changed since, or is gone."""
        await self._pace.wait()
        headers = {"If-Match": f'"{file.etag}"'} if file.etag else {}
        async with self._answer("GET", file.path, "read", headers=headers) as answer:
            with named_failures("read", file.name):
                async for chunk in answer.aiter_raw(_CHUNK_BYTES):
                    yield chunk

    async def delete(self, file: Offered) -> None:
        """The file is gone, also when it was already; another one under its name stays (RefusedError)."""
        headers = {"If-Match": f'"{file.etag}"'} if file.etag else {}
        try:
            async with self._answer("DELETE", file.path, "delete", headers=headers):
                return
        except RefusedError as error:
            if error.code != GONE:
                raise

    async def rename(self, file: Offered, path: str) -> None:
        """The file is at `path`, also when it was gone already; another one under its name stays (RefusedError)."""
        key = await self._keys.container()
        headers = {"x-ms-copy-source": f"{_address(key, file.path)}?{key.query}"}
        headers |= {"x-ms-source-if-match": f'"{file.etag}"'} if file.etag else {}
        try:
            async with self._answer("PUT", path, "rename", headers=headers, of=file.path) as answer:
                copied = answer.headers.get("x-ms-copy-status", "success")
        except RefusedError as error:
            if error.code == GONE:
                return
            raise
        if copied != "success":
            raise TransientError(f"the copy is {copied}", system=SYSTEM, action="rename", key=file.name)
        await self.delete(file)

    async def _page(self, marker: str) -> bytes:
        asked = f"restype=container&comp=list&prefix={quote(self._access.folder, safe='')}"
        asked += f"&marker={quote(marker, safe='')}" if marker else ""
        async with self._answer("GET", "", "list", asked) as answer:
            try:
                with named_failures("list"):
                    return await whole_answer(answer, _MOST_PAGE_BYTES)
            except BodyError as error:
                raise UnexpectedReplyError(str(error), system=SYSTEM, action="list").worded(
                    "source_not_understood"
                ) from None

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        action: str,
        query: str = "",
        headers: dict[str, str] | None = None,
        of: str = "",
    ) -> AsyncIterator[httpx.Response]:
        """A good answer, its body not read yet. A key that is not taken is asked for anew, once.

        `of` is the file that a condition is about, where it is not the one at `path`.
        """
        answer = await self._sent(method, path, action, query, headers or {})
        if answer.status_code in _FORBIDDEN:
            await answer.aclose()
            self._keys.forget_key()
            answer = await self._sent(method, path, action, query, headers or {})
        try:
            if answer.status_code == _OTHER_VERSION:
                raise await self._other_version(action, of or path)
            if not answer.is_success:
                raise _refusal(answer, action, path)
            yield answer
        finally:
            await answer.aclose()

    async def _other_version(self, action: str, path: str) -> RefusedError:
        """A condition did not hold: Azure says no more of a file that is gone than of one that has changed."""
        look = await self._sent("HEAD", path, action, "", {})
        await look.aclose()
        if look.status_code == _NOT_FOUND:
            return RefusedError("it is no longer there", code=GONE, system=SYSTEM, action=action, key=path)
        return RefusedError("it has changed since it was listed", code=CHANGED, system=SYSTEM, action=action, key=path)

    async def _sent(self, method: str, path: str, action: str, query: str, headers: dict[str, str]) -> httpx.Response:
        key = await self._keys.container()
        url = f"{_address(key, path)}?{key.query}" + (f"&{query}" if query else "")
        with named_failures(action, path):
            request = self._client.build_request(method, url, headers=_HEADERS | headers)
            return await self._client.send(request, stream=True)

    def _is_ours(self, path: str) -> bool:
        name = path.removeprefix(self._access.folder)
        return path.startswith(self._access.folder) and "/" not in name and bool(name) and not name.startswith(".")


def _address(key: ContainerKey, path: str) -> str:
    return f"{key.url}/{quote(path, safe='/')}" if path else key.url


def _refusal(answer: httpx.Response, action: str, path: str) -> PasserelleError:
    status = answer.status_code
    named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": path}
    if status == _NOT_FOUND and path:
        return RefusedError("it is no longer there", code=GONE, **named)
    if status in _FORBIDDEN:
        remedy = "Check that the user owns the container or contributes to it; reading alone does not delete."
        return DeniedError(f"HTTP {status}", remedy=remedy, **named).worded("rfe_container_denied")
    if status in _BUSY:
        remedy = "Nothing to do: the next run goes on."
        return TransientError(f"HTTP {status}", remedy=remedy, retry_after=delay_of(answer), **named).worded("rfe_away")
    return UnexpectedReplyError(f"HTTP {status}", **named).worded("source_not_understood")
