"""What a run of a query may take."""

import os
import re
from dataclasses import dataclass
from typing import Self

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LEAST_MEMORY = 16 * 1024**2  # an engine needs so much to begin

MEMORY = "4GB"
TIMEOUT = "4m"  # that of Kusto


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of memory, seconds, and threads, None for one a core.

    A run that needs more memory puts aside on disk up to eight times as much, in a folder that is removed at its end.
    """

    memory: int
    timeout: float
    threads: int | None = None

    @classmethod
    def of(
        cls, memory: str | int | None = None, timeout: str | float | None = None, threads: int | None = None
    ) -> Self:
        """Limits as they are written: `1GB`, `60s`, a number of bytes or seconds, or None for the usual one.

        The usual memory is 4 GB, but not more than half of what the machine has; the usual time is 4 minutes.  Raises
        ValueError.
        """
        if threads is not None and threads < 1:
            raise ValueError(f"found {threads} threads, expected 1 or more")
        return cls(_size(memory), _seconds(TIMEOUT if timeout is None else timeout), threads)

    @property
    def told_memory(self) -> str:
        """The memory for people."""
        for unit, power in (("GB", 3), ("MB", 2)):
            if self.memory >= 1024**power:
                return f"{self.memory / 1024**power:.3g} {unit}"
        return f"{self.memory} bytes"


def _size(written: str | int | None) -> int:
    if written is None:
        return min(_size(MEMORY), _machine() // 2)
    if isinstance(written, str):
        found = _SIZE.fullmatch(written.strip())
        if not found:
            raise ValueError(f"found {written!r}, expected an amount of memory such as 512MB or 1GB")
        written = int(float(found[1]) * 1024 ** _POWERS[found[2].upper()])
    if written < _LEAST_MEMORY:
        raise ValueError(f"found {written} bytes of memory, expected 16MB or more")
    return written


def _machine() -> int:
    """The memory of this machine, or plenty where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 16 * 1024**3


def _seconds(written: str | float) -> float:
    if isinstance(written, str):
        found = _TIME.fullmatch(written.strip())
        if not found:
            raise ValueError(f"found {written!r}, expected a time such as 30s or 5m")
        written = float(found[1]) * _SECONDS[found[2].lower()]
    if not 0 < written <= 1_000_000:
        raise ValueError(f"found {written:g} seconds, expected more than none and up to a million")
    return float(written)
