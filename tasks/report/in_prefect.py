"""Whether Prefect runs what is under way here."""

from __future__ import annotations

import sys


def in_prefect() -> bool:
    """Whether a flow run of Prefect is under way here; Prefect is not imported for the answer."""
    context = sys.modules.get("prefect.context")
    return context is not None and context.FlowRunContext.get() is not None
