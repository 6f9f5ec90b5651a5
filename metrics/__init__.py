"""What is measured: indicators, observations, sources. Pure: no network, clock, database or Prefect."""

from metrics.indicator import Catalogue, Indicator, load_indicators

__all__ = ["Catalogue", "Indicator", "load_indicators"]
