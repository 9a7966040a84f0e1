"""Killed anywhere: `kill -9` at random and at chosen moments, the same flow again, the same end state."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from deployments.sandbox.shop import Fault
from tests.campaigns.stage import Act, Outcome, Stage, Trial

IN_A_ROW = 3
"""The most runs of one trial that are killed before one may end."""
_LOOK_EVERY_SECONDS = 0.001
_UNDER_WAY_SECONDS = 0.7
"""How long the shop goes on with a document after its client was killed; the next run begins at once."""
_WRITES = "POST|PUT|PATCH|DELETE"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a run is killed: `what` is `seconds`, `write` (just answered), `during` (a write under way) or `touch`.

    A touch is a change of the folder, counted from 1, or from -1 backwards: the last ones are the file that moves,
    its two folders made durable, and the work folder that is looked into and removed.
    """

    what: str
    at: float

    def __str__(self) -> str:
        return f"{self.what} {self.at:g}"


@dataclass(frozen=True, slots=True)
class Killed:
    """One trial: the moments at which it was killed, those that came in time, and what was found afterwards."""

    act: str
    moments: tuple[Moment, ...]
    kills: int
    broken: list[str]

    def __str__(self) -> str:
        return (
            f"{self.act}, killed at {', '.join(map(str, self.moments))}: {'; '.join(self.broken) or 'as undisturbed'}"
        )


def killed_and_run_again(stage: Stage, act: Act, moments: tuple[Moment, ...]) -> Killed:
    """A run of the act killed at each of the moments in turn, then one that is left alone."""
    wanted = stage.outcome(act)
    with stage.trial(act) as trial:
        kills = sum(_killed(trial, moment, wanted) for moment in moments)
        return Killed(act.name, moments, kills, trial.broken_laws(wanted, trial.run_until_completed()))


def _killed(trial: Trial, moment: Moment, undisturbed: Outcome) -> bool:
    """Whether the run was still under way at the moment, and so was killed."""
    if moment.what == "touch":
        touch = moment.at if moment.at > 0 else undisturbed.touches + 1 + moment.at
        return trial.run(dies_at_touch=int(touch)).name == ""
    shop = trial.world.shop
    shop.reset_counts()
    struck = shop.faults.struck
    if moment.what == "during":
        shop.faults.add(Fault("latency", method=_WRITES, skip=int(moment.at) - 1, seconds=_UNDER_WAY_SECONDS))
    started = time.monotonic()
    process = trial.start()
    while process.is_alive:
        if moment.what == "seconds" and time.monotonic() - started >= moment.at:
            break
        if moment.what == "write" and shop.writes >= moment.at:
            break
        if moment.what == "during" and shop.faults.struck > struck:
            break
        time.sleep(_LOOK_EVERY_SECONDS)
    process.kill()
    shop.faults.clear()
    return process.ended().name == ""


def random_moments(chance: Random, outcome: Outcome) -> tuple[Moment, ...]:
    """One to three moments within what an undisturbed run takes."""
    return tuple(_random_moment(chance, outcome) for _ in range(chance.choice((1, 1, 2, IN_A_ROW))))


def _random_moment(chance: Random, outcome: Outcome) -> Moment:
    what = chance.choice(("seconds", "seconds", "write", "during", "touch"))
    if what == "seconds":
        return Moment(what, round(chance.uniform(0.0, outcome.seconds), 3))
    return Moment(what, chance.randint(1, outcome.touches if what == "touch" else outcome.writes))


def campaign(stage: Stage, seed: int, at_least: int, acts: Sequence[Act]) -> Iterator[Killed]:
    """Trials of every act in turn until `at_least` kills have struck."""
    chance = Random(seed)
    kills = 0
    while kills < at_least:
        for act in acts:
            killed = killed_and_run_again(stage, act, random_moments(chance, stage.outcome(act)))
            kills += killed.kills
            yield killed


def at_every_touch(stage: Stage, act: Act, every: int = 1) -> Iterator[Killed]:
    """A trial for each change of the folder (or every so many): work files, report, archive, as they are made."""
    for touch in range(1, stage.outcome(act).touches + 1, every):
        yield killed_and_run_again(stage, act, (Moment("touch", touch),))
