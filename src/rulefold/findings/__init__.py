"""What all detections have found, for people and for other tools: a summary, lines of JSON, Parquet, and a page."""

from rulefold.findings.entries import Entry, Kind, of_backtest, of_outcome
from rulefold.findings.files import as_data, lines, write_parquet
from rulefold.findings.page import PAGE, page

__all__ = ["PAGE", "Entry", "Kind", "as_data", "lines", "of_backtest", "of_outcome", "page", "write_parquet"]
