"""The judge: raw rows -> accepted observations, and rejected rows each with its rule and reason.

Two passes, because a cell that cannot be coerced would fail every later check as well: first shape and types, then
meaning. A fault of the batch (a missing column, no row at all) raises DataError and nothing loads.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from string import Formatter
from typing import NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa

from metrics.errors import DataError
from metrics.indicator import Catalogue, Indicator
from metrics.observation import (
    COLUMNS,
    CONFIDENCES,
    DATES,
    INTERVALS,
    KEY,
    METHODS,
    NUMBERS,
    PAYLOAD,
    VALUES,
    Judgement,
)

LONGEST_TEXT = 4_000
"""Characters a cell may have; the longest cited note has under 1,000."""

LONGEST_SHOWN = 80
"""Characters of a faulty cell that a reason repeats."""

_KEPT_IN = {"percent": "percent, kept as a fraction"}

EARLIEST = pd.Timestamp("1900-01-01")
"""Of the facts that threefutures brings along: an older date of AI is a slip of the pen."""

EARLIEST_OWN = pd.Timestamp("1700-01-01")
"""Of a table of one's own, which may be of any history."""

_NUMBER = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|infinity)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

_REJECTED = ("line", "indicator", "rule", "reason", "row")


Holds = Callable[[pd.DataFrame], "pd.Series[bool]"]


class Rule(NamedTuple):
    """One thing that must hold for a row, under the name by which quarantine reports it."""

    name: str
    holds: Holds
    reason: str
    """Template over the row's cells, and over the indicator's unit and bounds."""


def judge(raw: pd.DataFrame, catalogue: Mapping[str, Indicator], *, today: date) -> Judgement:
    """Accepted observations and rejected rows of a raw frame.

    Args:
        raw: COLUMNS as text ("" where absent), with `line` (of the file) and `row` (JSON of the row as it came).
        catalogue: the indicators a row may be of, with their bounds.
        today: the last day a fact may be observed on or known since.

    Raises:
        DataError: a column is missing, or there is no row.
    """
    _check_batch(raw)
    raw = raw.reset_index(drop=True)
    texts = raw[list(COLUMNS)].fillna("").astype(str)
    own = not isinstance(catalogue, Catalogue) or catalogue.own
    dates = _dates(EARLIEST_OWN if own else EARLIEST)
    shape = _failures(texts, [*_LENGTHS, *dates, *_SHAPE])
    typed = _typed(texts.drop(index=shape.index))
    meaning = _failures(_with_bounds(typed, catalogue), _meaning(today))
    typed = typed.drop(index=meaning.index)
    repeats = _repeats(typed)
    accepted = typed.drop(index=repeats.index).reset_index(drop=True)
    return Judgement(accepted, _rejected(raw, [shape, meaning, repeats]))


def _check_batch(raw: pd.DataFrame) -> None:
    missing = [column for column in (*COLUMNS, "line", "row") if column not in raw.columns]
    if missing:
        raise DataError(
            f"the observations have no column {missing[0]!r}",
            found=", ".join(map(str, raw.columns)) or "no column",
            next="return every column of metrics.observation.COLUMNS, with line and row",
        )
    if raw.empty:
        raise DataError(
            "the observations are empty", found="0 rows", next="a source that has nothing to say must fail; look at it"
        )


def _short(column: str) -> Holds:
    return lambda frame: frame[column].str.len() <= LONGEST_TEXT


def _matches(column: str, pattern: str) -> Holds:
    return lambda frame: frame[column].str.strip().str.fullmatch(pattern, case=False)


def _real_date(column: str, earliest: pd.Timestamp) -> Holds:
    def holds(frame: pd.DataFrame) -> "pd.Series[bool]":
        days = pd.to_datetime(frame[column].str.strip(), format="%Y-%m-%d", errors="coerce")
        return frame[column].str.strip().str.fullmatch(_DATE) & days.notna() & (days >= earliest)

    return holds


def _one_of(column: str, choices: Iterable[str]) -> Holds:
    allowed = list(choices)
    return lambda frame: frame[column].isin(allowed)


def _dates(earliest: pd.Timestamp) -> list[Rule]:
    written = "is not a date; dates are written 2026-01-31"
    return [Rule("not a date", _real_date(column, earliest), f"{column} {{{column}!r}} {written}") for column in DATES]


_LENGTHS = [Rule("text too long", _short(column), f"{column} is too long") for column in COLUMNS]

_SHAPE = [
    *(
        Rule("not a number", _matches(column, f"|{_NUMBER}"), f"{column} {{{column}!r}} is not a number")
        for column in NUMBERS
    ),
    Rule("unknown method", _one_of("method", METHODS), f"method {{method!r}} is not one of {', '.join(METHODS[1:])}"),
    Rule(
        "unknown interval",
        _one_of("interval", INTERVALS),
        f"interval {{interval!r}} is not one of {', '.join(INTERVALS[1:])}",
    ),
    Rule(
        "unknown confidence",
        _one_of("confidence", CONFIDENCES),
        f"confidence {{confidence!r}} is not one of {', '.join(CONFIDENCES[1:])}",
    ),
]


def _meaning(today: date) -> list[Rule]:
    """The rules of the second pass; the frame has typed COLUMNS, and unit, lower and upper of each row's indicator."""
    last = pd.Timestamp(today)
    return [
        Rule("unknown indicator", lambda f: f["unit"].notna(), "indicator {indicator!r} is not in the catalogue"),
        Rule(
            "not finite",
            lambda f: ~f[list(NUMBERS)].isin([np.inf, -np.inf]).any(axis=1),
            "a number is infinite: value {value}, low {value_low}, high {value_high}",
        ),
        Rule("no value", _has_value, "no value and no bound is given"),
        Rule(
            "value withdrawn",
            lambda f: (f["interval"] != "withdrawn") | f[list(VALUES)].isna().all(axis=1),
            "a withdrawn value must be empty, found {value}",
        ),
        Rule("out of bounds", _above_lower, "value {value} is not above {lower} ({indicator} is in {unit})"),
        Rule(
            "out of bounds",
            lambda f: ~(f["value"] > f["upper"]),
            "value {value} is above {upper} ({indicator} is in {unit})",
        ),
        Rule(
            "out of bounds",
            _ends_within,
            "the interval {value_low} to {value_high} is not within {lower} to {upper} ({indicator} is in {unit})",
        ),
        Rule(
            "low above high",
            lambda f: ~(f["value_low"] > f["value_high"]),
            "value_low {value_low} is above value_high {value_high}",
        ),
        Rule(
            "value outside its interval",
            lambda f: ~((f["value"] < f["value_low"]) | (f["value"] > f["value_high"])),
            "value {value} is not between {value_low} and {value_high}",
        ),
        Rule(
            "interval without its ends",
            lambda f: f["interval"].isin(["", "withdrawn"]) | f[["value_low", "value_high"]].notna().any(axis=1),
            "interval {interval!r} is given without value_low or value_high",
        ),
        Rule(
            "bound without room",
            lambda f: ~((f["interval"] == "bound") & (f["value_low"] == f["value_high"])),
            "a bound from {value_low} to {value_high} is a value, not a bound",
        ),
        Rule("in the future", lambda f: f["observed_on"] <= last, f"observed_on {{observed_on}} is after {today}"),
        Rule("in the future", lambda f: f["known_since"] <= last, f"known_since {{known_since}} is after {today}"),
        Rule(
            "known before observed",
            lambda f: f["known_since"] >= f["observed_on"],
            "known_since {known_since} is before observed_on {observed_on}",
        ),
    ]


def _has_value(frame: pd.DataFrame) -> "pd.Series[bool]":
    ends = frame[["value_low", "value_high"]].notna().any(axis=1) & frame["interval"].isin(["bound", "range"])
    return frame["value"].notna() | ends | (frame["interval"] == "withdrawn")


def _above_lower(frame: pd.DataFrame) -> "pd.Series[bool]":
    # Zero has no logarithm: on a log scale the bound itself is outside, for a value though not for an end.
    reached = (frame["value"] > frame["lower"]) | (~frame["open"] & (frame["value"] == frame["lower"]))
    return frame["value"].isna() | reached


def _ends_within(frame: pd.DataFrame) -> "pd.Series[bool]":
    low, high = frame["value_low"], frame["value_high"]
    return ~((low < frame["lower"]) | (low > frame["upper"]) | (high < frame["lower"]) | (high > frame["upper"]))


def _typed(texts: pd.DataFrame) -> pd.DataFrame:
    """Text -> the types of an accepted observation; the first pass has made sure that they fit."""
    typed = texts.copy()
    for column in COLUMNS:
        typed[column] = texts[column].str.strip()
    for column in DATES:
        typed[column] = pd.to_datetime(typed[column], format="%Y-%m-%d").astype("datetime64[us]")
    for column in NUMBERS:
        typed[column] = pd.to_numeric(typed[column].replace("", np.nan)).astype("float64")
    return typed


def _with_bounds(typed: pd.DataFrame, catalogue: Mapping[str, Indicator]) -> pd.DataFrame:
    known = {key: catalogue[key] for key in typed["indicator"].unique() if key in catalogue}
    return typed.assign(
        unit=typed["indicator"].map({key: _KEPT_IN.get(one.unit, one.unit) for key, one in known.items()}),
        lower=typed["indicator"].map({key: one.lower for key, one in known.items()}).astype(float),
        upper=typed["indicator"].map({key: one.upper for key, one in known.items()}).astype(float),
        open=typed["indicator"].isin([key for key, one in known.items() if one.scale == "log"]),
    )


def _failures(frame: pd.DataFrame, rules: list[Rule]) -> pd.DataFrame:
    """Rule and reason of each row that fails, by the frame's index; the first rule that fails names the row.

    A check over the whole frame repeats its failure once a column, and a million bad rows would become seventeen
    million: each rule is judged as one boolean column instead.
    """
    verdicts = pd.DataFrame(
        {str(number): rule.holds(frame).astype(bool) for number, rule in enumerate(rules)}, index=frame.index
    )
    none = pd.DataFrame({"rule": [], "reason": []}, index=frame.index[:0])
    broken = verdicts[~verdicts.all(axis=1)]
    if broken.empty:  # a schema costs twentieths of a second, and most tables are sound
        return none
    try:
        _all_hold(len(rules)).validate(broken, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.assign(number=errors.failure_cases["column"].astype(int))
        first = cases.groupby("index")["number"].min()
        return _explained(frame.loc[first.index], [rules[number] for number in first])
    return none


def _all_hold(count: int) -> pa.DataFrameSchema:
    return pa.DataFrameSchema({str(number): pa.Column(bool, pa.Check.eq(True)) for number in range(count)})


def _explained(rows: pd.DataFrame, broken: list[Rule]) -> pd.DataFrame:
    """Rule and reason of each row; only the cells that its rule's template names are read."""
    found = pd.DataFrame({"rule": [rule.name for rule in broken], "reason": ""}, index=rows.index)
    templates = pd.Series([rule.reason for rule in broken], index=rows.index)
    for template, group in rows.groupby(templates):
        names = [name for _, name, _, _ in Formatter().parse(str(template)) if name]
        columns = [group[name].map(_shown) for name in names]
        found.loc[group.index, "reason"] = [
            str(template).format(**dict(zip(names, cells, strict=True))) for cells in zip(*columns, strict=True)
        ] or str(template)
    return found


def _shown(cell: object) -> object:
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    if isinstance(cell, float):
        return "none" if np.isnan(cell) else f"{cell:g}"
    if isinstance(cell, str) and len(cell) > LONGEST_SHOWN:
        return cell[:LONGEST_SHOWN] + "…"
    return cell


def _repeats(typed: pd.DataFrame) -> pd.DataFrame:
    """Rows said twice: the later of two equal ones, and all of those that contradict each other."""
    moment = [*KEY, "known_since"]
    same = typed.duplicated([*moment, *PAYLOAD])
    values = typed[~same].groupby(moment, dropna=False)["value"].transform("size")
    clash = values[values > 1].index
    found = pd.concat(
        [
            pd.DataFrame({"rule": "said twice", "reason": "the same row stands above"}, index=typed.index[same]),
            pd.DataFrame(
                {"rule": "contradiction", "reason": "another value of the same thing, known since the same day"},
                index=clash,
            ),
        ]
    )
    return found.sort_index()


def _rejected(raw: pd.DataFrame, passes: list[pd.DataFrame]) -> pd.DataFrame:
    verdicts = pd.concat(passes).sort_index()
    rows = raw.loc[verdicts.index, ["line", "indicator", "row"]]
    return rows.assign(rule=verdicts["rule"], reason=verdicts["reason"])[list(_REJECTED)].reset_index(drop=True)
