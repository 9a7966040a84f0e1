"""Leases: one run per shop and flow at a time, across machines, and a dead run's lease is free."""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.lease_holder import LeaseHolder, this_process
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import LEASES, LEDGER
from schemas.errors import PasserelleError, TransientError
from schemas.where import located_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.ledger.database import Database

logger = located_logger(__name__)


class LeaseHeldError(TransientError):
    """Another run of the same shop and flow holds the lease: `holder` since `since_at` until at least `until_at`."""

    def __init__(self, shop: str, flow: str, holder: LeaseHolder, since_at: datetime, until_at: datetime) -> None:
        super().__init__(
            f"process {holder.pid} on {holder.host} runs it since {since_at:%Y-%m-%d %H:%M:%S} UTC"
            f" (renewed by itself until it ends; now until {until_at:%H:%M:%S} UTC)",
            system="ledger",
            action=f"take the lease of {flow} for",
            key=shop,
            remedy="Wait for that run to end, or end that process; its lease is then free.",
        )
        self.flow = flow
        self.host = holder.host
        self.pid = holder.pid
        self.since_at = since_at
        self.until_at = until_at


class LeaseLostError(TransientError):
    """This run could not renew its lease in time; another may have begun, so this one must not write."""

    def __init__(self, shop: str, flow: str) -> None:
        super().__init__(
            "the lease could not be renewed in time",
            system="ledger",
            action=f"keep the lease of {flow} for",
            key=shop,
            remedy="Check that the ledger's database can be reached, then run again.",
        )


class Lease:
    """A lease as its holder has it, renewed by a thread; `lost` is set once it may be another's."""

    def __init__(self, database: Database, shop: str, flow: str, ttl_seconds: float) -> None:
        self.shop = shop
        self.flow = flow
        self.ttl_seconds = ttl_seconds
        self.lost = threading.Event()
        self._database = database
        self._token = str(uuid.uuid4())
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease of {flow}", daemon=True)
        self._good_until = 0.0

    def check(self) -> None:
        """Nothing, while the lease is surely held; else LeaseLostError. Asked before every write to the shop."""
        if time.monotonic() >= self._good_until:
            self.lost.set()
        if self.lost.is_set():
            raise LeaseLostError(self.shop, self.flow)

    def acquire(self) -> None:
        """The lease is held and renewed from now on; LeaseHeldError when a living run holds it."""
        asked = time.monotonic()
        _AT_WORK.add(self._token)
        try:
            _acquire(self._database, self.shop, self.flow, self._token, self.ttl_seconds)
        except BaseException:
            _AT_WORK.discard(self._token)
            raise
        self._good_until = asked + self.ttl_seconds
        self._thread.start()

    def release(self) -> None:
        """The lease is free; where the ledger cannot be reached now, it is as soon as this process ends."""
        self._released.set()
        self._thread.join()
        _AT_WORK.discard(self._token)
        try:
            with self._database.write("give the lease back") as connection:
                connection.execute(sa.delete(LEASES).where(self._mine()))
        except PasserelleError as error:
            logger.warning("The lease of %s for %s was not given back: %s", self.flow, self.shop, error.reason)

    def _keep(self) -> None:
        wait = self.ttl_seconds / 3
        while not self._released.wait(wait) and not self.lost.is_set():
            wait = self.ttl_seconds / 3 if self._renewed() else self.ttl_seconds / 12
            if time.monotonic() >= self._good_until:
                self.lost.set()
        if self.lost.is_set():
            logger.error("The lease of %s for %s is lost: this run must not write any more.", self.flow, self.shop)

    def _renewed(self) -> bool:
        asked = time.monotonic()
        try:
            with self._database.write("renew the lease") as connection:
                until_at = self._database.now(connection) + timedelta(seconds=self.ttl_seconds)
                renewal = sa.update(LEASES).where(self._mine()).values(until_at=until_at)
                still_mine = connection.execute(renewal).rowcount == 1
        except PasserelleError as error:
            logger.warning("The lease of %s for %s was not renewed: %s", self.flow, self.shop, error.reason)
            return False
        if still_mine:
            self._good_until = asked + self.ttl_seconds
        else:
            self.lost.set()
        return still_mine

    def _mine(self) -> sa.ColumnElement[bool]:
        return sa.and_(LEASES.c.shop == self.shop, LEASES.c.flow == self.flow, LEASES.c.token == self._token)


class Leases(LedgerPart):
    """The leases of a ledger."""

    @contextmanager
    def lease(self, shop: str, flow: str, *, ttl_seconds: float = 60) -> Iterator[Lease]:
        """The lease of a shop and flow, held while the block runs; LeaseHeldError when a living run holds it.

        A run that was killed on this machine frees it at once, one on another machine after `ttl_seconds`.
        """
        lease = Lease(self.database, shop, flow, ttl_seconds)
        lease.acquire()
        try:
            yield lease
        finally:
            lease.release()

    def held_flows(self, shop: str) -> set[str]:
        """The flows of the shop whose lease a run holds that may be at work."""
        with self.database.read("read the leases") as connection:
            now = self.database.now(connection)
            rows = connection.execute(sa.select(LEASES).where(LEASES.c.shop == shop)).all()
        return {row.flow for row in rows if _is_held(row, now)}


_AT_WORK: set[str] = set()
"""The tokens of the leases that this process holds: one that it could not give back is not held any more."""


def _holder(row: sa.Row[Any]) -> LeaseHolder:
    return LeaseHolder(row.host, row.machine, row.pid, row.process_start)


def _is_held(row: sa.Row[Any], now: datetime) -> bool:
    """Whether the holder of a lease may be at work.

    On the same machine only its process is looked at: a clock that is set forward frees no lease.
    """
    holder = _holder(row)
    if holder == this_process():
        return row.token in _AT_WORK
    return holder.is_known_to_live() or (row.until_at > now and not holder.is_gone())


def _acquire(database: Database, shop: str, flow: str, token: str, ttl_seconds: float) -> None:
    of = sa.and_(LEASES.c.shop == shop, LEASES.c.flow == flow)
    with database.write("take the lease") as connection:
        # One taker at a time. Read to its end: a cursor left open pins its connection to what SQLite held then.
        connection.execute(sa.select(LEDGER.c.id).with_for_update()).all()
        now = database.now(connection)
        held = connection.execute(sa.select(LEASES).where(of)).one_or_none()
        if held is not None and _is_held(held, now):
            raise LeaseHeldError(shop, flow, _holder(held), held.since_at, held.until_at)
        connection.execute(sa.delete(LEASES).where(of))
        row = {"shop": shop, "flow": flow, "token": token, "since_at": now}
        row |= asdict(this_process()) | {"until_at": now + timedelta(seconds=ttl_seconds)}
        connection.execute(sa.insert(LEASES).values(row))
