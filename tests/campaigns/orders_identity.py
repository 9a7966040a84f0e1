"""An id is not an identity: random sequences of what happens to shops, ledgers and an ERP, then the law of orders.

A trial is a seed; a seed is a sequence of moves, with several runs among them. One that breaks the law is played again
with fewer moves until none can be left out, and told as `--seed` and as the shortest sequence, which
`python -m tests.campaigns.orders_identity MOVE:NUMBER ...` repeats.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from connectors.prestashop.board import RESOURCE as BOARD
from tests.campaigns.identity_answers import answer, unanswered
from tests.campaigns.identity_laws import broken_laws, note_told, sent
from tests.campaigns.identity_moves import HOUR, MOVES, Move
from tests.campaigns.identity_trial import FLOWS, Trial, trial
from tests.campaigns.order_stage import ENDED_WELL

_AGAIN = 40
"""Trials that shortening one sequence may cost."""


@dataclass(frozen=True, slots=True)
class Played:
    """How one sequence ended."""

    seed: int
    moves: tuple[Move, ...]
    broken: list[str]
    orders: int = 0
    """Paid orders that there were."""
    sent: int = 0
    """Those of them that have a document which is wholly theirs."""
    shortest: tuple[Move, ...] = ()

    def __str__(self) -> str:
        again = f"python -m tests.campaigns.orders_identity {' '.join(map(str, self.shortest or self.moves))}"
        return "\n    ".join((f"seed {self.seed}, repeated by: {again}", *self.broken))


_DOUBTED = ("prefix", "customer-prefix", "document-type", "cancel", "refund", "edit", "merge", "moves-house", "hide")
_AFTER = ("edit", "moves-house", "cancel", "refund", "delete", "merge", "typed", "clerk-cancels", "hide", "ask-return")
_CLOCKS = ("shop-clock", "our-clock", "later")
_SETTINGS = ("prefix", "customer-prefix", "document-type")
CHAPTERS: Sequence[Sequence[Sequence[str]]] = (
    (("lose",), ("place",), ("run",), (*_DOUBTED, *_CLOCKS, "guest"), ("run", "land"), ("land", "pay-again")),
    (("lose-customer",), ("place", "guest"), ("run",), ("moves-house", "merge", "customer-prefix", "run"), ("run",)),
    (("backup", "place"), ("place", "split", "guest"), ("run",), ("restore",), ("place",), ("place", "ask-return")),
    (("place",), ("run-all",), ("ask-return", "prospect"), ("run-all",), ("restore", *_AFTER), ("place", "prospect")),
    (("second",), ("place",), ("place", "guest"), ("run",), (*_SETTINGS, "restore", "place")),
    (_CLOCKS, ("place",), ("run",), _CLOCKS, ("place", "unpaid"), ("run", "pay")),
    (("place", "unpaid", "split"), ("run",), _AFTER, ("run",), ("pay-again", "pay", *_AFTER)),
    (("guest",), ("run",), ("guest", "moves-house"), ("run",)),
    (("forget",), (*_SETTINGS, *_AFTER, "restore", "place"), ("place", "run"), ("forget", "run", "later")),
)
"""What goes together; of each step one is chosen, or what is left of it."""


def sequence(seed: int, names: Collection[str]) -> tuple[Move, ...]:
    """The moves of a seed, of these names: something is sold and sent, then two or three chapters, mixed."""
    chance = Random(f"identity/{seed}")
    told = [[chance.choice(step) for step in chapter] for chapter in chance.sample(CHAPTERS, chance.choice((2, 2, 3)))]
    moves = ["place", "run"]
    while told:
        # Mostly one after the other: what goes together should not be torn apart by too much else.
        chapter = told[0] if chance.random() < 0.8 else chance.choice(told)
        moves.append(chapter.pop(0))
        told = [each for each in told if each]
    return tuple(Move(name, chance.randrange(1000)) for name in moves if name in names)


def play(moves: tuple[Move, ...], seed: int = 0) -> Played:
    """Plays a sequence, and asks which laws it breaks."""
    return asyncio.run(_play(moves, seed))


async def _play(moves: tuple[Move, ...], seed: int) -> Played:
    with trial() as here:
        for move in moves:
            if move.name == "restore":
                note_told(here)
            done = MOVES[move.name](here, Random(str(move)))
            if done is not None:
                await done
        broken = await _quiet(here, moves)
        paid = [each for each in here.book.sold.values() if each.was_paid]
        return Played(seed, moves, broken, len(paid), len(sent(here)))


async def _quiet(here: Trial, moves: Sequence[Move]) -> list[str]:
    """Everything is put right, time passes, and the flows run until nothing is left to do; then the laws are asked."""
    here.erp.back()
    here.erp.land()
    here.clocks.set_wrong()
    for world in here.installations:
        world.heed()
    flows = _flows(moves)
    bad: list[str] = []
    for hours in (1, 25):
        here.clocks.let_pass(hours * HOUR)
        bad = await _round(here, flows)
    found = bad + broken_laws(here)
    note_told(here)
    if answered := await answer(here):
        # What a question asks for, one more run does; the answer may have been to wait for another day.
        found += await _round(here, flows)
        found += unanswered(here, answered) + broken_laws(here)
        found = list(dict.fromkeys(found))
    here.erp.requests.clear()
    before = here.erp.documents(), here.erp.customers()
    for world in here.installations:
        world.shop.reset_counts()
    found += await _round(here, flows)
    writes = here.erp.writes()
    if writes or (here.erp.documents(), here.erp.customers()) != before:
        found.append(f"a second run wrote to the ERP: {dict(writes)}")
    for world in here.installations:
        # What the page in the back office is told is no data of the shop.
        written = [(verb, path) for verb, path, _ in world.shop.requests if verb != "GET" and BOARD not in path]
        found += [f"a second run wrote to shop {world.number}: {written}"] if written else []
    return found


async def _round(here: Trial, flows: Sequence[str]) -> list[str]:
    found = []
    for world in here.installations:
        for flow in flows:
            state = await here.run(world, flow)
            if state.name not in ENDED_WELL:
                found.append(f"undisturbed, {flow} of shop {world.number} ended {state.name}: {state.message}")
    return found


def _flows(moves: Sequence[Move]) -> Sequence[str]:
    names = {move.name for move in moves}
    if "run-all" in names:
        return FLOWS
    return [
        flow
        for flow, needed in zip(FLOWS, ({"run"}, {"prospect"}, {"ask-return"}), strict=True)
        if flow == "orders" or names & needed
    ]


def shortened(moves: tuple[Move, ...], broken: Sequence[str]) -> tuple[Move, ...]:
    """The sequence without the moves that the same law is broken without."""
    wanted, left = {_kind(each) for each in broken}, _AGAIN
    at = 0
    while at < len(moves) and left:
        fewer, left = moves[:at] + moves[at + 1 :], left - 1
        if wanted & {_kind(each) for each in play(fewer).broken}:
            moves = fewer
        else:
            at += 1
    return moves


def _kind(broken: str) -> str:
    """What law it is, without whose order it was."""
    return re.sub(r"\(.*?\)|[\d.]+|'.*?'", "", broken.partition(":")[0])


def campaign(seed: int, count: int, names: Collection[str] = tuple(MOVES), *, shorten: bool = True) -> Iterator[Played]:
    """So many trials, from one seed on."""
    for number in range(seed, seed + count):
        played = play(sequence(number, names), number)
        if played.broken and shorten:
            shortest = shortened(played.moves, played.broken)
            played = replace(played, shortest=shortest, broken=play(shortest).broken or played.broken)
        yield played


def main() -> int:
    from tests.campaigns.prefect_here import prefect_server  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.orders_identity", description=__doc__)
    parser.add_argument("moves", nargs="*", metavar="MOVE:NUMBER", help=", ".join(MOVES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=list(MOVES), help="with these moves only")
    parser.add_argument("--without", nargs="*", choices=list(MOVES), default=[], help="without these moves")
    parser.add_argument("--as-it-is", action="store_true", help="a sequence that breaks the law is not shortened")
    asked = parser.parse_args()
    quiet = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False})
    with prefect_server(), quiet:
        if asked.moves:
            moves = tuple(map(Move.parse, asked.moves))
            trials: Iterator[Played] = iter([play(moves)])
        else:
            names = [name for name in asked.only or MOVES if name not in asked.without]
            trials = campaign(asked.seed, asked.count, names, shorten=not asked.as_it_is)
        broken = count = 0
        for count, played in enumerate(trials, 1):  # noqa: B007 - told at the end
            broken += bool(played.broken)
            if played.broken:
                sys.stdout.write(f"{played}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{broken} of {count} sequences broke a law\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
