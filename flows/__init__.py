"""What runs: one file per business promise."""
