"""Observations as they are given -> the one frame, sorted, without doubles, and fit to be linked.

A judged frame passes unchanged. A plain frame with `indicator`, `observed_on` and `value` gets the defaults a file of
one's own would get; what cannot be used is refused as a whole, with the row that is at fault.
"""

import hashlib
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from metrics.errors import DataError, UsageError
from metrics.indicator import Catalogue, Indicator
from metrics.observation import COLUMNS, DATES, KEY, PAYLOAD

REQUIRED = ("indicator", "observed_on", "value")
NUMBERS = ("value", "value_low", "value_high", "n", "corroboration")
VALUES = ("value", "value_low", "value_high")

Indicators = Catalogue | Mapping[str, Indicator]


def take_in(observations: pd.DataFrame, indicators: Indicators) -> pd.DataFrame:
    """The observations as metrics.observation.COLUMNS, in one order whatever order they came in.

    Raises:
        DataError: a column is missing; an indicator is unknown; a date or number cannot be read; a value is not
            positive on a log scale or outside its indicator's bounds; a low end lies above a high one.
    """
    _require_columns(observations)
    frame = _typed(observations)
    _require_known(frame, indicators)
    _require_values(frame, indicators)
    return frame.sort_values(list(COLUMNS), kind="stable").drop_duplicates().reset_index(drop=True)


def read_as_of(as_of: date | str | None, observations: pd.DataFrame) -> date:
    """The date asked for, by default the newest on which anything became known.

    Raises:
        UsageError: the text is not a date.
        DataError: there is no observation to take it from.
    """
    if as_of is None:
        if observations.empty:
            raise DataError(
                "observations: the table has no row", found="0 rows", next="give at least one, or say as_of"
            )
        return pd.Timestamp(observations["known_since"].max()).date()
    try:
        return pd.Timestamp(as_of).date()
    except (TypeError, ValueError) as error:
        raise UsageError(f"as-of {as_of!r} is not a date", found=repr(as_of), next="write it as YYYY-MM-DD") from error


def fingerprint(known: pd.DataFrame) -> str:
    """sha256 of keys, dates and values, the same for the same facts in any order."""
    columns = [*KEY, "known_since", *PAYLOAD]
    text = known[columns].to_csv(index=False, date_format="%Y-%m-%d", float_format="%.12g", lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def _require_columns(observations: pd.DataFrame) -> None:
    for missing in (column for column in REQUIRED if column not in observations.columns):
        raise DataError(
            f"observations: column {missing!r} is missing",
            found=", ".join(map(str, observations.columns)) or "no columns",
            next=f"give at least {', '.join(REQUIRED)}",
        )


def _typed(observations: pd.DataFrame) -> pd.DataFrame:
    frame = observations.reset_index(drop=True).copy()
    if "known_since" not in frame:
        frame["known_since"] = frame["observed_on"]
    if "source" not in frame:
        frame["source"] = "data"
    for column in DATES:
        frame[column] = _dates(frame, column)
    for column in NUMBERS:
        frame[column] = _numbers(frame, column) if column in frame else np.nan
    for column in set(COLUMNS) - set(DATES) - set(NUMBERS):
        frame[column] = frame[column].fillna("").astype(str) if column in frame else ""
    return frame[list(COLUMNS)]


def _dates(frame: pd.DataFrame, column: str) -> "pd.Series[pd.Timestamp]":
    given = frame[column]
    if not pd.api.types.is_datetime64_dtype(given.dtype):
        given = pd.to_datetime(given.astype(str).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    _refuse(frame, given.isna(), f"{column} is not a date", column, "write dates as YYYY-MM-DD")
    normal: pd.Series[pd.Timestamp] = given.dt.normalize().astype("datetime64[us]")
    return normal


def _numbers(frame: pd.DataFrame, column: str) -> "pd.Series[float]":
    read = pd.to_numeric(frame[column], errors="coerce").astype(float)
    unread = (read.isna() & frame[column].notna()) | np.isinf(read)
    _refuse(frame, unread, f"{column} is not a finite number", column, "write a number, or nothing where there is none")
    return read


def _require_known(frame: pd.DataFrame, indicators: Indicators) -> None:
    _refuse(
        frame,
        ~frame["indicator"].isin(list(indicators)),
        "indicator is unknown",
        "indicator",
        f"describe it in the indicators file; known: {', '.join(list(indicators)[:5])}",
    )


def _require_values(frame: pd.DataFrame, indicators: Indicators) -> None:
    bounds = {key: (indicators[key].lower, indicators[key].upper) for key in frame["indicator"].unique()}
    lower = frame["indicator"].map(lambda key: bounds[key][0]).astype(float)
    upper = frame["indicator"].map(lambda key: bounds[key][1]).astype(float)
    logged = frame["indicator"].map(lambda key: indicators[key].scale == "log").astype(bool)
    advice = "mend the value, or the indicator's unit, scale or bounds"
    for column in VALUES:
        _refuse(frame, frame[column] < lower, f"{column} is below the indicator's lower bound", column, advice)
        _refuse(frame, frame[column] > upper, f"{column} is above the indicator's upper bound", column, advice)
    _refuse(frame, logged & (frame["value"] <= 0), "value is not positive, on a log scale", "value", advice)
    upside_down = frame["value_low"] > frame["value_high"]
    _refuse(frame, upside_down, "value_low is above value_high", "value_low", "exchange them")


def _refuse(frame: pd.DataFrame, wrong: "pd.Series[bool]", fault: str, column: str, advice: str) -> None:
    """Raise for the first row where `wrong` is True, counted from 1."""
    if not wrong.any():
        return
    row = int(np.flatnonzero(wrong.to_numpy())[0])
    raise DataError(
        f"observations: {fault} (row {row + 1}, {frame['indicator'].iloc[row]})",
        found=f"{column} = {frame[column].iloc[row]}; {int(wrong.sum())} of {len(frame)} rows",
        next=advice,
    )
