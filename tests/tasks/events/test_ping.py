"""A word of the shop that something is there is believed when it was signed, and not long ago; an ERP's by its code."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from tasks.events.plan.hook import code_of_hook
from tasks.events.plan.ping import is_signed

SECRET, BODY, NOW = "s" * 32, b'{"waiting":true}', 1_780_000_000


def signature(at: int, *, secret: str = SECRET, body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("seconds", [0, 299, -299])
def test_a_signed_word_is_believed_within_five_minutes(seconds: int) -> None:
    assert is_signed(SECRET, str(NOW + seconds), signature(NOW + seconds), BODY, NOW)


@pytest.mark.parametrize(
    ("at", "signed"),
    [
        (str(NOW), ""),
        (str(NOW), signature(NOW + 1)),
        (str(NOW), signature(NOW, secret="another")),
        (str(NOW), signature(NOW, body=b"")),
        (str(NOW - 301), signature(NOW - 301)),
        (str(NOW + 301), signature(NOW + 301)),
        ("", signature(NOW)),
        ("-1", signature(-1)),
    ],
)
def test_any_other_word_is_not(at: str, signed: str) -> None:
    assert not is_signed(SECRET, at, signed, BODY, NOW)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"triggercode": "SHIPPING_VALIDATE", "object": {"id": 3, "thirdparty": "Doe"}}', "SHIPPING_VALIDATE"),
        (b'{"triggercode": "<script>"}', None),
        (b'{"triggercode": 3}', None),
        (b"[]", None),
        (b"no JSON", None),
        (b"\xff", None),
    ],
)
def test_the_code_of_a_webhook_is_read_and_nothing_else(body: bytes, code: str | None) -> None:
    assert code_of_hook(body) == code
