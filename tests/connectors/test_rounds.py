"""Questions that wait while others are under way are asked together, and a failure is only one's own."""

from __future__ import annotations

import asyncio

import pytest

from connectors.rounds import Rounds


class Oracle:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.answers: list[asyncio.Future[str]] = []

    async def ask(self, ids: list[int]) -> str:
        self.asked.append(list(ids))
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.answers.append(answer)
        return await answer


async def _asking(rounds: Rounds[str], *ids: int) -> asyncio.Task[str]:
    """A question, and whatever follows from it at once."""
    asking = asyncio.create_task(rounds.answer(ids))
    for _ in range(5):
        await asyncio.sleep(0)
    return asking


@pytest.mark.parametrize("at_once", [1, 2])
async def test_what_comes_while_as_many_are_under_way_as_may_be_goes_together_into_the_next(at_once: int) -> None:
    oracle = Oracle()
    rounds = Rounds(oracle.ask, at_once)
    begun = [await _asking(rounds, number) for number in range(at_once)]
    waiting = [await _asking(rounds, 10, 11), await _asking(rounds, 12)]
    assert oracle.asked == [[number] for number in range(at_once)]
    oracle.answers[0].set_result("first")
    assert await begun[0] == "first"
    await asyncio.sleep(0)
    late = await _asking(rounds, 13)
    assert oracle.asked[at_once:] == [[10, 11, 12]]
    for answer in oracle.answers[1:]:
        answer.set_result("later")
    assert await asyncio.gather(*waiting, *begun[1:]) == ["later"] * (1 + at_once)
    await asyncio.sleep(0)
    oracle.answers[-1].set_result("last")
    assert await late == "last"
    assert oracle.asked[-1] == [13]


async def test_a_failure_is_told_to_one_and_the_others_ask_again_for_all_of_them() -> None:
    oracle = Oracle()
    rounds = Rounds(oracle.ask)
    held = await _asking(rounds, 0)
    one, other = await _asking(rounds, 1), await _asking(rounds, 2)
    oracle.answers[0].set_result("held")
    await held
    await asyncio.sleep(0)
    oracle.answers[1].set_exception(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        await one
    await asyncio.sleep(0)
    oracle.answers[2].set_result("told")
    assert await other == "told"
    assert oracle.asked == [[0], [1, 2], [1, 2]]


async def test_whoever_is_cancelled_takes_nobody_along() -> None:
    oracle = Oracle()
    rounds = Rounds(oracle.ask)
    held = await _asking(rounds, 0)
    one, other = await _asking(rounds, 1), await _asking(rounds, 2)
    held.cancel()
    await _asking(rounds, 3)
    one.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    oracle.answers[-1].set_result("told")
    assert await other == "told"
    assert oracle.asked[-1] == [1, 2, 3]
