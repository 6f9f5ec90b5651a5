"""Tables about the record as a whole: coverage, sources, what is late, refused or missing, hashes."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pandas as pd

from metrics.untrusted import cut, plain
from reports.record import Record
from reports.tabular import Code, Link, Table, table
from reports.untrusted import web_address
from scenarios import Assessment
from scenarios.words import counted

LONGEST_REASON = 160
ROWS_OF_QUARANTINE = 40
RECENT = ("Newest value of", "Last published", "Days since")

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


class Coverage(NamedTuple):
    """What is public of one of the field's own metrics."""

    number: int
    metric: str
    indicators: int
    n: int
    newest: str


def coverage(record: Record) -> list[Coverage]:
    """The fourteen metrics of the field's own list, with the dated values known of each."""
    known = record.believed
    numbers = known["indicator"].map({key: one.airda for key, one in record.catalogue.items()})
    found = []
    for number, metric in enumerate(AIRDA, start=1):
        rows = known[numbers == number]
        newest = rows["observed_on"].max()
        shown = "none public" if rows.empty else newest.date().isoformat()
        found.append(Coverage(number, metric, rows["indicator"].nunique(), len(rows), shown))
    return found


def coverage_heading(found: list[Coverage]) -> str:
    """How many of the metrics have a value."""
    return f"{sum(one.n > 0 for one in found)} of {len(found)} metrics of the field's own list have a public value"


def coverage_table(found: list[Coverage]) -> Table:
    """Which of the field's own metrics have public values."""
    return table(("No.", "Metric", "Indicators", "Dated values", "Newest"), found, right=(0, 2, 3))


def without_values(record: Record) -> str:
    """The catalogued indicators of which nothing is public, in a sentence."""
    known = set(record.believed["indicator"])
    missing = [one.title for key, one in record.catalogue.items() if key not in known]
    if not missing:
        return "Every catalogued indicator has a public value."
    return f"Nothing is public of {counted(len(missing), 'catalogued indicator')}: {', '.join(missing)}."


def source_table(record: Record, as_of: date) -> Table:
    """Every source with its licence, how recent it is on a date, and in how many documents its figures were read."""
    rows = [
        (
            Link(str(row.title), str(row.url)),
            row.publisher,
            row.licence,
            f"{row.n:,}",
            *_recent(row.newest_on, row.last_known_since, as_of),
            _read_in(record.facts.loc[record.facts["source"] == row.id, "corroboration"]),
            row.stale or ("no" if row.n else "not asked"),
        )
        for row in record.sources.itertuples(index=False)
    ]
    columns = ("Source", "Publisher", "Licence", "Facts", *RECENT, "Read in (documents)", "Late")
    return table(columns, rows, right=(3, 6))


def publisher_table(record: Record, as_of: date) -> Table:
    """Whose publications are cited, by the site on which each stands: how many facts, and how recent they are."""
    sites = record.facts.assign(site=record.facts["citation_url"].map(_site)).groupby("site", sort=True)
    rows = [
        (
            site or "no address of the web",
            len(facts),
            *_recent(facts["observed_on"].max(), facts["known_since"].max(), as_of),
            _read_in(facts["corroboration"]),
        )
        for site, facts in sorted(sites, key=lambda one: -len(one[1]))
    ]
    return table(("Site", "Facts", *RECENT, "Read in (documents)"), rows, right=(1, 4))


def _site(url: object) -> str:
    return (urlsplit(web_address(url) or "").hostname or "").removeprefix("www.")


def _recent(newest_on: Any, known_since: Any, as_of: date) -> tuple[str, str, str]:
    """Newest value, last publication and days since then."""
    if pd.isna(known_since):
        return "none", "none", ""
    return _or_none(newest_on), _or_none(known_since), str((pd.Timestamp(as_of) - pd.Timestamp(known_since)).days)


def _read_in(counted_in: "pd.Series[float]") -> str:
    """In how many documents figures were read, where that was counted."""
    known = counted_in.dropna().astype(int)
    if known.empty:
        return "not counted"
    return str(known.min()) if known.min() == known.max() else f"{known.min()} to {known.max()}"


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


def quarantine_table(record: Record) -> Table:
    """The refused rows with their reasons; the row itself stands in the warehouse."""
    rows = [
        (row.source, _or_none(row.line), row.indicator, row.rule, cut(plain(row.reason), LONGEST_REASON))
        for row in record.quarantine.head(ROWS_OF_QUARANTINE).itertuples(index=False)
    ]
    return table(("Source", "Line", "Indicator", "Rule", "Reason"), rows, right=(1,))


def hash_lines(record: Record, assessment: Assessment) -> Iterator[tuple[str, Code]]:
    """What the figures were computed from, by content."""
    hashes = {"facts": assessment.facts.sha256, "model": assessment.model.sha256, **record.hashes}
    yield from ((name, Code(value)) for name, value in {**hashes, "catalogue": record.catalogue.sha256}.items())
