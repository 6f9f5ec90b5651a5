"""The dates of a replay: ends of weeks, months, quarters or years."""

from datetime import date

import pandas as pd

from metrics.errors import UsageError

FREQUENCIES = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}
"""Steps of a schedule as pandas knows them."""


def schedule(first: str, last: str, every: str = "month", *, until: date | None = None) -> tuple[date, ...]:
    """The last day of each month (week, quarter, year) from one date to another, both included.

    Args:
        first: "2023-01" or "2023-01-15".
        last: the same, not before `first`.
        every: "week" (ending on Sunday), "month", "quarter" or "year".
        until: days after it are replaced by it, such as the end of a month that is still running.

    Raises:
        UsageError: a date or the step cannot be read, the last date is before the first, or one is after `until`.
    """
    if every not in FREQUENCIES:
        raise UsageError(
            f"every {every!r} is not a step of a replay", found=repr(every), next=f"write {', '.join(FREQUENCIES)}"
        )
    start, end = (_period(text, FREQUENCIES[every]) for text in (first, last))
    if end < start:
        raise UsageError(f"from {first} to {last} has no date", found="the end before the start", next="exchange them")
    if until and start.start_time.date() > until:
        raise UsageError(f"{first} is in the future", found=f"today is {until}", next="give a date up to today")
    ends = [period.end_time.date() for period in pd.period_range(start, end)]
    return tuple(sorted({min(day, until) if until else day for day in ends}))


def _period(text: str, frequency: str) -> pd.Period:
    try:
        return pd.Period(date.fromisoformat(text if len(text) > len("2023-01") else f"{text}-01"), freq=frequency)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a month or a date", found=repr(text), next="write it as YYYY-MM or YYYY-MM-DD"
        ) from error
