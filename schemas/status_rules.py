"""A rule of the settings: what a status of an ERP's document does to an order or a return of the shop."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.setting_values import Section, ShopId


class StatusRule(Section):
    """`[[orders.status_rules]]`, `[[returns.status_rules]]`: a status of a document, and the shop's state."""

    member: str
    """The ERP's own name of a status."""
    values: Annotated[list[str], Field(min_length=1)]
    """The ERP's words."""
    state: ShopId
    """The id of the shop's state."""
    mail: bool = False
    """Send the customer the mail of this state."""
    final: bool = False
    """The order is not followed any further."""
