"""Reads what was asked in the back office, has each request done once, and says on the page what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from connectors.ledger import Ledger
from connectors.prestashop import Shop
from connectors.prestashop.board import BoardRequest
from schemas.errors import PasserelleError
from schemas.flows import FLOWS
from schemas.where import located_logger
from tasks.back_office.answers import Answer, answer_text, once, refused
from tasks.back_office.change_files import change_associations, change_settings
from tasks.back_office.send_again import EXPORT, send_again
from tasks.report.back_office import in_both_languages
from tasks.run.armed import as_armed, may_write
from tasks.run.push_board import can_run, has_board, write_news
from tasks.run.run import Asked
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.state import State, completed

logger = located_logger(__name__)
_RANK = {"settings": 0, "associations": 0, "resend_order": 1, "run": 2}
"""What changes how a run goes comes before it."""
_BUSY = frozenset({"AlreadyRunning"})
Start = Callable[[str], Awaitable[State]]
"""Runs the flow of this name over the shop."""


async def answer_what_was_asked(asked: Asked, start: Start) -> State:
    """Every open request has its answer, or waits for a run that is at work; the message counts them."""
    folder = open_shop_folder(asked.shop)
    asked, language = as_armed(asked, folder), folder.settings.shop.language
    with folder.open_ledger() as ledger, ledger.lease(folder.name, asked.flow) as lease:
        async with folder.open_shop() as shop:
            shop.ask_before_writes(may_write(asked, lease.check))
            if not await has_board(shop):
                return completed("Completed", answer_text("no_page")[language])
            requests = sorted((await shop.board.read()).requests, key=lambda one: _RANK.get(one.kind, len(_RANK)))
            if asked.dry_run:
                return completed("Planned", answer_text("waiting", count=str(len(requests)))[language])
            answers = await _Answering(asked.shop, ledger, shop, start).all(requests)
    counted = [str(sum(answer.state == state for answer in answers)) for state in ("done", "refused")]
    left = str(len(requests) - len(answers))
    text = answer_text("count", done=counted[0], refused=counted[1], left=left)
    return completed("Completed", text[language])


@dataclass(slots=True)
class _Answering:
    path: str
    ledger: Ledger
    shop: Shop
    start: Start

    @property
    def folder(self) -> ShopFolder:
        """As its files are now: a request may have changed them."""
        return open_shop_folder(self.path)

    async def all(self, requests: list[BoardRequest]) -> list[Answer]:
        """The answers that there are, each told at once; orders to be sent again are exported before any run."""
        answers: list[Answer] = []
        resent = False
        for request in requests:
            if resent and request.kind == "run":
                await self.start(EXPORT)
                resent = False
            answer = await once(self.ledger, self.folder.name, request, lambda at, of=request: self._act(of, at))  # type: ignore[misc]
            if answer is not None:
                answers.append(answer)
                resent |= request.kind == "resend_order" and answer.state == "done"
                await self._notify(answer)
        if resent:
            await self.start(EXPORT)
        if not answers:
            await self._notify()
        return answers

    async def _act(self, request: BoardRequest, begun_at: datetime | None) -> Answer | None:
        match request.kind:
            case "settings":
                return change_settings(self.folder, request)
            case "associations":
                return change_associations(self.folder, request)
            case "resend_order":
                return await send_again(self.folder, self.ledger, self.shop, request, begun_at)
            case "run":
                return await self._run(request)
            case _:
                return refused(request, "unknown")

    async def _run(self, request: BoardRequest) -> Answer | None:
        flow = FLOWS.get(request.subject)
        if flow is None or not can_run(self.folder, flow):
            return refused(request, "no_flow", flow=request.subject)
        ended = await self.start(flow.name)
        if ended.name in _BUSY:
            return None
        state = in_both_languages("state", ended.shown)
        return Answer(request.token, "done", state)

    async def _notify(self, *answers: Answer) -> None:
        """Writes answers to the page, with whatever else is new; what does not get there is told the next time."""
        try:
            state = await self.shop.board.read()
            given = [asdict(answer) for answer in answers]
            await write_news(self.folder, self.ledger, self.shop, state, with_orders=False, answers=given)
        except (PasserelleError, OSError) as error:
            logger.warning("An answer to the back office is told later: %s", error)
