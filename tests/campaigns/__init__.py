"""Campaigns: the four laws held against kills, faults, damaged files and dying machines, many times, from a seed."""
