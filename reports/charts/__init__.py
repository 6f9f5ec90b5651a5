"""Figures of the report, one module each: pure functions from what was found to a chart in two widths and its table."""

from reports.charts.figure import Figure

__all__ = ["Figure"]
