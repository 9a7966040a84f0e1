"""The shop's ``Validate::isXxx`` rules that the webservice applies to a value before it is saved."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_DATE = r"[0-9]{4}-((0?[0-9])|(1[0-2]))-((0?[0-9])|([1-2][0-9])|(3[01]))( [0-9]{2}:[0-9]{2}:[0-9]{2})?"
_MAX_UNSIGNED = 4_294_967_296

_PATTERNS = {
    "isAbsoluteUrl": r"(https?:)?//[^\s<>]+|(https?:/)?/[^\s<>]*",
    "isAddress": r"[^!<>?=+@{}_$%]*",
    "isApe": r"[0-9]{3,4}[A-Za-z]",
    "isBool": r"0|1",
    "isCarrierName": r"[^<>;=#{}]*",
    "isCatalogName": r"[^<>;=#{}]*",
    "isCityName": r'[^!<>;?=+@#"°{}_$%]*',
    "isColor": r"#[0-9a-fA-F]{6}|[a-zA-Z0-9-]*",
    "isConfigName": r"[a-zA-Z_0-9-]+",
    "isCoordinate": r"-?[0-9]{1,8}\.[0-9]{1,8}",
    "isDateFormat": _DATE,
    "isDniLite": r"[0-9A-Za-z.-]{1,16}",
    "isEan13": r"[0-9]{0,13}",
    "isEmail": r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>\"(),:;\[\]\\]+\.[^\s@<>\"(),:;\[\]\\.]+",
    "isGenericName": r"[^<>={}]*",
    "isImageSize": r"[0-9]{1,4}",
    "isImageTypeName": r"[a-zA-Z0-9_ -]+",
    "isIp2Long": r"-?[0-9]+",
    "isIsbn": r"[0-9-]{0,32}",
    "isLanguageCode": r"[a-zA-Z]{2}(-[a-zA-Z]{2})?",
    "isLanguageIsoCode": r"[a-zA-Z]{2,3}",
    "isLinkRewrite": r"[_a-zA-Z0-9-]+",
    "isLocale": r"[a-z]{2}-[A-Z]{2}",
    "isMd5": r"[a-f0-9A-F]{32}",
    "isMessage": r"[^<>{}]*",
    "isModuleName": r"[a-zA-Z0-9_-]+",
    "isName": r'[^0-9!<>,;?=+()@#"°{}_$%:¤|]*',
    "isNegativePrice": r"-?[0-9]{1,10}(\.[0-9]{1,9})?",
    "isNumericIsoCode": r"[0-9]{3}",
    "isPhoneNumber": r"[+0-9. ()/-]*",
    "isPhpDateFormat": r"[^<>]+",
    "isPostCode": r"[a-zA-Z 0-9-]+",
    "isPrice": r"[0-9]{1,10}(\.[0-9]{1,9})?",
    "isPriceDisplayMethod": r"0|1",
    "isProductVisibility": r"both|catalog|search|none",
    "isReductionType": r"amount|percentage",
    "isReference": r"[^<>;={}]*",
    "isSha1": r"[a-fA-F0-9]{40}",
    "isStateIsoCode": r"[a-zA-Z0-9]{1,4}(-[a-zA-Z0-9]{1,4})?",
    "isStockManagement": r"WA|FIFO|LIFO",
    "isThemeName": r"[\w-]{3,255}",
    "isTplName": r"[a-zA-Z0-9_-]+",
    "isTrackingNumber": r"[~:#,%&_=()\[\].? +@/a-zA-Z0-9-]+",
    "isUpc": r"[0-9]{0,12}",
    "isUrl": r"[~:#,$%&_=()\.? +\-@/a-zA-Z0-9À-ÿ]+",
    "isZipCodeFormat": r"[NLCnlc 0-9-]+",
}
_CUSTOMER_NAME = re.compile(r'(?!\s*$)(?:[^0-9!<>,;?=+()/\\@#"°*`{}_^$%:¤\[\]|.。]|[.。](?:\s|$))*')
_HTML_EVENT_NAMES = "abort|blur|change|click|error|focus|input|key|load|mouse|submit|touch"
_HTML_EVENTS = re.compile(rf"<[^>]*\bon(?:{_HTML_EVENT_NAMES})\w*\s*=", re.IGNORECASE)
_HTML_SCRIPT = re.compile(
    r"<[\s]*script|<\s*/?\s*(?:form|input|embed|object|i?frame|meta|base)\b|.*script\s*:", re.IGNORECASE
)
_NUMERIC = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def _whole(value: str) -> bool:
    return value.isascii() and value.removeprefix("-").isdigit() and str(int(value)) == value


def _unsigned(value: str) -> bool:
    return _whole(value) and 0 <= int(value) < _MAX_UNSIGNED


def _positive(value: str) -> bool:
    return _whole(value) and int(value) >= 0


def _float(value: str) -> bool:
    return _NUMERIC.fullmatch(value) is not None


def _unsigned_float(value: str) -> bool:
    return _float(value) and float(value) >= 0


def _percentage(value: str) -> bool:
    return _float(value) and 0 <= float(value) <= 100  # noqa: PLR2004


def _real_date(value: str) -> bool:
    matched = re.fullmatch(_DATE, value)
    if matched is None:
        return False
    year, month, day = (int(part) for part in value[:10].split("-"))
    return 1 <= month <= 12 and 1 <= day <= 31 and year > 0  # noqa: PLR2004


def _birth_date(value: str) -> bool:
    return value == "0000-00-00" or _real_date(value)


def _date_or_null(value: str) -> bool:
    return value in {"0000-00-00 00:00:00", "0000-00-00"} or _real_date(value)


def _clean_html(value: str) -> bool:
    return not (_HTML_EVENTS.search(value) or _HTML_SCRIPT.search(value))


def _json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _anything(_value: str) -> bool:
    return True


_FUNCTIONS: dict[str, Callable[[str], bool]] = {
    "isBirthDate": _birth_date,
    "isCleanHtml": _clean_html,
    "isCustomerName": lambda value: _CUSTOMER_NAME.fullmatch(value) is not None,
    "isDate": _real_date,
    "isDateOrNull": _date_or_null,
    "isFloat": _float,
    "isHashedPassword": _anything,
    "isInt": _whole,
    "isJson": _json,
    "isMpn": _anything,
    "isNullOrUnsignedId": _unsigned,
    "isPercentage": _percentage,
    "isPositiveInt": _positive,
    "isString": _anything,
    "isUnsignedFloat": _unsigned_float,
    "isUnsignedId": _unsigned,
    "isUnsignedInt": _unsigned,
}
_FUNCTIONS.update({name: re.compile(pattern, re.DOTALL).fullmatch for name, pattern in _PATTERNS.items()})  # type: ignore[misc]
_BY_LOWER = {name.lower(): rule for name, rule in _FUNCTIONS.items()}


def rule(name: str) -> Callable[[str], object]:
    """The rule of that name; PHP finds it whatever its case. Truthy when the value passes."""
    return _BY_LOWER[name.lower()]
