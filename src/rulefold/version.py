"""The version of rulefold: what outputs, caches and the command line tell of it."""

__version__ = "0.1.0"
