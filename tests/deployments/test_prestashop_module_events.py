"""The module's outbox: hooks cost nothing that an order could feel, and the resource gives and takes away events."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from deployments.prestashop_module.pack import MODULE
from tests.deployments.module_in_php import Run, needs_php, run

pytestmark = needs_php

PING = {"url": "http://127.0.0.1:8790/ping", "secret": "0123456789abcdef"}
BURST = [
    ("actionValidateOrder", 12),
    ("actionOrderStatusPostUpdate", 12),
    ("actionUpdateQuantity", 7),
    ("actionObjectStockAvailableUpdateAfter", 7),
    ("actionObjectProductUpdateAfter", 7),
    ("actionObjectCombinationUpdateAfter", 7),
    ("actionOrderStatusPostUpdate", 12),
    ("actionOrderStatusPostUpdate", 0),
]


def hooks(*said: tuple[str, int], topics: str = "order|product|stock", ago: int = 0, failing: str = "") -> Run:
    """What one request of the shop says to the module."""
    return run("hooks", json.dumps(said).encode(), f"topics={topics}&ago={ago}", failing)


def written(php: Run) -> list[tuple[str, str, str]]:
    """Shop, topic and id of what the one statement writes."""
    [statement] = [text for text in php.named("sql") if text.startswith("REPLACE")]
    return re.findall(r"\((\d+), '(\w+)', (\d+), ", statement)


def test_a_burst_in_one_request_is_one_statement_with_each_subject_once() -> None:
    php = hooks(*BURST)
    assert written(php) == [
        ("1", "order", "12"),
        ("1", "stock", "7"),
        ("2", "stock", "7"),
        ("1", "product", "7"),
        ("2", "product", "7"),
    ]
    assert len(php.named("sql")) == 1
    assert php.named("asked") == []


def test_only_what_somebody_listens_to_is_noted() -> None:
    assert written(hooks(*BURST, topics="order")) == [("1", "order", "12")]


@pytest.mark.parametrize(("topics", "ago"), [("", 0), ("order", 8 * 24 * 3600), ("order", -8 * 24 * 3600)])
def test_where_nobody_listens_or_a_clock_is_wrong_a_hook_asks_the_database_nothing(topics: str, ago: int) -> None:
    assert hooks(*BURST, topics=topics, ago=ago).notes == []


def test_a_table_that_cannot_be_written_costs_the_shop_a_line_in_its_log_and_nothing_else() -> None:
    php = hooks(("actionValidateOrder", 12), topics="order", failing="outbox")
    assert php.named("log") == ["Passerelle: events were not noted (PrestaShopException)"]


def test_events_are_given_and_those_that_were_read_are_taken_away() -> None:
    php = run("passerelle_events", b'{"read": [41, "42; DROP"]}', "topics=order|stock")
    assert "<subject><![CDATA[12]]></subject>" in php.answer
    [taken] = [text for text in php.named("sql") if text.startswith("DELETE")]
    assert taken.endswith("WHERE `id_shop` = 1 AND `id_event` IN (41, 42)")


def test_whoever_listens_for_the_first_time_is_told_that_events_are_missing() -> None:
    php = run("passerelle_events", query="topics=order")
    assert written(php) == [("1", "lost", "0")]
    assert php.named("configure") == ["PASSERELLE_LISTENER"]


def test_events_of_topics_that_nobody_listens_to_any_more_are_taken_away() -> None:
    now = int(time.time())
    php = run("passerelle_events", query=f"topics=order&configured[PASSERELLE_LISTENER]={now}+order|stock")
    [taken] = [text for text in php.named("sql") if text.startswith("DELETE")]
    assert taken.endswith("WHERE `id_shop` = 1 AND `topic` NOT IN ('order', 'lost')")
    same = run("passerelle_events", query=f"topics=order&configured[PASSERELLE_LISTENER]={now}+order")
    assert [text for text in same.named("sql") if text.startswith("DELETE")] == []


@pytest.mark.parametrize("known", [{}, PING])
def test_a_listener_that_starts_again_is_spoken_to_at_once(known: dict[str, str]) -> None:
    query = f"topics=order&configured[PASSERELLE_PING]={quote(json.dumps(known, separators=(',', ':')))}"
    php = run("passerelle_events", json.dumps({"ping": PING}).encode(), query)
    assert ("PASSERELLE_PING_FAILED", [0]) in php.told("configure")


def test_topics_that_there_are_not_are_refused() -> None:
    assert run("passerelle_events", query="topics=customer").answer.startswith("refused: topics are of order")


def test_every_hook_that_is_registered_is_a_method_of_the_module() -> None:
    php = run("install")
    methods = (MODULE / "classes" / "PasserelleEventHooks.php").read_text("utf-8")
    declared = set(re.findall(r"function hook(Action\w+)", methods))
    registered = {name[0].upper() + name[1:] for name in php.named("register") if name.startswith("action")}
    assert registered == declared


def test_nothing_but_ids_and_times_is_kept() -> None:
    columns = Path(MODULE / "classes" / "PasserelleOutbox.php").read_text("utf-8")
    table = columns.partition("self::TABLE => ")[2].partition("PRIMARY")[0]
    assert re.findall(r"`(\w+)`", table) == ["id_event", "id_shop", "topic", "id_subject", "noted_at"]
