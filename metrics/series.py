"""A series, as a model sees it: dated values of one thing, and what is in none.

Which rows form one is decided in forming.py; what a series says about a scenario is not asked here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.indicator import Indicator

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


def left_out_table(rows: Iterable[LeftOut]) -> pd.DataFrame:
    """One row each, with the columns of LeftOut."""
    return pd.DataFrame(list(rows), columns=pd.Index(LeftOut._fields))
