"""Tables that follow from the facts: values of a series, what is not used, context, markers with their sources."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd

from metrics import Indicator
from metrics.series import CONTEXT
from metrics.untrusted import plain
from reports.citing import METHODS, Citation, Published, References, published
from reports.findings import title
from reports.record import Record
from reports.tabular import Code, Table, table
from scenarios import Assessment
from scenarios.assessment import MarkerStatus

SHAPES = {"reached": "\N{BLACK CIRCLE}", "near": "\N{CIRCLE WITH LEFT HALF BLACK}", "not reached": "\N{WHITE CIRCLE}"}
"""Of a marker's status; one without data has none."""

SUBJECTS_NAMED = 3


def value_table(values: list[Published], references: References) -> Table:
    """Values of one series, each with its dates, how it is known, and where it was read."""
    rows = [
        (
            one.observed_on.isoformat(),
            one.shown,
            one.subject,
            one.known_since.isoformat(),
            METHODS.get(one.method, one.method),
            references.mark(one.citation),
            *_trust(one),
            fact_id(one),
        )
        for one in values
    ]
    columns = (
        "Observed",
        "Value",
        "Whose",
        "Public since",
        "How it is known",
        "Source",
        "Read in",
        "Confidence",
        "Fact",
    )
    return table(columns, rows, right=(6,))


def fact_id(one: Published) -> str:
    """What `threefutures explain` takes for the value; empty where it is not kept as a fact."""
    return Code(one.fact_id) if one.fact_id else ""


def _trust(one: Published) -> tuple[str, str]:
    """Number of documents, and confidence in the reading."""
    return "" if one.read_in is None else str(one.read_in), one.confidence


class NotUsed(NamedTuple):
    """Values of one indicator that no series contains, and why."""

    indicator: str
    definition: str
    subjects: str
    n: int
    reason: str


def not_used(assessment: Assessment) -> list[NotUsed]:
    """What was known of evidence indicators and is in no series, one row a definition and reason."""
    rows = assessment.left_out[~assessment.left_out["reason"].str.startswith(CONTEXT)]
    return [
        NotUsed(
            str(indicator), str(definition), _subjects(group["subject"]), int(group["n"].sum()), _each(reason, group)
        )
        for (indicator, definition, reason), group in rows.groupby(["indicator", "definition", "reason"], sort=True)
    ]


def _each(reason: object, group: pd.DataFrame) -> str:
    """A reason that counts values counts those of each subject."""
    return f"{reason} of each" if len(group) > 1 and str(reason)[:1].isdigit() else str(reason)


def _subjects(subjects: "pd.Series[str]") -> str:
    named = [plain(subject) for subject in dict.fromkeys(subjects) if subject]
    more = f" and {len(named) - SUBJECTS_NAMED} more" if len(named) > SUBJECTS_NAMED else ""
    return "; ".join(named[:SUBJECTS_NAMED]) + more


def not_used_table(assessment: Assessment, record: Record) -> Table:
    """What was known and is in no series, with the reason."""
    rows = [
        (title_of(record, one.indicator), one.definition, one.subjects, one.n, one.reason)
        for one in not_used(assessment)
    ]
    return table(("Indicator", "Definition", "Whose", "Values", "Why"), rows, right=(3,))


def title_of(record: Record, indicator: str) -> str:
    """An indicator's title, or its id where the catalogue does not know it."""
    known = record.catalogue.get(indicator)
    return known.title if known else indicator


class Latest(NamedTuple):
    """The newest value of an indicator, and how many there are."""

    indicator: Indicator
    n: int
    value: Published
    definition: str


def context(record: Record) -> list[Latest]:
    """The latest value of every indicator without a vote, by dimension."""
    without_vote = {key: one for key, one in record.catalogue.items() if one.role == "context"}
    known = record.believed[record.believed["indicator"].isin(list(without_vote))].sort_values(
        "indicator", kind="stable"
    )
    rows = groupby(known.itertuples(index=False), key=attrgetter("indicator"))
    found = [latest(list(group), without_vote[indicator]) for indicator, group in rows]
    return sorted(found, key=lambda one: (one.indicator.dimension, one.indicator.title))


def latest(rows: Sequence[Any], indicator: Indicator) -> Latest:
    """The newest of an indicator's believed rows, as `itertuples` gives them; of one day the one with the last name.

    A human baseline is not news of AI: such a row is the newest value where there is no other.
    """
    measured = [row for row in rows if row.subject not in indicator.left_out_subjects]
    newest = max(measured or rows, key=lambda row: (row.observed_on, row.known_since, row.subject, row.definition))
    return Latest(indicator, len(rows), published(newest, indicator), newest.definition)


def context_table(found: list[Latest], references: References) -> Table:
    """The newest value of each indicator without a vote, with its source."""
    rows = [
        (
            one.indicator.dimension,
            one.indicator.title,
            one.value.subject,
            one.value.shown,
            one.value.observed_on.isoformat(),
            one.value.known_since.isoformat(),
            one.n,
            METHODS.get(one.value.method, one.value.method),
            references.mark(one.value.citation),
            *_trust(one.value),
            fact_id(one.value),
        )
        for one in found
    ]
    columns = (
        "Dimension",
        "Indicator",
        "Whose",
        "Newest value",
        "Observed",
        "Public since",
        "Values",
        "How it is known",
        "Source",
        "Read in",
        "Confidence",
        "Fact",
    )
    return table(columns, rows, right=(6, 9))


def marker_table(assessment: Assessment, record: Record, references: References) -> Table:
    """The board of markers, each with where its threshold and its present value come from."""
    rows = [
        (
            title(one.scenario),
            one.title,
            one.threshold,
            f"{SHAPES.get(one.status, '')}\N{NO-BREAK SPACE}{one.status}".strip(),
            one.value_text,
            one.observed_on.isoformat() if one.observed_on else "",
            title_of(record, one.indicator),
            references.mark(_marker_source(one, assessment, record)),
            one.citation,
        )
        for one in assessment.markers
    ]
    columns = ("Sign of", "Marker", "Threshold", "Status", "Now", "Observed", "Indicator", "Source", "Threshold from")
    return table(columns, rows)


def _marker_source(marker: MarkerStatus, assessment: Assessment, record: Record) -> Citation:
    """The citation of the value that decided, or of the newest of those it was derived from."""
    if marker.observed_on is None:
        return Citation("", "")
    known = record.believed
    same = known[
        (known["indicator"] == marker.indicator)
        & (known["observed_on"] == pd.Timestamp(marker.observed_on))
        & (known["value"] == marker.value)
        & (known["confidence"] != "low")
    ]
    if len(same):
        return Citation(same["citation"].iloc[-1], same["citation_url"].iloc[-1])
    derived = [one for one in assessment.series if one.indicator.id == marker.indicator]
    return record.by_point.published(derived[0])[0].citation if derived else Citation("", "")
