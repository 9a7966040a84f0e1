"""The person who does what the remedies say: each question of a held order or return is answered, by what is true."""

from __future__ import annotations

from connectors.ledger import DeliveryState
from deployments.commands.orders import another, resend, same
from deployments.terminal import out
from tests.campaigns.identity_book import Sold
from tests.campaigns.identity_laws import own_documents
from tests.campaigns.identity_trial import Trial
from tests.campaigns.identity_world import PAID, Installation

_ANSWERED = ("_id_reused", "_document_differs", "_document_by_hand", "_documents_by_hand")
_SENT_AGAIN = ("_doubt_stays",)


async def answer(trial: Trial) -> list[Sold]:
    """Answers all questions; the orders that are to be sent by the next run, or were found to be there."""
    answered = [sold for world in trial.installations for sold in await _of(trial, world)]
    trial.answered = {id(sold) for sold in answered}
    return answered


async def _of(trial: Trial, world: Installation) -> list[Sold]:
    paid = []
    documents = own_documents(trial)
    orders = {each.key: each for each in trial.book.of(world.number)}
    for kind, key, code in _questions(world):
        sold = orders.get(key) if kind == "order" else None
        with out.capture():
            if code.endswith(_SENT_AGAIN):
                await resend(int(key), returns=kind == "return", shop=world.folder)
            elif sold is not None and documents.get(id(sold)):
                same(int(key), shop=world.folder)
            else:
                another(int(key), returns=kind == "return", shop=world.folder)
        if sold is not None and sold.state == PAID:
            paid.append(sold)
    return paid


def _questions(world: Installation) -> list[tuple[str, str, str]]:
    states = [DeliveryState.HELD, DeliveryState.WAITING]
    with world.ledger() as ledger:
        held = ledger.deliveries(world.folder.name, states=states).select("kind", "key", "last_code").rows()
    # What the ledger calls `cegid/production/order` is `order` here: there is one ERP.
    rows = [(str(kind).rpartition("/")[2], key, code) for kind, key, code in held]
    return sorted(row for row in rows if (row[2] or "").endswith((*_ANSWERED, *_SENT_AGAIN)))


def unanswered(trial: Trial, answered: list[Sold]) -> list[str]:
    """Orders whose question was answered, and that have no document all the same, or too many."""
    documents = own_documents(trial)
    return [
        f"{sold} was answered for as its remedy says, and has {len(alive)} documents"
        for sold in answered
        if len(alive := documents.get(id(sold), [])) != 1
    ]
