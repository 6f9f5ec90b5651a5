"""Published values that are shown beside the evidence: doubling times, shares of code and multipliers.

Which values there are, and how they read as a table; what is drawn of them stands in charts.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from metrics.untrusted import plain
from reports.citing import METHODS, Published, References, published
from reports.fact_tables import fact_id
from reports.quantities import DOUBLING
from reports.record import Record
from reports.tabular import Table, table
from scenarios import Assessment
from scenarios.words import counted, listed

MULTIPLIERS = ("engineer_output_multiplier", "ai_progress_acceleration")
CODE_SHARE = "ai_code_share"

GROUPS = {
    "rct": "Found by trials",
    "telemetry": "Measured by telemetry",
    "benchmark": "Measured by benchmarks",
    "estimate": "Estimated",
    "survey": "Reported by people of themselves",
    "statement": "Said by publishers",
    "": "How it is known is not stated",
}
"""Methods in the order of how much they bear."""

DATA_COLUMNS = (
    "indicator",
    "unit",
    "subject",
    "definition",
    "method",
    "observed_on",
    "known_since",
    "value",
    "value_low",
    "value_high",
    "interval",
    "confidence",
    "citation",
    "citation_url",
)
"""Of a file of facts, beside the id of each."""


DOUBLING_HEADING = "Doubling time of the task horizon by fit"


def doubling_times(record: Record) -> pd.DataFrame:
    """Every fit of the horizon's doubling time, in days, the oldest first."""
    return _known(record, (DOUBLING,))


def code_shares(record: Record) -> pd.DataFrame:
    """Every share of code that is said to be written by AI, the oldest first."""
    return _known(record, (CODE_SHARE,))


def multipliers(record: Record) -> pd.DataFrame:
    """The newest multiplier of each source and question, by how it is known."""
    rows = _known(record, MULTIPLIERS).drop_duplicates(["indicator", "subject", "definition"], keep="last")
    order = {method: place for place, method in enumerate(GROUPS)}
    placed = rows.assign(_order=rows["method"].map(order))
    return placed.sort_values(["_order", "observed_on", "subject"], kind="stable").drop(columns="_order")


def _known(record: Record, indicators: Sequence[str]) -> pd.DataFrame:
    rows = record.believed
    found = rows[rows["indicator"].isin(indicators) & rows["indicator"].isin(list(record.catalogue))]
    return found.sort_values(["observed_on", "known_since", "subject"], kind="stable")


def code_share_heading(rows: pd.DataFrame) -> str:
    """How many things the words mean."""
    quoted = "\N{LEFT DOUBLE QUOTATION MARK}Written by AI\N{RIGHT DOUBLE QUOTATION MARK}"
    return f"{quoted} has {counted(rows['definition'].nunique(), 'definition')} in the record"


def multipliers_heading(rows: pd.DataFrame) -> str:
    """Whether people report more of their output than trials found of it: the middle of each, from three values on.

    Values of low confidence have no say, and a multiplier of something else is not compared.
    """
    compared = rows[(rows["indicator"] == MULTIPLIERS[0]) & (rows["confidence"] != "low")]
    middles = {
        method: float(group["value"].median())
        for method, group in compared.groupby("method")
        if group["value"].notna().sum() >= 3
    }
    if {"rct", "survey"} <= middles.keys() and middles["survey"] > middles["rct"]:
        return "People report larger multipliers of their output than trials found"
    return "Multipliers by method"


def as_published(rows: pd.DataFrame, record: Record) -> list[Published]:
    """Rows of `record.believed` as values with their sources."""
    told: list[Any] = list(rows.itertuples(index=False))
    return [published(row, record.catalogue[row.indicator]) for row in told]


def values_table(rows: pd.DataFrame, record: Record, references: References) -> Table:
    """The values as people read them, each with its dates, how it is known, its source and its id."""
    cells = [
        (
            one.subject,
            definition,
            one.observed_on.isoformat(),
            one.shown,
            "" if one.value.interval else "no interval published",
            METHODS.get(one.method, one.method),
            one.confidence,
            one.known_since.isoformat(),
            references.mark(one.citation),
            fact_id(one),
        )
        for one, definition in zip(as_published(rows, record), rows["definition"], strict=True)
    ]
    columns = ("Whose", "What", "Observed", "Value", "Interval", "How it is known", "Confidence")
    return table((*columns, "Public since", "Source", "Fact"), cells)


def summed(rows: pd.DataFrame, assessment: Assessment) -> str:
    """Whose of these values enter the sum of the evidence."""
    voting = {one.key for one in assessment.series}
    keys = zip(rows["indicator"], rows["subject"], rows["definition"], strict=True)
    whose = list(
        dict.fromkeys(plain(subject) for indicator, subject, said in keys if (indicator, subject, said) in voting)
    )
    return (
        f"In the sum of the evidence are those of {listed(whose)} alone."
        if whose
        else "None of these is in the sum of the evidence."
    )


def values_data(rows: pd.DataFrame, record: Record) -> Table:
    """The same unrounded, as they were published, each in the unit named beside it."""
    units = rows["indicator"].map({key: one.unit for key, one in record.catalogue.items()})
    return table(DATA_COLUMNS, rows.assign(unit=units)[list(DATA_COLUMNS)].itertuples(index=False))
