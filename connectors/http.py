"""How every connector talks HTTP: verified TLS, no cookies, no redirects, no environment's proxy, no secret told."""

from __future__ import annotations

import ipaddress
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import SplitResult, urlsplit

import certifi
import httpx

from connectors.bodies import ENCODINGS_OFFERED, TooLargeError, whole_body_of_stream
from schemas.errors import ConfigFault, ConfigurationError

USER_AGENT = "Passerelle"
# The web server closes an idle connection after 5 s (Apache) or more; ours goes first.
KEEP_ALIVE_SECONDS = 3.0
CONNECT_SECONDS = 5.0

_QUERY = re.compile(r"\?\S*")


@cache
def tls_context(verify: str | bool = True) -> ssl.SSLContext:
    """The one TLS context of the process for `verify`.

    True: the system's authorities and certifi's; a text: only the authorities of that file; False: nothing is verified,
    as a setting may say for a test shop. Loading the authorities takes 25 ms, hence once. ConfigurationError for a
    file that cannot be read or holds none.
    """
    try:
        context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    except OSError as error:  # ssl.SSLError is one, too
        reason = f"{verify} is no file of certificates that can be read"
        remedy = "Write true, or the path of a file of trusted certificates in PEM form."
        raise ConfigurationError((ConfigFault("settings.toml", "verify_tls", reason, remedy),)) from error
    if verify is True:
        context.load_verify_locations(cafile=certifi.where())
    elif verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def open_client(
    base_url: str,
    *,
    headers: dict[str, str],
    verify: ssl.SSLContext | str | bool = True,
    timeout_seconds: float,
    connections: int,
) -> httpx.AsyncClient:
    """An httpx client for one system; `verify` is a context, or as `tls_context` says."""
    _keep_queries_out_of_logs()
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": ENCODINGS_OFFERED} | headers,
        verify=_context_for(base_url, verify),
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds), pool=None),
        limits=httpx.Limits(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
        ),
        follow_redirects=False,
        trust_env=False,
    )


async def whole_answer(answer: httpx.Response, limit: int) -> bytes:
    """The body of a streamed answer, decoded; BodyError when it is broken or larger than `limit` bytes."""
    announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise TooLargeError(limit)
    return await whole_body_of_stream(answer.aiter_raw(), answer.headers.get("Content-Encoding", ""), limit)


def _context_for(base_url: str, verify: ssl.SSLContext | str | bool) -> ssl.SSLContext:
    """Plain http needs no authorities, and loading them costs more than a small run."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    return tls_context(verify) if base_url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def checked_address(url: str, *, key: str, allow_plain_http: bool = False) -> str:
    """`url` without its trailing slash, when it is one we may send a secret to.

    Raises ConfigurationError for an address that is no http(s) URL, that carries a password or a query, or that
    is plain http to another machine while `allow_plain_http` is off. `key` is the name of the setting.
    """
    parts = _parts(url.strip())
    fault = None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        fault = "is not a web address", "Write it as https://www.example.com"
    elif parts.username is not None or parts.query or parts.fragment:
        fault = "carries more than an address", "Leave keys, passwords and everything after '?' out of the address."
    elif parts.scheme == "http" and not allow_plain_http and not is_loopback(parts.hostname):
        fault = (
            "is plain http: the key would travel readable",
            "Use the https address, or allow plain http in the settings if the network is yours alone.",
        )
    if fault:
        raise ConfigurationError((ConfigFault(file="settings", key=key, reason=fault[0], remedy=fault[1]),))
    return url.strip().rstrip("/")


def _parts(url: str) -> SplitResult | None:
    """The parts of an address; None for one that cannot be called, such as one with a port of letters."""
    try:
        httpx.URL(url)
        return urlsplit(url)
    except (httpx.InvalidURL, ValueError):
        return None


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def certificate_fault(error: BaseException | None) -> str:
    """Why the other side's certificate is not trusted; empty when `error` comes from something else."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return ""


def redacted(text: str, *secrets: str) -> str:
    """`text` without these secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text


_unlogged: ContextVar[bool] = ContextVar("unlogged", default=False)


@contextmanager
def unlogged() -> Iterator[None]:
    """Within the block no request is logged: its address is a secret as a whole."""
    before = _unlogged.set(True)
    try:
        yield
    finally:
        _unlogged.reset(before)


class _WithoutQueries(logging.Filter):
    """httpx logs every URL at INFO; a query may hold an e-mail address or a reference."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _unlogged.get():
            return False
        record.msg = _QUERY.sub("?...", record.getMessage())
        record.args = None
        return True


_WITHOUT_QUERIES = _WithoutQueries()


def _keep_queries_out_of_logs() -> None:
    for name in ("httpx", "httpcore.connection", "httpcore.http11"):
        logging.getLogger(name).addFilter(_WITHOUT_QUERIES)
