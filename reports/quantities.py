"""A value in words with what is known of its uncertainty: "12 h (95 % interval 5.3 to 66 h)", "at least 80 %".

Numbers themselves are written by scenarios.words; the full value stands in JSON and in the warehouse.
"""

import math
import re
from dataclasses import replace
from typing import Any, NamedTuple

from metrics import Indicator
from metrics.series import Series
from scenarios.words import THIN_SPACE, value_text

NO_VALUE = "no value"

LONG_UNIT = 5
"""Characters from which a unit is not repeated in the interval behind a value."""

DAYS_A_MONTH = 365.25 / 12

DOUBLING = "task_horizon_doubling_time"
"""Kept in days, as it is published, and read in months."""

_NUMBER = re.compile(r"(?:under |over )?[\d.,\N{MINUS SIGN}]+")


class Value(NamedTuple):
    """One published value; NaN where absent, an open end too."""

    value: float
    low: float
    high: float
    interval: str
    """One of observation.INTERVALS."""


def at(series: Series, position: int) -> Value:
    """One point of a series."""
    return Value(
        float(series.value[position]),
        float(series.value_low[position]),
        float(series.value_high[position]),
        str(series.interval[position]),
    )


def of(row: Any) -> Value:
    """One row of the observation frame, as `itertuples` gives it."""
    return Value(float(row.value), float(row.value_low), float(row.value_high), str(row.interval))


def measured(value: Value, indicator: Indicator) -> str:
    """The value and its interval in words; a bound says on which side the truth lies."""
    if value.interval == "withdrawn":
        return "withdrawn by its publisher"
    if indicator.id == DOUBLING and indicator.unit == "days":
        return measured(in_months(value), replace(indicator, unit="months"))
    if value.interval == "bound":
        return _bound(value, indicator)
    ends = "" if math.isnan(value.low) or math.isnan(value.high) else span(value.low, value.high, indicator.unit)
    if math.isnan(value.value):
        return f"{ends} (no single value published)" if ends else NO_VALUE
    shown = value_text(value.value, indicator.unit)
    return f"{shown} ({_kind(value.interval)} {_brief(ends, shown)})" if ends else shown


def in_months(value: Value) -> Value:
    """A value given in days."""
    return Value(value.value / DAYS_A_MONTH, value.low / DAYS_A_MONTH, value.high / DAYS_A_MONTH, value.interval)


def _kind(interval: str) -> str:
    return f"{interval.removesuffix('%')}{THIN_SPACE}% interval" if interval.endswith("%") else "published range"


def _brief(ends: str, shown: str) -> str:
    """The ends without a long unit that stands in the value; a note where all three read the same."""
    first, _, last = ends.partition(" to ")
    if last in (shown, f"{first}") or f"{first}{_split(last)[1]}" == last:
        return "rounds to the same"
    sign = _split(shown)[1]
    return ends.removesuffix(sign) if len(sign) > LONG_UNIT else ends


def span(low: float, high: float, unit: str) -> str:
    """Two ends of an interval, the unit once where both have the same."""
    first, last = value_text(low, unit), value_text(high, unit)
    number, sign = _split(first)
    return f"{number if sign == _split(last)[1] else first} to {last}"


def _bound(value: Value, indicator: Indicator) -> str:
    """A bound is often published with its other end at the edge of the possible: that end says nothing."""
    low = -math.inf if math.isnan(value.low) else value.low
    high = math.inf if math.isnan(value.high) else value.high
    open_below, open_above = low <= indicator.lower, high >= indicator.upper
    if open_below and open_above:
        return NO_VALUE
    if open_above:
        return f"at least {value_text(low, indicator.unit)}"
    if open_below:
        return f"at most {value_text(high, indicator.unit)}"
    return "between " + span(low, high, indicator.unit).replace(" to ", " and ")


def _split(text: str) -> tuple[str, str]:
    match = _NUMBER.match(text)
    return (match[0], text[match.end() :]) if match else (text, "")
