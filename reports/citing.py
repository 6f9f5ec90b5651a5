"""Facts behind what is shown: who published a value, when, and where it can be read.

Citations are numbered in the order in which a report first uses them. Layout and wording of sections are not here.
"""

import math
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from metrics import Indicator
from metrics.series import Series
from metrics.untrusted import plain
from reports.quantities import Value, at, measured, of
from reports.tabular import Reference
from reports.untrusted import Markdown, escaped, web_address
from scenarios.words import counted

METHODS = {
    "rct": "a trial found",
    "telemetry": "telemetry measured",
    "benchmark": "a benchmark scored",
    "survey": "people reported",
    "statement": "the publisher said",
    "estimate": "estimated",
    "": "not stated",
}
"""How a value is known."""


class Citation(NamedTuple):
    """What is quoted, and where it is."""

    text: str
    url: str


class References:
    """Citations numbered in the order in which they are first used."""

    def __init__(self) -> None:
        self._numbers: dict[Citation, int] = {}

    def number(self, citation: Citation) -> int | None:
        """The number of a citation, or None for one that says nothing."""
        if not any(citation):
            return None
        return self._numbers.setdefault(citation, len(self._numbers) + 1)

    def mark(self, citation: Citation) -> Reference:
        """What stands for a citation beside a value."""
        return Reference(self.number(citation))

    def __iter__(self) -> Iterator[tuple[int, Citation]]:
        return iter([(number, citation) for citation, number in self._numbers.items()])

    def definitions(self) -> list[Markdown]:
        """Link definitions, one a citation with an address of the web."""
        addresses = ((number, web_address(citation.url)) for number, citation in self)
        return [Markdown(f"[{number}]: {address}") for number, address in addresses if address]

    def entries(self) -> list[Markdown]:
        """The numbered list, in order."""
        return [Markdown(f"{number}. {_entry(citation)}") for number, citation in self]


def _entry(citation: Citation) -> str:
    address = web_address(citation.url)
    remark = plain(citation.url).partition(" ")[2] if address else plain(citation.url)
    where = f"<{address}>" if address else ""
    return ", ".join(filter(None, (escaped(citation.text), where, escaped(remark))))


class Published(NamedTuple):
    """One value as it was published."""

    observed_on: date
    known_since: date
    subject: str
    value: Value
    shown: str
    """The value in words, with its interval."""
    method: str
    citation: Citation
    read_in: int | None
    """Documents in which the figure was read: agreement, not truth."""
    confidence: str
    fact_id: str
    note: str

    @property
    def trust(self) -> str:
        """Corroboration and confidence in a few words."""
        read = "" if self.read_in is None else f"read in {counted(self.read_in, 'document')}"
        sure = f"confidence {self.confidence}" if self.confidence else ""
        return ", ".join(filter(None, (read, sure))) or "confidence not stated"


Point = tuple[str, str, str, date, date, str]


class Facts:
    """The facts of a record, by what a point of a series knows of itself."""

    def __init__(self, facts: pd.DataFrame) -> None:
        rows = facts.itertuples(index=False)
        self._rows = {_point(row): row for row in rows}

    def published(self, series: Series) -> list[Published]:
        """Every point of a series, the newest first."""
        return [self._of_point(series, position) for position in reversed(range(series.n))]

    def _of_point(self, series: Series, position: int) -> Published:
        observed_on, known_since = day(series.observed_on[position]), day(series.known_since[position])
        subject, method = str(series.subjects[position]), str(series.method[position])
        citation = str(series.citation[position])
        row = self._rows.get((series.indicator.id, subject, method, observed_on, known_since, citation))
        value = at(series, position)
        if row is not None:
            return published(row, series.indicator, value)
        shown = measured(value, series.indicator)
        source = Citation(citation, "")
        return Published(observed_on, known_since, subject, value, shown, method, source, None, "", "", "")


def published(row: Any, indicator: Indicator, value: Value | None = None) -> Published:
    """One row of the observation frame, as `itertuples` gives it.

    Args:
        row: with fact_id.
        indicator: what it is a value of.
        value: shown instead of the row's, such as the end of a bound that a series keeps.
    """
    read_in = None if math.isnan(row.corroboration) else int(row.corroboration)
    value = value or of(row)
    shown, citation = measured(value, indicator), Citation(row.citation, row.citation_url)
    dates = day(row.observed_on), day(row.known_since)
    fact_id = str(getattr(row, "fact_id", ""))
    return Published(
        *dates, row.subject, value, shown, row.method, citation, read_in, row.confidence, fact_id, row.note
    )


def day(moment: Any) -> date:
    """The day of a numpy or pandas date."""
    return pd.Timestamp(np.datetime64(moment, "D")).date()


def _point(row: Any) -> Point:
    return (row.indicator, row.subject, row.method, day(row.observed_on), day(row.known_since), row.citation)
