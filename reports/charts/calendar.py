"""Dates as places on an axis: years with a fraction, and ticks that a reader would choose."""

from datetime import date
from typing import Any

import pandas as pd

from scenarios.words import MONTHS

MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)


def year(day: Any) -> float:
    """A day as a year with its fraction."""
    moment = pd.Timestamp(day)
    return round(moment.year + (moment.day_of_year - 1) / (366 if moment.is_leap_year else 365), 5)


def ticks(first: float, last: float, most: int) -> tuple[list[float], list[str]]:
    """At most so many places between two years, at the starts of months or years, and their words."""
    step = next((one for one in MONTH_STEPS if (last - first) * 12 / one <= most - 1), MONTH_STEPS[-1])
    start = int(first * 12) // step * step
    months = [month for month in range(start, int(last * 12) + step, step) if first - 0.02 <= month / 12 <= last + 0.02]
    places = [year(date(month // 12, month % 12 + 1, 1)) for month in months]
    return places, [_words(month, step) for month in months]


def _words(month: int, step: int) -> str:
    year_number, name = month // 12, MONTHS[month % 12][:3]
    return str(year_number) if step >= 12 else f"{name} {year_number}"
