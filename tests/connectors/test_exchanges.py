from __future__ import annotations

import json

from connectors.exchanges import MOST, keeping_exchanges, note_exchange, outline

ORDER = b"""<?xml version="1.0"?><prestashop><customer xlink:href="https://x/api/customers/7">
<email><![CDATA[zephyrine@quatrebarbes.example]]></email><firstname>Zephyrine</firstname><id>7</id><note/></customer>"""


def test_a_body_is_kept_as_elements_and_lengths() -> None:
    told = outline(ORDER)
    assert "<email>(30)</email><firstname>(9)</firstname><id>(1)</id><note/>" in told
    for personal in ("phyrine", "quatrebarbes", "customers/7"):
        assert personal not in told


def test_json_keeps_its_members_and_loses_every_value() -> None:
    body = json.dumps({"email": "z@q.example", "age": 41, "names": ['Z "x"', None, True]}).encode()
    assert outline(body) == '{"email": (11), "age": (2), "names": [(7), null, true]}'


def test_what_is_cut_in_the_middle_of_a_value_shows_nothing_of_it() -> None:
    assert outline(b"<customer><email>zephyrine@quatre") == "<customer><email>"
    assert outline(b'{"id": 7, "email": "zephyrine@quatre') == '{"id": (1), "email":'
    assert outline(b"<html><body>Zephyrine</body></html>") == outline(b"Zephyrine") == ""


def test_only_the_last_exchanges_are_kept_and_only_where_somebody_asked() -> None:
    note_exchange("PrestaShop", "GET", "/api/orders", 0.1)
    with keeping_exchanges() as kept:
        for number in range(MOST + 5):
            path = f"/api/customers/{number}?filter[email]=z@q.example&display=[id]&limit=5"
            note_exchange("PrestaShop", "GET", path, 0.1, status=200, answered=ORDER)
    told = kept.as_dicts()
    assert len(told) == MOST
    assert told[-1]["path"] == f"/api/customers/{MOST + 4}?filter[email]=...&display=[id]&limit=5"
    assert "example" not in json.dumps(told)
