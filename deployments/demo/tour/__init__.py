"""One working day of a merchant in seven steps, each held against what both sides then have."""
