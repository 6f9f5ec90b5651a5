"""A user's own table of observations: CSV bytes -> raw observations.

The judge decides which of its rows are good; only the columns' meaning and the unit belong here.
"""

import math
import re
from collections.abc import Mapping
from decimal import Decimal

import pandas as pd

from metrics.indicator import Indicator
from metrics.observation import COLUMNS
from metrics.table import read_table

REQUIRED = ("indicator", "observed_on", "value")
OPTIONAL = ("subject", "known_since", "value_low", "value_high", "interval", "method", "source", "note")

SOURCE = "data"
"""Whose rows these are; the table's own `source` column is a citation."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def parse_own(content: bytes, *, name: str, catalogue: Mapping[str, Indicator], dated: bool = True) -> pd.DataFrame:
    """The rows of a user's table as raw observations, values in per cent as fractions.

    Args:
        content: CSV with REQUIRED and any of OPTIONAL.
        name: what to call the file in errors.
        catalogue: the indicators the table speaks of; those with the unit "percent" are divided by 100.
        dated: a row that does not say since when it is known is known since the day it describes; else it is left to
            whoever knows.

    Returns:
        observation.COLUMNS as text, `line` and `row`. What is no number stays as it came, for the judge to refuse.

    Raises:
        DataError: the file cannot be read as such a table.
    """
    table = read_table(content, name=name, required=REQUIRED, optional=OPTIONAL)
    if dated:
        table["known_since"] = table["known_since"].where(table["known_since"] != "", table["observed_on"])
    percent = table["indicator"].isin([key for key, indicator in catalogue.items() if indicator.unit == "percent"])
    for column in ("value", "value_low", "value_high"):
        table.loc[percent, column] = table.loc[percent, column].map(_as_fraction)
    table = table.rename(columns={"source": "citation"}).assign(source=SOURCE)
    return table.reindex(columns=[*COLUMNS, "line", "row"], fill_value="")


def _as_fraction(text: str) -> str:
    """Per cent as a fraction, exactly: 12.26 is 0.1226, not 0.12259999999999999."""
    if not _NUMBER.fullmatch(text.strip()) or not math.isfinite(float(text)):
        return text
    return str(Decimal(text.strip()).scaleb(-2))
