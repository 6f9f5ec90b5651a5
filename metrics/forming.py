"""What is believed on a date -> the series a model sees.

Which rows belong together is decided here and nowhere else; rows that are in no series are told with the reason.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.beliefs import Beliefs, Mask, Rows, beliefs, in_newest_publication
from metrics.errors import DataError
from metrics.indicator import Indicator
from metrics.series import CONTEXT, MINIMUM_DATES, Formed, LeftOut, Series, left_out_table

MAXIMUM_CANDIDATES = 500
"""Series that are looked at; a table of thousands is one of raw measurements, to be added up first."""


def form_series(
    observations: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    *,
    as_of: date,
) -> Formed:
    """The series of every indicator that carries evidence, as they were known on a date.

    Args:
        observations: accepted observations, any number of vintages of each.
        indicators: catalogue by id.
        as_of: nothing that became known later is used.

    A series needs MINIMUM_DATES dated values. Rows of low confidence and of left-out subjects are never in one.

    Raises:
        DataError: there are more candidates than MAXIMUM_CANDIDATES.
    """
    return form(beliefs(observations, as_of), indicators)


def form(known: Beliefs, indicators: Mapping[str, Indicator]) -> Formed:
    """As form_series, of what is believed."""
    rows = known.rows.having(_listed=in_newest_publication(known, indicators))
    rows = rows.only(rows.among("indicator", indicators))
    is_voting = rows.among("indicator", (key for key, one in indicators.items() if one.role == "evidence"))
    voting = rows.only(is_voting)
    _check_count(voting, indicators)
    series: list[Series] = []
    left_out = list(_told(rows.only(~is_voting), f"{CONTEXT}shown, without a vote", 'it votes with role = "evidence"'))
    for (name,), group in _grouped(voting, "indicator"):
        for one in _of_indicator(indicators[name], group):
            if isinstance(one, Series):
                series.append(one)
            else:
                left_out.append(one)
    return Formed(tuple(sorted(series, key=lambda one: one.key)), left_out_table(sorted(left_out)))


def _grouped(rows: Rows, *names: str) -> Iterator[tuple[tuple[str, ...], Rows]]:
    """The rows that share the texts in some columns, by these texts in order."""
    number: dict[tuple[str, ...], int] = {}
    of = np.fromiter(
        (number.setdefault(key, len(number)) for key in rows.tuples(*names)), dtype=np.int64, count=len(rows)
    )
    order = np.argsort(of, kind="stable")
    ends = np.cumsum(np.bincount(of, minlength=len(number)))
    for key, n in sorted(number.items()):
        yield key, rows.only(order[ends[n - 1] if n else 0 : ends[n]])


def _check_count(rows: Rows, indicators: Mapping[str, Indicator]) -> None:
    by_subject = rows.among("indicator", (key for key, one in indicators.items() if one.series == "per_subject"))
    candidates = set(rows.only(by_subject).tuples("indicator", "subject", "definition"))
    if len(candidates) > MAXIMUM_CANDIDATES:
        subjects = Counter(indicator for indicator, _ in sorted({candidate[:2] for candidate in candidates}))
        (most, n), *_ = subjects.most_common(1)
        raise DataError(
            f"{len(candidates):,} series are too many to compare",
            found=f"{most} has {n:,} subjects; at most {MAXIMUM_CANDIDATES} series can be",
            next='add up over subjects first, or set series = "frontier" to follow the best of them',
        )


def _of_indicator(indicator: Indicator, rows: Rows) -> Iterator[Series | LeftOut]:
    usable = np.ones(len(rows), dtype=bool)
    for reason, remedy, drop in _reasons(indicator, rows):
        yield from _told(rows.only(usable & drop), reason, remedy)
        usable &= ~drop
    chosen = False
    for key, group in _groups(indicator, rows.only(usable)):
        dates = len(np.unique(group["observed_on"]))
        if dates < MINIMUM_DATES:
            yield LeftOut(indicator.id, *key, len(group), *_short(dates))
            continue
        candidate = _series(indicator, key, group)
        if candidate.n < MINIMUM_DATES:
            yield LeftOut(indicator.id, *key, len(group), *_overtaken(candidate, dates))
        elif indicator.definitions and indicator.series == "frontier" and chosen:
            preferred = "another definition of the same thing is preferred"
            first = "the first of the indicator's definitions is preferred"
            yield LeftOut(indicator.id, *key, len(group), preferred, first)
        else:
            chosen = True
            yield candidate


def _reasons(indicator: Indicator, rows: Rows) -> Iterator[tuple[str, str, Mask]]:
    """Why rows are not used, what would help, and which rows; in the order in which the reasons are named."""
    if indicator.definitions:
        every = "take definitions out of the indicator to use every row"
        yield "under a definition that is not comparable", every, ~rows.among("definition", indicator.definitions)
    measured = "take it out of left_out_subjects if it is a measurement of AI"
    yield "a reference, not a measurement of AI", measured, rows.among("subject", indicator.left_out_subjects)
    yield "of low confidence", "find a source that is surer", rows.among("confidence", ["low"])
    older = "a publication that lists it again would bring it back"
    yield "not in the newest publication of its source", older, ~rows["_listed"]
    yield "a bound that excludes nothing", "give the end that is known", _excludes_nothing(indicator, rows)


def _told(rows: Rows, reason: str, remedy: str) -> Iterator[LeftOut]:
    told = Counter(rows.tuples("indicator", "subject", "definition"))
    for (indicator, subject, definition), n in sorted(told.items()):
        yield LeftOut(indicator, subject, definition, n, reason, remedy)


def _short(dates: int) -> tuple[str, str]:
    """Why a series of so many dates is too short, and what would help."""
    found, more = ("1 dated value" if dates == 1 else f"{dates} dated values"), MINIMUM_DATES - dates
    return (
        f"{found}, {MINIMUM_DATES} are needed",
        f"{more} more, by the same subject, definition and method, would do",
    )


def _overtaken(series: Series, dates: int) -> tuple[str, str]:
    """Why a frontier is too short although there are dates enough, and what would help."""
    leads = f"{series.n} of {dates} dated values {'is' if series.n == 1 else 'are'} a new best"
    other, further = ("down", "lower") if series.indicator.direction == "up" else ("up", "higher")
    turned = f'write direction = "{other}" if {further} is further'
    return f"{leads}, {MINIMUM_DATES} are needed", f'{turned}, or series = "per_subject" to follow each subject'


def _groups(indicator: Indicator, rows: Rows) -> Iterator[tuple[tuple[str, str], Rows]]:
    """(subject, definition) of each series and its rows, the preferred definition first; methods stay apart unasked."""
    whose = rows["subject"] if indicator.series == "per_subject" else np.full(len(rows), "", dtype=object)
    apart = np.full(len(rows), "", dtype=object) if indicator.mixes_methods else rows["method"]
    found = list(_grouped(rows.having(_whose=whose, _method=apart), "_whose", "definition", "_method"))
    methods = Counter(key[:2] for key, _ in found)
    order = {definition: rank for rank, definition in enumerate(indicator.definitions)}
    named: list[tuple[tuple[int, str, str], Rows]] = []
    for (subject, definition, method), group in found:
        name = f"{definition} ({method})" if methods[subject, definition] > 1 else definition
        named.append(((order.get(definition, 0), subject, name), group))
    for (_, subject, name), group in sorted(named, key=lambda pair: pair[0]):
        yield (subject, name), group


def _series(indicator: Indicator, key: tuple[str, str], rows: Rows) -> Series:
    rows = _one_a_date(indicator, _censored_ends(indicator, _certified(indicator, rows)))
    if indicator.series == "frontier":
        rows = _frontier(indicator, rows)
    return Series(indicator, *key, **_columns(rows))


def _columns(rows: Rows) -> dict[str, Any]:
    texts = {"interval": "interval", "method": "method", "subjects": "subject", "citation": "citation"}
    return {
        **{name: rows[name].astype("datetime64[D]") for name in ("observed_on", "known_since")},
        **{name: rows[name].astype(float) for name in ("value", "value_low", "value_high")},
        **{name: rows[column].astype(str) for name, column in texts.items()},
    }


def _excludes_nothing(indicator: Indicator, rows: Rows) -> Mask:
    from_end_to_end = (rows["value_low"] <= indicator.lower) & (rows["value_high"] >= indicator.upper)
    return np.asarray(rows.among("interval", ["bound"]) & from_end_to_end)


def _certified(indicator: Indicator, rows: Rows) -> Rows:
    """A value beyond what its publisher vouches for is known to be at least that much."""
    if indicator.certified_to is None:
        return rows
    beyond = rows["value"] > indicator.certified_to
    return rows.having(
        value=np.where(beyond, np.nan, rows["value"]),
        value_low=np.where(beyond, indicator.certified_to, rows["value_low"]),
        value_high=np.where(beyond, np.nan, rows["value_high"]),
        interval=np.where(beyond, "bound", rows["interval"]),
    )


def _censored_ends(indicator: Indicator, rows: Rows) -> Rows:
    """Keep of a bound the end that says something: it is often published with the other at the edge of the possible."""
    bound = rows.among("interval", ["bound"])
    return rows.having(
        value=np.where(bound, np.nan, rows["value"]),
        value_low=np.where(bound & (rows["value_low"] <= indicator.lower), np.nan, rows["value_low"]),
        value_high=np.where(bound & (rows["value_high"] >= indicator.upper), np.nan, rows["value_high"]),
    )


def _level(indicator: Indicator, rows: Rows) -> npt.NDArray[np.float64]:
    """How far each row is at least, larger being further: the value, else what its bound guarantees."""
    up = indicator.direction == "up"
    near_end, far_end = (rows["value_low"], rows["value_high"])[:: 1 if up else -1]
    value = rows["value"]
    for end in (near_end, far_end):
        value = np.where(np.isnan(value), end, value)
    return np.asarray(value if up else -value)


def _one_a_date(indicator: Indicator, rows: Rows) -> Rows:
    """The furthest row of each date: a series has one value a date."""
    ranked = rows.having(_level=np.nan_to_num(_level(indicator, rows), nan=-np.inf))
    furthest: dict[Any, tuple[list[Any], int]] = {}
    for at, (day, *rank) in enumerate(ranked.tuples("observed_on", "_level", "subject", "source", "citation")):
        if day not in furthest or rank >= furthest[day][0]:
            furthest[day] = rank, at
    return rows.only(np.array([furthest[day][1] for day in sorted(furthest)], dtype=np.int64))


def _frontier(indicator: Indicator, rows: Rows) -> Rows:
    """The rows that were further than every one before them."""
    level = _level(indicator, rows)
    before = np.fmax.accumulate(np.append(-np.inf, level[:-1]))
    return rows.only(level > before)
