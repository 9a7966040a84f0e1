"""A shop on this machine: a real HTTP server on loopback that behaves like a PrestaShop webservice and remembers."""

from __future__ import annotations

import copy
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from deployments.sandbox.shop import merchant, seed, shops
from deployments.sandbox.shop.clock import CLOCK
from deployments.sandbox.shop.control import Panel
from deployments.sandbox.shop.faults import Faults
from deployments.sandbox.shop.front import Front, RequestLog
from deployments.sandbox.shop.http import MAX_BODY, HttpServer
from deployments.sandbox.shop.module import install as install_module
from deployments.sandbox.shop.pace import MEASURED_CORES, Pace
from deployments.sandbox.shop.schema import resources_of
from deployments.sandbox.shop.snapshot import snapshot
from deployments.sandbox.shop.store import Store
from deployments.sandbox.shop.versions import rules_of
from deployments.sandbox.shop.webservice import Rights, Webservice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from deployments.sandbox.shop.shops import ShopGroup
    from deployments.sandbox.shop.store import Backup
    from deployments.sandbox.shop.versions import Profile

SANDBOX_KEY = "SANDBOX0SANDBOX0SANDBOX0SANDBOX0"
SAVE_EVERY_SECONDS = 2.0


class SandboxShop:
    """Runs from construction until :meth:`stop`.

    ``workers`` limits how many requests the shop serves at once; ``speed`` scales the measured cost of each (0: none,
    1: the measured shop, 2: half as fast); ``cores`` are the processors that the workers share.
    With ``state_file`` the shop comes back as it was. ``php`` is the major version of PHP, by default 7 for 1.7 and 8
    for the others: PHP 8 hides the ids of members whose fields the shop's code does not declare, and PHP 7, as well as
    PrestaShop 9 under any PHP, answers a failed SELECT as an empty list. ``groups`` makes several shops, in groups.
    """

    def __init__(
        self,
        profile: Profile = "8.2",
        port: int = 0,
        workers: int | None = None,
        speed: float = 0.0,
        cores: int = MEASURED_CORES,
        module: bool = False,
        state_file: Path | str | None = None,
        languages: Sequence[str] = ("en", "fr"),
        key: str = SANDBOX_KEY,
        php_warnings: bool = True,
        max_body: int = MAX_BODY,
        php: int | None = None,
        seconds_between_statements: float = 0.0,
        groups: Sequence[ShopGroup] = (),
    ) -> None:
        self.key = key
        self.faults = Faults()
        self._log = RequestLog()
        self._state_file = Path(state_file) if state_file else None
        php = php or (7 if profile.startswith("1.7") else 8)
        self._store = Store(resources_of(profile, module=module), rules_of(profile, php))
        self._store.seconds_between_statements = seconds_between_statements
        if self._state_file and self._state_file.exists():
            self._store.load(self._state_file)
        else:
            seed.install(self._store, tuple(languages), profile, groups)
        if module:
            install_module(self._store)
        pace = Pace(workers, speed, cores)
        self._webservice = Webservice(self._store, profile, key, pace.charge, php_warnings=php_warnings)
        front = Front(self._webservice, self.faults, pace, self._log, self._panel())
        self._server = HttpServer(port, front.answer, max_body)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._stopped = threading.Event()
        self._saver = threading.Thread(target=self._keep_saving, name="sandbox-shop-saver", daemon=True)
        self._saver.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port and, with a state file, write it a last time."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        CLOCK.wrong_by = 0.0
        self._server.stop()
        self._saver.join(timeout=10)
        self._save()

    def _keep_saving(self) -> None:
        saved = 0
        while self._state_file and not self._stopped.wait(SAVE_EVERY_SECONDS):
            if self.writes != saved:
                saved = self.writes
                self._save()

    def _save(self) -> None:
        if self._state_file:
            self._store.save(self._state_file)

    def _panel(self) -> Panel:
        return Panel(
            requests=lambda: self.requests,
            writes=lambda: self.writes,
            reset=self.reset_counts,
            rows=self.rows,
            snapshot=self.snapshot,
            change=self.change,
            insert=self.insert,
            faults=self.faults,
        )

    def rows(self, resource: str, id_shop: int | None = None) -> list[dict[str, Any]]:
        """Copies of what a table now holds, or one shop of several lists, by id; texts as ``{id_lang: text}``."""
        with self._store.lock, shops.within(id_shop):
            ids = None if id_shop is None else shops.listed(self._store, resource)
            return [
                copy.deepcopy(row if id_shop is None else shops.seen(self._store, resource, row))
                for number, row in sorted(self._store[resource].rows.items())
                if ids is None or number in ids
            ]

    def row(self, resource: str, identifier: int) -> dict[str, Any]:
        """A copy of one row; KeyError when there is none."""
        with self._store.lock:
            return copy.deepcopy(self._store[resource].rows[identifier])

    def insert(self, resource: str, values: Mapping[str, Any], id_shop: int | None = None) -> int:
        """Put a row in as a merchant would by hand, for every shop or one; its id comes back."""
        with self._store.lock, shops.within(id_shop):
            return merchant.insert(self._store, resource, dict(values))

    def change(self, resource: str, identifier: int, values: Mapping[str, Any], id_shop: int | None = None) -> None:
        """Edit a row as a merchant would by hand, in every shop or in one."""
        with self._store.lock, shops.within(id_shop):
            merchant.change(self._store, resource, identifier, dict(values))

    def replace_picture(self, image: int, content: str) -> None:
        """Another picture takes the place of one, under its id, as the back office does it; nothing else changes."""
        with self._store.lock:
            self._store.contents_of_images[image] = content

    def backup(self) -> Backup:
        """What the shop's database holds now, for `restore`."""
        with self._store.lock:
            return self._store.backup()

    def restore(self, kept: Backup) -> None:
        """Put the database back as it was: what came since is gone, and its ids are given again."""
        with self._store.lock:
            self._store.restore(kept)

    def remove(self, resource: str, identifier: int) -> dict[str, Any]:
        """Take a row out of a table, and nothing else; the row, for `put_back`."""
        with self._store.lock:
            return self._store[resource].remove(identifier) or {}

    def put_back(self, resource: str, row: dict[str, Any]) -> None:
        """Put a row that was taken out where it was."""
        with self._store.lock:
            self._store[resource].insert(row, int(row["id"]))

    def add_key(self, key: str, rights: Mapping[str, tuple[str, ...]], *, on_this_shop: bool = True) -> None:
        """Give out another key with methods by resource, such as ``{"products": ("GET",)}``."""
        self._webservice.keys[key] = Rights(rights, everything=False)
        if not on_this_shop:
            self._webservice.detached_keys.add(key)

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        """Method, path and status of every request to the webservice; status 0 is a reset connection."""
        return list(self._log.seen)

    def count(self, method: str | None = None, path: str | None = None) -> int:
        """How many requests had this method and a path in which this regular expression is found."""
        return sum(
            (method is None or seen == method) and (path is None or re.search(path, target) is not None)
            for seen, target, _ in self.requests
        )

    @property
    def writes(self) -> int:
        """How many requests were POST, PUT, PATCH or DELETE."""
        return self._log.writes

    @property
    def mails(self) -> list[tuple[str, int]]:
        """The mails sent to customers: template and order."""
        return list(self._store.mails)

    def set_clock(self, seconds: float) -> None:
        """Put the clock of the shops of this process so many seconds ahead (behind, when negative), until one stops."""
        CLOCK.wrong_by = seconds

    def reset_counts(self) -> None:
        """Forget the requests so far."""
        self._log.clear()

    def snapshot(self) -> dict[str, Any]:
        """The whole catalogue by natural keys, without ids and dates: equal snapshots are equal end states."""
        return snapshot(self._store)
