"""One ERP and the shops that send to it: what can happen to each of them, one act at a time."""

from __future__ import annotations

import copy
import json
import os
import shutil
import string
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Self

from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.cegid.refusals import Refusal
from deployments.sandbox.shop import SandboxShop
from flows.export_customers import export_customers
from flows.export_orders import export_orders
from flows.export_returns import export_returns
from tasks.run import step_tasks
from tasks.run.state import State
from tests.flows.order_world import ORDER, PASSWORD_VARIABLE, OrderWorld
from tests.flows.world import World

_FLOWS: Mapping[str, Callable[[str], Awaitable[State]]] = {
    "orders": export_orders.work,
    "customers": export_customers.work,
    "returns": export_returns.work,
}
READS = ("Get", "Search", "HelloWorld", "wsdl")
PAID, CANCELLED, REFUNDED, UNPAID = 2, 6, 7, 10


class AdversaryErp(SandboxCegid):
    """An ERP whose answers get lost, which carries a creation out late, and which may be away afterwards.

    `lost`: what becomes of the next creation: `never` arrives, its answer is lost `after` it, or it is carried out
    `late`, when `land` is called. Then the ERP is away until it is `back`, or answers at once again.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.on_their_way: list[tuple[str, str, dict[str, Any]]] = []
        self.is_away = False
        self.lost_ones = 0
        self._armed: tuple[str, str, bool] | None = None
        self._entered = 0

    def __enter__(self) -> Self:
        # Two shops are two worlds with one ERP.
        self._entered += 1
        return super().__enter__() if self._entered == 1 else self

    def __exit__(self, *failure: object) -> None:
        self._entered -= 1
        if not self._entered:
            super().__exit__(None, None, None)

    def lose(self, operation: str, how: str, *, away: bool) -> None:
        """The next call of this operation is lost."""
        with self.lock:
            self._armed = (operation, how, away)

    def back(self) -> None:
        """The ERP answers, and nothing more is lost."""
        with self.lock:
            self._armed, self.is_away = None, False

    def land(self) -> None:
        """What is late is carried out now; a refusal is heard by nobody."""
        late, self.on_their_way = self.on_their_way, []
        for service, operation, parameters in late:
            try:
                super().call(service, operation, parameters)
            except Refusal:
                continue

    def call(self, service_name: str, operation: str, parameters: dict[str, Any]) -> Any:
        with self.lock:
            if self.is_away:
                raise ConnectionResetError
            if self._armed is None or self._armed[0] != operation:
                return super().call(service_name, operation, parameters)
            (_, how, self.is_away), self._armed = self._armed, None
            self.lost_ones += 1
            if how == "late":
                self.on_their_way.append((service_name, operation, copy.deepcopy(parameters)))
            elif how == "after":
                super().call(service_name, operation, parameters)
            raise ConnectionResetError

    def writes(self) -> Mapping[str, int]:
        """The calls since `requests` was cleared that may have changed something."""
        return {name: count for name, count in self.requests.items() if not name.startswith(READS)}

    def cancel(self, document: Mapping[str, Any]) -> None:
        """A clerk cancels a document."""
        with self.lock:
            self._documents.Cancel({"Identifier": {"Key": dict(document["Key"])}})

    def type_in(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A clerk types a document; its key."""
        with self.lock:
            created = self._documents.Create(copy.deepcopy(dict(document)))
        key: dict[str, Any] = created["Key"]
        return key


class Installation(OrderWorld):
    """A shop with its folder, its ledger and the settings of its own."""

    erp_class = AdversaryErp
    erp: AdversaryErp

    def __init__(self, folder: Path, sandbox: SandboxShop, erp: AdversaryErp, number: int) -> None:
        # One ERP for all: the base class would make another.
        World.__init__(self, folder, sandbox)
        self.erp = erp
        self.number = number
        self.customers = 0
        self.codes: dict[str, str] = {}
        self.hidden_order: dict[str, Any] | None = None
        self.backups = [self.shop.backup()]

    @classmethod
    def beside(cls, folder: Path, erp: AdversaryErp, number: int, **codes: str) -> Self:
        """An installation on a new shop; `codes` are its prefixes."""
        world = cls(folder, SandboxShop(module=True), erp, number)
        world.codes.update(codes)
        return world

    def __enter__(self) -> Self:
        super().__enter__()
        os.environ[PASSWORD_VARIABLE] = self.erp.password
        streams = {"order": {"enabled": True}, "customer": {"enabled": True}, "return": {"enabled": True}}
        (self.folder / "export.json").write_text(json.dumps(streams), encoding="utf-8")
        return self

    def write_settings(self, **tables: Any) -> None:
        # A shop that is only read is not waited for after a run that was cut off.
        limits = {"pace": "full", "timeout_seconds": 10.0, "settle_seconds": 0.0}
        own = {name: text for name, text in self.codes.items() if name == "document_type"}
        common = {name: text for name, text in self.codes.items() if name not in own}
        given = {"shop__limits": limits, "erp": common, "erp__cegid": {"timeout_seconds": 10.0} | own}
        super().write_settings(**given | tables)

    def set_codes(self, **codes: str) -> None:
        """The merchant changes prefixes or the type of documents."""
        self.codes.update(codes)
        self.write_settings()

    def heed(self) -> None:
        """The merchant does as the settings' fault says: WEB1 and 1 is WEB and 11."""
        refused = {name: text for name, text in self.codes.items() if name.endswith("_prefix") and text[-1:].isdigit()}
        if refused:
            self.set_codes(**{name: f"{text}-" for name, text in refused.items()})

    def forget(self) -> None:
        """The ledger is lost."""
        for left in self.folder.glob("ledger.db*"):
            left.unlink()
        shutil.rmtree(self.folder / ".snapshots", ignore_errors=True)

    def knows_document(self, number: str) -> bool:
        """Whether the ledger has a delivery under this number of the ERP."""
        if not (self.folder / "ledger.db").exists():
            return False
        with self.ledger() as ledger:
            return ledger.knows_document(self.folder.name, ORDER, number)

    def hide(self, order: int) -> None:
        """The shop does not show an order, until it is `shown`."""
        self.hidden_order = self.shop.remove("orders", order)

    def show(self) -> None:
        """What was hidden is there again, as it was."""
        if self.hidden_order:
            self.shop.put_back("orders", self.hidden_order)
        self.hidden_order = None

    def order_rows(self) -> list[dict[str, Any]]:
        """The orders of the shop, the hidden one included."""
        hidden = [self.hidden_order] if self.hidden_order else []
        return sorted([*self.shop.rows("orders"), *hidden], key=lambda row: int(row["id"]))

    async def run(self, flow: str) -> State:
        """The final state of one run: the flow's own function, since Prefect's engine costs as much again."""
        return await _FLOWS[flow](str(self.folder))


def without_waits() -> None:
    """What is tried again is tried at once: a campaign has no other load to spare."""
    step_tasks.RETRY_SECONDS = (0.0,) * step_tasks.RETRIES


def reference_of(number: int) -> str:
    """A shop's reference of an order: nine letters, of which no two orders have the same."""
    chance = Random(number)
    return "".join(chance.choices(string.ascii_uppercase, k=9))
