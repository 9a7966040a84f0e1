"""How many entities a document holds, learnt from the shop's answers, and how many requests fly at once, as it is set.

A pure controller: it is told what happened and says what to do next; it knows neither clock nor network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.prestashop.load import ShopLoad

if TYPE_CHECKING:
    from connectors.prestashop.limits import ShopLimits

_READING = ("read ", "find ")

_FIRST_SIZE = 10
_FIRST_OF_MODULE: Mapping[str, int] = {
    "product_lines": 30,
    "combination_lines": 100,
    "stock_lines": 100,
    "specific_price_lines": 100,
}
"""Lines of a first document to our module, which takes a fraction of the time of the webservice's, at pace full."""
_FIRST_PAGE = 100
_FULL = 0.75  # of the size asked for
_ANSWERS_BEFORE_ONE_MORE = 40
_TOO_SLOW = 1.5  # times the target
# Times what the shop worked: a visitor's page then falls beside a document for half of its time, or for a quarter.
_FIRST_REST, _LONGEST_REST = 1.0, 3.0
_SURE = 0.1  # share of a busy shop
# Beyond a second, what a request costs in itself (12 ms of an 8.2.0) is small change, and a lost answer leaves more
# to look up.
_FULL_SECONDS = 1.0
# No more than a visitor's page when polite: a longer document takes its share of the processors from all of a page,
# and its own time hardly shows that there was one. Half a page once there are visitors.
_POLITE_SECONDS, _POLITE_SECONDS_BESIDE_VISITORS = 0.08, 0.05


def page_workload(resource: str, *, full: bool) -> str:
    """The lane of lists of `resource`, counted in rows."""
    return f"read {resource}{' full' if full else ''}"


def lookup_workload(resource: str, *, full: bool) -> str:
    """The lane of look-ups of `resource`, counted in values."""
    return f"find {resource}{' full' if full else ''}"


@dataclass(slots=True)
class _Workload:
    """One resource in one direction."""

    size: int
    ceiling: int
    recalled: bool = False
    """Whether an earlier client learnt the size."""
    recent: float | None = None
    """Seconds per entity lately."""
    slowest: float = 0.0

    def note(self, entities: int, seconds: float, worked: float) -> None:
        """Learns from an answer after `seconds`, of which the shop `worked` so long."""
        cost = worked / entities
        self.recent = cost if self.recent is None else (self.recent + cost) / 2
        self.slowest = max(self.slowest * 0.9, seconds / entities)

    def forget(self) -> None:
        """The shop has changed its speed."""
        self.recent = None


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a pace knows of a shop.

    By lane its size; by kind of write and number of entities the seconds that the shop took at its best.
    """

    sizes: Mapping[str, int]
    quickest: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


class Pace:
    """The sizes and the number of connections to use now, within the limits."""

    def __init__(self, limits: ShopLimits) -> None:
        self._limits = limits
        self._polite = limits.pace == "polite"
        self._load = ShopLoad()
        # More requests than workers stand in line and harm no throughput (measured up to 8).
        self._most = 1 if self._polite else limits.max_connections
        self._workloads: dict[str, _Workload] = {}
        self._connections = self._most
        self._answers = 0
        """Answers since the number of connections was set."""

    def learnt(self) -> Learnt:
        """What a later client of the same shop may start from."""
        sizes = {
            name: workload.size
            for name, workload in self._workloads.items()
            if workload.recalled or workload.recent is not None
        }
        return Learnt(sizes, self._load.quickest())

    def start_from(self, learnt: Learnt) -> None:
        """Begins where an earlier client ended, within the limits; what has changed since is learnt as ever."""
        self._load.start_from(learnt.quickest)
        for name, size in learnt.sizes.items():
            workload = self._workload(name)
            workload.size, workload.recalled = max(1, min(workload.ceiling, size)), True

    @property
    def connections(self) -> int:
        """How many requests may fly at once."""
        return self._connections

    def batch_size(self, resource: str) -> int:
        """How many entities of `resource` the next document should hold."""
        return self._workload(resource).size

    def page_size(self, resource: str, *, full: bool = False) -> int:
        """How many rows of `resource` the next page should hold."""
        return self._workload(page_workload(resource, full=full)).size

    def lookup_size(self, resource: str, *, full: bool = False) -> int:
        """How many values of `resource` the next look-up should ask for."""
        return self._workload(lookup_workload(resource, full=full)).size

    def rest_seconds(self, seconds: float) -> float:
        """How long a connection stays silent after a request of `seconds`, when polite.

        Not at all where the shop is idle; as long as it worked where its times show visitors, and up to three times as
        long the more they do.
        """
        share = self._load.share if self._polite else 0.0
        first = min(_FIRST_REST, _FIRST_REST * share / _SURE)
        return seconds * (first + (_LONGEST_REST - _FIRST_REST) * share)

    def seconds_per_entity(self, workload: str) -> float:
        """The slowest time per entity seen in this lane; 0 before the first answer."""
        return self._workload(workload).slowest

    def answered(
        self,
        workload: str,
        entities: int,
        seconds: float,
        *,
        in_flight: int = 1,
        server_seconds: float | None = None,
        wrote: str = "",
    ) -> None:
        """A request of `entities` was answered well after `seconds`, with `in_flight` requests at the shop.

        `wrote` is the verb of a write.
        """
        if entities < 1:
            return
        if wrote:
            self._load.wrote(f"{wrote} {workload} {in_flight}", entities, seconds, server_seconds)
        # The way to a shop that is far takes nothing from its visitors.
        worked = (self._polite and server_seconds) or seconds
        self._workload(workload).note(entities, seconds, worked)
        self._learn_size(self._workload(workload), entities, worked)
        self._answers += 1
        if self._connections < self._most and self._answers > _ANSWERS_BEFORE_ONE_MORE:
            self._set_connections(self._connections + 1)

    def busy(self) -> None:
        """The shop said 429 or 503: half the connections, and a while before one comes back."""
        self._load.asked_for_a_pause()
        self._set_connections(self._connections // 2)

    def lost(self, workload: str, entities: int) -> None:
        """No answer in time: half the connections, half the document."""
        self._set_connections(self._connections // 2)
        self._shrink(workload, entities // 2)

    def too_large(self, workload: str, entities: int) -> None:
        """The web server refused the size: never this many again."""
        known = self._workload(workload)
        known.ceiling = max(1, min(known.ceiling, entities // 2))
        self._shrink(workload, known.ceiling)

    def _workload(self, name: str) -> _Workload:
        workload = self._workloads.get(name)
        if workload is None:
            reading = name.startswith(_READING)
            ceiling = self._limits.max_page if reading else self._limits.batch(name)
            by_module = _FIRST_SIZE if self._polite else _FIRST_OF_MODULE.get(name, _FIRST_SIZE)
            workload = self._workloads[name] = _Workload(min(ceiling, _FIRST_PAGE if reading else by_module), ceiling)
        return workload

    def _shrink(self, name: str, size: int) -> None:
        workload = self._workload(name)
        workload.size = max(1, min(workload.size, size))
        workload.forget()

    @property
    def _target_seconds(self) -> float:
        """How long the shop should work on a document."""
        if not self._polite:
            return _FULL_SECONDS
        return _POLITE_SECONDS_BESIDE_VISITORS if self._load.share > 0 else _POLITE_SECONDS

    def _learn_size(self, workload: _Workload, entities: int, seconds: float) -> None:
        """Grows or shrinks the lane's documents."""
        if seconds > self._target_seconds * _TOO_SLOW and entities > 1:
            workload.size = min(workload.size, max(1, int(entities * self._target_seconds / seconds)))
            workload.forget()
            return
        in_time = int(self._target_seconds / max(workload.recent or 0.0, 1e-9))
        goal = max(1, min(workload.ceiling, in_time))
        if entities >= _FULL * workload.size and goal >= workload.size * 1.2:
            workload.size = min(goal, workload.size * 2)

    def _set_connections(self, connections: int) -> None:
        self._connections = max(1, connections)
        self._answers = 0
