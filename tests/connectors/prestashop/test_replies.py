"""What answers mean: by their first error code, hardly ever by their status."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import httpx
import pytest

from connectors.prestashop.replies import Reply, Verdict, blocked, denial, not_listed, raise_if_general, read_reply
from schemas.error_texts import error_message
from schemas.errors import DeniedError, PasserelleError, UnexpectedReplyError
from tests.connectors.prestashop.recordings import all_recordings, recording

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ERROR = "<prestashop><errors><error><code><![CDATA[{}]]></code><message><![CDATA[{}]]></message></error></errors>"


def _reply(status: int, body: str = "", seconds: float = 0.01, **headers: str) -> Reply:
    told = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return read_reply(status, told, body.encode(), seconds, NOW)


def _recorded(name: str) -> tuple[Reply, PasserelleError | None]:
    exchange = recording(name)
    response, request = exchange["response"], exchange["request"]
    reply = read_reply(
        response["status"], httpx.Headers(response["headers"]), (response["body"] or "").encode(), 0.01, NOW
    )
    resource = request["path"].removeprefix("/api").strip("/").split("?")[0].split("/")[0]
    return reply, denial(reply, request["method"], resource, response["headers"].get("Location", ""))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("00_auth/no_credentials", "all of its 32 characters"),
        ("00_auth/empty_key", "all of its 32 characters"),
        ("00_auth/wrong_key_short", "all of its 32 characters"),
        ("00_auth/wrong_key_32_chars", "all of its 32 characters"),
        ("00_auth/inactive_key", "is enabled"),
        ("00_auth/readonly_key_other_resource", "on the line 'orders'"),
        ("00_auth/readonly_key_post", "tick 'Add (POST)' on the line 'products'"),
        ("00_auth/key_without_shop", "associate it with this shop"),
        ("00_auth/webservice_disabled_503", "Enable PrestaShop's webservice"),
        ("09_errors/unknown_resource_order_returns", "install the module"),
        ("09_errors/unknown_resource_order_returns_json", "install the module"),
        ("03_filters/id_shop_2_unknown", "check id_shop"),
    ],
)
def test_what_only_a_person_can_change_is_denied_with_the_remedy(name: str, said: str) -> None:
    _, error = _recorded(name)
    assert isinstance(error, DeniedError)
    assert said in error.remedy


@pytest.mark.parametrize(
    "name", ["09_errors/warnings_visible__filter_unknown_field", "09_errors/warnings_hidden__filter_unknown_field"]
)
def test_the_first_code_decides_whatever_php_adds_to_it(name: str) -> None:
    reply, error = _recorded(name)
    assert reply.code == "32"
    assert isinstance(error, UnexpectedReplyError)


def test_messages_are_unescaped_and_without_php_noise() -> None:
    reply, _ = _recorded("05_multi/products_put_3__2nd_invalid_price")
    assert (reply.verdict, reply.code) == (Verdict.REFUSED, "85")
    assert reply.reason == 'Validation error: "Property Product->price is not valid"'
    reply, _ = _recorded("05_multi/products_delete_no_id")
    assert reply.reason == "Id(s) not exists: 0"
    assert reply.code == "87"


def test_an_exception_in_the_shop_is_a_500_without_a_word() -> None:
    reply, error = _recorded("05_multi/specific_prices_post_3__2nd_duplicate_key")
    assert (reply.verdict, error) == (Verdict.BROKEN, None)


def test_a_good_answer_tells_the_engine_s_own_seconds() -> None:
    reply, error = _recorded("08_http/get_product_headers")
    assert (reply.verdict, error) == (Verdict.DONE, None)
    assert reply.server_seconds is not None


def test_no_recorded_success_is_taken_for_a_failure_and_no_failure_for_a_success() -> None:
    for name in all_recordings():
        exchange = recording(name)
        status, body = exchange["response"]["status"], exchange["response"].get("body") or ""
        if exchange["response"].get("body_encoding") == "base64" or exchange["request"]["method"] == "HEAD":
            continue
        reply, error = _recorded(name)
        succeeded = 200 <= status < 300
        assert (reply.verdict is Verdict.DONE) == succeeded, name
        assert ("<errors>" not in body) or reply.codes, name
        assert error is None or not succeeded, name


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_shop_is_busy_and_may_name_a_delay(status: int) -> None:
    reply = _reply(status, "<html>Busy</html>", Retry_After="7")
    assert (reply.verdict, reply.retry_after) == (Verdict.BUSY, 7.0)


def test_a_delay_may_be_a_date() -> None:
    assert _reply(503, Retry_After="Sat, 21 Nov 2026 12:00:30 GMT").retry_after == 30.0
    assert _reply(503, Retry_After="Sat, 21 Nov 2026 11:00:00 GMT").retry_after == 0.0
    assert _reply(503, Retry_After="soon").retry_after is None


def test_a_gateway_that_gave_up_does_not_say_that_the_shop_did() -> None:
    assert not _reply(504).over
    assert not _reply(502).over
    assert not _reply(503, seconds=60.0).over
    assert _reply(429, seconds=0.01).over
    assert _reply(500, seconds=30.0).over


@pytest.mark.parametrize("status", [200, 403, 404, 406])
def test_a_page_for_people_is_a_firewall_or_a_wrong_address_d24(status: int) -> None:
    reply = _reply(status, "<html><h1>Access denied</h1>by WAF</html>", Content_Type="text/html")
    assert (reply.verdict, denial(reply, "POST", "products")) == (Verdict.BLOCKED, None)
    assert "Access denied by WAF" in blocked(reply, "POST products").reason


def test_a_firewall_that_let_something_through_blames_the_one_document() -> None:
    reply = _reply(403, "<html>no</html>")
    raise_if_general(reply, "POST products", written=3)
    with pytest.raises(DeniedError, match="firewall"):
        raise_if_general(reply, "POST products", written=0)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_wrong_address_and_the_remedy_names_the_right_one_d5(status: int) -> None:
    reply = _reply(status)
    error = denial(reply, "PATCH", "products", "https://www.shop.example/api/products?ws_key=secret")
    assert isinstance(error, DeniedError)
    assert "https://www.shop.example" in error.remedy
    assert "secret" not in str(error)


@pytest.mark.parametrize("status", [413, 414])
def test_sizes_are_refused_by_the_web_server(status: int) -> None:
    assert _reply(status, "<html>Too Large</html>").verdict is Verdict.TOO_LARGE


def test_warnings_alone_are_an_error_of_their_own() -> None:
    reply = _reply(500, ERROR.format("3", "[PHP Warning #2] foreach()"))
    assert (reply.verdict, reply.code, reply.reason) == (Verdict.REFUSED, "3", "[PHP Warning #2] foreach()")


def test_notices_of_php_that_are_answered_as_errors_come_with_the_setting_that_ends_it() -> None:
    reply = _reply(500, ERROR.format("5", "[PHP Notice #8] Trying to access array offset on value of type null"))
    told = not_listed(reply, "customers")
    for language in ("en", "fr"):
        read = error_message(told, language)
        assert "error_reporting = E_ALL & ~E_NOTICE & ~E_DEPRECATED & ~E_STRICT" in read.remedy
        assert "[5] [PHP Notice #8] Trying" in read.reason
        assert "customers" in read.reason
    other = not_listed(_reply(500, ERROR.format("66", "no such thing")), "customers")
    assert (other.reason, other.remedy) == ("[66] no such thing", "")


def test_that_nothing_was_saved_may_pass_unless_the_shop_says_why() -> None:
    assert _reply(500, ERROR.format("46", "Unable to save resource")).verdict is Verdict.BROKEN
    why = ERROR.format("140", "E-mail in use").replace(
        "</errors>", "<error><code>46</code><message>x</message></error></errors>"
    )
    reply = _reply(500, why)
    assert (reply.verdict, reply.codes) == (Verdict.REFUSED, ("140", "46"))


def test_an_error_hidden_in_a_success_is_still_an_error() -> None:
    assert _reply(200, ERROR.format("46", "Unable to save resource")).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "body",
    [
        b"<errors>" + b"<error><message>" * 60_000,
        b"<errors><error>" + b" " * 400_000 + b"<code>",
        b"<errors><error><code>3</code><message><![CDATA[" + b"x" * 2_000_000,
        b"<errors><error><message>" + b"<" * 400_000,
    ],
)
def test_errors_are_read_in_a_time_that_grows_with_their_length_only(body: bytes) -> None:
    start = time.perf_counter()
    read_reply(500, {}, body, 0.1, datetime.now(UTC))
    assert time.perf_counter() - start < 2
