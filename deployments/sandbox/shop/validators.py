"""The shop's ``Validate::isXxx`` rules that the webservice applies to a value before it is saved."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_DATE = r"[0-9]{4}-((0?[0-9])|(1[0-2]))-((0?[0-9])|([1-2][0-9])|(3[01]))( [0-9]{2}:[0-9]{2}:[0-9]{2})?"
_MAX_UNSIGNED = 4_294_967_296
# RFC 5322 without quoted texts, and IDNA.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?"

_PATTERNS = {
    "isAbsoluteUrl": r"(https?:)?//[^\s<>]+|(https?:/)?/[^\s<>]*",
    "isAddress": r"[^!<>?=+@{}_$%]*",
    "isApe": r"[0-9]{1,2}\.?[0-9]{1,2}[A-Za-z]",
    "isBool": r"0|1",
    "isCarrierName": r"[^<>;=#{}]*",
    "isCatalogName": r"[^<>;=#{}]*",
    "isCatalogNameOf9": r"[^<>{}]*",
    "isCityName": r'[^!<>;?=+@#"°{}_$%]*',
    "isColor": r"#[0-9a-fA-F]{6}|[a-zA-Z0-9-]*",
    "isConfigName": r"[a-zA-Z_0-9-]+",
    "isCoordinate": r"-?[0-9]{1,8}\.[0-9]{1,8}",
    "isDateFormat": _DATE,
    "isDniLite": r"[0-9A-Za-z.-]{1,16}",
    "isEan13": r"[0-9]{0,13}",
    "isEmail": rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+",
    "isGenericName": r"[^<>={}]*",
    "isGenericNameOf9": r"[^<>{}]*",
    "isGtin": r"[0-9]{0,14}",
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
_POINT_AND_BLANK = re.compile(r"[.。](?:\s[^ ]|$)")
_HANDLERS = (
    "abort|activate|(?:after|before)print|(?:after|before)update|animation(?:cancel|end|iteration|start)"
    "|autocomplete(?:error)?|before(?:activate|copy|cut|deactivate|editfocus|paste|unload)|blur|bounce"
    "|canplay(?:through)?|cellchange|change|click|close|contextmenu|controlselect|copy|cuechange|cut|dataavailable"
    "|dataset(?:changed|complete)|dblclick|deactivate|drag(?:drop|end|enter|exit|leave|over|start)?|drop"
    "|durationchange|emptied|ended|error(?:update)?|filterchange|finish|focus(?:in|out)?|hashchange|help|input|invalid"
    "|key(?:down|press|up)|load(?:eddata|edmetadata|start)?|losecapture|(?:got|lost)pointercapture|message"
    "|m?mouse(?:down|enter|leave|move|out|over|up|wheel)|move(?:end|start)?|o(?:ff|n)line|page(?:hide|show)|paste|pause"
    "|play(?:ing)?|pointer(?:cancel|down|enter|leave|move|out|over|up)|popstate|progress|propertychange|ratechange"
    "|readystatechange|reset|resize(?:end|start)?|row(?:enter|exit|sdelete|sinserted)|scroll|search|seek(?:ed|ing)"
    "|select(?:ionchange|start)?|show|sort|stalled|start|stop|storage|submit|suspend|timeupdate|toggle|unload"
    "|volumechange|waiting"
)
_HTML_HANDLER = re.compile(rf"on(?:{_HANDLERS})\s*=", re.IGNORECASE)
_HTML_HANDLER_OF_A_TAG = re.compile(r"\son\w+=[\"'][^\"']*[\"']", re.IGNORECASE)
_HTML_SCRIPT = re.compile(r"<\s*script|script:|<\s*(?:i?frame|form|input|embed|object)", re.IGNORECASE)
_RIGHT_TO_LEFT_OVERRIDE = "\u202e"
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
    # Tag by tag: one expression over the whole text would take time that grows with the square of its length.
    in_tags = any(_HTML_HANDLER_OF_A_TAG.search(part.partition(">")[0]) for part in value.split("<")[1:])
    unclean = in_tags or _HTML_HANDLER.search(value) or _HTML_SCRIPT.search(value)
    return not unclean and _RIGHT_TO_LEFT_OVERRIDE not in value


def _customer_name(value: str) -> bool:
    spaced = ("." not in value and "。" not in value) or _POINT_AND_BLANK.search(value) is not None
    return spaced and _CUSTOMER_NAME.fullmatch(value) is not None


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
    "isCustomerName": _customer_name,
    "isDate": _real_date,
    "isDateOrNull": _date_or_null,
    "isFloat": _float,
    "isHashedPassword": _anything,
    "isInt": _whole,
    "isJson": _json,
    "isMpn": _anything,
    "isNullOrUnsignedId": _unsigned,
    "isPercentage": _percentage,
    "isPasswd": _anything,
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
