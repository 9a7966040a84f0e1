"""A plan goes to the shop in batches; what is read back is confirmed in the ledger, batch by batch."""
