"""What became of each request of the back office, as the ledger remembers it: done once, told until the page has it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from connectors.ledger import DeliveryState, Ledger
from connectors.prestashop.board import BoardRequest
from schemas.back_office import offered
from schemas.errors import ConfigurationError
from schemas.fault_texts import faults_text
from schemas.filled import filled
from schemas.messages import LANGUAGES

_KIND = "request"
_ATTEMPTS = 3
"""A request whose process died so often is not begun again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request, in both languages."""

    token: str
    state: Literal["done", "refused"]
    text: dict[str, str]


def done(request: BoardRequest, code: str, **params: str) -> Answer:
    """It is done."""
    return Answer(request.token, "done", answer_text(code, **params))


def refused(request: BoardRequest, code: str, **params: str) -> Answer:
    """It is not done, for this reason."""
    return Answer(request.token, "refused", answer_text(code, **params))


def faulty(request: BoardRequest, error: ConfigurationError) -> Answer:
    """It is not done: these are the faults, as they are told of the file."""
    return Answer(request.token, "refused", {language: faults_text(error, language) for language in LANGUAGES})


def answer_text(code: str, **params: str) -> dict[str, str]:
    """A text of ours in both languages."""
    return {language: filled(text, language, **params) for language, text in offered()["answers"][code].items()}


async def once(
    ledger: Ledger, shop: str, request: BoardRequest, act: Callable[[datetime | None], Awaitable[Answer | None]]
) -> Answer | None:
    """The answer to a request: the one that was given before, or that of `act`; None where it must wait.

    `act` is given the time since when an earlier process may have begun it, None for the first. What is intended and
    has no answer was cut off: it is begun again.
    """
    found = ledger.deliveries(shop, _KIND, keys=[request.token])
    known = next(found.iter_rows(named=True), None)
    if known is not None and known["state"] == DeliveryState.DELIVERED:
        return Answer(**json.loads(known["confirmed_value"]))
    if known is not None and known["attempts"] >= _ATTEMPTS:
        answer: Answer | None = refused(request, "given_up", count=str(_ATTEMPTS))
    else:
        ledger.intend(shop, _KIND, request.token, run_id=None)
        answer = await act(known["doubt_at"] if known else None)
    if answer is None:
        ledger.clear(shop, _KIND, [request.token], doubts=True)
        return None
    kept = json.dumps(asdict(answer), ensure_ascii=False)
    ledger.delivered(shop, _KIND, request.token, erp_number=None, erp_code=None, run_id=None, confirmed_value=kept)
    return answer
