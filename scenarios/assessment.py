"""Assessment: everything that is said about one record on one date, and its form as JSON."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from metrics.series import Series
from scenarios.evidence import Misfit
from scenarios.prior import Prior
from scenarios.residuals import is_surprising, predictions
from scenarios.settings import SCENARIOS

Kind = Literal["names", "leans", "cannot_tell", "none_fits", "too_little"]
Status = Literal["reached", "near", "not reached", "no data"]

DIGITS = 6
"""Decimals in JSON: far more than the model bears, fewer than the last bits of a processor's arithmetic."""


DEFAULT = {"default": "true"}
"""In the detail of a choice that changes nothing: it shows the default among the others, and is no check."""


@dataclass(frozen=True)
class Check:
    """The same sum with one choice changed; among those of a kind the default may stand for comparison."""

    kind: Literal["window", "point", "indicator", "source", "organisation", "prior"]
    label: str
    detail: dict[str, str]
    probabilities: dict[str, float]
    n_series: int

    @property
    def leader(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def is_default(self) -> bool:
        return DEFAULT.items() <= self.detail.items()


def varied(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Those that change a choice."""
    return tuple(check for check in checks if not check.is_default)


@dataclass(frozen=True)
class Verdict:
    """What is said of the record."""

    kind: Kind
    scenario: str | None
    """The future named or leant to; None otherwise."""
    words: str
    flags: tuple[str, ...]
    """Each begins with its name: "conflict: ...", "stale: ...", "concentration: ..."."""


@dataclass(frozen=True)
class MarkerStatus:
    """A signature of one future, and whether it is there on a date."""

    id: str
    scenario: str
    title: str
    indicator: str
    threshold: str
    status: Status
    value: float | None
    value_text: str
    observed_on: date | None
    citation: str


@dataclass(frozen=True)
class Facts:
    """How many observations were known, and the hash of their keys, dates and values."""

    n: int
    sha256: str


@dataclass(frozen=True)
class Model:
    """Version and hash of constants and code: the same hash gives the same assessment of the same facts."""

    version: str
    sha256: str


@dataclass(frozen=True)
class Assessment:
    """Which future a record resembles, on what evidence, and how far that depends on choices."""

    as_of: date
    prior: Prior
    probabilities: dict[str, float]
    verdict: Verdict
    none_fits: bool
    evidence: pd.DataFrame
    """One row a series. Decibans are what enters the sum (weighted, capped): the best future of a row has
    0, the others are negative, and the columns add up to the log odds."""
    window_sweep: tuple[Check, ...]
    leave_one_out: tuple[Check, ...]
    prior_variants: tuple[Check, ...]
    markers: tuple[MarkerStatus, ...]
    facts: Facts
    model: Model
    first_date: date | None
    series: tuple[Series, ...]
    left_out: pd.DataFrame
    leave_out: tuple[str, ...] = ()
    """Indicators that got no vote by choice."""
    misfits: Mapping[tuple[str, str, str], Misfit] = field(default_factory=dict)
    """Residuals of the best path of each series, by its key."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """All that change a choice."""
        return varied(self.window_sweep + self.leave_one_out + self.prior_variants)

    @property
    def leader(self) -> str:
        """The future that comes first, named or not."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    def range(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest probability of each future over the default and every check."""
        every = [self.probabilities, *(check.probabilities for check in self.checks)]
        return {key: (min(p[key] for p in every), max(p[key] for p in every)) for key in SCENARIOS}

    def to_dict(self) -> dict[str, Any]:
        """The assessment in plain types, ready for JSON; absent values are None."""
        plain: dict[str, Any] = in_plain_types(
            {
                "as_of": self.as_of,
                "first_date": self.first_date,
                "prior": asdict(self.prior),
                "leave_out": self.leave_out,
                "probabilities": self.probabilities,
                "ranges": {key: {"low": low, "high": high} for key, (low, high) in self.range().items()},
                "verdict": asdict(self.verdict),
                "none_fits": self.none_fits,
                "evidence": [_evidence_row(row) for row in self.evidence.to_dict("records")],
                "window_sweep": [asdict(check) for check in self.window_sweep],
                "leave_one_out": [asdict(check) for check in self.leave_one_out],
                "prior_variants": [asdict(check) for check in self.prior_variants],
                "markers": [asdict(marker) for marker in self.markers],
                "series": [_series(series) for series in self.series],
                "left_out": self.left_out.to_dict("records"),
                "facts": asdict(self.facts),
                "model": asdict(self.model),
                "residuals": [_residuals(series, self.misfits.get(series.key)) for series in self.series],
            }
        )
        return plain

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _evidence_row(row: dict[Any, Any]) -> dict[str, Any]:
    said = {str(key): value for key, value in row.items() if key not in SCENARIOS}
    return said | {"decibans": {scenario: row[scenario] for scenario in SCENARIOS}}


def _series(series: Series) -> dict[str, Any]:
    columns = ("observed_on", "value", "value_low", "value_high", "interval", "method", "citation", "known_since")
    points = [
        {"subject": series.subjects[at]} | {column: getattr(series, column)[at] for column in columns}
        for at in range(series.n)
    ]
    indicator, subject, definition = series.key
    return {"indicator": indicator, "subject": subject, "definition": definition, "n": series.n, "points": points}


def _residuals(series: Series, found: Misfit | None) -> dict[str, Any]:
    """How far a series leaves the best path, and its last one-step predictions.

    A quantile near 0 or 1 is a value that no future expected. A series that leaves every path, or surprises, fits none.
    """
    indicator, subject, definition = series.key
    made = predictions(series)
    return {
        "indicator": indicator,
        "subject": subject,
        "definition": definition,
        "rms": found.rms if found else None,
        "autocorrelation": found.autocorrelation if found else None,
        "off_path": bool(found and found.is_large),
        "outside": sum(one.is_outside for one in made),
        "surprising": is_surprising(series),
        "predictions": [one._asdict() for one in made],
    }


def in_plain_types(value: Any) -> Any:
    """Dates as ISO text, numbers rounded to DIGITS, what is absent as None."""
    if isinstance(value, dict):
        return {str(key): in_plain_types(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [in_plain_types(item) for item in value]
    if isinstance(value, np.datetime64 | pd.Timestamp | date):
        return pd.Timestamp(value).date().isoformat()
    if isinstance(value, np.generic):
        return in_plain_types(value.item())
    if isinstance(value, float):
        # Minus nought would read as a sign where there is none.
        return round(value, DIGITS) + 0.0 if math.isfinite(value) else None
    return value
