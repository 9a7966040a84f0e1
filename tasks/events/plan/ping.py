"""Pure: whether a word of the shop, that something is there, was signed by it not long ago."""

from __future__ import annotations

import hashlib
import hmac

TOLERANCE_SECONDS = 300
"""How far the clocks of shop and listener may be apart, and how long a word that was overheard can be said again."""


def is_signed(secret: str, stamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether `signature` is that of time and body by this secret, and the time is now."""
    if not stamp.isdecimal() or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    wanted = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), signature.encode())
