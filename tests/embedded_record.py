"""The record that ships with the project, judged once for all tests that read it."""

from datetime import date
from functools import cache

import pandas as pd

from metrics.indicator import Catalogue, load_indicators
from metrics.judge import judge
from metrics.source import sources

TODAY = date(2026, 11, 1)


@cache
def catalogue() -> Catalogue:
    """The embedded indicators."""
    return load_indicators()


@cache
def observations() -> pd.DataFrame:
    """Every accepted row of every embedded source."""
    files = [(source, file) for source in sources().values() for file in source.embedded()]
    judged = [judge(source.parse(file.content), catalogue(), today=TODAY).accepted for source, file in files]
    return pd.concat(judged, ignore_index=True)
