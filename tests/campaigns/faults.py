"""Faults from a seed and by design: the same end state as without, nothing twice, nothing lost."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from deployments.sandbox.shop import Fault, FaultKind, SandboxShop
from tests.campaigns.run_flow import Ended
from tests.campaigns.stage import FIRST_DAY, SECOND_DAY, SHOP_STATE, STOCK, Act, Stage, Trial

RATE = 0.1
LOST: tuple[FaultKind, ...] = ("500-after", "reset-after", "php-warnings", "php-warnings-500")
"""The shop has written, and its answer does not say so."""
CREATED = (
    "manufacturers",
    "product_options",
    "product_option_values",
    "product_features",
    "product_feature_values",
    "categories",
    "products",
    "combinations",
)
_SMALL_DISK = (1_000, 8_000, 30_000, 100_000, 150_000)


@dataclass(frozen=True, slots=True)
class Disturbed:
    """One disturbed trial: what was done to it, how many requests failed, and what was found afterwards."""

    what: str
    struck: int
    broken: list[str]

    def __str__(self) -> str:
        return f"{self.what}: {self.struck} struck; {'; '.join(self.broken) or 'as undisturbed'}"


def by_chance(stage: Stage, act: Act, seed: int, rate: float = RATE) -> Disturbed:
    """Every request fails with this chance, in any way; runs are started again until one ends well."""

    def disturb(trial: Trial) -> None:
        trial.world.shop.faults.chance(seed, rate)

    return disturbed(stage, act, f"{act.name}, seed {seed}", disturb)


def lost_answers(stage: Stage, kind: FaultKind) -> Disturbed:
    """The first answer to a create of every resource is lost, and so is that to a change of stock."""

    def disturb(trial: Trial) -> None:
        for resource in CREATED:
            trial.world.shop.faults.add(Fault(kind, method="POST", path=f"/api/{resource}(\\?|$)"))
        trial.world.shop.faults.add(Fault(kind, method="PATCH", path="/api/stock_availables"))

    return disturbed(stage, FIRST_DAY, f"lost answers, {kind}", disturb)


def lost_writes(stage: Stage, act: Act, kind: FaultKind) -> Disturbed:
    """The first answer to a write of every method is lost."""

    def disturb(trial: Trial) -> None:
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            trial.world.shop.faults.add(Fault(kind, method=method))

    return disturbed(stage, act, f"{act.name}, lost writes, {kind}", disturb)


def storms(stage: Stage) -> Iterator[Disturbed]:
    """The shop asks for a pause many times in a row, or is slow all the time."""
    weather: Mapping[str, Callable[[], list[Fault]]] = {
        "a storm of 429": lambda: [Fault("429", skip=3, times=9)],
        "429 with a pause of a second": lambda: [Fault("429", method="POST|PATCH", times=3, retry_after=1)],
        "503 and resets in turn": lambda: [Fault(kind, skip=3, times=3) for kind in ("503", "reset-before")],
        "every answer late": lambda: [Fault("latency", times=None, seconds=0.05)],
    }
    for what, faults in weather.items():
        for act in (SECOND_DAY, STOCK):

            def disturb(trial: Trial, made: Callable[[], list[Fault]] = faults) -> None:
                for fault in made():
                    trial.world.shop.faults.add(fault)

            yield disturbed(stage, act, f"{act.name}, {what}", disturb)


def disturbed(stage: Stage, act: Act, what: str, disturb: Callable[[Trial], None]) -> Disturbed:
    """The act under `disturb` until a run ends well; then undisturbed, if it left rows behind, as a merchant would."""
    wanted = stage.outcome(act)
    with stage.trial(act) as trial:
        disturb(trial)
        ended = trial.run_until_completed()
        faults = trial.world.shop.faults
        faults.clear()
        if ended.name == "CompletedWithRejects":
            ended = _rejects_sent_again(trial)
        return Disturbed(what, faults.struck, trial.broken_laws(wanted, ended))


def _rejects_sent_again(trial: Trial) -> Ended:
    folder = trial.world.folder
    for number, rejects in enumerate(sorted((folder / "rejects").glob("*.csv"))):
        name = f"{rejects.name.split('_')[0]}_again{number}.csv"
        shutil.copy(rejects, folder / "streams" / name)
        trial.files.append(name)
    return trial.run_until_completed()


def shop_dies_and_comes_back(stage: Stage, act: Act, after_writes: int, seconds_away: float) -> Disturbed:
    """The shop's port closes after so many writes. Patience of a second: the run fails, its file stays, the next ends.

    A shop that is away for less than that is not even noticed in the state of the run.
    """
    wanted = stage.outcome(act)
    with stage.trial(act) as trial:
        world = trial.world
        world.write_settings(shop__limits=stage.limits | {"patience_seconds": 1.0})
        process = trial.start()
        while process.is_alive and world.shop.writes < after_writes:
            time.sleep(0.002)
        port = int(world.shop.url.rsplit(":", 1)[1])
        world.shop.stop()
        if seconds_away:
            time.sleep(seconds_away)
        failed = None if seconds_away else process.ended()
        world.shop = SandboxShop(port=port, state_file=world.folder.parent / SHOP_STATE, **act.options)
        ended = trial.run_until_completed() if failed else process.ended()
        broken = [] if failed is None or failed.name == "Failed" else [f"without a shop the run ended {failed.name}"]
        broken += [] if failed is None or "Remedy" in failed.message else [f"no remedy: {failed.message}"]
        return Disturbed(
            f"{act.name}, the shop dies after {after_writes} writes", 1, broken + trial.broken_laws(wanted, ended)
        )


def small_disks(stage: Stage, act: Act) -> Iterator[Disturbed]:
    """No file of the run may grow beyond a size, as on a full disk: the run says so, and the next one ends well."""
    wanted = stage.outcome(act)
    for size in _SMALL_DISK:
        with stage.trial(act) as trial:
            full = trial.run(file_bytes=size)
            broken = [] if full.name in {"Failed", "Completed"} else [f"ended {full.name!r}: {full.message}"]
            broken += [] if full.name == "Completed" or "Remedy" in full.message else [f"no remedy: {full.message}"]
            ended = full if full.name == "Completed" else trial.run_until_completed()
            yield Disturbed(f"{act.name}, files of {size} bytes", 1, broken + trial.broken_laws(wanted, ended))


def seeded(stage: Stage, seed: int, trials: int, acts: Sequence[Act]) -> Iterator[Disturbed]:
    """Trials by chance, the acts in turn."""
    chance = Random(seed)
    for number in range(trials):
        yield by_chance(stage, acts[number % len(acts)], chance.randrange(2**31))
