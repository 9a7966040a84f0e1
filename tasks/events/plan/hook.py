"""Pure: what an ERP's webhook says, of which its code is read and nothing else."""

from __future__ import annotations

import json
import re

_CODE = re.compile(r"[A-Z0-9_]{1,64}")


def code_of_hook(body: bytes) -> str | None:
    """The code of what has happened; None for what is no word of a webhook. The rest is about people."""
    try:
        code = json.loads(body)["triggercode"]
    except (ValueError, TypeError, KeyError):
        return None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
