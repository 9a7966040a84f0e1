"""Faults on demand: by rule for the requests that match, or by seeded chance for any; and what people do meanwhile."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

FaultKind = Literal[
    "latency",  # the answer comes ``seconds`` late
    "429",  # too many requests, with Retry-After
    "503",  # service unavailable from the front server, with Retry-After
    "500-before",  # the script dies before it writes: empty body
    "500-after",  # the script dies after it wrote: empty body
    "reset-before",  # the connection is reset before anything is written
    "reset-after",  # everything is written, then the connection is reset
    "redirect",  # 302 to another host, nothing written
    "waf-403",  # an HTML page from a firewall
    "waf-406",  # the same as mod_security sends it
    "php-warnings",  # written; text of PHP warnings before the XML
    "php-warnings-500",  # written; yet an error document of code 3 with status 500
    "disabled",  # the webservice is switched off: 503 code 22
    "maintenance",  # an HTML maintenance page with 503
    "401",  # the key is not active: codes 20 and 21
    "sql-failure",  # a SELECT fails: 500 without a word, or where the database layer is silent an empty list
    "sql-failure-inside",  # the same for the SELECTs of texts and members: blank where silent, also to what is changed
    "sql-failure-cut",  # the same for the entities behind the first: left out in JSON, empty in XML
    "sql-failure-write",  # nothing is written: 500 without a word, or where it is silent with code 46
    "sql-failure-shop-row",  # where it is silent: what is made is written, but for its row of the shop
    "sql-failure-midway",  # the same as inside, behind the first entity of a list
]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
BY_CHANCE: tuple[FaultKind, ...] = tuple(
    kind for kind in FAULT_KINDS if kind != "401" and not kind.startswith("sql-failure")
)
AFTER_THE_WRITE: frozenset[FaultKind] = frozenset(
    {"latency", "500-after", "reset-after", "php-warnings", "php-warnings-500"},
)


@dataclass(slots=True)
class Fault:
    """What goes wrong, for which requests (regular expressions searched in method and path) and how often.

    ``times`` None means always; the first ``skip`` requests that match are left alone.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: int | None = 1
    skip: int = 0
    seconds: float = 0.05
    retry_after: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault is meant for this request."""
        return re.search(self.method, method) is not None and re.search(self.path, path) is not None


class Faults:
    """The faults still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._acts: list[tuple[Fault, Callable[[], object]]] = []
        self._random: random.Random | None = None
        self._rate = 0.0
        self._kinds: tuple[FaultKind, ...] = BY_CHANCE
        self.struck = 0

    def add(self, fault: Fault) -> None:
        """Add a rule."""
        if fault.kind not in FAULT_KINDS:
            raise ValueError(f"unknown fault {fault.kind!r}; known: {', '.join(FAULT_KINDS)}")
        with self._lock:
            self._rules.append(fault)

    def meanwhile(self, act: Callable[[], object], *, method: str = "", path: str = "", skip: int = 0) -> None:
        """Let somebody act in the shop just before it answers a request that matches, after `skip` that do."""
        with self._lock:
            self._acts.append((Fault("latency", method, path, skip=skip), act))

    def chance(self, seed: int, rate: float, kinds: tuple[FaultKind, ...] = BY_CHANCE) -> None:
        """Let each request fail with this chance, in any of these ways (all but a refused key)."""
        with self._lock:
            self._random = random.Random(seed)  # noqa: S311 repeatable, not secret
            self._rate = rate
            self._kinds = kinds

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._rules.clear()
            self._acts.clear()
            self._random = None

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault for this request, if any; it is used up. What somebody does just before it is done."""
        for act in self._due(method, path):
            act()
        with self._lock:
            fault = self._by_rule(method, path) or self._by_chance()
            self.struck += fault is not None
            return fault

    def _due(self, method: str, path: str) -> list[Callable[[], object]]:
        with self._lock:
            due = []
            for moment, act in list(self._acts):
                if not moment.matches(method, path):
                    continue
                if moment.skip:
                    moment.skip -= 1
                    continue
                self._acts.remove((moment, act))
                due.append(act)
            return due

    def _by_rule(self, method: str, path: str) -> Fault | None:
        for fault in self._rules:
            if fault.times == 0 or not fault.matches(method, path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    def _by_chance(self) -> Fault | None:
        if self._random is None or self._random.random() >= self._rate:
            return None
        return Fault(self._random.choice(self._kinds))
