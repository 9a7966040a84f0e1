"""Pure: a parcel's number as the shop takes it, and why it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 64
"""Characters of `order_carriers.tracking_number`: what is longer is cut or refused, by version."""
# Between the numbers of several parcels the ERP may write what the shop refuses.
_BETWEEN = re.compile(r"\s*[;|\r\n\t]+\s*")
_REFUSED = re.compile(r"[^~:#,%&_=()\[\].? +\-@/a-zA-Z0-9]")


@dataclass(frozen=True, slots=True)
class TrackingNumber:
    """The number in the shop's form; `refused` are the signs that it does not take."""

    text: str
    refused: str

    @property
    def is_accepted(self) -> bool:
        """Whether the shop takes it."""
        return not self.refused and len(self.text) <= LONGEST


def tracking_number(text_of_erp: str) -> TrackingNumber:
    """The number that the ERP says; several are separated by commas."""
    text = _BETWEEN.sub(",", text_of_erp.strip()).strip(",")
    return TrackingNumber(text, "".join(sorted(set(_REFUSED.findall(text)))))
