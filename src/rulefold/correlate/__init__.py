"""Detections and a folder of tables → what the detections find there."""

from rulefold.correlate.alerts import Cadence, ScheduleError, cadence
from rulefold.correlate.backtest import Run, backtest
from rulefold.correlate.correlator import Correlator, Explained, place, told
from rulefold.correlate.sweep import Outcome, Shared, opened, sweep
from rulefold.correlate.tables import DataError, Tables

__all__ = [
    "Cadence",
    "Correlator",
    "DataError",
    "Explained",
    "Outcome",
    "Run",
    "ScheduleError",
    "Shared",
    "Tables",
    "backtest",
    "cadence",
    "opened",
    "place",
    "sweep",
    "told",
]
