"""Tables that follow from the facts: values of a series, what is not used, context, coverage, sources, quarantine."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from metrics import Indicator
from metrics.series import believed
from reports.citing import METHODS, Citation, Facts, Published, References, published
from reports.findings import title
from reports.markdown import table
from reports.record import Record
from reports.untrusted import Markdown, code, cut, link, plain
from scenarios import Assessment
from scenarios.assessment import MarkerStatus
from scenarios.words import counted

CONTEXT = "context: "
"""How the reason begins for which an indicator without a vote is left out of the series."""

SUBJECTS_NAMED = 3
LONGEST_REASON = 160
ROWS_OF_QUARANTINE = 40

AIRDA = (
    "AI performance on AI R&D tasks",
    "AI against humans and human-AI teams on AI R&D",
    "Effectiveness of oversight red-teaming",
    "Misalignment in R&D systems",
    "Efficiency gains on AI R&D tasks",
    "Staff surveys on AI's productivity impact",
    "AI use in high-stakes decisions",
    "Researchers' allocation of time",
    "Effectiveness of oversight: defects reaching production",
    "Incidents of AI subverting its goals",
    "Researcher headcount and performance",
    "Distribution of compute over R&D",
    "Compute as a share of R&D spending",
    "Permissions of AI systems",
)
"""The metrics of "Measuring AI R&D Automation" (arXiv 2603.03992), in its order; read in a secondary summary."""


def value_table(values: list[Published], references: References) -> Markdown:
    """Values of one series, each with its dates, how it is known, and where it was read."""
    rows = [
        (
            one.observed_on.isoformat(),
            one.shown,
            one.subject,
            one.known_since.isoformat(),
            METHODS.get(one.method, one.method),
            references.mark(one.citation),
            one.trust,
        )
        for one in values
    ]
    return table(("Observed", "Value", "Whose", "Public since", "How it is known", "Source", "Read in"), rows)


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


def not_used_table(assessment: Assessment, record: Record) -> Markdown:
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


def context(assessment: Assessment, record: Record) -> list[Latest]:
    """The latest value of every indicator without a vote, by dimension."""
    known = believed(record.facts, assessment.as_of)
    found = [
        latest(group, record.catalogue[str(indicator)])
        for indicator, group in known.groupby("indicator", sort=True)
        if str(indicator) in record.catalogue and record.catalogue[str(indicator)].role == "context"
    ]
    return sorted(found, key=lambda one: (one.indicator.dimension, one.indicator.title))


def latest(rows: pd.DataFrame, indicator: Indicator) -> Latest:
    """The newest of an indicator's believed rows; of several of one day the one with the last name."""
    ordered = rows.sort_values(["observed_on", "known_since", "subject", "definition"], kind="stable")
    newest: Any = next(ordered.tail(1).itertuples(index=False))
    return Latest(indicator, len(rows), published(newest, indicator), newest.definition)


def context_table(found: list[Latest], references: References) -> Markdown:
    """The newest value of each indicator without a vote, with its source."""
    rows = [
        (
            one.indicator.dimension,
            one.indicator.title,
            one.value.subject,
            one.value.shown,
            one.value.observed_on.isoformat(),
            one.n,
            METHODS.get(one.value.method, one.value.method),
            references.mark(one.value.citation),
            one.value.trust,
        )
        for one in found
    ]
    columns = (
        "Dimension",
        "Indicator",
        "Whose",
        "Newest value",
        "Observed",
        "Values",
        "How it is known",
        "Source",
        "Read in",
    )
    return table(columns, rows, right=(5,))


def marker_table(assessment: Assessment, record: Record, references: References) -> Markdown:
    """The board of markers, each with where its threshold and its present value come from."""
    rows = [
        (
            title(one.scenario),
            one.title,
            one.threshold,
            one.status,
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
    known = believed(record.facts, assessment.as_of)
    same = known[
        (known["indicator"] == marker.indicator)
        & (known["observed_on"] == pd.Timestamp(marker.observed_on))
        & (known["value"] == marker.value)
        & (known["confidence"] != "low")
    ]
    if len(same):
        return Citation(same["citation"].iloc[-1], same["citation_url"].iloc[-1])
    derived = [one for one in assessment.series if one.indicator.id == marker.indicator]
    return Facts(record.facts).published(derived[0])[0].citation if derived else Citation("", "")


class Coverage(NamedTuple):
    """What is public of one of the field's own metrics."""

    number: int
    metric: str
    indicators: int
    n: int
    newest: str


def coverage(assessment: Assessment, record: Record) -> list[Coverage]:
    """The fourteen metrics of the field's own list, with the dated values known of each."""
    known = believed(record.facts, assessment.as_of)
    numbers = known["indicator"].map({key: one.airda for key, one in record.catalogue.items()})
    found = []
    for number, metric in enumerate(AIRDA, start=1):
        rows = known[numbers == number]
        newest = rows["observed_on"].max()
        shown = "none public" if rows.empty else newest.date().isoformat()
        found.append(Coverage(number, metric, rows["indicator"].nunique(), len(rows), shown))
    return found


def coverage_table(found: list[Coverage]) -> Markdown:
    """Which of the field's own metrics have public values."""
    return table(("No.", "Metric", "Indicators", "Dated values", "Newest"), found, right=(0, 2, 3))


def without_values(assessment: Assessment, record: Record) -> list[str]:
    """Titles of catalogued indicators of which nothing is public."""
    known = set(believed(record.facts, assessment.as_of)["indicator"])
    return [one.title for key, one in record.catalogue.items() if key not in known]


def source_table(record: Record) -> Markdown:
    """Every source with its licence, and how recent it is."""
    rows = [
        (
            link(row.title, row.url),
            row.publisher,
            row.licence,
            f"{row.n:,}",
            _or_none(row.newest_on),
            _or_none(row.last_known_since),
            row.stale or "no",
        )
        for row in record.sources.itertuples(index=False)
    ]
    columns = ("Source", "Publisher", "Licence", "Facts", "Newest value of", "Last published", "Late")
    return table(columns, rows, right=(3,))


def _or_none(value: Any) -> str:
    return "none" if pd.isna(value) else str(value)[:10]


def late_sources(record: Record) -> list[str]:
    """A sentence for every source that is late."""
    rows = record.sources.itertuples(index=False)
    return [f"{plain(row.title)}: {plain(row.stale)}." for row in rows if row.stale]


def quarantine_summary(record: Record) -> str:
    """How many rows were refused, and of how many rules."""
    if record.quarantine.empty:
        return "Nothing is in quarantine: every row that was read was accepted."
    rows, rules = len(record.quarantine), record.quarantine["rule"].nunique()
    return f"{counted(rows, 'row')} read and not accepted, by {counted(rules, 'rule')}."


def quarantine_counts(record: Record) -> list[tuple[str, str, int]]:
    """Source, rule and number of refused rows."""
    pairs = zip(record.quarantine["source"].astype(str), record.quarantine["rule"].astype(str), strict=True)
    return [(source, rule, n) for (source, rule), n in sorted(Counter(pairs).items())]


def quarantine_table(record: Record) -> Markdown:
    """The refused rows with their reasons; the row itself stands in the warehouse."""
    rows = [
        (row.source, _or_none(row.line), row.indicator, row.rule, cut(plain(row.reason), LONGEST_REASON))
        for row in record.quarantine.head(ROWS_OF_QUARANTINE).itertuples(index=False)
    ]
    return table(("Source", "Line", "Indicator", "Rule", "Reason"), rows, right=(1,))


def hash_lines(record: Record, assessment: Assessment) -> Iterator[tuple[str, Markdown]]:
    """What the figures were computed from, by content."""
    hashes = {"facts": assessment.facts.sha256, "model": assessment.model.sha256, **record.hashes}
    yield from ((name, code(value)) for name, value in {**hashes, "catalogue": record.catalogue.sha256}.items())
