"""What to measure next: for each series the values that would move the verdict, and how much the next one will tell.

Everything else stays as it is; a value's own series is weighed anew with it, under the same weights, caps and ceilings.
A value that is no record does not enter a frontier and moves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from metrics.series import Series
from scenarios.assessment import Assessment, in_plain_types
from scenarios.axis import value_at
from scenarios.combination import Weighed, combine
from scenarios.next_value import Expected, Outlook, can_enter, expected, extended, outlook, record_place
from scenarios.sensitivity import weigh
from scenarios.settings import SCENARIOS
from scenarios.span import Span, span_of

Array = npt.NDArray[np.float64]

LEVELS = (0.5, 0.9)
"""Posteriors whose crossing is sought."""

MIDDLE = (0.1, 0.5, 0.9)
"""Quantiles of a prediction: its middle four fifths and its median."""

PRECISION = 1e-4
"""Share of the searched range within which a crossing is found."""


@dataclass(frozen=True)
class Spread:
    """A prediction in the indicator's unit: four fifths of it lie between low and high."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Region:
    """Values with which a future would have at least `level`; None is the end of what was searched."""

    scenario: str
    level: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Answer:
    """What would be said with one value."""

    value: float
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Tripwire:
    """The next value of one series."""

    indicator: str
    title: str
    unit: str
    subject: str
    definition: str
    last_on: date
    next_on: date
    usual_days: int
    overdue: bool
    record: float | None
    """Of a frontier: only a value beyond it enters, any other changes nothing. None: every value enters."""
    enters: float
    """Probability that the value enters; of a frontier, that it is a record."""
    expected: Spread
    """All futures together, given that it enters."""
    expected_by_scenario: dict[str, Spread]
    searched: tuple[float, float]
    """Values between which regions were sought."""
    regions: tuple[Region, ...]
    answers: tuple[Answer, ...]
    """The posterior against the value, in order of value: what a chart draws."""
    bits: float
    """Expected information: the mean divergence of the posterior from today's, over what is expected."""

    def reach(self, scenario: str, level: float) -> tuple[Region, ...]:
        """The regions of one future and level."""
        return tuple(one for one in self.regions if (one.scenario, one.level) == (scenario, level))


@dataclass(frozen=True)
class Tripwires:
    """What to measure next, the most telling first."""

    as_of: date
    prior: str
    probabilities: dict[str, float]
    wires: tuple[Tripwire, ...]

    def to_dict(self) -> dict[str, Any]:
        """In plain types, ready for JSON."""
        plain: dict[str, Any] = in_plain_types(asdict(self))
        return plain


def tripwires(assessment: Assessment) -> Tripwires:
    """The next value of every series that can take one; none where too little is known to compare futures."""
    series = assessment.series if assessment.verdict.kind != "too_little" else ()
    found = [_tripwire(_case(assessment, at)) for at in range(len(series)) if can_enter(series[at])]
    ordered = sorted(found, key=lambda wire: (-wire.bits, wire.indicator, wire.subject, wire.definition))
    return Tripwires(assessment.as_of, assessment.prior.name, assessment.probabilities, tuple(ordered))


def read_tripwires(assessment: Assessment, wires: Sequence[Mapping[str, Any]]) -> Tripwires:
    """What tripwires() gave for an assessment, from the documents of its wires."""
    read = tuple(_read_wire(wire) for wire in wires)
    return Tripwires(assessment.as_of, assessment.prior.name, assessment.probabilities, read)


def _read_wire(plain: Mapping[str, Any]) -> Tripwire:
    return Tripwire(
        **dict(plain)
        | {
            "last_on": date.fromisoformat(plain["last_on"]),
            "next_on": date.fromisoformat(plain["next_on"]),
            "expected": Spread(**plain["expected"]),
            "expected_by_scenario": {key: Spread(**one) for key, one in plain["expected_by_scenario"].items()},
            "searched": tuple(plain["searched"]),
            "regions": tuple(Region(**one) for one in plain["regions"]),
            "answers": tuple(Answer(**one) for one in plain["answers"]),
        }
    )


class _Case(NamedTuple):
    """The next value of one series among the others of an assessment."""

    assessment: Assessment
    at: int
    due: Expected
    span: Span
    """Of the record with the value."""
    others: tuple[Weighed, ...]
    """Every other series in the time of that record."""

    @property
    def series(self) -> Series:
        return self.assessment.series[self.at]

    def posterior(self, place: float) -> Array:
        """Probabilities with one more value in this series, shape (futures,)."""
        longer = extended(self.series, self.due.on, float(value_at(self.series.indicator, place)))
        mine = weigh([longer], self.assessment.prior, self.span)
        rows = (*self.others[: self.at], *mine, *self.others[self.at :])
        total = combine(rows, list(self.assessment.prior.weights.values()))
        return np.array([total.probabilities[scenario] for scenario in SCENARIOS])

    def outlook(self) -> Outlook:
        """What each future expects of the value."""
        part = self.span.part(extended(self.series, self.due.on, np.nan))
        return outlook(self.series, self.due.on, part, self.assessment.prior.shapes)


def _case(assessment: Assessment, at: int) -> _Case:
    series = assessment.series
    due = expected(series[at], assessment.as_of)
    span = span_of([*series[:at], extended(series[at], due.on, np.nan), *series[at + 1 :]])
    others = weigh([*series[:at], *series[at + 1 :]], assessment.prior, span)
    return _Case(assessment, at, due, span, others)


def _tripwire(case: _Case) -> Tripwire:
    series, indicator = case.series, case.series.indicator
    due, record, ahead = case.due, record_place(series), case.outlook()
    now = np.array([case.assessment.probabilities[scenario] for scenario in SCENARIOS])
    answers = np.array([case.posterior(place) for place in ahead.cells])
    values = value_at(indicator, ahead.cells)
    divergence = (answers * np.log2(answers / now)).sum(axis=1)
    ends = value_at(indicator, ahead.edges[[0, -1]])
    return Tripwire(
        indicator=indicator.id,
        title=indicator.title,
        unit=indicator.unit,
        subject=series.subject,
        definition=series.definition,
        last_on=series.observed_on[-1].astype(date),
        next_on=due.on,
        usual_days=due.usual_days,
        overdue=due.overdue,
        record=float(value_at(indicator, record)) if np.isfinite(record) else None,
        enters=float(1 - now @ ahead.below[:, 0]) if np.isfinite(record) else 1.0,
        expected=_spread(series, ahead, now),
        expected_by_scenario={
            scenario: _spread(series, ahead, one)
            for scenario, one in zip(SCENARIOS, np.eye(len(SCENARIOS)), strict=True)
        },
        searched=(float(ends.min()), float(ends.max())),
        regions=tuple(_regions(case, ahead.cells, answers)),
        answers=tuple(
            Answer(float(values[at]), dict(zip(SCENARIOS, map(float, answers[at]), strict=True)))
            for at in np.argsort(values, kind="stable")
        ),
        bits=float(ahead.mass(now) @ divergence),
    )


def _spread(series: Series, ahead: Outlook, weight: Array) -> Spread:
    places = [ahead.quantile(weight, share) for share in MIDDLE]
    low, median, high = sorted(map(float, value_at(series.indicator, places)))
    return Spread(low, median, high)


def _regions(case: _Case, place: Array, answers: Array) -> Iterator[Region]:
    """Where each future has at least each level, between crossings found by bisection (Brent's method)."""
    for at, scenario in enumerate(SCENARIOS):
        for level in LEVELS:
            holds = answers[:, at] >= level
            turns = np.flatnonzero(holds[1:] != holds[:-1])

            def excess(one: float, at: int = at, level: float = level) -> float:
                return float(case.posterior(one)[at]) - level

            # Just inside: at a jump (a ceiling that is passed) the level is held on one side alone.
            width = float(PRECISION * np.ptp(place))
            found = ((turn, brentq(excess, place[turn], place[turn + 1], xtol=width)) for turn in turns)
            roots = [root - width if holds[turn] else root + width for turn, root in found]
            ends = [*[None] * bool(holds[0]), *roots, *[None] * bool(holds[-1])]
            for low, high in zip(ends[::2], ends[1::2], strict=True):
                yield _region(case.series, scenario, level, low, high)


def _region(series: Series, scenario: str, level: float, low: float | None, high: float | None) -> Region:
    first, last = (None if end is None else float(value_at(series.indicator, end)) for end in (low, high))
    return (
        Region(scenario, level, last, first)
        if series.indicator.direction == "down"
        else Region(scenario, level, first, last)
    )
