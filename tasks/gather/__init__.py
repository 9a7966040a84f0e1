"""Reads from the shop, in bulk, what planning needs to know."""
