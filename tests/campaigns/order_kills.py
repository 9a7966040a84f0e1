"""Orders and returns on their way to the ERP, killed anywhere: run again, the ERP has each of them exactly once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from tests.campaigns.kills import Killed, Moment
from tests.campaigns.order_stage import ACTS, OrderAct, OrderOutcome, OrderStage, OrderTrial

AT_A_CALL = ("before", "after", "during")
"""A call of the ERP that never arrives, whose answer never arrives, or that is carried out under the next run."""
IN_A_ROW = 5
"""The most runs of one trial that are killed before one may end."""
_LOOK_EVERY_SECONDS = 0.001


def killed_and_run_again(stage: OrderStage, act: OrderAct, moments: tuple[Moment, ...]) -> Killed:
    """A run of the act killed at each of the moments in turn, then one that is left alone."""
    wanted = stage.outcome(act)
    with stage.trial(act) as trial:
        kills = sum(_killed(trial, moment) for moment in moments)
        return Killed(act.name, moments, kills, trial.broken_laws(wanted.held, trial.run_until_ended_well()))


def _killed(trial: OrderTrial, moment: Moment) -> bool:
    """Whether the run was still under way at the moment, and so was killed."""
    if moment.what == "touch":
        return trial.run(dies_at_touch=int(moment.at)).name == ""
    erp, shop = trial.world.erp, trial.world.shop
    shop.reset_counts()
    started = time.monotonic()
    process = trial.start()
    if moment.what in AT_A_CALL:
        erp.kill_at(process, moment.what, int(moment.at))
        ended = process.ended()
        erp.spare()
        return ended.name == ""
    while process.is_alive:
        if moment.what == "seconds" and time.monotonic() - started >= moment.at:
            break
        if moment.what == "read" and len(shop.requests) >= moment.at:
            break
        time.sleep(_LOOK_EVERY_SECONDS)
    process.kill()
    return process.ended().name == ""


def random_moments(chance: Random, outcome: OrderOutcome) -> tuple[Moment, ...]:
    """Up to so many moments within what an undisturbed run takes, mostly calls of the ERP; the later, the earlier."""
    kills = chance.choice((1, 2, 3, IN_A_ROW))
    return tuple(_random_moment(chance, outcome, number) for number in range(1, kills + 1))


def _random_moment(chance: Random, outcome: OrderOutcome, number: int) -> Moment:
    """The run after a kill has less left to do."""
    what = chance.choice((*AT_A_CALL, *AT_A_CALL, "seconds", "read", "touch"))
    if what == "seconds":
        return Moment(what, round(chance.uniform(0.0, outcome.seconds / number), 3))
    most = {"read": outcome.reads, "touch": outcome.touches}.get(what, outcome.calls // number)
    return Moment(what, chance.randint(1, most))


def campaign(stage: OrderStage, seed: int, at_least: int) -> Iterator[Killed]:
    """Trials of orders and of returns in turn until `at_least` kills have struck."""
    chance = Random(seed)
    kills = 0
    while kills < at_least:
        for act in ACTS:
            killed = killed_and_run_again(stage, act, random_moments(chance, stage.outcome(act)))
            kills += killed.kills
            yield killed
