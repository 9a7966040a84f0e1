"""The short form of the campaign `orders-identity`, and proof that its law can be broken."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.campaigns import orders_identity
from tests.campaigns.identity_laws import broken_laws
from tests.campaigns.identity_moves import MOVES, Move
from tests.campaigns.identity_trial import Trial, trial

SEEDS = [pytest.param(seed, marks=pytest.mark.always if seed <= 2 else ()) for seed in range(1, 5)]


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_api")
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_every_paid_order_has_its_own_document_or_somebody_is_told(seed: int) -> None:
    [played] = orders_identity.campaign(seed, 1, shorten=False)
    assert played.broken == [], str(played)


def test_a_seed_is_one_sequence_and_every_move_is_in_some() -> None:
    sequences = [orders_identity.sequence(seed, MOVES) for seed in range(300)]
    assert sequences[7] == orders_identity.sequence(7, MOVES)
    assert {move.name for moves in sequences for move in moves} == set(MOVES)
    assert [Move.parse(str(move)) for move in sequences[7]] == [*sequences[7]]


async def _sold(here: Trial, *moves: str) -> None:
    for move in map(Move.parse, moves):
        done = MOVES[move.name](here, Random(str(move)))
        if done is not None:
            await done


def _lost(here: Trial) -> None:
    here.erp._documents.by_key.clear()


def _doubled(here: Trial) -> None:
    [document] = here.erp.documents()
    header = document["Header"] | {"InternalReference": "OTHER1"}
    here.erp.type_in({**document, "Header": header})


def _given_to_somebody_else(here: Trial) -> None:
    stranger = here.somebody()
    code = here.erp.insert_customer(email=stranger.email, LastName=stranger.account()["lastname"])
    [document] = here.erp._documents.by_key.values()
    document["Header"]["CustomerId"] = code


def _dearer(here: Trial) -> None:
    [document] = here.erp._documents.by_key.values()
    document["Lines"][0]["NetUnitPrice"] += 1


def _dated_otherwise(here: Trial) -> None:
    [document] = here.erp._documents.by_key.values()
    document["Header"]["Date"] = "2020-01-01T00:00:00"


def _overwritten(here: Trial) -> None:
    [record] = here.erp._customers.by_code.values()
    record["PhoneData"] = {"CellularPhoneNumber": here.somebody().address()["phone_mobile"]}
    here.note_records()


def _cancelled_by_us(here: Trial) -> None:
    here.erp.cancel(here.erp.documents()[0])
    here.note_cancelled()


@pytest.mark.usefixtures("prefect_api")
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_lost, "no document"),
        (_doubled, "2 documents"),
        (_given_to_somebody_else, "somebody else"),
        (_dearer, "never was"),
        (_dated_otherwise, "date 2020-01-01"),
        (_overwritten, "of person 1, now 2's"),
        (_cancelled_by_us, "its order was not"),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
async def test_the_law_sees_what_is_wrong(harm: Callable[[Trial], Any], words: str) -> None:
    with trial() as here:
        await _sold(here, "place:1", "run:0")
        assert broken_laws(here) == []
        harm(here)
        assert any(words in each for each in broken_laws(here))
