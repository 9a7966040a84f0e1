"""Acts between a shop and an ERP: which orders and returns are there, and which flow takes them over.

As for the acts of files, the state before an act is made once, on both sides, and copied for every trial; what the ERP
holds after it, undisturbed, is what every disturbed trial must reach.
"""

from __future__ import annotations

import copy
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.shop import SandboxShop
from tests.campaigns import order_laws
from tests.campaigns.run_flow import Ended, FlowProcess, Order
from tests.campaigns.stage import FOLDER, MOST_RUNS, SHOP_STATE
from tests.flows.order_world import PASSWORD_VARIABLE, OrderWorld
from tests.flows.world import KEY_VARIABLE

ENDED_WELL = frozenset({"Completed", "CompletedWithRejects"})
UNPAID, DENIED = 10, 4
LATE_SECONDS = 1.5
"""How long the ERP takes over a call whose caller was killed meanwhile; the next run begins at once."""


class WatchedErp(SandboxCegid):
    """An ERP that counts its calls, and that can kill its caller at one of them.

    `before` it is carried out, `after` it, or `during` it: then it is carried out when the next run is under way.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.calls = 0
        self._victim: FlowProcess | None = None
        self._deadly = ("", 0)
        self._counting = threading.Lock()

    def kill_at(self, victim: FlowProcess, how: str, call: int) -> None:
        """Kill whoever makes the call of this number, counted from 1."""
        with self._counting:
            self.calls, self._deadly, self._victim = 0, (how, call), victim

    def spare(self) -> None:
        with self._counting:
            self._victim = None

    def call(self, service_name: str, operation: str, parameters: dict[str, Any]) -> Any:
        with self._counting:
            self.calls += 1
            how, number = self._deadly
            victim = self._victim if self.calls == number else None
        if victim is None:
            return super().call(service_name, operation, parameters)
        if how != "after":
            victim.kill()
        if how == "before":
            raise ConnectionResetError
        time.sleep(LATE_SECONDS if how == "during" else 0.0)
        try:
            return super().call(service_name, operation, parameters)
        finally:
            if how == "after":
                victim.kill()

    def take_over(self, other: WatchedErp) -> None:
        """Hold from now on what another ERP holds, as it is now."""
        with self.lock, other.lock:
            kept = copy.deepcopy((other._customers, other._documents))
            self._customers, self._documents = kept


class WatchedWorld(OrderWorld):
    erp_class = WatchedErp
    erp: WatchedErp

    def write_settings(self, **tables: Any) -> None:
        # A shop that is only read is not waited for after a kill.
        limits = {"pace": "full", "timeout_seconds": 10.0, "settle_seconds": 0.0}
        super().write_settings(**{"shop__limits": limits, "erp__cegid": {"timeout_seconds": 10.0}} | tables)


@dataclass(frozen=True, slots=True)
class OrderAct:
    """`prepare` fills both sides and says where each order or return must end, by its id in the shop."""

    name: str
    flow: str
    kind: str
    """What the ledger calls its deliveries."""
    type: str
    """What the ERP calls its documents."""
    prefix: str
    """Of their internal references."""
    prepare: Callable[[WatchedWorld], Mapping[str, str]]
    before: tuple[OrderAct, ...] = ()


def _orders(world: WatchedWorld) -> Mapping[str, str]:
    """New customers and known ones, guests of one e-mail, a split cart, several payments; one wrong, one unpaid."""
    known, split, regular = (world.customer(f"{name}@quatrebarbes.example") for name in ("known", "split", "regular"))
    world.erp.insert_customer(email="KNOWN@quatrebarbes.example", LastName="OLD", ActivityCode="0001")
    guests = [world.customer("guest@quatrebarbes.example", is_guest=1) for _ in range(2)]
    sent = [world.place(("ROBE-S", 2, "29.90"), ("CEINTURE", 1, "12.50"), shipping="4.90") for _ in range(3)]
    sent += [world.place(("ROBE-M", 3, "9.99"), customer=regular) for _ in range(2)]
    sent += [world.place(("SAC", 1, "80.00"), customer=guest, discounts="8.00") for guest in guests]
    sent += [world.place(("", 1, "15.00"), customer=split, reference="SPLITTED1") for _ in range(2)]
    sent += [world.place(("ROBE-L", 1, "33.33"), customer=known, address={"city": "Metz"})]
    parts = [{"amount": amount, "payment_method": "Virement"} for amount in ("10.00", "9.90")]
    sent += [world.place(("ROBE-XL", 1, "19.90"), wrapping="0", payments=parts)]
    wrong = world.place(("ROBE-S", 1, "20.00"), total_paid_tax_incl="19.99")
    unpaid = world.place(("ROBE-S", 1, "20.00"), state=UNPAID)
    return dict.fromkeys(map(str, sent), "delivered") | {str(wrong): "held", str(unpaid): "waiting"}


def _returns(world: WatchedWorld) -> Mapping[str, str]:
    """Some of every line, twice of one order; one of an order that the ERP was not given; one that nobody waits for."""
    sent = [world.ask_return(order, 1) for order in (1, 1, 2, 3, 4, 5, 6, 10)]
    held = world.ask_return(13, 1)
    world.ask_return(2, 1, state=DENIED)
    return dict.fromkeys(map(str, sent), "delivered") | {str(held): "held"}


ORDERS = OrderAct("orders", "export_orders", "order", "CustomerOrder", "WEB", _orders)
RETURNS = OrderAct("returns", "export_returns", "return", "ReturnNotice", "WEBR", _returns, before=(ORDERS,))
ACTS = (ORDERS, RETURNS)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Both sides before an act, and where its orders or returns must end."""

    place: Path
    erp: WatchedErp
    ends: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """The end of an act that nothing disturbed."""

    held: order_laws.Held
    calls: int
    reads: int
    seconds: float
    touches: int


@dataclass(slots=True)
class OrderTrial:
    """One copy of an act's beginning."""

    act: OrderAct
    world: WatchedWorld
    api_url: str
    ends: Mapping[str, str]

    def start(self, **changes: Any) -> FlowProcess:
        environment = {KEY_VARIABLE: self.world.shop.key, PASSWORD_VARIABLE: self.world.erp.password}
        return FlowProcess(Order(self.act.flow, self.world.folder, environment, self.api_url, **changes))

    def run(self, **changes: Any) -> Ended:
        return self.start(**changes).ended()

    def run_until_ended_well(self) -> Ended:
        """Runs again and again, as a schedule would, until a run ends well."""
        for _ in range(MOST_RUNS):
            ended = self.run()
            if ended.name in ENDED_WELL:
                break
        return ended

    def broken_laws(self, wanted: order_laws.Held, ended: Ended) -> list[str]:
        """What the ERP lacks or has twice, what the ledger says otherwise, what was not told, what is sent again."""
        if ended.name not in ENDED_WELL:
            return [f"the run ended {ended.name or 'without a state'}: {ended.message}"]
        broken = order_laws.twice(self.world.erp) + order_laws.different(order_laws.held(self.world.erp), wanted)
        broken += order_laws.ledger_differs(self.world, self.act, self.ends)
        broken += order_laws.untold(self.world, self.act, self.ends)
        self.world.erp.requests.clear()
        self.world.shop.reset_counts()
        once_more = self.run()
        called = {name: count for name, count in self.world.erp.requests.items() if name != "wsdl"}
        if once_more.name not in ENDED_WELL or called or self.world.shop.writes:
            broken.append(
                f"once more: {once_more.name}, {once_more.message}, {called}, {self.world.shop.writes} writes"
            )
        return broken


class OrderStage:
    """The folder in which trials are played; every act's beginning and end are made once."""

    def __init__(self, place: Path, api_url: str) -> None:
        self.place = place
        self.api_url = api_url
        self.played = 0
        self._beginnings: dict[str, Beginning] = {}
        self._outcomes: dict[str, OrderOutcome] = {}

    @contextmanager
    def trial(self, act: OrderAct) -> Iterator[OrderTrial]:
        """A fresh copy of the act's beginning; removed afterwards."""
        begun = self._beginning(act)
        self.played += 1
        place = self.place / f"order-trial{self.played}"
        shutil.copytree(begun.place, place)
        with _world(place) as world:
            world.erp.take_over(begun.erp)
            yield OrderTrial(act, world, self.api_url, begun.ends)
        shutil.rmtree(place, ignore_errors=True)

    def outcome(self, act: OrderAct) -> OrderOutcome:
        """How the act ends when nothing disturbs it."""
        if act.name not in self._outcomes:
            with self.trial(act) as trial:
                self._outcomes[act.name] = _undisturbed(trial)
        return self._outcomes[act.name]

    def _beginning(self, act: OrderAct) -> Beginning:
        if act.name not in self._beginnings:
            place = self.place / "beginnings" / act.name
            place.mkdir(parents=True)
            with _world(place) as world:
                for earlier in act.before:
                    trial = OrderTrial(earlier, world, self.api_url, earlier.prepare(world))
                    if (ended := trial.run()).name not in ENDED_WELL:
                        raise RuntimeError(f"{earlier.name}: {ended.name} {ended.message}")
                ends = act.prepare(world)
            self._beginnings[act.name] = Beginning(place, world.erp, ends)
        return self._beginnings[act.name]


def _world(place: Path) -> WatchedWorld:
    return WatchedWorld(place / FOLDER, SandboxShop(state_file=place / SHOP_STATE, module=True))


def _undisturbed(trial: OrderTrial) -> OrderOutcome:
    world = trial.world
    world.shop.reset_counts()
    start = time.monotonic()
    ended = trial.run()
    seconds = time.monotonic() - start
    held = order_laws.held(world.erp)
    outcome = OrderOutcome(held, world.erp.calls, len(world.shop.requests), seconds, ended.touches)
    broken = trial.broken_laws(held, ended)
    if broken:
        raise AssertionError(f"{trial.act.name}, undisturbed: {broken}")
    return outcome
