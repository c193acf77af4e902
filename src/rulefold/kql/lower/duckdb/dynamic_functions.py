"""Functions of dynamics."""

from rulefold.kql.lower.engine import Builder

ROWS: dict[str, Builder] = {}
