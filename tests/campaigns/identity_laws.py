"""The law of orders that are nobody else's, asked at the end of a trial; each answer is a list of what breaks it.

For every paid order exactly one document in the ERP whose lines, total, date, reference and person are its own, or an
open incident or a held delivery that says what to do. Nothing here reads how the product is made: the book of what the
shops sold, the ERP's documents, and of the ledger only what a person is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.ledger import DeliveryState
from deployments.sandbox.cegid.documents import total
from schemas.messages import LANGUAGES, catalogue
from tests.campaigns.identity_book import Asked, Form, Sold, lines_of
from tests.campaigns.identity_people import filled_in, whose
from tests.campaigns.identity_trial import Trial
from tests.campaigns.identity_world import PAID, Installation

Document = Mapping[str, Any]
_AFTER = ("_after", "_differs_in_erp")
_SHARED_CAUSES = frozenset({"restore", "forget"})


def broken_laws(trial: Trial) -> list[str]:
    """What is wrong now that every run has ended and nothing is under way."""
    trial.look()
    told = {world.number: Told(world) for world in trial.installations}
    orders, returns = _documents(trial)
    of_order, found = _matched(trial, orders)
    for sold in trial.book.sold.values():
        found += _of_an_order(trial, sold, of_order[id(sold)], told[sold.installation])
    found += _of_returns(trial, returns, told)
    return [*trial.broken, *found]


def own_documents(trial: Trial) -> dict[int, list[Document]]:
    """The documents of each order that are not cancelled, by the order's identity in this process."""
    of_order, _ = _matched(trial, _documents(trial)[0])
    return {key: [each for each in documents if each["Active"]] for key, documents in of_order.items()}


def sent(trial: Trial) -> list[Sold]:
    """The orders that have one document, which says what they are now."""
    documents = own_documents(trial)
    return [
        sold
        for sold in trial.book.sold.values()
        if [_differs(each, sold.now) for each in documents.get(id(sold), [])] == [[]]
    ]


def note_told(trial: Trial) -> None:
    """What is told of orders that a database put back may take away: their ids then speak of others."""
    trial.look()
    for world in trial.installations:
        told = Told(world)
        for sold in trial.book.of(world.number):
            sold.was_told = sold.was_told or told.of("order", sold.key)


class Told:
    """What a person is told of an installation: open incidents with a remedy, and deliveries that are held with one."""

    def __init__(self, world: Installation) -> None:
        self._told: set[tuple[str, str, str]] = set()
        if (world.folder / "ledger.db").exists():
            self._read(world)

    def _read(self, world: Installation) -> None:
        with world.ledger() as ledger:
            incidents = ledger.incidents(shop=world.folder.name, open_only=True, limit=100_000).to_dicts()
            held = ledger.deliveries(world.folder.name).to_dicts()
        self._told = {
            (each["stream"], each["key"], each["code"])
            for each in incidents
            if each["level"] != "info" and _says(each["code"])
        }
        self._told |= {
            (str(each["kind"]).rpartition("/")[2], each["key"], each["last_code"])
            for each in held
            if each["state"] == DeliveryState.HELD.value and _says(each["last_code"] or "")
        }

    def of(self, stream: str, key: str, *, without_document: bool = False) -> bool:
        """Whether a person is told what to do about an order (`order`) or a return (`return`).

        `without_document`: what says that the ERP has its document, and that only something of it has changed since,
        does not count.
        """
        codes = {code for of_stream, of_key, code in self._told if (of_stream, of_key) == (stream, key)}
        return any(not (without_document and code.endswith(_AFTER)) for code in codes)


def _says(code: str) -> bool:
    """Whether the code has a reason and a remedy in every language."""
    texts = [catalogue(language).get(code, {}) for language in LANGUAGES]
    return all(each.get("reason", "").strip() and each.get("remedy", "").strip() for each in texts)


def _documents(trial: Trial) -> tuple[list[Document], list[Document]]:
    ours: list[Document] = [each for each in trial.erp.documents() if each["Key"] not in trial.by_hand]
    returns = [each for each in ours if each["Key"]["Type"] == "ReturnNotice"]
    return [each for each in ours if each not in returns], returns


def _matched(trial: Trial, documents: list[Document]) -> tuple[dict[int, list[Document]], list[str]]:
    """Each document by the order that it is of, by reference and content; and those that are of none."""
    of_order: dict[int, list[Document]] = defaultdict(list)
    found: list[str] = []
    for document in documents:
        named = list(trial.book.referring(str(document["Header"].get("ExternalReference"))))
        same = [sold for sold in named if any(not _differs(document, form) for form in sold.forms)]
        # Two orders of one cart may be alike: one document each.
        same.sort(key=lambda sold: len(of_order[id(sold)]))
        if same:
            of_order[id(same[0])].append(document)
            found += _of_somebody_else(trial, document, same[0])
        elif named:
            differs = "; ".join(_differs(document, named[0].now))
            found.append(f"{_named(document)} is what {named[0]} never was: {differs}")
        else:
            found.append(f"{_named(document)} is of no order that there was")
    return of_order, found


def _differs(document: Document, form: Form) -> list[str]:
    """What a document says otherwise than an order in one of its forms."""
    pairs = {
        "lines": (lines_of(document), form.lines),
        "total": (total(dict(document)), form.total),
        "date": (str(document["Header"]["Date"])[:10], form.day),
    }
    return [f"{name} {theirs}, not {ours}" for name, (theirs, ours) in pairs.items() if theirs != ours]


def _of_somebody_else(trial: Trial, document: Document, sold: Sold) -> Iterator[str]:
    """Where a document names, or is filed under, another person than the order does."""
    people = {trial.one(number) for form in sold.forms for number in form.people}
    for part in ("DeliveryAddress", "InvoicingAddress"):
        for path, text in filled_in(document.get(part) or {}, part):
            if trial.one(whose(text)) not in {None, *people}:
                yield f"{_named(document)} of {sold}: {path} is of person {whose(text)}, not {people}"
    code = document["Header"]["CustomerId"]
    record = trial.erp.customers().get(code, {})
    email = str((record.get("EmailData") or {}).get("Email", "")).casefold()
    emails = {form.email for form in sold.forms}
    # A person may have changed the e-mail since: their own record is known by their name.
    if email not in emails and trial.one(whose(str(record.get("LastName", "")))) not in people:
        yield f"{_named(document)} of {sold} is filed under customer {code}, who is somebody else"


def _of_an_order(trial: Trial, sold: Sold, documents: list[Document], told: Told) -> Iterator[str]:
    alive = [each for each in documents if each["Active"]]
    by_hand = [each for each in documents if each["Key"] in trial.cancelled_by_hand]
    # A clerk has cancelled one, and a person has answered that the order goes all the same.
    if len(alive) + len(by_hand) > 1 and not (len(alive) == 1 and id(sold) in trial.answered):
        yield f"{sold} has {len(documents)} documents: {', '.join(map(_named, documents))}"
    said = told.of("order", sold.key, without_document=not documents)
    if sold.is_there and sold.state == PAID:
        if not alive and not by_hand and not said:
            yield f"{sold} is paid, has no document{' any more' if documents else ''}, and nobody is told"
        elif not documents and not _has_a_cause(trial, sold):
            yield f"{sold} is held, and nothing ever happened to it"
        elif not alive and not said and any(each["Key"] in trial.cancelled_unseen for each in by_hand):
            yield f"{sold} is paid, {_named(by_hand[0])} was taken for its document, and nobody is told"
        elif alive and _differs(alive[0], sold.now) and not (said or id(sold) in trial.answered):
            yield f"{sold} is no longer what {_named(alive[0])} says, and nobody is told"
    elif sold.is_there and alive and not said and "forget" not in trial.causes:
        # With the ledger, what was known of an order that is no longer sold is lost too.
        yield f"{sold} is in state {sold.state}, {_named(alive[0])} is not cancelled, and nobody is told"
    elif not sold.is_there and sold.was_due and not documents and not (said or sold.was_told):
        yield f"{sold} was paid and is gone, has no document, and nobody was told"


def _has_a_cause(trial: Trial, sold: Sold) -> bool:
    return bool(sold.causes or trial.causes & _SHARED_CAUSES or len(trial.installations) > 1)


def _of_returns(trial: Trial, documents: list[Document], told: Mapping[int, Told]) -> Iterator[str]:
    """Each return once, of its own order; or somebody is told."""
    left = list(documents)
    for asked in trial.book.asked.values():
        mine = [each for each in left if _is_of(each, asked)]
        left = [each for each in left if each not in mine]
        if len(mine) > 1:
            yield f"{asked} has {len(mine)} documents"
        order = _order_of(trial, asked)
        if not mine and order is not None and order.is_there and not told[asked.installation].of("return", asked.key):
            yield f"{asked} has no document, and nobody is told"
    yield from (f"{_named(each)} is of no return that there was" for each in left)


def _order_of(trial: Trial, asked: Asked) -> Sold | None:
    return trial.book.sold.get((asked.installation, asked.id_order, asked.order_reference))


def _is_of(document: Document, asked: Asked) -> bool:
    lines = {name: abs(quantity) for name, quantity, _ in lines_of(document)}
    same_reference = document["Header"].get("ExternalReference") == asked.order_reference
    return same_reference and lines == asked.lines and document["Header"]["InternalReference"].endswith(f"R{asked.key}")


def _named(document: Document) -> str:
    key = document["Key"]
    cancelled = "" if document["Active"] else ", cancelled"
    return f"document {key['Type']} {key['Number']} ({document['Header']['InternalReference']}{cancelled})"
