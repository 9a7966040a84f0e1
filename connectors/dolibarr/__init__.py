"""Dolibarr over REST: its wire format in, our words out."""

from connectors.dolibarr.access import DolibarrAccess, Limits
from connectors.dolibarr.client import Dolibarr

__all__ = ["Dolibarr", "DolibarrAccess", "Limits"]
