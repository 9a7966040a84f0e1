"""Pure: rows of a shop in, faults out."""
