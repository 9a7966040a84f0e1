"""What an answer of the webservice means: by its first error code, hardly ever by its status."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.emails import STRUCK_OUT, without_emails
from schemas.errors import DeniedError, PasserelleError, TransientError, UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SYSTEM = "PrestaShop"


class Verdict(Enum):
    """What one answer, or its absence, says about the request."""

    DONE = auto()
    REFUSED = auto()
    """The webservice names an error; what came before in the document stays written."""
    BROKEN = auto()
    """A 500 without a word, or with no other than that nothing was saved: the database failed in the document.

    A table that is locked for a moment ends so as well as a row that it never takes (facts K4).
    """
    BUSY = auto()
    """429, 502, 503, 504: later, perhaps."""
    LOST = auto()
    """Sent, and no answer came: the shop may still be writing."""
    NOT_SENT = auto()
    """No connection: the shop knows nothing of it."""
    TOO_LARGE = auto()
    """413 or 414: the web server refuses the size."""
    BLOCKED = auto()
    """A page made for people: a firewall, a proxy, or a wrong address."""


class TooMuchError(UnexpectedReplyError):
    """One request asked for more than the shop can give at once; half as much may do."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, read. `seconds` is wall time, `server_seconds` the engine's own (None when it does not say)."""

    verdict: Verdict
    status: int = 0
    body: bytes = b""
    codes: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    server_seconds: float | None = None
    retry_after: float | None = None
    in_flight: int = 1
    """How many requests were at the shop with this one."""
    final: PasserelleError | None = None
    """What to raise when the same answer comes again and again."""

    @property
    def code(self) -> str:
        """The first error code, which decides; PHP's warnings (3) only when there is nothing else."""
        return next((code for code in self.codes if code != PHP_WARNING), self.codes[0] if self.codes else "")

    @property
    def over(self) -> bool:
        """Whether the shop is surely no longer at work on the request."""
        if self.verdict in {Verdict.LOST, Verdict.BLOCKED} or self.status in {502, 504}:
            return False
        # A cache in front answers 503 when the shop was too slow for it; a limit answers at once.
        return self.verdict is not Verdict.BUSY or self.seconds < _AT_ONCE_SECONDS


PHP_WARNING = "3"
PHP_NOTICE = "5"
OF_ANOTHER_SHOP = "131"
UNKNOWN_ID = frozenset({"92", OF_ANOTHER_SHOP})
NOT_DELETED_UNKNOWN_ID = "87"
# The entity is not written and what follows was not attempted.
NOT_WRITTEN = frozenset({"41", "84", "85", "93", "46", "140", "141", "133", "134", "135"})
UNKNOWN_ASSOCIATION = "86"
NOT_SAVED = "46"
METHOD_UNKNOWN = "23"
NOT_XML = "127"
DISABLED = "22"
_AT_ONCE_SECONDS = 1.0
_SAID_LENGTH = 500
_MOST_ERRORS = 1000
"""That are read of one answer: the first one decides, and a document holds no more entities."""

_CODE = re.compile(rb"\s*<code>(?:<!\[CDATA\[)?(\d+)")
_MESSAGE = re.compile(rb"<message>(?:<!\[CDATA\[)?")
_VALUE = re.compile(r"(?<!\w)'[^']*'(?!\w)")
_TAG = re.compile(r"<[^<>]*>")
_RIGHTS = {
    "GET": "View (GET)",
    "PUT": "Modify (PUT)",
    "POST": "Add (POST)",
    "PATCH": "Modify partially (PATCH)",
    "DELETE": "Delete (DELETE)",
}
_KEY_PAGE = "In the back office, Advanced Parameters > Webservice"
_KEY_REMEDY = (
    f"{_KEY_PAGE}, check that the key exists and is enabled, and that the settings hold all of its 32 characters. If "
    "they do, the web server drops the Authorization header: with Apache and CGI it needs 'CGIPassAuth On'."
)
_REMEDIES = {
    "17": _KEY_REMEDY,
    "18": _KEY_REMEDY,
    "20": _KEY_REMEDY,
    "21": _KEY_REMEDY,
    "22": f"{_KEY_PAGE}, set 'Enable PrestaShop's webservice' to yes.",
    "26": f"{_KEY_PAGE}, open the key and tick the rights it needs on the line '{{resource}}'.",
    "27": "This shop's webservice has no '{resource}': update the shop, or install the module that adds it.",
    "132": f"{_KEY_PAGE}, open the key and associate it with this shop.",
}


def read_reply(status: int, headers: Mapping[str, str], body: bytes, seconds: float, now: datetime) -> Reply:
    """The answer as a Reply; never raises. A 3xx is left to `denial`."""
    codes, reason = _errors(body)
    server = headers.get("Execution-Time", "")
    return Reply(
        _verdict(status, headers, body, codes),
        status,
        body,
        codes,
        reason or _plain(body) or f"HTTP {status}",
        seconds,
        float(server) if re.fullmatch(r"\d+(\.\d+)?(E-?\d+)?", server) else None,
        _retry_after(headers.get("Retry-After", ""), now),
    )


def impersonal(reply: Reply) -> Reply:
    """The answer to a request about people, its text without what it may repeat of them.

    A page says no more than its status; the shop's own errors keep their words, a database's values are struck out.
    """
    reason = without_emails(_VALUE.sub(STRUCK_OUT, reply.reason)) if reply.codes else f"HTTP {reply.status}"
    return replace(reply, reason=reason)


def _verdict(status: int, headers: Mapping[str, str], body: bytes, codes: tuple[str, ...]) -> Verdict:
    if codes:
        only_not_saved = NOT_SAVED in codes and {NOT_SAVED, PHP_WARNING}.issuperset(codes)
        return Verdict.BROKEN if only_not_saved and status >= 500 else Verdict.REFUSED  # noqa: PLR2004 - server errors
    if status in {429, 502, 503, 504}:
        return Verdict.BUSY
    if status in {413, 414}:
        return Verdict.TOO_LARGE
    if 200 <= status < 300:  # noqa: PLR2004 - the class of success
        page = "html" in headers.get("Content-Type", "") and b"<?xml" not in body and bool(body.strip())
        return Verdict.BLOCKED if page else Verdict.DONE
    return Verdict.BROKEN if status >= 500 else Verdict.BLOCKED  # noqa: PLR2004 - the class of server errors


def _errors(body: bytes) -> tuple[tuple[str, ...], str]:
    if b"<error>" in body and b"<errors" in body:
        found = _errors_in_xml(body)
    elif b'"errors"' in body[:200]:
        try:
            told = json.loads(body[body.index(b"{") :])["errors"]
            found = [(str(error["code"]), str(error["message"])) for error in told]
        except (ValueError, LookupError, TypeError, RecursionError):
            found = []
    else:
        return (), ""
    texts = [text for code, text in found if code != PHP_WARNING] or [text for _, text in found[:1]]
    reason = html.unescape(" ".join(dict.fromkeys(texts))).strip()
    return tuple(code for code, _ in found), reason[:_SAID_LENGTH]


def _errors_in_xml(body: bytes) -> list[tuple[str, str]]:
    """Code and words of each error. Cut by its tags: an expression over a whole body takes time that grows faster."""
    found = []
    for part in body.split(b"<error>", _MOST_ERRORS)[1:]:
        error = part.partition(b"</error>")[0]
        code, start = _CODE.match(error), _MESSAGE.search(error)
        if start is not None:
            text = error[start.end() :].partition(b"</message>")[0].removesuffix(b"]]>")
            found.append((code[1].decode() if code else "", text.decode(errors="replace")))
    return found


def _plain(body: bytes) -> str:
    text = html.unescape(_TAG.sub(" ", body[:4000].decode(errors="replace")))
    return " ".join(text.split())[:200]


def _retry_after(value: str, now: datetime) -> float | None:
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds()) if value else None
    except (ValueError, TypeError):
        return None


def denial(reply: Reply, method: str, resource: str, location: str = "") -> PasserelleError | None:
    """The error that ends the run, when the answer is one of those no retry can change."""
    action = f"{method} {resource}"
    if 300 <= reply.status < 400:  # noqa: PLR2004 - the class of redirects
        return _redirected(action, location)
    remedy = _remedy(reply, method, resource)
    if remedy is not None:
        right = _RIGHTS.get(method, method)
        return DeniedError(reply.reason, system=SYSTEM, action=action, remedy=remedy).worded(
            _text(reply), column=right, value=resource.rstrip("/")
        )
    if reply.code in {"32", "33", "34", "35", "36", "37", "38", "39", "31", "81", "89", "90", "91", "101"}:
        return UnexpectedReplyError(f"[{reply.code}] {reply.reason}", system=SYSTEM, action=action)
    return None


def _remedy(reply: Reply, method: str, resource: str) -> str | None:
    """What a person must do, when only a person can; None for everything else."""
    if reply.code == "25":
        return right_remedy(method, resource)
    if reply.code in _REMEDIES:
        return _REMEDIES[reply.code].format(resource=resource)
    if reply.status == 401:  # noqa: PLR2004 - "unauthorized", in XML or in plain text
        return _KEY_REMEDY
    if reply.status == 403 and reply.codes:  # noqa: PLR2004 - "forbidden", said by the webservice itself
        return f"{_KEY_PAGE}, check the key's rights and the shops it is associated with."
    return None


_TEXTS = {
    "22": "webservice_off",
    "25": "shop_right_missing",
    "26": "shop_rights_missing",
    "27": "shop_resource_missing",
    "132": "key_without_shop",
}


def _text(reply: Reply) -> str:
    """The message of a denial that only a person can end."""
    if reply.code in _TEXTS:
        return _TEXTS[reply.code]
    # A 403 of the webservice itself: the key is known, and may not do this here.
    return "shop_key_limited" if reply.status == 403 and reply.codes else "shop_key_refused"  # noqa: PLR2004


def right_remedy(method: str, resource: str) -> str:
    """Which box to tick, and where."""
    right = _RIGHTS.get(method, method)
    return f"{_KEY_PAGE}, open the key and tick '{right}' on the line '{resource.rstrip('/')}'."


def _redirected(action: str, location: str) -> DeniedError:
    host = re.sub(r"^(https?://[^/?#]+).*", r"\1", location) or "elsewhere"
    return DeniedError(
        f"the shop sends this address to {host}",
        system=SYSTEM,
        action=action,
        remedy=f"A redirected write is lost without a word. Set the shop's address to {host}, as the shop's own "
        "settings (Shop Parameters > Traffic & SEO) write it, and check id_shop if it is set.",
    ).worded("shop_redirects", value=host)


def may_pass(reply: Reply) -> bool:
    """Whether a denial may be a passing one, on a shop that has let us in before.

    A firewall's challenge redirects now and then, and an update switches the webservice off for a while.
    """
    return 300 <= reply.status < 400 or reply.code == DISABLED  # noqa: PLR2004 - the class of redirects


def blocked(reply: Reply, action: str) -> PasserelleError:
    """The error for something other than an answer of the webservice, after it came again."""
    return reply.final or DeniedError(
        f"a page instead of an answer (HTTP {reply.status}): {reply.reason}",
        system=SYSTEM,
        action=action,
        remedy="Check that the address is the shop's own and that <address>/api/ asks for a key in a browser; if it "
        "does, a firewall in front of the shop stops this request: let this machine's address through for /api/.",
    ).worded("shop_answers_page", value=str(reply.status), detail=reply.reason)


def unreadable(reply: Reply, resource: str) -> UnexpectedReplyError:
    """The error for a good status with a body that is no answer of the webservice; what it holds is not repeated."""
    return UnexpectedReplyError(
        f"HTTP {reply.status} and {len(reply.body)} bytes that are no whole answer of the webservice",
        system=SYSTEM,
        action=f"GET {resource}",
        remedy=f"Open <address>/api/{resource} in a browser with the key: if it breaks off there too, the shop's PHP "
        "error log says why; if it is another page, correct the address.",
    ).worded("shop_unreadable", value=resource)


def not_listed(reply: Reply, resource: str) -> UnexpectedReplyError:
    """The error for a list that the webservice refuses to give; PHP's notices have a remedy (facts K10)."""
    reason, action = f"[{reply.code or reply.status}] {reply.reason}", f"GET {resource}"
    if reply.code != PHP_NOTICE:
        return UnexpectedReplyError(reason, system=SYSTEM, action=action)
    return UnexpectedReplyError(
        reason,
        system=SYSTEM,
        action=action,
        remedy="PrestaShop up to 1.7.8 answers PHP's notices as errors. Set 'error_reporting = E_ALL & ~E_NOTICE & "
        "~E_DEPRECATED & ~E_STRICT' in the PHP settings of the shop's hosting, or ask the host to.",
    ).worded("shop_php_notices", value=resource)


def raise_if_general(reply: Reply, action: str, written: int) -> None:
    """Raises when what one entity met is no fault of its own.

    That is a firewall that let nothing through yet, or an answer that says neither yes nor no.
    """
    if reply.final is not None or (reply.verdict is Verdict.BLOCKED and not written):
        raise blocked(reply, action)
    if reply.verdict is Verdict.DONE:
        raise UnexpectedReplyError(
            f"HTTP {reply.status} without the ids of what was written", system=SYSTEM, action=action
        )


def transient(reply: Reply, action: str, waited: float) -> TransientError:
    """The error for a shop that could not answer for as long as we may wait."""
    return TransientError(
        f"{_said(reply)} (waited {waited:.0f} s)",
        system=SYSTEM,
        action=action,
        remedy=remedy_of_silence(reply.reason) + _START_AGAIN,
        retry_after=reply.retry_after,
    ).worded(_text_of_silence(reply.reason), value=f"{waited:.0f}", detail=_said(reply))


def _said(reply: Reply) -> str:
    return reply.reason or reply.verdict.name.lower()


def distrusted(why: str, action: str) -> DeniedError:
    """The error for a certificate that this machine does not trust; no waiting changes that."""
    return DeniedError(
        f"the shop's certificate is not trusted: {why}",
        system=SYSTEM,
        action=action,
        remedy="Have the certificate renewed or its chain completed, check that `url` under [shop] in settings.toml is "
        "the name it was made for, or name the file of the certificates to trust in `verify_tls`.",
    ).worded("shop_certificate", detail=why)


_START_AGAIN = "The same run can be started again; it goes on where it stopped."
_UNREACHED = (
    (
        "ssl",
        "shop_no_https",
        "The shop does not speak https at this address: check `url` under [shop] in settings.toml. ",
    ),
    (
        "name or service not known|nodename nor servname|name resolution|getaddrinfo|no address associated",
        "shop_name_unknown",
        "This machine finds no host of that name: check `url` under [shop] in settings.toml and the network. ",
    ),
    (
        "connection attempts failed|connection refused",
        "shop_not_there",
        "Nothing answers there: check `url` and that the shop is up. ",
    ),
)


def remedy_of_silence(reason: str) -> str:
    """What a person may look at while the shop does not answer, with a space after it; empty when we cannot tell."""
    folded = reason.casefold()
    found = (remedy for signs, _, remedy in _UNREACHED if any(sign in folded for sign in signs.split("|")))
    return next(found, "")


def _text_of_silence(reason: str) -> str:
    folded = reason.casefold()
    found = (text for signs, text, _ in _UNREACHED if any(sign in folded for sign in signs.split("|")))
    return next(found, "shop_silent")
