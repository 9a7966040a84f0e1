"""A shop and an ERP on this machine that behave like the real ones; imports nothing of ours."""
