"""Why a sum moved: the way from an earlier assessment's series to today's in steps of one cause each.

A step changes some series and leaves the others as they are. What the changed ones gain is the step's; what the others
gain, because groups share their say and are capped together, is reweighting. So the rows add up to the whole change.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from metrics import Indicator
from metrics.series import MINIMUM_DATES, Series
from reports.record import Document
from scenarios import Assessment
from scenarios.assessment import DIGITS
from scenarios.combination import combine
from scenarios.sensitivity import weigh
from scenarios.settings import SCENARIOS

Cause = Literal["method", "withdrawn", "revised", "new", "reweighted"]

Key = tuple[str, str, str]
Said = dict[Key, npt.NDArray[np.float64]]
"""Decibans that enter the sum, by series, in the order of SCENARIOS."""

ROUNDING = 2 * 10**-DIGITS
"""Decibans that a document's rounding may differ from what it was made of."""

NUMBERS = ("value", "value_low", "value_high")
TEXTS = ("interval", "method")


class Gain(NamedTuple):
    """What one cause gave the futures through one series."""

    cause: Cause
    key: Key
    decibans: npt.NDArray[np.float64]
    """In the order of SCENARIOS."""


def gains(assessment: Assessment, previous: Document, indicators: Mapping[str, Indicator]) -> list[Gain]:
    """Every contribution to the change of the sum, one a cause and series; they add up to it.

    Args:
        assessment: today's.
        previous: an earlier one's document.
        indicators: of both; series of one that is not among them count as withdrawn.
    """
    total: dict[tuple[Cause, Key], npt.NDArray[np.float64]] = {}
    for cause, changed, before, after in _steps(assessment, previous, indicators):
        for key in {**before, **after}:
            gained = after.get(key, _NOTHING) - before.get(key, _NOTHING)
            why = cause if key in changed else "reweighted"
            total[why, key] = total.get((why, key), _NOTHING) + gained
    return [Gain(cause, key, gained) for (cause, key), gained in total.items() if (abs(gained) > ROUNDING).any()]


_NOTHING = np.zeros(len(SCENARIOS))


def _steps(
    assessment: Assessment, previous: Document, indicators: Mapping[str, Indicator]
) -> Iterator[tuple[Cause, set[Key], Said, Said]]:
    """Cause, the series it changed, and what every series said before and after."""
    now = {one.key: one for one in assessment.series}
    stages = list(_stages(_series_then(previous, now, indicators), now, assessment, previous))
    said = _said_then(previous)
    for position, (cause, changed, series) in enumerate(stages):
        last = position == len(stages) - 1
        after = _said_now(assessment) if last else _said(series, assessment)
        yield cause, changed, said, after
        said = after


def _stages(
    then: dict[Key, Series], now: dict[Key, Series], assessment: Assessment, previous: Document
) -> Iterator[tuple[Cause, set[Key], dict[Key, Series]]]:
    """The series after each step, the last being today's; at least one step."""
    told: set[Key] = {(row["indicator"], row["subject"], row["definition"]) for row in previous["series"]}
    other_method = previous["model"]["sha256"] != assessment.model.sha256
    if other_method:
        yield "method", {*told, *now}, then
    left = {key: _at(one, now[key]) for key, one in then.items() if key in now}
    kept = {key: one for key, one in left.items() if one.n == then[key].n or one.n >= MINIMUM_DATES}
    corrected = {key: _at(now[key], one) for key, one in kept.items()}
    gone = {key for key in told if key not in kept or kept[key].n < then[key].n}
    if gone:
        yield "withdrawn", gone, kept
    changed = {key for key, one in kept.items() if not _same(one, corrected[key])}
    if changed:
        yield "revised", changed, corrected
    added = {key for key, one in now.items() if key not in corrected or corrected[key].n < one.n}
    if added or not (other_method or gone or changed):
        yield ("new" if added else "reweighted"), added, now


def _at(series: Series, other: Series) -> Series:
    """The points of one series on dates on which another has one."""
    return series.only(np.isin(series.observed_on, other.observed_on))


def _same(one: Series, other: Series) -> bool:
    """Whether a model would see the same points, as far as a document keeps their digits."""
    numbers = (
        np.array_equal(np.round(getattr(one, name), DIGITS), np.round(getattr(other, name), DIGITS), equal_nan=True)
        for name in NUMBERS
    )
    return all(numbers) and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in TEXTS)


def _said(series: dict[Key, Series], assessment: Assessment) -> Said:
    rows = weigh(list(series.values()), assessment.prior)
    decibans = combine(rows, list(assessment.prior.weights.values())).decibans
    return dict(zip(series, decibans, strict=True))


def _said_now(assessment: Assessment) -> Said:
    rows = assessment.evidence.to_dict("records")
    return {_key(row): np.array([row[one] for one in SCENARIOS]) for row in rows}


def _said_then(previous: Document) -> Said:
    return {_key(row): np.array([row["decibans"][one] for one in SCENARIOS]) for row in previous["evidence"]}


def _key(row: Mapping[Any, Any]) -> Key:
    return (row["indicator"], row["subject"], row["definition"])


def _series_then(
    previous: Document, now: Mapping[Key, Series], indicators: Mapping[str, Indicator]
) -> dict[Key, Series]:
    """An earlier document's series; a point that is still the same keeps the digits that a document rounds away."""
    found = {}
    for said in previous["series"]:
        if said["indicator"] in indicators:
            series = _read(said, indicators[said["indicator"]])
            today = now.get(series.key)
            kept = _at(today, series) if today else series
            found[series.key] = kept if kept.n == series.n and _same(kept, series) else series
    return found


def _read(said: Mapping[str, Any], indicator: Indicator) -> Series:
    points = said["points"]
    numbers = {name: np.array([_number(point[name]) for point in points], dtype=float) for name in NUMBERS}
    texts = {name: np.array([point[name] for point in points], dtype=str) for name in (*TEXTS, "citation")}
    days = {
        name: np.array([point[name] for point in points], dtype="datetime64[D]")
        for name in ("observed_on", "known_since")
    }
    subjects = np.array([point["subject"] for point in points], dtype=str)
    return Series(indicator, said["subject"], said["definition"], **days, **numbers, **texts, subjects=subjects)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
