"""Whole processes, measured: what the benchmarks share."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """A finished process: wall and processor seconds, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


def measure(command: Sequence[str], ends: Collection[int] = (0,)) -> Run:
    """Run a command to its end, and take the operating system's account of it; `ends` are the codes it may end with."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in ends:
        sys.exit(f"failed: {' '.join(command)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def print_medians(name: str, runs: Sequence[Run]) -> None:
    """One line with the medians of some runs."""
    wall, cpu, peak = (statistics.median(getattr(run, what) for run in runs) for what in ("wall", "cpu", "peak"))
    print(f"{name:24} {wall:6.2f} s wall  {cpu:6.2f} s processor  {peak:5.0f} MiB peak")


def print_ratios(pairs: Sequence[tuple[Run, Run]]) -> None:
    """The ratio of the first to the second of each pair: the median, and the worst and the best."""
    for what in ("wall", "cpu"):
        ratios = [getattr(a, what) / getattr(b, what) for a, b in pairs]
        print(f"ratio of {what}: {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")
