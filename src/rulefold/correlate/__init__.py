"""Detections and a folder of tables → what the detections find there."""

from rulefold.correlate.alerts import Cadence, ScheduleError, cadence
from rulefold.correlate.correlator import Correlator, Explained, told
from rulefold.correlate.tables import DataError, Tables

__all__ = ["Cadence", "Correlator", "DataError", "Explained", "ScheduleError", "Tables", "cadence", "told"]
