"""From facts to an answer: what came, what the ledger and the shop have, why it is not there, what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.why.shapes import Article, FileRow, InShop, Line, Note, Order

_SHOWN_ROWS = 4


def article_answer(of: Article) -> list[Line]:
    """The answer for a reference: files, ledger, shop, then the verdict with what to do."""
    return [*_files(of), *_ledger(of), *_shop(of), Line("head", "why_head"), *_article_verdict(of)]


def order_answer(of: Order) -> list[Line]:
    """The answer for an order: the shop, the ledger, then the verdict with what to do."""
    return [*_order_in_shop(of), *_delivery(of), Line("head", "why_head"), *_order_verdict(of)]


def _files(of: Article) -> Iterator[Line]:
    yield Line("head", "files_head")
    for row in of.rows[:_SHOWN_ROWS]:
        where = {"file": row.file, "line": row.line, "stream": row.stream}
        if row.done_at is None:
            yield Line("fact", "row_waiting", where)
        else:
            yield Line("fact", "row_done", where | {"at": row.done_at})
        if row.values:
            yield Line("fact", "row_values", {"values": ", ".join(f"{name} = {value}" for name, value in row.values)})
    named = {row.stream for row in of.rows}
    for stream, file in of.newest_files.items():
        if stream not in named:
            yield Line("fact", "row_absent", {"stream": stream, "file": file})
    if not of.rows and not of.newest_files:
        yield Line("fact", "no_file_yet")


def _ledger(of: Article) -> Iterator[Line]:
    yield Line("head", "ledger_head")
    for link in of.links:
        code = "link_stock" if link.kind == "stock" else "link_combination" if link.id_combination else "link_product"
        if link.kind != "stock" and not link.id_product:
            code = "link_nothing"
        params = {"product": link.id_product, "combination": link.id_combination, "at": link.confirmed_at}
        yield Line("fact", code, params)
        if link.in_doubt:
            yield Line("fact", "link_in_doubt")
        if link.is_held:
            yield Line("bad", "link_held")
            yield Line("remedy", "do_resync", {"key": of.reference})
    if not of.links:
        yield Line("fact", "link_none")


def _shop(of: Article) -> Iterator[Line]:
    yield Line("head", "shop_head")
    if of.shop_error:
        yield Line("bad", "shop_not_asked", {"detail": of.shop_error})
        return
    for one in of.in_shop:
        yield Line("fact", "shop_combination" if one.id_combination else "shop_product", _numbers(one))
        yield Line("fact", {True: "shop_active", False: "shop_inactive", None: "shop_gone_product"}[one.is_active])
        if one.quantity is not None:
            yield Line("fact", "shop_quantity", {"quantity": one.quantity})
    if not of.in_shop:
        yield Line("fact", "shop_nothing")


def _numbers(one: InShop) -> dict[str, object]:
    return {"product": one.id_product, "combination": one.id_combination, "price": one.price}


def _article_verdict(of: Article) -> Iterator[Line]:
    waiting = [row for row in of.rows if row.done_at is None]
    fault = _newest_fault(of)
    if waiting:
        yield Line("bad", "is_waiting", {"file": waiting[0].file})
        yield Line("remedy", "do_run", {"flow": waiting[0].flow})
    if fault is not None:
        yield from _as_noted(fault)
    elif of.refused is not None:
        reason, remedy = of.refused
        yield Line("bad", "is_refused", {"reason": reason})
        yield Line("remedy", "do_as_said", {"remedy": remedy})
    elif not waiting:
        yield from _without_fault(of)


def _as_noted(fault: Note) -> Iterator[Line]:
    params = {"at": fault.at, "flow": fault.flow, "reason": fault.reason}
    yield Line("bad", "is_rejected" if fault.kind == "reject" else "has_incident", params)
    if fault.remedy:
        yield Line("remedy", "do_as_said", {"remedy": fault.remedy})


def _newest_fault(of: Article) -> Note | None:
    """The newest reject, or incident, that no later row of the same article has put right."""
    faults = sorted((one for one in of.notes if one.kind != "planned"), key=lambda one: one.at, reverse=True)
    done = [row for row in of.rows if row.done_at is not None]
    for fault in faults:
        later = [row for row in done if row.flow == fault.flow and row.done_at and row.done_at > fault.at]
        if not any(row.file != fault.file for row in later):
            return fault
    return None


def _without_fault(of: Article) -> Iterator[Line]:
    products = [link for link in of.links if link.kind == "product"]
    if of.shop_error:
        yield Line("bad", "shop_unknown")
    elif not of.in_shop and any(link.id_product for link in products):
        yield Line("bad", "is_deleted")
        yield Line("remedy", "do_resync", {"key": of.reference})
    elif not of.in_shop and products:
        yield Line("bad", "was_never_made", {"state": products[0].state})
        yield Line("remedy", "do_activate")
    elif not of.in_shop and not of.rows:
        yield from _unheard(of)
    elif not of.in_shop:
        yield Line("bad", "not_there")
        yield Line("remedy", "do_resync", {"key": of.reference})
    else:
        yield from _there(of, [row for row in of.rows if row.done_at is not None])


def _unheard(of: Article) -> Iterator[Line]:
    yield Line("bad", "never_came")
    yield _ask(of)


def _ask(of: Article) -> Line:
    if of.alike:
        return Line("remedy", "do_look_alike", {"keys": ", ".join(of.alike)})
    return Line("remedy", "do_ask_erp")


def _there(of: Article, rows: list[FileRow]) -> Iterator[Line]:
    closed = next((link for link in of.links if link.kind == "product" and link.state != "active"), None)
    if not of.links:
        yield Line("bad", "not_ours")
        if rows:
            yield Line("remedy", "do_run", {"flow": rows[0].flow})
        else:
            yield _ask(of)
        return
    if any(one.is_active is False for one in of.in_shop):
        yield Line("bad", "is_closed" if closed else "is_off_in_shop")
        yield Line("remedy", "do_open_in_erp" if closed else "do_switch_on", {"key": of.reference})
    elif all(one.quantity is not None and one.quantity <= 0 for one in of.in_shop):
        yield Line("bad", "is_out_of_stock")
        yield Line("remedy", "do_check_stock", {"key": of.reference})
    else:
        yield Line("good", "is_there")
        yield Line("remedy", "do_resync_if_wrong", {"key": of.reference})


def _order_in_shop(of: Order) -> Iterator[Line]:
    yield Line("head", "shop_head")
    if of.shop_error:
        yield Line("bad", "shop_not_asked", {"detail": of.shop_error})
    elif of.in_shop is None:
        yield Line("bad", "order_not_in_shop")
    else:
        shown = of.in_shop
        params = {"reference": shown.reference, "placed": shown.placed_at, "state": shown.state}
        yield Line("fact", "order_in_shop", params | {"changed": shown.changed_at})


def _delivery(of: Order) -> Iterator[Line]:
    yield Line("head", "ledger_head")
    if of.delivery is None:
        yield Line("fact", "order_unknown")
    else:
        params = {name: of.delivery.get(name, "") for name in ("erp_number", "changed_at", "attempts")}
        yield Line("fact", f"order_{of.delivery['state']}", params)
    if of.last_export_at is not None:
        yield Line("fact", "last_export", {"at": of.last_export_at})


def _order_verdict(of: Order) -> Iterator[Line]:
    state = "" if of.delivery is None else str(of.delivery["state"])
    newest = max(of.notes, key=lambda one: one.at, default=None)
    if state == "delivered":
        yield Line("good", "order_is_delivered", {"number": (of.delivery or {}).get("erp_number") or ""})
    elif state == "sent":
        yield Line("good", "order_is_sent")
        yield Line("remedy", "do_import_documents")
    elif state in {"held", "waiting"} and of.why is not None:
        yield Line("bad", f"order_is_{state}", {"reason": of.why[0]})
        yield Line("remedy", "do_as_said", {"remedy": of.why[1]})
        if state == "held":
            yield Line("remedy", "do_resync_order", {"key": of.key})
    elif state == "intent":
        yield Line("bad", "order_is_in_doubt")
        yield Line("remedy", "do_export")
    else:
        yield from _not_sent(of)
    if newest is not None and (of.why is None or newest.reason != of.why[0]):
        yield from _as_noted(newest)


def _not_sent(of: Order) -> Iterator[Line]:
    if of.in_shop is None:
        yield Line("bad", "shop_unknown" if of.shop_error else "order_not_in_shop")
        yield Line("remedy", "do_check_number")
    elif of.is_too_early:
        yield Line("bad", "order_too_early")
        yield Line("remedy", "do_move_placed_from")
    elif of.in_shop.state in of.waiting_states:
        yield Line("bad", "order_not_paid", {"state": of.in_shop.state})
        yield Line("remedy", "do_wait_for_payment")
    elif of.in_shop.state not in of.exported_states:
        states = ", ".join(str(state) for state in of.exported_states)
        yield Line("bad", "order_state_does_not_go", {"state": of.in_shop.state, "states": states})
        yield Line("remedy", "do_change_state")
    else:
        yield Line("bad", "order_not_looked_at")
        yield Line("remedy", "do_export")
