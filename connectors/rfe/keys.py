"""The keys of the exchange: a token that says who we are, and with it a key to one container."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from connectors.http import checked_address
from connectors.rfe.access import SYSTEM, RfeAccess
from connectors.rfe.answers import delay_of, sent
from schemas.errors import DeniedError, TransientError, UnexpectedReplyError

if TYPE_CHECKING:
    import httpx

_TOKEN_LIVES = timedelta(minutes=60)
_WRITE_MINUTES = 10
_READ_MINUTES = 24 * 60
_MARGIN = timedelta(seconds=60)
"""A key this close to its end is no longer used: the clocks differ, and a request takes its time."""
_UNAUTHORIZED = 401
_TOO_MANY = 429


class KeySchedule(Protocol):
    """Remembers, also from one run to the next, from when on the exchange may be asked for a key again."""

    def next_at(self) -> datetime | None:
        """The instant (UTC); None when nothing forbids to ask."""

    def not_before(self, instant: datetime) -> None:
        """The exchange may not be asked before that instant."""


class TooSoonError(TransientError):
    """The exchange may not be asked for a key yet; `next_at` says when."""

    def __init__(self, next_at: datetime) -> None:
        super().__init__(
            f"the exchange may not be asked for a key before {next_at:%H:%M:%S} UTC",
            system=SYSTEM,
            action="ask for a key",
            remedy="Nothing to do: a run after that time goes on. Cegid wants five minutes between two connections.",
            retry_after=max(0.0, (next_at - datetime.now(UTC)).total_seconds()),
        )
        self.next_at = next_at


@dataclass(frozen=True, slots=True)
class ContainerKey:
    """The way into a container."""

    url: str
    """The container, without a slash at its end."""
    query: str = field(repr=False)
    """The signature, without `?`."""
    good_until: datetime


_LONGEST_TURN = timedelta(hours=1)


@dataclass(slots=True)
class _Kept:
    """What lasts from one connection of this process to the next."""

    token: str = ""
    token_until: datetime | None = None
    key: ContainerKey | None = None


@lru_cache(maxsize=32)
def _kept(access: RfeAccess) -> _Kept:  # noqa: ARG001 - one for each access
    return _Kept()


class Keys:
    """Gives a key that is good now, asking for one when there is none and its turn has come."""

    def __init__(self, access: RfeAccess, client: httpx.AsyncClient, schedule: KeySchedule) -> None:
        self._access = access
        self._client = client
        self._schedule = schedule
        self._kept = _kept(access)

    async def container(self) -> ContainerKey:
        """A key to the container.

        TooSoonError when it may not be asked for yet, DeniedError when user, password or right are wrong,
        TransientError when the exchange is away or has too many files waiting.
        """
        key = self._kept.key
        if key is not None and datetime.now(UTC) < key.good_until - _MARGIN:
            return key
        self._wait_for_schedule()
        key = await self._ask_for_key()
        self._kept.key = key
        return key

    def forget_key(self) -> None:
        """The container did not take the key."""
        self._kept.key = None

    def _wait_for_schedule(self) -> None:
        now, next_at = datetime.now(UTC), self._schedule.next_at()
        # One further away was noted while the clock of this machine was wrong.
        furthest = now + max(_LONGEST_TURN, timedelta(seconds=self._access.seconds_between))
        if next_at is not None and now < next_at <= furthest:
            raise TooSoonError(next_at)
        self._schedule.not_before(now + timedelta(seconds=self._access.seconds_between))

    async def _ask_for_key(self) -> ContainerKey:
        until = self._kept.token_until
        was_kept = until is not None and datetime.now(UTC) < until - _MARGIN
        if not was_kept:
            await self._sign_in()
        answer, body = await self._key_answer()
        if answer.status_code == _UNAUTHORIZED and was_kept:
            await self._sign_in()
            answer, body = await self._key_answer()
        self._check_key_answer(answer)
        return self._read_key(body)

    async def _sign_in(self) -> None:
        access = self._access
        form = {
            "client_id": "CegidRetailResourceFlowClient",
            "grant_type": "password",
            "username": f"{access.user}@{access.folder_id}",
            "password": access.password,
            "scope": "RetailBackendApi offline_access",
        }
        url = f"{access.sign_in_url}/{access.environment}/as/connect/token"
        answer, body = await sent(self._client, "POST", url, "sign in", data=form)
        if answer.status_code in (400, _UNAUTHORIZED, 403):
            remedy = "Check user, password, folder_id and environment of this source."
            raise DeniedError(
                "the user is not let in", system=SYSTEM, action="sign in", key=access.user, remedy=remedy
            ).worded("rfe_denied")
        if not answer.is_success:
            raise self._away(answer, "sign in")
        parsed = _json(body, "sign in")
        lives = timedelta(seconds=float(parsed["expires_in"])) if "expires_in" in parsed else _TOKEN_LIVES
        self._kept.token = _text(parsed, "access_token", "sign in")
        self._kept.token_until = datetime.now(UTC) + lives

    async def _key_answer(self) -> tuple[httpx.Response, bytes]:
        access = self._access
        headers = {
            "Authorization": f"Bearer {self._kept.token}",
            "X-TenantID": access.tenant_id,
            "x-correlation-id": str(uuid.uuid4()),
        }
        asked = {
            "Minutes-To-Live": str(_WRITE_MINUTES if access.writes else _READ_MINUTES),
            "AccessMode": "ReadWrite" if access.writes else "Read",
        }
        path = f"storage/api/{access.folder_id}/RFE/V1/getsastoken/{access.container}"
        url = f"{access.api_url}/{access.environment}/{path}"
        return await sent(self._client, "GET", url, "ask for a key", headers=headers, params=asked)

    def _check_key_answer(self, answer: httpx.Response) -> None:
        action, status = "ask for a key", answer.status_code
        if status in (_UNAUTHORIZED, 403, 404):
            remedy = "Check container, folder_id and environment, and that the user owns the container or contributes."
            raise DeniedError(
                f"HTTP {status}", system=SYSTEM, action=action, key=self._access.container, remedy=remedy
            ).worded("rfe_container_denied")
        if status == _TOO_MANY:
            wait = max(delay_of(answer) or 0.0, self._access.seconds_between)
            self._schedule.not_before(datetime.now(UTC) + timedelta(seconds=wait))
            raise TransientError(
                "the exchange was asked too often, or holds more than 10,000 files",
                system=SYSTEM,
                action=action,
                key=self._access.container,
                remedy="A later run tries again. If it lasts, remove files from the container in Cegid's interface.",
                retry_after=wait,
            ).worded("rfe_too_often")
        if not answer.is_success:
            raise self._away(answer, action)

    def _read_key(self, body: bytes) -> ContainerKey:
        parsed = _json(body, "ask for a key")
        uri, name, signature = (
            _text(parsed, key, "ask for a key") for key in ("blobServiceUri", "containerName", "sasToken")
        )
        minutes = _WRITE_MINUTES if self._access.writes else _READ_MINUTES
        return ContainerKey(
            f"{checked_address(uri, key='blobServiceUri')}/{name}",
            signature.removeprefix("?"),
            datetime.now(UTC) + timedelta(minutes=minutes),
        )

    def _away(self, answer: httpx.Response, action: str) -> TransientError:
        remedy = "The next run tries again. Cegid keeps its nights from 01:00 to 03:00 for maintenance."
        reason, wait = f"HTTP {answer.status_code}", delay_of(answer)
        return TransientError(reason, system=SYSTEM, action=action, remedy=remedy, retry_after=wait).worded("rfe_away")


def _json(body: bytes, action: str) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        # The body may hold a key: it is not repeated.
        raise UnexpectedReplyError("the answer is not the JSON that was agreed", system=SYSTEM, action=action).worded(
            "source_not_understood"
        ) from None
    return parsed


def _text(parsed: dict[str, Any], name: str, action: str) -> str:
    value = parsed.get(name)
    if not isinstance(value, str) or not value:
        raise UnexpectedReplyError(f"the answer lacks {name}", system=SYSTEM, action=action).worded(
            "source_not_understood"
        )
    return value
