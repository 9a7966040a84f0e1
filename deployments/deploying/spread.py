"""The usual times of a flow, moved by some minutes for each shop, so that a hundred shops do not begin at once."""

from __future__ import annotations

from hashlib import blake2b

_HOUR = 60
_DAY = 24 * _HOUR


def spread(cron: str, key: str) -> str:
    """The same as often, at minutes that `key` alone decides: within the hour, or the hour after for once a day."""
    minute_field, hour_field, rest = cron.split(" ", 2)
    minutes = _minutes(minute_field)
    if len(minutes) == 1 and hour_field.isdigit():
        at = (int(hour_field) * _HOUR + minutes[0] + _offset(key, _HOUR)) % _DAY
        return f"{at % _HOUR} {at // _HOUR} {rest}"
    shift = _offset(key, _HOUR // len(minutes))
    moved = ",".join(str(minute) for minute in sorted((minute + shift) % _HOUR for minute in minutes))
    return f"{moved} {hour_field} {rest}"


def _minutes(field: str) -> list[int]:
    """Those of `*/15` or `5,35`."""
    if field.startswith("*/"):
        return list(range(0, _HOUR, int(field[2:])))
    return [int(minute) for minute in field.split(",")]


def _offset(key: str, below: int) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) % below
