"""Tests of what is asked in the back office."""
