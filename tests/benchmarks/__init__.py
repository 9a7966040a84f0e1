"""Measured speed, as ratios of figures taken in one run: `make bench`."""
