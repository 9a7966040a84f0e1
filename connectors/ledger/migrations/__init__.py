"""The ledger's tables as they were made, one revision after the other."""
