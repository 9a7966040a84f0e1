"""Faults of shop and ERP under orders and returns, from a seed and by design: the same end state as without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import get_args

from deployments.sandbox.cegid.faults import Kind
from deployments.sandbox.shop import Fault, FaultKind
from tests.campaigns.faults import Disturbed
from tests.campaigns.order_stage import ACTS, OrderAct, OrderStage, OrderTrial

ERP_SHARE, SHOP_RATE = 0.05, 0.05
ERP_KINDS: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "huge")
SHOP_KINDS: tuple[FaultKind, ...] = (
    "latency",
    "429",
    "503",
    "500-before",
    "500-after",
    "reset-before",
    "reset-after",
    "php-warnings",
    "401",
)
LOST: tuple[Kind, ...] = ("reset-after", "500-after", "fault-timeout", "slow")
"""The ERP has carried it out, or has not, and its answer does not say so."""
WRITES = ("AddNewCustomer", "UpdateCustomer", "Create")
DISTURBED_RUNS = 3
_TOO_SLOW_SECONDS = 6.0
_PATIENCE_SECONDS = 4.0


def by_chance(stage: OrderStage, act: OrderAct, seed: int, runs: int = DISTURBED_RUNS) -> Disturbed:
    """Every request of either side fails with this chance, in any way, for some runs; then nothing does."""

    def disturb(trial: OrderTrial) -> None:
        trial.world.erp.faults.chance(ERP_SHARE, ERP_KINDS, seed)
        trial.world.shop.faults.chance(seed, SHOP_RATE, SHOP_KINDS)

    return disturbed(stage, act, f"{act.name}, seed {seed}", disturb, runs=runs)


def lost_answers(stage: OrderStage) -> Iterator[Disturbed]:
    """The first answer to each kind of write is lost, or comes when nobody waits for it any more."""
    for act in ACTS:
        for kind in LOST:

            def disturb(trial: OrderTrial, kind: Kind = kind) -> None:
                trial.world.write_settings(erp__cegid={"timeout_seconds": _PATIENCE_SECONDS})
                for operation in WRITES:
                    trial.world.erp.faults.add(kind, operation, seconds=_TOO_SLOW_SECONDS)

            yield disturbed(stage, act, f"{act.name}, lost answers, {kind}", disturb)


def refused_access(stage: OrderStage) -> Iterator[Disturbed]:
    """One side refuses the access in the middle: the run says so with its remedy, and the next one ends well."""
    for act in ACTS:

        def at_the_erp(trial: OrderTrial) -> None:
            trial.world.erp.faults.add("401", "Create")

        def at_the_shop(trial: OrderTrial) -> None:
            trial.world.shop.faults.add(Fault("401", path="/api/order_details"))

        for side, disturb in (("ERP", at_the_erp), ("shop", at_the_shop)):
            yield disturbed(stage, act, f"{act.name}, 401 from the {side}", disturb, remedied=True)


def disturbed(
    stage: OrderStage,
    act: OrderAct,
    what: str,
    disturb: Callable[[OrderTrial], None],
    *,
    runs: int = 1,
    remedied: bool = False,
) -> Disturbed:
    """The act under `disturb` for some runs, then run again undisturbed; a failed run must name its remedy."""
    wanted = stage.outcome(act)
    with stage.trial(act) as trial:
        shop, erp = trial.world.shop.faults, trial.world.erp.faults
        disturb(trial)
        ended = [trial.run() for _ in range(runs)]
        struck = shop.struck + erp.struck
        shop.clear()
        erp.clear()
        broken = [f"no remedy: {each.message}" for each in ended if remedied and "Remedy" not in each.message]
        broken += trial.broken_laws(wanted.held, trial.run_until_ended_well())
        return Disturbed(what, struck, broken)


def seeded(stage: OrderStage, seed: int, trials: int) -> Iterator[Disturbed]:
    """Trials by chance, orders and returns in turn."""
    chance = Random(seed)
    for number in range(trials):
        yield by_chance(stage, ACTS[number % len(ACTS)], chance.randrange(2**31))
