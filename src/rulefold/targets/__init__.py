"""Outputs: one module each, and one row each in `TARGETS`."""
