"""The board of markers: signatures of the futures as measurable statements, each with its status on a date.

Markers stand beside the probabilities and never enter them. What is measured, from which value on, and why, stands in
scenarios.toml; how a reading is compared, here.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.beliefs import believed
from metrics.errors import CatalogueError
from metrics.series import Series
from scenarios import words
from scenarios.assessment import MarkerStatus, Status
from scenarios.intake import Indicators
from scenarios.link import points
from scenarios.settings import Marker, settings

YEAR_DAYS = 365
MONTH_DAYS = 365.25 / 12

MINIMUM = 3
"""Values through which a slope is drawn."""

NO_DATA = "none public"


class Reading(NamedTuple):
    """What a marker's rule found."""

    status: Status
    value: float | None = None
    value_text: str = NO_DATA
    observed_on: date | None = None


class Known(NamedTuple):
    """What is known on a date about one marker's indicators."""

    marker: Marker
    rows: pd.DataFrame
    """Believed observations of the first indicator, in order of date, low confidence left out."""
    series: dict[str, Series]
    """Frontier or only series of each indicator that has one."""
    unit: str


def board(
    observations: pd.DataFrame, series: Sequence[Series], as_of: date, indicators: Indicators
) -> tuple[MarkerStatus, ...]:
    """Status of every marker as of a date; "no data" where its indicator is unknown or has no value."""
    read = [marker.indicator for marker in settings().markers]
    rows = believed(observations[observations["indicator"].isin(read)], as_of)
    rows = rows[rows["confidence"] != "low"].sort_values(["observed_on", "known_since", "value"], kind="stable")
    by_indicator = {one.indicator.id: one for one in reversed(series)}
    return tuple(_status(marker, rows, by_indicator, indicators) for marker in settings().markers)


def _status(marker: Marker, rows: pd.DataFrame, series: dict[str, Series], indicators: Indicators) -> MarkerStatus:
    mine = rows[rows["indicator"] == marker.indicator]
    if marker.method:
        mine = mine[mine["method"] == marker.method]
    wanted = {key: series[key] for key in (marker.indicator, *marker.also) if key in series}
    unit = indicators[marker.indicator].unit if marker.indicator in indicators else ""
    if marker.rule not in RULES:
        raise CatalogueError(
            f"scenarios.toml: markers.{marker.id}.rule is not a rule",
            found=f"rule = {marker.rule!r}",
            next=f"write one of {', '.join(RULES)}",
        )
    reading = RULES[marker.rule](Known(marker, mine, wanted, unit))
    return MarkerStatus(
        marker.id,
        marker.scenario,
        marker.title,
        marker.indicator,
        marker.threshold_text,
        reading.status,
        reading.value,
        reading.value_text,
        reading.observed_on,
        marker.citation,
    )


def at_least(known: Known) -> Reading:
    """The newest reading is at or above the threshold; of a bound, the end that is guaranteed."""
    return _newest(known, lambda value: _rising(value, known.marker.threshold[0], known.marker.near))


def between(known: Known) -> Reading:
    """The newest reading lies within two limits."""
    low, high = known.marker.threshold

    def grade(value: float) -> Status:
        outside = max(low - value, value - high)
        return "reached" if outside <= 0 else "near" if outside <= known.marker.near else "not reached"

    return _newest(known, grade)


def successive(known: Known) -> Reading:
    """So many of the newest readings, one a date, are at or above the threshold."""
    level, needed = known.marker.threshold
    rows = known.rows
    # Of a bound counts what it guarantees; one from above guarantees nothing.
    reached = rows["value"].where(rows["interval"] != "bound", rows["value_low"]).fillna(-np.inf)
    newest = reached.groupby(rows["observed_on"]).max().tail(int(needed))

    def grade(value: float) -> Status:
        if len(newest) >= needed and (newest >= level).all():
            return "reached"
        return "near" if value >= known.marker.near else "not reached"

    return _newest(known, grade)


def doubling_below(known: Known) -> Reading:
    """Months in which the series doubled over its last year, below the threshold."""
    return _doubling(known, lambda value: _rising(-value, -known.marker.threshold[0], -known.marker.near))


def doubling_above(known: Known) -> Reading:
    """Months in which the series doubled over its last year, at or above the threshold."""
    return _doubling(known, lambda value: _rising(value, known.marker.threshold[0], known.marker.near))


def slope_ratio_below(known: Known) -> Reading:
    """So many series have a slope of the last year below a share of the slope before."""
    limit, needed = known.marker.threshold
    ratios = {one.indicator.title: ratio for one in known.series.values() if (ratio := _slope_ratio(one)) is not None}
    if not ratios:
        return Reading("no data")
    slowed = [title for title, ratio in ratios.items() if ratio < limit]
    newest = max(one.observed_on[-1] for one in known.series.values()).astype(date)
    text = f"{len(slowed)} of {words.counted(len(ratios), 'series', 'series')}"
    return Reading(_rising(len(slowed), needed, known.marker.near), float(len(slowed)), text, newest)


RULES: dict[str, Callable[[Known], Reading]] = {
    rule.__name__: rule for rule in (at_least, between, successive, doubling_below, doubling_above, slope_ratio_below)
}


def _rising(value: float, threshold: float, near: float) -> Status:
    return "reached" if value >= threshold else "near" if value >= near else "not reached"


def _newest(known: Known, grade: Callable[[float], Status]) -> Reading:
    if known.rows.empty:
        return Reading("no data")
    row = known.rows.iloc[-1]
    on = row["observed_on"].date()
    if row["interval"] != "bound" and not np.isnan(row["value"]):
        value = float(row["value"])
        return Reading(grade(value), value, words.value_text(value, known.unit), on)
    low, high = float(row["value_low"]), float(row["value_high"])
    if np.isnan(low) and np.isnan(high):
        return Reading("no data")
    if np.isnan(low) or low <= 0:
        return Reading("not reached", None, f"under {words.value_text(high, known.unit)}", on)
    return Reading(grade(low), None, f"at least {words.value_text(low, known.unit)}", on)


def _doubling(known: Known, grade: Callable[[float], Status]) -> Reading:
    series = known.series.get(known.marker.indicator)
    slope = _slope(series, _last_year(series)) if series else None
    if series is None or slope is None:
        return Reading("no data")
    value = float(np.log(2) / slope / MONTH_DAYS) if slope > 0 else float("inf")
    on = series.observed_on[-1].astype(date)
    if not np.isfinite(value):
        return Reading(grade(value), None, "not growing", on)
    return Reading(grade(value), value, words.months(value), on)


def _last_year(series: Series) -> npt.NDArray[np.bool_]:
    return np.asarray(series.observed_on >= series.observed_on[-1] - np.timedelta64(YEAR_DAYS, "D"))


def _slope_ratio(series: Series) -> float | None:
    last = _last_year(series)
    after, before = _slope(series, last), _slope(series, ~last)
    return after / before if after is not None and before is not None and before > 0 else None


def _slope(series: Series, keep: npt.NDArray[np.bool_]) -> float | None:
    """Least-squares slope per day on the link's scale, or None for fewer than MINIMUM exact values."""
    linked = points(series)
    exact = np.isfinite(series.value)
    if linked is None or len(linked.z) != exact.sum() or (keep & exact).sum() < MINIMUM:
        return None
    days = series.observed_on[keep & exact].astype(float)
    return float(np.polyfit(days - days[0], linked.z[keep[exact]], 1)[0])
