"""Our own memory, in SQLite or PostgreSQL."""

from connectors.ledger.deliveries import HANDED_OVER, Delivery, DeliveryState
from connectors.ledger.identities import ANOTHER, ASKED, SAME
from connectors.ledger.leases import Lease, LeaseHeldError, LeaseLostError
from connectors.ledger.ledger import Ledger
from connectors.ledger.links import LINK_FRAME, Link, LinkState
from connectors.ledger.refusals import Refusal
from connectors.ledger.replaced import Replaced, Replacement

__all__ = [
    "ANOTHER",
    "ASKED",
    "HANDED_OVER",
    "LINK_FRAME",
    "SAME",
    "Delivery",
    "DeliveryState",
    "Lease",
    "LeaseHeldError",
    "LeaseLostError",
    "Ledger",
    "Link",
    "LinkState",
    "Refusal",
    "Replaced",
    "Replacement",
]
