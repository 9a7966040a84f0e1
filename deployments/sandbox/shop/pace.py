"""How long a real shop takes: fixed and per-entity costs, spent while one of its few workers is held."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Charge = Callable[[str, str, int], None]

FIXED_SECONDS = 0.0095
MEASURED_CORES = 2
_SHORTEST_SLEEP = 0.002
_SLICE = 0.01
_DEFAULT_WRITE = 0.009
_DEFAULT_READ = 0.0015
# A row of a list of bare ids, and one comparison of a filter's chain with a row of a table that is read whole.
_ANY_RESOURCE = {"GET ids": 0.00002, "GET compared": 0.000000023}

# Seconds per entity, beyond the fixed cost of a request, measured on an 8.2.0 with two cores.
COSTS: dict[tuple[str, str], float] = {
    ("products", "POST"): 0.0165,
    ("products", "PUT"): 0.012,
    ("products", "PATCH"): 0.0105,
    ("products", "GET full"): 0.0018,
    ("products", "GET fields"): 0.00028,
    ("combinations", "POST"): 0.0042,
    ("combinations", "PATCH"): 0.0042,
    # From recordings: two in full are answered within a millisecond of three ids; fields alone as a product's.
    ("combinations", "GET full"): 0.0005,
    ("combinations", "GET fields"): 0.00028,
    ("stock_availables", "PUT"): 0.00055,
    ("stock_availables", "PATCH"): 0.0006,
    # Of several measurements the middle one: 0.07 to 0.13 ms.
    ("stock_availables", "GET full"): 0.0001,
    ("stock_availables", "GET fields"): 0.0001,
    ("specific_prices", "POST"): 0.0007,
    ("specific_prices", "PATCH"): 0.0007,
    ("specific_prices", "GET full"): 0.00015,
    ("specific_prices", "GET fields"): 0.00015,
    ("customers", "POST"): 0.055,
    ("categories", "POST"): 0.0085,
    ("orders", "POST"): 0.35,
    ("store_orders", "POST"): 0.011,
    ("price_lines", "PUT hooks"): 0.0058,
    ("price_lines", "PUT plain"): 0.00008,
    ("product_lines", "PUT hooks product"): 0.0055,
    ("product_lines", "PUT plain product"): 0.0011,
    ("product_lines", "PUT hooks combination"): 0.001,
    ("product_lines", "PUT plain combination"): 0.00035,
    # On an 8.2.0 as it comes, where no module listens to specific prices.
    ("specific_price_lines", "PUT hooks made"): 0.00004,
    ("specific_price_lines", "PUT plain made"): 0.00004,
    ("specific_price_lines", "PUT hooks changed"): 0.00003,
    ("specific_price_lines", "PUT plain changed"): 0.00003,
    ("stock_lines", "PUT hooks"): 0.00075,
    ("stock_lines", "PUT plain"): 0.00006,
}


class Pace:
    """The shop's workers, the processors they share, and its speed.

    Speed 0 costs nothing, 1 is the measured shop, 2 is half as fast. With more workers busy than there are processors,
    each takes longer by as much: the measured shop of four workers on two cores wrote twice as much over four
    connections as over one, and no more over eight.
    """

    def __init__(self, workers: int | None, speed: float, cores: int = MEASURED_CORES) -> None:
        self.speed = speed
        self.cores = cores
        self._workers = threading.BoundedSemaphore(workers) if workers else None
        self._counting = threading.Lock()
        self._busy = 0
        self._owed = threading.local()

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Hold one of the shop's workers for the length of a request."""
        with self._workers or nullcontext():
            with self._counting:
                self._busy += 1
            try:
                yield
            finally:
                with self._counting:
                    self._busy -= 1

    def begin(self) -> None:
        """Spend the fixed cost of a request."""
        if self.speed:
            self._owed.seconds = 0.0
            self._spend(FIXED_SECONDS * self.speed)

    def charge(self, resource: str, verb: str, count: int) -> None:
        """Spend the cost of some entities; small costs are saved up and spent together."""
        if not self.speed:
            return
        cost = COSTS.get((resource, verb))
        if cost is None:
            cost = _ANY_RESOURCE.get(verb) or (_DEFAULT_READ if verb.startswith("GET") else _DEFAULT_WRITE)
        owed = getattr(self._owed, "seconds", 0.0) + cost * count * self.speed
        if owed >= _SHORTEST_SLEEP:
            self._spend(owed)
            owed = 0.0
        self._owed.seconds = owed

    def finish(self) -> None:
        """Spend what is still owed at the end of a request."""
        owed = getattr(self._owed, "seconds", 0.0)
        if self.speed and owed:
            self._spend(owed)
            self._owed.seconds = 0.0

    def _spend(self, seconds: float) -> None:
        """Seconds of a processor, in slices: how many share the processors changes meanwhile."""
        while seconds > 0:
            part = min(seconds, _SLICE)
            time.sleep(part * max(1.0, self._busy / self.cores))
            seconds -= part
