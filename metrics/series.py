"""Observations as of a date -> the series a model sees.

Which rows belong together, and which of them are believed on a date, is decided here and nowhere else. What a
series says about a scenario is not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.errors import DataError
from metrics.indicator import Indicator
from metrics.observation import KEY, PAYLOAD

MAXIMUM_CANDIDATES = 500
"""Series that are looked at; a table of thousands is one of raw measurements, to be added up first."""

MINIMUM_DATES = 3
"""A level published once or twice has no shape; three dated values are the least that can bend."""


@dataclass(frozen=True)
class Series:
    """Dated values of one thing under one definition, in order of date, one a date.

    All arrays have shape (n,).
    """

    indicator: Indicator
    subject: str
    """Whose values they are; empty for a frontier or where all subjects are points of one series."""
    definition: str
    observed_on: npt.NDArray[np.datetime64]
    """Unit: day. Strictly increasing."""
    value: npt.NDArray[np.float64]
    """In the indicator's unit; NaN where only a bound or a range is known."""
    value_low: npt.NDArray[np.float64]
    value_high: npt.NDArray[np.float64]
    interval: npt.NDArray[np.str_]
    """"" (none published), "95%", "90%", "80%", "range" (as published, no level) or "bound": censored, value is NaN and
    the truth lies between value_low and value_high, where a NaN end is open."""
    method: npt.NDArray[np.str_]
    subjects: npt.NDArray[np.str_]
    """Whose each point is: the model of a frontier's step, the release of a project."""
    citation: npt.NDArray[np.str_]
    known_since: npt.NDArray[np.datetime64]

    @property
    def n(self) -> int:
        return len(self.observed_on)

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.indicator.id, self.subject, self.definition)

    def since(self, first_date: date) -> "Series":
        """The points observed on or after a date."""
        return self.only(self.observed_on >= np.datetime64(first_date, "D"))

    def without(self, position: int) -> "Series":
        """The series with one point left out."""
        return self.only(np.arange(self.n) != position)

    def only(self, keep: npt.NDArray[np.bool_]) -> "Series":
        """The points where `keep`, shape (n,), is True."""
        return Series(
            self.indicator,
            self.subject,
            self.definition,
            self.observed_on[keep],
            self.value[keep],
            self.value_low[keep],
            self.value_high[keep],
            self.interval[keep],
            self.method[keep],
            self.subjects[keep],
            self.citation[keep],
            self.known_since[keep],
        )


class LeftOut(NamedTuple):
    """Rows that are in no series."""

    indicator: str
    subject: str
    definition: str
    n: int
    """Rows."""
    reason: str
    next: str
    """What would make a series of them."""


CONTEXT = "context: "
"""How the reason begins for which an indicator without a vote is left out."""


@dataclass(frozen=True)
class Formed:
    """What became of the observations: the series, and everything known that is in none of them."""

    series: tuple[Series, ...]
    """In order of indicator, subject and definition."""
    left_out: pd.DataFrame
    """Columns of LeftOut."""


def believed(observations: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row a key: what was known last on a date. Values withdrawn by then are gone."""
    latest = news(observations[observations["known_since"] <= pd.Timestamp(as_of)]).drop_duplicates(
        list(KEY), keep="last"
    )
    return latest[latest["interval"] != "withdrawn"].reset_index(drop=True)


def news(observations: pd.DataFrame) -> pd.DataFrame:
    """The rows that said something new of their key, in order of key and known_since; restatements are left out."""
    # Ties are broken by every column, so that the order of rows never shows.
    ordered = observations.sort_values([*KEY, "known_since", "value", "value_low", "value_high"], kind="stable")
    said = ordered[[*KEY, *PAYLOAD]]
    before = said.shift()
    restated = ((said == before) | (said.isna() & before.isna())).all(axis=1)
    return ordered[~restated]


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
    rows = believed(observations, as_of)
    rows = rows[rows["indicator"].isin(list(indicators))]
    rows = rows.assign(_vintage=_in_newest_vintage(rows, observations, indicators, as_of))
    voting = rows["indicator"].isin([key for key, one in indicators.items() if one.role == "evidence"])
    _check_count(rows[voting], indicators)
    series: list[Series] = []
    left_out = list(_told(rows[~voting], f"{CONTEXT}shown, without a vote", 'it votes with role = "evidence"'))
    for name, group in rows[voting].groupby("indicator", sort=True):
        for one in _of_indicator(indicators[str(name)], group):
            if isinstance(one, Series):
                series.append(one)
            else:
                left_out.append(one)
    return Formed(tuple(sorted(series, key=lambda one: one.key)), left_out_table(sorted(left_out)))


def _in_newest_vintage(
    rows: pd.DataFrame, observations: pd.DataFrame, indicators: Mapping[str, Indicator], as_of: date
) -> "pd.Series[bool]":
    """Which rows stand in the publication known last, of one source; True where publications do not matter."""
    by_vintage = [key for key, one in indicators.items() if one.whole_vintages]
    whole = pd.MultiIndex.from_tuples(
        [(key, source) for key, one in indicators.items() for source in one.whole_sources] or [("", "")]
    )
    is_known = observations["known_since"] <= pd.Timestamp(as_of)
    said = observations[is_known & observations["indicator"].isin([*by_vintage, *whole.unique(0)])]
    if said.empty:
        return pd.Series(True, rows.index)
    newest = said.assign(_whole=_among(said, ["indicator", "source"], whole)).sort_values(
        ["known_since", "_whole", "source"], ascending=[False, False, True], kind="stable"
    )
    newest = newest.drop_duplicates(["indicator", "definition"])
    listed = said.merge(newest[["indicator", "definition", "source", "known_since"]])
    is_listed = _among(rows, [*KEY], pd.MultiIndex.from_frame(listed[[*KEY]]))
    replaced = pd.MultiIndex.from_frame(newest.loc[newest["_whole"], ["indicator", "definition"]])
    alone = rows["indicator"].isin(by_vintage) | _among(rows, ["indicator", "definition"], replaced)
    return is_listed.where(alone, ~_among(rows, ["indicator", "source"], whole))


def _among(rows: pd.DataFrame, columns: list[str], found: pd.MultiIndex) -> "pd.Series[bool]":
    return pd.Series(pd.MultiIndex.from_frame(rows[columns]).isin(found), index=rows.index, dtype=bool)


def left_out_table(rows: Iterable[LeftOut]) -> pd.DataFrame:
    """One row each, with the columns of LeftOut."""
    return pd.DataFrame(list(rows), columns=pd.Index(LeftOut._fields))


def _check_count(rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> None:
    by_subject = rows["indicator"].isin([key for key, one in indicators.items() if one.series == "per_subject"])
    n = rows[by_subject].groupby(["indicator", "subject", "definition"]).ngroups
    if n > MAXIMUM_CANDIDATES:
        most = rows[by_subject].groupby("indicator")["subject"].nunique()
        raise DataError(
            f"{n:,} series are too many to compare",
            found=f"{most.idxmax()} has {most.max():,} subjects; at most {MAXIMUM_CANDIDATES} series can be",
            next='add up over subjects first, or set series = "frontier" to follow the best of them',
        )


def _of_indicator(indicator: Indicator, rows: pd.DataFrame) -> Iterator[Series | LeftOut]:
    usable = rows
    for reason, remedy, drop in _reasons(indicator, rows):
        dropped = drop.reindex(usable.index)
        yield from _told(usable[dropped], reason, remedy)
        usable = usable[~dropped]
    if usable.empty:
        return
    chosen = False
    for key, group in _groups(indicator, usable):
        dates = group["observed_on"].nunique()
        if dates < MINIMUM_DATES:
            yield LeftOut(indicator.id, *key, len(group), *_short(dates))
            continue
        candidate = _series(indicator, key, group)
        if candidate.n < MINIMUM_DATES:
            yield LeftOut(*candidate.key, len(group), *_overtaken(candidate, dates))
        elif indicator.definitions and indicator.series == "frontier" and chosen:
            preferred = "another definition of the same thing is preferred"
            yield LeftOut(
                *candidate.key, len(group), preferred, "the first of the indicator's definitions is preferred"
            )
        else:
            chosen = True
            yield candidate


def _reasons(indicator: Indicator, rows: pd.DataFrame) -> Iterator[tuple[str, str, "pd.Series[bool]"]]:
    """Why rows are not used, what would help, and which rows; in the order in which the reasons are named."""
    if indicator.definitions:
        every = "take definitions out of the indicator to use every row"
        yield "under a definition that is not comparable", every, ~rows["definition"].isin(indicator.definitions)
    measured = "take it out of left_out_subjects if it is a measurement of AI"
    yield "a reference, not a measurement of AI", measured, rows["subject"].isin(indicator.left_out_subjects)
    yield "of low confidence", "find a source that is surer", rows["confidence"] == "low"
    older = "a publication that lists it again would bring it back"
    yield "not in the newest publication of its source", older, ~rows["_vintage"]
    yield "a bound that excludes nothing", "give the end that is known", _excludes_nothing(indicator, rows)


def _told(rows: pd.DataFrame, reason: str, remedy: str) -> Iterator[LeftOut]:
    if rows.empty:
        return
    for key, n in rows.groupby(["indicator", "subject", "definition"], sort=True).size().items():
        indicator, subject, definition = map(str, key) if isinstance(key, tuple) else ("", "", "")
        yield LeftOut(indicator, subject, definition, int(n), reason, remedy)


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


def _groups(indicator: Indicator, rows: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """(subject, definition) of each series and its rows, the preferred definition first; methods are never pooled."""
    keyed = rows.assign(_subject=rows["subject"] if indicator.series == "per_subject" else "")
    order = {definition: rank for rank, definition in enumerate(indicator.definitions)}
    groups: list[tuple[tuple[int, str, str], pd.DataFrame]] = []
    for key, group in keyed.groupby(["_subject", "definition"]):
        subject, definition = map(str, key)
        methods = group["method"].unique()
        for method in methods:
            name = f"{definition} ({method})" if len(methods) > 1 else definition
            groups.append(((order.get(definition, 0), subject, name), group[group["method"] == method]))
    for (_, subject, name), group in sorted(groups, key=lambda pair: pair[0]):
        yield (subject, name), group


def _series(indicator: Indicator, key: tuple[str, str], rows: pd.DataFrame) -> Series:
    rows = _one_a_date(indicator, _censored_ends(indicator, _certified(indicator, rows)))
    if indicator.series == "frontier":
        rows = _frontier(indicator, rows)
    return Series(indicator, *key, **_columns(rows))


def _columns(rows: pd.DataFrame) -> dict[str, Any]:
    texts = {"interval": "interval", "method": "method", "subjects": "subject", "citation": "citation"}
    return {
        "observed_on": rows["observed_on"].to_numpy().astype("datetime64[D]"),
        "known_since": rows["known_since"].to_numpy().astype("datetime64[D]"),
        **{name: rows[name].to_numpy(dtype=float) for name in ("value", "value_low", "value_high")},
        **{name: rows[column].to_numpy(dtype=str) for name, column in texts.items()},
    }


def _excludes_nothing(indicator: Indicator, rows: pd.DataFrame) -> "pd.Series[bool]":
    from_end_to_end = (rows["value_low"] <= indicator.lower) & (rows["value_high"] >= indicator.upper)
    return (rows["interval"] == "bound") & from_end_to_end


def _certified(indicator: Indicator, rows: pd.DataFrame) -> pd.DataFrame:
    """A value beyond what its publisher vouches for is known to be at least that much."""
    if indicator.certified_to is None:
        return rows
    beyond = rows["value"] > indicator.certified_to
    return rows.assign(
        value=rows["value"].mask(beyond),
        value_low=rows["value_low"].mask(beyond, indicator.certified_to),
        value_high=rows["value_high"].mask(beyond),
        interval=rows["interval"].mask(beyond, "bound"),
    )


def _censored_ends(indicator: Indicator, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep of a bound the end that says something: it is often published with the other at the edge of the possible."""
    bound = rows["interval"] == "bound"
    return rows.assign(
        value=rows["value"].mask(bound),
        value_low=rows["value_low"].mask(bound & (rows["value_low"] <= indicator.lower)),
        value_high=rows["value_high"].mask(bound & (rows["value_high"] >= indicator.upper)),
    )


def _level(indicator: Indicator, rows: pd.DataFrame) -> "pd.Series[float]":
    """How far each row is at least, larger being further: the value, else what its bound guarantees."""
    sign = 1.0 if indicator.direction == "up" else -1.0
    near_end = rows["value_low"] if sign > 0 else rows["value_high"]
    far_end = rows["value_high"] if sign > 0 else rows["value_low"]
    return sign * rows["value"].fillna(near_end).fillna(far_end)


def _one_a_date(indicator: Indicator, rows: pd.DataFrame) -> pd.DataFrame:
    """The furthest row of each date: a series has one value a date."""
    if rows["observed_on"].is_unique:
        return rows.sort_values("observed_on")
    order = rows.assign(_level=_level(indicator, rows)).sort_values(
        ["observed_on", "_level", "subject", "source", "citation"], kind="stable"
    )
    return order.drop_duplicates("observed_on", keep="last")


def _frontier(indicator: Indicator, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that were further than every one before them."""
    level = _level(indicator, rows)
    return rows[level > level.cummax().shift(fill_value=-np.inf)]
