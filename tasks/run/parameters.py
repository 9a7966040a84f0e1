"""The parameters of flows, with what the Prefect interface shows beside each of them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import WithJsonSchema

ShopPath: TypeAlias = Annotated[
    str, WithJsonSchema({"type": "string", "description": "Path of the shop's folder, on the machine of the worker."})
]
_SINCE = (
    "Empty for a usual run. A date (2026-11-20), or relative to the day of the run in the shop's time zone: `today`, "
    "`yesterday`, `3d`, `2w`. What was done from that day on is not believed but looked at again, files of that time "
    "included; for a shop that was restored from a backup."
)
SinceText: TypeAlias = Annotated[
    str | None, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}], "description": _SINCE})
]
FirstDay: TypeAlias = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "description": "The first day whose orders are looked for: a date (2026-11-20), or relative, as `2w`.",
        }
    ),
]
DryRun: TypeAlias = Annotated[
    bool,
    WithJsonSchema(
        {"type": "boolean", "description": "Tells in the report what would be done; nothing is written to the shop."}
    ),
]
AcceptGuard: TypeAlias = Annotated[
    bool,
    WithJsonSchema(
        {
            "type": "boolean",
            "description": "Continues even if a guard limit is exceeded, or a file's columns changed. Read the report "
            "of the run that was stopped first.",
        }
    ),
]
Sweep: TypeAlias = Annotated[
    bool,
    WithJsonSchema(
        {
            "type": "boolean",
            "description": "Compares everything that is to go with the ledger, as is done once a day anyway.",
        }
    ),
]
PeriodText: TypeAlias = Annotated[
    str | None,
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "null"}],
            "description": "A month (2026-10), or two days (2026-10-01/2026-10-15), the last of them included, in the "
            "shop's time. Empty: the last month that is over.",
        }
    ),
]
RunId: TypeAlias = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "description": "The id of the run to undo, or its beginning: `passerelle runs`."}
    ),
]
Hold: TypeAlias = Annotated[
    bool,
    WithJsonSchema(
        {
            "type": "boolean",
            "description": "What is put back stays until the files say something else of it.",
        }
    ),
]
OrderIds: TypeAlias = Annotated[
    list[int] | None,
    WithJsonSchema(
        {
            "anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}],
            "description": "Empty for a usual run. The ids of the orders that are looked at, and no others; how far "
            "the shop was read stays as it is.",
        }
    ),
]
AcceptDifferences: TypeAlias = Annotated[
    bool,
    WithJsonSchema(
        {
            "type": "boolean",
            "description": "Takes over the one document under an order's reference, whatever differs.",
        }
    ),
]
FixCode: TypeAlias = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "description": "The code of one fault that is to be mended, as the report of an audit names it; empty: the "
            "shop is only read.",
        }
    ),
]
